//! Security groups of node groups: the groups, the rules without which their nodes do not join, and those of the user.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::Builder;
use super::cluster::core_dns_on_fargate;
use super::pod_groups::{both, user};
use super::security::{Wanted, closed_nodes, cluster_key, rule};
use super::sides::Owner;
use super::vpc::NetworkRefs;
use crate::graph::{Ref, SecurityGroup};
use crate::network::{Direction, Group, NodeSecurityGroup, SecurityMode, Traffic};

const KUBELET: Traffic = Traffic::Tcp(10250, 10250);
const DNS: [Traffic; 2] = [Traffic::Tcp(53, 53), Traffic::Udp(53, 53)];

/// What the group is called among the stack's: `nodes-shop`.
pub(super) fn identity(name: &str) -> String {
    format!("nodes-{name}")
}

/// By name: the order of a model means nothing.
fn models<'a>(b: &Builder<'a>) -> Vec<&'a NodeSecurityGroup> {
    let models = b.cluster().into_iter();
    let mut models: Vec<_> = models
        .flat_map(|cluster| &cluster.node_security_groups)
        .collect();
    models.sort_by(|a, z| a.name.value.cmp(&z.name.value));
    models
}

fn owner(group: &NodeSecurityGroup) -> Owner {
    Owner::Nodes(group.name.value.clone())
}

pub(super) fn owners(b: &Builder) -> Vec<Owner> {
    models(b).into_iter().map(owner).collect()
}

/// The groups, by name. Nodes carry one of them alone, so each has the cluster's tag.
pub(super) fn groups(
    b: &mut Builder,
    network: &NetworkRefs,
) -> BTreeMap<String, Ref<SecurityGroup>> {
    let mut made = BTreeMap::new();
    for model in models(b) {
        let name = &model.name.value;
        let identity = identity(name);
        let mut tags = b.tags(&identity);
        if let Some(cluster) = b.cluster() {
            tags.set(cluster_key(cluster), "owned");
        }
        let closed = SecurityGroup::closed(
            format!("{}-{identity}", b.stack.name.value),
            format!("Nodes of {name}"),
            network.vpc.clone(),
            tags,
        );
        made.insert(name.clone(), b.add(identity, model.name.origin, closed));
    }
    made
}

/// What nodes cannot do without, and what the user allows.
pub(super) fn rules(b: &Builder, wanted: &mut Vec<Wanted>) {
    for model in models(b) {
        let nodes = owner(model);
        match b.stack.network.security {
            SecurityMode::Standard => standard(b, &nodes, wanted),
            SecurityMode::Restricted => restricted(b, &nodes, wanted),
        }
        for rule in &model.rules {
            user(b, &nodes, rule, wanted);
        }
    }
}

/// Whose pods read the metrics of every kubelet.
fn readers(b: &Builder) -> Vec<Group> {
    let cluster = b.cluster();
    let fargate = cluster.filter(|cluster| !cluster.fargate.is_empty());
    let fargate = fargate.map(|_| Group::Cluster);
    [Group::Nodes].into_iter().chain(fargate).collect()
}

/// The group of those nodes or pods among which `CoreDNS` is.
fn names(b: &Builder) -> Group {
    if b.cluster().is_some_and(core_dns_on_fargate) {
        Group::Cluster
    } else {
        Group::Nodes
    }
}

/// All between these nodes and the control plane, and out. Other nodes, and pods on Fargate, carry the group that EKS makes
/// for the cluster, which lets everything out; these do not, since it lets everything in that carries it.
///
/// Source: EKS user guide, "Amazon EKS security group requirements".
fn standard(b: &Builder, nodes: &Owner, wanted: &mut Vec<Wanted>) {
    use Direction::{In, Out};
    let all = Traffic::All;
    let plane = Owner::from(Group::ControlPlane);
    let own = || nodes.clone();
    wanted.extend([
        rule(own(), In, all, own(), "Between these nodes"),
        rule(own(), In, all, plane.clone(), "From the control plane"),
        rule(plane.clone(), In, all, own(), "From nodes"),
        rule(plane, Out, all, own(), "To nodes"),
        rule(own(), Out, all, Ipv4Net::default(), "As far as routes lead"),
    ]);
    for from in readers(b) {
        wanted.push(rule(own(), In, KUBELET, from, "Kubelet and metrics"));
    }
    for dns in DNS {
        wanted.push(rule(names(b), In, dns, own(), "Names by CoreDNS"));
    }
}

/// The ports that these nodes cannot do without. Nothing is open between them: neither `CoreDNS` nor the metrics server runs
/// there, as taints keep them off.
///
/// Source: EKS user guide, "Amazon EKS security group requirements", restricting cluster traffic.
fn restricted(b: &Builder, nodes: &Owner, wanted: &mut Vec<Wanted>) {
    let own = || nodes.clone();
    let https = Traffic::Tcp(443, 443);
    let plane = Owner::from(Group::ControlPlane);
    both(
        (own(), plane.clone()),
        https,
        "API of the control plane",
        wanted,
    );
    for from in readers(b).into_iter().map(Owner::from).chain([plane]) {
        both((from, own()), KUBELET, "Kubelet and metrics", wanted);
    }
    for dns in DNS {
        both(
            (own(), Owner::from(names(b))),
            dns,
            "Names by CoreDNS",
            wanted,
        );
    }
    closed_nodes(b, nodes, wanted);
}
