//! The plan: a stack with every open question answered. Each subnet has its zone and range, each NAT gateway its place,
//! each node group its subnets.
//!
//! Planning has three steps, each in a file: which zones (`zones`), which tiers (`tiers`), which ranges
//! (`addresses`, and `ipv6` for those of dual-stack networks).

mod addresses;
mod adopt;
mod allocator;
mod connections;
mod deployed;
mod existing;
mod ipv6;
mod ledger;
mod local_zones;
mod lock;
mod nats;
mod needs;
mod requests;
mod space;
#[cfg(test)]
mod tests;
mod tiers;
mod zones;

pub use adopt::{Adoption, ListedSubnet, Listing};
pub use ledger::{Change, Entry, Ledger, State, SubnetKey, Tombstone, Via, VpcRange};
pub use lock::{LOCK_FILE, LockFile};
pub use needs::{Caller, PlannedEndpoint, Reason};

pub(crate) use tiers::CONTROL_PLANE;
#[cfg(feature = "spec")]
pub(crate) use tiers::DEFAULT_TIERS;

pub(crate) use adopt::adopt;
pub(crate) use connections::PlannedConnection;
pub(crate) use deployed::listed;
pub(crate) use needs::{Need, first_interface, needs, private_needs};

pub(crate) use allocator::{addresses as address_count, usable};

use ipnet::Ipv4Net;

use crate::check::{default_service_cidr, rules};
use crate::diagnostic::{Findings, Origin};
use crate::graph::Tags;
use crate::network::{
    Access, Cluster, Placement, RouteTableId, Stack, SubnetId, TierModel, VpcId, ZoneId,
};

/// A tier with its subnets.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedTier {
    /// Its name.
    pub name: String,
    /// How it reaches the internet.
    pub access: Access,
    /// Where it was asked for.
    pub origin: Origin,
    /// Where its name stands.
    pub(crate) name_origin: Origin,
    /// Which tier of the model it is; none for one that nobody asked for.
    pub(crate) model: Option<usize>,
    /// Its zones, in order, Local Zones last.
    pub zones: Vec<ZoneId>,
    /// Those of them that are Local Zones, each with the Availability Zone that is its parent.
    pub local_zones: Vec<(ZoneId, ZoneId)>,
    /// Its subnets, in the order of their zones; several in a zone stand together.
    pub subnets: Vec<PlannedSubnet>,
    /// Whether load balancers are put here by their role tag.
    pub load_balancers: bool,
    /// Tags of its own.
    pub tags: Tags,
    /// For each zone, which NAT gateway it leaves through.
    pub(crate) egress: Vec<Option<Egress>>,
}

impl PlannedTier {
    /// What the user said of it, if anything.
    pub(crate) fn model<'a>(&self, stack: &'a Stack) -> Option<&'a TierModel> {
        stack.network.tiers.get(self.model?)
    }
}

/// A subnet.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedSubnet {
    /// What it is known by.
    pub key: SubnetKey,
    /// Its range.
    pub cidr: Ipv4Net,
    /// Which /64 of the network's IPv6 range it has, or had when that had one.
    pub ipv6: Option<u8>,
    /// Whether it is known to exist on AWS; of one that exists already, whether the stack is known to be on it.
    pub state: State,
    /// What it is on AWS, in a network that exists already.
    pub existing: Option<ExistingIds>,
}

/// What a subnet is on AWS that the stack uses and does not build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingIds {
    /// Its id.
    pub id: SubnetId,
    /// Its route table, where it is stated.
    pub route_table: Option<RouteTableId>,
}

impl PlannedSubnet {
    /// How many addresses instances can have: all but the five that AWS keeps.
    pub fn usable(&self) -> u64 {
        usable(self.cidr.prefix_len())
    }
}

/// The NAT gateway that a tier's subnets in a zone leave through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Egress {
    /// One of [`Plan::nats`].
    Zonal(usize),
    /// [`Plan::regional_nat`].
    Regional,
}

/// A NAT gateway of a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedNat {
    /// The public tier that it stands in, as a position in [`Plan::tiers`].
    pub(crate) tier: usize,
    /// Its zone.
    pub zone: ZoneId,
    /// The allocation id of an address that exists already.
    pub allocation: Option<String>,
    /// Where it was asked for.
    pub origin: Origin,
}

/// The NAT gateway of the whole VPC, of which AWS decides in which zones it is, and with which addresses.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRegionalNat {
    /// Where it was asked for.
    pub origin: Origin,
}

