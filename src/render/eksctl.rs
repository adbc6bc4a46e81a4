//! eksctl: a `ClusterConfig` for `eksctl create cluster -f`.

use super::ids::{Document, Ids};
use super::known::Known;
use super::yaml::{self, Value};
use crate::eksctl::{AccessEntry, Addon, ClusterConfig, FargateProfile, NodeGroup};
use crate::graph::{CapacityType, Deferred, Graph, GroupId, SupportType, TaintEffect};

/// Entries of a map, in the order in which people read them.
type Entries = Vec<(&'static str, Value)>;

/// The graph's cluster for eksctl to make on its network; nothing where the stack's templates make it, or nobody does.
pub fn eksctl(graph: &Graph, known: &Known) -> Option<Document> {
    let config = graph.cluster_config.as_ref()?;
    let mut ids = Ids::new(graph, known);
    let mut text = String::new();
    let remark = format!(
        "{}. Rendered by eksnet, layout {}; the network is the template's.",
        graph.description, graph.layout
    );
    yaml::remark(&remark, &mut text);
    yaml::document(&cluster_config(graph, config, &mut ids), &mut text);
    Some(ids.document(text))
}

fn cluster_config(graph: &Graph, config: &ClusterConfig, ids: &mut Ids) -> Value {
    let mut entries: Entries = vec![
        ("apiVersion", "eksctl.io/v1alpha5".into()),
        ("kind", "ClusterConfig".into()),
        ("metadata", metadata(graph, config)),
    ];
    let support = match config.support {
        SupportType::Standard => "STANDARD",
        SupportType::Extended => "EXTENDED",
    };
    entries.push((
        "upgradePolicy",
        Value::map([("supportType", support.into())]),
    ));
    let mut network: Entries = vec![("ipFamily", "IPv4".into())];
    network.extend(
        config
            .service_cidr
            .map(|cidr| ("serviceIPv4CIDR", cidr.to_string().into())),
    );
    entries.push(("kubernetesNetworkConfig", Value::map(network)));
    entries.push(("iam", iam(config)));
    entries.push(("accessConfig", access(config)));
    entries.push(("vpc", vpc(config, ids)));
    if let Some(pools) = &config.auto_pools {
        let auto = [
            ("enabled", true.into()),
            ("nodePools", pools.clone().into()),
        ];
        entries.push(("autoModeConfig", Value::map(auto)));
    }
    entries.push((
        "addonsConfig",
        Value::map([("disableDefaultAddons", true.into())]),
    ));
    if !config.addons.is_empty() {
        let addons: Vec<Value> = config.addons.iter().map(addon).collect();
        entries.push(("addons", addons.into()));
    }
    if !config.node_groups.is_empty() {
        let group = config.node_group.as_ref();
        let groups: Vec<Value> = config
            .node_groups
            .iter()
            .map(|one| node_group(one, group, ids))
            .collect();
        entries.push(("managedNodeGroups", groups.into()));
    }
    if !config.fargate.is_empty() {
        let profiles: Value = config
            .fargate
            .iter()
            .map(|profile| fargate(profile, ids))
            .collect();
        entries.push(("fargateProfiles", profiles));
    }
    if !config.logs.is_empty() {
        entries.push(("cloudWatch", logs(config)));
    }
    if let Some(key) = &config.secrets_key {
        let key = Value::map([("keyARN", ids.value(key))]);
        entries.push(("secretsEncryption", key));
    }
    Value::map(entries)
}

fn metadata(graph: &Graph, config: &ClusterConfig) -> Value {
    let mut entries: Entries = vec![
        ("name", config.name.clone().into()),
        ("region", graph.region.as_str().into()),
        ("version", config.version.clone().into()),
    ];
    if !config.tags.is_empty() {
        entries.push(("tags", (&config.tags).into()));
    }
    Value::map(entries)
}

fn texts(texts: &[String]) -> Value {
    texts.iter().cloned().collect()
}

fn iam(config: &ClusterConfig) -> Value {
    let mut entries: Entries = vec![("withOIDC", config.oidc.into())];
    if !config.pod_identities.is_empty() {
        let all = config.pod_identities.iter().map(|identity| {
            let mut entries: Entries = vec![
                ("namespace", identity.namespace.clone().into()),
                (
                    "serviceAccountName",
                    identity.service_account.clone().into(),
                ),
            ];
            entries.push(match &identity.role {
                Some(role) => ("roleARN", role.clone().into()),
                None => ("permissionPolicyARNs", texts(&identity.policies)),
            });
            Value::map(entries)
        });
        entries.push(("podIdentityAssociations", all.collect()));
    }
    Value::map(entries)
}

/// The network as it is. Both groups are the template's, and so are all rules between them.
fn vpc(config: &ClusterConfig, ids: &mut Ids) -> Value {
    let mut entries: Entries = vec![
        ("id", ids.of(&config.vpc)),
        ("cidr", config.cidr.to_string().into()),
    ];
    if let Some(group) = &config.control_plane_group {
        entries.push(("securityGroup", ids.value(group)));
    }
    if let Some(group) = &config.node_group {
        entries.push(("sharedNodeSecurityGroup", ids.value(group)));
        entries.push(("manageSharedNodeSecurityGroupRules", false.into()));
    }
    let mut subnets = Entries::new();
    for (key, public) in [("private", false), ("public", true)] {
        let of_access = config
            .subnets
            .iter()
            .filter(|subnet| subnet.public == public);
        let named: Vec<_> = of_access
            .map(|subnet| {
                let fields = [
                    ("id", ids.of(&subnet.subnet)),
                    ("cidr", subnet.cidr.to_string().into()),
                ];
                (subnet.name.clone().into(), Value::map(fields))
            })
            .collect();
        if !named.is_empty() {
            subnets.push((key, Value::Map(named)));
        }
    }
    entries.push(("subnets", Value::map(subnets)));
    let own: Vec<Value> = config
        .control_plane
        .iter()
        .map(|subnet| ids.of(subnet))
        .collect();
    if !own.is_empty() {
        entries.push(("controlPlaneSubnetIDs", own.into()));
    }
    let endpoints = [
        ("privateAccess", config.private_access.into()),
        ("publicAccess", config.public_access.into()),
    ];
    entries.push(("clusterEndpoints", Value::map(endpoints)));
    if config.public_access {
        let clients = config.clients.0.iter();
        let clients: Vec<Value> = clients.map(|range| client(range, ids)).collect();
        entries.push(("publicAccessCIDRs", clients.into()));
    }
    Value::map(entries)
}

fn client(range: &Deferred<ipnet::IpNet>, ids: &mut Ids) -> Value {
    match range {
        Deferred::Known(range) => range.to_string().into(),
        Deferred::Attribute(id, attr) => ids.value(&Deferred::<String>::Attribute(*id, *attr)),
        Deferred::HostRange(id) => ids.value(&Deferred::<String>::HostRange(*id)),
    }
}

fn access(config: &ClusterConfig) -> Value {
    let mut entries: Entries = vec![
        ("authenticationMode", "API".into()),
        (
            "bootstrapClusterCreatorAdminPermissions",
            config.creator_admin.into(),
        ),
    ];
    if !config.access.is_empty() {
        let all: Value = config.access.iter().map(access_entry).collect();
        entries.push(("accessEntries", all));
    }
    Value::map(entries)
}

fn access_entry(entry: &AccessEntry) -> Value {
    let mut entries: Entries = vec![("principalARN", entry.principal.clone().into())];
    if !entry.groups.is_empty() {
        entries.push(("kubernetesGroups", texts(&entry.groups)));
    }
    if !entry.policies.is_empty() {
        let policies = entry.policies.iter().map(|(arn, namespaces)| {
            let scope = if namespaces.is_empty() {
                Value::map([("type", "cluster".into())])
            } else {
                Value::map([
                    ("type", "namespace".into()),
                    ("namespaces", texts(namespaces)),
                ])
            };
            Value::map([("policyARN", arn.clone().into()), ("accessScope", scope)])
        });
        entries.push(("accessPolicies", policies.collect()));
    }
    Value::map(entries)
}

fn addon(addon: &Addon) -> Value {
    let mut entries: Entries = vec![("name", addon.name.into())];
    if let Some(version) = &addon.version {
        entries.push(("version", version.clone().into()));
    }
    if addon.pod_identity {
        entries.push(("useDefaultPodIdentityAssociations", true.into()));
    }
    if let Some(configuration) = &addon.configuration {
        entries.push(("configurationValues", configuration.clone().into()));
    }
    entries.push(("resolveConflicts", "overwrite".into()));
    Value::map(entries)
}

fn node_group(group: &NodeGroup, carried: Option<&Deferred<GroupId>>, ids: &mut Ids) -> Value {
    let (min, desired, max) = group.size;
    let family = if group.bottlerocket {
        "Bottlerocket"
    } else {
        "AmazonLinux2023"
    };
    let mut entries: Entries = vec![
        ("name", group.name.clone().into()),
        ("amiFamily", family.into()),
        ("instanceTypes", texts(&group.instance_types)),
    ];
    match group.capacity {
        CapacityType::OnDemand => {}
        CapacityType::Spot => entries.push(("spot", true.into())),
    }
    entries.extend([
        ("minSize", min.into()),
        ("desiredCapacity", desired.into()),
        ("maxSize", max.into()),
        ("privateNetworking", group.private.into()),
        ("subnets", texts(&group.subnets)),
    ]);
    if let Some(carried) = carried {
        // Beside the group that EKS makes, which eksctl gives to every node of its own accord.
        let attached: Vec<Value> = vec![ids.value(carried)];
        entries.push((
            "securityGroups",
            Value::map([("attachIDs", attached.into())]),
        ));
    }
    entries.extend([
        ("volumeSize", group.disk_gib.into()),
        ("volumeType", "gp3".into()),
        ("volumeEncrypted", true.into()),
    ]);
    if let Some(key) = &group.disk_key {
        entries.push(("volumeKmsKeyID", key.clone().into()));
    }
    entries.extend([
        ("disableIMDSv1", true.into()),
        ("disablePodIMDS", group.pods_without_metadata.into()),
    ]);
    let nodes = group
        .max_unavailable
        .map(|nodes| ("maxUnavailable", Value::from(nodes)));
    let percent = group.max_unavailable_percent;
    let percent = percent.map(|percent| ("maxUnavailablePercentage", Value::from(percent)));
    entries.push(("updateConfig", Value::map(nodes.into_iter().chain(percent))));
    if !group.labels.is_empty() {
        entries.push(("labels", (&group.labels).into()));
    }
    if !group.taints.is_empty() {
        let taints = group.taints.iter().map(|taint| {
            let effect = match taint.effect {
                TaintEffect::NoSchedule => "NoSchedule",
                TaintEffect::NoExecute => "NoExecute",
                TaintEffect::PreferNoSchedule => "PreferNoSchedule",
            };
            let mut entries: Entries = vec![("key", taint.key.clone().into())];
            entries.extend(taint.value.clone().map(|value| ("value", value.into())));
            entries.push(("effect", effect.into()));
            Value::map(entries)
        });
        entries.push(("taints", taints.collect()));
    }
    Value::map(entries)
}

fn fargate(profile: &FargateProfile, ids: &mut Ids) -> Value {
    let selectors = profile.selectors.iter().map(|(namespace, labels)| {
        let mut entries: Entries = vec![("namespace", namespace.clone().into())];
        if !labels.is_empty() {
            entries.push(("labels", labels.into()));
        }
        Value::map(entries)
    });
    let subnets: Vec<Value> = profile
        .subnets
        .iter()
        .map(|subnet| ids.of(subnet))
        .collect();
    Value::map([
        ("name", profile.name.clone().into()),
        ("selectors", selectors.collect()),
        ("subnets", subnets.into()),
    ])
}

fn logs(config: &ClusterConfig) -> Value {
    let types: Value = config
        .logs
        .iter()
        .map(|log| Value::from(log.as_str()))
        .collect();
    let mut entries: Entries = vec![("enableTypes", types)];
    if let Some(days) = config.retention {
        entries.push(("logRetentionInDays", days.into()));
    }
    Value::map([("clusterLogging", Value::map(entries))])
}
