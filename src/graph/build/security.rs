//! Security groups and every rule in them.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::{Ipv4Net, Ipv6Net};

use super::cluster::ClusterRefs;
use super::sides::{Other, Owner};
use super::vpc::NetworkRefs;
use super::{Builder, connections, hybrid, node_security, pod_groups};
use crate::diagnostic::Origin;
use crate::graph::{
    Cluster, Deferred, EgressRule, GroupId, IngressRule, NodeId, Ref, SecurityGroup,
};
use crate::network::{
    Access, Cluster as Model, Direction, EndpointKind, Group, SecurityMode, Software, Traffic,
};
use crate::plan::PlannedEndpoint;

/// The stack's groups.
pub(super) struct Groups {
    pub(super) control_plane: Option<Ref<SecurityGroup>>,
    pub(super) nodes: Option<Ref<SecurityGroup>>,
    pub(super) endpoints: Option<Ref<SecurityGroup>>,
    /// Those of pods, by the name of the pod group.
    pub(super) pods: BTreeMap<String, Ref<SecurityGroup>>,
    /// Those of nodes that carry no other, by name.
    pub(super) of_nodes: BTreeMap<String, Ref<SecurityGroup>>,
}

pub(super) fn groups(b: &mut Builder, network: &NetworkRefs) -> Groups {
    let cluster = b.cluster();
    let group = |b: &mut Builder, name: &str, description: &str, extra: &[(String, &str)]| {
        let mut tags = b.tags(name);
        for (key, value) in extra {
            tags.set(key.clone(), *value);
        }
        let group = SecurityGroup::closed(
            format!("{}-{name}", b.stack.name.value),
            description.to_owned(),
            network.vpc.clone(),
            tags,
        );
        b.add(name, b.stack.network.origin, group)
    };
    let mut groups = Groups {
        control_plane: None,
        nodes: None,
        endpoints: None,
        pods: pod_groups::groups(b, network),
        of_nodes: node_security::groups(b, network),
    };
    if let Some(cluster) = cluster {
        let mut extra = Vec::new();
        // Exactly one group that nodes carry has the cluster's tag: in the standard mode that is the one EKS makes.
        if b.stack.network.security == SecurityMode::Restricted {
            extra.push((cluster_key(cluster), "owned"));
        }
        if cluster.karpenter {
            extra.push((
                "karpenter.sh/discovery".to_owned(),
                cluster.name.value.as_str(),
            ));
        }
        groups.control_plane = Some(group(
            b,
            "control-plane",
            "Network interfaces of the EKS control plane",
            &[],
        ));
        groups.nodes = Some(group(b, "nodes", "Nodes of the EKS cluster", &extra));
    }
    let interface = |endpoint: &PlannedEndpoint| endpoint.kind() == EndpointKind::Interface;
    if b.plan.endpoints.iter().any(interface) {
        groups.endpoints = Some(group(
            b,
            "endpoints",
            "Interface endpoints of AWS services",
            &[],
        ));
    }
    groups
}

/// The tag by which the load balancer controller knows the one group of a network interface whose rules are its affair.
pub(super) fn cluster_key(cluster: &Model) -> String {
    format!("kubernetes.io/cluster/{}", cluster.name.value)
}

/// The groups that nodes carry: one that is theirs alone, or those of all other nodes.
pub(super) fn node_groups(
    b: &Builder,
    cluster: &Ref<Cluster>,
    groups: &Groups,
    alone: Option<&str>,
) -> Vec<Deferred<GroupId>> {
    if let Some(name) = alone {
        return groups.of_nodes.get(name).map(Ref::id).into_iter().collect();
    }
    let own = groups.nodes.iter().map(Ref::id);
    match b.stack.network.security {
        SecurityMode::Standard => std::iter::once(cluster.security_group())
            .chain(own)
            .collect(),
        SecurityMode::Restricted => own.collect(),
    }
}

/// A rule in words of the model.
pub(super) struct Wanted {
    pub(super) group: Owner,
    pub(super) direction: Direction,
    pub(super) traffic: Traffic,
    pub(super) peer: Other,
    pub(super) description: String,
    pub(super) origin: Origin,
    /// Whether it has no twin for IPv6, although it leads everywhere.
    pub(super) ipv4_only: bool,
}

