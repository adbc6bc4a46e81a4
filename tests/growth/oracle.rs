//! What must come of a step, found in another way than the planner's: by counting sixteens of addresses.

use std::collections::{BTreeMap, BTreeSet};

use eksnet::network::Ipv4Net;
use eksnet::plan::{Entry, Ledger, SubnetKey, Tombstone};

use crate::support::growing::{Growing, zone};

/// What becomes of a subnet.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It stays.
    Stays(Entry),
    /// It was removed before and gets one of these ranges back.
    Returns(Vec<Ipv4Net>),
    /// It gets a range of this size.
    New(u8),
}

pub(crate) struct Expected {
    pub(crate) subnets: BTreeMap<SubnetKey, Fate>,
    /// What belongs to subnets that are not asked for, and what was buried before.
    pub(crate) buried: BTreeSet<Tombstone>,
    /// The tiers for which there is no room, with the zones, as `PLAN001` has them.
    pub(crate) refused: BTreeSet<String>,
    /// Of the addresses that are free before, whether what is refused would still be too large for them.
    pub(crate) too_few: bool,
    /// Whether the ledger has a subnet in another size than is asked for.
    pub(crate) misfit: bool,
}

pub(crate) fn expect(network: &Growing, ledger: &Ledger) -> Expected {
    let mut subnets = BTreeMap::new();
    let mut misfit = false;
    let all = network.resolved(ledger);
    for tier in &network.tiers {
        let further = tier.further.iter().map(|prefix| (*prefix, true));
        let sizes = std::iter::once(network.prefix(tier)).chain(further);
        for ((prefix, asked), ordinal) in sizes.zip(0..) {
            for id in tier.zones.as_ref().unwrap_or(&all) {
                let key = SubnetKey {
                    tier: tier.name.to_owned(),
                    zone: zone(id),
                    ordinal,
                };
                let fits = |cidr: Ipv4Net| !asked || cidr.prefix_len() == prefix;
                let old = ledger.tombstones().filter(|old| old.key == key);
                let old: Vec<_> = old.map(|old| old.cidr).filter(|old| fits(*old)).collect();
                let fate = match ledger.get(&key) {
                    Some(entry) => {
                        misfit |= !fits(entry.cidr);
                        Fate::Stays(entry)
                    }
                    None if old.is_empty() => Fate::New(prefix),
                    None => Fate::Returns(old),
                };
                subnets.insert(key, fate);
            }
        }
    }
    let gone = ledger
        .entries()
        .filter(|(key, _)| !subnets.contains_key(key));
    let gone = gone.map(|(key, entry)| Tombstone {
        key: key.clone(),
        cidr: entry.cidr,
        ipv6: entry.ipv6,
    });
    let buried: BTreeSet<_> = ledger.tombstones().cloned().chain(gone).collect();
    let stay = subnets.values().filter_map(|fate| match fate {
        Fate::Stays(entry) => Some(entry.cidr),
        Fate::Returns(_) | Fate::New(_) => None,
    });
    let room = Room::new(
        &network.blocks(),
        stay.chain(buried.iter().map(|old| old.cidr)),
    );
    let (refused, too_few) = refused(&subnets, &room);
    Expected {
        subnets,
        buried,
        refused,
        too_few,
        misfit,
    }
}

/// Whom the largest first, and of those the first by name, leave no room. Whichever free range of its size a subnet takes,
/// as many are left for those that are as small or smaller.
fn refused(subnets: &BTreeMap<SubnetKey, Fate>, room: &Room) -> (BTreeSet<String>, bool) {
    let mut new: Vec<(u8, &SubnetKey)> = subnets
        .iter()
        .filter_map(|(key, fate)| match fate {
            Fate::New(prefix) => Some((*prefix, key)),
            Fate::Stays(_) | Fate::Returns(_) => None,
        })
        .collect();
    new.sort_unstable();
    let mut given: Vec<u8> = Vec::new();
    let mut refused: BTreeMap<(&str, u16), Vec<String>> = BTreeMap::new();
    let (mut left, mut too_few) = (16 * room.free(), true);
    let mut fitting = BTreeMap::new();
    for (prefix, key) in new {
        let all = *fitting
            .entry(prefix)
            .or_insert_with(|| room.fitting(prefix));
        let used: usize = given.iter().map(|larger| 1 << (prefix - larger)).sum();
        let size = 1_usize << (32 - prefix);
        if used < all {
            given.push(prefix);
            left -= size;
        } else {
            too_few &= size > left;
            let zones = refused.entry((&key.tier, key.ordinal)).or_default();
            zones.push(key.zone.to_string());
        }
    }
    let says = |((tier, _), zones): ((&str, u16), Vec<String>)| {
        format!("for tier `{tier}` in {}", zones.join(", "))
    };
    (refused.into_iter().map(says).collect(), too_few)
}

/// Which sixteens of addresses of a network's blocks are taken.
pub(crate) struct Room {
    blocks: Vec<(Ipv4Net, Vec<bool>)>,
}

impl Room {
    pub(crate) fn new(blocks: &[Ipv4Net], taken: impl Iterator<Item = Ipv4Net>) -> Self {
        let none = |block: &Ipv4Net| (*block, vec![false; 1 << (28 - block.prefix_len())]);
        let mut blocks: Vec<_> = blocks.iter().map(none).collect();
        for cidr in taken {
            let of = blocks.iter_mut().find(|(block, _)| block.contains(&cidr));
            let (block, sixteens) = of.expect("in one of the blocks");
            let offset = cidr.network().to_bits() - block.network().to_bits();
            let first = usize::try_from(offset / 16).expect("small");
            for sixteen in &mut sixteens[first..first + (1 << (28 - cidr.prefix_len()))] {
                assert!(!*sixteen, "{cidr} is taken twice");
                *sixteen = true;
            }
        }
        Self { blocks }
    }

    /// How many sixteens are free.
    pub(crate) fn free(&self) -> usize {
        let all = self.blocks.iter().flat_map(|(_, sixteens)| sixteens);
        all.filter(|taken| !**taken).count()
    }

    /// How many aligned ranges of a size are free.
    pub(crate) fn fitting(&self, prefix: u8) -> usize {
        let chunks = self
            .blocks
            .iter()
            .filter(|(block, _)| block.prefix_len() <= prefix);
        let chunks = chunks.flat_map(|(_, sixteens)| sixteens.chunks(1 << (28 - prefix)));
        chunks.filter(|chunk| !chunk.contains(&true)).count()
    }
}
