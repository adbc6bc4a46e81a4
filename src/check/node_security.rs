//! Security groups of node groups: whose nodes carry them, and what they do not go together with.

use super::{pod_groups, pod_nodes};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{
    At, Cluster, Direction, Group, NodeSecurityGroup, Placement, PodGroup, PodPeer, PodRule, Ports,
    Stack,
};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    for group in &cluster.node_groups {
        if let Some(at) = &group.security_group {
            named(cluster, &at.value, at.origin, findings);
        }
    }
    for group in &cluster.node_security_groups {
        name(cluster, group, findings);
        carried(cluster, group, findings);
        for rule in &group.rules {
            pod_groups::rule(stack, cluster, &group.name, rule, findings);
        }
        pod_groups::twice(&group.name, &group.rules, findings);
    }
    taints(cluster, findings);
    let groups = cluster.node_security_groups.iter();
    // Whichever it is, the same one for every order in which they are written.
    if let Some(first) = groups.min_by_key(|group| &group.name.value) {
        placement(cluster, first, findings);
        calico(cluster, first, findings);
        probes(cluster, first, findings);
    }
}

/// Whether a name is that of a security group of nodes.
pub(super) fn named(cluster: &Cluster, name: &str, origin: Origin, findings: &mut Findings) {
    let mut groups = cluster.node_security_groups.iter();
    if !groups.any(|group| group.name.value == name) {
        findings.push(
            rules::SPEC010
                .at(
                    origin,
                    format!("the cluster has no security group of nodes `{name}`"),
                )
                .help_in(
                    &format!("add it to the cluster: `node-security-groups: {{ {name}: {{}} }}`"),
                    "give it to the cluster: `Cluster::node_security_group`",
                ),
        );
    }
}

/// A word of a rule is one group.
fn name(cluster: &Cluster, group: &NodeSecurityGroup, findings: &mut Findings) {
    let name = &group.name;
    let finding = |message: String| {
        rules::SPEC070
            .at(name.origin, message)
            .note("in a rule nobody could tell which of the two is meant")
    };
    if let Some(taken) = Group::ALL.iter().find(|group| group.as_str() == name.value) {
        let message = format!(
            "`{}` is a security group of the stack already",
            taken.as_str()
        );
        findings
            .push(finding(message).help("call it after whom the nodes belong to, such as `shop`"));
    }
    let pods = cluster.pods.security_groups.iter();
    let mut pods = pods.flat_map(|pods| &pods.groups);
    if let Some(other) = pods.find(|other| other.name.value == name.value) {
        findings.push(
            finding(format!("`{}` is a pod group already", name.value))
                .related(other.name.origin, "the pod group")
                .help(format!("call it `{}-nodes`", name.value)),
        );
    }
}

fn carried(cluster: &Cluster, group: &NodeSecurityGroup, findings: &mut Findings) {
    let name = &group.name;
    let mut groups = cluster.node_groups.iter();
    let carries = |at: &At<String>| at.value == name.value;
    if !groups.any(|group| group.security_group.as_ref().is_some_and(carries)) {
        findings.push(
            rules::SPEC074
                .at(
                    name.origin,
                    format!("no node group has the security group `{}`", name.value),
                )
                .note("it is made, and nothing carries it")
                .help_in(
                    &format!("write `security-group: {}` at the node groups that it is for, or leave it out", name.value),
                    "call `NodeGroup::security_group` for those that it is for, or leave it out",
                ),
        );
    }
}

