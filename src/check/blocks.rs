//! The blocks of the VPC: each by itself, and what AWS lets stand side by side.

use ipnet::Ipv4Net;

use super::addresses::{host_bits, offer};
use super::space::{Room, Space};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::family::{
    BENCHMARK, DEFAULT_VPC, DOCKER, FIRST_OF_TEN, FORBIDDEN, Family, SHARED, START_OF_TEN,
};
use crate::network::{At, Stack};
use crate::plan::overlap;

/// The sizes of a block, as prefix lengths.
const SIZES: std::ops::RangeInclusive<u8> = 16..=28;

/// How many blocks a VPC has unless its quota is raised, and at most.
const QUOTA: (usize, usize) = (5, MOST_BLOCKS);

/// How many blocks a VPC has at most, whatever its quota.
pub(super) const MOST_BLOCKS: usize = 50;

/// One block among those of its VPC.
struct Block<'a, 's> {
    stack: &'a Stack,
    all: &'a [At<Ipv4Net>],
    index: usize,
    at: At<Ipv4Net>,
    /// The primary block, for one of the others, if AWS takes it.
    primary: Option<At<Ipv4Net>>,
    space: &'s mut Space<'a>,
}

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    if stack.network.cidr.origin == Origin::Default {
        // The primary block could not be read, and all depends on it.
        return;
    }
    let all: Vec<At<Ipv4Net>> = stack.network.blocks().collect();
    let mut space = Space::of(stack);
    let mut primary = None;
    for (index, at) in all.iter().enumerate() {
        let mut block = Block {
            stack,
            all: &all,
            index,
            at: *at,
            primary,
            space: &mut space,
        };
        if let Some(finding) = block.refused() {
            findings.push(finding);
            continue;
        }
        block.advice(findings);
        primary = primary.or(Some(*at).filter(|_| index == 0));
    }
    number(stack, &all, findings);
    tiers(stack, &all, findings);
    reserved(stack, &all, findings);
}

/// Whether AWS takes a block of this size.
pub(crate) fn is_block_size(block: Ipv4Net) -> bool {
    SIZES.contains(&block.prefix_len())
}

fn wrong_size(block: At<Ipv4Net>) -> Finding {
    rules::EKS105
        .at(
            block.origin,
            format!("{} is not a /16 to a /28", block.value),
        )
        .note("AWS refuses other sizes for a block of a VPC; more space comes from further blocks")
}

/// A block of a size that AWS takes, around the address that is written.
fn resized(block: Ipv4Net) -> Ipv4Net {
    let prefix = block.prefix_len().clamp(*SIZES.start(), *SIZES.end());
    Ipv4Net::new(block.addr(), prefix).map_or(block, |net| net.trunc())
}

