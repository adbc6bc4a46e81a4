//! Tags by which controllers find subnets, where the user gives them.

use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::graph::Tags;
use crate::network::{Access, Stack};
use crate::plan::{Plan, PlannedTier};

const CLUSTER: &str = "kubernetes.io/cluster/";
const PUBLIC: &str = "kubernetes.io/role/elb";
const INTERNAL: &str = "kubernetes.io/role/internal-elb";

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for tier in &plan.tiers {
        let Some(model) = tier.model(stack) else {
            continue;
        };
        role(tier, &tier.tags, model.name.origin, findings);
        cluster(stack, tier, &tier.tags, model.name.origin, findings);
    }
    // The stack's tags stand on subnets that it builds alone; what is wrong with one tier is wrong with the stack.
    if plan.existing.is_some() {
        return;
    }
    let Some(tier) = plan.tiers.iter().find(|tier| tier.load_balancers) else {
        return;
    };
    for key in [PUBLIC, INTERNAL] {
        if stack.tags.get(key).is_some() {
            findings.push(
                rules::EKS304
                    .at(
                        stack.tag_origin,
                        format!("the tag `{key}` would stand on every subnet"),
                    )
                    .note("load balancers would be put into subnets that they cannot be reached in")
                    .help("leave it out: tiers that load balancers may be put into have it by their access"),
            );
        }
    }
    cluster(stack, tier, &stack.tags, stack.tag_origin, findings);
}

/// The role that a tier's access gives, and no other.
fn role(tier: &PlannedTier, tags: &Tags, origin: Origin, findings: &mut Findings) {
    let (own, of) = match tier.access {
        Access::Public => (PUBLIC, "leads to the internet gateway"),
        Access::Private | Access::Isolated => (INTERNAL, "does not lead to the internet gateway"),
    };
    for key in [PUBLIC, INTERNAL] {
        let Some(value) = tags.get(key) else { continue };
        if key == own && ["", "1"].contains(&value) {
            continue;
        }
        let finding = if key == own {
            rules::EKS304
                .at(
                    origin,
                    format!("tier `{}` has the tag `{key}` with `{value}`", tier.name),
                )
                .note("controllers look for the value `1`")
        } else {
            rules::EKS304
                .at(origin, format!("tier `{}` has the tag `{key}`", tier.name))
                .note(format!(
                    "it {of}: load balancers that are put into it by this tag cannot be reached"
                ))
        };
        findings.push(finding.help(
            "leave it out of `tags`: `load-balancers: true` gives the tier the tag that fits",
        ));
    }
}

/// The AWS Load Balancer Controller passes over subnets that carry another cluster's tag and not its own.
///
/// Source: AWS Load Balancer Controller, "Subnet auto-discovery".
fn cluster(
    stack: &Stack,
    tier: &PlannedTier,
    tags: &Tags,
    origin: Origin,
    findings: &mut Findings,
) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let own = format!("{CLUSTER}{}", cluster.name.value);
    let has_own = stack.network.cluster_tag.is_some()
        || [tags, &stack.tags]
            .iter()
            .any(|tags| tags.get(&own).is_some());
    if has_own || !tier.load_balancers {
        return;
    }
    let mut others = tags.iter().filter(|(key, _)| key.starts_with(CLUSTER));
    if let Some((other, _)) = others.next() {
        findings.push(
            rules::EKS306
                .at(
                    origin,
                    format!(
                        "tier `{}` has the tag `{other}` and none for this cluster",
                        tier.name
                    ),
                )
                .note("the AWS Load Balancer Controller of this cluster passes over such subnets")
                .help_in(
                    "add `cluster-tag: shared` to `network`",
                    "call `Network::cluster_tag(ClusterTag::Shared)`",
                ),
        );
    }
}
