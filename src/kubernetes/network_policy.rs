//! Network policies.

use ipnet::Ipv4Net;

use super::{Labels, Metadata};

/// What pods of a namespace may reach, and who may reach them. Policies add up: what one of them allows is open.
///
/// Source: Kubernetes documentation, "Network Policies".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// Its name, and the namespace that it is for.
    pub metadata: Metadata,
    /// Labels of the pods that it is for; all of the namespace where there are none.
    pub pods: Labels,
    /// What may come in; where this is nothing, the policy does not speak of it, and where it is empty nothing may.
    pub ingress: Option<Vec<PolicyRule>>,
    /// What may go out, in the same way.
    pub egress: Option<Vec<PolicyRule>>,
}

/// Traffic that is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRule {
    /// The other side, any of these; everybody where there are none.
    pub peers: Vec<PolicyPeer>,
    /// Ports of the side that is called; all of them where there are none.
    pub ports: Vec<PolicyPort>,
}

/// The other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyPeer {
    /// All pods of these namespaces. By their names, which nobody can give to another: labels of its own a namespace gets
    /// from whoever makes it.
    Namespaces(Vec<String>),
    /// Pods of one namespace, by their labels.
    Pods(String, Labels),
    /// A range of addresses outside the cluster, or of a service.
    Range(Ipv4Net),
}

/// A port with its protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyPort {
    /// TCP.
    Tcp(u16),
    /// UDP.
    Udp(u16),
}
