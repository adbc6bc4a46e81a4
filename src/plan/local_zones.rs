//! Which Local Zones a tier is in, and where their traffic for the region enters it.

use super::PlannedTier;
use crate::check::rules;
use crate::diagnostic::Findings;
use crate::network::{At, LocalZone, Region, Stack, TierModel, ZoneError, ZoneId};

/// The Local Zones of a tier with their parents; what cannot be read is left out and said.
pub(super) fn resolve(
    stack: &Stack,
    model: &TierModel,
    findings: &mut Findings,
) -> Vec<(ZoneId, ZoneId)> {
    let Some(listed) = &model.local_zones else {
        return Vec::new();
    };
    if listed.is_empty() {
        findings.push(
            rules::SPEC083
                .at(
                    model.name.origin,
                    format!("tier `{}` is in no Local Zone", model.name.value),
                )
                .help(format!("write {EXAMPLE}, or leave the Local Zones out")),
        );
    }
    let region = stack.region.value;
    let mut zones: Vec<(ZoneId, ZoneId)> = Vec::with_capacity(listed.len());
    for LocalZone { id, parent } in listed {
        // Both are read, so that both are said.
        let (zone, parent) = (
            local(region, id, findings),
            parent_zone(region, parent, findings),
        );
        let (Some(zone), Some(parent)) = (zone, parent) else {
            continue;
        };
        if zones.iter().any(|(known, _)| *known == zone) {
            findings.push(
                rules::SPEC012
                    .at(id.origin, format!("zone {zone} is listed twice"))
                    .help("remove one of them"),
            );
        } else {
            zones.push((zone, parent));
        }
    }
    zones
}

const EXAMPLE: &str = "a Local Zone with its parent, such as `usw2-lax1-az1: usw2-az2`";

const IDS: &str = "`aws ec2 describe-availability-zones --all-availability-zones --filters Name=zone-type,Values=local-zone --query 'AvailabilityZones[].[ZoneId,ParentZoneId]'` shows Local Zones with their parents";

fn local(region: Region, text: &At<String>, findings: &mut Findings) -> Option<ZoneId> {
    let value = &text.value;
    if let Some(zone) = ZoneId::parse_local(value) {
        return of_region(region, zone, text, findings);
    }
    let at = |rule: rules::Rule, what: &str| rule.at(text.origin, format!("`{value}` is {what}"));
    findings.push(match ZoneId::parse(value) {
        Ok(_) => at(rules::SPEC083, "an Availability Zone, not a Local Zone")
            .help_in("list it under `zones`", "list it by `.in_zones(…)`"),
        Err(ZoneError::LocalZone | ZoneError::ZoneName) => {
            at(rules::EKS240, "a zone's name, not its id")
                .note("ids of Local Zones look like `usw2-lax1-az1`")
                .help(IDS)
        }
        Err(ZoneError::WavelengthZone) => at(rules::EKS204, "a Wavelength Zone")
            .note("EKS has no managed node groups there, and eksnet builds no subnets there")
            .help(format!("write {EXAMPLE}")),
        Err(ZoneError::Region | ZoneError::Malformed) => {
            at(rules::SPEC015, "not the id of a Local Zone").help(IDS)
        }
    });
    None
}

/// One in which EKS takes no cluster subnets may be a parent all the same.
fn parent_zone(region: Region, text: &At<String>, findings: &mut Findings) -> Option<ZoneId> {
    let value = &text.value;
    findings.push(match ZoneId::parse(value) {
        Ok(zone) => return of_region(region, zone, text, findings),
        Err(ZoneError::ZoneName) => rules::EKS240
            .at(
                text.origin,
                format!("`{value}` is a zone's name, not its id"),
            )
            .note("the same name means different zones in different accounts")
            .help(IDS),
        Err(
            ZoneError::LocalZone
            | ZoneError::WavelengthZone
            | ZoneError::Region
            | ZoneError::Malformed,
        ) => rules::SPEC083
            .at(
                text.origin,
                format!("`{value}` is no Availability Zone, and cannot be a Local Zone's parent"),
            )
            .help(IDS),
    });
    None
}

fn of_region(
    region: Region,
    zone: ZoneId,
    text: &At<String>,
    findings: &mut Findings,
) -> Option<ZoneId> {
    if zone.prefix() == region.zone_prefix() {
        return Some(zone);
    }
    findings.push(
        rules::PLAN003
            .at(text.origin, format!("zone {zone} is not in {region}"))
            .note(format!(
                "ids of zones in {region} begin with `{}-`",
                region.zone_prefix()
            ))
            .help(IDS),
    );
    None
}

impl PlannedTier {
    /// Whether it is in Local Zones, be it besides others.
    pub fn is_local(&self) -> bool {
        self.zones.iter().any(ZoneId::is_local)
    }

    /// The Availability Zone through which a zone of the tier reaches the region: itself, or its parent.
    pub fn parent(&self, zone: ZoneId) -> ZoneId {
        let mut local = self.local_zones.iter();
        let known = local.find(|(local, _)| *local == zone);
        known.map_or(zone, |(_, parent)| *parent)
    }
}
