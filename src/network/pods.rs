//! How pods get their addresses: the settings of the VPC CNI.

use ipnet::Ipv4Net;

use super::at::At;
use super::pod_groups::PodSecurityGroups;
use super::tier::{AnyTier, TierId};
use crate::diagnostic::Origin;

/// How a node takes addresses for pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PodMode {
    /// One by one.
    Addresses,
    /// As prefixes of 16.
    Prefixes,
}

/// How many addresses a node keeps ready for pods to come.
///
/// One of these: a target of addresses sets those of interfaces and prefixes aside.
///
/// Source: amazon-vpc-cni-k8s, `docs/eni-and-ip-target.md` and `docs/prefix-and-ip-target.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Warm {
    /// So many interfaces' worth of addresses: `WARM_ENI_TARGET`.
    Interfaces(u32),
    /// So many free prefixes: `WARM_PREFIX_TARGET`.
    Prefixes(u32),
    /// So many free addresses, `WARM_IP_TARGET`, and from a node's start at least so many, `MINIMUM_IP_TARGET`.
    Addresses { free: u32, minimum: Option<u32> },
}

/// Which subnets pods have their addresses from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    /// The node's own.
    Nodes,
    /// One of this tier in the node's zone, by an `ENIConfig`. No pod is on the node's first interface.
    CustomNetworking(At<AnyTier>),
    /// Those of this tier, by the `NodeClass` of EKS Auto Mode. No pod is on the node's first interface.
    NodeClass(At<AnyTier>),
    /// The node's own, or one of this tier in its zone, whichever has more addresses free.
    Discovery(At<AnyTier>),
}

impl Placement {
    /// Whether all pods have addresses of a tier of their own.
    pub(crate) const fn is_apart(self) -> bool {
        match self {
            Self::CustomNetworking(_) | Self::NodeClass(_) => true,
            Self::Nodes | Self::Discovery(_) => false,
        }
    }

    /// The tier that pods have their addresses from, where it is not the nodes'.
    pub(crate) fn tier(self) -> Option<At<AnyTier>> {
        match self {
            Self::Nodes => None,
            Self::CustomNetworking(tier) | Self::NodeClass(tier) | Self::Discovery(tier) => {
                Some(tier)
            }
        }
    }
}

/// Who gives traffic that leaves the VPC the address of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Snat {
    /// The VPC CNI, that of the node, but for traffic to these ranges.
    Cni { exclude: Vec<At<Ipv4Net>> },
    /// A NAT gateway, or nobody.
    External,
}

/// How pods get their addresses.
///
/// Without a call of its methods: one by one, from the node's own subnet, and what leaves the VPC has the node's address.
///
/// ```
/// use eksnet::prelude::*;
///
/// let mut net = Network::new(cidr!("10.20.0.0/16")).secondary_cidr(cidr!("100.64.0.0/16"));
/// let public = net.add(Tier::public("public").prefix(24));
/// let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(20));
/// let pods = net.add(
///     Tier::private("pods", Nat::per_zone(&public)).prefix(18).block(cidr!("100.64.0.0/16")).load_balancers(false),
/// );
/// let cluster = Cluster::new("prod", "1.35")
///     .node_group(NodeGroup::new("system", &nodes))
///     .pods(Pods::new().prefixes().custom_networking(&pods));
/// # let _ = (net, cluster);
/// ```
#[derive(Debug, Clone)]
#[must_use = "this is part of a cluster only once `Cluster::pods` took it, and its methods return the changed value"]
pub struct Pods {
    pub(crate) origin: Origin,
    pub(crate) mode: At<PodMode>,
    pub(crate) warm: Option<At<Warm>>,
    pub(crate) placement: Placement,
    pub(crate) snat: At<Snat>,
    pub(crate) security_groups: Option<PodSecurityGroups>,
}

impl Pods {
    /// What the VPC CNI does without settings.
    #[track_caller]
    pub fn new() -> Self {
        Self::defaults(Origin::caller())
    }

    pub(crate) fn defaults(origin: Origin) -> Self {
        Self {
            origin,
            mode: At::default_of(PodMode::Addresses),
            warm: None,
            placement: Placement::Nodes,
            snat: At::default_of(Snat::Cni {
                exclude: Vec::new(),
            }),
            security_groups: None,
        }
    }

