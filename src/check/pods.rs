//! How pods get their addresses.

use super::auto_mode::lacks;
use super::rules;
use crate::capacity::{Instance, instance};
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::family::Family;
use crate::network::{
    Access, AddonName, At, Cluster, Placement, PodMode, Pods, Snat, Stack, Warm, ZoneId,
};
use crate::plan::{Plan, PlannedTier};

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let pods = &cluster.pods;
    if let Some(warm) = pods.warm {
        findings.extend(warm_targets(pods.mode.value, warm));
    }
    if pods.mode.value == PodMode::Prefixes {
        nitro(cluster, findings);
    }
    versions(cluster, findings);
    if pods.origin != Origin::Default && lacks(cluster, AddonName::VpcCni) {
        findings.push(
            rules::SPEC042
                .at(
                    pods.origin,
                    "there is no add-on that could be told how pods get their addresses",
                )
                .note("the cluster is made without the add-on `vpc-cni`")
                .help("leave `vpc-cni: none` out, or this"),
        );
    }
    if matches!(pods.placement, Placement::CustomNetworking(_))
        && let Some(profile) = cluster.fargate.first()
    {
        findings.push(
            rules::EKS830
                .at(
                    profile.name.origin,
                    format!("pods of `{}` have addresses of the profile's own tier", profile.name.value),
                )
                .note("Fargate knows no custom networking: each pod takes one address of the profile's subnets")
                .help("give that tier an address for each of these pods"),
        );
    }
}

/// What a node keeps ready is counted in what it takes.
fn warm_targets(mode: PodMode, warm: At<Warm>) -> Option<Finding> {
    let At { value, origin } = warm;
    match (mode, value) {
        (PodMode::Prefixes, Warm::Prefixes(0)) => Some(
            rules::EKS714
                .at(origin, "no prefix is kept warm")
                .note("the VPC CNI does not work with prefixes of which it keeps none, nor addresses, ready")
                .help("write `warm: { prefixes: 1 }`, or `warm: { addresses: 5, minimum: 20 }` for fewer addresses"),
        ),
        (PodMode::Prefixes, Warm::Interfaces(_)) => Some(
            rules::SPEC040
                .at(origin, "interfaces are kept warm, and pods take prefixes")
                .note("with prefixes the VPC CNI forgets `WARM_ENI_TARGET`")
                .help("write `warm: { prefixes: 1 }` or `warm: { addresses: 5, minimum: 20 }`"),
        ),
        (PodMode::Addresses, Warm::Prefixes(_)) => Some(
            rules::SPEC040
                .at(origin, "prefixes are kept warm, and pods take addresses one by one")
                .note("without prefixes the VPC CNI forgets `WARM_PREFIX_TARGET`")
                .help_in(
                    "write `mode: prefixes`, or `warm: { enis: 1 }`",
                    "call `.prefixes()`, or `.warm_enis(1)`",
                ),
        ),
        (_, Warm::Addresses { free: 0, .. }) => Some(
            rules::EKS707
                .at(origin, "no address is kept warm")
                .note("once the addresses of its minimum are used, a node takes no more: further pods wait for ever")
                .help("keep at least one: `addresses: 1`"),
        ),
        (_, Warm::Addresses { minimum: None, .. }) => Some(
            rules::EKS707
                .at(origin, "addresses are kept warm without a minimum")
                .note("a node asks EC2 for a few addresses with every few pods, which is throttled in large clusters, and pods wait")
                .help("add `minimum`, about as many as a node has pods: `minimum: 20`"),
        ),
        (PodMode::Addresses, Warm::Interfaces(_))
        | (PodMode::Prefixes, Warm::Prefixes(_))
        | (_, Warm::Addresses { .. }) => None,
    }
}

fn nitro(cluster: &Cluster, findings: &mut Findings) {
    for group in &cluster.node_groups {
        for name in &group.instance_types {
            let known = instance(&name.value);
            if known.is_none_or(Instance::takes_prefixes) {
                continue;
            }
            findings.push(
                rules::EKS710
                    .at(name.origin, format!("a `{}` takes no prefixes", name.value))
                    .related(cluster.pods.mode.origin, "pods take prefixes")
                    .note("only types on Nitro do; others take addresses one by one, so that nodes of a group differ in their pods")
                    .help("name a type on Nitro, such as `m6i.large`"),
            );
        }
    }
}

/// What a pinned version must know.
fn versions(cluster: &Cluster, findings: &mut Findings) {
    let pods = &cluster.pods;
    if pods.mode.value == PodMode::Prefixes
        && let Some(pinned) = older_cni(cluster, (1, 9, 0))
    {
        findings.push(
            rules::EKS711
                .at(
                    pinned.origin,
                    format!("{} of the VPC CNI knows no prefixes", pinned.value),
                )
                .related(pods.mode.origin, "pods take prefixes")
                .note("1.9.0 is the first that does")
                .help("leave the version out, for AWS's default"),
        );
    }
    let (what, first) = match pods.placement {
        Placement::Nodes | Placement::NodeClass(_) => return,
        Placement::CustomNetworking(_) => ("makes no `ENIConfig`s", (1, 15, 1)),
        Placement::Discovery(_) => ("finds no subnets by their tag", (1, 18, 0)),
    };
    if let Some(pinned) = older_cni(cluster, first) {
        let (major, minor, patch) = first;
        findings.push(
            rules::SPEC041
                .at(
                    pinned.origin,
                    format!("{} of the VPC CNI {what}", pinned.value),
                )
                .related(pods.origin, "asked for here")
                .note(format!(
                    "{major}.{minor}.{patch} is the first that does, as far as is known"
                ))
                .help("leave the version out, for AWS's default"),
        );
    }
}

