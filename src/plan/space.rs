//! The free space of a network: of its primary range and of the blocks that were added to it.

#[cfg(test)]
mod tests;

use ipnet::Ipv4Net;

use super::allocator::Allocator;
use crate::diagnostic::Origin;

/// A block of a VPC's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) cidr: Ipv4Net,
    pub(crate) origin: Origin,
    /// Whether tiers that name no block get subnets of it.
    pub(crate) general: bool,
}

/// Blocks that do not overlap, each with what is free in it.
#[derive(Debug, Clone)]
pub(super) struct Space {
    blocks: Vec<(Block, Allocator)>,
}

impl Space {
    /// The network's blocks without what is reserved in them.
    pub(super) fn new(
        blocks: impl IntoIterator<Item = Block>,
        reserved: impl IntoIterator<Item = Ipv4Net>,
    ) -> Self {
        let whole = |block: Block| (block, Allocator::new([block.cidr]));
        let mut space = Self {
            blocks: blocks.into_iter().map(whole).collect(),
        };
        let mut reserved: Vec<Ipv4Net> = reserved.into_iter().collect();
        // A range inside another one is taken with it.
        reserved.sort_unstable_by_key(Ipv4Net::prefix_len);
        for range in reserved {
            space.take(range);
        }
        space
    }

    /// The block that a range lies in.
    pub(super) fn block_of(&self, cidr: Ipv4Net) -> Option<Block> {
        let mut blocks = self.blocks.iter().map(|(block, _)| *block);
        blocks.find(|block| block.cidr.contains(&cidr))
    }

    /// Takes exactly this range; says whether it was free.
    pub(super) fn take(&mut self, cidr: Ipv4Net) -> bool {
        self.blocks
            .iter_mut()
            .find(|(block, _)| block.cidr.contains(&cidr))
            .is_some_and(|(_, free)| free.take(cidr))
    }

    /// Takes the best range of a size: of the named block, else of the first general one that has room.
    pub(super) fn allocate(&mut self, prefix: u8, within: Option<Ipv4Net>) -> Option<Ipv4Net> {
        self.candidates_mut(within)
            .find_map(|(_, free)| free.allocate(prefix))
    }

    /// What [`Space::allocate`] would take.
    pub(super) fn proposal(&self, prefix: u8, within: Option<Ipv4Net>) -> Option<Ipv4Net> {
        self.candidates(within)
            .find_map(|(_, free)| free.proposal(prefix))
    }

    /// The blocks in which a subnet may be.
    pub(super) fn candidates(
        &self,
        within: Option<Ipv4Net>,
    ) -> impl Iterator<Item = &(Block, Allocator)> {
        self.blocks
            .iter()
            .filter(move |(block, _)| may_take(block, within))
    }

    fn candidates_mut(
        &mut self,
        within: Option<Ipv4Net>,
    ) -> impl Iterator<Item = &mut (Block, Allocator)> {
        self.blocks
            .iter_mut()
            .filter(move |(block, _)| may_take(block, within))
    }

    /// The free blocks, by address within the network's blocks in their order.
    pub(super) fn free_blocks(&self) -> Vec<Ipv4Net> {
        let free = self.blocks.iter();
        free.flat_map(|(_, free)| free.free_blocks()).collect()
    }
}

fn may_take(block: &Block, within: Option<Ipv4Net>) -> bool {
    within.map_or(block.general, |cidr| block.cidr == cidr)
}
