//! What the subnets of a plan hold: the addresses of each, what takes them before any node does, and the nodes and pods
//! for which the rest is enough.

use super::fragmentation::PrefixPool;
use super::instance::{AddressMode, Instance, PodNetwork, instance};
use super::warm::{Held, Part, WarmTargets};
use crate::diagnostic::Origin;
use crate::network::{
    Cluster, EndpointKind, MaxUnavailable, NodeGroup, Placement, Pods, Stack, ZoneId,
};
use crate::plan::{Plan, PlannedSubnet, PlannedTier, address_count};

/// The type that is reckoned with where no node group names one: that of a node group of which nothing is said.
pub const DEFAULT_TYPE: &str = "m6i.large";

/// Addresses that EKS wants free in each subnet of the control plane.
///
/// Source: Amazon EKS User Guide, "View Amazon EKS networking requirements for VPC and subnets".
pub(crate) const CONTROL_PLANE: u64 = 6;

/// Addresses that a load balancer wants free in each of its subnets.
///
/// Source: Elastic Load Balancing, "Application Load Balancers", "Subnets for your load balancer".
pub(crate) const LOAD_BALANCER: u64 = 8;

/// The tag of subnets that the VPC CNI takes for further interfaces of nodes in the same zone; `0` keeps it out.
///
/// Source: Amazon EKS User Guide, "Configure subnet selection for Pod IP addresses": since 1.18.0 of the VPC CNI, on by default.
const DISCOVERY: &str = "kubernetes.io/role/cni";

/// What a plan has room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// How pods get their addresses.
    pub network: PodNetwork,
    /// Its tiers, in the order of the plan.
    pub tiers: Vec<TierCapacity>,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierCapacity {
    /// Its name.
    pub name: String,
    /// Its zones, in order.
    pub zones: Vec<ZoneCapacity>,
    /// The node groups that hold addresses of it, in the order of the model. Where a workload's tier has none, one without a
    /// name, of [`DEFAULT_TYPE`]; none of that where the cluster has its pods on Fargate.
    pub groups: Vec<GroupCapacity>,
    /// The Fargate profiles in it: each of their pods takes an address, and nobody says how many there are.
    pub fargate: Vec<String>,
    /// Whether Karpenter starts nodes in it, of which nobody says how many and of which types.
    pub karpenter: bool,
    /// Whether EKS Auto Mode starts nodes in it beside those of node groups, of which nobody says how many and of which types.
    pub auto_mode: bool,
    /// Whether the VPC CNI takes pods' addresses from it for nodes of other tiers: its subnets are tagged for discovery.
    pub discovered: bool,
    /// Which of a node's addresses are of this tier.
    pub part: Part,
}

/// The subnets of a tier in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneCapacity {
    /// The zone.
    pub zone: ZoneId,
    /// Its subnets, the first one first.
    pub subnets: Vec<SubnetCapacity>,
}

/// A subnet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubnetCapacity {
    /// All its addresses.
    pub addresses: u64,
    /// Those that instances can have: all but AWS's five.
    pub usable: u64,
    /// What takes some of these before any node does.
    pub taken: Taken,
}

/// What takes addresses before any node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Kept for the network interfaces of the control plane: six in each of its subnets.
    pub control_plane: u64,
    /// Kept for load balancers: eight in the first subnet of each zone of a tier that takes them.
    pub load_balancers: u64,
    /// Interface endpoints, the inbound resolver and attachments to transit gateways, one for each.
    pub endpoints: u64,
    /// NAT gateways.
    pub nat_gateways: u64,
}

/// A node group and what it may need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCapacity {
    /// Its name; none where the tier has no node group and a type is only reckoned with.
    pub name: Option<String>,
    /// Its types of instances.
    pub types: Vec<String>,
    /// Those of which the limits are not known: nothing can be said of the group then.
    pub unknown: Vec<String>,
    /// The most nodes it may have; none where nobody says.
    pub max: Option<u32>,
    /// How many nodes more an update may start.
    pub surge: u32,
    /// Which node group of the model it is.
    pub(crate) index: Option<usize>,
    instances: Vec<Instance>,
    warm: WarmTargets,
    part: Part,
}

