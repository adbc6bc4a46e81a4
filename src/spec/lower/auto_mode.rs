//! EKS Auto Mode.

use super::{Lowering, TierNames};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::graph::CapacityType;
use crate::network::{
    Architecture, At, AutoMode, AutoNodes, AutoSwitch, BuiltInPool, Cluster, Stack, no_repeats,
};
use crate::spec::{
    ArchitectureSpec, AutoModeSpec, CapacitySpec, Either, Field, List, NodePoolSpec,
};

impl Lowering<'_> {
    /// Turns Auto Mode on or off, as the spec says.
    pub(super) fn auto_mode(
        &mut self,
        field: &Field<Either<bool, AutoModeSpec>>,
        stack: &Stack,
        tiers: &TierNames,
        cluster: &mut Cluster,
    ) {
        let Some((written, span)) = field.located() else {
            return;
        };
        let nothing = AutoModeSpec::default();
        let spec = match written {
            Either::Short(false) => {
                cluster.auto_mode = AutoSwitch::Off;
                return;
            }
            Either::Short(true) => &nothing,
            Either::Long(spec) => spec,
        };
        let origin = Origin::Spec(span);
        let nodes = self.auto_nodes(spec, origin, stack, tiers);
        let pools = spec.node_pools.get().into_iter().flatten();
        let built_in = pools.filter_map(|field| {
            let (pool, span) = field.located()?;
            Some(At::new(built_in(*pool), Origin::Spec(span)))
        });
        cluster.auto_mode = AutoSwitch::On(AutoMode {
            origin,
            nodes,
            built_in: built_in.collect(),
        });
    }

    /// A node pool of the stack's own: where something is said of it, or there would be no other.
    fn auto_nodes(
        &mut self,
        spec: &AutoModeSpec,
        origin: Origin,
        stack: &Stack,
        tiers: &TierNames,
    ) -> Option<AutoNodes> {
        let silent =
            spec.tier.is_absent() && spec.architectures.is_absent() && spec.capacity.is_absent();
        let pools = spec.node_pools.get().is_some_and(|pools| !pools.is_empty());
        if silent && (pools || spec.node_pools.is_invalid()) {
            return None;
        }
        let name = At::new("auto-mode".to_owned(), origin);
        let tier = self.workload_tier(&spec.tier, ("the node pool of", &name), stack, tiers);
        let mut nodes = AutoNodes::in_tier(self.some_tier(tier, stack));
        if let Some(some) = self.some_of(&spec.architectures, "amd64", architecture) {
            nodes.architectures = some;
        }
        if let Some(some) = self.some_of(&spec.capacity, "on-demand", capacity) {
            nodes.capacity = some;
        }
        Some(nodes)
    }

    /// What a list names, each once; an empty list would leave no instance to take.
    fn some_of<S: Copy, T: Ord>(
        &mut self,
        list: &List<S>,
        usual: &str,
        model: impl Fn(S) -> T,
    ) -> Option<Vec<T>> {
        let (written, span) = list.located()?;
        if written.is_empty() {
            self.words.push(
                rules::SPEC016
                    .at(Origin::Spec(span), "the list leaves no instance to take")
                    .help(format!("write `[{usual}]`, or leave it out")),
            );
        }
        let some = no_repeats(written.iter().filter_map(Field::get).copied().map(model));
        (!some.is_empty()).then_some(some)
    }
}

const fn built_in(spec: NodePoolSpec) -> BuiltInPool {
    match spec {
        NodePoolSpec::GeneralPurpose => BuiltInPool::GeneralPurpose,
        NodePoolSpec::System => BuiltInPool::System,
    }
}

const fn architecture(spec: ArchitectureSpec) -> Architecture {
    match spec {
        ArchitectureSpec::Amd64 => Architecture::Amd64,
        ArchitectureSpec::Arm64 => Architecture::Arm64,
    }
}

const fn capacity(spec: CapacitySpec) -> CapacityType {
    match spec {
        CapacitySpec::OnDemand => CapacityType::OnDemand,
        CapacitySpec::Spot => CapacityType::Spot,
    }
}