/// The pinned version of the VPC CNI where it is older than this one. What is no version EKS refuses by itself.
pub(super) fn older_cni(cluster: &Cluster, least: (u16, u16, u16)) -> Option<&At<String>> {
    let pinned = cluster.addon_versions.get(&AddonName::VpcCni)?;
    (release(&pinned.value)? < least).then_some(pinned)
}

/// `v1.20.4-eksbuild.1` is 1.20.4.
pub(super) fn release(version: &str) -> Option<(u16, u16, u16)> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let mut parts = version.split('-').next()?.split('.').map(str::parse);
    let mut next = || parts.next()?.ok();
    Some((next()?, next()?, next()?))
}

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let pods = &cluster.pods;
    if let Some((tier, origin)) = plan
        .pod_tier
        .zip(pods.placement.tier().map(|tier| tier.origin))
    {
        own_tier(stack, plan, (tier, origin), pods, findings);
    }
    excluded(stack, plan, findings);
    way_out(stack, plan, pods, findings);
    routed(stack, plan, pods, findings);
    if pods.mode.value == PodMode::Prefixes {
        reservations(plan, pods, findings);
    }
}

fn own_tier(
    stack: &Stack,
    plan: &Plan,
    (index, origin): (usize, Origin),
    pods: &Pods,
    findings: &mut Findings,
) {
    let Some(tier) = plan.tiers.get(index) else {
        return;
    };
    if plan.takes_nodes(index) {
        findings.push(
            rules::SPEC043
                .at(origin, format!("nodes stand in tier `{}`, too", tier.name))
                .note("pods have addresses of their node's subnet without being told")
                .help("name a tier without nodes, or leave `tier` and `placement` out"),
        );
        return;
    }
    if !pods.placement.is_apart() {
        return;
    }
    let missing = nodes_zones(plan).filter(|zone| !tier.zones.contains(zone));
    let missing: Vec<ZoneId> = missing.collect();
    let missing_local = missing.iter().any(ZoneId::is_local);
    let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
    if !missing.is_empty() {
        let zones = tier.zones.iter().map(ToString::to_string);
        let mut zones: Vec<_> = zones.chain(missing.iter().cloned()).collect();
        zones.sort_unstable();
        findings.push(
            rules::EKS752
                .at(
                    origin,
                    format!(
                        "tier `{}` has no subnet in {}, where nodes are",
                        tier.name,
                        missing.join(", ")
                    ),
                )
                .note(match pods.placement {
                    Placement::NodeClass(_) => "the interfaces of pods stand in the zone of their node, which Auto Mode could not start",
                    Placement::Nodes | Placement::CustomNetworking(_) | Placement::Discovery(_) => "a node takes the `ENIConfig` of its zone, and is never ready without one",
                })
                .help(if missing_local {
                    "give the pods' tier the zones of the nodes: Availability Zones as `zones`, Local Zones as `local-zones`".to_owned()
                } else {
                    format!("write `zones: [{}]` for tier `{}`", zones.join(", "), tier.name)
                }),
        );
    }
    let further = tier.model(stack).and_then(|model| model.further.first());
    let one = matches!(pods.placement, Placement::CustomNetworking(_));
    if let Some(further) = further.filter(|_| one) {
        findings.push(
            rules::PLAN025
                .at(
                    further.origin,
                    format!(
                        "pods use the first subnet of each zone of tier `{}` alone",
                        tier.name
                    ),
                )
                .related(origin, "custom networking")
                .note("an `ENIConfig` names one subnet, and a node has one `ENIConfig`")
                .help(
                    "use `placement: discovery`, which takes all of them, or a larger first subnet",
                ),
        );
    }
}

/// The tag that keeps the VPC CNI out of a subnet must leave it another.
fn excluded(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let tagged = |tier: &PlannedTier, value| tier.tags.get(CNI_ROLE) == Some(value);
    let tiers = plan.tiers.iter().enumerate();
    let mut nodes = tiers.filter(|(index, _)| plan.takes_nodes(*index));
    if let Some((_, tier)) = nodes.next()
        && plan.pod_tier.is_none()
        && tagged(tier, "0")
        && nodes.all(|(_, tier)| tagged(tier, "0"))
        && !plan.tiers.iter().any(|tier| tagged(tier, "1"))
    {
        let name = &tier.name;
        findings.push(
            rules::EKS318
                .at(tier.origin, format!("no subnet is left for pods: tier `{name}` is tagged `{CNI_ROLE}: 0`"))
                .note("the VPC CNI puts no interface into such a subnet and gives none of its addresses to pods, in the node's own subnet either")
                .help("name the tier of pods (`cluster.pods: { tier: pods, placement: discovery }`), or leave the tag out")
                .related(stack.network.origin, "the network"),
        );
    }
}

