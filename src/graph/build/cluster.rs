//! The cluster with its role, its log group and its add-ons.

use std::collections::BTreeSet;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::cni_rights::cni_rights;
use super::identities::{self, Owner};
use super::keys::Keys;
use super::nodes::{Compute, desired};
use super::security::Groups;
use super::vpc::NetworkRefs;
use super::{Builder, auto_mode, cni, hybrid, sorted};
use crate::graph::{
    AccessCidrs, Addon, Attr, Cluster, Deferred, LogGroup, NodeId, OidcProvider, Ref, Resource,
    Role, Statement, Subnet, Text, Vpc,
};
use crate::network::{AddonName, Cluster as Model, EndpointMode};

/// The cluster and what its nodes wait for.
pub(super) struct ClusterRefs {
    pub(super) cluster: Ref<Cluster>,
    pub(super) addons: Vec<NodeId>,
}

pub(super) fn build(
    b: &mut Builder,
    model: &Model,
    network: &NetworkRefs,
    groups: &Groups,
    keys: &mut Keys,
) -> ClusterRefs {
    let secrets_key = Keys::secrets(b, &model.secrets_key, model.origin);
    let log_group = log_group(b, model, keys);
    let role = role(b, model, groups);
    let (auto, auto_role) = auto_mode::switches(b, model);
    let public_access_cidrs = clients(b, model, &network.vpc);
    // The VPC's IPv6 range can be asked for once it is there.
    let range = public_access_cidrs
        .0
        .iter()
        .any(|client| matches!(client, Deferred::Attribute(_, Attr::Ipv6Range)));
    let range = network.vpc.node().filter(|_| range);
    let after = log_group
        .into_iter()
        .chain(role.node())
        .chain(auto_role.as_ref().and_then(Ref::node))
        .chain(range)
        .chain(network.blocks.iter().copied())
        .collect();
    let tags = b.tags("");
    let encrypted = if secrets_key.is_some() {
        vec!["secrets"]
    } else {
        Vec::new()
    };
    let cluster = Cluster {
        name: model.name.value.clone(),
        version: model.version.value.clone(),
        role: role.arn(),
        subnets: own_subnets(b, network),
        groups: groups.control_plane.iter().map(Ref::id).collect(),
        private_access: model.endpoint.value.private_access(),
        public_access: model.endpoint.value.public_access(),
        remote_nodes: hybrid::ranges(model, |hybrid| &hybrid.nodes),
        remote_pods: hybrid::ranges(model, |hybrid| &hybrid.pods),
        public_access_cidrs,
        ip_family: model.ip_family.value,
        service_cidr: b.plan.service_cidr,
        auto_load_balancing: auto.on,
        auto_compute: auto.on,
        auto_pools: auto.pools,
        auto_node_role: auto.role,
        auto_storage: auto.on,
        authentication: "API",
        creator_admin: model.creator_admin,
        self_managed_addons: false,
        secrets_key,
        encrypted,
        logs: model
            .logs
            .as_ref()
            .map(|logs| logs.types.clone())
            .unwrap_or_default(),
        support: model.support,
        tags,
    };
    let cluster = b.add_after("", model.origin, after, cluster);
    if model.oidc_provider {
        let tags = b.tags("oidc");
        b.add(
            "",
            model.origin,
            OidcProvider {
                url: cluster.oidc_issuer(),
                audiences: vec!["sts.amazonaws.com"],
                tags,
            },
        );
    }
    let addons = addons(b, model, &cluster, network, groups);
    identities::build(b, model, &cluster);
    ClusterRefs { cluster, addons }
}

/// Made before the cluster, which would otherwise make it by itself and keep its lines for ever.
fn log_group(b: &mut Builder, model: &Model, keys: &mut Keys) -> Option<NodeId> {
    let logs = model.logs.as_ref().filter(|logs| !logs.types.is_empty())?;
    let key = keys.logs(b, &logs.key, logs.origin);
    let tags = b.tags("control-plane-logs");
    b.add(
        "control-plane",
        logs.origin,
        LogGroup {
            name: format!("/aws/eks/{}/cluster", model.name.value),
            retention: logs.retention.value,
            key,
            tags,
        },
    )
    .node()
}

