//! Which range each subnet gets.

mod refusals;

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::requests::{Request, blocks, requests, reserved};
use super::space::Space;
use super::{Entry, Ledger, PlannedSubnet, PlannedTier, State, SubnetKey, Tombstone};
use crate::diagnostic::{Findings, Origin, Severity};
use crate::network::{At, Stack};
use refusals::{Resized, deployed_elsewhere, not_released, other_block};

/// What [`allocate`] found.
#[derive(Default)]
pub(super) struct Allocation {
    /// For each tier, its subnets.
    pub(super) subnets: Vec<Vec<PlannedSubnet>>,
    /// What subnets had that are no longer asked for, by address.
    pub(super) tombstones: Vec<Tombstone>,
    /// What is left.
    pub(super) free: Vec<Ipv4Net>,
}

/// Which ranges are taken, and by whom.
struct Places<'a> {
    stack: &'a Stack,
    space: Space,
    vpc: At<Ipv4Net>,
    /// By first address; they do not overlap.
    taken: BTreeMap<u32, Taken>,
    /// Ranges that must be where they are and cannot.
    refused: Vec<Refused>,
    findings: &'a mut Findings,
}

/// A subnet with its range.
#[derive(Clone)]
struct Taken {
    tier: usize,
    key: SubnetKey,
    entry: Entry,
    origin: Origin,
    /// The block that it must be in.
    within: Option<Ipv4Net>,
    /// Whether an earlier plan gave it.
    from_ledger: bool,
}

/// A range that a subnet must have and cannot.
struct Refused {
    wanted: Taken,
    why: Conflict,
}

/// Why a subnet cannot have its range.
enum Conflict {
    OutsideVpc,
    Reserved(At<Ipv4Net>),
    Overlaps(Taken),
}

/// Gives every subnet a range: pinned and remembered ones first, then the new ones, largest first, those of Local Zones
/// last, so that none of them moves another. What removed subnets had
/// is left alone.
pub(super) fn allocate(
    stack: &Stack,
    tiers: &[PlannedTier],
    ledger: &Ledger,
    findings: &mut Findings,
) -> Option<Allocation> {
    let before = findings.count(Severity::Error);
    let requests = requests(stack, tiers, ledger, findings);
    let mut places = Places {
        stack,
        space: Space::new(blocks(stack), reserved(stack)),
        vpc: stack.network.cidr,
        taken: BTreeMap::new(),
        refused: Vec::new(),
        findings,
    };
    let mut tombstones = removed(&requests, ledger);
    let requests = places.pinned(requests, ledger, &tombstones);
    let requests = places.remembered(requests, ledger);
    let requests = places.revived(requests, &tombstones);
    places.report_refused();
    places.bury(&mut tombstones);
    places.fill(requests);
    if places.findings.count(Severity::Error) > before {
        return None;
    }
    let mut subnets = vec![Vec::new(); tiers.len()];
    for Taken {
        tier, key, entry, ..
    } in places.taken.into_values()
    {
        let Entry {
            cidr,
            ipv6,
            state,
            via: _,
            nat: _,
            cluster: _,
        } = entry;
        subnets[tier].push(PlannedSubnet {
            key,
            cidr,
            ipv6,
            state,
            existing: None,
        });
    }
    for of_tier in &mut subnets {
        of_tier.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    }
    Some(Allocation {
        subnets,
        tombstones,
        free: places.space.free_blocks(),
    })
}

