//! What must come of a step, found in another way than the planner's: by counting sixteens of addresses.

use std::collections::{BTreeMap, BTreeSet};

use eksnet::network::Ipv4Net;
use eksnet::plan::{Entry, Ledger, State, SubnetKey, Tombstone};

use crate::support::growing::{Growing, GrowingTier, overlap, zone};

/// What becomes of a subnet.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It stays.
    Stays(Entry),
    /// It was removed before and gets its range back.
    Returns(Tombstone),
    /// It gets the range that is written down, and keeps its /64 if it has one.
    Pinned(Ipv4Net, Option<u8>),
    /// It gets a range of this size, of the named block.
    New(u8, Option<Ipv4Net>),
}

impl Fate {
    /// Where it must be, and which /64 is its own already.
    const fn place(&self) -> Option<(Ipv4Net, Option<u8>)> {
        match self {
            Self::Stays(Entry { cidr, ipv6, .. })
            | Self::Returns(Tombstone { cidr, ipv6, .. })
            | Self::Pinned(cidr, ipv6) => Some((*cidr, *ipv6)),
            Self::New(..) => None,
        }
    }
}

pub(crate) struct Expected {
    pub(crate) subnets: BTreeMap<SubnetKey, Fate>,
    /// What belongs to subnets that are not asked for, and what was buried before.
    pub(crate) buried: BTreeSet<Tombstone>,
    /// Which block a new subnet comes from.
    pub(crate) blocks: BTreeMap<SubnetKey, Ipv4Net>,
    /// The /64 of every subnet, where the network has them.
    pub(crate) indices: BTreeMap<SubnetKey, u8>,
    /// The tiers for which there is no room, with the zones, as `PLAN001` has them.
    pub(crate) refused: BTreeSet<String>,
    /// Whether every block in which what is refused could be has fewer addresses than it asks for.
    pub(crate) too_few: bool,
    /// The rules that are broken otherwise.
    pub(crate) faults: BTreeSet<&'static str>,
    /// How many findings there are of ranges that no block contains.
    pub(crate) outside: usize,
}

pub(crate) fn expect(network: &Growing, ledger: &Ledger) -> Expected {
    let mut subnets = BTreeMap::new();
    let mut faults = BTreeSet::new();
    // What pinned subnets had elsewhere.
    let mut left = Vec::new();
    let all = network.resolved(ledger);
    let blocks = network.blocks();
    let inside = |cidr: Ipv4Net| blocks.iter().any(|block| block.contains(&cidr));
    for tier in &network.tiers {
        let block = tier.block.filter(|block| blocks.contains(block));
        if block != tier.block || block.is_some_and(|block| pinned_elsewhere(tier, block, &blocks))
        {
            faults.insert("SPEC023");
        }
        let further = tier.further.iter().map(|prefix| (*prefix, true));
        let (prefix, asked) = network.prefix(tier);
        let usual = usual_size(tier, ledger).filter(|_| !asked);
        let sizes = std::iter::once((usual.unwrap_or(prefix), asked)).chain(further);
        for ((prefix, asked), ordinal) in sizes.zip(0..) {
            for id in tier.zones.as_ref().unwrap_or(&all) {
                let key = SubnetKey {
                    tier: tier.name.to_owned(),
                    zone: zone(id),
                    ordinal,
                };
                let fits = |cidr: Ipv4Net| {
                    (!asked || cidr.prefix_len() == prefix)
                        && block.is_none_or(|block| block.contains(&cidr))
                };
                let mut old = ledger.tombstones().filter(|old| old.key == key);
                let pin = tier.pin(id).filter(|_| ordinal == 0);
                let fate = match (pin, ledger.get(&key)) {
                    (Some(pin), Some(entry)) if entry.cidr == pin => Fate::Stays(entry),
                    (Some(_), Some(entry)) if entry.state == State::Deployed => {
                        // It has no place then, and what it has is nobody else's.
                        faults.insert("PLAN010");
                        left.push((key.clone(), entry));
                        Fate::New(prefix, block)
                    }
                    (Some(pin), Some(Entry { cidr, ipv6, .. })) if overlap(pin, cidr) => {
                        Fate::Pinned(pin, ipv6)
                    }
                    (Some(pin), entry) => {
                        left.extend(entry.map(|entry| (key.clone(), entry)));
                        old.find(|old| old.cidr == pin)
                            .map_or(Fate::Pinned(pin, None), |old| Fate::Returns(old.clone()))
                    }
                    (None, Some(entry)) => {
                        if !fits(entry.cidr) {
                            faults.insert("PLAN010");
                        }
                        Fate::Stays(entry)
                    }
                    (None, None) => old
                        .find(|old| fits(old.cidr) && inside(old.cidr))
                        .map_or(Fate::New(prefix, block), |old| Fate::Returns(old.clone())),
                };
                subnets.insert(key, fate);
            }
        }
    }
    let gone = ledger
        .entries()
        .filter(|(key, _)| !subnets.contains_key(key));
    let gone = gone.map(|(key, entry)| (key.clone(), entry)).chain(left);
    let gone = gone.map(|(key, Entry { cidr, ipv6, .. })| Tombstone { key, cidr, ipv6 });
    let mut buried: BTreeSet<_> = ledger.tombstones().cloned().chain(gone).collect();
    for fate in subnets.values() {
        if let Fate::Returns(old) = fate {
            buried.remove(old);
        }
    }
    let mut expected = Expected {
        blocks: BTreeMap::new(),
        indices: BTreeMap::new(),
        refused: BTreeSet::new(),
        too_few: true,
        outside: 0,
        faults,
        subnets,
        buried,
    };
    expected.clashes(network, &blocks);
    if expected.faults.is_empty() {
        expected.fill(network, &blocks);
        expected.count(network);
    }
    expected
}

