//! Which range each subnet gets.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::allocator::{Allocator, addresses};
use super::tiers::wanted_prefix;
use super::{Ledger, PlannedSubnet, PlannedTier, SubnetKey};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::{Stack, ZoneId};

/// What [`allocate`] found.
pub(super) struct Allocation {
    /// For each tier, its subnets.
    pub(super) subnets: Vec<Vec<PlannedSubnet>>,
    /// What is left.
    pub(super) free: Vec<Ipv4Net>,
}

/// A subnet that needs a range.
struct Request {
    tier: usize,
    key: SubnetKey,
    prefix: u8,
    origin: Origin,
}

/// Gives every subnet a range: pinned and remembered ones first, then the new ones, largest first.
pub(super) fn allocate(
    stack: &Stack,
    tiers: &[PlannedTier],
    ledger: &Ledger,
    findings: &mut Findings,
) -> Option<Allocation> {
    let vpc = stack.network.cidr.value;
    let mut allocator = Allocator::new([vpc]);
    let mut taken: BTreeMap<(usize, SubnetKey), (Ipv4Net, Origin)> = BTreeMap::new();
    let mut failed = false;

    for (tier, key, cidr, origin) in pinned(stack, tiers) {
        if place_pinned(&mut allocator, vpc, &key, cidr, origin, &taken, findings) {
            taken.insert((tier, key), (cidr, origin));
        } else {
            failed = true;
        }
    }
    let mut requests = Vec::new();
    for (index, tier) in tiers.iter().enumerate() {
        let (prefix, origin) = wanted_prefix(stack, tier);
        if prefix > 32 {
            findings.push(no_prefix(prefix, origin, tier));
            failed = true;
            continue;
        }
        for zone in &tier.zones {
            let key = key(tier, *zone);
            if taken.contains_key(&(index, key.clone())) {
                continue;
            }
            match ledger.get(&key) {
                Some(cidr) if allocator.take(cidr) => {
                    taken.insert((index, key), (cidr, origin));
                }
                Some(_) | None => requests.push(Request {
                    tier: index,
                    key,
                    prefix,
                    origin,
                }),
            }
        }
    }
    requests.sort_by(|a, b| (a.prefix, &a.key).cmp(&(b.prefix, &b.key)));
    let mut refused: Vec<&Request> = Vec::new();
    for request in &requests {
        match allocator.allocate(request.prefix) {
            Some(cidr) => {
                taken.insert((request.tier, request.key.clone()), (cidr, request.origin));
            }
            None => refused.push(request),
        }
    }
    if !refused.is_empty() {
        report_no_room(stack, &refused, &allocator, findings);
        failed = true;
    }
    if failed {
        return None;
    }
    let mut subnets = vec![Vec::new(); tiers.len()];
    for ((tier, key), (cidr, _)) in taken {
        subnets[tier].push(PlannedSubnet { key, cidr });
    }
    Some(Allocation {
        subnets,
        free: allocator.free_blocks(),
    })
}

/// A prefix that no range of addresses has; one that only AWS refuses is found once everything has its place.
fn no_prefix(prefix: u8, origin: Origin, tier: &PlannedTier) -> Finding {
    rules::EKS212
        .at(
            origin,
            format!(
                "subnets of tier `{}` are a /{prefix}, not a /16 to a /28",
                tier.name
            ),
        )
        .note("an IPv4 address has 32 bits")
        .help("write 28")
}

fn key(tier: &PlannedTier, zone: ZoneId) -> SubnetKey {
    SubnetKey {
        tier: tier.name.clone(),
        zone,
        ordinal: 0,
    }
}