pub(super) fn rules(
    b: &mut Builder,
    groups: &Groups,
    cluster: Option<&ClusterRefs>,
) -> Vec<NodeId> {
    let mut wanted = Vec::new();
    if b.cluster().is_some() {
        match b.stack.network.security {
            SecurityMode::Standard => standard(b, &mut wanted),
            SecurityMode::Restricted => restricted(b, &mut wanted),
        }
        node_security::rules(b, &mut wanted);
        pod_groups::rules(b, &mut wanted);
    }
    wanted.extend(connections::rules(b));
    wanted.extend(hybrid::rules(b));
    if groups.endpoints.is_some() {
        wanted.extend(b.stack.network.blocks().map(|block| {
            rule(
                Group::Endpoints,
                Direction::In,
                Traffic::Tcp(443, 443),
                block.value,
                "HTTPS from the VPC",
            )
        }));
    }
    wanted.extend(b.stack.network.rules.iter().map(|rule| Wanted {
        group: rule.group.into(),
        direction: rule.direction,
        traffic: rule.traffic,
        peer: rule.peer.value.clone().into(),
        description: rule.description.value.clone(),
        origin: rule.origin,
        ipv4_only: false,
    }));
    wanted.sort_by_cached_key(|w| (w.group.clone(), name(w), w.ipv4_only));
    let twins: Vec<_> = wanted
        .iter()
        .filter(|wanted| has_twin(b, wanted))
        .map(|wanted| (wanted.group.clone(), wanted.traffic))
        .collect();
    // Said in as many words by the user, it is the twin.
    wanted.retain(|wanted| {
        let everywhere = wanted.peer == Other::Ipv6Cidr(Ipv6Net::default());
        let out = wanted.direction == Direction::Out;
        !(everywhere && out && twins.contains(&(wanted.group.clone(), wanted.traffic)))
    });
    let mut seen = BTreeSet::new();
    let mut nodes = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        // A user's rule that the stack has anyway is the same rule.
        if seen.insert((wanted.direction == Direction::In, name(&wanted))) {
            let twin = twin(b, groups, cluster, &wanted);
            nodes.extend(add(b, groups, cluster, wanted));
            nodes.extend(twin.and_then(|(name, origin, rule)| b.add(name, origin, rule).node()));
        }
    }
    nodes
}

pub(super) fn rule(
    group: impl Into<Owner>,
    direction: Direction,
    traffic: Traffic,
    peer: impl Into<Other>,
    description: &str,
) -> Wanted {
    Wanted {
        group: group.into(),
        direction,
        traffic,
        peer: peer.into(),
        description: description.to_owned(),
        origin: Origin::Default,
        ipv4_only: false,
    }
}

/// Everything between nodes and control plane, as the page "EKS networking" asks. What else nodes need, the group that EKS
/// makes for the cluster allows, which they carry too.
///
/// Nodes of Karpenter do not carry it: Karpenter finds groups by a tag, which EKS does not give its own group and
/// CloudFormation cannot. What the cluster's group would allow them, the nodes' group then says itself; for the nodes of
/// node groups, which carry both, that opens nothing.
///
/// Source: Karpenter, "`NodeClasses`", `spec.securityGroupSelectorTerms`.
fn standard(b: &Builder, wanted: &mut Vec<Wanted>) {
    use Group::{Cluster, ControlPlane, Nodes};
    let all = Traffic::All;
    wanted.extend([
        rule(Nodes, Direction::In, all, Nodes, "Between nodes"),
        rule(
            Nodes,
            Direction::In,
            all,
            ControlPlane,
            "From the control plane",
        ),
        rule(Nodes, Direction::Out, all, Nodes, "Between nodes"),
        rule(
            Nodes,
            Direction::Out,
            all,
            ControlPlane,
            "To the control plane",
        ),
        rule(ControlPlane, Direction::In, all, Nodes, "From nodes"),
        rule(ControlPlane, Direction::Out, all, Nodes, "To nodes"),
    ]);
    let Some(cluster) = b.cluster().filter(|cluster| cluster.karpenter) else {
        return;
    };
    wanted.push(rule(
        Nodes,
        Direction::Out,
        all,
        Ipv4Net::default(),
        "Nodes of Karpenter, as far as routes lead",
    ));
    if !cluster.fargate.is_empty() {
        wanted.extend([
            rule(Nodes, Direction::In, all, Cluster, "From Fargate pods"),
            rule(Cluster, Direction::In, all, Nodes, "To Fargate pods"),
        ]);
    }
}

