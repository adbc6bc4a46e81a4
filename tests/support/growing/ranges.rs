//! Further blocks of a network, and ranges that are written down.

use eksnet::network::{Access, Ipv4Net};
use eksnet::plan::{Ledger, SubnetKey};

use super::{Growing, GrowingTier, MOST_TIERS, NAMES, overlap, zone};
use crate::support::rng::Rng;

const MOST_FURTHER_BLOCKS: usize = 3;

impl Growing {
    /// Keeps a part of the network for somebody else.
    pub(super) fn reserve(&mut self, rng: &mut Rng) {
        let shortest = usize::from(self.cidr.prefix_len()) + 2;
        let prefix = rng.between(shortest, (shortest + 6).min(28));
        self.reserved = Some(part(self.cidr, prefix, rng));
    }

    /// Whether tiers that name no block get subnets of a block: those of 100.64.0.0/10 have to be named, unless the network
    /// began there.
    pub fn is_general(&self, block: Ipv4Net) -> bool {
        let first = |cidr: Ipv4Net| cidr.network().octets()[0];
        first(block) != 100 || first(self.cidr) == 100
    }

    /// Adds a block, often one in which something was before.
    pub(super) fn add_block(&mut self, ledger: &Ledger, rng: &mut Rng) {
        if self.further.len() == MOST_FURTHER_BLOCKS {
            return;
        }
        let first = self.cidr.network().octets()[0];
        let prefix = self.cidr.prefix_len();
        let next = self.cidr.network().to_bits() + (1 << (32 - prefix));
        let there = self.blocks();
        let is_free = |range: Ipv4Net| there.iter().all(|block| !overlap(*block, range));
        let away = ledger.tombstones().find(|old| is_free(old.cidr));
        let again = away.filter(|_| rng.chance(80));
        let address = again.map_or(
            *rng.pick(&[
                next.into(),
                [first, 83, 0, 0].into(),
                [first, 83, 4, 0].into(),
                [100, 64, 0, 0].into(),
                [100, 65, 0, 0].into(),
            ]),
            |old| old.cidr.network(),
        );
        let prefix = (prefix + *rng.pick(&[0, 0, 0, 1, 2, 4])).min(28);
        let block = Ipv4Net::new(address, prefix).expect("a prefix").trunc();
        if !is_free(block) {
            return;
        }
        self.further.push(block);
        let Some(old) = again.filter(|_| rng.chance(50)) else {
            return;
        };
        // The tier comes back with the block.
        let mut names = NAMES.into_iter().filter(|name| *name == old.key.tier);
        let known = self.tiers.iter().any(|tier| tier.name == old.key.tier);
        if let Some(name) = names.next()
            && !known
            && self.tiers.len() < MOST_TIERS
        {
            let tier = GrowingTier::new(name, Access::Isolated, None);
            self.tiers.push(tier);
        }
    }

    /// Of several blocks rather one in which no subnet stands.
    pub(super) fn remove_block(&mut self, ledger: &Ledger, rng: &mut Rng) {
        if self.further.is_empty() {
            return;
        }
        let used = |block: &Ipv4Net| ledger.entries().any(|(_, e)| block.contains(&e.cidr));
        let empty = self.further.iter().position(|block| !used(block));
        let index = empty.filter(|_| rng.chance(80));
        self.further
            .remove(index.unwrap_or_else(|| rng.below(self.further.len())));
    }

    /// A tier that was not there, with its zones; the others are as they are by chance.
    fn add_tier_in_zones(&mut self, ledger: &Ledger, rng: &mut Rng) -> bool {
        let count = self.tiers.len();
        self.add_tier(ledger, rng);
        let all = self.resolved(ledger);
        let Some(tier) = self.tiers.get_mut(count) else {
            return false;
        };
        tier.zones.get_or_insert_with(|| rng.some(&all, 1));
        true
    }

