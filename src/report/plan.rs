//! The address plan: where everything is, and what is left.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::capacity::CapacityReport;
use super::map::AddressMap;
use super::table::{Align, Table};
use super::{fill, thousands};
use crate::plan::{
    Caller, Plan, PlannedEndpoint, PlannedTier, Reason, State, Tombstone, address_count,
};
use crate::synthesis::Synthesis;

/// An address plan, as `eksnet plan` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanReport {
    /// The stack.
    pub stack: String,
    /// Its region.
    pub region: String,
    /// The VPC, where it exists already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<String>,
    /// The network's range.
    pub cidr: String,
    /// The blocks that were added to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secondary_cidrs: Vec<String>,
    /// How many addresses all of them have.
    pub addresses: u64,
    /// The network's zones.
    pub zones: Vec<String>,
    /// Its tiers.
    pub tiers: Vec<TierRow>,
    /// How many addresses instances can have in all of them.
    pub usable: u64,
    /// What is left of the range; of a VPC that exists already, nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free: Option<FreeSpace>,
    /// The NAT gateways that stand in subnets.
    pub gateways: Vec<PlannedGateway>,
    /// Whether there is one for the whole VPC.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub regional_gateway: bool,
    /// The VPC endpoints with the reasons for them, where they were worked out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<EndpointRow>,
    /// The range of Kubernetes services, outside the network.
    pub services: Option<String>,
    /// Whether the cluster's pods and services have IPv6 addresses, of which EKS chooses the range of services.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ipv6_cluster: bool,
    /// What is kept for others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<String>,
    /// What removed subnets had, which nobody gets before it is released.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tombstones: Vec<TombstoneRow>,
    /// What there is room for.
    pub capacity: CapacityReport,
    #[serde(skip)]
    map: AddressMap,
    /// In a dual-stack network, how many of the 256 /64s of the VPC's IPv6 range have a subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<usize>,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierRow {
    /// Its name.
    pub name: String,
    /// How it reaches the internet.
    pub access: String,
    /// Its subnets, in the order of their zones.
    pub subnets: Vec<SubnetRow>,
    /// How many addresses instances can have in all of them.
    pub usable: u64,
}

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubnetRow {
    /// Its zone.
    pub zone: String,
    /// Which of the tier's subnets in its zone it is, from 1.
    pub number: u16,
    /// Its id, in a VPC that exists already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its range.
    pub cidr: String,
    /// Whether it is known to exist on AWS.
    pub deployed: bool,
    /// How many addresses instances can have: all but the five that AWS keeps.
    pub usable: u64,
    /// In a dual-stack network, which /64 of the VPC's IPv6 range it has, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<u8>,
}

/// What a removed subnet had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TombstoneRow {
    /// The subnet's tier.
    pub tier: String,
    /// Its zone.
    pub zone: String,
    /// Which of the tier's subnets in its zone it was, from 1.
    pub number: u16,
    /// Its range.
    pub cidr: String,
    /// Tier, zone and number, in words.
    #[serde(skip)]
    name: String,
}

/// What is left of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FreeSpace {
    /// The free blocks.
    pub cidrs: Vec<String>,
    /// How many addresses they have.
    pub addresses: u64,
}

/// A NAT gateway that stands in a subnet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedGateway {
    /// The public tier that it stands in.
    pub tier: String,
    /// Its zone.
    pub zone: String,
}

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndpointRow {
    /// The service, by its short name.
    pub service: String,
    /// `Gateway` or `Interface`.
    pub kind: String,
    /// Why it is there.
    pub reasons: Vec<ReasonRow>,
}

/// Why a VPC endpoint is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonRow {
    /// Who calls the service.
    pub caller: String,
    /// What for.
    pub why: String,
}

/// Several plans as one JSON document: `{"stacks": […]}`.
pub fn plans_as_json(plans: &[PlanReport]) -> String {
    #[derive(Serialize)]
    struct Stacks<'a> {
        stacks: &'a [PlanReport],
    }
    let text = serde_json::to_string_pretty(&Stacks { stacks: plans });
    // Fails only for maps whose keys are not text; there are none.
    debug_assert!(text.is_ok());
    text.unwrap_or_default() + "\n"
}

