//! Which subnets of a listing are the network's.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::{Existing, ListedSubnet, Listing, overlapping};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings};
use crate::network::{Stack, ZoneId};
use crate::plan::requests::blocks;

/// The subnets inside the network's blocks, by address: of one VPC, in zones in which EKS takes subnets.
pub(super) fn chosen<'l>(
    stack: &Stack,
    listing: &'l Listing,
) -> Result<Vec<Existing<'l>>, Findings> {
    let mut inside: Vec<&ListedSubnet> = listing
        .subnets()
        .iter()
        .filter(|subnet| {
            blocks(stack)
                .iter()
                .any(|block| block.cidr.contains(&subnet.cidr))
        })
        .collect();
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
    let mut existing = Vec::with_capacity(inside.len());
    let mut elsewhere = Vec::new();
    for listed in inside {
        match ZoneId::parse(&listed.zone) {
            Ok(zone) if zone.prefix() == stack.region.value.zone_prefix() && !zone.is_refused() => {
                existing.push(Existing { listed, zone });
            }
            Ok(_) | Err(_) => elsewhere.push(listed),
        }
    }
    if elsewhere.is_empty() {
        return Ok(existing);
    }
    Err(elsewhere
        .into_iter()
        .map(|listed| other_zone(stack, listed))
        .collect())
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

fn other_zone(stack: &Stack, subnet: &ListedSubnet) -> Finding {
    let region = stack.region.value;
    let zone = ZoneId::parse(&subnet.zone).ok();
    if zone.is_some_and(|zone| zone.prefix() != region.zone_prefix()) {
        return rules::PLAN013
            .at(
                subnet.origin,
                format!(
                    "{} is in {}, which is not in {region}",
                    subnet.id, subnet.zone
                ),
            )
            .related(stack.region.origin, "the stack's region")
            .help(format!(
                "list the subnets of {region}: `aws ec2 describe-subnets --region {region}`"
            ));
    }
    rules::PLAN013
        .at(
            subnet.origin,
            format!(
                "{} is in {}, where EKS takes no cluster subnets",
                subnet.id, subnet.zone
            ),
        )
        .note(format!(
            "no tier can have it, and its range {} would be given out again",
            subnet.cidr
        ))
        .help("remove the subnet from AWS; or, if the network can do without its addresses, give the spec a `cidr` without them")
}