/// A network with every open question answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The network's range.
    pub cidr: Ipv4Net,
    /// The VPC, where the network exists already.
    pub existing: Option<VpcId>,
    /// Whether the VPC is known to exist on AWS.
    pub vpc_state: State,
    /// All of the network's ranges, the primary one first.
    pub blocks: Vec<Ipv4Net>,
    /// Whether the network has an IPv6 range now.
    pub dual_stack: bool,
    /// The network's zones, in order.
    pub zones: Vec<ZoneId>,
    /// Its tiers: public ones first, isolated ones last, by name; after them one that is added for attachments.
    pub tiers: Vec<PlannedTier>,
    /// Its NAT gateways that stand in subnets, by tier and zone.
    pub nats: Vec<PlannedNat>,
    /// Its NAT gateway that stands in none.
    pub regional_nat: Option<PlannedRegionalNat>,
    /// Its VPC endpoints with the reasons for them, by service.
    pub endpoints: Vec<PlannedEndpoint>,
    /// What is left of the range.
    pub free: Vec<Ipv4Net>,
    /// What is kept for others, as the user wrote it down.
    pub reserved: Vec<Ipv4Net>,
    /// What removed subnets had, which nobody gets before it is released; by address.
    pub tombstones: Vec<Tombstone>,
    /// Whether the cluster's pods and services have IPv6 addresses.
    pub ipv6_cluster: bool,
    /// The range of Kubernetes services; none without a cluster, or where EKS chooses it, for an IPv6 one.
    pub service_cidr: Option<Ipv4Net>,
    /// The tier of the control plane's interfaces.
    pub(crate) control_plane: Option<usize>,
    /// The zones in which the cluster gets subnets of that tier.
    pub(crate) cluster_zones: Vec<ZoneId>,
    /// The tiers of the node groups, in the order of the model.
    pub(crate) node_tiers: Vec<usize>,
    /// The tier of the stack's own nodes of EKS Auto Mode.
    pub(crate) auto_tier: Option<usize>,
    /// The tier of the nodes of AWS's own node pools: that of the control plane.
    pub(crate) built_in_tier: Option<usize>,
    /// Whether Karpenter starts nodes.
    pub(crate) karpenter: bool,
    /// The tiers of the Fargate profiles, in the order of the model.
    pub(crate) fargate_tiers: Vec<usize>,
    /// The tier that pods on nodes have their addresses from, where it is not their node's.
    pub(crate) pod_tier: Option<usize>,
    /// The tier that stands for "where the workload is".
    pub(crate) workload: Option<usize>,
    /// The tier of the interface endpoints.
    pub(crate) endpoint_tier: Option<usize>,
    /// The tier of the Route 53 Resolver inbound endpoint.
    pub(crate) resolver_tier: Option<usize>,
    /// The connections that are built, by name.
    pub(crate) connections: Vec<PlannedConnection>,
}

impl Plan {
    /// How many addresses are left.
    pub fn free_addresses(&self) -> u64 {
        self.free
            .iter()
            .map(|block| address_count(block.prefix_len()))
            .sum()
    }

