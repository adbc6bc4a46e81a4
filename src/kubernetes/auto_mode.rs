//! Nodes of EKS Auto Mode.

use super::Metadata;
use crate::graph::{CapacityType, Deferred, GroupId, Ref, Subnet};

/// Where nodes of EKS Auto Mode stand, what they carry, and how their pods are networked.
///
/// Source: Amazon EKS User Guide, "Create a Node Class for Amazon EKS", `NodeClass` of `eks.amazonaws.com/v1`.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeClass {
    /// Its name; `default` is that of EKS.
    pub metadata: Metadata,
    /// The name of the role of nodes.
    pub role: String,
    /// The subnets of nodes.
    pub subnets: Vec<Ref<Subnet>>,
    /// The security groups of nodes.
    pub groups: Vec<Deferred<GroupId>>,
    /// Subnets and groups of pods, where they have others than their nodes. AWS takes both or none.
    pub pods: Option<PodPlaces>,
    /// `Random` or `Disabled`; none in an IPv6 cluster.
    pub snat: Option<&'static str>,
    /// `DefaultAllow` or `DefaultDeny`, where policies are enforced.
    pub policy: Option<&'static str>,
}

/// Where pods have their addresses, and what they carry.
#[derive(Debug, Clone, PartialEq)]
pub struct PodPlaces {
    /// The subnets.
    pub subnets: Vec<Ref<Subnet>>,
    /// The security groups.
    pub groups: Vec<Deferred<GroupId>>,
}

/// Which instances EKS Auto Mode may start for pods.
///
/// Source: Amazon EKS User Guide, "Create a Node Pool for EKS Auto Mode"; Karpenter, `NodePool` of `karpenter.sh/v1`.
#[derive(Debug, Clone, PartialEq)]
pub struct NodePool {
    /// Its name; `general-purpose` and `system` are those of AWS.
    pub metadata: Metadata,
    /// The name of the node class.
    pub class: String,
    /// How they are bought.
    pub capacity: Vec<CapacityType>,
    /// Their architectures.
    pub architectures: Vec<&'static str>,
}

/// Settings of something in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigMap {
    /// Its name, and where it is.
    pub metadata: Metadata,
    /// The settings.
    pub data: Vec<(&'static str, String)>,
}
