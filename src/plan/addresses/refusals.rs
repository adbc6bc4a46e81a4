//! What is said where a subnet cannot have a range.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ipnet::Ipv4Net;

use super::{Conflict, Places, Refused, Taken};
use crate::check::{further_blocks, rules};
use crate::diagnostic::{Finding, Origin};
use crate::network::{At, Stack};
use crate::plan::allocator::{Allocator, addresses};
use crate::plan::requests::{Request, blocks, reserved};
use crate::plan::space::Space;
use crate::plan::{Entry, NOT_YET, State, SubnetKey, Tombstone};

/// A subnet that is on AWS does not move because somebody wrote another range.
pub(super) fn deployed_elsewhere(key: &SubnetKey, old: Ipv4Net, pin: At<Ipv4Net>) -> Finding {
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

/// The subnets of a tier that would have another size than the ledger's.
#[derive(Default)]
pub(super) struct Resized {
    /// Where the size was asked for, and what it is.
    asked: Option<(Origin, u8)>,
    subnets: Vec<(SubnetKey, Entry)>,
}

impl Resized {
    pub(super) fn add(&mut self, request: &Request<'_>, entry: Entry) {
        self.asked = Some((request.origin, request.prefix));
        self.subnets.push((request.key.clone(), entry));
    }

    /// A subnet of the ledger is not resized because somebody wrote another size.
    pub(super) fn finding(self) -> Option<Finding> {
        let (origin, prefix) = self.asked?;
        let old_prefix = self.subnets.first()?.1.cidr.prefix_len();
        let said: Vec<String> = self
            .subnets
            .iter()
            .map(|(key, entry)| format!("{key} is {}", entry.cidr))
            .collect();
        let finding = rules::PLAN010
            .at(origin, format!("{}, not a /{prefix}", said.join(", ")))
            .note("the ledger has it so, and AWS changes no subnet's range: it would be replaced with all that is in it");
        let mut help = format!("write {old_prefix}");
        if prefix < old_prefix {
            // Writing to memory does not fail.
            let _ = write!(
                help,
                ", and give the tier a further subnet for more room: `further-subnets: [{prefix}]`"
            );
        }
        let planned = |(_, entry): &(_, Entry)| entry.state == State::Planned;
        if self.subnets.iter().all(planned) {
            help += NOT_YET;
        }
        Some(finding.help(help))
    }
}

/// A subnet of the ledger does not move into another block because its tier names one.
pub(super) fn other_block(request: &Request<'_>, old: Entry) -> Finding {
    let (block, origin) = match request.within {
        Some(At { value, origin }) => (value.to_string(), origin),
        None => (String::new(), request.origin),
    };
    let finding = rules::PLAN010
        .at(
            origin,
            format!("{} is {}, which is not in {block}", request.key, old.cidr),
        )
        .note("the ledger has it so, and AWS changes no subnet's range: it would be replaced with all that is in it");
    let mut help = "leave `block` out, and add another tier for that block".to_owned();
    if old.state == State::Planned {
        help += NOT_YET;
    }
    finding.help(help)
}

/// What a removed subnet had is nobody's before it is released.
pub(super) fn not_released(now: &Taken, tombstone: &Tombstone) -> Finding {
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

impl Refused {
    /// Whether the network no longer has the range that an earlier plan gave.
    const fn is_left_behind(&self) -> bool {
        self.wanted.from_ledger && matches!(self.why, Conflict::OutsideVpc)
    }
}

impl Places<'_> {
    /// Says which ranges cannot be where they must, once it is known which ones are free instead.
    pub(super) fn report_refused(&mut self) {
        let refused = std::mem::take(&mut self.refused);
        let (left, refused): (Vec<_>, Vec<_>) =
            refused.into_iter().partition(Refused::is_left_behind);
        let refused = if let [first, _, ..] = &left[..] {
            let planned = |one: &Refused| one.wanted.entry.state == State::Planned;
            let finding = self.left_behind(&first.wanted, left.len(), left.iter().all(planned));
            self.findings.push(finding);
            refused
        } else {
            left.into_iter().chain(refused).collect()
        };
        for Refused { wanted, why } in refused {
            let Taken {
                key,
                entry:
                    Entry {
                        cidr,
                        state: wanted_state,
                        ..
                    },
                origin,
                within,
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
                        format!("{subject} is not inside the VPC's {}", self.blocks(None)),
                    )
                    .note("AWS refuses a subnet that is not inside one block of its VPC"),
                Conflict::Reserved(range) => rules::EKS212
                    .at(origin, format!("{subject} lies in the reserved {}", range.value))
                    .related(range.origin, format!("{} is here", range.value))
                    .note("what is reserved is somebody else's, and AWS refuses subnets that share addresses"),
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
            let free = self.space.proposal(cidr.prefix_len(), within);
            self.findings.push(match (from_ledger, free) {
                (true, _) => {
                    let mut help = "leave the range to it".to_owned();
                    if wanted_state == State::Planned {
                        help += NOT_YET;
                    }
                    finding
                        .note("what an earlier plan gave a subnet does not move by itself: AWS would replace the subnet")
                        .help(help)
                }
                (false, Some(free)) => finding.help(format!("a free range of that size is {free}")),
                (false, None) => finding.help(format!("no range of that size is free in {}", self.blocks(None))),
            });
        }
    }

    /// The network has another range than its subnets were planned in.
    fn left_behind(&self, first: &Taken, count: usize, planned: bool) -> Finding {
        rules::EKS212
            .at(
                self.vpc.origin,
                format!(
                    "the ledger has {count} subnets that are not inside the VPC's {}, such as {} of {}",
                    self.blocks(None),
                    first.entry.cidr,
                    first.key
                ),
            )
            .note("AWS changes neither a VPC's primary range nor a subnet's: all would be replaced")
            .help(format!("give the network a block that {} lies in{}", first.entry.cidr, if planned { NOT_YET } else { "" }))
    }

    /// Says how much is missing, with the arithmetic, once for each tier; what is offered is enough for all of them.
    pub(super) fn report_no_room(&mut self, refused: &[Request<'_>]) {
        let offer = Offer::new(self.stack, refused);
        let mut of_tier: BTreeMap<(&str, u16), Vec<&Request<'_>>> = BTreeMap::new();
        for request in refused {
            let key = (request.key.tier.as_str(), request.key.ordinal);
            of_tier.entry(key).or_default().push(request);
        }
        for ((tier, _), of_tier) in of_tier {
            let Some(first) = of_tier.first() else {
                continue;
            };
            let zones: Vec<_> = of_tier.iter().map(|r| r.key.zone.to_string()).collect();
            let needed = addresses(first.prefix) * of_tier.len() as u64;
            let within = first.block();
            let subnets = match of_tier.len() {
                1 => "1 subnet".to_owned(),
                n => format!("{n} subnets"),
            };
            let mut finding = rules::PLAN001
                .at(
                    first.origin.or(self.vpc.origin),
                    format!(
                        "no room in {} for tier `{tier}` in {}",
                        self.blocks(within),
                        zones.join(", ")
                    ),
                )
                .related(
                    self.vpc.origin,
                    format!("{} addresses", addresses(self.vpc.value.prefix_len())),
                )
                .note(format!(
                    "{subnets} of /{}, {needed} addresses; {}",
                    first.prefix,
                    self.room(within)
                ));
            if within.is_none() && offer.needed > needed {
                finding = finding.note(format!(
                    "all subnets that find no room ask for {} addresses",
                    offer.needed
                ));
            }
            let kept = self.kept(within);
            if kept > 0 {
                finding = finding.note(format!(
                    "{kept} addresses are kept for removed subnets: once these are gone from AWS, `eksnet plan --release` frees them"
                ));
            }
            let finding = self.more_room(finding, first, &offer);
            self.findings.push(finding);
        }
    }

    /// What is free in the blocks that a subnet may be in, in words.
    fn room(&self, within: Option<Ipv4Net>) -> String {
        let blocks = || self.space.candidates(within).map(|(_, free)| free);
        let all: u64 = blocks().map(Allocator::free_addresses).sum();
        let largest = blocks().flat_map(Allocator::free_blocks);
        match largest.map(|block| block.prefix_len()).min() {
            Some(prefix) => format!("{all} addresses are free, the largest block a /{prefix}"),
            None => "nothing is free".to_owned(),
        }
    }

    /// How many addresses of these blocks are neither free nor reserved nor a subnet's: what removed subnets had.
    fn kept(&self, within: Option<Ipv4Net>) -> u64 {
        let empty = Space::new(blocks(self.stack), reserved(self.stack));
        let free = |space: &Space| -> u64 {
            let blocks = space.candidates(within);
            blocks.map(|(_, free)| free.free_addresses()).sum()
        };
        let taken = self.taken.values().map(|taken| taken.entry.cidr);
        let taken = taken.filter(|cidr| {
            let mut blocks = self.space.candidates(within);
            blocks.any(|(block, _)| block.cidr.contains(cidr))
        });
        let taken: u64 = taken.map(|cidr| addresses(cidr.prefix_len())).sum();
        free(&empty).saturating_sub(free(&self.space) + taken)
    }

    /// What to write for more addresses.
    fn more_room(&self, finding: Finding, first: &Request<'_>, offer: &Offer) -> Finding {
        let (tier, prefix) = (&first.key.tier, first.prefix);
        if prefix < *SUBNETS.start() {
            return finding.help_in(
                &format!(
                    "write `prefix: 16` or a longer one for tier `{tier}`: AWS has no larger subnet"
                ),
                &format!(
                    "call `.prefix(16)` of tier `{tier}`, or a longer one: AWS has no larger subnet"
                ),
            );
        }
        // What the ledger or the user has fixed for other zones cannot become smaller for this one.
        let fixed = self.taken.values().any(|taken| {
            let same = taken.key.tier == *tier && taken.key.ordinal == first.key.ordinal;
            same && (taken.from_ledger || taken.entry.state == State::Deployed)
        });
        let smaller = prefix < *SUBNETS.end() && !fixed;
        if first.block().is_some() {
            let (spec, program) = ("leave its `block` out", "call no `.block(…)` of the tier");
            return if smaller {
                finding.help_in(
                    &format!("give the tier a longer prefix, or {spec}"),
                    &format!("give the tier a longer prefix, or {program}"),
                )
            } else {
                finding.help_in(spec, program)
            };
        }
        let smaller = match (smaller, offer.tiers) {
            (false, _) => "",
            (true, 1) => ", or the tier a longer prefix",
            (true, _) => ", or tiers longer prefixes",
        };
        let Some(further) = &offer.blocks else {
            let larger = if self.vpc.value.prefix_len() > *SUBNETS.start() {
                "write a larger `cidr` (before deployment: AWS changes no VPC's primary range)"
            } else {
                "let the network have fewer zones or tiers"
            };
            return finding.help(format!(
                "no further block fits the network: {larger}{}",
                smaller.replace(", or ", ", or give ")
            ));
        };
        let there = self.stack.network.secondary_cidrs.iter();
        let all = there.map(|at| &at.value).chain(further);
        let all: Vec<String> = all.map(ToString::to_string).collect();
        let all = all.join(", ");
        let calls = further
            .iter()
            .map(|block| format!(".secondary_cidr(cidr!(\"{block}\"))"));
        let calls: String = calls.collect();
        let what = match further.len() {
            1 => "a further block".to_owned(),
            n => format!("{n} further blocks"),
        };
        let enough = match offer.tiers {
            1 => String::new(),
            n => format!(" with room for all {n} tiers that have none"),
        };
        finding.help_in(
            &format!("give the network {what}{enough}, `secondary-cidrs: [{all}]`{smaller}"),
            &format!("give the network {what}{enough}, `{calls}`{smaller}"),
        )
    }

    /// The blocks that a subnet may be in, in words.
    fn blocks(&self, within: Option<Ipv4Net>) -> String {
        let blocks = self.space.candidates(within);
        let blocks: Vec<String> = blocks.map(|(block, _)| block.cidr.to_string()).collect();
        blocks.join(" and ")
    }
}

/// The sizes of a subnet and of a block, as prefix lengths.
const SUBNETS: std::ops::RangeInclusive<u8> = 16..=28;

/// What is enough for all subnets together that found no room and may be in any block.
struct Offer {
    /// How many addresses they want.
    needed: u64,
    /// Of how many tiers they are.
    tiers: usize,
    /// Blocks that could join the network, if there are any that are enough.
    blocks: Option<Vec<Ipv4Net>>,
}

impl Offer {
    fn new(stack: &Stack, refused: &[Request<'_>]) -> Self {
        // No block holds what is larger than a block.
        let may =
            |request: &&Request<'_>| request.within.is_none() && request.prefix >= *SUBNETS.start();
        let may = || refused.iter().filter(may);
        let needed = may().map(|request| addresses(request.prefix)).sum();
        let tiers: BTreeSet<&str> = may().map(|request| request.key.tier.as_str()).collect();
        let own = stack.network.cidr.value.prefix_len();
        let largest = Self::sizes(needed).into_iter().next().unwrap_or(own);
        // One as large as the primary block leaves room for more, where there is one.
        let mut offers = (own.min(largest)..=largest).map(|first| {
            let mut sizes = Self::sizes(needed);
            if let [only] = &mut sizes[..] {
                *only = first;
            }
            sizes
        });
        let blocks = offers.find_map(|sizes| further_blocks(stack, &sizes));
        Self {
            needed,
            tiers: tiers.len(),
            blocks: blocks.filter(|blocks| !blocks.is_empty()),
        }
    }

    /// The sizes of as few blocks as have so many addresses. Subnets are powers of two, and the largest ones come first, so
    /// that those of them fill one block after the other.
    fn sizes(needed: u64) -> Vec<u8> {
        let largest = addresses(*SUBNETS.start());
        let mut sizes = Vec::new();
        let mut left = needed;
        while left > largest {
            sizes.push(*SUBNETS.start());
            left -= largest;
        }
        if left > 0 {
            let rest = left.next_power_of_two().max(addresses(*SUBNETS.end()));
            sizes.extend(SUBNETS.rev().find(|prefix| addresses(*prefix) >= rest));
        }
        sizes
    }
}
