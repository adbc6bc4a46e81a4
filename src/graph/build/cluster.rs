//! The cluster with its role, its log group and its add-ons.

use ipnet::Ipv4Net;

use super::Builder;
use super::keys::Keys;
use super::nodes::Compute;
use super::security::Groups;
use super::vpc::NetworkRefs;
use crate::graph::{
    AccessCidrs, Addon, Cluster, Deferred, LogGroup, NodeId, OidcProvider, PodIdentityAssociation,
    Ref, Resource, Role, Statement, Subnet, Taint, TaintEffect, Text,
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
    let role = role(b, model);
    let after = log_group.into_iter().chain(role.node()).collect();
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
        public_access_cidrs: clients(b, &model.endpoint.value),
        ip_family: "ipv4",
        service_cidr: b.plan.service_cidr.unwrap_or_default(),
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
    let addons = addons(b, model, &cluster);
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
fn role(b: &mut Builder, model: &Model) -> Ref<Role> {
    let tags = b.tags("cluster");
    let trust = Statement::allow("Eks", ["sts:AssumeRole"])
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
            managed: vec![b.managed_policy("AmazonEKSClusterPolicy")],
            inline: Vec::new(),
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

/// Who reaches the public side. Where there is no private side, nodes come through their NAT gateways too.
fn clients(b: &Builder, endpoint: &EndpointMode) -> AccessCidrs {
    let mut named: Vec<_> = endpoint.clients().iter().map(|at| at.value).collect();
    let outside_only = matches!(endpoint, EndpointMode::Public(_));
    let existing = b.stack.network.existing.iter().filter(|_| outside_only);
    let gateways = existing.flat_map(|vpc| &vpc.nat_addresses);
    named.extend(gateways.map(|address| Ipv4Net::from(address.value)));
    named.sort_unstable();
    named.dedup();
    let open = named.iter().any(|net| net.prefix_len() == 0);
    let mut clients: Vec<_> = named.into_iter().map(Deferred::Known).collect();
    if outside_only && !open {
        let addresses = b.graph.iter();
        clients.extend(
            addresses
                .filter(|(_, entry)| matches!(entry.resource, Resource::ElasticIp(_)))
                .map(|(id, _)| Deferred::HostRange(id)),
        );
    }
    AccessCidrs(clients)
}

/// The add-ons that nodes wait for; CoreDNS waits for nodes.
fn addons(b: &mut Builder, model: &Model, cluster: &Ref<Cluster>) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    for &addon in AddonName::ALL {
        if addon == AddonName::CoreDns || model.without_addons.contains(&addon) {
            continue;
        }
        let identity = (addon == AddonName::VpcCni
            && !model.without_addons.contains(&AddonName::PodIdentityAgent))
        .then(|| cni_identity(b, model, cluster))
        .flatten();
        let after = identity.into_iter().collect();
        nodes.extend(add_addon(b, model, cluster, addon, None, after));
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

/// Made before the add-on, and after the role's policies: pods that start earlier would have to be restarted to get the
/// role, and without its rights no pod gets an address.
fn cni_identity(b: &mut Builder, model: &Model, cluster: &Ref<Cluster>) -> Option<NodeId> {
    let role = cni_role(b, model);
    let after = role.node().into_iter().collect();
    let role = role.arn();
    let tags = b.tags("vpc-cni");
    b.add_after(
        "vpc-cni",
        model.origin,
        after,
        PodIdentityAssociation {
            cluster: cluster.clone(),
            namespace: "kube-system",
            service_account: "aws-node",
            role,
            tags,
        },
    )
    .node()
}

/// The VPC CNI's own role by Pod Identity, so that nodes themselves cannot change network interfaces. Only its service
/// account in this cluster can take it on.
///
/// Source: EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity".
fn cni_role(b: &mut Builder, model: &Model) -> Ref<Role> {
    let tags = b.tags("vpc-cni");
    let trust = Statement::allow("PodIdentity", ["sts:AssumeRole", "sts:TagSession"])
        .service("pods.eks.amazonaws.com")
        .from_this_account()
        .when(
            "StringEquals",
            "aws:RequestTag/eks-cluster-name",
            model.name.value.as_str(),
        )
        .when(
            "StringEquals",
            "aws:RequestTag/kubernetes-namespace",
            "kube-system",
        )
        .when(
            "StringEquals",
            "aws:RequestTag/kubernetes-service-account",
            "aws-node",
        );
    b.add(
        "vpc-cni",
        model.origin,
        Role {
            name: b.global_name("vpc-cni"),
            description: "Lets the VPC CNI give pods their addresses".to_owned(),
            trust: trust.into(),
            managed: vec![b.managed_policy("AmazonEKS_CNI_Policy")],
            inline: Vec::new(),
            tags,
        },
    )
}

/// CoreDNS, once there is something to run it: nodes, or Fargate for the pods of `kube-system`.
pub(super) fn core_dns(b: &mut Builder, model: &Model, cluster: &ClusterRefs, compute: &Compute) {
    if model.without_addons.contains(&AddonName::CoreDns) || !runs_core_dns(model) {
        return;
    }
    let configuration = (!on_nodes(model)).then(|| Text::from(r#"{"computeType":"Fargate"}"#));
    add_addon(
        b,
        model,
        &cluster.cluster,
        AddonName::CoreDns,
        configuration,
        compute.nodes.clone(),
    );
}

/// Whether CoreDNS has something to run on.
pub(crate) fn runs_core_dns(model: &Model) -> bool {
    on_nodes(model)
        || model
            .fargate
            .iter()
            .flat_map(|profile| &profile.selectors)
            .any(|selector| selector.namespace.value == "kube-system" && selector.labels.is_empty())
}

/// Whether CoreDNS runs on a node group. Of the taints that keep pods off, it tolerates this one only; on nodes with others
/// it would wait, and the deployment with it.
///
/// Source: EKS user guide, "Manage `CoreDNS` for DNS in Amazon EKS clusters"; aws/containers-roadmap#1389.
fn on_nodes(model: &Model) -> bool {
    let kept_off = |taint: &Taint| {
        taint.effect != TaintEffect::PreferNoSchedule && taint.key != "CriticalAddonsOnly"
    };
    model
        .node_groups
        .iter()
        .any(|group| !group.taints.iter().any(kept_off))
}

/// The subnets of the cluster's own interfaces.
fn own_subnets(b: &Builder, network: &NetworkRefs) -> Vec<Ref<Subnet>> {
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