/// What a tier has room for, in nodes of one of its groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// How many pods a node has at most: that of the type with the fewest.
    pub max_pods: u32,
    /// How many of them are on the host's network, without an address of their own.
    pub host_network_pods: u32,
    /// What a node holds that has as many pods: of the type that holds the most.
    pub held: Held,
    /// With how many nodes of this group the tier is full, spread evenly over its zones, when all its other groups have
    /// their most.
    pub nodes: u64,
    /// With how many it is full when a zone is lost and its nodes start in the others.
    pub nodes_without_a_zone: u64,
}

impl Forecast {
    /// How many pods with addresses of their own run on a node.
    pub fn pods_per_node(&self) -> u32 {
        self.max_pods.saturating_sub(self.host_network_pods)
    }

    /// How many pods with addresses of their own run on all nodes that fit.
    pub fn pods(&self) -> u64 {
        self.nodes * u64::from(self.pods_per_node())
    }
}

/// What the node groups of a tier want in the zone with the fewest addresses, in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demand {
    /// When each has its most nodes and each node its most pods.
    pub at_most: u64,
    /// What comes on top while one of them is updated, of the one that needs most.
    pub surge: u64,
}

impl Demand {
    /// Both.
    pub fn all(self) -> u64 {
        self.at_most + self.surge
    }
}

impl Capacity {
    /// What a plan of a stack has room for.
    pub(crate) fn of(stack: &Stack, plan: &Plan) -> Self {
        let endpoints = plan.endpoints.iter();
        let endpoints = endpoints.filter(|endpoint| endpoint.kind() == EndpointKind::Interface);
        let endpoints = u64::try_from(endpoints.count()).unwrap_or(u64::MAX);
        let usual = Pods::defaults(Origin::Default);
        let pods = stack.cluster.as_ref().map_or(&usual, |c| &c.pods);
        let tiers = plan.tiers.iter().enumerate().map(|(index, tier)| {
            let part = part(pods, plan, index);
            let zones: Vec<_> = tier
                .zones
                .iter()
                .map(|zone| ZoneCapacity::of(*zone, index, tier, plan, endpoints))
                .collect();
            TierCapacity {
                name: tier.name.clone(),
                groups: groups(stack, plan, index, (part, WarmTargets::of(pods))),
                zones,
                fargate: fargate(stack, plan, index),
                karpenter: stack.cluster.iter().any(|cluster| cluster.karpenter)
                    && plan.takes_nodes(index)
                    && !tier.is_local(),
                auto_mode: !plan.node_tiers.is_empty()
                    && plan.auto_tiers().any(|auto| auto == index),
                discovered: tier.tags.get(DISCOVERY).is_some_and(|value| value != "0")
                    && !plan.takes_nodes(index)
                    && plan.pod_tier != Some(index),
                part,
            }
        });
        Self {
            tiers: tiers.collect(),
            network: if plan.ipv6_cluster {
                PodNetwork::IPV6
            } else if stack.cluster.as_ref().is_some_and(Cluster::is_auto_alone) {
                PodNetwork::of_auto_mode(pods)
            } else {
                PodNetwork::of(pods)
            },
        }
    }
}

/// Which of a node's addresses are of a tier.
fn part(pods: &Pods, plan: &Plan, tier: usize) -> Part {
    let own = plan.pod_tier == Some(tier);
    match (pods.placement, own) {
        (Placement::Nodes, _) => Part::Whole,
        (Placement::CustomNetworking(_) | Placement::NodeClass(_), false) => Part::Node,
        (Placement::CustomNetworking(_) | Placement::NodeClass(_), true) => Part::Pods,
        (Placement::Discovery(_), false) => Part::FirstInterface,
        (Placement::Discovery(_), true) => Part::FurtherInterfaces,
    }
}

