//! Hybrid nodes: who reaches whom, and the access entry that lets them in.

use ipnet::Ipv4Net;

use super::cluster::{ClusterRefs, core_dns_on_fargate};
use super::security::{Wanted, rule};
use super::sides::Owner;
use super::{Builder, node_security, sorted};
use crate::graph::{AccessEntry, Arn, Deferred};
use crate::network::{At, Cluster as Model, Direction, Group, HybridNodes, SecurityMode, Traffic};

/// What their access entry is called.
const NAME: &str = "hybrid-nodes";

/// Ranges of theirs, by address.
pub(super) fn ranges(
    model: &Model,
    which: impl Fn(&HybridNodes) -> &[At<Ipv4Net>],
) -> Vec<Ipv4Net> {
    let all = model.hybrid_nodes.as_ref().map_or(&[][..], which);
    sorted(all).into_iter().copied().collect()
}

/// The API for machines outside of AWS and their pods, and their kubelets for the control plane. Webhooks on their pods are
/// the user's own rules: only he knows the ports.
///
/// Source: EKS user guide, "Prepare networking for hybrid nodes", cluster security group rules.
pub(super) fn rules(b: &Builder) -> Vec<Wanted> {
    let Some(hybrid) = b
        .cluster()
        .and_then(|cluster| cluster.hybrid_nodes.as_ref())
    else {
        return Vec::new();
    };
    let api = |range: &At<Ipv4Net>, what: &str| Wanted {
        origin: range.origin,
        ..rule(
            Group::ControlPlane,
            Direction::In,
            Traffic::Tcp(443, 443),
            range.value,
            what,
        )
    };
    let kubelet = |range: &At<Ipv4Net>| Wanted {
        origin: range.origin,
        ..rule(
            Group::ControlPlane,
            Direction::Out,
            Traffic::Tcp(10250, 10250),
            range.value,
            "Kubelet of hybrid nodes",
        )
    };
    let nodes = hybrid.nodes.iter();
    let pods = hybrid.pods.iter();
    nodes
        .flat_map(|range| [api(range, "API from hybrid nodes"), kubelet(range)])
        .chain(pods.map(|range| api(range, "API from pods on hybrid nodes")))
        .chain(names(b, hybrid))
        .collect()
}

/// Replicas of CoreDNS run here and there, and each side asks those of the other.
///
/// Source: EKS user guide, "Configure CoreDNS for hybrid nodes"; EKS API reference, `RemoteNodeNetwork`.
fn names(b: &Builder, hybrid: &HybridNodes) -> Vec<Wanted> {
    let Some(cluster) = b.cluster() else {
        return Vec::new();
    };
    let asking = if cluster.node_groups.is_empty() && !cluster.karpenter {
        Group::Cluster
    } else {
        Group::Nodes
    };
    let answering = if core_dns_on_fargate(cluster) {
        Group::Cluster
    } else {
        asking
    };
    let names = |group: Owner, direction, dns, range: &At<Ipv4Net>| Wanted {
        origin: range.origin,
        ..rule(
            group,
            direction,
            dns,
            range.value,
            "Names, between here and hybrid nodes",
        )
    };
    let restricted = b.stack.network.security == SecurityMode::Restricted;
    let mut wanted = Vec::new();
    for dns in [Traffic::Tcp(53, 53), Traffic::Udp(53, 53)] {
        let all = hybrid.nodes.iter().chain(&hybrid.pods);
        wanted.extend(all.map(|range| names(answering.into(), Direction::In, dns, range)));
        if !restricted {
            continue;
        }
        for asking in std::iter::once(asking.into()).chain(node_security::owners(b)) {
            let pods = hybrid.pods.iter();
            wanted.extend(pods.map(|range| names(asking.clone(), Direction::Out, dns, range)));
        }
    }
    wanted
}

/// Without an entry of their own type, hybrid nodes are not let in.
///
/// Source: EKS user guide, "Prepare cluster access for hybrid nodes".
pub(super) fn access(b: &mut Builder, model: &Model, cluster: &ClusterRefs) {
    let nodes = model.hybrid_nodes.as_ref();
    let Some(role) = nodes.and_then(|nodes| nodes.role.as_ref()) else {
        return;
    };
    let tags = b.tags(NAME);
    b.add(
        NAME,
        role.origin,
        AccessEntry {
            cluster: cluster.cluster.clone(),
            principal: Deferred::Known(Arn(role.value.clone())),
            entry_type: "HYBRID_LINUX",
            groups: Vec::new(),
            policies: Vec::new(),
            tags,
        },
    );
}
