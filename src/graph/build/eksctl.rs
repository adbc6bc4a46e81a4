//! The cluster of a stack that leaves it to eksctl.

use std::collections::BTreeMap;

use super::cluster::{clients, core_dns_config, own_subnets, runs_core_dns};
use super::nodes::{desired, max_unavailable, taints};
use super::security::Groups;
use super::vpc::{NetworkRefs, subnet_name};
use super::{Builder, cni, sorted};
use crate::eksctl::{
    AccessEntry, Addon, ClusterConfig, FargateProfile, NamedSubnet, NodeGroup, PodIdentity,
};
use crate::graph::{Arn, Deferred, Piece, Ref, Text};
use crate::network::{
    Access, AddonName, BuiltInPool, Cluster as Model, FargateProfile as ProfileModel, IdentityRole,
    ImageFamily, NodeGroup as GroupModel, PodIdentity as Identity,
};
use crate::plan::PlannedSubnet;

pub(super) fn build(
    b: &mut Builder,
    model: &Model,
    network: &NetworkRefs,
    groups: &Groups,
    secrets_key: Option<Deferred<Arn>>,
) {
    let tags = b.stack.tags.iter();
    let logs = model.logs.as_ref();
    let config = ClusterConfig {
        name: model.name.value.clone(),
        version: model.version.value.clone(),
        tags: tags
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        service_cidr: b.plan.service_cidr,
        support: model.support,
        vpc: network.vpc.clone(),
        cidr: b.plan.cidr,
        subnets: subnets(b, network),
        control_plane: own_subnets(b, network),
        control_plane_group: groups.control_plane.as_ref().map(Ref::id),
        node_group: groups.nodes.as_ref().map(Ref::id),
        private_access: model.endpoint.value.private_access(),
        public_access: model.endpoint.value.public_access(),
        clients: clients(b, model, &network.vpc),
        creator_admin: model.creator_admin,
        access: access(b, model),
        secrets_key,
        logs: logs.map(|logs| logs.types.clone()).unwrap_or_default(),
        retention: logs
            .map(|logs| logs.retention.value)
            .filter(|days| *days > 0),
        oidc: model.oidc_provider,
        pod_identities: pod_identities(model),
        auto_pools: model.auto().map(|auto| {
            let pools = auto.pools().into_iter();
            pools.map(BuiltInPool::as_str).collect()
        }),
        addons: addons(b, model, network, groups),
        node_groups: node_groups(b, model),
        fargate: fargate(b, model, network),
    };
    b.graph.cluster_config = Some(config);
}

/// `nodes-use1-az4`.
fn name(planned: &PlannedSubnet) -> String {
    subnet_name(planned).replace('/', "-")
}

fn subnets(b: &Builder, network: &NetworkRefs) -> Vec<NamedSubnet> {
    let tiers = b.plan.tiers.iter().zip(&network.subnets);
    let mut all: Vec<NamedSubnet> = tiers
        .flat_map(|(tier, subnets)| {
            let subnets = tier.subnets.iter().zip(subnets);
            subnets.map(|(planned, subnet)| NamedSubnet {
                name: name(planned),
                public: tier.access == Access::Public,
                cidr: planned.cidr,
                subnet: subnet.clone(),
            })
        })
        .collect();
    all.sort_by_key(|subnet| subnet.public);
    all
}

fn of_tier(b: &Builder, tier: usize) -> Vec<String> {
    b.plan.tiers[tier].subnets.iter().map(name).collect()
}

fn access(b: &Builder, model: &Model) -> Vec<AccessEntry> {
    let mut entries: Vec<_> = model.access.iter().collect();
    entries.sort_by(|a, z| a.name.value.cmp(&z.name.value));
    let entry = |entry: &crate::network::AccessEntry| {
        let policies = super::access::policies(b, &entry.grants).into_iter();
        AccessEntry {
            principal: entry.principal.value.clone(),
            groups: super::access::groups(entry),
            policies: policies
                .map(|policy| (policy.policy_arn, policy.namespaces))
                .collect(),
        }
    };
    entries.into_iter().map(entry).collect()
}

