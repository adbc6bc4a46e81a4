//! Which tiers there are, in which zones, and which of them serves what.

use super::connections::{self, PlannedConnection, TRANSIT};
use super::nats::{Nats, default_nats, nats};
use super::needs::first_interface;
use super::{Ledger, PlannedTier, existing, foreign_tier, local_zones, zones};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::graph::Tags;
use crate::network::{Access, AnyTier, At, Stack, TierModel, ZoneId};

/// The tiers of a stack and what they are used for, by position.
pub(super) struct Resolved {
    pub(super) tiers: Vec<PlannedTier>,
    pub(super) nats: Nats,
    pub(super) control_plane: Option<usize>,
    pub(super) node_tiers: Vec<usize>,
    pub(super) auto_tier: Option<usize>,
    pub(super) fargate_tiers: Vec<usize>,
    pub(super) pod_tier: Option<usize>,
    pub(super) workload: Option<usize>,
    pub(super) endpoint_tier: Option<usize>,
    pub(super) resolver_tier: Option<usize>,
    pub(super) connections: Vec<PlannedConnection>,
}

/// The name by which a tier takes the control plane's interfaces.
pub(crate) const CONTROL_PLANE: &str = "control-plane";

/// The tiers of a network that names none, in the order of the plan: public, private, isolated.
pub(crate) const DEFAULT_TIERS: [&str; 3] = ["public", "nodes", CONTROL_PLANE];

pub(super) fn resolve(
    stack: &Stack,
    zones: Option<&[ZoneId]>,
    ledger: &Ledger,
    findings: &mut Findings,
) -> Option<Resolved> {
    let before = findings.count(Severity::Error);
    let models = &stack.network.tiers;
    let mut order: Vec<usize> = (0..models.len()).collect();
    order.sort_by_key(|&i| (models[i].access, models[i].name.value.as_str()));
    let mut tiers: Vec<PlannedTier> = order
        .iter()
        .map(|&i| planned(stack, i, zones, findings))
        .collect();
    if models.is_empty() {
        tiers = defaults(stack, zones.unwrap_or_default());
    }
    // Where the zones are not known, nothing can be said of what they are too few for.
    let settled = zones.is_some() && findings.count(Severity::Error) == before;
    let nats = if models.is_empty() {
        match stack.network.fully_private {
            Some(_) => Nats::default(),
            None => default_nats(&mut tiers),
        }
    } else {
        nats(stack, &order, &mut tiers, ledger, settled, findings)
    };

    // A fully private network lacks the first of the default ones, the public one.
    let missing = usize::from(stack.network.fully_private.is_some());
    let used = |tier: &At<AnyTier>, findings: &mut Findings| {
        let place = match tier.value {
            AnyTier::Default(index) => index.checked_sub(missing).filter(|_| models.is_empty()),
            AnyTier::Added { .. } => place(stack, &order, tier.value),
        };
        if place.is_none() {
            foreign_tier(tier.origin, stack, findings);
        }
        place
    };
    let cluster = stack.cluster.as_ref();
    let node_tiers: Vec<_> = cluster
        .iter()
        .flat_map(|c| &c.node_groups)
        .filter_map(|group| used(&group.tier, findings))
        .collect();
    let fargate_tiers: Vec<_> = cluster
        .iter()
        .flat_map(|c| &c.fargate)
        .filter_map(|profile| used(&profile.tier, findings))
        .collect();
    let auto_tier = cluster
        .and_then(|c| c.auto()?.nodes.as_ref())
        .and_then(|nodes| used(&nodes.tier, findings));
    let pod_tier = cluster
        .and_then(|c| c.pods.placement.tier())
        .and_then(|tier| used(&tier, findings));
    let named = cluster
        .and_then(|c| c.control_plane.as_ref())
        .and_then(|tier| used(tier, findings));
    let endpoint = stack
        .network
        .endpoints
        .tier
        .as_ref()
        .and_then(|tier| used(tier, findings));

    // Neither nodes nor what stands with them are meant for the tiers of pods and of attachments.
    let mut apart = connections::attached(stack, &tiers, &used);
    apart.extend(pod_tier);
    // Nor does anything for a Local Zone but nodes.
    apart.extend((0..tiers.len()).filter(|&tier| tiers[tier].is_local()));
    let on_nodes: Vec<_> = node_tiers.iter().copied().chain(auto_tier).collect();
    let workload = workload_tier(&tiers, &on_nodes, &fargate_tiers, &apart);
    if let Some(cluster) = cluster.filter(|cluster| cluster.karpenter)
        && workload.is_none()
        && cluster.node_groups.is_empty()
    {
        no_karpenter_tier(cluster.origin, &tiers, findings);
    }
    let control_plane = cluster.and_then(|cluster| {
        if cluster.control_plane.is_some() {
            return named;
        }
        tiers
            .iter()
            .position(|tier| tier.name == CONTROL_PLANE)
            .or(workload)
            .or_else(|| {
                no_control_plane(cluster.origin, stack, &tiers, findings);
                None
            })
    });
    let endpoint_tier = match stack.network.endpoints.tier {
        Some(_) => endpoint,
        None => endpoint_tier(stack, &tiers, workload, findings),
    };
    let resolver_tier = stack.network.resolver.as_ref().and_then(|resolver| {
        let Some(tier) = &resolver.tier else {
            if workload.is_none() {
                no_resolver_tier(resolver.origin, &tiers, findings);
            }
            return workload;
        };
        used(tier, findings)
    });
    let usual = connections::Usual {
        workload,
        node_tiers: &on_nodes,
        fargate_tiers: &fargate_tiers,
        pod_tier,
        control_plane,
        resolver: resolver_tier,
    };
    let zones = zones.unwrap_or_default();
    let connections = connections::resolve(stack, zones, &mut tiers, &usual, &used, findings);
    let resolved = Resolved {
        tiers,
        nats,
        control_plane,
        node_tiers,
        auto_tier,
        fargate_tiers,
        pod_tier,
        workload,
        endpoint_tier,
        resolver_tier,
        connections,
    };
    (findings.count(Severity::Error) == before).then_some(resolved)
}

