//! Which subnets of a listing are the network's.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::{Existing, ListedSubnet, Listing, overlapping};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings};
use crate::network::{Stack, ZoneId};
use crate::plan::Ledger;
use crate::plan::requests::{blocks, reserved};

/// The subnets of a listing, told apart.
pub(super) struct Chosen<'l> {
    /// Those of the network, by address.
    pub(super) existing: Vec<Existing<'l>>,
    /// How many of the network no tier can have, as the ledger knows.
    pub(super) removed: usize,
    /// How many are not of the network.
    pub(super) outside: usize,
}

/// The subnets inside the network's blocks: of one VPC, in zones in which EKS takes subnets.
pub(super) fn chosen<'l>(
    stack: &Stack,
    listing: &'l Listing,
    ledger: &Ledger,
) -> Result<Chosen<'l>, Findings> {
    let blocks = blocks(stack);
    let is_inside = |cidr: &Ipv4Net| blocks.iter().any(|block| block.cidr.contains(cidr));
    let mut inside: Vec<&ListedSubnet> = listing
        .subnets()
        .iter()
        .filter(|subnet| is_inside(&subnet.cidr))
        .collect();
    let outside = listing.subnets().len() - inside.len();
    // Somebody else's, as the spec says.
    inside.retain(|subnet| !reserved(stack).any(|range| range.contains(&subnet.cidr)));
    inside.sort_by_key(|subnet| subnet.cidr);
    let vpcs: BTreeSet<&str> = inside.iter().map(|subnet| subnet.vpc.as_str()).collect();
    let refusal = if inside.is_empty() {
        Some(none_inside(stack, listing))
    } else if vpcs.len() > 1 {
        Some(several_vpcs(listing, &inside))
    } else {
        overlap(&inside)
    };
    if let Some(refusal) = refusal {
        return Err(std::iter::once(refusal).collect());
    }
    let buried: BTreeSet<Ipv4Net> = ledger.tombstones().map(|old| old.cidr).collect();
    let mut existing = Vec::with_capacity(inside.len());
    let (mut other_region, mut local, mut removed) = (Vec::new(), Vec::new(), 0);
    for listed in inside {
        let of_tier = |local: &ZoneId| tiers_local(stack).any(|zone| zone == *local);
        let local_zone = ZoneId::parse_local(&listed.zone).filter(of_tier);
        match local_zone
            .ok_or(())
            .or_else(|()| ZoneId::parse(&listed.zone))
        {
            Ok(zone) if zone.prefix() != stack.region.value.zone_prefix() => {
                other_region.push(listed);
            }
            Ok(zone) if !zone.is_refused() => existing.push(Existing { listed, zone }),
            Ok(_) | Err(_) if buried.contains(&listed.cidr) => removed += 1,
            Ok(_) | Err(_) => local.push(listed),
        }
    }
    let mut findings = Findings::new();
    findings.extend(in_other_region(stack, &other_region));
    findings.extend(in_refused_zones(&local));
    if findings.has_errors() {
        return Err(findings);
    }
    Ok(Chosen {
        existing,
        removed,
        outside,
    })
}

/// The Local Zones that the user's tiers are in.
fn tiers_local(stack: &Stack) -> impl Iterator<Item = ZoneId> {
    let tiers = stack.network.tiers.iter();
    let local = tiers.flat_map(|tier| tier.local_zones.iter().flatten());
    local.filter_map(|local| ZoneId::parse_local(&local.id.value))
}

fn ranges(blocks: impl IntoIterator<Item = Ipv4Net>) -> String {
    let blocks: Vec<String> = blocks.into_iter().map(|block| block.to_string()).collect();
    blocks.join(", ")
}

