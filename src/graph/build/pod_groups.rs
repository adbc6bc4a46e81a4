//! Security groups of pods: the groups, their rules, and the policies that say which pods carry which.

use std::collections::BTreeMap;

use super::cluster::{ClusterRefs, core_dns_on_fargate};
use super::security::{Groups, Wanted, rule};
use super::sides::{Other, Owner};
use super::vpc::NetworkRefs;
use super::{Builder, sorted};
use crate::graph::{Deferred, GroupId, Ref, SecurityGroup};
use crate::kubernetes::{Metadata, Namespace, Object, SecurityGroupPolicy, Selector};
use crate::network::{
    Direction, Group, PodGroup, PodPeer, PodRule, PodSecurityGroups, Ports, SecurityMode, Selected,
    Traffic,
};

/// What the group of a pod group is called among the stack's: `pods-payments`.
pub(super) fn identity(name: &str) -> String {
    format!("pods-{name}")
}

fn model<'a>(b: &Builder<'a>) -> Option<&'a PodSecurityGroups> {
    b.cluster()?.pods.security_groups.as_ref()
}

/// The groups, by the name of the pod group.
///
/// They do not carry the cluster's tag: a pod has one of them alone, or with the cluster's own, which has it; and of
/// several the load balancer controller wants exactly one to have it.
pub(super) fn groups(
    b: &mut Builder,
    network: &NetworkRefs,
) -> BTreeMap<String, Ref<SecurityGroup>> {
    let mut made = BTreeMap::new();
    for group in model(b).map(PodSecurityGroups::own).unwrap_or_default() {
        let (name, namespace) = (&group.name.value, &group.namespace.value);
        let identity = identity(name);
        let tags = b.tags(&identity);
        let closed = SecurityGroup::closed(
            format!("{}-{identity}", b.stack.name.value),
            format!("Pods of {name} in namespace {namespace}"),
            network.vpc.clone(),
            tags,
        );
        made.insert(name.clone(), b.add(identity, group.name.origin, closed));
    }
    made
}

/// What pods with groups of their own cannot do without, and what the user allows.
pub(super) fn rules(b: &Builder, wanted: &mut Vec<Wanted>) {
    let Some(model) = model(b) else { return };
    for group in &model.groups {
        for own in identities(group) {
            needs(b, group, &own, wanted);
        }
        if group.has_own() {
            let own = Owner::Pods(group.name.value.clone());
            for rule in &group.rules {
                user(b, &own, rule, wanted);
            }
        }
    }
}

/// The sides of rules that stand for a pod group: its own group, or those that exist already.
fn identities(group: &PodGroup) -> Vec<Other> {
    if group.has_own() {
        return vec![Owner::Pods(group.name.value.clone()).into()];
    }
    let existing = group.existing().iter();
    existing
        .map(|id| Other::ExistingGroup(id.value.clone()))
        .collect()
}

/// Both halves of what lets packets go from one side to the other; a group of somebody else's is left alone.
pub(super) fn both(
    (from, to): (impl Into<Other>, impl Into<Other>),
    traffic: Traffic,
    what: &str,
    wanted: &mut Vec<Wanted>,
) {
    let (from, to) = (from.into(), to.into());
    if let Other::Owner(owner) = &from {
        wanted.push(rule(
            owner.clone(),
            Direction::Out,
            traffic,
            to.clone(),
            what,
        ));
    }
    if let Other::Owner(owner) = &to {
        wanted.push(rule(owner.clone(), Direction::In, traffic, from, what));
    }
}