impl<'a> Block<'a, '_> {
    fn range(&self) -> Ipv4Net {
        self.at.value
    }

    fn earlier(&self) -> &'a [At<Ipv4Net>] {
        &self.all[..self.index]
    }

    /// The first reason for AWS to refuse the block: what else there is often follows from it.
    fn refused(&mut self) -> Option<Finding> {
        self.form()
            .or_else(|| self.forbidden())
            .or_else(|| self.overlapping())
            .or_else(|| self.family())
            .or_else(|| self.start_of_ten())
            .or_else(|| self.default_vpc())
            .or_else(|| self.connected())
    }

    /// Adds the nearest block that works.
    fn offer(&mut self, finding: Finding, room: Room) -> Finding {
        let wanted = resized(self.range());
        let nearest = self.space.nearest(self.index, wanted, room);
        offer(finding, self.at.origin, wanted, nearest)
    }

    fn form(&mut self) -> Option<Finding> {
        if is_block_size(self.range()) {
            return host_bits(self.at);
        }
        Some(self.offer(wrong_size(self.at), Room::Near))
    }

    fn forbidden(&mut self) -> Option<Finding> {
        let range = self.range();
        let mut all = FORBIDDEN.iter();
        let (forbidden, what) = all.find(|(forbidden, _)| overlap(*forbidden, range))?;
        let finding = rules::EKS106
            .at(
                self.at.origin,
                format!("{range} lies in {forbidden}, which is {what}"),
            )
            .note("AWS refuses it for a VPC");
        Some(self.offer(finding, Room::Private))
    }

    fn overlapping(&mut self) -> Option<Finding> {
        let range = self.range();
        let mut earlier = self.earlier().iter().enumerate();
        let (index, other) = earlier.find(|(_, other)| overlap(other.value, range))?;
        let which = match index {
            0 => "the VPC's primary block",
            _ => "another block of the VPC",
        };
        let message = if other.value == range {
            format!("{range} is a block of the VPC already")
        } else {
            format!("{range} overlaps {}, {which}", other.value)
        };
        let finding = rules::EKS110
            .at(self.at.origin, message)
            .related(other.origin, format!("{} is here", other.value))
            .note("AWS refuses blocks that share addresses");
        Some(self.offer(finding, Room::Near))
    }

    fn family(&mut self) -> Option<Finding> {
        let primary = self.primary?;
        let (range, family) = (self.range(), Family::of(primary.value));
        if family.takes(Family::of(range)) {
            return None;
        }
        let finding = rules::EKS111
            .at(
                self.at.origin,
                format!(
                    "{range} cannot join a VPC whose primary block is {}",
                    primary.value
                ),
            )
            .related(primary.origin, "the primary block decides")
            .note(match family.range().filter(|_| family.is_closed()) {
                Some(own) => format!(
                    "to a VPC that began in {own}, AWS adds blocks of {own}, of 100.64.0.0/10 and public ones"
                ),
                None => "to a VPC that began outside private space, AWS adds blocks of 100.64.0.0/10 and public ones"
                    .to_owned(),
            });
        Some(self.offer(finding, Room::Private))
    }

    fn start_of_ten(&mut self) -> Option<Finding> {
        let range = self.range();
        if !FIRST_OF_TEN.contains(&range) {
            return None;
        }
        let mut earlier = self.earlier().iter();
        let other = earlier.find(|other| START_OF_TEN.contains(&other.value))?;
        let finding = rules::EKS112
            .at(
                self.at.origin,
                format!("{range} cannot join a VPC that has {}", other.value),
            )
            .related(other.origin, format!("{} is here", other.value))
            .note(format!(
                "once a VPC has a block in {START_OF_TEN}, AWS adds none in {FIRST_OF_TEN} any more"
            ));
        Some(self.offer(finding, Room::Private))
    }

    fn default_vpc(&mut self) -> Option<Finding> {
        let primary = self.primary?;
        let range = self.range();
        if Family::of(primary.value) != Family::OneSevenTwo || !DEFAULT_VPC.contains(&range) {
            return None;
        }
        let finding = rules::EKS113
            .at(
                self.at.origin,
                format!(
                    "{range} cannot join a VPC whose primary block is {}",
                    primary.value
                ),
            )
            .related(primary.origin, "the primary block")
            .note(format!(
                "to a VPC in 172.16.0.0/12, AWS adds nothing in {DEFAULT_VPC}, the range of default VPCs"
            ));
        Some(self.offer(finding, Room::Private))
    }

    /// Where routes of the stack's own lead there, rule EKS114 speaks of the range and not of the block.
    fn connected(&mut self) -> Option<Finding> {
        let range = self.range();
        let mut connected = self.stack.network.connected_ranges();
        let (network, theirs) = connected
            .find(|(network, theirs)| overlap(theirs.value, range) && !network.is_routed())?;
        let finding = rules::EKS118
            .at(
                self.at.origin,
                format!(
                    "{range} overlaps {} of the connected network `{}`",
                    theirs.value, network.name.value
                ),
            )
            .related(theirs.origin, format!("{} is here", theirs.value))
            .note("AWS refuses to peer such VPCs and to associate them with one Direct Connect gateway; over a transit gateway or a VPN, hosts with an address in both are out of reach");
        Some(self.offer(finding, Room::Near))
    }

    /// What AWS takes and what does harm later.
    fn advice(&mut self, findings: &mut Findings) {
        let (range, origin) = (self.range(), self.at.origin);
        if overlap(DOCKER, range) {
            let finding = rules::EKS107
                .at(
                    origin,
                    format!("{range} overlaps {DOCKER}, Docker's own network"),
                )
                .note(
                    "hosts that run Docker, Cloud9 and SageMaker keep that traffic to themselves",
                );
            findings.push(self.offer(finding, Room::Near));
        }
        match Family::of(range) {
            Family::Public => {
                let finding = rules::EKS108
                    .at(origin, format!("{range} is not a private range"))
                    .note(
                        "hosts on the internet with these addresses cannot be reached from the network",
                    );
                findings.push(self.offer(finding, Room::Private));
            }
            Family::Benchmark if self.index > 0 => {
                let finding = rules::EKS134
                    .at(
                        origin,
                        format!("{range} is no usual range for what a VPC needs besides"),
                    )
                    .note(format!(
                        "AWS names {BENCHMARK} for pods, too, but adds it only to a VPC that began there; {SHARED} fits every VPC"
                    ));
                findings.push(self.offer(finding, Room::Shared));
            }
            Family::Ten
            | Family::OneSevenTwo
            | Family::OneNineTwo
            | Family::Benchmark
            | Family::Shared => {}
        }
        findings.extend(self.late());
    }

    /// The table of families, read as speaking of every block of a VPC, forbids what its usual reading allows.
    fn late(&self) -> Option<Finding> {
        if !Family::of(self.range()).is_closed() {
            return None;
        }
        let mut earlier = self.earlier().iter();
        let open = earlier.find(|other| !Family::of(other.value).is_closed())?;
        let (range, open_range) = (self.range(), open.value);
        Some(
            rules::EKS111
                .at(
                    self.at.origin,
                    format!("{range} is listed after {open_range}"),
                )
                .severity(Severity::Info)
                .related(open.origin, format!("{open_range} is here"))
                .note(format!(
                    "AWS may refuse a private block once {open_range} is there; where both are new, {range} joins first"
                ))
                .help("for a new VPC, list private blocks first"),
        )
    }
}