/// The size of a tier's first subnets, if they are all of one.
fn usual_size(tier: &GrowingTier, ledger: &Ledger) -> Option<u8> {
    let first = ledger
        .entries()
        .filter(|(key, _)| key.tier == tier.name && key.ordinal == 0);
    let sizes: BTreeSet<u8> = first.map(|(_, entry)| entry.cidr.prefix_len()).collect();
    sizes.first().copied().filter(|_| sizes.len() == 1)
}

/// Whether a tier of one block has a range written down that lies in another.
fn pinned_elsewhere(tier: &GrowingTier, block: Ipv4Net, blocks: &[Ipv4Net]) -> bool {
    let mut pins = tier.pins.iter();
    pins.any(|(_, pin)| {
        let own = blocks.iter().find(|own| own.contains(pin));
        own.is_some_and(|own| *own != block)
    })
}

impl Expected {
    /// Finds what cannot be where it must.
    fn clashes(&mut self, network: &Growing, blocks: &[Ipv4Net]) {
        let pinned = |key: &SubnetKey, cidr| {
            let mut tiers = network.tiers.iter().filter(|tier| tier.name == key.tier);
            key.ordinal == 0 && tiers.any(|tier| tier.pins.contains(&(known(key), cidr)))
        };
        let mut placed: Vec<_> = self
            .subnets
            .iter()
            .filter_map(|(key, fate)| Some((fate.place()?.0, key)))
            .collect();
        let (mut left, mut pins) = (0, 0);
        placed.retain(|(cidr, key)| {
            let inside = blocks.iter().any(|block| block.contains(cidr));
            *(if pinned(key, *cidr) {
                &mut pins
            } else {
                &mut left
            }) += usize::from(!inside);
            inside
        });
        // Several that the ledger has are one finding.
        self.outside = left.min(1) + pins;
        if self.outside > 0 {
            self.faults.insert("EKS212");
        }
        // Ranges overlap somewhere if and only if neighbours do.
        let buried = self.buried.iter().map(|old| old.cidr);
        let live = placed.iter().map(|(cidr, _)| *cidr);
        let mut every: Vec<_> = live.chain(buried).chain(network.reserved).collect();
        every.sort_unstable();
        if !every.windows(2).any(|two| overlap(two[0], two[1])) {
            return;
        }
        placed.sort_by_key(|(cidr, key)| !pinned(key, *cidr));
        let mut accepted: Vec<Ipv4Net> = Vec::new();
        for (cidr, _) in placed {
            let mut taken = accepted.iter().copied().chain(network.reserved);
            if taken.any(|other| overlap(other, cidr)) {
                self.faults.insert("EKS212");
            } else {
                accepted.push(cidr);
            }
        }
        let mut buried = self.buried.iter();
        if buried.any(|old| accepted.iter().any(|cidr| overlap(*cidr, old.cidr))) {
            self.faults.insert("PLAN011");
        }
    }

