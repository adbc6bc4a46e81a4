//! Which subnets are asked for.

use ipnet::Ipv4Net;

use super::space::Block;
use super::tiers::wanted_prefix;
use super::{PlannedTier, SubnetKey};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin};
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
    /// The range that the user wrote down.
    pub(super) pin: Option<At<Ipv4Net>>,
}

impl Request<'_> {
    /// Whether a range of an earlier plan is one that is asked for, as far as its size goes.
    pub(super) const fn fits(&self, cidr: Ipv4Net) -> bool {
        !self.asked || cidr.prefix_len() == self.prefix
    }
}

/// The network's blocks: the primary one, then those that were added to it.
pub(super) fn blocks(stack: &Stack) -> Vec<Block> {
    let At { value, origin } = stack.network.cidr;
    vec![Block {
        cidr: value,
        origin,
        general: true,
    }]
}

/// Every subnet of every tier.
pub(super) fn requests<'t>(
    stack: &Stack,
    tiers: &'t [PlannedTier],
    findings: &mut Findings,
) -> Vec<Request<'t>> {
    let mut requests = Vec::new();
    for (index, tier) in tiers.iter().enumerate() {
        let further = tier
            .model(stack)
            .map_or(&[][..], |model| &model.further)
            .iter()
            .map(|at| (at.value, at.origin, true));
        let sizes = std::iter::once(wanted_prefix(stack, tier)).chain(further);
        for ((prefix, origin, asked), ordinal) in sizes.zip(0..) {
            if prefix > 32 {
                findings.push(no_prefix(prefix, origin, tier));
                continue;
            }
            requests.extend(tier.zones.iter().map(|&zone| Request {
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
                pin: (ordinal == 0).then(|| pin(stack, tier, zone)).flatten(),
            }));
        }
    }
    requests
}

/// The range that the user wrote down for a tier in a zone.
fn pin(stack: &Stack, tier: &PlannedTier, zone: ZoneId) -> Option<At<Ipv4Net>> {
    let pins = &tier.model(stack)?.cidrs;
    let mut pins = pins.iter();
    pins.find(|(name, _)| ZoneId::parse(&name.value) == Ok(zone))
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
