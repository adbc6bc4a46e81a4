use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{PlannedTier, Refused, SubnetKey};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::graph::Tags;
use crate::network::{Access, Ipv4Net, ZoneId};
use crate::plan::{PlannedSubnet, State};

fn zone(number: u8) -> ZoneId {
    ZoneId::parse(&format!("use1-az{number}")).expect("a zone id")
}

fn key(tier: &str, number: u8, ordinal: u16) -> SubnetKey {
    SubnetKey {
        tier: tier.to_owned(),
        zone: zone(number),
        ordinal,
    }
}

/// A tier with these subnets, in this order.
fn tier(name: &str, subnets: impl IntoIterator<Item = (u8, u16)>) -> PlannedTier {
    PlannedTier {
        name: name.to_owned(),
        access: Access::Isolated,
        origin: Origin::Default,
        name_origin: Origin::Default,
        model: None,
        zones: Vec::new(),
        local_zones: Vec::new(),
        subnets: subnets
            .into_iter()
            .map(|(zone, ordinal)| PlannedSubnet {
                key: key(name, zone, ordinal),
                cidr: Ipv4Net::default(),
                ipv6: None,
                state: State::Planned,
                existing: None,
            })
            .collect(),
        load_balancers: false,
        tags: Tags::new(),
        egress: Vec::new(),
    }
}

/// What [`super::assign`] does for subnets that have these indices from the ledger.
fn assign(
    tiers: &mut [PlannedTier],
    remembered: impl Fn(&SubnetKey) -> Option<u8>,
    kept: impl IntoIterator<Item = u8>,
) -> Result<(), Refused> {
    for subnet in tiers.iter_mut().flat_map(|tier| &mut tier.subnets) {
        subnet.ipv6 = remembered(&subnet.key);
    }
    super::assign(tiers, kept)
}

/// What each subnet has, in the order in which it stands.
fn indices(tiers: &[PlannedTier]) -> Vec<Option<u8>> {
    let subnets = tiers.iter().flat_map(|tier| &tier.subnets);
    subnets.map(|subnet| subnet.ipv6).collect()
}

/// What each subnet has, as a ledger would remember it.
fn ledger(tiers: &[PlannedTier]) -> BTreeMap<SubnetKey, u8> {
    let subnets = tiers.iter().flat_map(|tier| &tier.subnets);
    subnets
        .filter_map(|subnet| Some((subnet.key.clone(), subnet.ipv6?)))
        .collect()
}

#[test]
fn new_subnets_are_counted_by_tier_zone_and_ordinal() {
    // The order of the tiers is the plan's, not that of their names; inside one it is that of the keys.
    let mut tiers = [
        tier("public", [(2, 0), (1, 0)]),
        tier("nodes", [(1, 1), (1, 0), (2, 0)]),
    ];
    assert_eq!(assign(&mut tiers, |_| None, []), Ok(()));
    assert_eq!(
        indices(&tiers),
        [Some(1), Some(0), Some(3), Some(2), Some(4)]
    );
}

#[test]
fn remembered_and_kept_indices_are_nobody_elses() {
    let mut tiers = [
        tier("public", [(1, 0), (2, 0), (3, 0)]),
        tier("nodes", [(1, 0), (2, 0)]),
    ];
    let known = BTreeMap::from([(key("public", 2, 0), 1), (key("nodes", 1, 0), 255)]);
    let remembered = |key: &SubnetKey| known.get(key).copied();
    assert_eq!(assign(&mut tiers, remembered, [0, 3]), Ok(()));
    assert_eq!(
        indices(&tiers),
        [Some(2), Some(1), Some(4), Some(255), Some(5)]
    );
}

#[test]
fn the_257th_subnet_is_refused() {
    let tiers = |subnets| [tier("nodes", (0..subnets).map(|ordinal| (1, ordinal)))];
    let mut full = tiers(256);
    assert_eq!(assign(&mut full, |_| None, []), Ok(()));
    assert!(indices(&full).into_iter().eq((0..=255).map(Some)));

    let too_many = |subnets, kept: &[u8]| {
        let mut tiers = tiers(subnets);
        assign(&mut tiers, |_| None, kept.iter().copied()).map_err(|refused| {
            let finding = refused.finding(Origin::Default);
            assert_eq!(finding.code, rules::PLAN012.code);
            finding.message
        })
    };
    assert_eq!(
        too_many(257, &[]),
        Err("257 subnets are 1 more than the VPC's IPv6 range has room for".to_owned())
    );
    assert_eq!(
        too_many(255, &[7, 200, 7]),
        Err(
            "255 subnets and 2 ranges kept for subnets that are gone are 1 more than the VPC's IPv6 range has \
             room for"
                .to_owned()
        )
    );
}

#[test]
fn one_index_is_not_given_twice() {
    let twice = |kept: Option<u8>| {
        let mut tiers = [tier("nodes", [(1, 0), (2, 0)])];
        let refused = assign(&mut tiers, |_| Some(9), kept);
        (indices(&tiers), refused)
    };
    let refused = |zone, owner| {
        Err(Refused::Twice {
            index: 9,
            key: key("nodes", zone, 0),
            owner,
        })
    };
    assert_eq!(
        twice(None),
        (vec![Some(9), None], refused(2, Some(key("nodes", 1, 0))))
    );
    assert_eq!(twice(Some(9)), (vec![None, None], refused(1, None)));
}

/// The subnets of a few tiers, by tier.
fn networks() -> impl Strategy<Value = Vec<BTreeSet<(u8, u16)>>> {
    let subnets = prop::collection::btree_set((1..=6u8, 0..4u16), 0..12);
    prop::collection::vec(subnets, 1..5)
}

fn tiers_of(network: &[BTreeSet<(u8, u16)>]) -> Vec<PlannedTier> {
    let names = ('a'..='z').map(String::from);
    let tiers = names.zip(network);
    tiers
        .map(|(name, subnets)| tier(&name, subnets.iter().copied()))
        .collect()
}

proptest! {
    /// However a network changes: who stays keeps its index, and nobody gets one that somebody had.
    #[test]
    fn no_index_moves_and_none_is_used_again(history in prop::collection::vec(networks(), 1..6)) {
        let mut known: BTreeMap<SubnetKey, u8> = BTreeMap::new();
        for network in history {
            let mut tiers = tiers_of(&network);
            let keys: BTreeSet<SubnetKey> = tiers
                .iter()
                .flat_map(|tier| tier.subnets.iter().map(|subnet| subnet.key.clone()))
                .collect();
            let gone = known.iter().filter(|(key, _)| !keys.contains(*key));
            let gone: Vec<u8> = gone.map(|(_, index)| *index).collect();
            prop_assert_eq!(assign(&mut tiers, |key| known.get(key).copied(), gone), Ok(()));

            let now = ledger(&tiers);
            prop_assert_eq!(now.keys().collect::<Vec<_>>(), keys.iter().collect::<Vec<_>>());
            for (key, index) in &known {
                prop_assert_eq!(now.get(key).unwrap_or(index), index);
            }
            known.extend(now);
            // The lowest free ones are given, so there are no gaps.
            let given: BTreeSet<u8> = known.values().copied().collect();
            prop_assert_eq!(given.len(), known.len());
            prop_assert!(given.into_iter().eq((0..=u8::MAX).take(known.len())));
        }
    }
}
