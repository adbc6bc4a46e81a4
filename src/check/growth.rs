//! What a network that grows replaces all the same.

use std::collections::BTreeSet;

use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::Stack;
use crate::plan::{Plan, PlannedTier, State, SubnetKey, listed};

/// Node groups and Fargate profiles name all subnets of their tier, and EKS changes the subnets of neither.
pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let groups = cluster.node_groups.iter().zip(&plan.node_tiers);
    let groups = groups.map(|(group, tier)| ("node group", &group.name, *tier));
    let profiles = cluster.fargate.iter().zip(&plan.fargate_tiers);
    let profiles = profiles.map(|(profile, tier)| ("Fargate profile", &profile.name, *tier));
    for (what, name, tier) in groups.chain(profiles) {
        if let Some(tier) = plan.tiers.get(tier)
            && let Some(change) = change(tier, plan)
        {
            replaced(what, &name.value, name.origin, tier, &change, findings);
        }
    }
}

/// What changes in the list of a tier's subnets that are on AWS, in words.
fn change(tier: &PlannedTier, plan: &Plan) -> Option<String> {
    let (there, new): (Vec<_>, Vec<_>) = tier
        .subnets
        .iter()
        .partition(|subnet| subnet.state == State::Deployed);
    let new = zones(new.into_iter().map(|subnet| &subnet.key));
    let gone = plan.tombstones.iter().map(|old| &old.key);
    let gone = zones(gone.filter(|key| key.tier == tier.name));
    let name = &tier.name;
    match (new, gone) {
        _ if there.is_empty() => None,
        (None, None) => None,
        (Some(new), None) => Some(format!("tier `{name}` gets subnets in {new}")),
        (None, Some(gone)) => Some(format!("tier `{name}` loses subnets in {gone}")),
        (Some(new), Some(gone)) => Some(format!(
            "tier `{name}` gets subnets in {new} and loses some in {gone}"
        )),
    }
}

fn zones<'k>(keys: impl Iterator<Item = &'k SubnetKey>) -> Option<String> {
    let zones: BTreeSet<_> = keys.map(|key| key.zone).collect();
    (!zones.is_empty()).then(|| listed(&zones))
}

fn replaced(
    what: &str,
    name: &str,
    origin: Origin,
    tier: &PlannedTier,
    change: &str,
    findings: &mut Findings,
) {
    findings.push(
        rules::PLAN014
            .at(
                origin,
                format!("{what} `{name}`, if it exists, would be replaced: {change}"),
            )
            .related(tier.name_origin, "its tier")
            .note("EKS changes the subnets of neither node groups nor Fargate profiles: CloudFormation refuses to replace one that has a name, Terraform deletes it before it makes the new one")
            .help(format!(
                "give one that exists another name with the same change, such as `{name}-2`: the new one is made before the old one is deleted; this is said until `eksnet plan --mark-deployed` or `--release`"
            )),
    );
}
