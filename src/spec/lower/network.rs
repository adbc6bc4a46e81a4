//! The network of a spec.

use super::words::Words;
use super::{Lowering, TierNames};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{
    Access, At, ClusterTag, FlowLogTarget, FlowLogs, Ipv4Net, LocalZone, Network, SecurityMode,
    TierModel, TrafficType, Zones,
};
use crate::spec::{
    AccessSpec, ClusterTagSpec, Either, Field, FlowLogTargetSpec, FlowLogsSpec, Key, NetworkSpec,
    NoneWord, SecurityModeSpec, TierSpec, TrafficSpec,
};

impl Lowering<'_> {
    pub(super) fn network(
        &mut self,
        spec: Option<&NetworkSpec>,
        origin: Origin,
    ) -> (Network, TierNames) {
        let nothing = NetworkSpec::default();
        let given = spec.is_some();
        let spec = spec.unwrap_or(&nothing);
        if given && spec.cidr.is_absent() {
            self.missing(origin, "cidr", "the VPC's range, such as `10.20.0.0/16`");
        }
        let nowhere = At::default_of(Ipv4Net::new_assert(
            std::net::Ipv4Addr::new(10, 0, 0, 0),
            16,
        ));
        let (cidr, whole) = self.words.block(&spec.cidr).unwrap_or((nowhere, false));
        self.complete &= whole;
        let mut network = Network::new(cidr.value);
        network.cidr = cidr;
        network.origin = origin.or(self.root);
        self.existing_vpc(&mut network, spec);
        if spec.ipv6.get() == Some(&true) && network.existing.is_none() {
            network.ipv6 = Some(spec.ipv6.origin());
        }
        if spec.fully_private.get() == Some(&true) {
            network.fully_private = Some(spec.fully_private.origin());
        }
        network.secondary_cidrs = self.secondary_cidrs(spec);
        network.reserved = self.reserved(spec);
        self.zones(&mut network, spec);
        let tiers = self.tiers(&mut network, spec);
        network.connected = self.connected(spec, &network, &tiers);
        network.cluster_tag = spec.cluster_tag.located().map(|(tag, span)| {
            let tag = match tag {
                ClusterTagSpec::Shared => ClusterTag::Shared,
                ClusterTagSpec::Owned => ClusterTag::Owned,
            };
            At::new(tag, Origin::Spec(span))
        });
        if let Some(security) = spec.security.get() {
            network.security = match security.mode.get() {
                Some(SecurityModeSpec::Restricted) => SecurityMode::Restricted,
                Some(SecurityModeSpec::Standard) | None => SecurityMode::Standard,
            };
            for rule in security.rules.get().into_iter().flatten() {
                network.rules.extend(self.rule(rule));
            }
        }
        if !spec.endpoints.is_absent() {
            network.endpoints.services = Words::texts(&spec.endpoints);
        }
        if let Some(name) = Words::text(&spec.endpoint_tier) {
            network.endpoints.tier = self.handle(&name, &network, &tiers);
        }
        Self::endpoint_policies(&mut network, spec);
        network.resolver = self.resolver(&network, spec, &tiers);
        match spec.flow_logs.located() {
            Some((Either::Short(NoneWord::None), _)) => network.flow_logs = None,
            Some((Either::Long(logs), span)) => {
                network.flow_logs = Some(self.flow_logs(logs, Origin::Spec(span)));
            }
            None => {}
        }
        (network, tiers)
    }

    fn zones(&mut self, network: &mut Network, spec: &NetworkSpec) {
        match spec.zones.located() {
            Some((Either::Short(count), span)) => {
                network.zones = Zones::Count(At::new(*count, Origin::Spec(span)));
            }
            Some((Either::Long(ids), _)) => {
                network.zones = Zones::List(ids.iter().filter_map(Words::text).collect());
                self.complete &= !ids.iter().any(Field::is_invalid);
            }
            None => self.complete &= spec.zones.is_absent(),
        }
    }

    fn tiers(&mut self, network: &mut Network, spec: &NetworkSpec) -> TierNames {
        self.complete &= !spec.tiers.is_invalid();
        let Some(named) = spec.tiers.get() else {
            return TierNames::default();
        };
        let all = TierNames {
            names: named.iter().map(|(key, _)| key.text.clone()).collect(),
            unread: named.iter().any(|(_, tier)| {
                tier.is_invalid() || tier.get().is_some_and(|tier| tier.access.is_invalid())
            }),
            local: named
                .iter()
                .zip(0..)
                .filter(|((_, tier), _)| tier.get().is_some_and(|t| !t.local_zones.is_absent()))
                .map(|(_, index)| index)
                .collect(),
        };
        let public: Vec<usize> = named
            .iter()
            .enumerate()
            .filter(|(_, (_, tier))| {
                tier.get().and_then(|tier| tier.access.get()) == Some(&AccessSpec::Public)
            })
            .map(|(index, _)| index)
            .filter(|index| !all.local.contains(index))
            .collect();
        for (key, tier) in named {
            let nothing = TierSpec::default();
            let model = self.tier_model(
                network,
                key,
                tier.get().unwrap_or(&nothing),
                tier,
                &all,
                &public,
            );
            network.add_model(model);
        }
        all
    }

    fn tier_model(
        &mut self,
        network: &Network,
        key: &Key,
        spec: &TierSpec,
        field: &Field<TierSpec>,
        names: &TierNames,
        public: &[usize],
    ) -> TierModel {
        let name = Words::name(key);
        if spec.access.is_absent() && !field.is_invalid() {
            self.missing(name.origin, "access", "`public`, `private` or `isolated`");
        }
        let access = match spec.access.get() {
            Some(AccessSpec::Public) => Access::Public,
            Some(AccessSpec::Private) => Access::Private,
            Some(AccessSpec::Isolated) => Access::Isolated,
            None => {
                self.complete = false;
                Access::Isolated
            }
        };
        let existing = self.existing_subnets(network, spec, &name);
        // Existing subnets leave as their route tables say.
        let built = network.existing.is_none() && spec.existing.is_absent();
        let nat = match access {
            Access::Public | Access::Private | Access::Isolated if !built => None,
            Access::Private => {
                let nat = self.nat(network, spec, &name, names, public);
                // Without it the tier would look as if it had no way out.
                nat.or_else(|| self.some_nat(network, &name, public))
            }
            Access::Public | Access::Isolated => {
                self.no_nat(spec, access);
                None
            }
        };
        if access == Access::Isolated && spec.load_balancers.get() == Some(&true) {
            self.words.push(
                rules::SPEC018
                    .at(
                        spec.load_balancers.origin(),
                        format!("the isolated tier `{}` takes no load balancers", name.value),
                    )
                    .note("role tags are for public and private subnets")
                    .help("write `access: private`, or leave `load-balancers` out"),
            );
        }
        let block = self.words.cidr(&spec.block);
        self.complete &= block.is_some() || spec.block.is_absent();
        // It may be one that could not be read.
        let block = block.filter(|_| self.blocks);
        TierModel {
            access,
            block,
            prefix: spec
                .prefix
                .located()
                .map(|(p, span)| At::new(*p, Origin::Spec(span))),
            further: spec
                .further_subnets
                .get()
                .into_iter()
                .flatten()
                .filter_map(Field::located)
                .map(|(p, span)| At::new(*p, Origin::Spec(span)))
                .collect(),
            cidrs: self.pinned(spec),
            existing,
            zones: (!spec.zones.is_absent()).then(|| Words::texts(&spec.zones)),
            local_zones: self.local_zones(spec),
            nat,
            load_balancers: spec
                .load_balancers
                .located()
                .map(|(yes, span)| At::new(*yes, Origin::Spec(span))),
            tags: Words::pairs(&spec.tags),
            name,
        }
    }

    fn local_zones(&mut self, spec: &TierSpec) -> Option<Vec<LocalZone>> {
        self.complete &= !spec.local_zones.is_invalid();
        let named = spec.local_zones.get()?;
        let mut zones = Vec::with_capacity(named.len());
        for (zone, parent) in named {
            if let Some(parent) = Words::text(parent) {
                let id = Words::name(zone);
                zones.push(LocalZone { id, parent });
            } else {
                self.complete = false;
            }
        }
        Some(zones)
    }

    fn pinned(&mut self, spec: &TierSpec) -> Vec<(At<String>, At<Ipv4Net>)> {
        let Some(named) = spec.cidrs.get() else {
            return Vec::new();
        };
        let mut pinned = Vec::with_capacity(named.len());
        for (zone, cidr) in named {
            if let Some(cidr) = self.words.cidr(cidr) {
                pinned.push((Words::name(zone), cidr));
            } else {
                self.complete = false;
            }
        }
        pinned
    }

    /// A tier by its name.
    pub(super) fn tier(&mut self, name: &At<String>, tiers: &TierNames) -> Option<usize> {
        if let Some(index) = tiers.position(&name.value) {
            return Some(index);
        }
        let known: Vec<&str> = tiers.names.iter().map(String::as_str).collect();
        self.words.reference(name, "tier", &known)
    }

    fn flow_logs(&mut self, spec: &FlowLogsSpec, origin: Origin) -> FlowLogs {
        let mut logs = FlowLogs::defaults(origin);
        let bucket = Words::text(&spec.bucket);
        logs.target = match (spec.to.get(), bucket) {
            (Some(FlowLogTargetSpec::S3), Some(bucket)) => FlowLogTarget::Bucket(bucket),
            (Some(FlowLogTargetSpec::S3), None) => FlowLogTarget::NewBucket,
            (Some(FlowLogTargetSpec::Cloudwatch) | None, bucket) => {
                if let Some(bucket) = bucket {
                    self.words.push(
                        rules::SPEC018
                            .at(bucket.origin, "a bucket is for flow logs that go to S3")
                            .help("write `to: s3`, or leave `bucket` out"),
                    );
                }
                FlowLogTarget::CloudWatch
            }
        };
        logs.traffic = match spec.traffic.get() {
            Some(TrafficSpec::Accept) => TrafficType::Accept,
            Some(TrafficSpec::Reject) => TrafficType::Reject,
            Some(TrafficSpec::All) | None => TrafficType::All,
        };
        if let Some((seconds, span)) = spec.interval.located() {
            logs.interval = At::new(*seconds, Origin::Spec(span));
        }
        if let Some((days, span)) = spec.retention_days.located() {
            logs.retention = At::new(*days, Origin::Spec(span));
        }
        if let Some(key) = self.words.key(&spec.kms_key) {
            logs.key = key;
        }
        logs
    }
}