/// The node groups that hold addresses of a tier: those in it, and all of them in the tier of their pods.
fn groups(
    stack: &Stack,
    plan: &Plan,
    tier: usize,
    (part, warm): (Part, WarmTargets),
) -> Vec<GroupCapacity> {
    let of_pods = plan.pod_tier == Some(tier);
    let models = stack
        .cluster
        .iter()
        .flat_map(|cluster| &cluster.node_groups);
    let groups: Vec<_> = models
        .zip(&plan.node_tiers)
        .enumerate()
        .filter(|(_, (_, at))| **at == tier || of_pods)
        .map(|(index, (group, at))| {
            let zones = plan.tiers.get(*at).map_or(0, |tier| tier.zones.len());
            GroupCapacity {
                warm,
                part,
                ..GroupCapacity::of(index, group, zones)
            }
        })
        .collect();
    // All pods of a cluster with nothing but Fargate profiles are on Fargate.
    let nodes = stack.cluster.as_ref().is_none_or(|cluster| {
        cluster.karpenter
            || cluster.auto().is_some()
            || !cluster.node_groups.is_empty()
            || cluster.fargate.is_empty()
    });
    if groups.is_empty() && nodes && (plan.takes_nodes(tier) || of_pods) {
        return vec![GroupCapacity {
            name: None,
            types: vec![DEFAULT_TYPE.to_owned()],
            unknown: Vec::new(),
            max: None,
            surge: 0,
            index: None,
            instances: instance(DEFAULT_TYPE).into_iter().collect(),
            warm,
            part,
        }];
    }
    groups
}

/// The names of the Fargate profiles in a tier.
fn fargate(stack: &Stack, plan: &Plan, tier: usize) -> Vec<String> {
    let profiles = stack.cluster.iter().flat_map(|cluster| &cluster.fargate);
    profiles
        .zip(&plan.fargate_tiers)
        .filter(|(_, at)| **at == tier)
        .map(|(profile, _)| profile.name.value.clone())
        .collect()
}

impl GroupCapacity {
    fn of(index: usize, group: &NodeGroup, zones: usize) -> Self {
        let types = group.instance_types.iter().map(|at| at.value.clone());
        let mut group = Self {
            name: Some(group.name.value.clone()),
            types: types.collect(),
            unknown: Vec::new(),
            max: Some(group.size.value.max),
            surge: surge(group.size.value.max, group.max_unavailable.value, zones),
            index: Some(index),
            instances: Vec::new(),
            warm: WarmTargets::default(),
            part: Part::Whole,
        };
        for name in &group.types {
            match instance(name) {
                Some(instance) => group.instances.push(instance),
                None => group.unknown.push(name.clone()),
            }
        }
        group
    }

    /// Pods for each node, and what a full node holds of the tier. None where a type is not known, or takes no prefixes and
    /// the network wants them.
    pub fn node(&self, network: PodNetwork) -> Option<(u32, Held)> {
        if !self.unknown.is_empty() {
            return None;
        }
        let most = |instance: &Instance| instance.managed_max_pods(network);
        let each: Option<Vec<u32>> = self.instances.iter().map(most).collect();
        let max_pods = each?.into_iter().min()?;
        let pods = max_pods.saturating_sub(network.mode.host_network_pods());
        let held = |instance: &Instance| instance.held_of(self.part, network, pods, self.warm);
        let held = self.instances.iter().filter_map(held);
        Some((max_pods, held.max_by_key(|held| held.addresses())?))
    }

    /// How many of so many nodes are in the zone that has most of them.
    fn in_a_zone(nodes: u32, zones: usize) -> u64 {
        let zones = u32::try_from(zones).unwrap_or(u32::MAX).max(1);
        u64::from(nodes.div_ceil(zones))
    }
}

