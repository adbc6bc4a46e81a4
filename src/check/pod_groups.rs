//! Security groups of pods: what a pod group says.

use super::names::is_dns_label;
use super::{node_security, pod_nodes, security};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings};
use crate::network::{
    At, Carried, Cluster, Direction, EnforcingMode, Group, Peer, PodGroup, PodPeer, PodRule,
    PodSecurityGroups, Ports, Snat, Stack, Traffic,
};
use crate::plan::overlap;

/// AWS's limit of groups on a network interface, of those that a policy may name.
const GROUPS: usize = 5;

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let Some(model) = &cluster.pods.security_groups else {
        return;
    };
    if cluster.is_ipv6()
        && let Some(own) = model
            .groups
            .iter()
            .find(|group| group.carried == Carried::Own)
    {
        findings.push(
            rules::SPEC065
                .at(own.name.origin, "groups of pods are not made for an IPv6 cluster")
                .note("IPv6 finds its neighbours by ICMPv6, which a group of the pods' own must let in and out, and the stack's do not")
                .help_in(
                    "name groups that exist and allow ICMPv6: `existing-groups: [sg-…]`",
                    "name groups that exist and allow ICMPv6: `.existing_groups([…])`",
                ),
        );
    }
    for group in &model.groups {
        name(group, findings);
        words(group, findings);
        carried(group, findings);
        probes(group, findings);
        for rule in &group.rules {
            self::rule(stack, cluster, &group.name, rule, findings);
            outside(stack, cluster, model, rule, findings);
            findings.extend(stopped(stack, cluster, group, rule));
        }
        twice(&group.name, &group.rules, findings);
    }
    pod_nodes::check(cluster, model, findings);
}

/// A word of a rule is a group of the stack or a pod group, so no pod group is called like the former.
fn name(group: &PodGroup, findings: &mut Findings) {
    let name = &group.name;
    if let Some(taken) = Group::ALL.iter().find(|group| group.as_str() == name.value) {
        findings.push(
            rules::SPEC063
                .at(
                    name.origin,
                    format!(
                        "`{}` is a security group of the stack already",
                        taken.as_str()
                    ),
                )
                .note("in a rule nobody could tell which of the two is meant")
                .help("call the pod group after the pods, such as `payments`"),
        );
    }
    if node_security::is_id(&name.value) {
        findings.push(
            rules::SPEC063
                .at(name.origin, format!("`{}` is the id of something that exists", name.value))
                .note("in a rule nobody could tell which of the two is meant")
                .help("call the pod group after the pods, such as `payments`; groups that exist are `existing-groups`"),
        );
    }
}

/// The namespace and labels that a `SecurityGroupPolicy` is made of.
///
/// Source: Kubernetes documentation, "Object Names and IDs", and "Labels and Selectors", "Syntax and character set".
fn words(group: &PodGroup, findings: &mut Findings) {
    let namespace = &group.namespace;
    if !is_dns_label(&namespace.value) {
        findings.push(
            rules::SPEC064
                .at(
                    namespace.origin,
                    format!("`{}` cannot be the name of a namespace", namespace.value),
                )
                .note("Kubernetes takes 1 to 63 small letters, digits and hyphens, and neither begins nor ends with a hyphen")
                .help("write a name such as `payments`"),
        );
    }
    for (key, value) in &group.labels.value {
        if !is_label_key(key) || !is_label_value(value) {
            findings.push(
                rules::SPEC064
                    .at(
                        group.labels.origin,
                        format!("`{key}: {value}` cannot be a label"),
                    )
                    .note("Kubernetes takes at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; a key may begin with a domain and `/`")
                    .help("write the label as the pods have it, such as `app: payments`"),
            );
        }
    }
}

fn is_label_value(value: &str) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    value.len() <= 63
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        && ends(value.chars().next())
        && ends(value.chars().next_back())
}

