//! What a spec says of networks without internet and of those who ask from outside.

use super::words::Words;
use super::{Lowering, TierNames};
use crate::diagnostic::Origin;
use crate::network::{At, EndpointPolicies, InboundResolver, Network, Software};
use crate::spec::{EndpointPoliciesSpec, List, NetworkSpec, SoftwareSpec};

impl Lowering<'_> {
    pub(super) fn endpoint_policies(network: &mut Network, spec: &NetworkSpec) {
        network.endpoints.policies = spec.endpoint_policies.located().map(|(word, span)| {
            let policies = match word {
                EndpointPoliciesSpec::Open => EndpointPolicies::Open,
                EndpointPoliciesSpec::ThisAccount => EndpointPolicies::ThisAccount,
            };
            At::new(policies, Origin::Spec(span))
        });
        network.endpoints.buckets = Words::texts(&spec.endpoint_buckets);
    }

    pub(super) fn resolver(
        &mut self,
        network: &Network,
        spec: &NetworkSpec,
        tiers: &TierNames,
    ) -> Option<InboundResolver> {
        let (resolver, span) = spec.inbound_resolver.located()?;
        let origin = Origin::Spec(span);
        let tier = Words::text(&resolver.tier).and_then(|name| self.handle(&name, network, tiers));
        self.complete &= tier.is_some() || resolver.tier.is_absent();
        if resolver.from.is_absent() {
            self.words.missing(
                origin,
                "from",
                "the ranges that may ask, such as `[192.168.0.0/16]`",
            );
        }
        let from = self.words.cidrs(&resolver.from);
        // Ranges that could not be read have been reported.
        let unread = from.is_empty() && resolver.from.get().is_none_or(|list| !list.is_empty());
        (!unread).then_some(InboundResolver { origin, tier, from })
    }
}

/// The software of a cluster, without what could not be read.
pub(super) fn uses(list: &List<SoftwareSpec>) -> Vec<At<Software>> {
    let fields = list.get().into_iter().flatten();
    let located = fields.filter_map(|field| field.located());
    located
        .map(|(word, span)| At::new(software(*word), Origin::Spec(span)))
        .collect()
}

const fn software(spec: SoftwareSpec) -> Software {
    match spec {
        SoftwareSpec::CloudwatchLogs => Software::CloudwatchLogs,
        SoftwareSpec::CloudwatchMetrics => Software::CloudwatchMetrics,
        SoftwareSpec::ClusterAutoscaler => Software::ClusterAutoscaler,
        SoftwareSpec::EbsCsi => Software::EbsCsi,
        SoftwareSpec::EfsCsi => Software::EfsCsi,
        SoftwareSpec::ExternalDns => Software::ExternalDns,
        SoftwareSpec::GuarddutyAgent => Software::GuarddutyAgent,
        SoftwareSpec::LoadBalancerController => Software::LoadBalancerController,
        SoftwareSpec::SecretsStoreCsi => Software::SecretsStoreCsi,
        SoftwareSpec::SessionManager => Software::SessionManager,
        SoftwareSpec::XRay => Software::XRay,
    }
}
