//! EKS Auto Mode: nodes, networking, load balancing and volumes that EKS keeps running by itself.

use super::at::At;
use super::tier::{AnyTier, TierId};
use crate::diagnostic::Origin;
use crate::graph::CapacityType;

/// A node pool that AWS made; its nodes stand in the subnets of the control plane's interfaces, and nothing of it can be
/// changed.
///
/// Source: Amazon EKS User Guide, "Enable or Disable Built-in `NodePools`".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuiltInPool {
    /// Nodes for everything.
    GeneralPurpose,
    /// Nodes with the taint `CriticalAddonsOnly`.
    System,
}

impl BuiltInPool {
    /// The name that EKS knows it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GeneralPurpose => "general-purpose",
            Self::System => "system",
        }
    }
}

/// The architecture of instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    /// x86.
    Amd64,
    /// Graviton.
    Arm64,
}

impl Architecture {
    /// The name that Kubernetes knows it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

/// Nodes that EKS Auto Mode starts in a tier, by a `NodeClass` and a `NodePool` of the stack's own.
///
/// The manifests of the format `kubernetes` make both. Without a call of its methods the nodes are like those of AWS's pool
/// `general-purpose`: x86 instances of the families C, M and R, on demand. Where their pods have addresses, and whose address
/// these have outside the VPC, [`Pods`](super::Pods) says.
///
/// Source: Amazon EKS User Guide, "Create a Node Class for Amazon EKS" and "Create a Node Pool for EKS Auto Mode".
#[derive(Debug, Clone)]
#[must_use = "nodes are part of Auto Mode only once `AutoMode::new` took them"]
pub struct AutoNodes {
    pub(crate) tier: At<AnyTier>,
    pub(crate) architectures: Vec<Architecture>,
    pub(crate) capacity: Vec<CapacityType>,
}

impl AutoNodes {
    pub(crate) fn in_tier(tier: At<AnyTier>) -> Self {
        Self {
            tier,
            architectures: vec![Architecture::Amd64],
            capacity: vec![CapacityType::OnDemand],
        }
    }

    /// Nodes in this tier.
    #[track_caller]
    pub fn new<A>(tier: &TierId<A>) -> Self {
        Self::in_tier(At::caller(tier.any))
    }

    /// The architectures of instances; x86 alone without a call.
    pub fn architectures(mut self, any_of: impl IntoIterator<Item = Architecture>) -> Self {
        self.architectures = no_repeats(any_of);
        self
    }

    /// How instances are bought; on demand without a call. Of several, Auto Mode takes what costs least at the time.
    pub fn capacity(mut self, any_of: impl IntoIterator<Item = CapacityType>) -> Self {
        self.capacity = no_repeats(any_of);
        self
    }
}

pub(crate) fn no_repeats<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// A cluster of which EKS keeps nodes, networking, load balancing and volumes running.
///
/// All that AWS demands for it comes with it: the three switches that are turned together, the policies and the trust of the
/// cluster's role, the nodes' role and its access entry. The add-ons that are built in are left out where no other nodes need
/// them.
///
/// Source: Amazon EKS User Guide, "Automate cluster infrastructure with EKS Auto Mode".
///
/// ```
/// use eksnet::prelude::*;
///
/// let mut net = Network::new(cidr!("10.20.0.0/16"));
/// let public = net.add(Tier::public("public").prefix(24));
/// let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
/// let control = net.add(Tier::isolated("control-plane").prefix(27));
/// let cluster = Cluster::new("prod", "1.35")
///     .control_plane(&control)
///     .auto_mode(AutoMode::new(AutoNodes::new(&nodes).architectures([Architecture::Arm64])));
/// let stack = Stack::new("prod", Region::UsEast1, net, cluster);
/// let synthesis = stack.synthesize().expect("a network without errors");
/// assert!(synthesis.cloudformation().contains("ComputeConfig"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "Auto Mode is part of a cluster only once `Cluster::auto_mode` took it"]
pub struct AutoMode {
    pub(crate) origin: Origin,
    /// Nodes in a tier; none where AWS's own pools are all that is wanted.
    pub(crate) nodes: Option<AutoNodes>,
    pub(crate) built_in: Vec<At<BuiltInPool>>,
}

/// What a cluster is told of Auto Mode. AWS leaves it as it is where nothing is said.
#[derive(Debug, Clone)]
pub(crate) enum AutoSwitch {
    Unsaid,
    Off,
    On(AutoMode),
}

impl AutoMode {
    /// Nodes in a tier, by a node pool of the stack's own.
    #[track_caller]
    pub fn new(nodes: AutoNodes) -> Self {
        Self {
            origin: Origin::caller(),
            nodes: Some(nodes),
            built_in: Vec::new(),
        }
    }

    /// AWS's own node pools and no others. Their nodes stand in the control plane's tier, which should be a private one with
    /// room for them (rule PLAN050).
    #[track_caller]
    pub fn built_in(pools: impl IntoIterator<Item = BuiltInPool>) -> Self {
        Self {
            origin: Origin::caller(),
            nodes: None,
            built_in: Vec::new(),
        }
        .node_pools(pools)
    }

    /// Some of AWS's own node pools, too.
    #[track_caller]
    pub fn node_pools(mut self, pools: impl IntoIterator<Item = BuiltInPool>) -> Self {
        let origin = Origin::caller();
        let pools = pools.into_iter().map(|pool| At::new(pool, origin));
        self.built_in.extend(pools);
        self
    }

    /// AWS's pools, each once.
    pub(crate) fn pools(&self) -> Vec<BuiltInPool> {
        no_repeats(self.built_in.iter().map(|at| at.value))
    }
}
