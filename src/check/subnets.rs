//! Subnets: their sizes, what they are for, and where they lead.

use std::collections::BTreeMap;

use crate::check::rules;
use crate::diagnostic::Findings;
use crate::network::{Access, Stack};
use crate::plan::{Plan, PlannedTier};

pub(super) fn check(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    for tier in &plan.tiers {
        sizes(stack, tier, findings);
    }
    one_tier_for_each_role(plan, findings);
    control_plane(stack, plan, findings);
    nodes(stack, plan, findings);
}

fn sizes(stack: &Stack, tier: &PlannedTier, findings: &mut Findings) {
    let model = tier.model(stack);
    for subnet in &tier.subnets {
        let origin = model.map_or(tier.origin, |model| {
            let pinned = model
                .cidrs
                .iter()
                .find(|(_, cidr)| cidr.value == subnet.cidr);
            let ordinal = usize::from(subnet.key.ordinal);
            let further = ordinal.checked_sub(1).and_then(|i| model.further.get(i));
            pinned
                .map(|(_, cidr)| cidr.origin)
                .or(further.map(|prefix| prefix.origin))
                .or(model.prefix.map(|prefix| prefix.origin))
                .unwrap_or(tier.origin)
        });
        let length = subnet.cidr.prefix_len();
        if !(16..=28).contains(&length) {
            findings.push(
                rules::EKS212
                    .at(
                        origin,
                        format!(
                            "subnets of tier `{}` are a /{length}, not a /16 to a /28",
                            tier.name
                        ),
                    )
                    .note("AWS refuses other sizes for a subnet")
                    .help(format!("write {}", length.clamp(16, 28))),
            );
            return;
        }
        if tier.load_balancers && subnet.key.ordinal == 0 && length > 27 {
            findings.push(
                rules::EKS311
                    .at(origin, format!("subnets of tier `{}` are a /{length}, too small for load balancers", tier.name))
                    .note("an Application Load Balancer needs a /27 and 8 free addresses in each of its subnets")
                    .help("write 27, or `load-balancers: false` to keep them elsewhere"),
            );
            return;
        }
    }
}

/// The controller picks the lowest subnet id where a zone has several tagged ones: another one after every rebuild.
fn one_tier_for_each_role(plan: &Plan, findings: &mut Findings) {
    for (access, role) in [
        (Access::Public, "internet-facing"),
        (Access::Private, "internal"),
    ] {
        let mut first: BTreeMap<_, &PlannedTier> = BTreeMap::new();
        for tier in plan
            .tiers
            .iter()
            .filter(|tier| tier.access == access && tier.load_balancers)
        {
            let other = tier.zones.iter().find_map(|zone| first.get(zone).copied());
            if let Some(other) = other {
                findings.push(
                    rules::EKS312
                        .at(tier.name_origin, format!("tiers `{}` and `{}` would both take {role} load balancers", other.name, tier.name))
                        .related(other.name_origin, "the other tier")
                        .note("with two tagged subnets in a zone the load balancer controller takes the lowest id, which differs after every rebuild")
                        .help_in("write `load-balancers: false` for one of them", "call `.load_balancers(false)` for one of them"),
                );
            }
            for zone in &tier.zones {
                first.entry(*zone).or_insert(tier);
            }
        }
    }
}

fn control_plane(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let Some((index, tier)) = plan
        .control_plane
        .and_then(|i| Some((i, plan.tiers.get(i)?)))
    else {
        return;
    };
    let origin = cluster
        .control_plane
        .as_ref()
        .map_or(tier.origin, |at| at.origin);
    if tier.zones.len() < 2 {
        findings.push(
            rules::EKS202
                .at(origin, format!("tier `{}` of the control plane is in one zone", tier.name))
                .note("EKS puts its network interfaces into at least two zones and refuses to create the cluster otherwise")
                .help("give it two zones or, for production, three"),
        );
    }
    if tier.access == Access::Public {
        findings.push(
            rules::EKS210
                .at(
                    origin,
                    format!(
                        "the control plane's network interfaces are in the public tier `{}`",
                        tier.name
                    ),
                )
                .note(
                    "they need no way to the internet, and AWS recommends private subnets for them",
                )
                .help_in(
                    "add a tier `control-plane: { access: isolated, prefix: 27 }`",
                    "add `Tier::isolated(\"control-plane\").prefix(27)` and name it by `.control_plane(…)`",
                ),
        );
    }
    let shared = plan.node_tiers.contains(&index) || plan.fargate_tiers.contains(&index);
    if shared {
        findings.push(
            rules::EKS209
                .at(origin, format!("nodes and the control plane share tier `{}`", tier.name))
                .note("pods can use up the addresses that EKS needs for an upgrade of the control plane")
                .help_in(
                    "add a tier `control-plane: { access: isolated, prefix: 27 }`",
                    "add `Tier::isolated(\"control-plane\").prefix(27)` and name it by `.control_plane(…)`",
                ),
        );
    }
    if let Some(small) = tier.subnets.iter().find(|subnet| subnet.usable() < 16) {
        findings.push(
            rules::EKS207
                .at(
                    origin,
                    format!(
                        "{} has {} usable addresses for the control plane",
                        small.cidr,
                        small.usable()
                    ),
                )
                .note("EKS needs 6 in each subnet and recommends 16, for upgrades")
                .help("write 27"),
        );
    }
}

fn nodes(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    for (group, &tier) in cluster.node_groups.iter().zip(&plan.node_tiers) {
        let Some(tier) = plan.tiers.get(tier) else {
            continue;
        };
        if tier.access == Access::Public {
            findings.push(
                rules::EKS221
                    .at(group.tier.origin, format!("node group `{}` is in the public tier `{}`", group.name.value, tier.name))
                    .note("its nodes have public addresses, and only security groups keep the internet out")
                    .help("put it into a private tier"),
            );
        }
    }
}