fn none_inside(stack: &Stack, listing: &Listing) -> Finding {
    let network = ranges(blocks(stack).iter().map(|block| block.cidr));
    let subnets = listing.subnets();
    let first = subnets.iter().map(|subnet| subnet.cidr.network()).min();
    let last = subnets.iter().map(|subnet| subnet.cidr.broadcast()).max();
    let (Some(first), Some(last)) = (first, last) else {
        return rules::PLAN013
            .at(listing.origin(), "the listing has no subnets")
            .note("`aws ec2 describe-subnets` lists one region and what its filters let through")
            .help(format!(
                "list the subnets of {}: `aws ec2 describe-subnets --region {}`",
                stack.region(),
                stack.region()
            ));
    };
    rules::PLAN013
        .at(
            listing.origin(),
            format!("no subnet of the listing is inside the network's {network}"),
        )
        .related(stack.network.cidr.origin, "the network's range")
        .note(format!(
            "the subnets of the listing lie in {first} to {last}"
        ))
        .help("list the VPC that the spec is about, or write its range as the network's `cidr`")
}

fn several_vpcs(listing: &Listing, inside: &[&ListedSubnet]) -> Finding {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for subnet in inside {
        *counts.entry(&subnet.vpc).or_default() += 1;
    }
    let said: Vec<String> = counts
        .iter()
        .map(|(vpc, count)| {
            let vpc = if vpc.is_empty() { "no VPC" } else { vpc };
            format!("{count} of {vpc}")
        })
        .collect();
    let filters: Vec<String> = counts
        .keys()
        .filter(|vpc| !vpc.is_empty())
        .map(|vpc| format!("`--filters Name=vpc-id,Values={vpc}`"))
        .collect();
    rules::PLAN013
        .at(
            listing.origin(),
            format!(
                "{} VPCs of the listing have subnets inside the network's range",
                counts.len()
            ),
        )
        .note(format!("the subnets are {}", said.join(", ")))
        .help(format!(
            "list the one that the spec is about: `aws ec2 describe-subnets` with {}",
            filters.join(" or ")
        ))
}

/// AWS lists no such thing; a listing that was put together by hand may.
fn overlap(inside: &[&ListedSubnet]) -> Option<Finding> {
    let mut seen: BTreeMap<Ipv4Net, &ListedSubnet> = BTreeMap::new();
    for subnet in inside {
        if let Some(other) = overlapping(&seen, subnet.cidr) {
            let message = format!(
                "{} of {} overlaps {} of {}",
                subnet.cidr, subnet.id, other.cidr, other.id
            );
            return Some(
                rules::PLAN013
                    .at(subnet.origin, message)
                    .related(other.origin, "the other one")
                    .note("a VPC has no two subnets that share addresses")
                    .help("list the subnets anew"),
            );
        }
        seen.insert(subnet.cidr, subnet);
    }
    None
}

fn in_other_region(stack: &Stack, subnets: &[&ListedSubnet]) -> Option<Finding> {
    let first = subnets.first()?;
    let region = stack.region.value;
    let who = match subnets.len() - 1 {
        0 => format!("{} is", first.id),
        1 => format!("{} and another subnet are", first.id),
        more => format!("{} and {more} more subnets are", first.id),
    };
    let finding = rules::PLAN013
        .at(
            first.origin,
            format!("{who} not in {region}, but in {}", first.zone),
        )
        .related(stack.region.origin, "the stack's region")
        .help(format!(
            "list the subnets of {region}: `aws ec2 describe-subnets --region {region}`"
        ));
    Some(finding)
}

fn in_refused_zones(subnets: &[&ListedSubnet]) -> Option<Finding> {
    let first = subnets.first()?;
    let message = match subnets.len() {
        1 => format!("EKS takes no cluster subnets where {} is", first.id),
        many => format!("EKS takes no cluster subnets where {many} subnets are"),
    };
    let mut finding = rules::PLAN013.at(first.origin, message);
    for subnet in subnets {
        finding = finding.note(subnet.described());
    }
    let ranges = ranges(subnets.iter().map(|subnet| subnet.cidr));
    Some(finding.help_in(
        &format!("no tier can have what is there; add to the network: `reserved: [{ranges}]`"),
        &format!(
            "no tier can have what is there; keep it free by `.reserved(cidr!(\"{}\"))`, one call for each",
            subnets.first()?.cidr
        ),
    ))
}