    /// Who gets room in which block: the largest first, and of those the first by name. Whichever free range of its size a
    /// subnet takes, as many are left in the block for those that are as small or smaller.
    fn fill(&mut self, network: &Growing, blocks: &[Ipv4Net]) {
        let mut new: Vec<(u8, &SubnetKey, Option<Ipv4Net>)> = self
            .subnets
            .iter()
            .filter_map(|(key, fate)| match fate {
                Fate::New(prefix, within) => Some((*prefix, key, *within)),
                Fate::Stays(_) | Fate::Returns(_) | Fate::Pinned(..) => None,
            })
            .collect();
        if new.is_empty() {
            return;
        }
        new.sort_unstable();
        let live = self.subnets.values().filter_map(Fate::place);
        let buried = self.buried.iter().map(|old| old.cidr);
        let taken = live
            .map(|(cidr, _)| cidr)
            .chain(buried)
            .chain(network.reserved);
        let taken: Vec<_> = taken.collect();
        let mut rooms: Vec<_> = blocks
            .iter()
            .map(|block| Room::new(*block, &taken))
            .collect();
        let mut refused: BTreeMap<(&str, u16), Vec<String>> = BTreeMap::new();
        for (prefix, key, within) in new {
            let mut most = 0;
            let found = rooms.iter_mut().find_map(|room| {
                let may = within.map_or_else(
                    || network.is_general(room.block),
                    |block| block == room.block,
                );
                most = most.max(if may { room.free() } else { 0 });
                (may && room.take(prefix)).then_some(&*room)
            });
            if let Some(room) = found {
                self.blocks.insert(key.clone(), room.block);
            } else {
                self.too_few &= most < 1 << (32 - prefix);
                let zones = refused.entry((&key.tier, key.ordinal)).or_default();
                zones.push(key.zone.to_string());
            }
        }
        let says = |((tier, _), zones): ((&str, u16), Vec<String>)| {
            format!("for tier `{tier}` in {}", zones.join(", "))
        };
        self.refused = refused.into_iter().map(says).collect();
    }

    /// Who gets which /64: what a subnet has it keeps, and the others get the lowest that nobody has, in the order of tiers,
    /// zones and ordinals.
    fn count(&mut self, network: &Growing) {
        if !network.ipv6 || !self.refused.is_empty() {
            return;
        }
        let mut taken = [false; 256];
        for index in self.buried.iter().filter_map(|old| old.ipv6) {
            taken[usize::from(index)] = true;
        }
        let mut tiers: Vec<_> = network.tiers.iter().map(|t| (t.access, t.name)).collect();
        tiers.sort_unstable();
        let of = |key: &SubnetKey| tiers.iter().position(|(_, name)| *name == key.tier);
        let mut new = Vec::new();
        for (key, fate) in &self.subnets {
            if let Some((_, Some(index))) = fate.place() {
                let twice = std::mem::replace(&mut taken[usize::from(index)], true);
                assert!(!twice, "{key} has a /64 of somebody else");
                self.indices.insert(key.clone(), index);
            } else {
                new.push((of(key), key));
            }
        }
        new.sort_unstable();
        let mut free = (0..=u8::MAX).filter(|index| !taken[usize::from(*index)]);
        for (_, key) in new {
            match free.next() {
                Some(index) => {
                    self.indices.insert(key.clone(), index);
                }
                None => {
                    self.faults.insert("PLAN012");
                }
            }
        }
    }
}

/// The id of a zone as the networks have it.
fn known(key: &SubnetKey) -> &'static str {
    let mut all = crate::support::growing::ZONES.into_iter();
    all.find(|id| zone(id) == key.zone).expect("one of them")
}

/// Which sixteens of addresses of a block are taken, and how many ranges of each size were given out besides.
struct Room {
    block: Ipv4Net,
    sixteens: Vec<bool>,
    /// For each size how many aligned ranges were free.
    fitting: [Option<usize>; 33],
    given: [usize; 33],
}

impl Room {
    fn new(block: Ipv4Net, taken: &[Ipv4Net]) -> Self {
        let mut sixteens = vec![false; 1 << (28 - block.prefix_len())];
        for cidr in taken {
            if cidr.contains(&block) {
                // What was removed may be larger than the block that is there now.
                sixteens.fill(true);
            } else if block.contains(cidr) {
                let offset = cidr.network().to_bits() - block.network().to_bits();
                let first = usize::try_from(offset / 16).expect("small");
                for sixteen in &mut sixteens[first..first + (1 << (28 - cidr.prefix_len()))] {
                    assert!(!*sixteen, "{cidr} is taken twice");
                    *sixteen = true;
                }
            }
        }
        Self {
            block,
            sixteens,
            fitting: [None; 33],
            given: [0; 33],
        }
    }

    /// How many addresses are free.
    fn free(&self) -> usize {
        let free = self.sixteens.iter().filter(|taken| !**taken).count();
        let given = self.given.iter().zip(0..);
        16 * free - given.map(|(n, prefix)| n << (32 - prefix)).sum::<usize>()
    }

    /// Gives out a range of a size, after larger ones; says whether there was one.
    fn take(&mut self, prefix: u8) -> bool {
        if self.block.prefix_len() > prefix {
            return false;
        }
        let (chunk, size) = (1 << (28 - prefix), usize::from(prefix));
        let sixteens = &self.sixteens;
        let fitting = *self.fitting[size].get_or_insert_with(|| {
            let chunks = sixteens.chunks(chunk);
            chunks.filter(|chunk| !chunk.contains(&true)).count()
        });
        let given = self.given.iter().take(size + 1).zip(0..);
        let used: usize = given.map(|(n, larger)| n << (size - larger)).sum();
        let found = used < fitting;
        self.given[size] += usize::from(found);
        found
    }
}
