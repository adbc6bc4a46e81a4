//! Which range each subnet gets.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::allocator::{Allocator, addresses};
use super::space::{Block, Space};
use super::tiers::wanted_prefix;
use super::{Entry, Ledger, PlannedSubnet, PlannedTier, State, SubnetKey, Tombstone};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::{At, Stack, ZoneId};

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

/// A subnet that is asked for.
struct Request<'a> {
    tier: &'a PlannedTier,
    index: usize,
    key: SubnetKey,
    /// The size of its range, and where it was asked for.
    prefix: u8,
    origin: Origin,
    /// Whether somebody asked for that size.
    asked: bool,
    /// The range that the user wrote down.
    pin: Option<At<Ipv4Net>>,
}

/// Which ranges are taken, and by whom.
struct Places<'a> {
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
    Overlaps(Taken),
}

/// Gives every subnet a range: pinned and remembered ones first, then the new ones, largest first. What removed subnets had
/// is left alone.
pub(super) fn allocate(
    stack: &Stack,
    tiers: &[PlannedTier],
    ledger: &Ledger,
    findings: &mut Findings,
) -> Option<Allocation> {
    let before = findings.count(Severity::Error);
    let mut places = Places {
        space: Space::new(blocks(stack)),
        vpc: stack.network.cidr,
        taken: BTreeMap::new(),
        refused: Vec::new(),
        findings,
    };
    let requests = places.requests(stack, tiers);
    let mut tombstones = removed(&requests, ledger);
    let requests = places.pinned(requests, ledger);
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
            nat: _,
        } = entry;
        subnets[tier].push(PlannedSubnet {
            key,
            cidr,
            ipv6,
            state,
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

/// The network's blocks: the primary one, then those that were added to it.
fn blocks(stack: &Stack) -> Vec<Block> {
    let At { value, origin } = stack.network.cidr;
    vec![Block {
        cidr: value,
        origin,
        general: true,
    }]
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
    all.sort_unstable_by(|a, b| a.cidr.cmp(&b.cidr));
    all
}

impl<'a> Places<'a> {
    /// Every subnet of every tier.
    fn requests<'t>(&mut self, stack: &Stack, tiers: &'t [PlannedTier]) -> Vec<Request<'t>> {
        let mut requests = Vec::new();
        for (index, tier) in tiers.iter().enumerate() {
            let model = tier.model(stack);
            let further = model.map_or(&[][..], |model| &model.further);
            let first = wanted_prefix(stack, tier);
            let further = further.iter().map(|at| (at.value, at.origin, true));
            for ((prefix, origin, asked), ordinal) in std::iter::once(first).chain(further).zip(0..)
            {
                if prefix > 32 {
                    self.findings.push(no_prefix(prefix, origin, tier));
                    continue;
                }
                requests.extend(tier.zones.iter().map(|&zone| Request {
                    tier,
                    index,
                    key: SubnetKey {
                        tier: tier.name.clone(),
                        zone,
                        ordinal,
                    },
                    prefix,
                    origin,
                    asked,
                    pin: (ordinal == 0).then(|| pin(stack, tier, zone)).flatten(),
                }));
            }
        }
        requests
    }

    /// Places what the user wrote down, and gives back the rest.
    fn pinned<'t>(&mut self, requests: Vec<Request<'t>>, ledger: &Ledger) -> Vec<Request<'t>> {
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
                Some(entry) => Entry {
                    cidr: pin.value,
                    ..entry
                },
                None => Entry::planned(pin.value),
            };
            self.keep(request.taken(entry, pin.origin, false));
        }
        rest
    }

    /// Keeps what the ledger knows where it is, and gives back the subnets that nobody knows a range for.
    ///
    /// INVARIANT (ledger): what stands in it stays where it is, or an error says why it cannot.
    fn remembered<'t>(&mut self, requests: Vec<Request<'t>>, ledger: &Ledger) -> Vec<Request<'t>> {
        let mut rest = Vec::new();
        for request in requests {
            let Some(entry) = ledger.get(&request.key) else {
                rest.push(request);
                continue;
            };
            if request.asked && entry.cidr.prefix_len() != request.prefix {
                self.findings.push(other_size(&request, entry.cidr));
            }
            let origin = request.tier.name_origin;
            self.keep(request.taken(entry, origin, true));
        }
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
            let fits = |tombstone: &&&Tombstone| {
                !request.asked || tombstone.cidr.prefix_len() == request.prefix
            };
            let old = had.get(&request.key).into_iter().flatten().find(fits);
            match old {
                Some(old) if self.space.block_of(old.cidr).is_some() => {
                    let mut entry = Entry::planned(old.cidr);
                    entry.ipv6 = old.ipv6;
                    let origin = request.tier.name_origin;
                    self.keep(request.taken(entry, origin, true));
                }
                _ => rest.push(request),
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
                    // Outside of the network's blocks nothing can be given out, so nothing need be taken.
                    self.space.take(tombstone.cidr);
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
        } else {
            // Inside the VPC, a range that is not free is somebody's.
            let Some(other) = self.overlapping(cidr) else {
                return;
            };
            Conflict::Overlaps(other.clone())
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
        requests.sort_by(|a, b| (a.prefix, &a.key).cmp(&(b.prefix, &b.key)));
        let mut refused = Vec::new();
        for request in requests {
            match self.space.allocate(request.prefix, None) {
                Some(cidr) => {
                    let origin = request.origin;
                    let taken = request.taken(Entry::planned(cidr), origin, false);
                    self.taken.insert(cidr.network().to_bits(), taken);
                }
                None => refused.push(request),
            }
        }
        self.report_no_room(&refused);
    }
}

