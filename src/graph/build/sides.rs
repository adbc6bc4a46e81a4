//! The two sides of a security group's rule.

use ipnet::{Ipv4Net, Ipv6Net};

use super::{node_security, pod_groups};
use crate::network::{Group, Peer};

/// A group that has rules: one of the stack's few, or that of a pod group or of nodes, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Group(Group),
    Pods(String),
    Nodes(String),
}

impl From<Group> for Owner {
    fn from(group: Group) -> Self {
        Self::Group(group)
    }
}

impl Owner {
    /// `nodes`, `pods-payments`, `nodes-shop`.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Group(group) => group.as_str().to_owned(),
            Self::Pods(name) => pod_groups::identity(name),
            Self::Nodes(name) => node_security::identity(name),
        }
    }
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Other {
    Owner(Owner),
    ExistingGroup(String),
    Cidr(Ipv4Net),
    Ipv6Cidr(Ipv6Net),
    PrefixList(String),
}

impl From<Owner> for Other {
    fn from(owner: Owner) -> Self {
        Self::Owner(owner)
    }
}

impl From<Group> for Other {
    fn from(group: Group) -> Self {
        Self::Owner(Owner::Group(group))
    }
}

impl From<Ipv4Net> for Other {
    fn from(cidr: Ipv4Net) -> Self {
        Self::Cidr(cidr)
    }
}

impl From<Peer> for Other {
    fn from(peer: Peer) -> Self {
        match peer {
            Peer::Group(group) => group.into(),
            Peer::ExistingGroup(id) => Self::ExistingGroup(id),
            Peer::Cidr(cidr) => Self::Cidr(cidr),
            Peer::Ipv6Cidr(cidr) => Self::Ipv6Cidr(cidr),
            Peer::PrefixList(id) => Self::PrefixList(id),
        }
    }
}
