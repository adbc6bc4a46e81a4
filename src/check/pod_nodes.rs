//! Security groups of pods: what they need of nodes, add-ons and subnets.

use super::pods::older_cni;
use crate::capacity::{instance, is_burstable};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::{
    Access, AddonName, At, Cluster, EnforcingMode, FargateProfile, NodeGroup, Placement, PodGroup,
    PodSecurityGroups, PolicyEngine, Selected, Stack,
};
use crate::plan::{Plan, PlannedTier};

pub(super) fn check(cluster: &Cluster, model: &PodSecurityGroups, findings: &mut Findings) {
    version(cluster, model, findings);
    fargate(cluster, model, findings);
    if model.groups.iter().any(|group| !on_fargate(cluster, group)) {
        policies(cluster, model, findings);
        trunks(cluster, findings);
        branches(cluster, model, findings);
        roles(cluster, model, findings);
    }
}

/// Where the mode is said, or what it is a default of.
fn mode(model: &PodSecurityGroups) -> Origin {
    model.mode.origin.or(model.origin)
}

fn version(cluster: &Cluster, model: &PodSecurityGroups, findings: &mut Findings) {
    let (least, why) = match model.mode.value {
        EnforcingMode::Strict | EnforcingMode::Standard if cluster.is_ipv6() => {
            ((1, 16, 0), "for IPv6 clusters they came with 1.16.0")
        }
        EnforcingMode::Strict => ((1, 7, 7), "security groups of pods came with 1.7.7"),
        EnforcingMode::Standard => ((1, 11, 0), "mode `standard` came with 1.11.0"),
    };
    if let Some(pinned) = older_cni(cluster, least) {
        findings.push(
            rules::EKS794
                .at(
                    pinned.origin,
                    format!(
                        "version {} of the VPC CNI is too old for security groups of pods",
                        pinned.value
                    ),
                )
                .related(mode(model), "asked for here")
                .note(why)
                .help("leave the version out, and AWS chooses one for the cluster's version"),
        );
    }
}

/// A pod on Fargate has the groups of its policy and no others, so without the cluster's it reaches no control plane.
fn fargate(cluster: &Cluster, model: &PodSecurityGroups, findings: &mut Findings) {
    for group in &model.groups {
        if group.cluster_group {
            continue;
        }
        if let Some(profile) = takes(cluster, group) {
            findings.push(
                rules::EKS787
                    .at(
                        group.name.origin,
                        format!("pods of `{}` run on Fargate without the cluster's security group", group.name.value),
                    )
                    .related(profile.name.origin, "this profile takes them")
                    .note("a pod on Fargate is its own node: it has to reach the control plane and be reached by it, which that group allows")
                    .help_in("add `cluster-group: true`", "call `.cluster_group()`"),
            );
        }
    }
}

/// In strict mode traffic of these pods passes by where engines of network policies stand: Calico sees none of it. For the
/// VPC CNI's own, AWS recommends mode `standard`.
///
/// Source: Amazon EKS User Guide, "Assign security groups to individual Pods"; Amazon EKS Best Practices Guide, "Security
/// Groups Per Pod", "Supporting Kubernetes Network Policy".
fn policies(cluster: &Cluster, model: &PodSecurityGroups, findings: &mut Findings) {
    let Some(engine) = cluster.network_policy else {
        return;
    };
    if model.mode.value == EnforcingMode::Standard {
        return;
    }
    let (severity, message, note) = match engine.value {
        PolicyEngine::Calico => (
            Severity::Error,
            "Calico sees nothing of pods with security groups of their own in strict mode",
            "their traffic goes from their network interface into the VPC, past the rules of Calico on the node",
        ),
        PolicyEngine::VpcCni(_) => (
            Severity::Warning,
            "network policies are for pods with security groups of their own in mode `standard`",
            "AWS recommends it where the two meet; in strict mode all traffic goes into the VPC, that between pods of a node too",
        ),
    };
    findings.push(
        rules::EKS789
            .at(mode(model), message)
            .severity(severity)
            .related(engine.origin, "policies are enforced here")
            .note(note)
            .help_in("write `mode: standard`", "use `EnforcingMode::Standard`"),
    );
}

