//! Capacity: how many nodes and pods there is room for.

use serde::Serialize;

use super::table::{Align, Table};
use super::{fill, thousands};
use crate::capacity::{
    AddressMode, Forecast, GroupCapacity, HOST_NETWORK_PODS, Part, PodNetwork, TierCapacity,
    ZoneCapacity, prefixes,
};
use crate::synthesis::Synthesis;

/// What the modes are called.
const SECONDARY: &str = "secondary";
const PREFIX: &str = "prefix";
const IPV6: &str = "ipv6";
const AUTO: &str = "auto";

/// What the subnets of a stack have room for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CapacityReport {
    /// The stack.
    pub stack: String,
    /// How pods get their addresses: `secondary`, `prefix`, `auto` or `ipv6`. Rows of another mode are for comparison.
    pub mode: &'static str,
    /// Whether pods have subnets of their own, and no place on the first interface of their node.
    pub custom_networking: bool,
    /// Its tiers.
    pub tiers: Vec<TierRoom>,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierRoom {
    /// Its name.
    pub name: String,
    /// Its zones, in order.
    pub zones: Vec<ZoneRoom>,
    /// The node groups in it; one without a name where a workload's tier has none.
    pub groups: Vec<GroupRoom>,
    /// The Fargate profiles in it: each of their pods takes an address, and these are not counted.
    pub fargate: Vec<String>,
    /// Whether Karpenter starts nodes in it, which are not counted.
    pub karpenter: bool,
    /// Whether EKS Auto Mode starts nodes in it beside node groups, which are not counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub auto_mode: bool,
    /// Whether the VPC CNI takes pods' addresses from it for nodes of other tiers, which is not counted.
    pub discovered: bool,
    /// Addresses that the zone with the fewest has left when every node group has its most nodes with their most pods and
    /// one of them is updated; below zero where they do not suffice. None where nobody says how many nodes there are.
    pub left: Option<i64>,
    /// How many prefixes there are; none where the tier has no nodes.
    pub prefixes: Option<PrefixRoom>,
}

/// The subnets of a tier in a zone, in addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneRoom {
    /// The zone.
    pub zone: String,
    /// Those that instances can have: all but the five that AWS keeps of each subnet.
    pub usable: u64,
    /// Kept for the control plane, whether it uses them or not.
    pub control_plane: u64,
    /// Kept for load balancers, whether there are any or not.
    pub load_balancers: u64,
    /// Interface endpoints, the inbound resolver and attachments to transit gateways.
    pub endpoints: u64,
    /// NAT gateways.
    pub nat_gateways: u64,
    /// Left for nodes and pods.
    pub left: u64,
}

/// A node group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupRoom {
    /// Its name; none for a type that is only reckoned with.
    pub name: Option<String>,
    /// Its types of instances.
    pub types: Vec<String>,
    /// Those of which the limits are not known.
    pub unknown: Vec<String>,
    /// The most nodes it may have.
    pub max_nodes: Option<u32>,
    /// How many more an update may start.
    pub surge: u32,
    /// Where addresses are taken one by one, which is the default of the VPC CNI. None where a type is not known.
    pub secondary: Option<ModeRoom>,
    /// Where addresses are taken by prefix. None where a type is not known or takes no prefixes.
    pub prefix: Option<ModeRoom>,
    /// On nodes of EKS Auto Mode, where there are no others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto: Option<ModeRoom>,
    /// In an IPv6 cluster, which has neither of these; addresses are those of IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<ModeRoom>,
}

/// What there is room for in one of the modes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModeRoom {
    /// The most pods of a node, those on its host's network included.
    pub max_pods: u32,
    /// Addresses that a node with as many pods holds.
    pub addresses: u64,
    /// With how many such nodes the tier is full, when its other groups have their most.
    pub nodes: u64,
    /// With how many it is full when a zone is lost.
    pub nodes_without_a_zone: u64,
    /// How many pods with addresses of their own run on all that fit.
    pub pods: u64,
}

/// The /28 blocks of the smallest subnet that has nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrefixRoom {
    /// How many there are, but for those that AWS's own addresses lie in.
    pub all: u64,
    /// How many are expected to be free beside what stands in the subnet before any node does.
    pub at_first: u64,
    /// How many when a tenth of the addresses is used one by one.
    pub at_a_tenth: u64,
    /// How many when a fifth is.
    pub at_a_fifth: u64,
}

impl CapacityReport {
    /// What the subnets of a stack have room for.
    pub fn new(synthesis: &Synthesis) -> Self {
        let capacity = synthesis.capacity();
        let tiers = capacity.tiers.iter();
        let mode = match capacity.network.mode {
            AddressMode::Secondary => SECONDARY,
            AddressMode::Prefix => PREFIX,
            AddressMode::Auto => AUTO,
            AddressMode::Ipv6 => IPV6,
        };
        Self {
            stack: synthesis.graph().stack.clone(),
            mode,
            custom_networking: capacity.network.custom_networking,
            tiers: tiers
                .map(|tier| TierRoom::new(tier, capacity.network))
                .collect(),
        }
    }

