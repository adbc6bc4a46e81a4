//! What a network that grows replaces all the same.

use std::collections::BTreeSet;

use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::Stack;
use crate::plan::{Plan, PlannedTier, State};

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
            && let Some(new) = new_zones(tier)
        {
            replaced(what, &name.value, name.origin, tier, &new, findings);
        }
    }
}

/// The zones in which a tier gets subnets beside those that it has on AWS.
fn new_zones(tier: &PlannedTier) -> Option<String> {
    let (there, new): (Vec<_>, Vec<_>) = tier
        .subnets
        .iter()
        .partition(|subnet| subnet.state == State::Deployed);
    let zones: BTreeSet<_> = new.iter().map(|subnet| subnet.key.zone).collect();
    let zones: Vec<String> = zones.iter().map(ToString::to_string).collect();
    (!there.is_empty() && !new.is_empty()).then(|| zones.join(" and "))
}

fn replaced(
    what: &str,
    name: &str,
    origin: Origin,
    tier: &PlannedTier,
    new: &str,
    findings: &mut Findings,
) {
    findings.push(
        rules::PLAN014
            .at(
                origin,
                format!(
                    "{what} `{name}` would be replaced, for tier `{}` gets subnets in {new}",
                    tier.name
                ),
            )
            .related(tier.name_origin, "its tier")
            .note("EKS changes the subnets of neither node groups nor Fargate profiles: CloudFormation refuses to replace one that has a name, Terraform deletes it before it makes the new one")
            .help(format!(
                "give it another name with the same change, such as `{name}-2`: the new one is made before the old one is deleted; the warning goes once `eksnet plan --mark-deployed` was run"
            )),
    );
}
