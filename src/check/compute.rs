//! Node groups and Fargate profiles.

use std::collections::BTreeSet;
use std::fmt;

use super::arn::{ArnOf, arn};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Severity};
use crate::graph::{core_dns_waits, runs_core_dns};
use crate::network::{Access, AddonName, Cluster, MaxUnavailable, NodeGroup, Stack, is_graviton};
use crate::plan::Plan;

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    for group in &cluster.node_groups {
        types(group, findings);
        architecture(group, findings);
        sizes(stack, group, findings);
    }
    karpenter(cluster, findings);
    core_dns(cluster, findings);
}

/// CoreDNS is an add-on that waits for something to run it.
fn core_dns(cluster: &Cluster, findings: &mut Findings) {
    if cluster.without_addons.contains(&AddonName::CoreDns) {
        return;
    }
    if core_dns_waits(cluster) {
        findings.push(
            rules::PLAN004
                .at(cluster.origin, "CoreDNS would wait for nodes, and every node group that it runs on begins with none")
                .severity(Severity::Warning)
                .note("as an add-on without nodes it stays degraded, and the deployment that makes it fails")
                .help_in("write `desired: 1` or more in the `size` of one, or leave it out", "call `.desired(1)` on one, or leave it out"),
        );
    }
    // Where pods run on Fargate alone, that they find no names is another rule's affair.
    let fargate_alone = cluster.node_groups.is_empty() && !cluster.fargate.is_empty();
    if !fargate_alone && !cluster.is_auto_alone() && !runs_core_dns(cluster) {
        let finding = rules::PLAN004
            .at(
                cluster.origin,
                "CoreDNS is left out until there is something to run it",
            )
            .note("as an add-on it would wait for nodes, and the deployment would fail");
        findings.push(if cluster.node_groups.is_empty() {
            finding.help_in("add a node group to `cluster`: `node-groups: { system: { tier: nodes } }`", "call `.node_group(NodeGroup::new(\"system\", &nodes))`")
        } else {
            // Pods would run there, and find no names.
            finding
                .severity(Severity::Warning)
                .note("the taints of all node groups keep it off")
                .help("add a node group without taints, or with `CriticalAddonsOnly`, which CoreDNS tolerates")
        });
    }
}

/// EKS makes an access entry for the nodes' role with the first node group, and lets Karpenter's nodes in by it too.
fn karpenter(cluster: &Cluster, findings: &mut Findings) {
    if cluster.karpenter && cluster.node_groups.is_empty() {
        findings.push(
            rules::PLAN007
                .at(
                    cluster.origin,
                    "nodes that Karpenter starts are not let into the cluster",
                )
                .note("EKS makes the access entry of the nodes' role with the first node group, and there is none")
                .help("add a node group, or make the entry: `aws eks create-access-entry --type EC2_LINUX`"),
        );
    }
}

/// Nodes that a cluster asks for in a tier.
pub(super) enum Nodes<'a> {
    /// Those of a node group.
    Group(&'a NodeGroup),
    /// Those of a node pool of EKS Auto Mode.
    AutoMode,
}

impl fmt::Display for Nodes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(group) => write!(f, "node group `{}`", group.name.value),
            Self::AutoMode => f.write_str("a node pool of EKS Auto Mode"),
        }
    }
}

/// All nodes that have a tier, with where it was asked for and which it is.
pub(super) fn nodes<'a>(
    cluster: &'a Cluster,
    plan: &'a Plan,
) -> impl Iterator<Item = (Nodes<'a>, Origin, usize)> + use<'a> {
    let groups = cluster.node_groups.iter().zip(&plan.node_tiers);
    let groups = groups.map(|(group, tier)| (Nodes::Group(group), group.tier.origin, *tier));
    let auto = cluster.auto();
    let own = auto.and_then(|auto| auto.nodes.as_ref());
    let own = own.map(|nodes| nodes.tier.origin).zip(plan.auto_tier);
    let built_in = auto.and_then(|auto| auto.built_in.first());
    let built_in = built_in.map(|first| first.origin).zip(plan.control_plane);
    let auto = own.into_iter().chain(built_in);
    groups.chain(auto.map(|(origin, tier)| (Nodes::AutoMode, origin, tier)))
}

/// Where nodes and Fargate pods run: where the tier was asked for, and which it is.
pub(super) fn places<'a>(
    cluster: &'a Cluster,
    plan: &'a Plan,
) -> impl Iterator<Item = (Origin, usize)> + use<'a> {
    let profiles = cluster.fargate.iter().zip(&plan.fargate_tiers);
    let profiles = profiles.map(|(profile, tier)| (profile.tier.origin, *tier));
    let nodes = nodes(cluster, plan).map(|(_, origin, tier)| (origin, tier));
    nodes.chain(profiles)
}