fn pod_identities(model: &Model) -> Vec<PodIdentity> {
    let mut all: Vec<_> = model.pod_identities.iter().collect();
    all.sort_by(|a, z| a.name.value.cmp(&z.name.value));
    let identity = |identity: &Identity| {
        let (role, policies) = match &identity.role {
            IdentityRole::Existing(arn) => (Some(arn.value.clone()), Vec::new()),
            IdentityRole::New(policies) => (None, sorted(policies).into_iter().cloned().collect()),
        };
        PodIdentity {
            namespace: identity.namespace.value.clone(),
            service_account: identity.service_account.value.clone(),
            role,
            policies,
        }
    };
    all.into_iter().map(identity).collect()
}

/// All add-ons by name: eksctl's own choice is another one.
fn addons(b: &Builder, model: &Model, network: &NetworkRefs, groups: &Groups) -> Vec<Addon> {
    // Auto Mode has the others built in.
    let built_in = |addon| addon != AddonName::CoreDns && model.is_auto_alone();
    let has = |addon: AddonName| !model.without_addons.contains(&addon) && !built_in(addon);
    let wanted = AddonName::ALL
        .iter()
        .copied()
        .filter(|addon| has(*addon) && (*addon != AddonName::CoreDns || runs_core_dns(model)));
    wanted
        .map(|addon| Addon {
            name: addon.as_str(),
            version: model
                .addon_versions
                .get(&addon)
                .map(|version| version.value.clone()),
            pod_identity: addon == AddonName::VpcCni && has(AddonName::PodIdentityAgent),
            configuration: (match addon {
                AddonName::VpcCni => {
                    // Custom networking alone asks for the cluster, and is refused.
                    let cluster = Ref::existing(model.name.value.as_str());
                    cni::configuration(b, model, &cluster, network, groups)
                }
                AddonName::CoreDns => core_dns_config(model),
                AddonName::KubeProxy | AddonName::PodIdentityAgent => None,
            })
            .map(|text| literal(&text)),
        })
        .collect()
}

/// The text, of which nothing is AWS's to decide.
fn literal(text: &Text) -> String {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Literal(literal) => literal.as_ref(),
        Piece::Attribute(..) | Piece::Account => "",
    });
    pieces.collect()
}

fn node_groups(b: &Builder, model: &Model) -> Vec<NodeGroup> {
    let mut all: Vec<_> = model.node_groups.iter().zip(&b.plan.node_tiers).collect();
    all.sort_by(|(a, _), (z, _)| a.name.value.cmp(&z.name.value));
    let group = |(group, &tier): (&GroupModel, &usize)| {
        let size = group.size.value;
        let (nodes, percent) = max_unavailable(group);
        NodeGroup {
            name: group.name.value.clone(),
            subnets: of_tier(b, tier),
            private: b.plan.tiers[tier].access != Access::Public,
            instance_types: group
                .instance_types
                .iter()
                .map(|t| t.value.clone())
                .collect(),
            bottlerocket: group.image.value == ImageFamily::Bottlerocket,
            capacity: group.capacity,
            size: (size.min, desired(size), size.max),
            max_unavailable: nodes,
            max_unavailable_percent: percent,
            disk_gib: group.disk_gib.value,
            disk_key: group.disk_key.as_ref().map(|key| key.value.clone()),
            pods_without_metadata: group.metadata_hops.value == 1,
            labels: group.labels.clone(),
            taints: taints(group),
        }
    };
    all.into_iter().map(group).collect()
}

/// eksctl hands the subnets of profiles to EKS as they are written, so that they are ids, not names.
///
/// Source: eksctl, `pkg/fargate/client.go`.
fn fargate(b: &Builder, model: &Model, network: &NetworkRefs) -> Vec<FargateProfile> {
    let mut all: Vec<_> = model.fargate.iter().zip(&b.plan.fargate_tiers).collect();
    all.sort_by(|(a, _), (z, _)| a.name.value.cmp(&z.name.value));
    let profile = |(profile, &tier): (&ProfileModel, &usize)| {
        let selectors = profile.selectors.iter();
        let mut selectors: Vec<(String, BTreeMap<String, String>)> = selectors
            .map(|selector| (selector.namespace.value.clone(), selector.labels.clone()))
            .collect();
        selectors.sort();
        FargateProfile {
            name: profile.name.value.clone(),
            subnets: network.subnets[tier].clone(),
            selectors,
        }
    };
    all.into_iter().map(profile).collect()
}
