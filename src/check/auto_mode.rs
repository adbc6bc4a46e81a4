//! EKS Auto Mode: what it takes no word about, and where its nodes stand.

use crate::check::rules;
use crate::diagnostic::{Finding, Findings};
use crate::graph::runs_core_dns;
use crate::network::{
    Access, AddonName, At, AutoMode, Cluster, Placement, PodMode, Pods, PolicyEngine, PolicyMode,
    SecurityMode, Snat, Stack,
};
use crate::plan::{Plan, PlannedSubnet};

const BUILT_IN: &str =
    "Auto Mode has the VPC CNI, kube-proxy, CoreDNS and the agent of Pod Identity built in";
const AWS_POOLS: &str = "nothing of AWS's own node pools and their node class can be changed";

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let Some(auto) = cluster.auto() else {
        no_node_class(&cluster.pods, findings);
        return;
    };
    addons(cluster, findings);
    vpc_cni(cluster, findings);
    node_class(cluster, auto, findings);
    if let Some(groups) = &cluster.pods.security_groups {
        findings.push(
            rules::EKS783
                .at(
                    groups.origin,
                    "pods on nodes of EKS Auto Mode have no security groups of their own",
                )
                .related(auto.origin, "Auto Mode")
                .note("a pod that needs them could be put on such a node, and would carry the group of the node")
                .help("leave `auto-mode` out, or keep such pods apart by network policies"),
        );
    }
    policies(cluster, auto, findings);
    if let Some(hybrid) = &cluster.hybrid_nodes
        && cluster.node_groups.is_empty()
    {
        findings.push(
            rules::SPEC078
                .at(
                    hybrid.origin,
                    "pods on hybrid nodes find no names: nothing runs CoreDNS",
                )
                .related(
                    auto.origin,
                    "Auto Mode answers the names of its own nodes on each of them",
                )
                .note("the add-on `coredns` is made once there is a node group to run it")
                .help_in(
                    "add a node group: `node-groups: { system: { tier: nodes } }`",
                    "call `.node_group(NodeGroup::new(\"system\", &nodes))`",
                ),
        );
    }
    if let Some(first) = auto.built_in.first()
        && stack.network.security == SecurityMode::Restricted
    {
        findings.push(
            rules::SPEC077
                .at(first.origin, format!("nodes of `{}` are not kept to the ports that they need", first.value.as_str()))
                .note("they carry the group that EKS makes for the cluster alone, in which everything is open")
                .help_in(
                    "leave `node-pools` out",
                    "use `AutoMode::new(AutoNodes::new(&nodes))` without `.node_pools(…)`",
                ),
        );
    }
    if let Some(nodes) = &auto.nodes
        && cluster.by_eksctl.is_none()
    {
        findings.push(
            rules::PLAN051
                .at(auto.origin, "nodes start once the node class and the node pool are in the cluster")
                .related(nodes.tier.origin, "the tier of the nodes")
                .note("neither engine makes them: they are objects of Kubernetes")
                .help("once the stack is deployed: `eksnet synth --format kubernetes --outputs outputs.json | kubectl apply -f -`"),
        );
    }
}

/// Versions of add-ons that are not made.
fn addons(cluster: &Cluster, findings: &mut Findings) {
    if !cluster.is_auto_alone() {
        return;
    }
    for (addon, version) in &cluster.addon_versions {
        // Pods on Fargate have names by it.
        if *addon == AddonName::CoreDns && runs_core_dns(cluster) {
            continue;
        }
        findings.push(
            rules::SPEC075
                .at(
                    version.origin,
                    format!(
                        "there is no add-on `{}` whose version this could be",
                        addon.as_str()
                    ),
                )
                .note(BUILT_IN)
                .help("leave the version out; beside node groups the add-ons are made, too"),
        );
    }
}

/// Settings of the VPC CNI, where no node runs it.
///
/// Source: Amazon EKS User Guide, "Learn about VPC Networking and Load Balancing in EKS Auto Mode", considerations.
fn vpc_cni(cluster: &Cluster, findings: &mut Findings) {
    if !cluster.is_auto_alone() {
        return;
    }
    let pods = &cluster.pods;
    let refused = |origin, what: &str| {
        rules::EKS856
            .at(origin, format!("EKS Auto Mode cannot be told {what}"))
            .note("it gives each node prefixes of 16 addresses by itself, and single ones where a subnet has no more prefixes")
    };
    if pods.mode.value == PodMode::Prefixes {
        findings.push(
            refused(pods.mode.origin, "how nodes take addresses")
                .help("leave `mode` out: nodes take prefixes anyway"),
        );
    }
    if let Some(warm) = pods.warm {
        findings.push(refused(warm.origin, "what nodes keep warm").help("leave `warm` out"));
    }
    let (tier, what) = match pods.placement {
        Placement::Nodes | Placement::NodeClass(_) => return,
        Placement::CustomNetworking(tier) => (tier, "of custom networking by `ENIConfig`s"),
        Placement::Discovery(tier) => (tier, "of subnets by a tag"),
    };
    findings.push(
        refused(tier.origin, what)
            .help_in("write `placement: node-class`", "call `.node_class(&pods)`"),
    );
}

/// That pods have addresses by a node class, where there is no such thing.
fn no_node_class(pods: &Pods, findings: &mut Findings) {
    if let Placement::NodeClass(tier) = pods.placement {
        findings.push(
            rules::SPEC076
                .at(
                    tier.origin,
                    "without EKS Auto Mode there is no node class that could place pods",
                )
                .help_in(
                    "write `placement: custom-networking`, or turn `auto-mode` on",
                    "call `.custom_networking(&pods)`, or `Cluster::auto_mode`",
                ),
        );
    }
}