fn types(group: &NodeGroup, findings: &mut Findings) {
    let count = group.instance_types.len();
    if count == 0 || count > 20 {
        findings.push(
            rules::EKS804
                .at(
                    group.name.origin,
                    format!(
                        "node group `{}` has {count} instance types",
                        group.name.value
                    ),
                )
                .note("EKS takes 1 to 20 beside a launch template without one")
                .help_in(
                    "write `instance-types: [m6i.large]`",
                    "call `.instance_types([\"m6i.large\"])`",
                ),
        );
    }
    for name in &group.instance_types {
        let ok = name.value.split_once('.').is_some_and(|(family, size)| {
            let word = |text: &str| {
                !text.is_empty()
                    && text
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            };
            word(family) && word(size)
        });
        if !ok {
            findings.push(
                rules::SPEC015
                    .at(
                        name.origin,
                        format!("`{}` is not an instance type", name.value),
                    )
                    .help("write family and size, such as m6i.large"),
            );
        }
    }
}

/// EKS gives a group one image, which runs on one architecture.
fn architecture(group: &NodeGroup, findings: &mut Findings) {
    let mut types = group.instance_types.iter();
    let Some(first) = types.next() else { return };
    let arm = is_graviton(&first.value);
    if let Some(other) = types.find(|other| is_graviton(&other.value) != arm) {
        findings.push(
            rules::PLAN006
                .at(
                    other.origin,
                    format!(
                        "{} and {} have different architectures",
                        first.value, other.value
                    ),
                )
                .related(first.origin, "the first type")
                .note("a node group has one image, and an image is for x86 or for Graviton")
                .help("make two node groups of it"),
        );
    }
}

fn sizes(stack: &Stack, group: &NodeGroup, findings: &mut Findings) {
    let size = group.size;
    let (min, max) = (size.value.min, size.value.max);
    let desired = size.value.desired.unwrap_or(min);
    let wrong = if min > max {
        Some(format!("at least {min} nodes and at most {max}"))
    } else if desired < min || desired > max {
        Some(format!(
            "{desired} nodes at first are not between {min} and {max}"
        ))
    } else if max == 0 {
        Some("at most 0 nodes".to_owned())
    } else if max > 450 {
        Some(format!("at most {max} nodes"))
    } else {
        None
    };
    if let Some(wrong) = wrong {
        findings.push(
            rules::EKS810
                .at(
                    size.origin,
                    format!("node group `{}`: {wrong}", group.name.value),
                )
                .note("EKS refuses it; a group has at most 450 nodes")
                .help_in("write `size: { min: 2, max: 6 }`", "call `.size(2, 6)`"),
        );
    }
    let unavailable = match group.max_unavailable.value {
        MaxUnavailable::Nodes(nodes) => nodes == 0 || nodes > 100,
        MaxUnavailable::Percent(percent) => percent == 0 || percent > 100,
    };
    if unavailable {
        findings.push(
            rules::SPEC006
                .at(
                    group.max_unavailable.origin,
                    "1 to 100 nodes, or percent, may be away during an update",
                )
                .note("EKS refuses other numbers")
                .help_in(
                    "write `max-unavailable: 1`, or `max-unavailable: 33%`",
                    "call `.max_unavailable(1)`, or `.max_unavailable_percent(33)`",
                ),
        );
    }
    if group.metadata_hops.value == 0 || group.metadata_hops.value > 64 {
        findings.push(
            rules::SPEC006
                .at(
                    group.metadata_hops.origin,
                    format!(
                        "{} hops for the instance metadata service",
                        group.metadata_hops.value
                    ),
                )
                .note("EC2 takes 1 to 64")
                .help("write 1 to keep pods from the node's role"),
        );
    }
    if group.disk_gib.value < 20 || group.disk_gib.value > 16_384 {
        findings.push(
            rules::SPEC006
                .at(
                    group.disk_gib.origin,
                    format!("a disk of {} GiB", group.disk_gib.value),
                )
                .note("the images of EKS need 20 GiB, and a gp3 volume has at most 16,384")
                .help("write 50"),
        );
    }
    if let Some(key) = &group.disk_key {
        arn(stack, key, ArnOf::Key, findings);
    }
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    // A network that is private as a whole has a rule of its own.
    let private = stack.network.fully_private.is_some();
    if private || cluster.endpoint.value.private_access() {
        return;
    }
    let mut seen = BTreeSet::new();
    for (origin, index) in places(cluster, plan) {
        let Some(tier) = plan.tiers.get(index) else {
            continue;
        };
        if tier.access == Access::Public || plan.leaves(index) || !seen.insert(index) {
            continue;
        }
        findings.push(
            rules::EKS403
                .at(
                    origin,
                    format!("nodes in tier `{}` cannot reach the API", tier.name),
                )
                .note("the tier has no way out, and the API answers outside only")
                .help("write `access: private` for the endpoint, or give the tier NAT gateways"),
        );
    }
}
