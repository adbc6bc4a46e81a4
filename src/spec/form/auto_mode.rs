//! The keys of `cluster.auto-mode`.

use serde::Deserialize;

use super::{CapacitySpec, List};
use crate::spec::Field;

/// EKS Auto Mode: nodes, networking, load balancing and volumes that EKS keeps running.
///
/// With one of `tier`, `architectures` and `capacity`, or without `node-pools`, `--format kubernetes` makes a node class and
/// a node pool.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct AutoModeSpec {
    /// The tier that the nodes of the stack's own node pool stand in; the private one by default where there is one.
    pub tier: Field<String>,
    /// The architectures of its instances: `[amd64]` by default.
    pub architectures: List<ArchitectureSpec>,
    /// How these are bought: `[on-demand]` by default. Of both, what costs least at the time.
    pub capacity: List<CapacitySpec>,
    /// AWS's own node pools, `general-purpose` and `system`, whose nodes stand in the control plane's tier. None by default.
    pub node_pools: List<NodePoolSpec>,
}

/// A node pool of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NodePoolSpec {
    /// Nodes for everything.
    GeneralPurpose,
    /// Nodes with the taint `CriticalAddonsOnly`.
    System,
}

/// The architecture of instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ArchitectureSpec {
    /// x86.
    Amd64,
    /// Graviton.
    Arm64,
}
