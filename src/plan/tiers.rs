//! Which tiers there are, in which zones, and which of them serves what.

use super::zones;
use super::{Ledger, PlannedNat, PlannedTier, SubnetKey, foreign_tier};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Severity};
use crate::graph::Tags;
use crate::network::{Access, AnyTier, At, NatCount, Stack, TierModel, ZoneId};

/// The tiers of a stack and what they are used for, by position.
pub(super) struct Resolved {
    pub(super) tiers: Vec<PlannedTier>,
    pub(super) nats: Vec<PlannedNat>,
    pub(super) control_plane: Option<usize>,
    pub(super) node_tiers: Vec<usize>,
    pub(super) fargate_tiers: Vec<usize>,
    pub(super) workload: Option<usize>,
    pub(super) endpoint_tier: Option<usize>,
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
        default_nats(&mut tiers)
    } else {
        nats(stack, &order, &mut tiers, ledger, settled, findings)
    };

    let used = |tier: &At<AnyTier>, findings: &mut Findings| {
        let place = match tier.value {
            AnyTier::Default(index) => models.is_empty().then_some(index),
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
    let named = cluster
        .and_then(|c| c.control_plane.as_ref())
        .and_then(|tier| used(tier, findings));
    let endpoint = stack
        .network
        .endpoints
        .tier
        .as_ref()
        .and_then(|tier| used(tier, findings));

    let workload = workload_tier(&tiers, &node_tiers, &fargate_tiers);
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
    let resolved = Resolved {
        tiers,
        nats,
        control_plane,
        node_tiers,
        fargate_tiers,
        workload,
        endpoint_tier,
    };
    (findings.count(Severity::Error) == before).then_some(resolved)
}

/// The place in the plan of a tier that was added to the stack's network; none for one of another network.
fn place(stack: &Stack, order: &[usize], tier: AnyTier) -> Option<usize> {
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
) -> Option<usize> {
    let mut used: Vec<_> = node_tiers.iter().chain(fargate_tiers).copied().collect();
    used.sort_unstable();
    used.dedup();
    let of = |access| -> Vec<usize> {
        let of_access = |i: &usize| tiers[*i].access == access && tiers[*i].name != CONTROL_PLANE;
        (0..tiers.len()).filter(of_access).collect()
    };
    let (private, isolated) = (of(Access::Private), of(Access::Isolated));
    let usual: Vec<_> = private
        .iter()
        .chain(&isolated)
        .copied()
        .filter(|&i| tiers[i].name == DEFAULT_TIERS[1])
        .collect();
    let all = (0..tiers.len()).collect();
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
    let interface = stack.network.endpoints.first_interface()?;
    if workload.is_none() {
        let names: Vec<_> = tiers.iter().map(|t| t.name.as_str()).collect();
        findings.push(
            rules::SPEC017
                .at(
                    interface,
                    "it is not clear which tier the interface endpoints stand in",
                )
                .note(format!("the tiers are {}", names.join(", ")))
                .help("say which: `endpoint-tier: nodes`, in Rust `Network::endpoints_in`"),
        );
    }
    workload
}

/// Karpenter finds its subnets by a tag: none may lose it only because there is a further tier.
fn no_karpenter_tier(origin: Origin, tiers: &[PlannedTier], findings: &mut Findings) {
    let names: Vec<_> = tiers.iter().map(|t| format!("`{}`", t.name)).collect();
    findings.push(
        rules::SPEC017
            .at(
                origin,
                "it is not clear which tier Karpenter's nodes stand in",
            )
            .note(format!("the tiers are {}", names.join(", ")))
            .help("call the tier `nodes`, or add a node group that names it"),
    );
}

fn no_control_plane(origin: Origin, stack: &Stack, tiers: &[PlannedTier], findings: &mut Findings) {
    let names: Vec<_> = tiers.iter().map(|t| format!("`{}`", t.name)).collect();
    findings.push(
        rules::SPEC017
            .at(
                origin.or(stack.network.origin),
                "it is not clear which tier takes the control plane's network interfaces",
            )
            .note(format!("the tiers are {}", names.join(", ")))
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
    PlannedTier {
        name: model.name.value.clone(),
        access: model.access,
        origin: model.name.origin,
        name_origin: model.name.origin,
        model: Some(index),
        zones: tier_zones(stack, model, zones, findings),
        subnets: Vec::new(),
        load_balancers: model.access != Access::Isolated
            && model.load_balancers.is_none_or(|yes| yes.value),
        tags: model.tags.clone(),
        egress: Vec::new(),
    }
}

/// A tier's zones: as listed, else those of its pinned ranges, else the network's.
fn tier_zones(
    stack: &Stack,
    model: &TierModel,
    zones: Option<&[ZoneId]>,
    findings: &mut Findings,
) -> Vec<ZoneId> {
    let region = stack.region.value;
    let pinned: Vec<At<String>> = model.cidrs.iter().map(|(zone, _)| zone.clone()).collect();
    let listed = match &model.zones {
        Some(listed) => listed,
        None if !pinned.is_empty() => &pinned,
        None => return zones.unwrap_or_default().to_vec(),
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
    if let Some(listed) = &model.zones {
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
    of_tier.sort_unstable();
    of_tier
}

/// The tiers of a network that names none, layout 1.
fn defaults(stack: &Stack, zones: &[ZoneId]) -> Vec<PlannedTier> {
    let access = [Access::Public, Access::Private, Access::Isolated];
    let named: Vec<_> = DEFAULT_TIERS.into_iter().zip(access).collect();
    named
        .into_iter()
        .map(|(name, access)| PlannedTier {
            name: name.to_owned(),
            access,
            origin: stack.network.origin,
            name_origin: Origin::Default,
            model: None,
            zones: zones.to_vec(),
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
/// balancer needs; the control plane's are a /27, or a /28 where the network is smaller than a /22.
pub(super) fn wanted_prefix(stack: &Stack, tier: &PlannedTier) -> (u8, Origin, bool) {
    if let Some(asked) = tier.model(stack).and_then(|model| model.prefix) {
        return (asked.value, asked.origin, true);
    }
    let vpc = stack.network.cidr.value.prefix_len();
    let prefix = match tier.access {
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

fn default_nats(tiers: &mut [PlannedTier]) -> Vec<PlannedNat> {
    let nats: Vec<_> = tiers[0]
        .zones
        .iter()
        .map(|&zone| PlannedNat {
            tier: 0,
            zone,
            allocation: None,
            origin: Origin::Default,
        })
        .collect();
    for tier in tiers.iter_mut() {
        if tier.access == Access::Private {
            tier.egress = (0..nats.len()).map(Some).collect();
        }
    }
    nats
}

/// Where NAT gateways stand, and which of them each private subnet leaves through.
fn nats(
    stack: &Stack,
    order: &[usize],
    tiers: &mut [PlannedTier],
    ledger: &Ledger,
    settled: bool,
    findings: &mut Findings,
) -> Vec<PlannedNat> {
    let mut nats: Vec<PlannedNat> = Vec::new();
    let mut wanted: Vec<(usize, Vec<(usize, ZoneId)>)> = Vec::new();
    for (index, &model) in order.iter().enumerate() {
        let model = &stack.network.tiers[model];
        let Some(nat) = &model.nat else { continue };
        let Some(any) = nat.tier else { continue };
        let Some(public) = place(stack, order, any) else {
            foreign_tier(nat.count.origin, stack, findings);
            continue;
        };
        let zones = nat_zones(
            stack,
            model,
            &tiers[public],
            &nat.count,
            ledger,
            settled,
            findings,
        );
        for (i, zone) in zones.iter().enumerate() {
            let allocation = nat.allocations.get(i).map(|id| id.value.clone());
            match nats
                .iter_mut()
                .find(|n| n.tier == public && n.zone == *zone)
            {
                Some(known) => {
                    if let (Some(one), Some(two)) = (&known.allocation, &allocation)
                        && one != two
                    {
                        two_addresses(known, [one, two], nat.count.origin, findings);
                    }
                    known.allocation = known.allocation.take().or(allocation);
                }
                None => nats.push(PlannedNat {
                    tier: public,
                    zone: *zone,
                    allocation,
                    origin: nat.count.origin,
                }),
            }
        }
        if settled {
            check_allocations(nat, zones.len(), findings);
        }
        wanted.push((
            index,
            zones.into_iter().map(|zone| (public, zone)).collect(),
        ));
    }
    nats.sort_by_key(|nat| (nat.tier, nat.zone));
    for (index, gateways) in wanted {
        let tier = &mut tiers[index];
        tier.egress = tier
            .zones
            .iter()
            .map(|zone| choose(&nats, &gateways, *zone))
            .collect();
    }
    nats
}

/// The gateway in the subnet's own zone, else one of the others.
fn choose(nats: &[PlannedNat], gateways: &[(usize, ZoneId)], zone: ZoneId) -> Option<usize> {
    let own = gateways.iter().find(|(_, z)| *z == zone);
    // By the zone's number, not its position, so that a further zone changes nothing for the others.
    let turn = usize::from(zone.number()) % gateways.len().max(1);
    let (tier, zone) = own.or_else(|| gateways.get(turn))?;
    nats.iter().position(|n| n.tier == *tier && n.zone == *zone)
}

fn nat_zones(
    stack: &Stack,
    model: &TierModel,
    public: &PlannedTier,
    count: &At<NatCount>,
    ledger: &Ledger,
    settled: bool,
    findings: &mut Findings,
) -> Vec<ZoneId> {
    let listed = match &count.value {
        NatCount::None => return Vec::new(),
        NatCount::PerZone => {
            return model_zones(model, public);
        }
        NatCount::Zones(n) => {
            let n = usize::from(*n);
            if settled && (n == 0 || n > public.zones.len()) {
                findings.push(
                    rules::SPEC006
                        .at(
                            count.origin,
                            format!(
                                "{n} NAT gateways for the {} zones of tier `{}`",
                                public.zones.len(),
                                public.name
                            ),
                        )
                        .help(format!(
                            "write a number from 1 to {}, `per-zone` or `none`",
                            public.zones.len()
                        )),
                );
            }
            return keeping_gateways(public, n, ledger);
        }
        NatCount::In(listed) => listed,
    };
    let mut zones = Vec::with_capacity(listed.len());
    for text in listed {
        let Some(zone) = zones::parse(stack.region.value, text, findings) else {
            continue;
        };
        if public.zones.contains(&zone) {
            zones.push(zone);
        } else if settled {
            findings.push(
                rules::SPEC014
                    .at(
                        text.origin,
                        format!(
                            "tier `{}` has no subnet in {zone} for a NAT gateway",
                            public.name
                        ),
                    )
                    .related(public.name_origin, "the public tier")
                    .help("choose one of its zones, or add the zone to it"),
            );
        }
    }
    zones.sort_unstable();
    zones.dedup();
    zones
}

/// The first zones of a tier, those first that have a gateway already: a further zone moves none.
fn keeping_gateways(public: &PlannedTier, count: usize, ledger: &Ledger) -> Vec<ZoneId> {
    let had = |zone: ZoneId| {
        let key = SubnetKey {
            tier: public.name.clone(),
            zone,
            ordinal: 0,
        };
        ledger.get(&key).is_some_and(|entry| entry.nat)
    };
    let mut zones = public.zones.clone();
    zones.sort_by_key(|zone| (!had(*zone), *zone));
    zones.truncate(count);
    zones.sort_unstable();
    zones
}

/// One gateway for each zone that both tiers have; all of the public tier's where they share none.
fn model_zones(model: &TierModel, public: &PlannedTier) -> Vec<ZoneId> {
    let own: Vec<String> = match (&model.zones, model.cidrs.as_slice()) {
        (Some(zones), _) => zones.iter().map(|z| z.value.clone()).collect(),
        (None, []) => return public.zones.clone(),
        (None, cidrs) => cidrs.iter().map(|(zone, _)| zone.value.clone()).collect(),
    };
    let shared: Vec<_> = public
        .zones
        .iter()
        .filter(|zone| own.contains(&zone.to_string()))
        .copied()
        .collect();
    if shared.is_empty() {
        public.zones.clone()
    } else {
        shared
    }
}

/// Tiers share the gateways of a zone, so they must agree on their addresses.
fn two_addresses(
    known: &PlannedNat,
    [one, two]: [&str; 2],
    origin: Origin,
    findings: &mut Findings,
) {
    findings.push(
        rules::EKS404
            .at(
                origin,
                format!(
                    "the NAT gateway in {} would have two Elastic IPs, {one} and {two}",
                    known.zone
                ),
            )
            .related(known.origin, "the tier that shares it")
            .note("every public NAT gateway needs exactly one address")
            .help("list the same allocation ids for both tiers, or for one of them only"),
    );
}

fn check_allocations(nat: &crate::network::Nat, gateways: usize, findings: &mut Findings) {
    if let Some(first) = nat.allocations.first()
        && nat.allocations.len() != gateways
    {
        findings.push(
            rules::EKS404
                .at(
                    first.origin,
                    format!("{} Elastic IPs for {gateways} NAT gateways", nat.allocations.len()),
                )
                .note("every public NAT gateway needs exactly one address")
                .help(format!("list {gateways} allocation ids, or none: each gateway then gets an address of its own")),
        );
    }
}