fn number(stack: &Stack, all: &[At<Ipv4Net>], findings: &mut Findings) {
    let (usual, most) = QUOTA;
    let count = all.len();
    if let Some(first) = all.get(most) {
        findings.push(
            rules::EKS140
                .at(first.origin, format!("the VPC would have {count} blocks"))
                .related(stack.network.cidr.origin, "the first one")
                .note(format!("AWS raises the quota to {most} at most"))
                .help("use fewer and larger blocks"),
        );
    } else if let Some(first) = all.get(usual) {
        findings.push(
            rules::EKS115
                .at(first.origin, format!("the VPC would have {count} blocks"))
                .related(stack.network.cidr.origin, "the first one")
                .note(format!("a VPC has at most {usual} by default, {most} once the quota is raised"))
                .help(format!(
                    "use larger blocks, or raise the quota first: `aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-83CA0A9D --desired-value {count}`"
                )),
        );
    }
}

/// The block of a tier is one of the network's, and holds what is pinned in the tier.
fn tiers(stack: &Stack, all: &[At<Ipv4Net>], findings: &mut Findings) {
    for tier in stack.network.tiers.iter() {
        let Some(block) = tier.block else { continue };
        let (name, range) = (&tier.name.value, block.value);
        if !all.iter().any(|known| known.value == range) {
            findings.push(unknown_block(name, block, all));
            continue;
        }
        for (_, pinned) in &tier.cidrs {
            let elsewhere = all.iter().find(|known| known.value.contains(&pinned.value));
            if let Some(elsewhere) = elsewhere.filter(|known| known.value != range) {
                findings.push(
                    rules::SPEC023
                        .at(
                            pinned.origin,
                            format!(
                                "{} lies in {}, not in the block of tier `{name}`",
                                pinned.value, elsewhere.value
                            ),
                        )
                        .related(block.origin, format!("its block is {range}"))
                        .note("the subnets of a tier with a block come from that block")
                        .help(format!(
                            "choose a range inside {range}, or leave out the tier's block"
                        )),
                );
            }
        }
    }
}

/// A reserved range outside the VPC reserves nothing.
fn reserved(stack: &Stack, all: &[At<Ipv4Net>], findings: &mut Findings) {
    for range in &stack.network.reserved {
        if !all.iter().any(|block| block.value.contains(&range.value)) {
            let known: Vec<String> = all.iter().map(|block| block.value.to_string()).collect();
            findings.push(
                rules::SPEC024
                    .at(
                        range.origin,
                        format!(
                            "the reserved {} is not inside the VPC's {}",
                            range.value,
                            known.join(" and ")
                        ),
                    )
                    .note("it would keep nothing free")
                    .help("write a part of one of the network's blocks, or leave it out"),
            );
        }
    }
}

fn unknown_block(tier: &str, block: At<Ipv4Net>, all: &[At<Ipv4Net>]) -> Finding {
    let range = block.value;
    let finding = rules::SPEC023
        .at(
            block.origin,
            format!("tier `{tier}` is to come from {range}, which is no block of the network"),
        )
        .related(
            all.first()
                .map_or(Origin::Default, |primary| primary.origin),
            "the network's primary block",
        );
    let known: Vec<String> = all.iter().map(|known| known.value.to_string()).collect();
    let known = known.join(", ");
    let finding = match all {
        [_] => finding.note(format!("the network's only block is {known}")),
        _ => finding.note(format!("the network's blocks are {known}")),
    };
    finding.help_in(
        &format!("write one of the network's blocks, or add {range} to its `secondary-cidrs`"),
        &format!(
            "name one of the network's blocks, or add {range} to them by `.secondary_cidr(…)`"
        ),
    )
}
