//! Which /64 of the VPC's IPv6 range each subnet gets.
//!
//! Amazon chooses the range, a /56, so that a plan knows no addresses: it counts. A /56 has 256 ranges of 64 bits, and each
//! subnet keeps the index of its own.
//!
//! Source: Amazon VPC user guide, "VPC CIDR blocks" and "Subnet CIDR blocks".

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that stops is a test that fails")]
mod tests;

use std::collections::BTreeMap;

use super::{PlannedSubnet, PlannedTier, SubnetKey};
use crate::check::rules;
use crate::diagnostic::{Finding, Origin};

/// How many /64s a /56 has.
const RANGES: usize = 256;

/// Why not every subnet can have an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// There are more subnets than ranges.
    TooMany {
        /// The subnets of the plan.
        subnets: usize,
        /// The indices that stay with subnets which are gone.
        kept: usize,
    },
    /// Two subnets are remembered with the same index.
    Twice {
        /// The index.
        index: u8,
        /// The subnet that it cannot be given to.
        key: SubnetKey,
        /// The subnet that has it; none for one that is gone.
        owner: Option<SubnetKey>,
    },
}

/// Gives every subnet of the tiers, but those in Local Zones, its index: the one that it has from the ledger, or else the lowest that neither a subnet nor `kept`, the
/// indices of subnets which are gone, has. New subnets come in the order of the tiers, and in each by zone and ordinal.
///
/// INVARIANT (ledger): a remembered index is given to its subnet, or an error says why it cannot be.
///
/// # Errors
///
/// The first reason why a subnet has no index; what could be given has been given.
pub(super) fn assign(
    tiers: &mut [PlannedTier],
    kept: impl IntoIterator<Item = u8>,
) -> Result<(), Refused> {
    // Who has an index; nobody any more for those that are kept.
    let mut owners: BTreeMap<u8, Option<SubnetKey>> =
        kept.into_iter().map(|index| (index, None)).collect();
    let kept = owners.len();
    let mut refused = None;
    let mut subnets = Vec::new();
    for tier in tiers {
        let first = subnets.len();
        // The VPC's range is advertised from the region: a subnet in a Local Zone cannot have a part of it.
        let of_region = |subnet: &&mut PlannedSubnet| !subnet.key.zone.is_local();
        subnets.extend(tier.subnets.iter_mut().filter(of_region));
        subnets[first..].sort_by(|a, b| a.key.cmp(&b.key));
    }
    let all = subnets.len();
    subnets.retain_mut(|subnet| {
        let Some(index) = subnet.ipv6.take() else {
            return true;
        };
        if let Some(owner) = owners.get(&index) {
            refused.get_or_insert(Refused::Twice {
                index,
                key: subnet.key.clone(),
                owner: owner.clone(),
            });
        } else {
            owners.insert(index, Some(subnet.key.clone()));
            subnet.ipv6 = Some(index);
        }
        false
    });
    let mut free = (0..=u8::MAX).filter(|index| !owners.contains_key(index));
    for subnet in subnets {
        subnet.ipv6 = free.next();
        if subnet.ipv6.is_none() {
            refused.get_or_insert(Refused::TooMany { subnets: all, kept });
        }
    }
    refused.map_or(Ok(()), Err)
}

impl Refused {
    /// What is said of it where IPv6 was asked for.
    pub(super) fn finding(self, origin: Origin) -> Finding {
        match self {
            Self::TooMany { subnets, kept } => {
                let more = (subnets + kept).saturating_sub(RANGES);
                let of_others = match kept {
                    0 => String::new(),
                    kept => format!(" and {kept} ranges kept for subnets that are gone"),
                };
                rules::PLAN012
                    .at(
                        origin,
                        format!("{subnets} subnets{of_others} are {more} more than the VPC's IPv6 range has room for"),
                    )
                    .note(format!("Amazon gives a VPC a /56, which has {RANGES} /64s, one for each subnet"))
                    .help("use fewer tiers or zones, or leave IPv6 out")
            }
            Self::Twice { index, key, owner } => {
                let owner = owner.map_or_else(
                    || "a subnet that is gone".to_owned(),
                    |owner| owner.to_string(),
                );
                rules::PLAN012
                    .at(
                        origin,
                        format!("the ledger has /64 number {index} for {key} and for {owner}"),
                    )
                    .note("two subnets cannot share a range of addresses")
                    .help("take the ledger of the plan that is deployed: one of the two was changed by hand")
            }
        }
    }
}