/// What the stack's own node class can say of pods, and AWS's cannot.
fn node_class(cluster: &Cluster, auto: &AutoMode, findings: &mut Findings) {
    let pods = &cluster.pods;
    if let Placement::NodeClass(tier) = pods.placement {
        if !cluster.is_auto_alone() {
            findings.push(
                rules::SPEC076
                    .at(
                        tier.origin,
                        "nodes beside those of EKS Auto Mode have no node class",
                    )
                    .note("their pods would stay in the nodes' own subnets")
                    .help_in(
                        "write `placement: custom-networking`: the node class follows it",
                        "call `.custom_networking(&pods)`: the node class follows it",
                    ),
            );
        } else if auto.nodes.is_none() {
            findings.push(own_nodes(rules::SPEC076.at(
                tier.origin,
                "AWS's own node pools put pods beside their nodes",
            )));
        }
    }
    match &pods.snat.value {
        Snat::Cni { exclude } => {
            if let (Some(range), true) = (exclude.first(), auto.nodes.is_some()) {
                findings.push(
                    rules::EKS858
                        .at(range.origin, "EKS Auto Mode cannot be told ranges that pods reach with their own addresses")
                        .related(auto.origin, "Auto Mode")
                        .note("a node class has `snatPolicy`, which is `Random` or `Disabled` for all that leaves the VPC")
                        .help_in(
                            "write `snat: external`, or leave `snat` out",
                            "call `.external_snat()`, or leave `.exclude_from_snat(…)` out",
                        ),
                );
            }
        }
        Snat::External => {
            if let Some(first) = auto.built_in.first() {
                findings.push(own_nodes(
                    rules::EKS858
                        .at(
                            pods.snat.origin,
                            format!(
                                "pods on nodes of `{}` leave with the address of their node",
                                first.value.as_str()
                            ),
                        )
                        .related(first.origin, "AWS's own node pool"),
                ));
            }
        }
    }
}

fn own_nodes(finding: Finding) -> Finding {
    finding.note(AWS_POOLS).help_in(
        "name a tier for nodes of the stack's own, `auto-mode: { tier: nodes }`, without `node-pools`",
        "use `AutoMode::new(AutoNodes::new(&nodes))` without `.node_pools(…)`",
    )
}

/// Source: Amazon EKS User Guide, "Use Network Policies with EKS Auto Mode".
fn policies(cluster: &Cluster, auto: &AutoMode, findings: &mut Findings) {
    let Some(At { value, origin }) = cluster.network_policy else {
        return;
    };
    match (value, auto.built_in.first()) {
        (PolicyEngine::Calico, _) => findings.push(
            rules::EKS857
                .at(
                    origin,
                    "Calico enforces no policy on nodes of EKS Auto Mode",
                )
                .related(auto.origin, "Auto Mode")
                .note(
                    "they have an engine of their own, which is turned on with that of the VPC CNI",
                )
                .help_in(
                    "write `network-policy: vpc-cni`",
                    "use `PolicyEngine::VpcCni(PolicyMode::Standard)`",
                ),
        ),
        (PolicyEngine::VpcCni(PolicyMode::Strict), Some(first)) => findings.push(own_nodes(
            rules::EKS857
                .at(
                    origin,
                    format!(
                        "pods on nodes of `{}` stay open where no policy speaks of them",
                        first.value.as_str()
                    ),
                )
                .related(first.origin, "AWS's own node pool"),
        )),
        (PolicyEngine::VpcCni(_), _) => {}
    }
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let auto = stack.cluster.as_ref().and_then(|c| c.auto());
    let Some(first) = auto.and_then(|auto| auto.built_in.first()) else {
        return;
    };
    let Some(index) = plan.control_plane else {
        return;
    };
    let tier = &plan.tiers[index];
    let smallest = tier.subnets.iter().map(PlannedSubnet::usable).min();
    let small = smallest.filter(|usable| *usable < ROOM);
    let name = &tier.name;
    let why = match (tier.access, small) {
        (Access::Isolated, _) => "which is isolated".to_owned(),
        (Access::Public, _) => "which is public".to_owned(),
        (Access::Private, Some(usable)) => {
            format!("whose subnets have room for {usable} addresses")
        }
        (Access::Private, None) => return,
    };
    findings.push(
        rules::PLAN050
            .at(
                first.origin,
                format!(
                    "the nodes of `{}` stand in the control plane's tier `{name}`, {why}",
                    first.value.as_str()
                ),
            )
            .related(tier.origin, "the tier")
            .note("AWS's node pools put nodes into the subnets that the cluster has; a node takes an address and prefixes of 16 for its pods")
            .help_in(
                "name a tier for nodes of the stack's own, `auto-mode: { tier: nodes }`, without `node-pools`; or put the control plane into a private tier with room: `control-plane: nodes`",
                "use `AutoMode::new(AutoNodes::new(&nodes))`, or put the control plane into a private tier with room",
            ),
    );
}

/// Addresses that a subnet of nodes should have: those of a /24.
const ROOM: u64 = 251;

/// Whether an add-on is left out of all that could run it.
pub(super) fn lacks(cluster: &Cluster, addon: AddonName) -> bool {
    cluster.without_addons.contains(&addon) && !cluster.is_auto_alone()
}