/// The place in the plan of a tier that was added to the stack's network; none for one of another network.
pub(super) fn place(stack: &Stack, order: &[usize], tier: AnyTier) -> Option<usize> {
    let index = stack.network.tiers.position(tier)?;
    order.iter().position(|&i| i == index)
}

/// The tier that stands for "where the workload is": that of the nodes, else the one called as in the default layout, else
/// the only private one, else the only isolated one. None where several could be meant: a choice would change as tiers are
/// added.
fn workload_tier(
    tiers: &[PlannedTier],
    node_tiers: &[usize],
    fargate_tiers: &[usize],
    apart: &[usize],
) -> Option<usize> {
    let used = node_tiers.iter().chain(fargate_tiers).copied();
    let mut used: Vec<_> = used.filter(|&tier| !tiers[tier].is_local()).collect();
    used.sort_unstable();
    used.dedup();
    let of = |access| -> Vec<usize> {
        let apart = |i: &usize| tiers[*i].name == CONTROL_PLANE || apart.contains(i);
        let of_access = |i: &usize| tiers[*i].access == access && !apart(i);
        (0..tiers.len()).filter(of_access).collect()
    };
    let (private, isolated) = (of(Access::Private), of(Access::Isolated));
    let usual: Vec<_> = private
        .iter()
        .chain(&isolated)
        .copied()
        .filter(|&i| tiers[i].name == DEFAULT_TIERS[1])
        .collect();
    let all = (0..tiers.len()).filter(|&tier| !tiers[tier].is_local());
    let all = all.collect();
    let candidates = [used, usual.clone(), private, isolated, all]
        .into_iter()
        .find(|candidates| !candidates.is_empty())?;
    match candidates[..] {
        [only] => Some(only),
        _ => candidates.into_iter().find(|i| usual.contains(i)),
    }
}