impl Request<'_> {
    fn taken(self, entry: Entry, origin: Origin, from_ledger: bool) -> Taken {
        Taken {
            tier: self.index,
            key: self.key,
            entry,
            origin,
            from_ledger,
        }
    }
}

/// A prefix that no range of addresses has; one that only AWS refuses is found once everything has its place.
fn no_prefix(prefix: u8, origin: Origin, tier: &PlannedTier) -> Finding {
    rules::EKS212
        .at(
            origin,
            format!(
                "subnets of tier `{}` are a /{prefix}, not a /16 to a /28",
                tier.name
            ),
        )
        .note("an IPv4 address has 32 bits")
        .help("write 28")
}

/// The range that the user wrote down for a tier in a zone.
fn pin(stack: &Stack, tier: &PlannedTier, zone: ZoneId) -> Option<At<Ipv4Net>> {
    let pins = &tier.model(stack)?.cidrs;
    let mut pins = pins.iter();
    pins.find(|(name, _)| ZoneId::parse(&name.value) == Ok(zone))
        .map(|(_, cidr)| *cidr)
}

/// A subnet that is on AWS does not move because somebody wrote another range.
fn deployed_elsewhere(key: &SubnetKey, old: Ipv4Net, pin: At<Ipv4Net>) -> Finding {
    rules::PLAN010
        .at(
            pin.origin,
            format!("{key} is deployed as {old} and would move to {}", pin.value),
        )
        .note("AWS changes no subnet's range: it would be replaced with all that is in it")
        .help(format!(
            "write {old}, or give the tier a further subnet: `further-subnets: [{}]`",
            pin.value.prefix_len()
        ))
}

/// A subnet of the ledger is not resized because somebody wrote another size.
fn other_size(request: &Request<'_>, old: Ipv4Net) -> Finding {
    let old_prefix = old.prefix_len();
    let finding = rules::PLAN010.at(
        request.origin,
        format!("{} is {old}, not a /{}", request.key, request.prefix),
    );
    let finding = finding
        .note("the ledger has it so, and AWS changes no subnet's range: it would be replaced with all that is in it");
    finding.help(if request.prefix < old_prefix {
        format!(
            "write {old_prefix}, and give the tier a further subnet for more room: `further-subnets: [{}]`",
            request.prefix
        )
    } else {
        format!("write {old_prefix}")
    })
}

