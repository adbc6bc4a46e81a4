//! Which of a tier's subnets in a zone is which.

use std::collections::BTreeMap;

use super::{Existing, Match, Wanted};
use crate::plan::SubnetKey;

/// The subnets by what they are known by.
///
/// One keeps its place where the user wrote its range down, the ledger has it, or eksnet's own name says so; the rest are
/// counted by address.
pub(super) fn keys<'e>(
    wanted: &Wanted<'_>,
    adopted: &[(&'e Existing<'e>, Match)],
) -> BTreeMap<SubnetKey, &'e Existing<'e>> {
    let mut groups: BTreeMap<SubnetKey, Vec<(&'e Existing<'e>, Match)>> = BTreeMap::new();
    for &(subnet, found) in adopted {
        let name = wanted.tiers.iter().find(|(_, tier)| **tier == found.tier);
        let Some((tier, _)) = name else { continue };
        let first = SubnetKey {
            tier: tier.clone(),
            zone: subnet.zone,
            ordinal: 0,
        };
        groups.entry(first).or_default().push((subnet, found));
    }
    let mut keyed = BTreeMap::new();
    for (first, mut left) in groups {
        left.sort_by_key(|(subnet, _)| subnet.listed.cidr);
        let mut places: BTreeMap<u16, &'e Existing<'e>> = BTreeMap::new();
        let pin = wanted.asked.get(&first).copied().flatten();
        let pinned = |subnet: &Existing<'_>, _| (pin == Some(subnet.listed.cidr)).then_some(0);
        let in_ledger = |subnet: &Existing<'_>, _| {
            let (key, _) = wanted.by_range.get(&subnet.listed.cidr)?;
            (key.tier == first.tier && key.zone == first.zone).then_some(key.ordinal)
        };
        let stated = |_: &Existing<'_>, found: Match| found.ordinal;
        settle(&mut left, &mut places, pinned);
        settle(&mut left, &mut places, in_ledger);
        settle(&mut left, &mut places, stated);
        let mut next = 0;
        for (subnet, _) in left {
            while places.contains_key(&next) {
                next += 1;
            }
            places.insert(next, subnet);
        }
        for (ordinal, subnet) in places {
            let key = SubnetKey {
                ordinal,
                ..first.clone()
            };
            keyed.insert(key, subnet);
        }
    }
    keyed
}

/// Gives subnets the places that they are known to have, as far as those are free.
fn settle<'e>(
    left: &mut Vec<(&'e Existing<'e>, Match)>,
    places: &mut BTreeMap<u16, &'e Existing<'e>>,
    ordinal: impl Fn(&Existing<'_>, Match) -> Option<u16>,
) {
    left.retain(|&(subnet, found)| match ordinal(subnet, found) {
        Some(ordinal) if !places.contains_key(&ordinal) => {
            places.insert(ordinal, subnet);
            false
        }
        Some(_) | None => true,
    });
}
