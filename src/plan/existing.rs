//! The plan of a network that exists already: everything is where the user says that it is, and nothing is looked for.

use std::collections::BTreeSet;

use super::addresses::Allocation;
use super::{ExistingIds, Ledger, PlannedSubnet, PlannedTier, State, SubnetKey, zones};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{
    ExistingSubnet, ExistingVpc, RouteTableId, Stack, SubnetId, TierModel, ZoneId,
};

/// The zones of all subnets, or nothing where one cannot be told.
pub(super) fn zones(stack: &Stack, findings: &mut Findings) -> Option<Vec<ZoneId>> {
    let network = &stack.network;
    let stated = network.tiers.iter().flat_map(|tier| &tier.existing);
    let mut zones = BTreeSet::new();
    let mut failed = without_subnets(stack, findings);
    for (zone, _) in stated {
        // A Local Zone is its tier's alone.
        let local = ZoneId::parse_local(&zone.value);
        if local.is_some_and(|local| local.prefix() == stack.region.value.zone_prefix()) {
            continue;
        }
        match zones::parse(stack.region.value, zone, findings) {
            Some(zone) => {
                zones.insert(zone);
            }
            None => failed = true,
        }
    }
    // What has no subnets at all is said to have none.
    if zones.len() < 2 && !failed && stack.cluster.is_some() {
        findings.push(
            rules::EKS202
                .at(network.origin, "a cluster needs subnets in at least two zones")
                .note("EKS puts its network interfaces into at least two zones and refuses to create the cluster otherwise")
                .help("name subnets in two or, for production, three zones"),
        );
        return None;
    }
    (!failed).then(|| zones.into_iter().collect())
}

/// Nothing can be put where nobody says that there is something.
fn without_subnets(stack: &Stack, findings: &mut Findings) -> bool {
    let network = &stack.network;
    if network.tiers.is_empty() {
        findings.push(
            rules::SPEC016
                .at(network.origin, "the existing network names no subnets")
                .note("the stack is built on subnets that exist, and does not look for them")
                .help_in(
                    "add `tiers`: `nodes: { access: private, existing: { use1-az1: { subnet: subnet-…, cidr: 10.20.0.0/19 } } }`",
                    "add tiers: `ExistingTier::private(\"nodes\").subnet(\"use1-az1\", ExistingSubnet::new(\"subnet-…\", cidr!(\"10.20.0.0/19\")))`",
                ),
        );
    }
    for tier in network.tiers.iter().filter(|tier| tier.existing.is_empty()) {
        let name = &tier.name;
        findings.push(
            rules::SPEC016
                .at(name.origin, format!("tier `{}` of an existing network names no subnets", name.value))
                .note("the stack is built on subnets that exist, and makes none in a VPC that is not its own")
                .help_in(
                    "add to the tier: `existing: { use1-az1: { subnet: subnet-…, cidr: 10.20.0.0/19 } }`",
                    "call `.subnet(\"use1-az1\", ExistingSubnet::new(\"subnet-…\", cidr!(\"10.20.0.0/19\")))` of the tier",
                ),
        );
    }
    network.tiers.is_empty() || network.tiers.iter().any(|tier| tier.existing.is_empty())
}

/// A tier's zones: those of its subnets. What is no zone has been said of the network.
pub(super) fn tier_zones(model: &TierModel) -> Vec<ZoneId> {
    let zones = model.existing.iter();
    let zones: BTreeSet<ZoneId> = zones
        .filter_map(|(zone, _)| ZoneId::parse_any(&zone.value))
        .collect();
    zones.into_iter().collect()
}

/// The subnets as the user states them. The ledger knows which of them the stack is on.
pub(super) fn subnets(stack: &Stack, tiers: &[PlannedTier], ledger: &Ledger) -> Allocation {
    let of_tier = |tier: &PlannedTier| {
        let stated = |zone: &ZoneId| {
            let mut all = tier.model(stack)?.existing.iter();
            all.find(|(known, _)| ZoneId::parse_any(&known.value) == Some(*zone))
        };
        let zones = tier.zones.iter();
        zones
            .filter_map(|zone| Some(planned(tier, *zone, &stated(zone)?.1, ledger)))
            .collect()
    };
    Allocation {
        subnets: tiers.iter().map(of_tier).collect(),
        ..Allocation::default()
    }
}

fn planned(
    tier: &PlannedTier,
    zone: ZoneId,
    subnet: &ExistingSubnet,
    ledger: &Ledger,
) -> PlannedSubnet {
    let key = SubnetKey {
        tier: tier.name.clone(),
        zone,
        ordinal: 0,
    };
    let cidr = subnet.cidr.value;
    // One with another range is another one.
    let known = ledger.get(&key).filter(|entry| entry.cidr == cidr);
    PlannedSubnet {
        key,
        cidr,
        ipv6: None,
        state: known.map_or(State::Planned, |entry| entry.state),
        existing: Some(ExistingIds {
            id: SubnetId::as_written(&subnet.id.value),
            route_table: subnet
                .route_table
                .as_ref()
                .map(|table| RouteTableId::as_written(&table.value)),
        }),
    }
}

/// A stack that built its VPC, told to use another or the same one, would delete what it built.
pub(super) fn built_before(
    stack: &Stack,
    vpc: &ExistingVpc,
    ledger: &Ledger,
    findings: &mut Findings,
) {
    let Some(built) = ledger.vpc().filter(|vpc| vpc.state == State::Deployed) else {
        return;
    };
    findings.push(
        rules::PLAN016
            .at(
                vpc.id.origin.or(Origin::Default),
                format!(
                    "the stack `{}` built a VPC of {}, and would delete it to use {}",
                    stack.name(),
                    built.cidr,
                    vpc.id.value
                ),
            )
            .note("the ledger has the VPC as deployed: what a stack no longer asks for, CloudFormation and Terraform delete, subnets and all that stands in them")
            .help("give what is to be built on an existing VPC a stack of its own"),
    );
}