fn is_label_key(key: &str) -> bool {
    let (domain, name) = match key.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, key),
    };
    let domain =
        domain.is_none_or(|domain| domain.len() <= 253 && domain.split('.').all(is_dns_label));
    domain && !name.is_empty() && is_label_value(name)
}

/// How many groups pods carry, and which of them exist.
fn carried(group: &PodGroup, findings: &mut Findings) {
    for id in group.existing() {
        security::aws_id(&id.value, "sg-", id.origin, findings);
    }
    let own = if group.has_own() {
        1
    } else {
        group.existing().len()
    };
    let all = own + usize::from(group.cluster_group);
    if own == 0 || all > GROUPS {
        let taken = GROUPS - usize::from(group.cluster_group);
        let further = group.existing().get(taken);
        findings.push(
            rules::EKS786
                .at(
                    further.map_or(group.name.origin, |id| id.origin),
                    format!("pods of `{}` carry {all} security groups", group.name.value),
                )
                .note("a policy names 1 to 5, and `cluster-group` is one of them")
                .help_in(
                    "list 1 to 5 in `existing-groups`, or leave it out to get a new one",
                    "name 1 to 5 in `.existing_groups`, or leave it out to get a new one",
                ),
        );
    }
    if let Some(rule) = group.rules.first().filter(|_| !group.has_own()) {
        findings.push(
            rules::SPEC018
                .at(
                    rule.origin,
                    format!("pod group `{}` has groups that exist, and rules", group.name.value),
                )
                .note("a stack changes nothing of what it did not make")
                .help("leave `existing-groups` out to get a group with these rules, or write the rules where those groups are made"),
        );
    }
}

/// Whether the kubelet probes pods only the user knows, and open is what he says.
fn probes(group: &PodGroup, findings: &mut Findings) {
    match &group.probes {
        None if group.has_own() => findings.push(
            rules::SPEC016
                .at(
                    group.name.origin,
                    format!("it is not said where the kubelet probes pods of `{}`", group.name.value),
                )
                .note("their security group must let nodes in on the ports of their probes; pods whose probes fail are never ready, and are restarted")
                .help_in(
                    "write `probe-ports: [8080]` with the ports of liveness, readiness and startup probes, or `probe-ports: none`",
                    "call `.probe_ports([8080])` with the ports of liveness, readiness and startup probes, or `.without_probes()`",
                ),
        ),
        None => {}
        Some(ports) => {
            for Ports(from, to) in &ports.value {
                security::ports(Traffic::Tcp(*from, *to), ports.origin, findings);
            }
        }
    }
}

/// A rule of a pod group, or of a security group of nodes.
pub(super) fn rule(
    stack: &Stack,
    cluster: &Cluster,
    group: &At<String>,
    rule: &PodRule,
    findings: &mut Findings,
) {
    security::description(&rule.description, findings);
    security::ports(rule.traffic, rule.origin, findings);
    match &rule.peer.value {
        PodPeer::Other(peer) => {
            let origin = rule.peer.origin;
            security::peer_id(peer, origin, findings);
            if let Peer::Group(group) = peer {
                security::group_exists(stack, *group, rule.origin, findings);
            }
            let name = &group.value;
            security::open(rule.direction, peer, rule.traffic, name, origin, findings);
        }
        PodPeer::Nodes(name) => node_security::named(cluster, name, rule.peer.origin, findings),
        PodPeer::Pods(name) => {
            let pods = cluster.pods.security_groups.iter();
            let mut groups = pods.flat_map(|pods| &pods.groups);
            if !groups.any(|other| other.name.value == *name) {
                findings.push(
                    rules::SPEC010
                        .at(rule.peer.origin, format!("there is no pod group `{name}`"))
                        .help("name a pod group of the same cluster"),
                );
            }
        }
    }
}