/// The tier of the interface endpoints, where there are any.
fn endpoint_tier(
    stack: &Stack,
    tiers: &[PlannedTier],
    workload: Option<usize>,
    findings: &mut Findings,
) -> Option<usize> {
    let interface = first_interface(stack)?;
    if workload.is_none() {
        findings.push(
            unclear(
                interface,
                "it is not clear which tier the interface endpoints stand in",
                tiers,
            )
            .help("say which: `endpoint-tier: nodes`, in Rust `Network::endpoints_in`"),
        );
    }
    workload
}

/// That several tiers could be meant and none is named.
pub(super) fn unclear(origin: Origin, what: impl Into<String>, tiers: &[PlannedTier]) -> Finding {
    let names: Vec<_> = tiers.iter().map(|t| t.name.as_str()).collect();
    rules::SPEC017
        .at(origin, what)
        .note(format!("the tiers are {}", names.join(", ")))
}

fn no_resolver_tier(origin: Origin, tiers: &[PlannedTier], findings: &mut Findings) {
    findings.push(
        unclear(
            origin,
            "it is not clear which tier the inbound resolver stands in",
            tiers,
        )
        .help("say which: `inbound-resolver: { tier: nodes }`"),
    );
}

/// Karpenter finds its subnets by a tag: none may lose it only because there is a further tier.
fn no_karpenter_tier(origin: Origin, tiers: &[PlannedTier], findings: &mut Findings) {
    findings.push(
        unclear(
            origin,
            "it is not clear which tier Karpenter's nodes stand in",
            tiers,
        )
        .help("call the tier `nodes`, or add a node group that names it"),
    );
}

fn no_control_plane(origin: Origin, stack: &Stack, tiers: &[PlannedTier], findings: &mut Findings) {
    findings.push(
        unclear(
            origin.or(stack.network.origin),
            "it is not clear which tier takes the control plane's network interfaces",
            tiers,
        )
        .help("name a tier `control-plane`, or say which one: `cluster.control-plane`, in Rust `Cluster::control_plane`"),
    );
}

fn planned(
    stack: &Stack,
    index: usize,
    zones: Option<&[ZoneId]>,
    findings: &mut Findings,
) -> PlannedTier {
    let model = &stack.network.tiers[index];
    let (zones, local_zones) = tier_zones(stack, model, zones, findings);
    let local = zones.iter().any(ZoneId::is_local);
    PlannedTier {
        name: model.name.value.clone(),
        access: model.access,
        origin: model.name.origin,
        name_origin: model.name.origin,
        model: Some(index),
        zones,
        local_zones,
        subnets: Vec::new(),
        // The controller takes subnets of one kind of zone for a load balancer: a tag beside those of Availability Zones
        // would be a trap.
        load_balancers: model.access != Access::Isolated
            && !local
            && model.load_balancers.is_none_or(|yes| yes.value),
        tags: model.tags.clone(),
        egress: Vec::new(),
    }
}

