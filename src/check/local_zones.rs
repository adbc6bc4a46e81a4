//! Local Zones: what does not stand there, and what is otherwise there.
//!
//! Source: AWS Local Zones User Guide, "How AWS Local Zones work"; Amazon EKS User Guide, "Launch low-latency EKS clusters
//! with AWS Local Zones".

use std::collections::{BTreeMap, BTreeSet};

use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::{LocalZone, Stack, Way, ZoneId};
use crate::plan::{Plan, PlannedTier};

pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let local = |tier: usize| plan.tiers.get(tier).filter(|tier| tier.is_local());
    cluster(stack, plan, &local, findings);
    services(stack, plan, &local, findings);
    for (index, tier) in plan.tiers.iter().enumerate() {
        if tier.is_local() {
            both_kinds(plan, index, tier, findings);
            load_balancers(stack, tier, findings);
        }
    }
    opt_in(stack, plan, findings);
    apart(stack, plan, findings);
    ipv6(stack, plan, &local, findings);
    vpn(stack, plan, &local, findings);
}

/// A tier by its place, if it is in Local Zones.
type InLocalZones<'p> = dyn Fn(usize) -> Option<&'p PlannedTier> + 'p;

/// The id of a Local Zone where the user wrote it.
fn written(stack: &Stack, tier: &PlannedTier, zone: ZoneId) -> Origin {
    let known = tier.model(stack).and_then(|model| {
        let mut zones = model.local_zones.iter().flatten();
        zones.find(|LocalZone { id, .. }| ZoneId::parse_local(&id.value) == Some(zone))
    });
    known.map_or(tier.origin, |zone| zone.id.origin)
}

fn cluster(stack: &Stack, plan: &Plan, local: &InLocalZones<'_>, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    if let Some(tier) = plan.control_plane.and_then(local) {
        let origin = cluster.control_plane.as_ref();
        findings.push(
            rules::EKS205
                .at(
                    origin.map_or(tier.origin, |at| at.origin),
                    format!("the control plane's network interfaces cannot stand in tier `{}`, which is in Local Zones", tier.name),
                )
                .note("EKS refuses cluster subnets in Local Zones")
                .help("name a tier in Availability Zones"),
        );
    }
    for (profile, &tier) in cluster.fargate.iter().zip(&plan.fargate_tiers) {
        if let Some(tier) = local(tier) {
            findings.push(
                rules::EKS826
                    .at(
                        profile.tier.origin,
                        format!(
                            "Fargate profile `{}` cannot use tier `{}`, which is in Local Zones",
                            profile.name.value, tier.name
                        ),
                    )
                    .note("Fargate runs in Availability Zones only")
                    .help("name another tier, or give the pods a node group there"),
            );
        }
    }
}

/// What AWS keeps to Availability Zones, besides what is the cluster's.
fn services(stack: &Stack, plan: &Plan, local: &InLocalZones<'_>, findings: &mut Findings) {
    let endpoints = stack.network.endpoints.tier.as_ref();
    if let (Some(tier), Some(at)) = (plan.endpoint_tier.and_then(local), endpoints) {
        findings.push(elsewhere("interface endpoints", at.origin, tier));
    }
    let resolver = stack.network.resolver.as_ref();
    let resolver = resolver.and_then(|resolver| resolver.tier.as_ref());
    if let (Some(tier), Some(at)) = (plan.resolver_tier.and_then(local), resolver) {
        findings.push(elsewhere("the inbound resolver", at.origin, tier));
    }
    for to in &plan.connections {
        if let (Some(tier), Some((connected, link))) =
            (to.attached.and_then(local), to.model(stack))
        {
            let origin = match &link.by {
                Way::TransitGateway(attachment) => attachment.tier.map(|tier| tier.origin),
                Way::Peering(_) | Way::Accepted(_) | Way::Vpn(_) | Way::DirectConnect(_) => None,
            };
            let what = format!("the attachment `{}`", connected.name.value);
            findings.push(elsewhere(&what, origin.unwrap_or(tier.name_origin), tier));
        }
    }
}

fn elsewhere(what: &str, origin: Origin, tier: &PlannedTier) -> Finding {
    rules::SPEC084
        .at(
            origin,
            format!(
                "{what} cannot stand in tier `{}`, which is in Local Zones",
                tier.name
            ),
        )
        .related(tier.name_origin, "the tier")
        .note("AWS keeps them to Availability Zones; subnets in Local Zones reach them there")
        .help("name a tier in Availability Zones")
}

/// NAT gateways in a tier of Local Zones.
#[cfg(feature = "spec")]
pub(crate) fn nat_in_local_zones(tier: &str, origin: Origin) -> Finding {
    rules::SPEC084
        .at(
            origin,
            format!("NAT gateways cannot stand in tier `{tier}`, which is in Local Zones"),
        )
        .note("most Local Zones have none; a subnet there leaves through the gateway of its parent, an Availability Zone")
        .help("name a public tier in Availability Zones")
}

/// Only pods may have addresses in zones of both kinds: nodes have the `ENIConfig` of their own.
fn both_kinds(plan: &Plan, index: usize, tier: &PlannedTier, findings: &mut Findings) {
    if tier.zones.iter().all(ZoneId::is_local) || plan.pod_tier == Some(index) {
        return;
    }
    findings.push(
        rules::SPEC083
            .at(
                tier.name_origin,
                format!("tier `{}` is in Availability Zones and in Local Zones", tier.name),
            )
            .note("a node group would spread its nodes over both, though they differ in instance types, volumes and latency; only a tier of pods is in both")
            .help("give the Local Zones a tier of their own"),
    );
}

