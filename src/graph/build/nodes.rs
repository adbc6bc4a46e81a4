//! Node groups with their role and launch templates, and Fargate profiles with theirs.

use super::Builder;
use super::cluster::ClusterRefs;
use super::cni_rights::cni_rights;
use super::routing::Routes;
use super::security::{Groups, node_groups};
use super::vpc::NetworkRefs;
use crate::graph::{
    Arn, BlockDevice, Deferred, FargateProfile, FargateSelector, LaunchTemplate, NodeGroup, NodeId,
    PodLabel, Ref, Role, Statement, TagMap, TagSpecification, Taint, Text,
};
use crate::network::{
    AddonName, Cluster as Model, FargateProfile as ProfileModel, ImageFamily, MaxUnavailable,
    NodeGroup as GroupModel, Partition, Selector, Size, Software,
};
use crate::plan::{Egress, Plan};

/// What nodes wait for.
pub(super) struct Ready<'a> {
    pub(super) routes: &'a Routes,
    pub(super) endpoints: &'a [NodeId],
    pub(super) rules: &'a [NodeId],
    /// What keeps room for prefixes.
    pub(super) reservations: &'a [NodeId],
}

/// What can run pods.
pub(super) struct Compute {
    pub(super) nodes: Vec<NodeId>,
}

pub(super) fn build(
    b: &mut Builder,
    model: &Model,
    cluster: &ClusterRefs,
    network: &NetworkRefs,
    groups: &Groups,
    ready: &Ready,
) -> Compute {
    let mut nodes = Vec::new();
    let plan = b.plan;
    let mut of_groups: Vec<_> = model.node_groups.iter().zip(&plan.node_tiers).collect();
    of_groups.sort_by(|(a, _), (z, _)| a.name.value.cmp(&z.name.value));
    if !of_groups.is_empty() || model.karpenter {
        let role = node_role(b, model);
        for (group, &tier) in of_groups {
            nodes.extend(node_group(
                b, model, group, tier, &role, cluster, network, groups, ready,
            ));
        }
    }
    let mut profiles: Vec<_> = model.fargate.iter().zip(&plan.fargate_tiers).collect();
    profiles.sort_by(|(a, _), (z, _)| a.name.value.cmp(&z.name.value));
    if !profiles.is_empty() {
        let role = fargate_role(b, model);
        let mut previous = None;
        for (profile, &tier) in profiles {
            previous = fargate(b, profile, tier, &role, cluster, network, ready, previous);
            nodes.extend(previous);
        }
    }
    Compute { nodes }
}

/// The service that instances take roles on through.
pub(super) fn instances(b: &Builder) -> &'static str {
    match b.stack.region.value.partition() {
        Partition::AwsCn => "ec2.amazonaws.com.cn",
        Partition::Aws | Partition::AwsUsGov => "ec2.amazonaws.com",
    }
}

/// What a node may do: join the cluster and pull images. Addresses are the VPC CNI's affair, which has its own role.
///
/// Source: EKS user guide, "Amazon EKS node IAM role".
fn node_role(b: &mut Builder, model: &Model) -> Ref<Role> {
    let mut managed = vec![
        b.managed_policy("AmazonEC2ContainerRegistryPullOnly"),
        b.managed_policy("AmazonEKSWorkerNodePolicy"),
    ];
    let mut inline = Vec::new();
    if model.without_addons.contains(&AddonName::PodIdentityAgent) {
        let cni = cni_rights(b, model);
        managed.extend(cni.managed);
        inline = cni.inline;
    }
    if model.runs(Software::SessionManager) {
        managed.push(b.managed_policy("AmazonSSMManagedInstanceCore"));
    }
    let tags = b.tags("nodes");
    b.add(
        "nodes",
        model.origin,
        Role {
            name: b.global_name("nodes"),
            description: "Lets nodes join the cluster and pull images".to_owned(),
            trust: Statement::allow("Ec2", ["sts:AssumeRole"])
                .service(instances(b))
                .into(),
            managed,
            inline,
            tags,
        },
    )
}