/// The ranges that the user wrote down, by tier and zone.
fn pinned<'a>(
    stack: &'a Stack,
    tiers: &'a [PlannedTier],
) -> impl Iterator<Item = (usize, SubnetKey, Ipv4Net, Origin)> + 'a {
    tiers.iter().enumerate().flat_map(move |(index, tier)| {
        stack
            .network
            .tiers
            .iter()
            .filter(move |model| model.name.value == tier.name)
            .flat_map(|model| &model.cidrs)
            .filter_map(move |(zone, cidr)| {
                let zone = ZoneId::parse(&zone.value).ok()?;
                tier.zones
                    .contains(&zone)
                    .then(|| (index, key(tier, zone), cidr.value, cidr.origin))
            })
    })
}

fn place_pinned(
    allocator: &mut Allocator,
    vpc: Ipv4Net,
    key: &SubnetKey,
    cidr: Ipv4Net,
    origin: Origin,
    taken: &BTreeMap<(usize, SubnetKey), (Ipv4Net, Origin)>,
    findings: &mut Findings,
) -> bool {
    if !vpc.contains(&cidr) {
        findings.push(
            rules::EKS212
                .at(origin, format!("{cidr} is not inside the VPC's {vpc}"))
                .note("AWS refuses a subnet that is not inside one block of its VPC")
                .help(
                    match Allocator::clone(allocator).allocate(cidr.prefix_len()) {
                        Some(free) => format!("a free range of that size is {free}"),
                        None => format!("no range of that size is free in {vpc}"),
                    },
                ),
        );
        return false;
    }
    if allocator.take(cidr) {
        return true;
    }
    let other = taken
        .iter()
        .find(|(_, (net, _))| super::overlap(*net, cidr));
    let mut finding = rules::EKS212
        .at(origin, format!("{cidr} overlaps another subnet"))
        .note("AWS refuses subnets that share addresses");
    if let Some(((_, other_key), (net, other_origin))) = other {
        finding.message = format!(
            "{cidr} of {} in {} overlaps {net} of {} in {}",
            key.tier, key.zone, other_key.tier, other_key.zone
        );
        finding = finding.related(*other_origin, format!("{net} is here"));
    }
    if let Some(free) = Allocator::clone(allocator).allocate(cidr.prefix_len()) {
        finding = finding.help(format!("a free range of that size is {free}"));
    }
    findings.push(finding);
    false
}

/// Says how much is missing, with the arithmetic, once for each tier.
fn report_no_room(
    stack: &Stack,
    refused: &[&Request],
    allocator: &Allocator,
    findings: &mut Findings,
) {
    let vpc = stack.network.cidr.value;
    let mut tiers: Vec<&str> = refused.iter().map(|r| r.key.tier.as_str()).collect();
    tiers.dedup();
    tiers.sort_unstable();
    tiers.dedup();
    for tier in tiers {
        let of_tier: Vec<_> = refused.iter().filter(|r| r.key.tier == tier).collect();
        let Some(first) = of_tier.first() else {
            continue;
        };
        let zones: Vec<_> = of_tier.iter().map(|r| r.key.zone.to_string()).collect();
        let needed = addresses(first.prefix) * of_tier.len() as u64;
        let largest = allocator
            .free_blocks()
            .iter()
            .map(Ipv4Net::prefix_len)
            .min();
        let free = match largest {
            Some(prefix) => format!(
                "{} addresses are free, the largest block a /{prefix}",
                allocator.free_addresses()
            ),
            None => "nothing is free".to_owned(),
        };
        findings.push(
            rules::PLAN001
                .at(
                    first.origin.or(stack.network.cidr.origin),
                    format!("no room in {vpc} for tier `{tier}` in {}", zones.join(", ")),
                )
                .related(
                    stack.network.cidr.origin,
                    format!("{} addresses in all", addresses(vpc.prefix_len())),
                )
                .note(format!(
                    "{} of /{}, {needed} addresses; {free}",
                    match of_tier.len() {
                        1 => "1 subnet".to_owned(),
                        n => format!("{n} subnets"),
                    },
                    first.prefix
                ))
                .help("give the tier a longer prefix, or the network a larger range"),
        );
    }
}