/// What a removed subnet had is nobody's before it is released.
fn not_released(now: &Taken, tombstone: &Tombstone) -> Finding {
    rules::PLAN011
        .at(
            now.origin,
            format!(
                "{} of {} overlaps {}, which {} had",
                now.entry.cidr, now.key, tombstone.cidr, tombstone.key
            ),
        )
        .note("engines create before they delete, so the old subnet would still be there when AWS is asked for the new one")
        .help("deploy the removal first, then release what it had by `eksnet plan --release`")
}

impl Places<'_> {
    /// Says which ranges cannot be where they must, once it is known which ones are free instead.
    fn report_refused(&mut self) {
        for Refused { wanted, why } in std::mem::take(&mut self.refused) {
            let Taken {
                key,
                entry: Entry { cidr, .. },
                origin,
                from_ledger,
                ..
            } = wanted;
            let subject = if from_ledger {
                format!("{cidr}, which the ledger has for {key},")
            } else {
                cidr.to_string()
            };
            let finding = match why {
                Conflict::OutsideVpc => rules::EKS212
                    .at(
                        origin,
                        format!("{subject} is not inside the VPC's {}", self.blocks()),
                    )
                    .note("AWS refuses a subnet that is not inside one block of its VPC"),
                Conflict::Overlaps(other) => rules::EKS212
                    .at(
                        origin,
                        if from_ledger {
                            format!("{subject} overlaps {} of {}", other.entry.cidr, other.key)
                        } else {
                            format!(
                                "{cidr} of {key} overlaps {} of {}",
                                other.entry.cidr, other.key
                            )
                        },
                    )
                    .related(other.origin, format!("{} is here", other.entry.cidr))
                    .note("AWS refuses subnets that share addresses"),
            };
            let free = self.space.proposal(cidr.prefix_len(), None);
            self.findings.push(match (from_ledger, free) {
                (true, _) => finding
                    .note("what an earlier plan gave a subnet does not move by itself: AWS would replace the subnet")
                    .help("leave the range to it, or remove its entry from the ledger to let the subnet move"),
                (false, Some(free)) => finding.help(format!("a free range of that size is {free}")),
                (false, None) => finding.help(format!("no range of that size is free in {}", self.blocks())),
            });
        }
    }

    /// Says how much is missing, with the arithmetic, once for each tier.
    fn report_no_room(&mut self, refused: &[Request<'_>]) {
        let mut of_tier: BTreeMap<(&str, u16), Vec<&Request<'_>>> = BTreeMap::new();
        for request in refused {
            let key = (request.key.tier.as_str(), request.key.ordinal);
            of_tier.entry(key).or_default().push(request);
        }
        let blocks = self.blocks();
        for ((tier, _), of_tier) in of_tier {
            let Some(first) = of_tier.first() else {
                continue;
            };
            let zones: Vec<_> = of_tier.iter().map(|r| r.key.zone.to_string()).collect();
            let needed = addresses(first.prefix) * of_tier.len() as u64;
            let finding = rules::PLAN001
                .at(
                    first.origin.or(self.vpc.origin),
                    format!(
                        "no room in {blocks} for tier `{tier}` in {}",
                        zones.join(", ")
                    ),
                )
                .related(
                    self.vpc.origin,
                    format!(
                        "{} addresses in all",
                        addresses(self.vpc.value.prefix_len())
                    ),
                )
                .note(format!(
                    "{} of /{}, {needed} addresses; {}",
                    match of_tier.len() {
                        1 => "1 subnet".to_owned(),
                        n => format!("{n} subnets"),
                    },
                    first.prefix,
                    self.room()
                ))
                .help("give the tier a longer prefix, or the network a larger range");
            self.findings.push(finding);
        }
    }

    /// What is free, in words.
    fn room(&self) -> String {
        let blocks = || self.space.candidates(None).map(|(_, free)| free);
        let all: u64 = blocks().map(Allocator::free_addresses).sum();
        let largest = blocks().flat_map(Allocator::free_blocks);
        match largest.map(|block| block.prefix_len()).min() {
            Some(prefix) => format!("{all} addresses are free, the largest block a /{prefix}"),
            None => "nothing is free".to_owned(),
        }
    }

    /// The network's blocks, in words.
    fn blocks(&self) -> String {
        self.vpc.value.to_string()
    }
}