/// A ledger without what is only planned and does not fit what is asked for: outside of the network's blocks, of another
/// size, or where the user wrote a range for another subnet.
pub(super) fn fitting(stack: &Stack, tiers: &[PlannedTier], ledger: &Ledger) -> Ledger {
    let mut space = Space::new(blocks(stack), reserved(stack));
    let requests = requests(stack, tiers, ledger, &mut Findings::new());
    let asked: BTreeMap<&SubnetKey, &Request<'_>> = requests
        .iter()
        .map(|request| (&request.key, request))
        .collect();
    for request in &requests {
        if let Some(pin) = request.pin {
            space.take(pin.value);
        }
    }
    let mut fitting = Ledger::new();
    fitting.set_vpc(ledger.vpc().filter(|vpc| vpc.state == State::Deployed));
    for old in ledger.tombstones() {
        fitting.bury(old.clone());
    }
    for (key, entry) in ledger.entries() {
        let request = asked.get(key);
        // What nobody asks for any more was never there.
        if request.is_none() && entry.state == State::Planned {
            continue;
        }
        let pinned = request.is_some_and(|request| request.pin.is_some());
        let fits = request.is_none_or(|request| request.fits(entry.cidr));
        if entry.state == State::Deployed || (fits && (pinned || space.take(entry.cidr))) {
            fitting.insert(key.clone(), entry);
        }
    }
    fitting
}