/// A tier's zones, and those of them that are Local Zones with their parents: as listed, else those of its pinned ranges,
/// else the network's.
fn tier_zones(
    stack: &Stack,
    model: &TierModel,
    zones: Option<&[ZoneId]>,
    findings: &mut Findings,
) -> (Vec<ZoneId>, Vec<(ZoneId, ZoneId)>) {
    if stack.network.existing.is_some() {
        return (existing::tier_zones(model), Vec::new());
    }
    let region = stack.region.value;
    let pinned: Vec<At<String>> = model.cidrs.iter().map(|(zone, _)| zone.clone()).collect();
    let listed: &[_] = match &model.zones {
        Some(listed) => listed,
        None if model.local_zones.is_some() => &[],
        None if !pinned.is_empty() => &pinned,
        None => return (zones.unwrap_or_default().to_vec(), Vec::new()),
    };
    let mut of_tier = Vec::with_capacity(listed.len());
    for text in listed {
        let Some(zone) = zones::parse(region, text, findings) else {
            continue;
        };
        if zones.is_some_and(|zones| !zones.contains(&zone)) {
            findings.push(
                rules::SPEC014
                    .at(
                        text.origin,
                        format!("zone {zone} is not one of the network's"),
                    )
                    .note(format!(
                        "the network spans {}",
                        zones
                            .unwrap_or_default()
                            .iter()
                            .map(ToString::to_string)
                            .collect::<Vec<_>>()
                            .join(", ")
                    ))
                    .help("add it to the network's zones, or leave it out here"),
            );
        } else if of_tier.contains(&zone) {
            findings.push(
                rules::SPEC012
                    .at(text.origin, format!("zone {zone} is listed twice"))
                    .help("remove one of them"),
            );
        } else {
            of_tier.push(zone);
        }
    }
    let local_zones = local_zones::resolve(stack, model, findings);
    if model.zones.is_some() || model.local_zones.is_some() {
        let local = model.local_zones.iter().flatten().map(|local| &local.id);
        let listed: Vec<_> = listed.iter().chain(local).collect();
        for (at, (zone, cidr)) in model.cidrs.iter().enumerate() {
            let again = model
                .cidrs
                .iter()
                .take(at)
                .find(|(z, _)| z.value == zone.value);
            if let Some((_, first)) = again {
                findings.push(
                    rules::SPEC012
                        .at(zone.origin, format!("zone {} has two ranges", zone.value))
                        .related(first.origin, format!("{} is here", first.value))
                        .help("remove one of them"),
                );
            }
            if !listed.iter().any(|z| z.value == zone.value) {
                findings.push(
                    rules::SPEC014
                        .at(
                            zone.origin,
                            format!("tier `{}` is not in zone {}", model.name.value, zone.value),
                        )
                        .note(format!("its range {} would not be used", cidr.value))
                        .help("add the zone to the tier's zones, or remove the range"),
                );
            }
        }
    }
    of_tier.extend(local_zones.iter().map(|(zone, _)| *zone));
    of_tier.sort_unstable();
    (of_tier, local_zones)
}

/// The tiers of a network that names none, layout 1.
fn defaults(stack: &Stack, zones: &[ZoneId]) -> Vec<PlannedTier> {
    let access = [Access::Public, Access::Private, Access::Isolated];
    let named: Vec<_> = DEFAULT_TIERS.into_iter().zip(access).collect();
    let private = stack.network.fully_private.is_some();
    named
        .into_iter()
        .filter(|(_, access)| !private || *access != Access::Public)
        .map(|(name, access)| PlannedTier {
            name: name.to_owned(),
            access,
            origin: stack.network.origin,
            name_origin: Origin::Default,
            model: None,
            zones: zones.to_vec(),
            local_zones: Vec::new(),
            subnets: Vec::new(),
            load_balancers: access != Access::Isolated,
            tags: Tags::new(),
            egress: Vec::new(),
        })
        .collect()
}

/// The prefix length of a tier's subnets, where it was asked for, and whether it was.
///
/// Layout 1: the subnets of the tier `nodes` have an eighth of the network, those of other private tiers a sixteenth, so
/// that four zones and a further tier fit; public and isolated ones have a 256th but at least a /27, which is what a load
/// balancer needs; the control plane's are a /27, or a /28 where the network is smaller than a /22. Subnets that the plan adds
/// for attachments to transit gateways are a /28, the smallest that there is.
pub(super) fn wanted_prefix(stack: &Stack, tier: &PlannedTier) -> (u8, Origin, bool) {
    if let Some(asked) = tier.model(stack).and_then(|model| model.prefix) {
        return (asked.value, asked.origin, true);
    }
    let vpc = stack.network.cidr.value.prefix_len();
    let prefix = match tier.access {
        Access::Isolated if tier.model.is_none() && tier.name == TRANSIT => 28,
        Access::Isolated if tier.name == CONTROL_PLANE => {
            if vpc <= 22 {
                27
            } else {
                28
            }
        }
        Access::Private if tier.name == DEFAULT_TIERS[1] => (vpc + 3).clamp(16, 28),
        Access::Private => (vpc + 4).clamp(16, 28),
        Access::Public | Access::Isolated => (vpc + 8).clamp(16, 27).max(vpc.min(28)),
    };
    (prefix, tier.origin, false)
}