/// Kubernetes starts a pod wherever nothing keeps it off: another tenant's would be in this one's group, and `CoreDNS` where
/// nobody reaches it.
fn taints(cluster: &Cluster, findings: &mut Findings) {
    for group in &cluster.node_groups {
        let Some(at) = group.security_group.as_ref().filter(|_| !group.keeps_off()) else {
            continue;
        };
        let name = &at.value;
        findings.push(
            rules::SPEC072
                .at(
                    group.name.origin,
                    format!("nothing keeps others' pods off the nodes of `{}`", group.name.value),
                )
                .related(at.origin, "they have a security group of their own")
                .note("a pod has the security group of its node: others' pods would have this one, and replicas of CoreDNS would be where other nodes do not reach them")
                .help_in(
                    &format!("add `taints: [{{ key: tenant, value: {name}, effect: no-schedule }}]`, and tolerate it in the pods that are meant"),
                    "add `.taint(Taint { … effect: TaintEffect::NoSchedule })`, and tolerate it in the pods that are meant",
                ),
        );
    }
}

/// An `ENIConfig` is for all nodes of a zone, and names the groups of their pods' interfaces.
fn placement(cluster: &Cluster, group: &NodeSecurityGroup, findings: &mut Findings) {
    let origin = group.name.origin;
    match cluster.pods.placement {
        Placement::Nodes | Placement::NodeClass(_) | Placement::Discovery(_) => {}
        Placement::CustomNetworking(tier) => findings.push(
            rules::SPEC071
                .at(origin, "with custom networking, pods would not be in the security group of these nodes")
                .related(tier.origin, "custom networking")
                .note("an ENIConfig names the groups of pods for all nodes of a zone, so that pods of all node groups would have the same")
                .help_in(
                    "give pods their subnets with `placement: discovery`, where they keep the group of their node, or leave `node-security-groups` out",
                    "give pods their subnets by `Pods::discovery`, where they keep the group of their node, or leave the group out",
                ),
        ),
    }
}

/// Calico's operator gives Typha's pods tolerations for all taints, and every node asks one of them.
///
/// Source: Tigera, operator, `pkg/render/typha.go`.
fn calico(cluster: &Cluster, group: &NodeSecurityGroup, findings: &mut Findings) {
    let Some(engine) = cluster.network_policy.filter(|_| cluster.runs_calico()) else {
        return;
    };
    findings.push(
        rules::SPEC073
            .at(group.name.origin, "nodes with a security group of their own do not reach Typha of Calico everywhere")
            .related(engine.origin, "Calico enforces policies")
            .note("Typha tolerates every taint: it may run on the nodes of any group, and all nodes of the cluster ask it")
            .help_in(
                "write `network-policy: vpc-cni`, or leave `node-security-groups` out",
                "use `PolicyEngine::VpcCni`, or leave the group out",
            ),
    );
}

/// The kubelet probes pods of its own node, of which the stack knows the group only where it is that of all others.
fn probes(cluster: &Cluster, nodes: &NodeSecurityGroup, findings: &mut Findings) {
    let nodes = &nodes.name.value;
    let groups = cluster.pods.security_groups.iter();
    let groups = groups.flat_map(|pods| &pods.groups);
    for group in groups.filter(|group| group.has_own() && !pod_nodes::on_fargate(cluster, group)) {
        let Some(Ports(port, _)) = unprobed(group) else {
            continue;
        };
        findings.push(
            rules::PLAN045
                .at(
                    group.name.origin,
                    format!("pods of `{}` are probed from the nodes that have no security group of their own", group.name.value),
                )
                .note("whether they run on others nobody said, and the group of their pods lets no others in")
                .help_in(
                    &format!("where they run on nodes of `{nodes}`, add a rule: `{{ from: {nodes}, ports: {port}, description: Probes }}`"),
                    &format!("where they run on nodes of `{nodes}`, add `.allow(Rule::tcp({port}).from(PodPeer::Nodes(\"{nodes}\".into()), \"Probes\"))`"),
                ),
        );
    }
}

/// The first port of probes of a pod group that lets in no nodes with groups of their own.
fn unprobed(group: &PodGroup) -> Option<Ports> {
    let from_nodes = |rule: &PodRule| {
        rule.direction == Direction::In && matches!(rule.peer.value, PodPeer::Nodes(_))
    };
    let port = group.probes.iter().flat_map(|at| &at.value).next();
    port.copied()
        .filter(|_| !group.rules.iter().any(from_nodes))
}
