//! The user's own rules of security groups.

use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{At, Direction, Group, Peer, PodPeer, Rule, SecurityMode, Stack, Traffic};
use crate::plan::first_interface;

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let builds = stack.network.existing.is_none();
    if builds && (stack.cluster.is_some() || !stack.network.tiers.is_empty()) {
        findings.push(
            rules::EKS528
                .at(Origin::Default, "CloudFormation leaves the VPC's default security group as AWS makes it")
                .note("it has no resource for that group; nothing of this stack is in it, and Terraform closes it"),
        );
    }
    one_cluster_group(stack, findings);
    let mut seen: Vec<(&Rule, Origin)> = Vec::new();
    for rule in &stack.network.rules {
        description(&rule.description, findings);
        peer_id(&rule.peer.value, rule.peer.origin, findings);
        group_exists(stack, rule.group, rule.origin, findings);
        if let Peer::Group(group) = rule.peer.value {
            group_exists(stack, group, rule.origin, findings);
        }
        let peer = &rule.peer;
        open(
            rule.direction,
            &peer.value,
            rule.traffic,
            rule.group.as_str(),
            peer.origin,
            findings,
        );
        ports(rule.traffic, rule.origin, findings);
        let same = |other: &Rule| {
            (
                other.group,
                other.direction,
                other.traffic,
                &other.peer.value,
            ) == (rule.group, rule.direction, rule.traffic, &rule.peer.value)
        };
        if let Some((_, first)) = seen.iter().find(|(other, _)| same(other)) {
            findings.push(
                rules::SPEC012
                    .at(
                        rule.origin,
                        format!(
                            "`{}` has two rules for {} and the same peer",
                            rule.group.as_str(),
                            rule.traffic.words()
                        ),
                    )
                    .related(*first, "the first one")
                    .note("AWS refuses a second rule for the same traffic")
                    .help("remove one of them"),
            );
        }
        seen.push((rule, rule.origin));
    }
}

/// What AWS takes in a description besides letters and digits.
const PUNCTUATION: &str = " ._-:/()#,@[]+=&;{}!$*";

pub(super) fn ports(traffic: Traffic, origin: Origin, findings: &mut Findings) {
    if let Some((from, to)) = traffic.ports()
        && from > to
    {
        findings.push(
            rules::SPEC006
                .at(origin, format!("ports {from} to {to} run backwards"))
                .note("AWS takes the lower port first")
                .help(format!("write {to}-{from}")),
        );
    }
}

pub(super) fn description(description: &At<String>, findings: &mut Findings) {
    let wrong: String = description
        .value
        .chars()
        .filter(|c| !c.is_ascii_alphanumeric() && !PUNCTUATION.contains(*c))
        .collect();
    if !wrong.is_empty() {
        let rest = description.value.replace(|c| wrong.contains(c), "");
        let rest: Vec<&str> = rest.split_whitespace().collect();
        findings.push(
            rules::EKS524
                .at(
                    description.origin,
                    format!("`{wrong}` cannot stand in the description of a rule"),
                )
                .note("AWS takes letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*")
                .help(if rest.is_empty() {
                    "write what the rule is for in English letters".to_owned()
                } else {
                    format!("write `{}`", rest.join(" "))
                }),
        );
    }
    if description.value.is_empty() || description.value.len() > 255 {
        findings.push(
            rules::EKS524
                .at(
                    description.origin,
                    "a rule needs a description of 1 to 255 characters",
                )
                .note("it is what a reviewer has to go by")
                .help("add what the rule is for: `description: Metrics of the nodes`"),
        );
    }
}

/// The other sides of all rules, those of pod groups and of nodes too, and where each is said.
pub(super) fn peers(stack: &Stack) -> impl Iterator<Item = (&Peer, Origin)> {
    let network = stack.network.rules.iter();
    let network = network.map(|rule| (&rule.peer.value, rule.peer.origin));
    let pods = stack.cluster.iter();
    let pods = pods.filter_map(|cluster| cluster.pods.security_groups.as_ref());
    let pods = pods.flat_map(|pods| pods.groups.iter().flat_map(|group| &group.rules));
    let nodes = stack.cluster.iter();
    let nodes = nodes.flat_map(|cluster| &cluster.node_security_groups);
    let named = pods.chain(nodes.flat_map(|group| &group.rules));
    network.chain(named.filter_map(|rule| match &rule.peer.value {
        PodPeer::Other(peer) => Some((peer, rule.peer.origin)),
        PodPeer::Pods(_) | PodPeer::Nodes(_) => None,
    }))
}

