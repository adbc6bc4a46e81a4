//! Which subnets are asked for.

use ipnet::Ipv4Net;

use super::space::Block;
use super::tiers::wanted_prefix;
use super::{Ledger, PlannedTier, SubnetKey};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
use crate::network::family::Family;
use crate::network::{At, Stack, ZoneId};

/// A subnet that is asked for.
pub(super) struct Request<'a> {
    pub(super) tier: &'a PlannedTier,
    pub(super) index: usize,
    pub(super) key: SubnetKey,
    /// The size of its range, and where it was asked for.
    pub(super) prefix: u8,
    pub(super) origin: Origin,
    /// Whether somebody asked for that size.
    pub(super) asked: bool,
    /// The block that it must be in.
    pub(super) within: Option<At<Ipv4Net>>,
    /// The range that the user wrote down.
    pub(super) pin: Option<At<Ipv4Net>>,
}

impl Request<'_> {
    /// The block that it must be in.
    pub(super) fn block(&self) -> Option<Ipv4Net> {
        self.within.map(|at| at.value)
    }

    /// Whether a range of an earlier plan is one that is asked for, as far as its size and block go.
    pub(super) fn fits(&self, cidr: Ipv4Net) -> bool {
        self.sized(cidr) && self.inside(cidr)
    }

    /// Whether it has the size that is asked for.
    pub(super) const fn sized(&self, cidr: Ipv4Net) -> bool {
        !self.asked || cidr.prefix_len() == self.prefix
    }

    /// Whether it is in the block that is asked for.
    pub(super) fn inside(&self, cidr: Ipv4Net) -> bool {
        self.within.is_none_or(|block| block.value.contains(&cidr))
    }
}

/// The network's blocks: the primary one, then those that were added to it.
///
/// Those that are usual for pods, 100.64.0.0/10 and 198.19.0.0/16, are for tiers that name them: other networks mostly have
/// no route there.
pub(super) fn blocks(stack: &Stack) -> Vec<Block> {
    let primary = Family::of(stack.network.cidr.value);
    let apart = |family| matches!(family, Family::Shared | Family::Benchmark) && family != primary;
    let block = |At {
                     value: cidr,
                     origin,
                 }| Block {
        cidr,
        origin,
        general: !apart(Family::of(cidr)),
    };
    stack.network.blocks().map(block).collect()
}

/// What no subnet is put into.
pub(super) fn reserved(stack: &Stack) -> impl Iterator<Item = Ipv4Net> {
    stack.network.reserved.iter().map(|at| at.value)
}

/// Every subnet of every tier.
///
/// Where nobody says a size, a tier's subnets have that of the ledger, if it is one.
pub(super) fn requests<'t>(
    stack: &Stack,
    tiers: &'t [PlannedTier],
    ledger: &Ledger,
    findings: &mut Findings,
) -> Vec<Request<'t>> {
    let mut requests = Vec::new();
    let known = |block: &At<Ipv4Net>| stack.network.blocks().any(|b| b.value == block.value);
    for (index, tier) in tiers.iter().enumerate() {
        let further = tier
            .model(stack)
            .map_or(&[][..], |model| &model.further)
            .iter()
            .map(|at| (at.value, at.origin, true));
        let (prefix, origin, asked) = wanted_prefix(stack, tier);
        let usual = usual_prefix(tier, ledger).filter(|_| !asked);
        let first = (usual.unwrap_or(prefix), origin, asked);
        let sizes = std::iter::once(first).chain(further);
        for ((prefix, origin, asked), ordinal) in sizes.zip(0..) {
            if prefix > 32 {
                findings.push(no_prefix(prefix, origin, tier));
                continue;
            }
            requests.extend(tier.zones.iter().map(|&zone| {
                Request {
                    tier,
                    index,
                    key: SubnetKey {
                        tier: tier.name.clone(),
                        zone,
                        ordinal,
                    },
                    prefix,
                    origin,
                    asked,
                    // A block that the network does not have is said to be none.
                    within: tier
                        .model(stack)
                        .and_then(|model| model.block)
                        .filter(known),
                    pin: (ordinal == 0).then(|| pin(stack, tier, zone)).flatten(),
                }
            }));
        }
    }
    requests
}

/// The size that all first subnets of a tier have.
fn usual_prefix(tier: &PlannedTier, ledger: &Ledger) -> Option<u8> {
    let mut sizes = ledger
        .of_tier(&tier.name)
        .filter(|(key, _)| key.ordinal == 0)
        .map(|(_, entry)| entry.cidr.prefix_len());
    let first = sizes.next()?;
    sizes.all(|size| size == first).then_some(first)
}

/// The range that the user wrote down for a tier in a zone.
fn pin(stack: &Stack, tier: &PlannedTier, zone: ZoneId) -> Option<At<Ipv4Net>> {
    let pins = &tier.model(stack)?.cidrs;
    let mut pins = pins.iter();
    pins.find(|(name, _)| ZoneId::parse_any(&name.value) == Some(zone))
        .map(|(_, cidr)| *cidr)
}

/// A prefix that no range of addresses has; one that only AWS refuses is found once everything has its place.
fn no_prefix(prefix: u8, origin: Origin, tier: &PlannedTier) -> Finding {
    rules::EKS212
        .at(
            origin,
            format!(
                "subnets of tier `{}` are a /{prefix}, not a /16 to a /28",
                tier.name
            ),
        )
        .note("an IPv4 address has 32 bits")
        .help("write 28")
}