/// The most zones that stand side by side on a hundred columns.
const ZONES_ACROSS: usize = 3;

/// The most free blocks that are written out.
const BLOCKS: usize = 6;

impl PlanReport {
    /// The plan of a stack.
    pub fn new(synthesis: &Synthesis) -> Self {
        let (plan, graph) = (synthesis.plan(), synthesis.graph());
        let tier = |tier| TierRow::new(tier, plan.dual_stack);
        let tiers: Vec<TierRow> = plan.tiers.iter().map(tier).collect();
        Self {
            stack: graph.stack.clone(),
            region: graph.region.as_str().to_owned(),
            existing: plan.existing.as_ref().map(ToString::to_string),
            cidr: plan.cidr.to_string(),
            secondary_cidrs: plan
                .blocks
                .iter()
                .skip(1)
                .map(ToString::to_string)
                .collect(),
            addresses: plan
                .blocks
                .iter()
                .map(|block| address_count(block.prefix_len()))
                .sum(),
            zones: plan.zones.iter().map(ToString::to_string).collect(),
            usable: tiers.iter().map(|tier| tier.usable).sum(),
            tiers,
            free: plan.existing.is_none().then(|| FreeSpace {
                cidrs: plan.free.iter().map(ToString::to_string).collect(),
                addresses: plan.free_addresses(),
            }),
            gateways: gateways(plan),
            regional_gateway: plan.regional_nat.is_some(),
            endpoints: endpoints(plan),
            ipv6: ipv6(plan),
            reserved: plan.reserved.iter().map(ToString::to_string).collect(),
            tombstones: plan.tombstones.iter().map(TombstoneRow::new).collect(),
            capacity: CapacityReport::new(synthesis),
            map: AddressMap::new(plan),
            ipv6_cluster: plan.ipv6_cluster,
            services: plan.service_cidr.map(|cidr| cidr.to_string()),
        }
    }

    /// For a terminal, at most a hundred columns for usual names.
    pub fn table(&self) -> String {
        let addresses = thousands(self.addresses);
        let vpc = self.existing.as_ref();
        let vpc = vpc.map_or_else(String::new, |vpc| format!(" of {vpc}"));
        let mut text = format!(
            "{} in {}: {}{vpc}, {addresses} addresses\n\n",
            self.stack,
            self.region,
            self.blocks()
        );
        let mut lines = self.tiers.iter().flat_map(TierRow::lines);
        let even = lines.all(|(_, line)| each(&line).is_some());
        // Ids need a line of their own.
        let short = self.existing.is_none() && self.all_zones().len() <= ZONES_ACROSS;
        text.push_str(&if even && short {
            self.across()
        } else {
            self.down()
        });
        text.push('\n');
        text.push_str(&self.rest());
        text.push('\n');
        if !self.endpoints.is_empty() {
            text.push_str(&self.endpoint_table());
            text.push('\n');
        }
        text.push_str(&self.capacity.table());
        text
    }

    /// All ranges of the network.
    fn blocks(&self) -> String {
        let mut blocks = self.cidr.clone();
        for block in &self.secondary_cidrs {
            blocks.push_str(" and ");
            blocks.push_str(block);
        }
        blocks
    }

    /// The network's zones, and after them the Local Zones of its tiers.
    fn all_zones(&self) -> Vec<&str> {
        let subnets = self.tiers.iter().flat_map(|tier| &tier.subnets);
        let local: BTreeSet<&str> = subnets
            .map(|subnet| subnet.zone.as_str())
            .filter(|zone| !self.zones.iter().any(|known| known == zone))
            .collect();
        let zones = self.zones.iter().map(String::as_str);
        zones.chain(local).collect()
    }