    /// Gives some pods security groups of their own, on network interfaces of their own: `ENABLE_POD_ENI`.
    ///
    /// Nodes must be of types that take a trunk interface (rule EKS781).
    ///
    /// Source: Amazon EKS User Guide, "Assign security groups to individual Pods".
    pub fn security_groups(mut self, groups: PodSecurityGroups) -> Self {
        self.security_groups = Some(groups);
        self
    }

    /// Takes addresses as prefixes of 16, which lets most types have 110 pods: `ENABLE_PREFIX_DELEGATION`.
    ///
    /// Only types on Nitro take prefixes (rule EKS710).
    ///
    /// Source: Amazon EKS User Guide, "Assign more IP addresses to Amazon EKS nodes with prefixes".
    #[track_caller]
    pub fn prefixes(mut self) -> Self {
        self.mode = At::caller(PodMode::Prefixes);
        self
    }

    /// Keeps so many interfaces' worth of addresses free on every node, 1 without a call: `WARM_ENI_TARGET`.
    #[track_caller]
    pub fn warm_enis(mut self, interfaces: u32) -> Self {
        self.warm = Some(At::caller(Warm::Interfaces(interfaces)));
        self
    }

    /// Keeps so many prefixes free on every node, 1 without a call: `WARM_PREFIX_TARGET`.
    #[track_caller]
    pub fn warm_prefixes(mut self, prefixes: u32) -> Self {
        self.warm = Some(At::caller(Warm::Prefixes(prefixes)));
        self
    }

    /// Keeps so many addresses free on every node (`WARM_IP_TARGET`), and takes `minimum` of them when the node starts
    /// (`MINIMUM_IP_TARGET`): about as many as a node has pods, so that it need not ask EC2 for each.
    #[track_caller]
    pub fn warm_addresses(mut self, free: u32, minimum: u32) -> Self {
        let minimum = Some(minimum);
        self.warm = Some(At::caller(Warm::Addresses { free, minimum }));
        self
    }

    /// Gives all pods on nodes addresses of this tier, through an `ENIConfig` for each zone: custom networking.
    ///
    /// A node's first interface has no pods then, so it has fewer of them.
    ///
    /// Source: Amazon EKS User Guide, "Deploy Pods in alternate subnets with custom networking".
    #[track_caller]
    pub fn custom_networking<A>(mut self, tier: &TierId<A>) -> Self {
        self.placement = Placement::CustomNetworking(At::caller(tier.any));
        self
    }

    /// Gives all pods on nodes of EKS Auto Mode addresses of this tier, through the `NodeClass` of the stack's own. It has a
    /// subnet in every zone that these nodes have, and no pod is on a node's first interface.
    ///
    /// Node groups have no `NodeClass`: beside some, [`Pods::custom_networking`] is for both.
    ///
    /// Source: Amazon EKS User Guide, "Create a Node Class for Amazon EKS", subnet selection for Pods.
    #[track_caller]
    pub fn node_class<A>(mut self, tier: &TierId<A>) -> Self {
        self.placement = Placement::NodeClass(At::caller(tier.any));
        self
    }

    /// Lets nodes put their further interfaces into this tier, whose subnets are tagged with `kubernetes.io/role/cni`.
    ///
    /// Source: Amazon EKS User Guide, "Configure subnet selection for Pod IP addresses".
    #[track_caller]
    pub fn discovery<A>(mut self, tier: &TierId<A>) -> Self {
        self.placement = Placement::Discovery(At::caller(tier.any));
        self
    }

    /// Leaves pods their own addresses on the way out of the VPC: `AWS_VPC_K8S_CNI_EXTERNALSNAT`. Their subnets need NAT
    /// gateways then to reach the internet (rule EKS772).
    ///
    /// Source: Amazon EKS User Guide, "Enable outbound internet access for Pods".
    #[track_caller]
    pub fn external_snat(mut self) -> Self {
        self.snat = At::caller(Snat::External);
        self
    }

    /// Leaves pods their own addresses on the way to these ranges: `AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS`.
    #[track_caller]
    pub fn exclude_from_snat(mut self, ranges: impl IntoIterator<Item = Ipv4Net>) -> Self {
        let origin = Origin::caller();
        let exclude = ranges.into_iter().map(|net| At::new(net, origin)).collect();
        self.snat = At::new(Snat::Cni { exclude }, origin);
        self
    }
}

impl Default for Pods {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}