/// How many nodes more than its most a managed group has during an update: twice as many as it has zones, or those that
/// may be away at a time where these are more.
///
/// Source: Amazon EKS User Guide, "Understand each phase of node updates".
pub(super) fn surge(max: u32, unavailable: MaxUnavailable, zones: usize) -> u32 {
    let unavailable = match unavailable {
        MaxUnavailable::Nodes(nodes) => nodes,
        MaxUnavailable::Percent(percent) => max.saturating_mul(u32::from(percent)).div_ceil(100),
    };
    let zones = u32::try_from(zones).unwrap_or(u32::MAX);
    // EKS replaces at most a hundred nodes at a time.
    zones.saturating_mul(2).max(unavailable.min(100))
}

impl ZoneCapacity {
    fn of(zone: ZoneId, index: usize, tier: &PlannedTier, plan: &Plan, endpoints: u64) -> Self {
        let here = tier.subnets.iter().filter(|subnet| subnet.key.zone == zone);
        let subnet = |(place, subnet): (usize, &PlannedSubnet)| {
            let mut taken = Taken::default();
            if plan.control_plane == Some(index) {
                taken.control_plane = CONTROL_PLANE;
            }
            // An endpoint, an attachment or a gateway stands in one subnet of a zone only, and load balancers where the tag for
            // them is.
            if place == 0 {
                if tier.load_balancers {
                    taken.load_balancers = LOAD_BALANCER;
                }
                if plan.endpoint_tier == Some(index) {
                    taken.endpoints = endpoints;
                }
                if plan.resolver_tier == Some(index) {
                    taken.endpoints += 1;
                }
                let attached = plan.connections.iter();
                let attached = attached.filter(|to| to.attached == Some(index));
                taken.endpoints += u64::try_from(attached.count()).unwrap_or(u64::MAX);
                let nats = plan.nats.iter();
                let nats = nats.filter(|nat| nat.tier == index && nat.zone == zone);
                taken.nat_gateways = u64::try_from(nats.count()).unwrap_or(u64::MAX);
            }
            SubnetCapacity {
                addresses: address_count(subnet.cidr.prefix_len()),
                usable: subnet.usable(),
                taken,
            }
        };
        Self {
            zone,
            subnets: here.enumerate().map(subnet).collect(),
        }
    }

    /// Addresses that instances can have.
    pub fn usable(&self) -> u64 {
        self.subnets.iter().map(|subnet| subnet.usable).sum()
    }

    /// What takes some of them before any node does.
    pub fn taken(&self) -> Taken {
        let mut all = Taken::default();
        for SubnetCapacity { taken, .. } in &self.subnets {
            all.control_plane += taken.control_plane;
            all.load_balancers += taken.load_balancers;
            all.endpoints += taken.endpoints;
            all.nat_gateways += taken.nat_gateways;
        }
        all
    }

    /// What is left for nodes and pods.
    pub fn rest(&self) -> u64 {
        self.subnets.iter().map(SubnetCapacity::rest).sum()
    }

    /// How many nodes fit that hold so many addresses each, when so many addresses are others'.
    fn nodes(&self, each: u64, others: u64) -> u64 {
        let each = each.max(1);
        // A node is in one subnet.
        let alone: u64 = self.subnets.iter().map(|subnet| subnet.rest() / each).sum();
        alone.min(self.rest().saturating_sub(others) / each)
    }

    /// The same in prefix mode, of nodes that hold so much, beside others: how many these are, and what each holds.
    fn nodes_with_prefixes(&self, held: Held, others: &[(u64, Held)]) -> u64 {
        let mut pools: Vec<PrefixPool> = self
            .subnets
            .iter()
            .map(|subnet| PrefixPool::new(subnet.addresses, subnet.taken.all()))
            .collect();
        let mut place = |held: Held| {
            let mut pools = pools.iter_mut();
            pools.any(|pool| pool.place(held.singles(), held.prefixes))
        };
        for (nodes, held) in others {
            let fit = (0..*nodes).all(|_| place(*held));
            if !fit {
                return 0;
            }
        }
        let mut nodes = 0;
        while place(held) {
            nodes += 1;
        }
        nodes
    }
}