/// What subnets had that are not asked for any more, and what they had before.
fn removed(requests: &[Request<'_>], ledger: &Ledger) -> Vec<Tombstone> {
    let live: BTreeMap<&SubnetKey, Option<Ipv4Net>> = requests
        .iter()
        .map(|request| (&request.key, request.pin.map(|pin| pin.value)))
        .collect();
    let gone = ledger.entries().filter(|(key, entry)| match live.get(key) {
        None => true,
        // A pin moves its own subnet, whose old range may still be in use.
        Some(Some(pin)) => *pin != entry.cidr && !super::overlap(*pin, entry.cidr),
        Some(None) => false,
    });
    let gone = gone.map(|(key, entry)| Tombstone {
        key: key.clone(),
        cidr: entry.cidr,
        ipv6: entry.ipv6,
    });
    let mut all: Vec<_> = ledger.tombstones().cloned().chain(gone).collect();
    all.sort_unstable_by_key(|tombstone| tombstone.cidr);
    all
}

impl Places<'_> {
    /// Places what the user wrote down, and gives back the rest.
    fn pinned<'t>(
        &mut self,
        requests: Vec<Request<'t>>,
        ledger: &Ledger,
        tombstones: &[Tombstone],
    ) -> Vec<Request<'t>> {
        let (pinned, rest): (Vec<_>, Vec<_>) = requests
            .into_iter()
            .partition(|request| request.pin.is_some());
        for request in pinned {
            let Some(pin) = request.pin else { continue };
            let entry = match ledger.get(&request.key) {
                Some(entry) if entry.cidr == pin.value => entry,
                Some(entry) if entry.state == State::Deployed => {
                    self.findings
                        .push(deployed_elsewhere(&request.key, entry.cidr, pin));
                    continue;
                }
                // The old subnet may be there, with its /64, when this one is made; unless they overlap, so that it cannot.
                Some(entry) => Entry {
                    cidr: pin.value,
                    ipv6: if super::overlap(pin.value, entry.cidr) {
                        entry.ipv6
                    } else {
                        had(tombstones, &request.key, pin.value)
                    },
                    ..entry
                },
                None => Entry {
                    ipv6: had(tombstones, &request.key, pin.value),
                    ..Entry::planned(pin.value)
                },
            };
            self.keep(taken(request, entry, pin.origin, false));
        }
        rest
    }

    /// Keeps what the ledger knows where it is, and gives back the subnets that nobody knows a range for.
    ///
    /// INVARIANT (ledger): what stands in it stays where it is, or an error says why it cannot.
    fn remembered<'t>(&mut self, requests: Vec<Request<'t>>, ledger: &Ledger) -> Vec<Request<'t>> {
        let mut rest = Vec::new();
        let mut resized: BTreeMap<(usize, u16), Resized> = BTreeMap::new();
        for request in requests {
            let Some(entry) = ledger.get(&request.key) else {
                rest.push(request);
                continue;
            };
            if !request.inside(entry.cidr) {
                self.findings.push(other_block(&request, entry));
            } else if !request.sized(entry.cidr) {
                let of_tier = resized.entry((request.index, request.key.ordinal));
                of_tier.or_default().add(&request, entry);
            }
            let origin = request.tier.name_origin;
            self.keep(taken(request, entry, origin, true));
        }
        self.findings
            .extend(resized.into_values().filter_map(Resized::finding));
        rest
    }

    /// Gives subnets back what they had before they were removed, where it fits.
    fn revived<'t>(
        &mut self,
        requests: Vec<Request<'t>>,
        tombstones: &[Tombstone],
    ) -> Vec<Request<'t>> {
        let mut had: BTreeMap<&SubnetKey, Vec<&Tombstone>> = BTreeMap::new();
        for tombstone in tombstones {
            had.entry(&tombstone.key).or_default().push(tombstone);
        }
        let mut rest = Vec::new();
        for request in requests {
            let fits = |old: &&&Tombstone| {
                request.fits(old.cidr) && self.space.block_of(old.cidr).is_some()
            };
            let old = had.get(&request.key).into_iter().flatten().find(fits);
            match old {
                Some(old) => {
                    let mut entry = Entry::planned(old.cidr);
                    entry.ipv6 = old.ipv6;
                    let origin = request.tier.name_origin;
                    self.keep(taken(request, entry, origin, true));
                }
                None => rest.push(request),
            }
        }
        rest
    }

    /// Takes what removed subnets had, so that nobody gets it, and forgets what a subnet has again.
    fn bury(&mut self, tombstones: &mut Vec<Tombstone>) {
        tombstones.retain(|tombstone| {
            match self.overlapping(tombstone.cidr) {
                // It is there again.
                Some(now) if now.key == tombstone.key && now.entry.cidr == tombstone.cidr => false,
                Some(now) => {
                    let finding = not_released(now, tombstone);
                    self.findings.push(finding);
                    true
                }
                None => {
                    self.space.take_all(tombstone.cidr);
                    true
                }
            }
        });
    }

    /// Gives a subnet exactly its range, or remembers why it cannot have it.
    fn keep(&mut self, wanted: Taken) {
        let cidr = wanted.entry.cidr;
        let why = if self.space.block_of(cidr).is_none() {
            Conflict::OutsideVpc
        } else if self.space.take(cidr) {
            self.taken.insert(cidr.network().to_bits(), wanted);
            return;
        } else if let Some(other) = self.overlapping(cidr) {
            Conflict::Overlaps(other.clone())
        } else {
            // Inside the VPC, a range that is not free is somebody's.
            let mut reserved = self.stack.network.reserved.iter();
            let Some(at) = reserved.find(|at| super::overlap(at.value, cidr)) else {
                return;
            };
            Conflict::Reserved(*at)
        };
        self.refused.push(Refused { wanted, why });
    }

    /// A subnet that has addresses of a range.
    fn overlapping(&self, cidr: Ipv4Net) -> Option<&Taken> {
        let last = cidr.broadcast().to_bits();
        let (_, taken) = self.taken.range(..=last).next_back()?;
        super::overlap(taken.entry.cidr, cidr).then_some(taken)
    }

    /// Gives the rest of the subnets what is free.
    fn fill(&mut self, mut requests: Vec<Request<'_>>) {
        let turn = |request: &Request<'_>| (request.key.zone.is_local(), request.prefix);
        requests.sort_by(|a, b| (turn(a), &a.key).cmp(&(turn(b), &b.key)));
        let mut refused = Vec::new();
        for request in requests {
            match self.space.allocate(request.prefix, request.block()) {
                Some(cidr) => {
                    let origin = request.origin;
                    let taken = taken(request, Entry::planned(cidr), origin, false);
                    self.taken.insert(cidr.network().to_bits(), taken);
                }
                None => refused.push(request),
            }
        }
        self.report_no_room(&refused);
    }
}

/// The /64 of a subnet that had a range before it was removed.
fn had(tombstones: &[Tombstone], key: &SubnetKey, cidr: Ipv4Net) -> Option<u8> {
    let place = tombstones
        .binary_search_by_key(&cidr, |old| old.cidr)
        .ok()?;
    let old = tombstones.get(place).filter(|old| old.key == *key)?;
    old.ipv6
}

fn taken(request: Request<'_>, entry: Entry, origin: Origin, from_ledger: bool) -> Taken {
    Taken {
        tier: request.index,
        within: request.block(),
        key: request.key,
        entry,
        origin,
        from_ledger,
    }
}
