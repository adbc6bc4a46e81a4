//! Which range each subnet gets.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::allocator::{Allocator, addresses};
use super::tiers::wanted_prefix;
use super::{Ledger, PlannedSubnet, PlannedTier, SubnetKey};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::{At, Stack, ZoneId};

/// What [`allocate`] found.
#[derive(Default)]
pub(super) struct Allocation {
    /// For each tier, its subnets.
    pub(super) subnets: Vec<Vec<PlannedSubnet>>,
    /// What is left.
    pub(super) free: Vec<Ipv4Net>,
}

/// A subnet that needs a range.
struct Request {
    tier: usize,
    key: SubnetKey,
    prefix: u8,
    origin: Origin,
}

/// Which ranges are taken, and by whom.
struct Places<'a> {
    vpc: Ipv4Net,
    vpc_origin: Origin,
    allocator: Allocator,
    taken: BTreeMap<(usize, SubnetKey), Taken>,
    /// Ranges that must be where they are and cannot.
    refused: Vec<Refused>,
    findings: &'a mut Findings,
}

/// A range that a subnet has.
#[derive(Clone, Copy)]
struct Taken {
    cidr: Ipv4Net,
    origin: Origin,
    /// Whether an earlier plan gave it.
    from_ledger: bool,
}

/// A range that a subnet must have and cannot.
struct Refused {
    key: SubnetKey,
    wanted: Taken,
    why: Conflict,
}

/// Why a subnet cannot have its range.
enum Conflict {
    OutsideVpc,
    Overlaps(SubnetKey, Taken),
}

/// Gives every subnet a range: pinned and remembered ones first, then the new ones, largest first.
pub(super) fn allocate(
    stack: &Stack,
    tiers: &[PlannedTier],
    ledger: &Ledger,
    findings: &mut Findings,
) -> Option<Allocation> {
    let cidr = stack.network.cidr;
    let before = findings.count(Severity::Error);
    let mut places = Places {
        vpc: cidr.value,
        vpc_origin: cidr.origin,
        allocator: Allocator::new([cidr.value]),
        taken: BTreeMap::new(),
        refused: Vec::new(),
        findings,
    };
    for (tier, key, cidr, origin) in pinned(stack, tiers) {
        let wanted = Taken {
            cidr,
            origin,
            from_ledger: false,
        };
        places.keep(tier, key, wanted);
    }
    let requests = places.remembered(stack, tiers, ledger);
    places.report_refused();
    places.fill(requests);
    if places.findings.count(Severity::Error) > before {
        return None;
    }
    let mut subnets = vec![Vec::new(); tiers.len()];
    for ((tier, key), Taken { cidr, .. }) in places.taken {
        subnets[tier].push(PlannedSubnet {
            key,
            cidr,
            ipv6: None,
        });
    }
    Some(Allocation {
        subnets,
        free: places.allocator.free_blocks(),
    })
}

impl Places<'_> {
    /// Gives a subnet exactly this range, or remembers why it cannot have it.
    fn keep(&mut self, tier: usize, key: SubnetKey, wanted: Taken) {
        let why = if !self.vpc.contains(&wanted.cidr) {
            Conflict::OutsideVpc
        } else if self.allocator.take(wanted.cidr) {
            self.taken.insert((tier, key), wanted);
            return;
        } else {
            let other = self
                .taken
                .iter()
                .find(|(_, other)| super::overlap(other.cidr, wanted.cidr));
            // Inside the VPC, a range that is not free is somebody's.
            let Some(((_, other), taken)) = other else {
                return;
            };
            Conflict::Overlaps(other.clone(), *taken)
        };
        self.refused.push(Refused { key, wanted, why });
    }

    /// Keeps what the ledger knows where it is; the subnets that nobody knows a range for are left.
    ///
    /// INVARIANT (ledger): what stands in it stays where it is, or an error says why it cannot.
    fn remembered(
        &mut self,
        stack: &Stack,
        tiers: &[PlannedTier],
        ledger: &Ledger,
    ) -> Vec<Request> {
        let mut requests = Vec::new();
        for (index, tier) in tiers.iter().enumerate() {
            let (prefix, origin) = wanted_prefix(stack, tier);
            if prefix > 32 {
                self.findings.push(no_prefix(prefix, origin, tier));
                continue;
            }
            for zone in &tier.zones {
                let key = key(tier, *zone);
                if pins(stack, tier).any(|(pinned, _)| pinned == *zone) {
                    continue;
                }
                match ledger.get(&key) {
                    Some(cidr) => {
                        let wanted = Taken {
                            cidr,
                            origin: tier.name_origin,
                            from_ledger: true,
                        };
                        self.keep(index, key, wanted);
                    }
                    None => requests.push(Request {
                        tier: index,
                        key,
                        prefix,
                        origin,
                    }),
                }
            }
        }
        requests
    }

    /// Gives the rest of the subnets what is free.
    fn fill(&mut self, mut requests: Vec<Request>) {
        requests.sort_by(|a, b| (a.prefix, &a.key).cmp(&(b.prefix, &b.key)));
        let mut refused = Vec::new();
        for request in requests {
            match self.allocator.allocate(request.prefix) {
                Some(cidr) => {
                    let taken = Taken {
                        cidr,
                        origin: request.origin,
                        from_ledger: false,
                    };
                    self.taken.insert((request.tier, request.key), taken);
                }
                None => refused.push(request),
            }
        }
        self.report_no_room(&refused);
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

fn key(tier: &PlannedTier, zone: ZoneId) -> SubnetKey {
    SubnetKey {
        tier: tier.name.clone(),
        zone,
        ordinal: 0,
    }
}

/// The ranges that the user wrote down, by tier and zone.
fn pinned<'a>(
    stack: &'a Stack,
    tiers: &'a [PlannedTier],
) -> impl Iterator<Item = (usize, SubnetKey, Ipv4Net, Origin)> + 'a {
    tiers.iter().enumerate().flat_map(move |(index, tier)| {
        pins(stack, tier)
            .filter(|(zone, _)| tier.zones.contains(zone))
            .map(move |(zone, cidr)| (index, key(tier, zone), cidr.value, cidr.origin))
    })
}