pub(super) fn peer_id(peer: &Peer, origin: Origin, findings: &mut Findings) {
    match peer {
        Peer::ExistingGroup(id) => aws_id(id, "sg-", origin, findings),
        Peer::PrefixList(id) => aws_id(id, "pl-", origin, findings),
        Peer::Group(_) | Peer::Cidr(_) | Peer::Ipv6Cidr(_) => {}
    }
}

/// An id as AWS gives it, with the letters that its kind begins with.
pub(super) fn aws_id(id: &str, form: &str, origin: Origin, findings: &mut Findings) {
    let hex = id.strip_prefix(form).is_some_and(|hex| {
        !hex.is_empty()
            && hex
                .chars()
                .all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
    });
    if !hex {
        findings.push(
            rules::SPEC015
                .at(origin, format!("`{id}` is not an id of the form `{form}…`"))
                .help(format!(
                    "write it as AWS shows it: `{form}` and hexadecimal digits"
                )),
        );
    }
}

pub(super) fn group_exists(stack: &Stack, group: Group, origin: Origin, findings: &mut Findings) {
    let exists = match group {
        Group::Nodes | Group::ControlPlane | Group::Cluster => stack.cluster.is_some(),
        Group::Endpoints => first_interface(stack).is_some(),
    };
    if !exists {
        findings.push(
            rules::SPEC010
                .at(
                    origin,
                    format!("the stack has no security group `{}`", group.as_str()),
                )
                .note(match group {
                    Group::Endpoints => "the group exists where there are interface endpoints",
                    Group::Nodes | Group::ControlPlane | Group::Cluster => {
                        "the group exists where there is a cluster"
                    }
                })
                .help(match group {
                    Group::Endpoints => {
                        "remove the rule, or add an interface endpoint: `endpoints: [s3, sts]`"
                    }
                    Group::Nodes | Group::ControlPlane | Group::Cluster => {
                        "remove the rule, or take back `cluster: none`"
                    }
                }),
        );
    }
}

/// Whether everyone may come in.
pub(super) fn open(
    direction: Direction,
    peer: &Peer,
    traffic: Traffic,
    group: &str,
    origin: Origin,
    findings: &mut Findings,
) {
    let everyone = match peer {
        Peer::Cidr(cidr) => cidr.prefix_len() == 0,
        Peer::Ipv6Cidr(cidr) => cidr.prefix_len() == 0,
        Peer::Group(_) | Peer::ExistingGroup(_) | Peer::PrefixList(_) => false,
    };
    if direction == Direction::In && everyone {
        findings.push(
            rules::EKS512
                .at(origin, format!("everyone may reach `{group}`: {}", traffic.words()))
                .note("a load balancer or the endpoint of the API is what the internet should meet, not nodes")
                .help("name the ranges that need it"),
        );
    }
}

/// The stack's tags stand on every group, so that a cluster's tag among them makes a second group of nodes that has it: in
/// the standard mode they carry the one that EKS makes and tags, too.
fn one_cluster_group(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let key = format!("kubernetes.io/cluster/{}", cluster.name.value);
    if stack.network.security == SecurityMode::Standard && stack.tags.get(&key).is_some() {
        findings.push(
            rules::EKS320
                .at(
                    stack.tag_origin,
                    format!("the tag `{key}` would stand on a second security group of nodes"),
                )
                .note("EKS tags its own group; with two of them the AWS Load Balancer Controller does not know whose rules to write, and registers no target")
                .help_in(
                    "leave it out; for subnets there is `cluster-tag: shared` or `owned`",
                    "leave it out; for subnets there is `Network::cluster_tag`",
                ),
        );
    }
}
