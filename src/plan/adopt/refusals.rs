//! What is said where a subnet cannot be adopted.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::{Existing, Listing, Wanted};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::{ExistingVpc, Stack, ZoneId, Zones};
use crate::plan::{Ledger, PlannedTier, SubnetKey};

/// The tiers that the user assigned subnets to, by the subnets' ids.
pub(super) fn explicit<'a>(
    listing: &Listing,
    existing: &[Existing<'_>],
    tiers: &[PlannedTier],
    assignments: &'a BTreeMap<String, String>,
    findings: &mut Findings,
) -> BTreeMap<&'a str, usize> {
    let mut explicit = BTreeMap::new();
    for (id, name) in assignments {
        let listed = listing.subnets().iter().find(|subnet| subnet.id == *id);
        let subnet = existing.iter().find(|subnet| subnet.listed.id == *id);
        let Some(subnet) = subnet else {
            let message = match listed {
                Some(listed) => format!(
                    "{id} is to be of tier `{name}`, and {} in {} is not the network's",
                    listed.cidr, listed.zone
                ),
                None => format!("{id} is to be of tier `{name}`, and the listing does not have it"),
            };
            let origin = listed.map_or(listing.origin(), |listed| listed.origin);
            let help = format!("leave `--tier {id}={name}` out, or list the VPC that has it");
            findings.push(rules::PLAN013.at(origin, message).help(help));
            continue;
        };
        match tiers.iter().position(|tier| tier.name == *name) {
            Some(tier) => {
                explicit.insert(id.as_str(), tier);
            }
            None => findings.push(
                rules::PLAN013
                    .at(
                        subnet.listed.origin,
                        format!("{id} is to be of tier `{name}`, and there is no such tier"),
                    )
                    .help(format!("the tiers are {}", names(tiers))),
            ),
        }
    }
    explicit
}

/// To adopt is to take over; what a stack only uses stays whose it is.
pub(super) fn used_as_it_is(stack: &Stack, vpc: &ExistingVpc) -> Finding {
    rules::PLAN013
        .at(
            vpc.id.origin,
            format!(
                "`{}` uses {} as it is, and has no subnets to adopt",
                stack.name(),
                vpc.id.value
            ),
        )
        .note("adopted subnets become the stack's own, to change and to delete")
        .help("leave `existing` out of the network to take it over, or `--adopt` to be built on it")
}