    /// For a terminal, at most a hundred columns for usual names.
    pub fn table(&self) -> String {
        let mut text = self.subnets();
        if self.has_nodes() {
            text.push('\n');
            text.push_str(&self.nodes());
        }
        for lines in [self.legend(), self.remarks()] {
            if !lines.is_empty() {
                text.push('\n');
            }
            for line in lines {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }

    fn has_nodes(&self) -> bool {
        self.tiers.iter().any(|tier| !tier.groups.is_empty())
    }

    /// What the columns mean, where their names do not say it all, a line each.
    fn legend(&self) -> Vec<String> {
        let mut legend = Vec::new();
        let mut zones = self.tiers.iter().flat_map(|tier| &tier.zones);
        if zones.any(|zone| zone.control_plane + zone.load_balancers > 0) {
            legend.push(
                "control plane, load balancers: a reserve in each subnet, whether it is used or not"
                    .to_owned(),
            );
        }
        if self.has_nodes() {
            if self.mode == PREFIX {
                legend.push(
                    "mode: the cluster's is prefix; secondary is there for comparison".to_owned(),
                );
            }
            let several = self.tiers.iter().any(|tier| tier.groups.len() > 1);
            let others = if several {
                ", the tier's other groups at their maximum"
            } else {
                ""
            };
            legend.push(format!(
                "full at: nodes of this group that fit, each with all its pods{others}"
            ));
            if self.mode == AUTO {
                legend.push(
                    "auto: nodes of EKS Auto Mode have 110 pods at most, and take prefixes of 16 addresses"
                        .to_owned(),
                );
            } else {
                legend.push(format!(
                "pods: on these nodes, without the {HOST_NETWORK_PODS} of each that have no address of their own"
                ));
            }
            let mut groups = self.tiers.iter().flat_map(|tier| &tier.groups);
            if groups.any(|group| group.ipv6.is_some()) {
                legend.push(
                    "ipv6: pods take addresses of their node's IPv6 prefix; what is counted is the node's IPv4 address"
                        .to_owned(),
                );
            }
        }
        legend
    }

    /// A line for each tier and zone.
    fn subnets(&self) -> String {
        let mut table = Table::new([
            ("tier", Align::Left),
            ("zone", Align::Left),
            ("usable", Align::Right),
            ("control plane", Align::Right),
            ("load balancers", Align::Right),
            ("endpoints", Align::Right),
            ("NAT", Align::Right),
            ("left", Align::Right),
        ]);
        for tier in &self.tiers {
            for zone in &tier.zones {
                let mut cells = vec![tier.name.clone(), zone.zone.clone(), thousands(zone.usable)];
                let taken = [
                    zone.control_plane,
                    zone.load_balancers,
                    zone.endpoints,
                    zone.nat_gateways,
                ];
                cells.extend(taken.map(|addresses| match addresses {
                    0 => "-".to_owned(),
                    some => thousands(some),
                }));
                cells.push(thousands(zone.left));
                table.row(cells);
            }
        }
        table.text()
    }

    /// A line for each node group and mode.
    fn nodes(&self) -> String {
        let mut table = Table::new([
            ("tier", Align::Left),
            ("nodes", Align::Left),
            ("mode", Align::Left),
            ("max pods", Align::Right),
            ("addresses", Align::Right),
            ("full at", Align::Right),
            ("a zone less", Align::Right),
            ("pods", Align::Right),
            ("max + update", Align::Right),
        ]);
        for tier in &self.tiers {
            for group in &tier.groups {
                let modes = [
                    (SECONDARY, &group.secondary),
                    (PREFIX, &group.prefix),
                    (AUTO, &group.auto),
                    (IPV6, &group.ipv6),
                ];
                for (mode, room) in modes {
                    let Some(room) = room else { continue };
                    table.row(vec![
                        tier.name.clone(),
                        group.title(),
                        mode.to_owned(),
                        room.max_pods.to_string(),
                        thousands(room.addresses),
                        thousands(room.nodes),
                        thousands(room.nodes_without_a_zone),
                        thousands(room.pods),
                        group.max_nodes.map_or_else(
                            || "-".to_owned(),
                            |max| format!("{max} + {}", group.surge),
                        ),
                    ]);
                }
            }
        }
        table.text()
    }

    /// What is no number of a table, a line each.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        for tier in &self.tiers {
            let name = &tier.name;
            if let Some(left) = tier.left {
                let addresses = thousands(left.unsigned_abs());
                let word = if left < 0 { "missing" } else { "left" };
                remarks.push(format!(
                    "{name}: {addresses} addresses {word} in a zone with all nodes there may be, and one group updated"
                ));
            }
            if tier
                .prefixes
                .as_ref()
                .is_some_and(|room| room.at_first == 0)
            {
                remarks.push(format!(
                    "{name}: no /28 is free for a prefix, so that pods can take addresses one by one only"
                ));
            } else if let Some(prefixes) = &tier.prefixes {
                remarks.push(format!(
                    "{name}: {} of {} prefixes free, {} once a tenth of the addresses is in use, {} at a fifth",
                    thousands(prefixes.at_first),
                    thousands(prefixes.all),
                    thousands(prefixes.at_a_tenth),
                    thousands(prefixes.at_a_fifth),
                ));
            }
            if !tier.fargate.is_empty() {
                remarks.push(format!(
                    "{name}: pods of {} on Fargate take an address each, which are not counted",
                    tier.fargate.join(", ")
                ));
            }
            if tier.karpenter {
                remarks.push(format!(
                    "{name}: nodes that Karpenter starts are not counted"
                ));
            }
            if tier.auto_mode {
                remarks.push(format!(
                    "{name}: nodes that EKS Auto Mode starts are not counted"
                ));
            }
            if tier.discovered {
                remarks.push(format!(
                    "{name}: the VPC CNI takes pods' addresses from here, too, which come on top of what nodes' tiers hold"
                ));
            }
            for group in tier.groups.iter().filter(|group| !group.unknown.is_empty()) {
                remarks.push(format!(
                    "{name}: nothing can be said of {}, as the limits of {} are not known",
                    group.title(),
                    group.unknown.join(", ")
                ));
            }
        }
        remarks
    }