#[expect(
    clippy::too_many_arguments,
    reason = "a node group stands on everything else"
)]
fn node_group(
    b: &mut Builder,
    model: &Model,
    group: &GroupModel,
    tier: usize,
    role: &Ref<Role>,
    cluster: &ClusterRefs,
    network: &NetworkRefs,
    groups: &Groups,
    ready: &Ready,
) -> Option<NodeId> {
    let template = launch_template(b, group, tier, cluster, groups);
    let size = group.size.value;
    let (max_unavailable, max_unavailable_percent) = max_unavailable(group);
    let mut after = waits_for(b.plan, tier, ready);
    if let Some(pods) = b.plan.pod_tier {
        after.extend(waits_for(b.plan, pods, ready));
    }
    let after = after
        .into_iter()
        .chain(ready.reservations.iter().copied())
        .chain(cluster.addons.iter().copied())
        .chain(role.node())
        .collect();
    let tags = TagMap::from(&b.tags(&group.name.value));
    b.add_after(
        group.name.value.as_str(),
        group.name.origin,
        after,
        NodeGroup {
            cluster: cluster.cluster.clone(),
            name: group.name.value.clone(),
            role: role.arn(),
            subnets: network.subnets[tier].clone(),
            version: model.version.value.clone(),
            ami: group.ami(),
            capacity: group.capacity,
            instance_types: group
                .instance_types
                .iter()
                .map(|t| t.value.clone())
                .collect(),
            min: size.min,
            desired: desired(size),
            max: size.max,
            max_unavailable,
            max_unavailable_percent,
            template_version: template.latest_version(),
            template,
            labels: group.labels.clone(),
            taints: taints(group),
            tags,
        },
    )
    .node()
}

/// Nodes at first: the least, but one where there may be any.
pub(super) fn desired(size: Size) -> u32 {
    size.desired.unwrap_or(size.min.max(1).min(size.max))
}

/// Nodes that may be away during an update, by number or in percent.
pub(super) fn max_unavailable(group: &GroupModel) -> (Option<u32>, Option<u8>) {
    match group.max_unavailable.value {
        MaxUnavailable::Nodes(nodes) => (Some(nodes), None),
        MaxUnavailable::Percent(percent) => (None, Some(percent)),
    }
}

/// In an order of their own: which comes first in a model means nothing.
pub(super) fn taints(group: &GroupModel) -> Vec<Taint> {
    let mut taints = group.taints.clone();
    taints.sort_by(|a, b| (&a.key, &a.value, a.effect).cmp(&(&b.key, &b.value, b.effect)));
    taints
}

/// A node that starts before its way out, its endpoints or its rules does not join. The way out of a private tier leads on
/// through the tiers that its NAT gateways stand in.
fn waits_for(plan: &Plan, tier: usize, ready: &Ready) -> Vec<NodeId> {
    let through = plan.tiers[tier].egress.iter().flatten();
    let mut tiers: Vec<usize> = through
        .filter_map(|egress| match egress {
            Egress::Zonal(nat) => Some(plan.nats[*nat].tier),
            Egress::Regional => None,
        })
        .collect();
    tiers.push(tier);
    tiers.sort_unstable();
    tiers.dedup();
    tiers
        .into_iter()
        .filter_map(|tier| ready.routes.of_tier.get(tier))
        .flatten()
        .chain(ready.endpoints)
        .chain(ready.rules)
        .copied()
        .collect()
}

fn launch_template(
    b: &mut Builder,
    group: &GroupModel,
    tier: usize,
    cluster: &ClusterRefs,
    groups: &Groups,
) -> Ref<LaunchTemplate> {
    let alone = group.security_group.as_ref().map(|at| at.value.as_str());
    let carried = node_groups(b, &cluster.cluster, groups, alone);
    let tags = b.tags(&group.name.value);
    let made = ["instance", "network-interface", "volume"]
        .map(|resource_type| TagSpecification {
            resource_type,
            tags: tags.clone(),
        })
        .into();
    b.add(
        group.name.value.as_str(),
        group.name.origin,
        LaunchTemplate {
            name: format!("{}-{}", b.stack.name.value, group.name.value),
            update_default: true,
            groups: carried,
            metadata_endpoint: "enabled",
            metadata_tokens: "required",
            metadata_hops: group.metadata_hops.value,
            disks: disks(group, volume_type(b.plan, tier)),
            made,
            tags,
        },
    )
}