/// All subnets that no tier has a claim to, in one.
pub(super) fn undecided(subnets: &[&Existing<'_>], tiers: &[PlannedTier]) -> Finding {
    let message = match subnets {
        [one] => format!("it is not clear which tier {} belongs to", one.listed.id),
        _ => format!(
            "it is not clear which tiers {} subnets belong to",
            subnets.len()
        ),
    };
    let origin = subnets
        .first()
        .map_or(Origin::Default, |subnet| subnet.listed.origin);
    let mut finding = rules::PLAN013.at(origin, message);
    for subnet in subnets {
        finding = finding.note(subnet.listed.described());
    }
    let flags: Vec<String> = subnets
        .iter()
        .map(|subnet| format!("--tier {}=TIER", subnet.listed.id))
        .collect();
    finding.help(format!(
        "add `{}`; the tiers are {}",
        flags.join(" "),
        names(tiers)
    ))
}

fn names(tiers: &[PlannedTier]) -> String {
    let names: Vec<&str> = tiers.iter().map(|tier| tier.name.as_str()).collect();
    names.join(", ")
}

/// A range of a subnet that exists, which the ledger has for another deployed one, or a subnet with another range.
pub(super) fn deployed_otherwise(
    subnet: &Existing<'_>,
    key: &SubnetKey,
    other: &SubnetKey,
    range: Ipv4Net,
) -> Finding {
    let (id, cidr) = (&subnet.listed.id, subnet.listed.cidr);
    let message = if key == other {
        format!("{id} is {cidr}, and the ledger has {range} deployed for {key}")
    } else if cidr == range {
        format!("{id}, {cidr}, would be {key}, and the ledger has it deployed for {other}")
    } else {
        format!("{id}, {cidr}, would be {key}, and the ledger has {range} deployed for {other}")
    };
    let finding = rules::PLAN013
        .at(subnet.listed.origin, message)
        .note("what is deployed moves for nobody, so one of the two is not true");
    if cidr == range {
        finding.help("leave `--tier` out for it, or correct that line of the ledger")
    } else {
        finding.help("list the VPC that the spec is about, or remove that line of the ledger if its subnet is gone")
    }
}

/// Further subnets have one size in all zones; those that exist may not.
pub(super) fn uneven(
    stack: &Stack,
    tiers: &[PlannedTier],
    keyed: &BTreeMap<SubnetKey, &Existing<'_>>,
    findings: &mut Findings,
) {
    for tier in tiers {
        let mut firsts: BTreeMap<u16, &Existing<'_>> = BTreeMap::new();
        let of_tier = keyed
            .iter()
            .filter(|(key, _)| key.tier == tier.name && key.ordinal > 0);
        for (key, subnet) in of_tier {
            let first = firsts.entry(key.ordinal).or_insert(subnet);
            let (one, other) = (first.listed, subnet.listed);
            if one.cidr.prefix_len() == other.cidr.prefix_len() {
                continue;
            }
            findings.push(
                rules::PLAN013
                    .at(
                        other.origin,
                        format!(
                            "{} would be {key}, a /{}, and {} of {} is a /{}",
                            other.id,
                            other.cidr.prefix_len(),
                            one.id,
                            one.zone,
                            one.cidr.prefix_len()
                        ),
                    )
                    .related(one.origin, "the other one")
                    .related(tier.name_origin.or(stack.network.origin), "the tier")
                    .note("a tier's further subnets have one size in all zones")
                    .help(format!(
                        "give the spec a tier for those of one size, and add `--tier {}=TIER`",
                        other.id
                    )),
            );
            break;
        }
    }
}

/// Zones and further subnets that exist and that nobody asked for.
pub(super) fn not_asked(
    stack: &Stack,
    zones: &[ZoneId],
    tiers: &[PlannedTier],
    wanted: &Wanted<'_>,
    keyed: &BTreeMap<SubnetKey, &Existing<'_>>,
    known: &Ledger,
    findings: &mut Findings,
) {
    let beyond: Vec<(&SubnetKey, &Existing<'_>)> = keyed
        .iter()
        .map(|(key, subnet)| (key, *subnet))
        .filter(|(key, _)| !key.zone.is_local() && !zones.contains(&key.zone))
        .collect();
    if let Some((_, subnet)) = beyond.first() {
        let missing = beyond.iter().map(|(key, _)| key.zone).collect();
        findings.push(network_zones(stack, zones, &missing, subnet, known));
    }
    for tier in tiers {
        let of_tier = || {
            keyed
                .iter()
                .filter(|(key, _)| key.tier == tier.name && zones.contains(&key.zone))
        };
        let missing: BTreeSet<ZoneId> = of_tier()
            .map(|(key, _)| key.zone)
            .filter(|zone| !tier.zones.contains(zone))
            .collect();
        if let Some((_, subnet)) = of_tier().find(|(key, _)| missing.contains(&key.zone)) {
            findings.push(tier_zones(stack, tier, &missing, subnet));
        }
        let asked = wanted.asked.keys().filter(|key| key.tier == tier.name);
        let asked = asked.map(|key| key.ordinal + 1).max().unwrap_or_default();
        let last = of_tier().max_by_key(|(key, _)| key.ordinal);
        if let Some((key, subnet)) = last
            && key.ordinal >= asked.max(1)
        {
            let mut sizes: BTreeMap<u16, u8> = BTreeMap::new();
            for (key, subnet) in of_tier() {
                sizes
                    .entry(key.ordinal)
                    .or_insert(subnet.listed.cidr.prefix_len());
            }
            findings.push(further(stack, tier, key, subnet, &sizes));
        }
    }
}

fn words(zones: impl IntoIterator<Item = ZoneId>) -> String {
    let zones: Vec<String> = zones.into_iter().map(|zone| zone.to_string()).collect();
    zones.join(", ")
}

/// The same in Rust.
fn quoted(zones: &BTreeSet<ZoneId>) -> String {
    let zones: Vec<String> = zones.iter().map(|zone| format!("\"{zone}\"")).collect();
    zones.join(", ")
}

fn network_zones(
    stack: &Stack,
    zones: &[ZoneId],
    missing: &BTreeSet<ZoneId>,
    subnet: &Existing<'_>,
    known: &Ledger,
) -> Finding {
    let (origin, stated): (Origin, &[ZoneId]) = match &stack.network.zones {
        Zones::Count(count) => (count.origin, &[]),
        Zones::List(list) => {
            let first = list.first();
            (first.map_or(Origin::Default, |zone| zone.origin), zones)
        }
    };
    let all: BTreeSet<ZoneId> = known
        .entries()
        .map(|(key, _)| key.zone)
        .chain(stated.iter().copied())
        .collect();
    rules::PLAN013
        .at(
            origin.or(stack.network.origin),
            format!(
                "there are subnets in {}, and the network spans {}",
                words(missing.iter().copied()),
                words(zones.iter().copied())
            ),
        )
        .related(subnet.listed.origin, "one of them")
        .note("subnets that are not asked for would be deleted")
        .help_in(
            &format!("write `zones: [{}]`", words(all.iter().copied())),
            &format!("write `Network::in_zones([{}])`", quoted(&all)),
        )
}

fn tier_zones(
    stack: &Stack,
    tier: &PlannedTier,
    missing: &BTreeSet<ZoneId>,
    subnet: &Existing<'_>,
) -> Finding {
    let listed = tier.model(stack).and_then(|model| model.zones.as_ref());
    let origin = listed
        .and_then(|zones| zones.first())
        .map_or(tier.name_origin, |zone| zone.origin);
    let all: BTreeSet<ZoneId> = tier.zones.iter().chain(missing).copied().collect();
    rules::PLAN013
        .at(
            origin.or(stack.network.origin),
            format!(
                "tier `{}` has subnets in {}, and is asked for in {}",
                tier.name,
                words(missing.iter().copied()),
                words(tier.zones.iter().copied())
            ),
        )
        .related(subnet.listed.origin, "one of them")
        .note("subnets that are not asked for would be deleted")
        .help_in(
            &format!(
                "write `zones: [{}]` for the tier",
                words(all.iter().copied())
            ),
            &format!("write `Tier::in_zones([{}])`", quoted(&all)),
        )
}

fn further(
    stack: &Stack,
    tier: &PlannedTier,
    last: &SubnetKey,
    subnet: &Existing<'_>,
    sizes: &BTreeMap<u16, u8>,
) -> Finding {
    let stated: Vec<u8> = tier
        .model(stack)
        .map(|model| model.further.iter().map(|at| at.value).collect())
        .unwrap_or_default();
    let size = |ordinal: u16| {
        let stated = stated.get(usize::from(ordinal) - 1).copied();
        stated.or_else(|| sizes.get(&ordinal).copied())
    };
    // A place without a subnet takes the size of the last one.
    let end = subnet.listed.cidr.prefix_len();
    let all: Vec<u8> = (1..=last.ordinal)
        .map(|ordinal| size(ordinal).unwrap_or(end))
        .collect();
    let texts: Vec<String> = all.iter().map(u8::to_string).collect();
    let calls: Vec<String> = all
        .iter()
        .map(|size| format!(".further_subnet({size})"))
        .collect();
    let joined = texts.join(", ");
    let help = if tier.model.is_some() {
        format!("write `further-subnets: [{joined}]` for the tier")
    } else {
        format!(
            "write the tiers out, and of this one `{}: {{ access: {}, further-subnets: [{joined}] }}`",
            tier.name,
            tier.access.as_str()
        )
    };
    rules::PLAN013
        .at(
            tier.name_origin.or(stack.network.origin),
            format!(
                "tier `{}` has {} subnets in {}, and {} asked for",
                tier.name,
                last.ordinal + 1,
                last.zone,
                match stated.len() {
                    0 => "one is".to_owned(),
                    further => format!("{} are", further + 1),
                }
            ),
        )
        .related(subnet.listed.origin, "the last of them")
        .note("subnets that are not asked for would be deleted")
        .help_in(&help, &format!("write `{}` of the tier", calls.concat()))
}