/// The Fargate profile that surely takes the pods of a group, by its name and its selector.
fn takes<'a>(cluster: &'a Cluster, group: &PodGroup) -> Option<&'a FargateProfile> {
    // What labels the pods of a service account have is not known.
    let known = group.selected == Selected::Pods;
    let labels = group.labels.value.iter().filter(|_| known);
    let labels: Vec<(&str, &str)> = labels.map(|(k, v)| (k.as_str(), v.as_str())).collect();
    cluster.fargate.iter().find(|profile| {
        let mut selectors = profile.selectors.iter();
        selectors.any(|selector| selector.takes(&group.namespace.value, &labels))
    })
}

pub(super) fn on_fargate(cluster: &Cluster, group: &PodGroup) -> bool {
    takes(cluster, group).is_some()
}

/// What is known of a type's trunk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trunk {
    Yes,
    No,
    Unknown,
}

fn trunk(name: &str) -> Trunk {
    match instance(name) {
        Some(instance) if instance.takes_trunk() => Trunk::Yes,
        Some(_) => Trunk::No,
        None if is_burstable(name) => Trunk::No,
        None => Trunk::Unknown,
    }
}

fn trunks(cluster: &Cluster, findings: &mut Findings) {
    let types = || {
        cluster
            .node_groups
            .iter()
            .flat_map(|group| group.instance_types.iter())
    };
    let nowhere = !cluster.karpenter && types().all(|at| trunk(&at.value) == Trunk::No);
    for group in &cluster.node_groups {
        for name in &group.instance_types {
            let origin = if name.origin == Origin::Default {
                group.name.origin
            } else {
                name.origin
            };
            match trunk(&name.value) {
                Trunk::Yes => {}
                Trunk::No => findings.push(no_trunk(origin, group, name, nowhere)),
                Trunk::Unknown => findings.push(
                    rules::EKS781
                        .at(origin, format!("whether a `{}` takes a trunk interface is not known", name.value))
                        .severity(Severity::Info)
                        .note("pods with security groups of their own run only where there is one")
                        .help("look for `IsTrunkingCompatible` in amazon-vpc-resource-controller-k8s, pkg/aws/vpc/limits.go"),
                ),
            }
        }
    }
}

fn no_trunk(origin: Origin, group: &NodeGroup, name: &At<String>, nowhere: bool) -> Finding {
    let finding = rules::EKS781.at(
        origin,
        format!(
            "pods with security groups of their own cannot run on a `{}` of node group `{}`",
            name.value, group.name.value
        ),
    );
    let finding =
        finding.note("it takes no trunk interface: types on Nitro do, but none of the t family");
    if nowhere {
        finding
            .note("no node of the cluster could run them, and they would stay pending")
            .help("choose types such as m6i.large, c6i.large or m7g.large")
    } else {
        finding
            .severity(Severity::Info)
            .help("Kubernetes starts them on other nodes; nothing need be done")
    }
}

/// Whether the nodes have branch interfaces enough, where everybody says how many there are.
fn branches(cluster: &Cluster, model: &PodSecurityGroups, findings: &mut Findings) {
    let on_nodes = model
        .groups
        .iter()
        .filter(|group| !on_fargate(cluster, group));
    let said: Vec<_> = on_nodes.filter_map(|group| group.at_most).collect();
    let pods: u64 = said.iter().map(|at| u64::from(at.value)).sum();
    let of_group = |group: &NodeGroup| {
        let each = group.instance_types.iter();
        let each: Option<Vec<u32>> = each
            .map(|at| instance(&at.value)?.branch_interfaces())
            .collect();
        Some(u64::from(group.size.value.max) * u64::from(each?.into_iter().min()?))
    };
    let all: Option<Vec<u64>> = cluster.node_groups.iter().map(of_group).collect();
    let (Some(last), Some(all)) = (said.last(), all) else {
        return;
    };
    let room: u64 = all.iter().sum();
    if cluster.karpenter || all.is_empty() || room == 0 || pods <= room {
        return;
    }
    findings.push(
        rules::EKS785
            .at(
                last.origin,
                format!("{pods} pods with security groups of their own have {room} network interfaces"),
            )
            .note("each takes a branch of its node's trunk, of which a type has so many (an m5.large 9), when all node groups have their most nodes")
            .note("further pods stay pending until there is one free, up to a minute after another pod ended")
            .help("choose larger types, or let the node groups have more nodes"),
    );
}