/// Names by `CoreDNS`, the API, and the kubelet's probes.
///
/// Source: Amazon EKS User Guide, "Use a security group policy for an Amazon EKS Pod".
fn needs(b: &Builder, group: &PodGroup, own: &Other, wanted: &mut Vec<Wanted>) {
    let dns = if b.cluster().is_some_and(core_dns_on_fargate) {
        Group::Cluster
    } else {
        Group::Nodes
    };
    for traffic in [Traffic::Tcp(53, 53), Traffic::Udp(53, 53)] {
        both((own.clone(), dns), traffic, "Names by CoreDNS", wanted);
    }
    let api = (own.clone(), Group::ControlPlane);
    both(api, Traffic::Tcp(443, 443), "API from pods", wanted);
    for Ports(from, to) in group.probes.iter().flat_map(|probes| &probes.value) {
        let (traffic, what) = (Traffic::Tcp(*from, *to), "Probes of the kubelet");
        match (b.stack.network.security, own) {
            (SecurityMode::Restricted, _) => {
                both((Group::Nodes, own.clone()), traffic, what, wanted);
            }
            // Nodes carry the cluster's group, which lets everything out.
            (SecurityMode::Standard, Other::Owner(owner)) => {
                wanted.push(rule(
                    owner.clone(),
                    Direction::In,
                    traffic,
                    Group::Nodes,
                    what,
                ));
            }
            (SecurityMode::Standard, _) => {}
        }
    }
}

/// A rule of the user's, and the other half of it where that is the stack's affair.
pub(super) fn user(b: &Builder, own: &Owner, rule: &PodRule, wanted: &mut Vec<Wanted>) {
    let own = Other::from(own.clone());
    let peers = match &rule.peer.value {
        PodPeer::Other(peer) => vec![peer.clone().into()],
        PodPeer::Nodes(name) => vec![Owner::Nodes(name.clone()).into()],
        PodPeer::Pods(name) => {
            let mut groups = model(b).into_iter().flat_map(|model| &model.groups);
            let named = groups.find(|other| other.name.value == *name);
            named.map(identities).unwrap_or_default()
        }
    };
    let first = wanted.len();
    for peer in peers {
        let sides = match rule.direction {
            Direction::In => (peer, own.clone()),
            Direction::Out => (own.clone(), peer),
        };
        both(sides, rule.traffic, &rule.description.value, wanted);
    }
    for wanted in wanted.iter_mut().skip(first) {
        wanted.origin = rule.origin;
    }
}

/// The policies, and the namespaces that they stand in, so that one pass of `kubectl apply` finds each.
pub(super) fn policies(b: &mut Builder, groups: &Groups, cluster: &ClusterRefs) {
    let Some(model) = model(b) else { return };
    let mut all: Vec<&PodGroup> = model.groups.iter().collect();
    all.sort_by_key(|group| (group.namespace.value.as_str(), group.name.value.as_str()));
    let mut namespaces: Vec<&str> = all
        .iter()
        .map(|group| group.namespace.value.as_str())
        .collect();
    namespaces.dedup();
    for name in namespaces {
        let there = |object: &Object| matches!(object, Object::Namespace(namespace) if namespace.metadata.name == name);
        if name != "default" && !name.starts_with("kube-") && !b.graph.objects.iter().any(there) {
            let metadata = Metadata::cluster(name);
            b.graph
                .objects
                .push(Object::Namespace(Namespace { metadata }));
        }
    }
    for group in all {
        let policy = policy(group, groups, cluster);
        b.graph.objects.push(Object::SecurityGroupPolicy(policy));
    }
}

fn policy(group: &PodGroup, groups: &Groups, cluster: &ClusterRefs) -> SecurityGroupPolicy {
    let own = groups.pods.get(&group.name.value).map(Ref::id);
    let existing = sorted(group.existing()).into_iter();
    let existing = existing.map(|id| Deferred::Known(GroupId(id.clone())));
    let clusters = group
        .cluster_group
        .then(|| cluster.cluster.security_group());
    let labels = group.labels.value.clone();
    SecurityGroupPolicy {
        metadata: Metadata::namespaced(&group.name.value, &group.namespace.value),
        selector: match group.selected {
            Selected::Pods => Selector::Pods(labels),
            Selected::ServiceAccounts => Selector::ServiceAccounts(labels),
        },
        groups: own.into_iter().chain(existing).chain(clusters).collect(),
    }
}
