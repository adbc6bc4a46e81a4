//! Security groups of node groups: nodes that are somebody's own, and who may talk with them.

use super::at::At;
use super::pod_groups::{PodPeer, PodRule};

/// A security group that the nodes of one or several node groups carry, and no other one: a tenant's nodes.
///
/// Its rules let these nodes join the cluster, ask `CoreDNS` for names and fetch images, and with the default mode of security
/// speak with each other. Between them and all other nodes nothing passes that no rule of yours allows. Pods have the groups
/// of their node, so the same is true of them.
///
/// ```
/// use eksnet::prelude::*;
///
/// let bank = NodeSecurityGroup::new("bank");
/// let shop = NodeSecurityGroup::new("shop")
///     .allow(Rule::tcp(8443).to(&bank, "Payments"))
///     .allow(Rule::tcp(8080).from(Group::Nodes, "Ingress controller"));
/// # let _ = shop;
/// ```
///
/// Nodes of Karpenter carry the group of all other nodes.
///
/// Source: Amazon EKS User Guide, "Customize managed nodes with launch templates", "Using custom security groups".
#[derive(Debug, Clone)]
#[must_use = "a security group is part of a cluster only once `Cluster::node_security_group` took it"]
pub struct NodeSecurityGroup {
    pub(crate) name: At<String>,
    pub(crate) rules: Vec<PodRule>,
}

impl NodeSecurityGroup {
    /// A group with the rules that nodes cannot do without.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Self::called(At::caller(name.into()))
    }

    pub(crate) fn called(name: At<String>) -> Self {
        Self {
            name,
            rules: Vec::new(),
        }
    }

    /// A rule of the group. Where the other side is a group of the stack, that one gets its half of the rule by itself.
    pub fn allow(mut self, rule: PodRule) -> Self {
        self.rules.push(rule);
        self
    }
}

impl From<&NodeSecurityGroup> for PodPeer {
    fn from(group: &NodeSecurityGroup) -> Self {
        Self::Nodes(group.name.value.clone())
    }
}