/// The ports that a cluster cannot do without.
///
/// Source: EKS user guide, "Amazon EKS security group requirements", restricting cluster traffic; 10250 is the kubelet and
/// the upstream metrics server, 10251 the metrics server as an add-on.
fn restricted(b: &Builder, wanted: &mut Vec<Wanted>) {
    use Direction::{In, Out};
    use Group::{Cluster, ControlPlane, Nodes};
    let https = Traffic::Tcp(443, 443);
    let kubelet = Traffic::Tcp(10250, 10250);
    let metrics = Traffic::Tcp(10251, 10251);
    let dns = [Traffic::Tcp(53, 53), Traffic::Udp(53, 53)];
    wanted.extend([
        rule(ControlPlane, In, https, Nodes, "API from nodes"),
        rule(Nodes, Out, https, ControlPlane, "API of the control plane"),
        rule(
            ControlPlane,
            Out,
            kubelet,
            Nodes,
            "Kubelet and metrics of nodes",
        ),
        rule(
            Nodes,
            In,
            kubelet,
            ControlPlane,
            "Kubelet and metrics from the control plane",
        ),
        rule(ControlPlane, Out, metrics, Nodes, "Metrics server on nodes"),
        rule(
            Nodes,
            In,
            metrics,
            ControlPlane,
            "Metrics server from the control plane",
        ),
    ]);
    let mut both_ways = |a: Group, z: Group, traffic: Traffic, what: &str| {
        wanted.push(rule(a, Out, traffic, z, what));
        wanted.push(rule(z, In, traffic, a, what));
    };
    let others = b
        .cluster()
        .is_some_and(|cluster| !cluster.fargate.is_empty() || cluster.has_built_in_nodes());
    let mut pairs = vec![(Nodes, Nodes)];
    if others {
        // Fargate pods and nodes of AWS's own node pools carry the group that EKS makes for the cluster.
        pairs.extend([(Nodes, Cluster), (Cluster, Nodes)]);
    }
    if b.cluster()
        .is_some_and(crate::network::Cluster::runs_calico)
    {
        both_ways(Nodes, Nodes, Traffic::Tcp(5473, 5473), "Typha of Calico");
    }
    for (from, to) in pairs {
        both_ways(from, to, kubelet, "Kubelet and metrics");
        both_ways(from, to, metrics, "Metrics server");
        for dns in dns {
            both_ways(from, to, dns, "Names by CoreDNS");
        }
    }
    webhooks(b, wanted);
    closed_nodes(b, &Nodes.into(), wanted);
}

/// What software that the user names listens on.
///
/// Source: kubernetes-sigs/aws-load-balancer-controller#2039.
fn webhooks(b: &Builder, wanted: &mut Vec<Wanted>) {
    use Direction::{In, Out};
    use Group::{ControlPlane, Nodes};
    if b.cluster()
        .is_some_and(|cluster| cluster.runs(Software::LoadBalancerController))
    {
        let webhook = Traffic::Tcp(9443, 9443);
        let what = "Webhook of the AWS Load Balancer Controller";
        wanted.extend([
            rule(ControlPlane, Out, webhook, Nodes, what),
            rule(Nodes, In, webhook, ControlPlane, what),
        ]);
    }
}

/// What nodes ask for outside of the cluster, where they carry no group that lets everything out: file systems, images and
/// AWS's APIs.
///
/// Source: Amazon EFS user guide, "Using VPC security groups".
pub(super) fn closed_nodes(b: &Builder, nodes: &Owner, wanted: &mut Vec<Wanted>) {
    if b.cluster()
        .is_some_and(|cluster| cluster.runs(Software::EfsCsi))
    {
        let nfs = Traffic::Tcp(2049, 2049);
        let what = "File systems of EFS";
        let blocks = b.stack.network.blocks();
        wanted.extend(
            blocks.map(|block| rule(nodes.clone(), Direction::Out, nfs, block.value, what)),
        );
    }
    wanted.extend(outside(b, nodes));
}

/// Images and AWS's APIs. Routes decide how far this leads: without NAT only to endpoints, of which the one for S3 keeps
/// S3's public addresses. Those alone are no reason to open IPv6.
fn outside(b: &Builder, nodes: &Owner) -> Vec<Wanted> {
    let plan = b.plan;
    let public_nodes = plan
        .tiers
        .iter()
        .enumerate()
        .any(|(index, tier)| tier.access == Access::Public && plan.takes_nodes(index));
    let s3 = plan.has_endpoint("s3");
    let gateways = !plan.nats.is_empty() || plan.regional_nat.is_some();
    let internet = gateways || public_nodes;
    // By IPv4 alone: through a transit gateway, or as the user says of a network that exists.
    let leaves = (0..plan.tiers.len()).any(|tier| plan.leaves(tier));
    let out = if internet || leaves || s3 {
        vec![Ipv4Net::default()]
    } else {
        let blocks = b.stack.network.blocks();
        blocks.map(|block| block.value).collect()
    };
    let to = |range| Wanted {
        ipv4_only: b.stack.network.ipv6.is_some() && !internet,
        ..rule(
            nodes.clone(),
            Direction::Out,
            Traffic::Tcp(443, 443),
            range,
            "Images and AWS APIs, as far as routes lead",
        )
    };
    out.into_iter().map(to).collect()
}