/// The Pod Identity Agent answers on an address of the node, which strict mode sends into the VPC instead.
///
/// Source: aws/amazon-vpc-resource-controller-k8s#618; aws/amazon-vpc-cni-k8s#2797.
fn roles(cluster: &Cluster, model: &PodSecurityGroups, findings: &mut Findings) {
    let agent = !cluster
        .without_addons
        .contains(&AddonName::PodIdentityAgent);
    if model.mode.value == EnforcingMode::Strict && agent && !cluster.oidc_provider {
        findings.push(
            rules::PLAN033
                .at(mode(model), "in strict mode, pods with security groups of their own get no role by Pod Identity")
                .note("its agent answers on an address of the node itself, and all that these pods send goes into the VPC")
                .help_in(
                    "where they call AWS, give them roles of service accounts (`oidc-provider: true`), or write `mode: standard`",
                    "where they call AWS, give them roles of service accounts (`.oidc_provider()`), or use `EnforcingMode::Standard`",
                ),
        );
    }
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let Some(model) = &cluster.pods.security_groups else {
        return;
    };
    let on_nodes = model.groups.iter().any(|group| !on_fargate(cluster, group));
    if model.mode.value == EnforcingMode::Standard || !on_nodes {
        return;
    }
    // A branch is made in the subnet of its node, or in that of the node's `ENIConfig`.
    let mut tiers: Vec<usize> = match (cluster.pods.placement, plan.pod_tier) {
        (Placement::CustomNetworking(_) | Placement::NodeClass(_), Some(tier)) => vec![tier],
        (
            Placement::Nodes
            | Placement::Discovery(_)
            | Placement::CustomNetworking(_)
            | Placement::NodeClass(_),
            _,
        ) => plan.node_tiers.clone(),
    };
    tiers.sort_unstable();
    tiers.dedup();
    let nodes_get_out =
        (0..plan.tiers.len()).any(|tier| plan.takes_nodes(tier) && plan.leaves(tier));
    for index in tiers {
        let tier = &plan.tiers[index];
        if tier.access == Access::Public {
            findings.push(public(model, tier));
        } else if plan.pod_tier == Some(index) && nodes_get_out && !plan.leaves(index) {
            findings.push(no_way_out(model, tier));
        }
    }
}

fn public(model: &PodSecurityGroups, tier: &PlannedTier) -> Finding {
    rules::EKS788
        .at(
            mode(model),
            format!(
                "pods with security groups of their own have no way out of public tier `{}`",
                tier.name
            ),
        )
        .note("in strict mode they leave the VPC with their own addresses, which are private, and an internet gateway takes public ones only")
        .help_in(
            "put the node groups into a private tier, or write `mode: standard`",
            "put the node groups into a private tier, or use `EnforcingMode::Standard`",
        )
}

fn no_way_out(model: &PodSecurityGroups, tier: &PlannedTier) -> Finding {
    rules::EKS788
        .at(
            mode(model),
            format!(
                "pods with security groups of their own keep their addresses, and tier `{}` has no way out",
                tier.name
            ),
        )
        .related(tier.origin, "the tier")
        .note("in strict mode they leave through the routes of their own subnet, not as their node")
        .help_in(
            "give the tier NAT gateways, or write `mode: standard`",
            "give the tier NAT gateways, or use `EnforcingMode::Standard`",
        )
}