impl SubnetCapacity {
    /// What is left for nodes and pods.
    pub fn rest(&self) -> u64 {
        self.usable.saturating_sub(self.taken.all())
    }
}

impl Taken {
    /// All of it.
    pub fn all(self) -> u64 {
        self.control_plane + self.load_balancers + self.endpoints + self.nat_gateways
    }
}

impl TierCapacity {
    /// What is left for nodes and pods in the zone with the least.
    pub fn rest(&self) -> u64 {
        let rests = self.zones.iter().map(ZoneCapacity::rest);
        rests.min().unwrap_or(0)
    }

    /// How many nodes of one of its groups the tier has room for. None where a type of the group is not known, or cannot do
    /// what the network asks, or its nodes hold no address of the tier.
    pub fn forecast(&self, group: &GroupCapacity, network: PodNetwork) -> Option<Forecast> {
        let (max_pods, held) = group.node(network)?;
        if held.addresses() == 0 {
            return None;
        }
        let zones = self.zones.len();
        let others: Vec<(u64, Held)> = self
            .groups
            .iter()
            .filter(|other| other.index != group.index)
            // Those that take no prefixes take single addresses beside them.
            .filter_map(|other| {
                let node = other.node(network);
                let single = PodNetwork {
                    mode: AddressMode::Secondary,
                    ..network
                };
                let (_, held) = node.or_else(|| other.node(single))?;
                Some((other.max?, held))
            })
            .map(|(max, held)| (GroupCapacity::in_a_zone(max, zones), held))
            .collect();
        let addresses = others.iter().map(|(nodes, held)| nodes * held.addresses());
        let addresses: u64 = addresses.sum();
        let fit: Vec<u64> = self
            .zones
            .iter()
            .map(|zone| match network.mode {
                AddressMode::Secondary | AddressMode::Ipv6 => {
                    zone.nodes(held.addresses(), addresses)
                }
                AddressMode::Prefix | AddressMode::Auto => zone.nodes_with_prefixes(held, &others),
            })
            .collect();
        let without = |lost: usize| {
            let left = fit.iter().enumerate().filter(|(zone, _)| *zone != lost);
            evenly(left.map(|(_, nodes)| *nodes))
        };
        Some(Forecast {
            max_pods,
            host_network_pods: network.mode.host_network_pods(),
            held,
            nodes: evenly(fit.iter().copied()),
            nodes_without_a_zone: (0..fit.len()).map(without).min().unwrap_or(0),
        })
    }

    /// What the tier's node groups want in the zone with the fewest addresses; groups of unknown types count for nothing.
    pub fn demand(&self, network: PodNetwork) -> Demand {
        let zones = self.zones.len();
        let mut demand = Demand::default();
        for group in &self.groups {
            let (Some(max), Some((_, held))) = (group.max, group.node(network)) else {
                continue;
            };
            let alone = GroupCapacity::in_a_zone(max, zones);
            let updated = GroupCapacity::in_a_zone(max.saturating_add(group.surge), zones);
            demand.at_most += alone * held.addresses();
            demand.surge = demand.surge.max((updated - alone) * held.addresses());
        }
        demand
    }
}

/// How many nodes fit when they are spread evenly and each zone has room for so many: as many in each as in the smallest,
/// and one more in those that have room for it.
fn evenly(fit: impl Iterator<Item = u64> + Clone) -> u64 {
    let zones = u64::try_from(fit.clone().count()).unwrap_or(0);
    let least = fit.clone().min().unwrap_or(0);
    let more = u64::try_from(fit.filter(|nodes| *nodes > least).count()).unwrap_or(0);
    least * zones + more
}
