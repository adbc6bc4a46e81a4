//! Where a block of the VPC could lie instead, so that all rules of blocks hold together.

use ipnet::Ipv4Net;

use super::services::default_service_cidr;
use crate::network::family::{
    BENCHMARK, DEFAULT_VPC, DOCKER, FIRST_OF_TEN, FORBIDDEN, Family, PRIVATE, SHARED, START_OF_TEN,
    net,
};
use crate::network::{At, Fitting, Stack};

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

    /// The block of a size that could join the VPC and is nearest to its primary one.
    pub(super) fn further(mut self, prefix: u8) -> Option<Ipv4Net> {
        let primary = self.stack.network.cidr.value;
        let wanted = Ipv4Net::new(primary.addr(), prefix).ok()?.trunc();
        let services = default_service_cidr(&self.stack.network);
        self.all.push(At::default_of(services));
        self.offered.push(None);
        self.nearest(self.all.len(), wanted, Room::Near)
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
        // The primary block is of the family of those closed blocks that are to join it.
        let joining = self.all.iter().skip(1).map(|at| Family::of(at.value));
        let closed = joining
            .filter(|family| family.is_closed())
            .find_map(Family::range);
        match closed {
            Some(range) => vec![range],
            None if wanted == Family::Shared => PRIVATE.into_iter().chain([SHARED]).collect(),
            None => PRIVATE.to_vec(),
        }
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
        taken.extend(network.connected_ranges().map(|(_, cidr)| cidr.value));
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