/// The ranges that the user wrote down for a tier, by zone.
fn pins<'a>(
    stack: &'a Stack,
    tier: &PlannedTier,
) -> impl Iterator<Item = (ZoneId, At<Ipv4Net>)> + use<'a> {
    tier.model(stack)
        .into_iter()
        .flat_map(|model| &model.cidrs)
        .filter_map(|(zone, cidr)| Some((ZoneId::parse(&zone.value).ok()?, *cidr)))
}

impl Places<'_> {
    /// Says which ranges cannot be where they must, once it is known which ones are free instead.
    fn report_refused(&mut self) {
        for Refused { key, wanted, why } in std::mem::take(&mut self.refused) {
            let Taken {
                cidr,
                origin,
                from_ledger,
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
                        format!("{subject} is not inside the VPC's {}", self.vpc),
                    )
                    .note("AWS refuses a subnet that is not inside one block of its VPC"),
                Conflict::Overlaps(other, taken) => rules::EKS212
                    .at(
                        origin,
                        if from_ledger {
                            format!("{subject} overlaps {} of {other}", taken.cidr)
                        } else {
                            format!("{cidr} of {key} overlaps {} of {other}", taken.cidr)
                        },
                    )
                    .related(taken.origin, format!("{} is here", taken.cidr))
                    .note("AWS refuses subnets that share addresses"),
            };
            let free = self.allocator.clone().allocate(cidr.prefix_len());
            self.findings.push(match (from_ledger, free) {
                (true, _) => finding
                    .note("what an earlier plan gave a subnet does not move by itself: AWS would replace the subnet")
                    .help("leave the range to it, or remove its entry from the ledger to let the subnet move"),
                (false, Some(free)) => finding.help(format!("a free range of that size is {free}")),
                (false, None) => finding.help(format!("no range of that size is free in {}", self.vpc)),
            });
        }
    }

    /// Says how much is missing, with the arithmetic, once for each tier.
    fn report_no_room(&mut self, refused: &[Request]) {
        let vpc = self.vpc;
        let mut tiers: Vec<&str> = refused.iter().map(|r| r.key.tier.as_str()).collect();
        tiers.sort_unstable();
        tiers.dedup();
        for tier in tiers {
            let of_tier: Vec<_> = refused.iter().filter(|r| r.key.tier == tier).collect();
            let Some(first) = of_tier.first() else {
                continue;
            };
            let zones: Vec<_> = of_tier.iter().map(|r| r.key.zone.to_string()).collect();
            let needed = addresses(first.prefix) * of_tier.len() as u64;
            let largest = self
                .allocator
                .free_blocks()
                .iter()
                .map(Ipv4Net::prefix_len)
                .min();
            let free = match largest {
                Some(prefix) => format!(
                    "{} addresses are free, the largest block a /{prefix}",
                    self.allocator.free_addresses()
                ),
                None => "nothing is free".to_owned(),
            };
            self.findings.push(
                rules::PLAN001
                    .at(
                        first.origin.or(self.vpc_origin),
                        format!("no room in {vpc} for tier `{tier}` in {}", zones.join(", ")),
                    )
                    .related(
                        self.vpc_origin,
                        format!("{} addresses in all", addresses(vpc.prefix_len())),
                    )
                    .note(format!(
                        "{} of /{}, {needed} addresses; {free}",
                        match of_tier.len() {
                            1 => "1 subnet".to_owned(),
                            n => format!("{n} subnets"),
                        },
                        first.prefix
                    ))
                    .help("give the tier a longer prefix, or the network a larger range"),
            );
        }
    }
}