/// The role with which EKS works on the account, taken on only for this cluster.
///
/// Source: EKS user guide, "Amazon EKS cluster IAM role" and "Cross-service confused deputy prevention".
fn role(b: &mut Builder, model: &Model, groups: &Groups) -> Ref<Role> {
    let tags = b.tags("cluster");
    let mut managed = vec![b.managed_policy("AmazonEKSClusterPolicy")];
    if model.pods.security_groups.is_some() {
        // Trunk and branch interfaces are made by a controller on the control plane.
        managed.push(b.managed_policy("AmazonEKSVPCResourceController"));
    }
    let mut actions = vec!["sts:AssumeRole"];
    let mut inline = Vec::new();
    if let Some(auto) = model.auto() {
        managed.extend(auto_mode::POLICIES.map(|name| b.managed_policy(name)));
        managed.sort_unstable();
        inline.extend(auto_mode::load_balancing(b, auto, groups));
        // The rights of Auto Mode go by the name of the cluster in the session's tags.
        actions.push("sts:TagSession");
    }
    let trust = Statement::allow("Eks", actions)
        .service("eks.amazonaws.com")
        .from_this_account()
        .when("ArnLike", "aws:SourceArn", cluster_arn(b, model));
    b.add(
        "cluster",
        model.origin,
        Role {
            name: b.global_name("cluster"),
            description: "Lets EKS run the control plane".to_owned(),
            trust: trust.into(),
            managed,
            inline,
            tags,
        },
    )
}

pub(super) fn cluster_arn(b: &Builder, model: &Model) -> Text {
    Text::new()
        .literal(b.arn("eks"))
        .account()
        .literal(format!(":cluster/{}", model.name.value))
}

/// Who reaches the public side. Where there is no private side, nodes come too: through their NAT gateways, and to an IPv6
/// cluster, whose endpoint has both families, with their own addresses.
pub(super) fn clients(b: &Builder, model: &Model, vpc: &Ref<Vpc>) -> AccessCidrs {
    let endpoint = &model.endpoint.value;
    let named: Vec<IpNet> = sorted(endpoint.clients()).into_iter().copied().collect();
    let open = |everyone: IpNet| named.contains(&everyone);
    let open_ipv4 = open(Ipv4Net::default().into());
    let open_ipv6 = open(Ipv6Net::default().into());
    let gateways: BTreeSet<IpNet> = existing_gateways(b)
        .filter(|address| !named.contains(address))
        .collect();
    let mut clients: Vec<_> = named.into_iter().map(Deferred::Known).collect();
    if !matches!(endpoint, EndpointMode::Public(_)) {
        return AccessCidrs(clients);
    }
    if model.is_ipv6() && !open_ipv6 {
        clients.extend(vpc.ipv6_cidr());
    }
    if !open_ipv4 {
        clients.extend(gateways.into_iter().map(Deferred::Known));
        let addresses = b.graph.iter();
        clients.extend(
            addresses
                .filter(|(_, entry)| matches!(entry.resource, Resource::ElasticIp(_)))
                .map(|(id, _)| Deferred::HostRange(id)),
        );
    }
    AccessCidrs(clients)
}

/// What nodes come with through the NAT gateways of an existing VPC.
fn existing_gateways(b: &Builder) -> impl Iterator<Item = IpNet> {
    let existing = b.stack.network.existing.iter();
    let addresses = existing.flat_map(|vpc| &vpc.nat_addresses);
    addresses.map(|address| Ipv4Net::from(address.value).into())
}

/// The add-ons that nodes wait for; CoreDNS waits for nodes.
fn addons(
    b: &mut Builder,
    model: &Model,
    cluster: &Ref<Cluster>,
    network: &NetworkRefs,
    groups: &Groups,
) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    // Auto Mode has them built in.
    if model.is_auto_alone() {
        return nodes;
    }
    for &addon in AddonName::ALL {
        if addon == AddonName::CoreDns || model.without_addons.contains(&addon) {
            continue;
        }
        let identity = (addon == AddonName::VpcCni
            && !model.without_addons.contains(&AddonName::PodIdentityAgent))
        .then(|| cni_identity(b, model, cluster))
        .flatten();
        let after = identity.into_iter().collect();
        let configuration = (addon == AddonName::VpcCni)
            .then(|| cni::configuration(b, model, cluster, network, groups))
            .flatten();
        nodes.extend(add_addon(b, model, cluster, addon, configuration, after));
    }
    nodes
}

