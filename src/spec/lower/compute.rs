//! Node groups and Fargate profiles.

use super::pod_groups::OwnGroups;
use super::words::Words;
use super::{Lowering, TierNames};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::graph::{CapacityType, Taint, TaintEffect};
use crate::network::{
    AnyTier, At, Cluster, FargateProfile, ImageFamily, MaxUnavailable, NodeGroup, Selector, Size,
    Stack,
};
use crate::spec::{
    AmiSpec, CapacitySpec, FargateSpec, Field, Names, NodeGroupSpec, NumberOrText, SelectorSpec,
    TaintEffectSpec, TaintSpec,
};

impl Lowering<'_> {
    pub(super) fn node_groups(
        &mut self,
        names: &Names<NodeGroupSpec>,
        stack: &Stack,
        tiers: &TierNames,
        own: &OwnGroups,
        cluster: &mut Cluster,
    ) {
        for (key, field) in names.get().into_iter().flatten() {
            let nothing = NodeGroupSpec::default();
            let spec = field.get().unwrap_or(&nothing);
            let name = Words::name(key);
            let tier = self.workload_tier(&spec.tier, ("node group", &name), stack, tiers);
            let tier = self.some_tier(tier, stack);
            let mut group = self.node_group(name, tier, spec);
            group.security_group = self.security_group(&spec.security_group, &group, own);
            cluster.node_groups.push(group);
        }
    }

    fn node_group(
        &mut self,
        name: At<String>,
        tier: At<AnyTier>,
        spec: &NodeGroupSpec,
    ) -> NodeGroup {
        let mut group = NodeGroup::in_tier(name, tier);
        if let Some(written) = spec.instance_types.get() {
            let types = Words::texts(&spec.instance_types);
            // Where none could be read, that has been said: the default keeps it from being said again.
            if written.is_empty() || !types.is_empty() {
                group.instance_types = types;
            }
        }
        group.image = match spec.ami.located() {
            Some((AmiSpec::Bottlerocket, span)) => {
                At::new(ImageFamily::Bottlerocket, Origin::Spec(span))
            }
            Some((AmiSpec::Al2023, span)) => At::new(ImageFamily::Al2023, Origin::Spec(span)),
            None => group.image,
        };
        group.capacity = match spec.capacity.get() {
            Some(CapacitySpec::Spot) => CapacityType::Spot,
            Some(CapacitySpec::OnDemand) | None => CapacityType::OnDemand,
        };
        if let Some((size, span)) = spec.size.located() {
            let default = group.size.value;
            let min = size.min.get().copied().unwrap_or(default.min);
            let max = size
                .max
                .get()
                .copied()
                .unwrap_or_else(|| min.saturating_mul(2).max(1));
            let desired = size.desired.get().copied();
            group.size = At::new(Size { min, desired, max }, Origin::Spec(span));
        }
        if let Some(unavailable) = self.max_unavailable(&spec.max_unavailable) {
            group.max_unavailable = unavailable;
        }
        if let Some((gib, span)) = spec.disk_gib.located() {
            group.disk_gib = At::new(*gib, Origin::Spec(span));
        }
        group.disk_key = Words::text(&spec.disk_key);
        if let Some((hops, span)) = spec.metadata_hops.located() {
            group.metadata_hops = At::new(*hops, Origin::Spec(span));
        }
        group.labels = Words::pairs(&spec.labels);
        for field in spec.taints.get().into_iter().flatten() {
            group.taints.extend(self.taint(field));
        }
        group
    }

    fn max_unavailable(&mut self, field: &Field<NumberOrText>) -> Option<At<MaxUnavailable>> {
        let (value, span) = field.located()?;
        let origin = Origin::Spec(span);
        let read = match value {
            NumberOrText::Number(nodes) => u32::try_from(*nodes).ok().map(MaxUnavailable::Nodes),
            NumberOrText::Text(text) => text
                .strip_suffix('%')
                .and_then(|percent| percent.trim().parse().ok())
                .map(MaxUnavailable::Percent),
        };
        if read.is_none() {
            self.words.push(
                rules::SPEC015
                    .at(
                        origin,
                        format!("`{value}` is not a number of nodes or a percentage"),
                    )
                    .help("write a number such as 1, or a percentage such as 33%"),
            );
        }
        read.map(|value| At::new(value, origin))
    }

    fn taint(&mut self, field: &Field<TaintSpec>) -> Option<Taint> {
        let (spec, span) = field.located()?;
        let origin = Origin::Spec(span);
        if spec.key.is_absent() {
            self.words.missing(origin, "key", "the name of the taint");
        }
        if spec.effect.is_absent() {
            self.words.missing(
                origin,
                "effect",
                "`no-schedule`, `no-execute` or `prefer-no-schedule`",
            );
        }
        Some(Taint {
            key: spec.key.get()?.clone(),
            value: spec.value.get().cloned(),
            effect: match spec.effect.get()? {
                TaintEffectSpec::NoSchedule => TaintEffect::NoSchedule,
                TaintEffectSpec::NoExecute => TaintEffect::NoExecute,
                TaintEffectSpec::PreferNoSchedule => TaintEffect::PreferNoSchedule,
            },
        })
    }

    pub(super) fn fargate(
        &mut self,
        names: &Names<FargateSpec>,
        stack: &Stack,
        tiers: &TierNames,
        cluster: &mut Cluster,
    ) {
        for (key, field) in names.get().into_iter().flatten() {
            let nothing = FargateSpec::default();
            let spec = field.get().unwrap_or(&nothing);
            let name = Words::name(key);
            let tier = self.workload_tier(&spec.tier, ("Fargate profile", &name), stack, tiers);
            let tier = self.some_tier(tier, stack);
            let mut profile = FargateProfile::in_tier(name, tier);
            for field in spec.selectors.get().into_iter().flatten() {
                profile.selectors.extend(self.selector(field));
            }
            // Which pods it takes has been asked already, if what it says of them could not be read.
            let unread = field.is_invalid()
                || Words::is_unread(&spec.selectors)
                || self.words.is_meant("selectors");
            if unread && profile.selectors.is_empty() {
                self.complete = false;
            } else {
                cluster.fargate.push(profile);
            }
        }
    }

    fn selector(&mut self, field: &Field<SelectorSpec>) -> Option<Selector> {
        let (spec, span) = field.located()?;
        if spec.namespace.is_absent() {
            self.words
                .missing(Origin::Spec(span), "namespace", "the namespace of the pods");
        }
        let namespace = Words::text(&spec.namespace).unwrap_or_else(|| {
            self.complete = false;
            At::new("default".to_owned(), Origin::Spec(span))
        });
        Some(Selector {
            namespace,
            labels: Words::pairs(&spec.labels),
        })
    }
}