/// gp3 is not to be had in every Local Zone, gp2 is.
///
/// Source: awslabs/amazon-eks-ami#1295; Red Hat, "Cluster limitations in AWS Local Zones".
fn volume_type(plan: &Plan, tier: usize) -> &'static str {
    if plan.tiers[tier].is_local() {
        "gp2"
    } else {
        "gp3"
    }
}

/// Bottlerocket has a small disk for itself and a second one for images and pods.
fn disks(group: &GroupModel, volume_type: &'static str) -> Vec<BlockDevice> {
    let key = group
        .disk_key
        .as_ref()
        .map(|arn| Deferred::Known(Arn(arn.value.clone())));
    let disk = |device, size| BlockDevice {
        device,
        size,
        volume_type,
        encrypted: true,
        key: key.clone(),
        delete_on_termination: true,
    };
    let size = group.disk_gib.value;
    match group.image.value {
        ImageFamily::Al2023 => vec![disk("/dev/xvda", size)],
        ImageFamily::Bottlerocket => vec![disk("/dev/xvda", 4), disk("/dev/xvdb", size)],
    }
}

/// The role with which Fargate pods are started.
///
/// Source: EKS user guide, "Amazon EKS Pod execution IAM role".
fn fargate_role(b: &mut Builder, model: &Model) -> Ref<Role> {
    let profiles = Text::new()
        .literal(b.arn("eks"))
        .account()
        .literal(format!(":fargateprofile/{}/*", model.name.value));
    // The ARN names the account; whether Fargate sends `aws:SourceAccount` too is not documented.
    let trust = Statement::allow("Fargate", ["sts:AssumeRole"])
        .service("eks-fargate-pods.amazonaws.com")
        .when("ArnLike", "aws:SourceArn", profiles);
    let tags = b.tags("fargate");
    b.add(
        "fargate",
        model.origin,
        Role {
            name: b.global_name("fargate"),
            description: "Lets Fargate start pods".to_owned(),
            trust: trust.into(),
            managed: vec![b.managed_policy("AmazonEKSFargatePodExecutionRolePolicy")],
            inline: Vec::new(),
            tags,
        },
    )
}

/// Profiles are made one after the other: while one is being created or deleted, EKS refuses the next of the same cluster.
/// Terraform's provider queues them by itself; CloudFormation does not.
///
/// Source: EKS API reference, `CreateFargateProfile`; aws/aws-cdk#6084.
#[expect(
    clippy::too_many_arguments,
    reason = "a profile stands on everything else"
)]
fn fargate(
    b: &mut Builder,
    profile: &ProfileModel,
    tier: usize,
    role: &Ref<Role>,
    cluster: &ClusterRefs,
    network: &NetworkRefs,
    ready: &Ready,
    previous: Option<NodeId>,
) -> Option<NodeId> {
    let mut selectors: Vec<&Selector> = profile.selectors.iter().collect();
    selectors.sort_by(|a, z| (&a.namespace.value, &a.labels).cmp(&(&z.namespace.value, &z.labels)));
    let mut after = waits_for(b.plan, tier, ready);
    after.extend(role.node());
    after.extend(previous);
    let tags = b.tags(&profile.name.value);
    b.add_after(
        profile.name.value.as_str(),
        profile.name.origin,
        after,
        FargateProfile {
            cluster: cluster.cluster.clone(),
            name: profile.name.value.clone(),
            role: role.arn(),
            subnets: network.subnets[tier].clone(),
            selectors: selectors.into_iter().map(selector).collect(),
            tags,
        },
    )
    .node()
}

fn selector(selector: &Selector) -> FargateSelector {
    FargateSelector {
        namespace: selector.namespace.value.clone(),
        labels: selector
            .labels
            .iter()
            .map(|(key, value)| PodLabel {
                key: key.clone(),
                value: value.clone(),
            })
            .collect(),
        label_map: selector.labels.clone(),
    }
}