fn add_addon(
    b: &mut Builder,
    model: &Model,
    cluster: &Ref<Cluster>,
    addon: AddonName,
    configuration: Option<Text>,
    after: Vec<NodeId>,
) -> Option<NodeId> {
    let version = model.addon_versions.get(&addon);
    let tags = b.tags(addon.as_str());
    b.add_after(
        addon.as_str(),
        version.map_or(model.origin, |version| version.origin),
        after,
        Addon {
            cluster: cluster.clone(),
            name: addon.as_str().to_owned(),
            version: version.map(|version| version.value.clone()),
            on_create: "OVERWRITE",
            on_update: "OVERWRITE",
            configuration,
            tags,
        },
    )
    .node()
}

/// The VPC CNI's own role, so that nodes themselves cannot change network interfaces. Made before the add-on: pods that
/// start earlier would have to be restarted to get the role, and without its rights no pod gets an address.
fn cni_identity(b: &mut Builder, model: &Model, cluster: &Ref<Cluster>) -> Option<NodeId> {
    let owner = Owner {
        name: "vpc-cni",
        origin: model.origin,
        namespace: "kube-system",
        service_account: "aws-node",
    };
    let description = "Lets the VPC CNI give pods their addresses".to_owned();
    let rights = cni_rights(b, model);
    let role = identities::role(b, model, &owner, description, rights);
    identities::associate(b, cluster, &owner, &role)
}

/// CoreDNS, once there is something to run it: nodes, or Fargate for the pods of `kube-system`.
pub(super) fn core_dns(b: &mut Builder, model: &Model, cluster: &ClusterRefs, compute: &Compute) {
    if model.without_addons.contains(&AddonName::CoreDns) || !runs_core_dns(model) {
        return;
    }
    let configuration = core_dns_config(model);
    add_addon(
        b,
        model,
        &cluster.cluster,
        AddonName::CoreDns,
        configuration,
        compute.nodes.clone(),
    );
}

/// Where nothing else runs it, Fargate does.
pub(super) fn core_dns_config(model: &Model) -> Option<Text> {
    (!on_nodes(model)).then(|| Text::from(r#"{"computeType":"Fargate"}"#))
}

/// Labels of CoreDNS's pods, as the add-on makes them.
///
/// Source: Amazon EKS User Guide, "Get started with AWS Fargate for your cluster".
const CORE_DNS: [(&str, &str); 2] = [
    ("k8s-app", "kube-dns"),
    ("eks.amazonaws.com/component", "coredns"),
];

/// Whether CoreDNS has something to run on.
pub(crate) fn runs_core_dns(model: &Model) -> bool {
    on_nodes(model)
        || model
            .fargate
            .iter()
            .flat_map(|profile| &profile.selectors)
            .any(|selector| selector.takes("kube-system", &CORE_DNS))
}

/// Whether CoreDNS runs on Fargate, whose pods carry the group that EKS makes for the cluster.
pub(super) fn core_dns_on_fargate(model: &Model) -> bool {
    !on_nodes(model) && runs_core_dns(model)
}

/// Whether CoreDNS runs on a node group.
fn on_nodes(model: &Model) -> bool {
    model.node_groups.iter().any(|group| !group.keeps_off())
}

/// Whether CoreDNS runs on node groups that all begin without a node. It is part of the stack all the same: a group that is
/// scaled to nothing for a night, or one whose number is an autoscaler's affair, must not take the add-on away.
pub(crate) fn core_dns_waits(model: &Model) -> bool {
    let groups = model.node_groups.iter();
    let mut groups = groups.filter(|group| !group.keeps_off());
    on_nodes(model) && groups.all(|group| desired(group.size.value) == 0)
}

/// The subnets of the cluster's own interfaces.
pub(super) fn own_subnets(b: &Builder, network: &NetworkRefs) -> Vec<Ref<Subnet>> {
    let Some(tier) = b.plan.control_plane else {
        return Vec::new();
    };
    let planned = &b.plan.tiers[tier].subnets;
    let subnets = planned.iter().zip(&network.subnets[tier]);
    subnets
        .filter(|(planned, _)| b.plan.is_clusters(tier, planned.key.zone))
        .map(|(_, subnet)| subnet.clone())
        .collect()
}