fn load_balancers(stack: &Stack, tier: &PlannedTier, findings: &mut Findings) {
    let asked = tier.model(stack).and_then(|model| model.load_balancers);
    if let Some(asked) = asked.filter(|asked| asked.value) {
        findings.push(
            rules::EKS314
                .at(
                    asked.origin,
                    format!("tier `{}` is in Local Zones, and its subnets get no tag for load balancers", tier.name),
                )
                .note("all subnets of a load balancer are in zones of one kind, and the controller would find them beside those of Availability Zones")
                .help("leave `load-balancers` out, and name the subnets in the Ingress: `alb.ingress.kubernetes.io/subnets`"),
        );
    }
}

/// A subnet can be made in a Local Zone once the account has opted in to its group.
fn opt_in(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let mut groups: BTreeMap<String, (Origin, BTreeSet<ZoneId>)> = BTreeMap::new();
    for tier in &plan.tiers {
        for (zone, _) in &tier.local_zones {
            let Some(group) = zone.group() else { continue };
            let first = || (written(stack, tier, *zone), BTreeSet::new());
            let (_, zones) = groups.entry(group).or_insert_with(first);
            zones.insert(*zone);
        }
    }
    for (group, (origin, zones)) in groups {
        let zones: Vec<String> = zones.iter().map(ToString::to_string).collect();
        findings.push(
            rules::PLAN058
                .at(
                    origin,
                    format!("the account opts in to {group} before subnets are made in {}", zones.join(" and ")),
                )
                .note("Local Zones are off in an account, and AWS refuses subnets there until then")
                .help(format!(
                    "once for the account: `aws ec2 modify-availability-zone-group --region {} --group-name {group} --opt-in-status opted-in`",
                    stack.region.value
                )),
        );
    }
}

/// Nodes of one cluster in two places that cannot reach each other.
fn apart(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let nodes = (0..plan.tiers.len()).filter(|&tier| plan.takes_nodes(tier));
    let mut groups: BTreeMap<String, Origin> = BTreeMap::new();
    for tier in nodes.filter_map(|tier| plan.tiers.get(tier)) {
        for zone in &tier.zones {
            if let Some(group) = zone.group() {
                let origin = || written(stack, tier, *zone);
                groups.entry(group).or_insert_with(origin);
            }
        }
    }
    let mut groups = groups.into_iter();
    let (Some((one, first)), Some((other, origin))) = (groups.next(), groups.next()) else {
        return;
    };
    findings.push(
        rules::PLAN060
            .at(
                origin,
                format!("pods in {one} and in {other} do not reach each other"),
            )
            .related(first, format!("{one} is here"))
            .note("AWS carries nothing from one Local Zone to another of the same VPC; both reach the Availability Zones")
            .help("keep what talks to each other in one of them, by labels and node selectors, or give one of them a cluster in a VPC of its own"),
    );
}

/// The range that Amazon gives a VPC is advertised from the region.
fn ipv6(stack: &Stack, plan: &Plan, local: &InLocalZones<'_>, findings: &mut Findings) {
    let Some(origin) = stack.network.ipv6 else {
        return;
    };
    for tier in plan.tiers.iter().filter(|tier| tier.is_local()) {
        findings.push(
            rules::PLAN059
                .at(
                    tier.name_origin,
                    format!("the subnets of tier `{}` in Local Zones have no IPv6", tier.name),
                )
                .related(origin, "the network has IPv6")
                .note("the VPC's IPv6 range is of the region, and a subnet in a Local Zone needs one of its own border group, which few have"),
        );
    }
    let cluster = stack.cluster.as_ref().filter(|_| plan.ipv6_cluster);
    let groups = cluster.into_iter().flat_map(|cluster| &cluster.node_groups);
    for (group, &tier) in groups.zip(&plan.node_tiers) {
        if let Some(tier) = local(tier) {
            findings.push(
                rules::EKS129
                    .at(
                        group.tier.origin,
                        format!(
                            "node group `{}` of an IPv6 cluster is in tier `{}`, which has no IPv6",
                            group.name.value, tier.name
                        ),
                    )
                    .related(tier.name_origin, "the tier is in Local Zones")
                    .note("nodes have addresses of both families, and pods are given IPv6 prefixes")
                    .help("put the node group elsewhere, or make the cluster an IPv4 one"),
            );
        }
    }
}

fn vpn(stack: &Stack, plan: &Plan, local: &InLocalZones<'_>, findings: &mut Findings) {
    for to in &plan.connections {
        let Some((connected, link)) = to.model(stack) else {
            continue;
        };
        if !matches!(link.by, Way::Vpn(_)) {
            continue;
        }
        if let Some(tier) = to.tiers.iter().find_map(|tier| local(*tier)) {
            findings.push(
                rules::PLAN061
                    .at(
                        connected.name.origin,
                        format!("tier `{}` in Local Zones does not reach `{}` by VPN", tier.name, connected.name.value),
                    )
                    .related(tier.name_origin, "the tier")
                    .note("AWS has no Site-to-Site VPN for Local Zones; a transit gateway and Direct Connect lead there")
                    .help_in(
                        "name the tiers that lead there: `tiers: [nodes]`",
                        "name the tiers that lead there: `Connection::tier(&nodes)`",
                    ),
            );
        }
    }
}
