//! A best-fit buddy allocator over ranges of addresses.
//!
//! Free space is kept as aligned blocks of powers of two. A request takes the smallest free block that is large enough,
//! the lowest of those, and splits it to size. As long as blocks are only taken from one root, no two free blocks ever
//! have the same size, so that a request fails only when there are not enough addresses at all.

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that stops is a test that fails")]
mod tests;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// The free space of one or several ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allocator {
    /// First addresses of free blocks, by prefix length.
    free: [BTreeSet<u32>; 33],
}

impl Allocator {
    /// All of these ranges, which do not overlap.
    pub(crate) fn new(roots: impl IntoIterator<Item = Ipv4Net>) -> Self {
        let mut free = [const { BTreeSet::new() }; 33];
        for root in roots {
            free[usize::from(root.prefix_len())].insert(root.network().to_bits());
        }
        Self { free }
    }

    /// Takes the best block of a size, or nothing where no free block is large enough.
    pub(crate) fn allocate(&mut self, prefix: u8) -> Option<Ipv4Net> {
        let (fits, start) = self.best(prefix)?;
        self.free[usize::from(fits)].remove(&start);
        self.split(start, fits, start, prefix);
        Ipv4Net::new(Ipv4Addr::from_bits(start), prefix).ok()
    }

    /// What [`Allocator::allocate`] would take.
    pub(crate) fn proposal(&self, prefix: u8) -> Option<Ipv4Net> {
        let (_, start) = self.best(prefix)?;
        Ipv4Net::new(Ipv4Addr::from_bits(start), prefix).ok()
    }

    /// The smallest free block that is large enough, the lowest of those: its prefix and its first address.
    fn best(&self, prefix: u8) -> Option<(u8, u32)> {
        let lowest = |p| Some((p, *self.free[usize::from(p)].first()?));
        (0..=prefix).rev().find_map(lowest)
    }

    /// Takes exactly this range; says whether it was free.
    pub(crate) fn take(&mut self, net: Ipv4Net) -> bool {
        let wanted = net.network().to_bits();
        for prefix in (0..=net.prefix_len()).rev() {
            let start = wanted & mask(prefix);
            if self.free[usize::from(prefix)].remove(&start) {
                self.split(start, prefix, wanted, net.prefix_len());
                return true;
            }
        }
        false
    }

    /// Gives back what is left of a block once `wanted` was cut out of it.
    fn split(&mut self, mut start: u32, prefix: u8, wanted: u32, wanted_prefix: u8) {
        for p in prefix + 1..=wanted_prefix {
            let half = 1u32 << (32 - p);
            let (lower, upper) = (start, start + half);
            if wanted >= upper {
                self.free[usize::from(p)].insert(lower);
                start = upper;
            } else {
                self.free[usize::from(p)].insert(upper);
                start = lower;
            }
        }
    }

    /// The free blocks, by address.
    pub(crate) fn free_blocks(&self) -> Vec<Ipv4Net> {
        let mut blocks: Vec<_> = self
            .free
            .iter()
            .zip(0u8..)
            .flat_map(|(starts, prefix)| {
                starts
                    .iter()
                    .filter_map(move |&start| Ipv4Net::new(Ipv4Addr::from_bits(start), prefix).ok())
            })
            .collect();
        blocks.sort_unstable();
        blocks
    }

    /// How many addresses are free.
    pub(crate) fn free_addresses(&self) -> u64 {
        self.free
            .iter()
            .zip(0u8..)
            .map(|(starts, prefix)| starts.len() as u64 * addresses(prefix))
            .sum()
    }
}

/// How many addresses a prefix length stands for.
pub(crate) const fn addresses(prefix: u8) -> u64 {
    1 << (32 - prefix)
}

/// How many of them instances can use: AWS keeps the first four and the last of every subnet.
///
/// Source: Amazon VPC user guide, "Subnet CIDR blocks" (rule EKS213).
pub(crate) const fn usable(prefix: u8) -> u64 {
    addresses(prefix).saturating_sub(5)
}

const fn mask(prefix: u8) -> u32 {
    if prefix == 0 {
        0
    } else {
        u32::MAX << (32 - prefix)
    }
}