    pub(super) fn add_pinned_tier(&mut self, ledger: &Ledger, rng: &mut Rng) {
        if !self.add_tier_in_zones(ledger, rng) {
            return;
        }
        let mut tier = self.tiers.pop().expect("it was added");
        let live = ledger.entries().map(|(_, entry)| entry.cidr);
        let buried = ledger.tombstones().map(|old| old.cidr);
        let mut taken: Vec<_> = live.chain(buried).chain(self.reserved).collect();
        let (prefix, asked) = self.prefix(&tier);
        let zones = tier.zones.clone().expect("they are listed");
        for id in rng.some(&zones, 1) {
            // What it had before it may be given again.
            let own =
                |key: &SubnetKey| key.tier == tier.name && key.zone == zone(id) && key.ordinal == 0;
            let blocks = tier
                .block
                .map_or_else(|| self.blocks(), |block| vec![block]);
            let inside = |cidr: Ipv4Net| blocks.iter().any(|block| block.contains(&cidr));
            let mut buried = ledger.tombstones();
            let old = buried.find(|old| own(&old.key) && inside(old.cidr));
            if let Some(old) = old.filter(|_| rng.chance(70)) {
                tier.pins.push((id, old.cidr));
                continue;
            }
            // Others of its subnets may be of another size.
            let other = if asked && rng.chance(70) {
                0
            } else {
                rng.below(3)
            };
            let prefix = (usize::from(prefix) + other).min(28);
            for _ in 0..20 {
                let block = *rng.pick(&blocks);
                let range = part(block, prefix.max(usize::from(block.prefix_len())), rng);
                if taken.iter().all(|other| !overlap(*other, range)) {
                    taken.push(range);
                    tier.pins.push((id, range));
                    break;
                }
            }
        }
        if !tier.pins.is_empty() {
            self.tiers.push(tier);
        }
    }

    pub(super) fn pin_as_it_is(&mut self, ledger: &Ledger, rng: &mut Rng) {
        let all = self.resolved(ledger);
        let tier = rng.pick_mut(&mut self.tiers);
        let zones = tier.zones.get_or_insert(all);
        let id = *rng.pick(zones);
        let key = SubnetKey {
            tier: tier.name.to_owned(),
            zone: zone(id),
            ordinal: 0,
        };
        if let Some(entry) = ledger.get(&key)
            && tier.pin(id).is_none()
        {
            tier.pins.push((id, entry.cidr));
        }
    }

    /// Leaves a range out of the spec that is of the size which is asked for.
    pub(super) fn unpin(&mut self, rng: &mut Rng) {
        let tier = rng.pick_mut(&mut self.tiers);
        if tier.pins.is_empty() {
            return;
        }
        let place = rng.below(tier.pins.len());
        let (_, cidr) = tier.pins[place];
        if tier.prefix.is_none_or(|prefix| cidr.prefix_len() == prefix) {
            tier.pins.remove(place);
        }
    }

    pub(super) fn pin_buried(&mut self, ledger: &Ledger, rng: &mut Rng) {
        let blocks = self.blocks();
        let inside = |cidr: Ipv4Net| blocks.iter().any(|block| block.contains(&cidr));
        let buried = ledger.tombstones().filter(|old| inside(old.cidr));
        let buried: Vec<_> = buried.collect();
        if buried.is_empty() || !self.add_tier_in_zones(ledger, rng) {
            return;
        }
        let old = *rng.pick(&buried);
        let longer = usize::from(old.cidr.prefix_len()) + rng.below(2);
        let range = part(old.cidr, longer.min(28), rng);
        let mut tier = self.tiers.pop().expect("it was added");
        tier.block = None;
        let id = *rng.pick(tier.zones.as_ref().expect("they are listed"));
        if old.key.tier != tier.name {
            tier.pins.push((id, range));
            self.tiers.push(tier);
        }
    }

    /// Whether a subnet may be in a range, as far as what is written down and blocks say.
    pub fn allows(&self, key: &SubnetKey, cidr: Ipv4Net) -> bool {
        let mut tiers = self.tiers.iter();
        let tier = tiers.find(|tier| tier.name == key.tier);
        let pin = tier.filter(|_| key.ordinal == 0).and_then(|tier| {
            let mut pins = tier.pins.iter();
            pins.find(|(id, _)| zone(id) == key.zone)
        });
        let named = tier.and_then(|tier| tier.block);
        self.blocks().iter().any(|block| block.contains(&cidr))
            && named.is_none_or(|block| block.contains(&cidr))
            && pin.is_none_or(|(_, pin)| *pin == cidr)
    }
}

/// A part of a range.
fn part(cidr: Ipv4Net, prefix: usize, rng: &mut Rng) -> Ipv4Net {
    let prefix = u8::try_from(prefix).expect("small");
    let parts = 1 << (prefix - cidr.prefix_len());
    let offset = u32::try_from(rng.below(parts)).expect("small") << (32 - u32::from(prefix));
    let address = cidr.network().to_bits() + offset;
    Ipv4Net::new(address.into(), prefix).expect("a prefix")
}