    /// The ledger that keeps this plan: planning with it again gives the same.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new();
        // Of a VPC that is not the stack's own there is nothing to keep.
        ledger.set_vpc(self.existing.is_none().then_some(VpcRange {
            cidr: self.cidr,
            state: self.vpc_state,
        }));
        for (index, tier) in self.tiers.iter().enumerate() {
            let gateways: Vec<ZoneId> = self
                .nats
                .iter()
                .filter(|nat| nat.tier == index)
                .map(|nat| nat.zone)
                .collect();
            for subnet in &tier.subnets {
                let entry = Entry {
                    cidr: subnet.cidr,
                    ipv6: subnet.ipv6,
                    via: self
                        .via(tier, subnet.key.zone)
                        .filter(|via| *via != Via::Zone(subnet.key.zone)),
                    nat: subnet.key.ordinal == 0 && gateways.contains(&subnet.key.zone),
                    cluster: self.is_clusters(index, subnet.key.zone),
                    state: subnet.state,
                };
                ledger.insert(subnet.key.clone(), entry);
            }
        }
        for tombstone in &self.tombstones {
            ledger.bury(tombstone.clone());
        }
        ledger
    }

    /// Whether the cluster gets the subnets of a tier in a zone for its own interfaces.
    pub(crate) fn is_clusters(&self, tier: usize, zone: ZoneId) -> bool {
        self.control_plane == Some(tier) && self.cluster_zones.contains(&zone)
    }

    /// Where the NAT gateway is that a tier's subnets in a zone leave through.
    fn via(&self, tier: &PlannedTier, zone: ZoneId) -> Option<Via> {
        let at = tier.zones.iter().position(|known| *known == zone)?;
        match tier.egress.get(at).copied().flatten()? {
            Egress::Zonal(nat) => self.nats.get(nat).map(|nat| Via::Zone(nat.zone)),
            Egress::Regional => Some(Via::Regional),
        }
    }

    /// Notes that every subnet exists on AWS.
    #[cfg(feature = "cli")]
    pub(crate) fn mark_deployed(&mut self) {
        self.vpc_state = State::Deployed;
        for subnet in self.tiers.iter_mut().flat_map(|tier| &mut tier.subnets) {
            subnet.state = State::Deployed;
        }
    }

    /// Whether nodes stand in a tier; where no node group says so, those of the workload's tier will.
    pub(crate) fn takes_nodes(&self, tier: usize) -> bool {
        self.takes_own_nodes(tier) || self.auto_tiers().any(|auto| auto == tier)
    }

    /// The same, but for nodes of AWS's own node pools: those have nothing that a stack could set.
    pub(crate) fn takes_own_nodes(&self, tier: usize) -> bool {
        self.node_tiers.contains(&tier)
            || self.auto_tier == Some(tier)
            || (self.has_unplaced_nodes() && self.workload == Some(tier))
    }

    /// Whether Karpenter starts nodes in a tier. A Local Zone has few types, and Karpenter would start any.
    pub(crate) fn takes_karpenter(&self, tier: usize) -> bool {
        let here = if self.node_tiers.is_empty() {
            self.workload == Some(tier)
        } else {
            self.node_tiers.contains(&tier)
        };
        self.karpenter && here && self.tiers.get(tier).is_some_and(|tier| !tier.is_local())
    }

    /// Whether nodes will come that nothing has named a tier for.
    fn has_unplaced_nodes(&self) -> bool {
        let auto = self.auto_tiers().next().is_some();
        self.node_tiers.is_empty() && (self.karpenter || !auto)
    }

    /// The tiers of the nodes of EKS Auto Mode: that of the stack's own node pool, then that of AWS's.
    pub(crate) fn auto_tiers(&self) -> impl Iterator<Item = usize> {
        self.auto_tier.into_iter().chain(self.built_in_tier)
    }

    /// Whether there is an endpoint for a service of AWS, by its short name.
    pub(crate) fn has_endpoint(&self, service: &str) -> bool {
        self.endpoints
            .iter()
            .any(|endpoint| endpoint.service.short_name() == service)
    }

    /// Whether pods that take prefixes do so in a tier's subnets beside nodes and what else stands there.
    pub(crate) fn shares_prefixes(&self, tier: usize, placement: Placement) -> bool {
        self.takes_nodes(tier) && !placement.is_apart()
    }

    /// Whether a tier leaves the network through a transit gateway.
    pub(crate) fn leaves_by_transit(&self, tier: usize) -> bool {
        let mut connections = self.connections.iter();
        connections.any(|to| to.leaving.contains(&tier))
    }

    /// Whether a tier that is not public has a way to the internet, by IPv4 at least. In a network that exists already, that
    /// private tiers have one is the user's word.
    pub(crate) fn leaves(&self, tier: usize) -> bool {
        self.has_nat(tier) || self.leaves_by_transit(tier) || self.leaves_by_word(tier)
    }

    /// Whether every tier has a subnet in each of its zones; not so where there was no room, or the VPC is another.
    pub(crate) fn is_whole(&self) -> bool {
        self.tiers.iter().all(|tier| {
            let has = |zone: &ZoneId| tier.subnets.iter().any(|subnet| subnet.key.zone == *zone);
            tier.zones.iter().all(has)
        })
    }

    fn leaves_by_word(&self, tier: usize) -> bool {
        let tier = self.tiers.get(tier);
        self.existing.is_some() && tier.is_some_and(|tier| tier.access == Access::Private)
    }

    pub(crate) fn has_nat(&self, tier: usize) -> bool {
        self.tiers
            .get(tier)
            .is_some_and(|tier| tier.egress.iter().any(Option::is_some))
    }

    /// Whether a tier leaves through the VPC's regional NAT gateway.
    pub(crate) fn leaves_regionally(&self, tier: usize) -> bool {
        self.tiers
            .get(tier)
            .is_some_and(|tier| tier.egress.contains(&Some(Egress::Regional)))
    }
}