    /// For a review or a page.
    pub fn markdown(&self) -> String {
        #[derive(Serialize)]
        struct Page<'a> {
            tiers: &'a [TierRoom],
            remarks: Vec<String>,
        }
        let page = Page {
            tiers: &self.tiers,
            remarks: [self.legend(), self.remarks()].concat(),
        };
        fill(
            "capacity.md",
            include_str!("../../templates/capacity.md.j2"),
            page,
        )
    }
}

impl TierRoom {
    fn new(tier: &TierCapacity, network: PodNetwork) -> Self {
        let demand = tier.demand(network);
        let known = tier
            .groups
            .iter()
            .all(|group| group.max.is_some() && group.unknown.is_empty());
        let signed = |addresses: u64| i64::try_from(addresses).unwrap_or(i64::MAX);
        Self {
            name: tier.name.clone(),
            zones: tier.zones.iter().map(ZoneRoom::new).collect(),
            groups: tier
                .groups
                .iter()
                .map(|group| GroupRoom::new(tier, group, network))
                .collect(),
            fargate: tier.fargate.clone(),
            karpenter: tier.karpenter,
            auto_mode: tier.auto_mode,
            discovered: tier.discovered,
            left: (known && !tier.groups.is_empty())
                .then(|| signed(tier.rest()) - signed(demand.all())),
            prefixes: PrefixRoom::new(tier).filter(|_| network.mode != AddressMode::Ipv6),
        }
    }
}

impl ZoneRoom {
    fn new(zone: &ZoneCapacity) -> Self {
        let taken = zone.taken();
        Self {
            zone: zone.zone.to_string(),
            usable: zone.usable(),
            control_plane: taken.control_plane,
            load_balancers: taken.load_balancers,
            endpoints: taken.endpoints,
            nat_gateways: taken.nat_gateways,
            left: zone.rest(),
        }
    }
}

impl GroupRoom {
    fn new(tier: &TierCapacity, group: &GroupCapacity, network: PodNetwork) -> Self {
        let alone = |mode| matches!(mode, AddressMode::Ipv6 | AddressMode::Auto);
        let room = |mode| {
            let asked = mode == network.mode || !(alone(mode) || alone(network.mode));
            let network = PodNetwork { mode, ..network };
            let forecast = tier.forecast(group, network).filter(|_| asked);
            forecast.map(ModeRoom::new)
        };
        Self {
            name: group.name.clone(),
            types: group.types.clone(),
            unknown: group.unknown.clone(),
            max_nodes: group.max,
            surge: group.surge,
            secondary: room(AddressMode::Secondary),
            prefix: room(AddressMode::Prefix),
            auto: room(AddressMode::Auto),
            ipv6: room(AddressMode::Ipv6),
        }
    }

    /// Its name, or the type that is reckoned with.
    fn title(&self) -> String {
        let types = || format!("any {}", self.types.join(", "));
        self.name.clone().unwrap_or_else(types)
    }
}

impl ModeRoom {
    fn new(forecast: Forecast) -> Self {
        Self {
            max_pods: forecast.max_pods,
            addresses: forecast.held.addresses(),
            nodes: forecast.nodes,
            nodes_without_a_zone: forecast.nodes_without_a_zone,
            pods: forecast.pods(),
        }
    }
}

impl PrefixRoom {
    fn new(tier: &TierCapacity) -> Option<Self> {
        if tier.groups.is_empty() || tier.part == Part::Node {
            return None;
        }
        let subnets = tier.zones.iter().flat_map(|zone| &zone.subnets);
        let smallest = subnets.min_by_key(|subnet| subnet.rest())?;
        let free = |used| whole(prefixes(smallest.addresses, used));
        Some(Self {
            all: free(0),
            at_first: free(smallest.taken.all()),
            at_a_tenth: free(smallest.usable / 10),
            at_a_fifth: free(smallest.usable / 5),
        })
    }
}

/// A number of blocks, of which a subnet has 4,096 at most.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 4,096"
)]
fn whole(blocks: f64) -> u64 {
    blocks.round() as u64
}