/// `nodes/from-control-plane/tcp-443`.
fn name(wanted: &Wanted) -> String {
    let side = match wanted.direction {
        Direction::In => "from",
        Direction::Out => "to",
    };
    let peer = match &wanted.peer {
        Other::Owner(owner) => owner.words(),
        Other::ExistingGroup(id) | Other::PrefixList(id) => id.clone(),
        Other::Cidr(cidr) => cidr.to_string(),
        Other::Ipv6Cidr(cidr) => ipv6_name(*cidr),
    };
    format!(
        "{}/{side}-{peer}/{}",
        wanted.group.words(),
        wanted.traffic.words()
    )
}

/// `2001x2xxp48`: what would get lost in CloudFormation is written in letters that no address has.
fn ipv6_name(range: Ipv6Net) -> String {
    let address = range.addr().to_string().replace(':', "x");
    format!("{address}p{}", range.prefix_len())
}

fn id(groups: &Groups, cluster: Option<&ClusterRefs>, group: &Owner) -> Option<Deferred<GroupId>> {
    match group {
        Owner::Group(Group::Nodes) => groups.nodes.as_ref().map(Ref::id),
        Owner::Group(Group::ControlPlane) => groups.control_plane.as_ref().map(Ref::id),
        Owner::Group(Group::Endpoints) => groups.endpoints.as_ref().map(Ref::id),
        Owner::Group(Group::Cluster) => cluster.map(|cluster| cluster.cluster.security_group()),
        Owner::Pods(name) => groups.pods.get(name).map(Ref::id),
        Owner::Nodes(name) => groups.of_nodes.get(name).map(Ref::id),
    }
}

fn add(
    b: &mut Builder,
    groups: &Groups,
    cluster: Option<&ClusterRefs>,
    wanted: Wanted,
) -> Option<NodeId> {
    let group = id(groups, cluster, &wanted.group)?;
    let name = name(&wanted);
    let (mut cidr, mut cidr_ipv6, mut peer, mut prefix_list) = (None, None, None, None);
    match wanted.peer {
        Other::Owner(owner) => peer = Some(id(groups, cluster, &owner)?),
        Other::ExistingGroup(id) => peer = Some(Deferred::Known(GroupId(id))),
        Other::Cidr(net) => cidr = Some(net),
        Other::PrefixList(id) => prefix_list = Some(id),
        Other::Ipv6Cidr(net) => cidr_ipv6 = Some(net),
    }
    let (from_port, to_port) = wanted.traffic.ports().unzip();
    let (description, protocol) = (wanted.description, wanted.traffic.protocol());
    match wanted.direction {
        Direction::In => b
            .add(
                name,
                wanted.origin,
                IngressRule {
                    group,
                    description,
                    protocol,
                    from_port,
                    to_port,
                    cidr,
                    cidr_ipv6,
                    peer,
                    prefix_list,
                },
            )
            .node(),
        Direction::Out => b
            .add(
                name,
                wanted.origin,
                EgressRule {
                    group,
                    description,
                    protocol,
                    from_port,
                    to_port,
                    cidr,
                    cidr_ipv6,
                    peer,
                    prefix_list,
                },
            )
            .node(),
    }
}

/// Whether a rule lets a dual-stack network's packets out to everywhere.
fn has_twin(b: &Builder, wanted: &Wanted) -> bool {
    let everywhere = matches!(wanted.peer, Other::Cidr(cidr) if cidr.prefix_len() == 0);
    let out = wanted.direction == Direction::Out && everywhere && !wanted.ipv4_only;
    out && b.stack.network.ipv6.is_some()
}

/// The same to everywhere by IPv6, for a rule that lets a dual-stack network's packets out to everywhere by IPv4: AWS keeps
/// rules for the two apart. Nothing is let in that way.
///
/// Source: EKS user guide, "Amazon EKS security group requirements".
fn twin(
    b: &Builder,
    groups: &Groups,
    cluster: Option<&ClusterRefs>,
    wanted: &Wanted,
) -> Option<(String, Origin, EgressRule)> {
    if !has_twin(b, wanted) {
        return None;
    }
    let (from_port, to_port) = wanted.traffic.ports().unzip();
    let rule = EgressRule {
        group: id(groups, cluster, &wanted.group)?,
        description: wanted.description.clone(),
        protocol: wanted.traffic.protocol(),
        from_port,
        to_port,
        cidr: None,
        cidr_ipv6: Some(Ipv6Net::default()),
        peer: None,
        prefix_list: None,
    };
    Some((format!("{}/ipv6", name(wanted)), wanted.origin, rule))
}
