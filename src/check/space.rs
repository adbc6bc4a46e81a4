//! Where a block of the VPC could lie instead, so that all rules of blocks hold together.

use ipnet::Ipv4Net;

use super::blocks::{MOST_BLOCKS, is_block_size};
use super::services::default_service_cidr;
use crate::network::family::{
    BENCHMARK, DEFAULT_VPC, DOCKER, FIRST_OF_TEN, FORBIDDEN, Family, PRIVATE, SHARED, START_OF_TEN,
    net,
};
use crate::network::{At, Fitting, Stack};
use crate::plan::overlap;

/// What nobody uses, not even in public.
const RESERVED: Ipv4Net = net(240, 0, 0, 0, 4);

/// Where a block may move to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Not into public space.
    Private,
    /// Into public space only if it is there.
    Near,
    /// Into 100.64.0.0/10.
    Shared,
}

/// The blocks of a VPC, and those that have been offered for some of them.
pub(super) struct Space<'a> {
    stack: &'a Stack,
    all: Vec<At<Ipv4Net>>,
    offered: Vec<Option<Ipv4Net>>,
}

impl<'a> Space<'a> {
    pub(super) fn of(stack: &'a Stack) -> Self {
        let all: Vec<At<Ipv4Net>> = stack.network.blocks().collect();
        Self {
            stack,
            offered: vec![None; all.len()],
            all,
        }
    }

    /// The block nearest to the wanted one that could stand in the place of the one with a number.
    ///
    /// What has been offered is kept free, so that all offers of a run can be taken together.
    pub(super) fn nearest(&mut self, index: usize, wanted: Ipv4Net, room: Room) -> Option<Ipv4Net> {
        let found = self.fitting(index, wanted, room).nearest(wanted);
        if let Some(offered) = self.offered.get_mut(index) {
            *offered = found;
        }
        found
    }

    /// Blocks of these sizes that could join the VPC together, each as near to its primary one as can be. None where one of
    /// them fits nowhere, the VPC would have too many, or only a range is left that tiers have to name.
    pub(super) fn further(mut self, sizes: &[u8]) -> Option<Vec<Ipv4Net>> {
        let primary = self.stack.network.cidr.value;
        let own = Family::of(primary);
        if self.all.len() + sizes.len() > MOST_BLOCKS {
            return None;
        }
        let services = default_service_cidr(&self.stack.network);
        self.all.push(At::default_of(services));
        self.offered.push(None);
        let mut further = Vec::new();
        for prefix in sizes {
            let wanted = Ipv4Net::new(primary.addr(), *prefix).ok()?.trunc();
            let block = self.nearest(self.all.len(), wanted, Room::Near)?;
            let family = Family::of(block);
            if family != own && matches!(family, Family::Shared | Family::Benchmark) {
                return None;
            }
            self.all.push(At::default_of(block));
            self.offered.push(None);
            further.push(block);
        }
        Some(further)
    }

    fn fitting(&self, index: usize, wanted: Ipv4Net, room: Room) -> Fitting {
        let mut taken = self.taken(index);
        let family = Family::of(wanted);
        let within = match room {
            Room::Shared => vec![SHARED],
            Room::Near if family == Family::Public => {
                taken.extend(PRIVATE);
                taken.extend([BENCHMARK, SHARED, RESERVED]);
                vec![Ipv4Net::default()]
            }
            Room::Near | Room::Private => self.families(index, family),
        };
        Fitting { within, taken }
    }

    /// The ranges whose blocks AWS takes in this place.
    fn families(&self, index: usize, wanted: Family) -> Vec<Ipv4Net> {
        if index > 0 {
            let own = self.ranges(0).last().map(Family::of);
            let closed = own.filter(|own| own.is_closed()).and_then(Family::range);
            return closed.into_iter().chain([SHARED]).collect();
        }
        // The primary block is of the family of those closed blocks that are to join it and can stay where they are.
        let staying = (1..self.all.len()).filter(|other| !self.must_move(*other));
        let joining = staying.filter_map(|other| self.all.get(other));
        let joining = joining.map(|at| Family::of(at.value));
        let closed = joining
            .filter(|family| family.is_closed())
            .find_map(Family::range);
        match closed {
            Some(range) => vec![range],
            None if wanted == Family::Shared => PRIVATE.into_iter().chain([SHARED]).collect(),
            None => PRIVATE.to_vec(),
        }
    }

    /// Whether a further block is refused whatever the primary one is: it gets another range, which follows the primary one.
    fn must_move(&self, index: usize) -> bool {
        let Some(block) = self.all.get(index).map(|at| at.value) else {
            return false;
        };
        if !is_block_size(block) {
            return true;
        }
        // Its address is mended first.
        if block != block.trunc() {
            return false;
        }
        let mut forbidden = FORBIDDEN.iter();
        let mut earlier = self.all.iter().take(index);
        let mut connected = self.stack.network.foreign_ranges();
        forbidden.any(|(range, _)| overlap(*range, block))
            || earlier.any(|other| overlap(other.value, block))
            || connected.any(|(_, theirs)| overlap(theirs.value, block))
    }

    /// What a block is, and what has been offered for it.
    fn ranges(&self, index: usize) -> impl Iterator<Item = Ipv4Net> {
        let written = self.all.get(index).map(|at| at.value);
        let offered = self.offered.get(index).copied().flatten();
        written.into_iter().chain(offered)
    }

    /// What the block has to keep clear of.
    fn taken(&self, index: usize) -> Vec<Ipv4Net> {
        let mut taken: Vec<Ipv4Net> = FORBIDDEN.iter().map(|(range, _)| *range).collect();
        taken.push(DOCKER);
        let network = &self.stack.network;
        taken.extend(network.foreign_ranges().map(|(_, cidr)| cidr.value));
        let services = self.stack.cluster.iter().filter_map(|c| c.service_cidr);
        taken.extend(services.map(|cidr| cidr.value));
        for other in (0..self.all.len()).filter(|other| *other != index) {
            for range in self.ranges(other) {
                taken.push(range);
                if other < index && START_OF_TEN.contains(&range) {
                    taken.push(FIRST_OF_TEN);
                }
                if other > index && FIRST_OF_TEN.contains(&range) {
                    taken.push(START_OF_TEN);
                }
            }
        }
        if index > 0 && self.ranges(0).last().map(Family::of) == Some(Family::OneSevenTwo) {
            taken.push(DEFAULT_VPC);
        }
        taken
    }
}