    /// Tiers down, zones across.
    fn across(&self) -> String {
        let all = self.all_zones();
        let zones = all.iter().map(|zone| (*zone, Align::Left));
        let headings = [("tier", Align::Left), ("access", Align::Left)]
            .into_iter()
            .chain(zones)
            .chain([("usable", Align::Right), ("all", Align::Right)]);
        let mut table = Table::new(headings);
        for tier in &self.tiers {
            for (name, line) in tier.lines() {
                let mut cells = vec![name, tier.access.clone()];
                cells.extend(all.iter().map(|zone| {
                    let subnet = line.iter().find(|subnet| subnet.zone == *zone);
                    subnet.map_or_else(|| "-".to_owned(), |subnet| subnet.cidr.clone())
                }));
                cells.push(thousands(each(&line).unwrap_or_default()));
                cells.push(thousands(line.iter().map(|subnet| subnet.usable).sum()));
                table.row(cells);
            }
        }
        table.text()
    }

    /// A line for each subnet, with its id in a VPC that exists already.
    fn down(&self) -> String {
        let id = self.existing.as_ref().map(|_| ("subnet", Align::Left));
        let headings = ["tier", "access", "zone"].map(|heading| (heading, Align::Left));
        let headings = headings
            .into_iter()
            .chain(id)
            .chain([("range", Align::Left), ("usable", Align::Right)]);
        let mut table = Table::new(headings);
        for tier in &self.tiers {
            for subnet in &tier.subnets {
                let mut cells = vec![tier.name.clone(), tier.access.clone(), subnet.zone.clone()];
                cells.extend(id.map(|_| subnet.id.clone().unwrap_or_default()));
                cells.extend([subnet.cidr.clone(), thousands(subnet.usable)]);
                table.row(cells);
            }
        }
        table.text()
    }

    /// What is not a subnet.
    fn rest(&self) -> String {
        let usable = thousands(self.usable);
        let gateways: Vec<String> = self
            .gateways
            .iter()
            .map(|gateway| format!("{} ({})", gateway.zone, gateway.tier))
            .chain(self.regional_gateway.then(|| "regional".to_owned()))
            .collect();
        let gateways = match self.existing {
            Some(_) => "those of the VPC".to_owned(),
            None if gateways.is_empty() => "none".to_owned(),
            None => gateways.join(", "),
        };
        let mut text = format!("usable in all     {usable}");
        if let Some(free) = &self.free {
            text.push_str("\nleft              ");
            text.push_str(&thousands(free.addresses));
            if !free.cidrs.is_empty() {
                text.push_str(": ");
                text.push_str(&free.some());
            }
        }
        if !self.reserved.is_empty() {
            text.push_str("\nreserved          ");
            text.push_str(&self.reserved.join(", "));
        }
        if !self.tombstones.is_empty() {
            let kept = self.tombstones.iter();
            let kept: Vec<String> = kept
                .map(|old| format!("{} of {}", old.cidr, old.name))
                .collect();
            text.push_str("\nkept for removed  ");
            text.push_str(&kept.join(", "));
            text.push_str(" (`eksnet plan --release` frees them)");
        }
        text.push_str("\nNAT gateways      ");
        text.push_str(&gateways);
        if let Some(services) = &self.services {
            text.push_str("\nservice range     ");
            text.push_str(services);
        }
        if self.ipv6_cluster {
            text.push_str("\nservice range     IPv6, chosen by EKS");
        }
        if let Some(ranges) = self.ipv6 {
            text.push_str("\nIPv6              ");
            text.push_str(&ranges.to_string());
            text.push_str(" of 256 /64s");
        }
        text.push('\n');
        text
    }

    /// A line for each reason.
    fn endpoint_table(&self) -> String {
        let headings = ["endpoint", "kind", "called by", "for"];
        let mut table = Table::new(headings.map(|heading| (heading, Align::Left)));
        for endpoint in &self.endpoints {
            for (at, reason) in endpoint.reasons.iter().enumerate() {
                let (service, kind) = match at {
                    0 => (endpoint.service.clone(), endpoint.kind.to_lowercase()),
                    _ => (String::new(), String::new()),
                };
                table.row(vec![
                    service,
                    kind,
                    reason.caller.clone(),
                    reason.why.clone(),
                ]);
            }
        }
        table.text()
    }

