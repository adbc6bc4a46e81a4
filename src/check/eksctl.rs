//! Clusters that eksctl makes: nothing is asked for that a `ClusterConfig` has no words for.

use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Severity};
use crate::network::{Cluster, Group, Key, Peer, Placement, SecurityMode, Stack, TierModel};

/// Days that eksctl keeps logs for.
///
/// Source: eksctl's schema, `ClusterCloudWatchLogging.logRetentionInDays`.
const RETENTION: [u16; 17] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653,
];

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some((cluster, origin)) = stack
        .cluster
        .as_ref()
        .and_then(|cluster| Some((cluster, cluster.by_eksctl?)))
    else {
        return;
    };
    security(stack, cluster, origin, findings);
    logs(cluster, findings);
    for group in &cluster.node_groups {
        let tier = stack.network.tiers.position(group.tier.value);
        let tier = tier.and_then(|tier| stack.network.tiers.get(tier));
        if tier.is_some_and(TierModel::is_local) {
            findings.push(
                rules::SPEC056
                    .at(
                        group.tier.origin,
                        format!(
                            "eksctl cannot put node group `{}` into Local Zones",
                            group.name.value
                        ),
                    )
                    .note("its `localZones` are for self-managed node groups, and eksnet asks for managed ones")
                    .help("let the stack make the cluster, or put the node group into Availability Zones"),
            );
        }
        let hops = group.metadata_hops;
        if ![1, 2].contains(&hops.value) {
            findings.push(
                rules::SPEC056
                    .at(
                        hops.origin,
                        format!(
                            "eksctl cannot give node group `{}` {} hops",
                            group.name.value, hops.value
                        ),
                    )
                    .note("`disablePodIMDS` means 1 hop, and without it there are 2")
                    .help("write 1 or 2"),
            );
        }
    }
    if let Placement::CustomNetworking(tier) = cluster.pods.placement {
        findings.push(
            rules::SPEC056
                .at(tier.origin, "eksctl cannot set custom networking up")
                .note("its ENIConfigs name the security group that EKS makes for the cluster, which nobody knows before")
                .help("let the stack make the cluster, or give pods a tier by subnet discovery"),
        );
    }
    let groups = cluster.pods.security_groups.as_ref();
    if let Some(group) = groups.and_then(|all| all.groups.first()) {
        findings.push(
            rules::SPEC056
                .at(group.name.origin, "eksctl cannot give pods security groups of their own")
                .note("the rules between them and the API name groups that are there before the cluster, and eksctl makes its own beside them")
                .help("let the stack make the cluster"),
        );
    }
    if let Some(nodes) = cluster.auto().and_then(|auto| auto.nodes.as_ref()) {
        findings.push(
            rules::SPEC056
                .at(nodes.tier.origin, "eksctl makes no node pool of EKS Auto Mode but those of AWS")
                .note("a node class wants a role with an access entry of its own, which the stack makes with the cluster")
                .help("let the stack make the cluster, or write `auto-mode: { node-pools: [general-purpose, system] }`"),
        );
    }
    if let Some(group) = cluster.node_security_groups.first() {
        findings.push(
            rules::SPEC056
                .at(group.name.origin, "eksctl cannot give nodes one security group alone")
                .note("it gives every node the group that EKS makes for the cluster, too, in which everything is open")
                .help("let the stack make the cluster"),
        );
    }
    if cluster.is_ipv6() {
        findings.push(
            rules::SPEC056
                .at(cluster.ip_family.origin, "eksctl makes no IPv6 cluster on a network that it did not make")
                .note("eksctl, \"IPv6 Support\": managed node groups are not supported with unowned IPv6 clusters")
                .help("let the stack make the cluster"),
        );
    }
    if let Some(nodes) = &cluster.hybrid_nodes {
        findings.push(
            rules::SPEC056
                .at(nodes.origin, "eksctl wants to be told the gateway to hybrid nodes, which the stack does not know")
                .help("let the stack make the cluster"),
        );
    }
    if !cluster.node_groups.is_empty() && !cluster.creator_admin {
        findings.push(
            rules::SPEC056
                .at(origin, "eksctl cannot ask the API whether its nodes joined")
                .severity(Severity::Warning)
                .note("it asks as whoever makes the cluster, and waits for the nodes until it gives up")
                .help_in(
                    "add `access: { creator-admin: true }` to the cluster",
                    "call `.creator_is_admin()` on the cluster",
                ),
        );
    }
    if cluster.karpenter {
        findings.push(
            rules::SPEC056
                .at(origin, "the nodes of Karpenter get no role")
                .severity(Severity::Warning)
                .note("subnets and groups are tagged for Karpenter; eksctl makes its role only where it installs Karpenter, too")
                .help("add `karpenter.version` to what `--format eksctl` writes, or make the role yourself"),
        );
    }
}

/// Nodes of eksctl carry the group that EKS makes for the cluster, of which the network's template knows nothing.
fn security(stack: &Stack, cluster: &Cluster, origin: Origin, findings: &mut Findings) {
    let restricted = stack.network.security == SecurityMode::Restricted;
    if restricted {
        findings.push(
            rules::SPEC056
                .at(origin, "eksctl cannot keep nodes to the ports that they need")
                .note("it gives every node the group that EKS makes for the cluster, in which everything is open")
                .help("leave `security.mode: restricted` out, or let the stack make the cluster"),
        );
    }
    if cluster.karpenter && !cluster.fargate.is_empty() && !restricted {
        findings.push(
            rules::SPEC056
                .at(origin, "nodes of Karpenter and Fargate pods would not reach each other")
                .note("Fargate pods carry the group that EKS makes for the cluster, which no rule of the network can name")
                .help("leave `karpenter` or the Fargate profiles out, or let the stack make the cluster"),
        );
    }
    for rule in &stack.network.rules {
        if rule.group == Group::Cluster || rule.peer.value == Peer::Group(Group::Cluster) {
            findings.push(
                rules::SPEC056
                    .at(rule.origin, "this rule names a group that the stack does not know")
                    .related(origin, "eksctl makes the cluster, and EKS the group with it")
                    .help("name the group `nodes` or `control-plane`; nodes carry `nodes` beside that group"),
            );
        }
    }
}

fn logs(cluster: &Cluster, findings: &mut Findings) {
    let Some(logs) = cluster.logs.as_ref().filter(|logs| !logs.types.is_empty()) else {
        return;
    };
    if logs.key != Key::AwsOwned {
        findings.push(
            rules::SPEC056
                .at(
                    logs.origin,
                    "eksctl cannot encrypt the control plane's logs with a key",
                )
                .help("leave `kms-key` of `logs` out, or let the stack make the cluster"),
        );
    }
    let days = logs.retention.value;
    if days != 0 && !RETENTION.contains(&days) {
        let near = RETENTION
            .into_iter()
            .find(|known| *known >= days)
            .unwrap_or(3653);
        findings.push(
            rules::SPEC056
                .at(
                    logs.retention.origin.or(logs.origin),
                    format!("eksctl cannot keep the control plane's logs for {days} days"),
                )
                .help(format!("write {near}")),
        );
    }
}
