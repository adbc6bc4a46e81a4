//! Hybrid nodes: machines outside of AWS that join a cluster.

use ipnet::Ipv4Net;

use super::at::At;
use crate::diagnostic::Origin;

/// Machines outside of AWS that join the cluster, and the addresses of their pods.
///
/// The control plane reaches them through the network's connections (rule EKS871), and they reach it: both directions are
/// let through its security group.
///
/// Source: EKS user guide, "Prepare networking for hybrid nodes".
///
/// ```
/// use eksnet::prelude::*;
///
/// let mut net = Network::new(cidr!("10.20.0.0/16"));
/// net.connect(Connection::transit_gateway("plant", "tgw-0f1e2d3c4b5a69788").cidr(cidr!("192.168.0.0/16")));
/// let plant = HybridNodes::new([cidr!("192.168.64.0/20")])
///     .pods([cidr!("192.168.128.0/18")])
///     .role("arn:aws:iam::111122223333:role/hybrid-nodes");
/// let stack = Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35").hybrid_nodes(plant));
/// let template = stack.synthesize().expect("a network without errors").cloudformation();
/// assert!(template.contains("RemoteNetworkConfig"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "hybrid nodes are part of a cluster only once `Cluster::hybrid_nodes` took them"]
pub struct HybridNodes {
    pub(crate) origin: Origin,
    pub(crate) nodes: Vec<At<Ipv4Net>>,
    pub(crate) pods: Vec<At<Ipv4Net>>,
    pub(crate) role: Option<At<String>>,
}

impl HybridNodes {
    /// Machines with addresses in these ranges: 1 to 15 of private space.
    #[track_caller]
    pub fn new(nodes: impl IntoIterator<Item = Ipv4Net>) -> Self {
        let origin = Origin::caller();
        Self {
            origin,
            nodes: nodes.into_iter().map(|net| At::new(net, origin)).collect(),
            pods: Vec::new(),
            role: None,
        }
    }

    /// The ranges of their pods, at most 15, where these are routed: webhooks on hybrid nodes need it.
    #[track_caller]
    pub fn pods(mut self, pods: impl IntoIterator<Item = Ipv4Net>) -> Self {
        let origin = Origin::caller();
        self.pods = pods.into_iter().map(|net| At::new(net, origin)).collect();
        self
    }

    /// The role that the machines take on, by ARN; it gets an access entry, without which they cannot join.
    #[track_caller]
    pub fn role(mut self, arn: impl Into<String>) -> Self {
        self.role = Some(At::caller(arn.into()));
        self
    }
}