/// Answers every open question of a stack, or says why it cannot be done.
///
/// Nothing that stands in the ledger moves. A plan that comes with an error may lack subnets or their ranges: it is for the
/// rules, not to be built.
pub(crate) fn plan(stack: &Stack, ledger: &Ledger, findings: &mut Findings) -> Option<Plan> {
    let zones = zones::resolve(stack, ledger, findings);
    let tiers = tiers::resolve(stack, zones.as_deref(), ledger, findings);
    let (zones, tiers) = (zones?, tiers?);
    let cidr = stack.network.cidr.value;
    let existing = stack.network.existing.as_ref();
    let (vpc, allocation) = if let Some(known) = existing {
        existing::built_before(stack, known, ledger, findings);
        (None, Some(existing::subnets(stack, &tiers.tiers, ledger)))
    } else {
        let vpc = deployed::vpc(stack, ledger, findings);
        let places = vpc.and_then(|_| addresses::allocate(stack, &tiers.tiers, ledger, findings));
        (vpc, places)
    };
    // Without room there are no subnets, but much can be said of the tiers all the same.
    let allocation = allocation.unwrap_or_default();
    let control_plane = tiers.control_plane.and_then(|tier| tiers.tiers.get(tier));
    let cluster_zones = control_plane.map_or_else(Vec::new, |tier| {
        deployed::cluster_zones(stack, tier, ledger, findings)
    });
    let origin = stack.network.origin;
    deployed::lost_gateways(&tiers.tiers, &tiers.nats.zonal, origin, ledger, findings);
    deployed::lost_regional(&tiers.nats, origin, ledger, findings);

    let karpenter = stack
        .cluster
        .as_ref()
        .is_some_and(|cluster| cluster.karpenter);
    let mut plan = Plan {
        cidr,
        existing: existing.map(|vpc| VpcId::as_written(&vpc.id.value)),
        vpc_state: vpc.map_or(State::Planned, |vpc| vpc.state),
        blocks: requests::blocks(stack)
            .into_iter()
            .map(|block| block.cidr)
            .collect(),
        dual_stack: stack.network.ipv6.is_some(),
        zones,
        tiers: tiers.tiers,
        nats: tiers.nats.zonal,
        regional_nat: tiers.nats.regional,
        endpoints: needs::endpoints(stack),
        free: allocation.free,
        reserved: requests::reserved(stack).collect(),
        tombstones: allocation.tombstones,
        ipv6_cluster: stack.cluster.as_ref().is_some_and(Cluster::is_ipv6),
        service_cidr: service_cidr(stack),
        control_plane: tiers.control_plane,
        cluster_zones,
        node_tiers: tiers.node_tiers,
        auto_tier: tiers.auto_tier,
        built_in_tier: tiers.built_in_tier,
        karpenter,
        fargate_tiers: tiers.fargate_tiers,
        pod_tier: tiers.pod_tier,
        workload: tiers.workload,
        endpoint_tier: tiers.endpoint_tier,
        resolver_tier: tiers.resolver_tier,
        connections: tiers.connections,
    };
    for (tier, subnets) in plan.tiers.iter_mut().zip(allocation.subnets) {
        tier.subnets = subnets;
    }
    // Without IPv6 what was given out stays known: the range may still be there, or come back.
    if let Some(origin) = stack.network.ipv6 {
        let kept = plan.tombstones.iter().filter_map(|old| old.ipv6);
        let assigned = ipv6::assign(&mut plan.tiers, kept);
        findings.extend(assigned.err().map(|refused| refused.finding(origin)));
    }
    Some(plan)
}

/// The range of Kubernetes services, where eksnet is the one to choose it.
fn service_cidr(stack: &Stack) -> Option<Ipv4Net> {
    let cluster = stack
        .cluster
        .as_ref()
        .filter(|cluster| !cluster.is_ipv6())?;
    let asked = cluster.service_cidr.map(|asked| asked.value);
    Some(asked.unwrap_or_else(|| default_service_cidr(&stack.network)))
}

/// What can be done about a plan that nobody has deployed.
const NOT_YET: &str =
    "; as long as it is not deployed, `eksnet plan --repair` gives it another place";

/// A ledger without what is only planned and keeps the stack from being planned.
pub(crate) fn fitting(stack: &Stack, ledger: &Ledger) -> Option<Ledger> {
    let mut ignored = Findings::new();
    let zones = zones::resolve(stack, ledger, &mut ignored);
    let tiers = tiers::resolve(stack, zones.as_deref(), ledger, &mut ignored)?;
    Some(addresses::fitting(stack, &tiers.tiers, ledger))
}

/// Whether two ranges share an address.
pub(crate) fn overlap(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// A finding for a handle to a tier of another network.
pub(crate) fn foreign_tier(origin: Origin, stack: &Stack, findings: &mut Findings) {
    findings.push(
        rules::SPEC013
            .at(origin, "this tier belongs to another network")
            .related(stack.network.origin, "the stack's network")
            .note("a handle that `Network::add` returned is good for that network only")
            .help("add the tier to the network that the stack is made of"),
    );
}
