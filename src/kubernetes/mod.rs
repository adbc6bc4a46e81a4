//! What a stack has inside of its cluster: objects of the Kubernetes API that no AWS engine makes.
//!
//! A file for each kind, with its fields in the API's words. Ids that AWS decides are [`Ref`](crate::graph::Ref)s to the
//! graph's resources or [`Deferred`](crate::graph::Deferred) values, as in resources; `render::kubernetes` fills them in.

mod auto_mode;
mod calico;
mod meta;
mod namespace;
mod network_policy;
mod rbac;
mod security_group_policy;

pub use auto_mode::{ConfigMap, NodeClass, NodePool, PodPlaces};
pub use calico::CalicoInstallation;
pub use meta::{Labels, Metadata};
pub use namespace::Namespace;
pub use network_policy::{NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule};
pub use rbac::{ClusterRole, ClusterRoleBinding, RoleRule};
pub use security_group_policy::{SecurityGroupPolicy, Selector};

/// An object of the Kubernetes API.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// A namespace.
    Namespace(Namespace),
    /// What pods of a namespace may reach, and who may reach them.
    NetworkPolicy(NetworkPolicy),
    /// Security groups of pods.
    SecurityGroupPolicy(SecurityGroupPolicy),
    /// Rights in the whole cluster.
    ClusterRole(ClusterRole),
    /// Who has them.
    ClusterRoleBinding(ClusterRoleBinding),
    /// Settings of something in the cluster.
    ConfigMap(ConfigMap),
    /// Where nodes of EKS Auto Mode stand.
    NodeClass(NodeClass),
    /// Which instances they are.
    NodePool(NodePool),
    /// What Calico's operator installs.
    CalicoInstallation(CalicoInstallation),
}

impl Object {
    /// What it is called, and where it is.
    pub fn metadata(&self) -> &Metadata {
        match self {
            Self::Namespace(namespace) => &namespace.metadata,
            Self::NetworkPolicy(policy) => &policy.metadata,
            Self::SecurityGroupPolicy(policy) => &policy.metadata,
            Self::ClusterRole(role) => &role.metadata,
            Self::ClusterRoleBinding(binding) => &binding.metadata,
            Self::ConfigMap(map) => &map.metadata,
            Self::NodeClass(class) => &class.metadata,
            Self::NodePool(pool) => &pool.metadata,
            Self::CalicoInstallation(installation) => &installation.metadata,
        }
    }
}
