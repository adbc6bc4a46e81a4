//! Which zones a network spans.

use std::collections::BTreeSet;

use super::{Ledger, existing};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{At, Region, Stack, ZoneError, ZoneId, Zones};

/// The network's zones in order, or nothing where they cannot be told.
///
/// A number of zones keeps those that the ledger knows: which zones a region has changes with the years. Those that were
/// removed come back first.
pub(super) fn resolve(
    stack: &Stack,
    ledger: &Ledger,
    findings: &mut Findings,
) -> Option<Vec<ZoneId>> {
    if stack.network.existing.is_some() {
        return existing::zones(stack, findings);
    }
    let region = stack.region.value;
    let zones = match &stack.network.zones {
        Zones::Count(count) => by_count(region, *count, stack.region.origin, ledger, findings)?,
        Zones::List(list) => by_list(stack, list, findings)?,
    };
    if zones.len() < 2 && stack.cluster.is_some() {
        let origin = match &stack.network.zones {
            Zones::Count(count) => count.origin,
            Zones::List(list) => list.first().map_or(Origin::Default, |zone| zone.origin),
        };
        findings.push(
            rules::EKS202
                .at(origin, "a cluster needs subnets in at least two zones")
                .note("EKS puts its network interfaces into at least two zones and refuses to create the cluster otherwise")
                .help("write `zones: 2` or, for production, `zones: 3`; or list as many by id"),
        );
        return None;
    }
    Some(zones)
}

fn by_count(
    region: Region,
    count: At<u8>,
    region_origin: Origin,
    ledger: &Ledger,
    findings: &mut Findings,
) -> Option<Vec<ZoneId>> {
    let known = region.zones();
    let wanted = usize::from(count.value);
    if known.is_empty() {
        findings.push(
            rules::PLAN002
                .at(count.origin.or(region_origin), format!("the zones of {region} are not known to this version"))
                .help("list them by id: `aws ec2 describe-availability-zones --query 'AvailabilityZones[].ZoneId'`"),
        );
        return None;
    }
    if wanted == 0 {
        findings.push(
            rules::EKS202
                .at(count.origin, "a network needs zones")
                .help("write 3, or 2 where a third is not worth its price"),
        );
        return None;
    }
    if wanted > known.len() {
        let list = known.join(", ");
        if count.origin == Origin::Default {
            findings.push(
                rules::EKS223
                    .at(
                        region_origin,
                        format!(
                            "{region} has {} zones for a cluster, so the network spans {}",
                            known.len(),
                            known.len()
                        ),
                    )
                    .note(format!("EKS serves {list}; three zones are usual"))
                    .help_in(
                        &format!(
                            "write `zones: {}` in `network` to say that this is meant",
                            known.len()
                        ),
                        &format!("call `.zones({})` to say that this is meant", known.len()),
                    ),
            );
        } else {
            findings.push(
                rules::PLAN002
                    .at(
                        count.origin,
                        format!(
                            "{region} has {} zones for a cluster, not {wanted}",
                            known.len()
                        ),
                    )
                    .note(format!("EKS serves {list}{}", refused_note(region)))
                    .help(format!("write {}", known.len())),
            );
            return None;
        }
    }
    // Local Zones are those of tiers.
    let counted = |zone: &ZoneId| !zone.is_local();
    let live = ledger.entries().map(|(key, _)| key.zone);
    let live: BTreeSet<ZoneId> = live.filter(counted).collect();
    let removed = ledger.tombstones().map(|old| old.key.zone);
    let removed = removed.filter(|zone| counted(zone) && !zone.is_refused());
    let removed: BTreeSet<ZoneId> = removed.collect();
    let known = known.iter().filter_map(|id| ZoneId::parse(id).ok());
    let mut zones: Vec<ZoneId> = Vec::with_capacity(wanted);
    for zone in live.into_iter().chain(removed).chain(known) {
        if zones.len() < wanted && !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    zones.sort_unstable();
    Some(zones)
}

fn refused_note(region: Region) -> String {
    match region.refused_zones() {
        [] => String::new(),
        refused => format!("; it refuses cluster subnets in {}", refused.join(", ")),
    }
}

fn by_list(stack: &Stack, list: &[At<String>], findings: &mut Findings) -> Option<Vec<ZoneId>> {
    let region = stack.region.value;
    let mut zones: Vec<(ZoneId, Origin)> = Vec::with_capacity(list.len());
    let mut failed = list.is_empty();
    if failed {
        findings.push(
            rules::EKS202
                .at(stack.network.origin, "a network needs zones")
                .help("list two or, for production, three by id, or write a number: `zones: 3`"),
        );
    }
    for text in list {
        let Some(zone) = parse(region, text, findings) else {
            failed = true;
            continue;
        };
        if let Some((_, first)) = zones.iter().find(|(z, _)| *z == zone) {
            findings.push(
                rules::SPEC012
                    .at(text.origin, format!("zone {zone} is listed twice"))
                    .related(*first, "first here")
                    .help("remove one of them"),
            );
            failed = true;
        } else {
            zones.push((zone, text.origin));
        }
    }
    zones.sort_unstable_by_key(|(zone, _)| *zone);
    (!failed).then(|| zones.into_iter().map(|(zone, _)| zone).collect())
}

/// Reads the id of a zone in which EKS takes subnets.
pub(super) fn parse(region: Region, text: &At<String>, findings: &mut Findings) -> Option<ZoneId> {
    let suggestion = || match region.zones() {
        [] => "list ids as `aws ec2 describe-availability-zones` shows them".to_owned(),
        known => format!(
            "the zones of {region} that EKS serves are {}",
            known.join(", ")
        ),
    };
    let finding = match ZoneId::parse(&text.value) {
        Ok(zone) if zone.prefix() != region.zone_prefix() => rules::PLAN003
            .at(text.origin, format!("zone {zone} is not in {region}"))
            .note(format!("ids of zones in {region} begin with `{}-az`", region.zone_prefix())),
        Ok(zone) if region.refused_zones().contains(&text.value.as_str()) => rules::EKS203
            .at(text.origin, format!("EKS refuses cluster subnets in {zone}"))
            .note("creating the cluster fails with UnsupportedAvailabilityZoneException"),
        Ok(zone) => return Some(zone),
        Err(ZoneError::ZoneName) => rules::EKS240
            .at(text.origin, format!("`{}` is a zone's name, not its id", text.value))
            .note("the same name means different zones in different accounts; ids mean the same everywhere"),
        Err(ZoneError::LocalZone) => rules::EKS205
            .at(text.origin, format!("`{}` is a Local Zone", text.value))
            .note("EKS refuses cluster subnets in Local Zones; nodes in one have a tier of their own, by `local-zones`"),
        Err(ZoneError::WavelengthZone) => rules::EKS204
            .at(text.origin, format!("`{}` is a Wavelength Zone", text.value))
            .note("EKS refuses cluster subnets in Wavelength Zones"),
        Err(ZoneError::Region | ZoneError::Malformed) => {
            rules::SPEC015.at(text.origin, format!("`{}` is not the id of a zone", text.value))
        }
    };
    findings.push(finding.help(suggestion()));
    None
}
