//! Who stands in which zones.

use std::collections::BTreeSet;

use crate::check::rules;
use crate::diagnostic::Findings;
use crate::network::{EndpointKind, ZoneId};
use crate::plan::{Plan, PlannedTier};

pub(super) fn check_plan(plan: &Plan, findings: &mut Findings) {
    let tiers: BTreeSet<usize> = plan
        .node_tiers
        .iter()
        .chain(&plan.auto_tier)
        .copied()
        .collect();
    let tiers: Vec<&PlannedTier> = tiers
        .iter()
        .filter_map(|tier| plan.tiers.get(*tier))
        .collect();
    // Nodes in Local Zones are there on purpose, and use what stands in the parents.
    let of = |tier: &PlannedTier| -> BTreeSet<ZoneId> {
        tier.zones
            .iter()
            .copied()
            .filter(|zone| !zone.is_local())
            .collect()
    };
    endpoints(plan, &tiers, of, findings);
    let zones: BTreeSet<ZoneId> = tiers.iter().flat_map(|tier| of(tier)).collect();
    if let ([tier, ..], Some(zone), 1) = (&*tiers, zones.first(), zones.len())
        && !tiers
            .iter()
            .any(|tier| tier.zones.iter().any(ZoneId::is_local))
    {
        findings.push(
            rules::EKS808
                .at(tier.origin, format!("all nodes are in {zone}"))
                .note("when this zone fails, nothing runs; AWS recommends two or more")
                .help_in(
                    "leave `zones` of the tier out, or name a second one there",
                    "leave `Tier::zones` out, or name a second one there",
                ),
        );
    }
}

/// Interface endpoints answer in every zone, at a price and a risk where they do not stand.
fn endpoints(
    plan: &Plan,
    tiers: &[&PlannedTier],
    of: impl Fn(&PlannedTier) -> BTreeSet<ZoneId>,
    findings: &mut Findings,
) {
    let Some(standing) = plan.endpoint_tier.and_then(|tier| plan.tiers.get(tier)) else {
        return;
    };
    if !plan
        .endpoints
        .iter()
        .any(|endpoint| endpoint.kind() == EndpointKind::Interface)
    {
        return;
    }
    let there = of(standing);
    for tier in tiers {
        let without: Vec<String> = of(tier)
            .difference(&there)
            .map(ToString::to_string)
            .collect();
        if without.is_empty() {
            continue;
        }
        findings.push(
            rules::EKS633
                .at(
                    standing.origin,
                    format!(
                        "interface endpoints stand in tier `{}`, which is not in {}",
                        standing.name,
                        without.join(" and ")
                    ),
                )
                .related(tier.origin, format!("nodes of tier `{}` are", tier.name))
                .note("their calls cross zones, which costs, and fail with the zone that they cross to")
                .help(format!(
                    "let the endpoints stand where the nodes do: `endpoint-tier: {}`",
                    tier.name
                )),
        );
        return;
    }
}