pub(super) fn twice(group: &At<String>, rules: &[PodRule], findings: &mut Findings) {
    for (index, rule) in rules.iter().enumerate() {
        let same = |other: &&PodRule| {
            (other.direction, other.traffic, &other.peer.value)
                == (rule.direction, rule.traffic, &rule.peer.value)
        };
        let before = rules.iter().take(index);
        if let Some(first) = before.into_iter().find(same) {
            findings.push(
                rules::SPEC012
                    .at(
                        rule.origin,
                        format!(
                            "`{}` has two rules for {} and the same peer",
                            group.value,
                            rule.traffic.words()
                        ),
                    )
                    .related(first.origin, "the first one")
                    .note("AWS refuses a second rule for the same traffic")
                    .help("remove one of them"),
            );
        }
    }
}

/// In standard mode the VPC CNI gives traffic that leaves the VPC the address of the node, whose groups decide then.
fn outside(
    stack: &Stack,
    cluster: &Cluster,
    model: &PodSecurityGroups,
    rule: &PodRule,
    findings: &mut Findings,
) {
    let kept = match &cluster.pods.snat.value {
        Snat::External => return,
        Snat::Cni { exclude } => exclude,
    };
    let leaves = match &rule.peer.value {
        PodPeer::Other(Peer::Cidr(range)) => {
            let own = stack.network.blocks().chain(kept.iter().copied());
            !own.into_iter()
                .any(|At { value, .. }| value.contains(range))
        }
        PodPeer::Other(Peer::PrefixList(_)) => true,
        // IPv6 is nobody else's address.
        PodPeer::Other(Peer::Group(_) | Peer::ExistingGroup(_) | Peer::Ipv6Cidr(_))
        | PodPeer::Pods(_)
        | PodPeer::Nodes(_) => false,
    };
    if model.mode.value == EnforcingMode::Standard && rule.direction == Direction::Out && leaves {
        findings.push(
            rules::EKS793
                .at(rule.peer.origin, "this rule does not decide what leaves the VPC")
                .related(model.mode.origin, "the mode is `standard`")
                .note("traffic of these pods that leaves the VPC has the address of their node, and the node's security groups decide about it")
                .help_in(
                    "write `mode: strict`, or `snat: external`",
                    "use `EnforcingMode::Strict`, or call `Pods::external_snat`",
                ),
        );
    }
}

/// A rule of which the network policies of the pods' tenant let nothing pass. What they let pass by the namespace of a pod has
/// an address of the VPC, or one of pods on hybrid nodes.
fn stopped(stack: &Stack, cluster: &Cluster, group: &PodGroup, rule: &PodRule) -> Option<Finding> {
    let PodPeer::Other(Peer::Cidr(range)) = rule.peer.value else {
        return None;
    };
    if cluster.network_policy.is_none() || pod_nodes::on_fargate(cluster, group) {
        return None;
    }
    let namespace = group.namespace.value.as_str();
    let mut tenants = cluster.tenants.iter();
    let tenant = tenants.find(|tenant| tenant.own().contains(&namespace))?;
    let (allowed, word, way) = match rule.direction {
        Direction::In => (&tenant.ingress, "ingress", "from"),
        Direction::Out => (&tenant.egress, "egress", "to"),
    };
    let hybrid = cluster.hybrid_nodes.iter().flat_map(|nodes| &nodes.pods);
    let mut open = stack
        .network
        .blocks()
        .chain(allowed.iter().chain(hybrid).copied());
    if open.any(|open| overlap(open.value, range)) {
        return None;
    }
    let name = &tenant.name.value;
    Some(
        rules::SPEC066
            .at(
                rule.peer.origin,
                format!("the network policies of tenant `{name}` let nothing through {way} {range}"),
            )
            .related(tenant.name.origin, "the tenant")
            .note("the security group and the policies both decide: what one of them stops does not pass")
            .help_in(
                &format!("write `{word}: [{range}]` at the tenant, or remove the rule"),
                &format!("call `.{word}(cidr!(\"{range}\"))` on the tenant, or remove the rule"),
            ),
    )
}