    /// A picture of the address space for a terminal: every subnet, what removed ones had, and what is free.
    pub fn map(&self) -> String {
        format!("{} in {}: {}", self.stack, self.region, self.map.text())
    }

    /// For a review or a page.
    pub fn markdown(&self) -> String {
        let plan = fill("plan.md", include_str!("../../templates/plan.md.j2"), self);
        format!("{plan}\n{}", self.capacity.markdown())
    }
}

impl FreeSpace {
    /// The first blocks, and how many more there are.
    fn some(&self) -> String {
        let shown = self.cidrs.iter().take(BLOCKS).cloned().collect::<Vec<_>>();
        let shown = shown.join(", ");
        match self.cidrs.len().saturating_sub(BLOCKS) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }
}

impl TombstoneRow {
    fn new(old: &Tombstone) -> Self {
        Self {
            tier: old.key.tier.clone(),
            zone: old.key.zone.to_string(),
            number: old.key.ordinal + 1,
            cidr: old.cidr.to_string(),
            name: old.key.to_string(),
        }
    }
}

impl TierRow {
    fn new(tier: &PlannedTier, dual_stack: bool) -> Self {
        let subnets: Vec<SubnetRow> = tier
            .subnets
            .iter()
            .map(|subnet| SubnetRow {
                zone: subnet.key.zone.to_string(),
                number: subnet.key.ordinal + 1,
                id: subnet.existing.as_ref().map(|known| known.id.to_string()),
                cidr: subnet.cidr.to_string(),
                deployed: subnet.state == State::Deployed || subnet.existing.is_some(),
                usable: subnet.usable(),
                ipv6: subnet.ipv6.filter(|_| dual_stack),
            })
            .collect();
        Self {
            name: tier.name.clone(),
            access: tier.access.as_str().to_owned(),
            usable: subnets.iter().map(|subnet| subnet.usable).sum(),
            subnets,
        }
    }

    /// The first subnets of all zones, then the second ones, each with a name: `nodes` and `nodes/2`.
    fn lines(&self) -> Vec<(String, Vec<&SubnetRow>)> {
        let mut lines: BTreeMap<u16, Vec<&SubnetRow>> = BTreeMap::new();
        for subnet in &self.subnets {
            lines.entry(subnet.number).or_default().push(subnet);
        }
        let named = lines.into_iter().map(|(number, line)| match number {
            1 => (self.name.clone(), line),
            _ => (format!("{}/{number}", self.name), line),
        });
        named.collect()
    }
}

/// What each subnet has, where all have the same.
fn each(subnets: &[&SubnetRow]) -> Option<u64> {
    let first = subnets.first()?.usable;
    let same = subnets.iter().all(|subnet| subnet.usable == first);
    same.then_some(first)
}

fn ipv6(plan: &Plan) -> Option<usize> {
    let ranges = plan.tiers.iter().map(|tier| tier.subnets.len()).sum();
    plan.dual_stack.then_some(ranges)
}

/// All endpoints, where some were worked out; those that somebody named need no explanation by themselves.
fn endpoints(plan: &Plan) -> Vec<EndpointRow> {
    let stated = |reason: &Reason| matches!(reason.caller, Caller::Asked | Caller::Default);
    let mut reasons = plan.endpoints.iter().flat_map(|endpoint| &endpoint.reasons);
    if reasons.all(stated) {
        return Vec::new();
    }
    let row = |endpoint: &PlannedEndpoint| EndpointRow {
        service: endpoint.service.as_str().to_owned(),
        kind: endpoint.kind().as_str().to_owned(),
        reasons: endpoint
            .reasons
            .iter()
            .map(|reason| ReasonRow {
                caller: reason.caller.to_string(),
                why: reason.why.to_owned(),
            })
            .collect(),
    };
    plan.endpoints.iter().map(row).collect()
}

fn gateways(plan: &Plan) -> Vec<PlannedGateway> {
    plan.nats
        .iter()
        .map(|nat| PlannedGateway {
            tier: plan
                .tiers
                .get(nat.tier)
                .map_or_else(String::new, |tier| tier.name.clone()),
            zone: nat.zone.to_string(),
        })
        .collect()
}