/// The tag of subnets that the VPC CNI takes or leaves.
const CNI_ROLE: &str = "kubernetes.io/role/cni";

/// The zones of all tiers that nodes stand in whose pods can be placed, in order.
fn nodes_zones(plan: &Plan) -> impl Iterator<Item = ZoneId> {
    let tiers = plan.tiers.iter().enumerate();
    let with_nodes = tiers.filter(|(index, _)| plan.takes_own_nodes(*index));
    let mut zones: Vec<_> = with_nodes
        .flat_map(|(_, tier)| tier.zones.iter().copied())
        .collect();
    zones.sort_unstable();
    zones.dedup();
    zones.into_iter()
}

/// The tiers whose addresses pods have.
fn tiers_of_pods<'a>(
    plan: &'a Plan,
    pods: &Pods,
) -> impl Iterator<Item = (usize, &'a PlannedTier)> {
    let beside = !pods.placement.is_apart();
    let tiers = plan.tiers.iter().enumerate();
    tiers.filter(move |(index, _)| {
        plan.pod_tier == Some(*index) || (beside && plan.takes_nodes(*index))
    })
}

/// Pods that keep their address leave through the routes of their own subnet.
fn way_out(stack: &Stack, plan: &Plan, pods: &Pods, findings: &mut Findings) {
    if pods.snat.value != Snat::External {
        return;
    }
    let nodes_get_out = (0..plan.tiers.len()).any(|tier| {
        plan.takes_nodes(tier) && (plan.has_nat(tier) || plan.tiers[tier].access == Access::Public)
    });
    for (index, tier) in tiers_of_pods(plan, pods) {
        let name = &tier.name;
        let finding = if tier.access == Access::Public {
            rules::EKS772
                .at(pods.snat.origin, format!("pods in the public tier `{name}` keep their private addresses"))
                .note("an internet gateway translates the public addresses of nodes, and pods have none: they reach nothing outside")
        } else if nodes_get_out && !plan.has_nat(index) && !leads_somewhere(stack, plan, index) {
            rules::EKS772
                .at(pods.snat.origin, format!("pods in tier `{name}` keep their own addresses, and it has no way out"))
                .note("with SNAT by the VPC CNI they leave as their node; without, through the routes of their own subnet")
        } else {
            continue;
        };
        findings.push(
            finding
                .related(tier.origin, "the tier")
                .help("use a private tier with NAT gateways, or leave `snat: external` out"),
        );
    }
}

/// Whether a tier's tables lead to a connected network. Those of an existing VPC are its owner's, who names the networks.
fn leads_somewhere(stack: &Stack, plan: &Plan, tier: usize) -> bool {
    if plan.existing.is_some() {
        return !stack.network.connected.is_empty();
    }
    let mut connections = plan.connections.iter();
    connections.any(|connection| connection.tiers.contains(&tier))
}

/// Addresses that other networks do not know must not be seen there.
fn routed(stack: &Stack, plan: &Plan, pods: &Pods, findings: &mut Findings) {
    let Some(network) = stack.network.connected.first() else {
        return;
    };
    let seen = match &pods.snat.value {
        Snat::External => true,
        Snat::Cni { exclude } => !exclude.is_empty(),
    };
    let apart = |tier: &&PlannedTier| {
        let mut subnets = tier.subnets.iter();
        subnets.any(|s| matches!(Family::of(s.cidr), Family::Shared | Family::Benchmark))
    };
    let mut tiers = tiers_of_pods(plan, pods).map(|(_, tier)| tier);
    let Some(tier) = tiers.find(apart).filter(|_| seen) else {
        return;
    };
    findings.push(
        rules::EKS136
            .at(
                pods.snat.origin,
                format!("pods keep addresses of tier `{}` where connected networks see them", tier.name),
            )
            .related(network.name.origin, "a connected network")
            .note("100.64.0.0/10 and 198.19.0.0/16 are mostly not routed between networks, so that no answer comes back")
            .help("leave SNAT to the VPC CNI (`snat: cni`), or see that these networks have a route to the pods' range"),
    );
}

/// CloudFormation's schemas know no reservation yet.
fn reservations(plan: &Plan, pods: &Pods, findings: &mut Findings) {
    for (index, tier) in plan.tiers.iter().enumerate() {
        if !plan.shares_prefixes(index, pods.placement) {
            continue;
        }
        findings.push(
            rules::EKS712
                .at(
                    pods.mode.origin,
                    format!("in CloudFormation nothing keeps room for prefixes in the subnets of tier `{}`", tier.name),
                )
                .note("the Terraform module reserves the upper half of each; single addresses of nodes and load balancers break up what is not reserved")
                .help("with CloudFormation, give pods a tier of their own (`placement: custom-networking`), or run `aws ec2 create-subnet-cidr-reservation --reservation-type prefix` for each subnet"),
        );
    }
}
