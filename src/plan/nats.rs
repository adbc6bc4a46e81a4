//! Where NAT gateways stand, and who leaves through which.

use super::tiers::place;
use super::{
    Egress, Entry, Ledger, PlannedNat, PlannedRegionalNat, PlannedTier, SubnetKey, Via,
    foreign_tier, zones,
};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{Access, At, NatCount, Stack, TierModel, ZoneId};

/// The NAT gateways of a network.
#[derive(Default)]
pub(super) struct Nats {
    /// Those that stand in subnets, by tier and zone.
    pub(super) zonal: Vec<PlannedNat>,
    /// That of the whole VPC.
    pub(super) regional: Option<PlannedRegionalNat>,
}

/// A gateway in every zone, for the default layout.
pub(super) fn default_nats(tiers: &mut [PlannedTier]) -> Nats {
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
            tier.egress = (0..nats.len())
                .map(|nat| Some(Egress::Zonal(nat)))
                .collect();
        }
    }
    Nats {
        zonal: nats,
        regional: None,
    }
}

/// Where NAT gateways stand, and which of them each private subnet leaves through.
pub(super) fn nats(
    stack: &Stack,
    order: &[usize],
    tiers: &mut [PlannedTier],
    ledger: &Ledger,
    settled: bool,
    findings: &mut Findings,
) -> Nats {
    let mut nats: Vec<PlannedNat> = Vec::new();
    let mut regional = None;
    let mut wanted: Vec<(usize, Vec<(usize, ZoneId)>)> = Vec::new();
    for (index, &model) in order.iter().enumerate() {
        let model = &stack.network.tiers[model];
        let Some(nat) = &model.nat else { continue };
        if nat.count.value == NatCount::Regional {
            let origin = nat.count.origin;
            regional.get_or_insert(PlannedRegionalNat { origin });
            let tier = &mut tiers[index];
            tier.egress = vec![Some(Egress::Regional); tier.zones.len()];
        }
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
            .map(|zone| {
                let entry = remembered(&tier.name, *zone, ledger);
                let via = entry.and_then(|entry| entry.via?.zone());
                choose(&nats, &gateways, tier.parent(*zone), via)
            })
            .collect();
    }
    Nats {
        zonal: nats,
        regional,
    }
}

/// The gateway in the subnet's own zone, or in the parent of its Local Zone, else the one that it has left through so far, else one of the others.
fn choose(
    nats: &[PlannedNat],
    gateways: &[(usize, ZoneId)],
    zone: ZoneId,
    via: Option<ZoneId>,
) -> Option<Egress> {
    let own = gateways.iter().find(|(_, z)| *z == zone);
    let own = own.or_else(|| gateways.iter().find(|(_, z)| Some(*z) == via));
    // By the zone's number, not its position, so that a further zone changes nothing for the others.
    let turn = usize::from(zone.number()) % gateways.len().max(1);
    let (tier, zone) = own.or_else(|| gateways.get(turn))?;
    nats.iter()
        .position(|n| n.tier == *tier && n.zone == *zone)
        .map(Egress::Zonal)
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
        // A regional one stands in no zone.
        NatCount::None | NatCount::Regional => return Vec::new(),
        NatCount::PerZone => {
            return model_zones(model, public, ledger);
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
            return keeping_gateways(model, public, n, ledger);
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

/// The first zones of a public tier: those first through whose gateways the private tier leaves already, then those that have
/// one for another tier, so that a further zone or tier moves none. A tier in Local Zones would rather leave through their
/// parents.
fn keeping_gateways(
    private: &TierModel,
    public: &PlannedTier,
    count: usize,
    ledger: &Ledger,
) -> Vec<ZoneId> {
    let has = |zone: ZoneId| remembered(&public.name, zone, ledger).is_some_and(|entry| entry.nat);
    let mut through: Vec<ZoneId> = ledger
        .of_tier(&private.name.value)
        .filter_map(|(key, entry)| entry.via.unwrap_or(Via::Zone(key.zone)).zone())
        .filter(|zone| has(*zone))
        .collect();
    through.sort_unstable();
    let mut zones = public.zones.clone();
    let parents: Vec<ZoneId> = parents(private)
        .filter_map(|parent| ZoneId::parse(&parent.value).ok())
        .collect();
    zones.sort_by_key(|zone| {
        let left = through.binary_search(zone).is_err();
        (left, !parents.contains(zone), !has(*zone), *zone)
    });
    zones.truncate(count);
    zones.sort_unstable();
    zones
}

/// The parents of a tier's Local Zones, as they are written.
fn parents(model: &TierModel) -> impl Iterator<Item = &At<String>> {
    let local = model.local_zones.iter().flatten();
    local.map(|local| &local.parent)
}

/// What a tier's first subnet in a zone had in the last plan.
fn remembered(tier: &str, zone: ZoneId, ledger: &Ledger) -> Option<Entry> {
    ledger.get(&SubnetKey {
        tier: tier.to_owned(),
        zone,
        ordinal: 0,
    })
}

/// One gateway for each zone that both tiers have, besides those through which other zones leave already; all of the public
/// tier's where they share none.
fn model_zones(model: &TierModel, public: &PlannedTier, ledger: &Ledger) -> Vec<ZoneId> {
    let own: Vec<String> = match (&model.zones, model.cidrs.as_slice()) {
        (Some(zones), _) => {
            let zones = zones.iter().chain(parents(model));
            zones.map(|z| z.value.clone()).collect()
        }
        (None, _) if model.local_zones.is_some() => {
            parents(model).map(|z| z.value.clone()).collect()
        }
        (None, []) => return public.zones.clone(),
        (None, cidrs) => cidrs.iter().map(|(zone, _)| zone.value.clone()).collect(),
    };
    let is_own = |zone: &ZoneId| own.contains(&zone.to_string());
    if !public.zones.iter().any(is_own) {
        return public.zones.clone();
    }
    let others = ledger
        .of_tier(&model.name.value)
        .filter(|(key, _)| is_own(&key.zone) && !public.zones.contains(&key.zone));
    let via: Vec<ZoneId> = others.filter_map(|(_, entry)| entry.via?.zone()).collect();
    let mut zones = public.zones.clone();
    zones.retain(|zone| is_own(zone) || via.contains(zone));
    zones
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
