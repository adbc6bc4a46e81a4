//! Filling a ledger from the subnets of a network that exists, so that nothing moves when eksnet takes it over.

mod chosen;
mod keys;
mod listing;
mod matching;
mod refusals;
#[cfg(feature = "spec")]
mod template;

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

pub use listing::{ListedSubnet, Listing};

use super::requests::requests;
use super::{Entry, Ledger, PlannedTier, State, SubnetKey, Tombstone, VpcRange, tiers, zones};
use crate::diagnostic::{Findings, Severity};
use crate::network::{Stack, ZoneId, Zones};
use chosen::{Chosen, chosen};
use matching::{Match, matching};

/// A ledger that knows what exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The ledger, with the subnets of the listing as deployed ones.
    pub ledger: Ledger,
    /// Which subnets were found in the listing.
    pub keys: BTreeSet<SubnetKey>,
    /// How many subnets of the listing lie outside of the network.
    pub outside: usize,
    /// How many subnets of the listing are no longer asked for, as the ledger knows.
    pub removed: usize,
}

/// A subnet of the listing that is the network's.
struct Existing<'a> {
    listed: &'a ListedSubnet,
    zone: ZoneId,
}

/// What is known of one subnet.
enum Fate {
    Adopted(Match),
    /// The ledger knows that it is no longer asked for.
    Removed,
    Undecided,
}

/// Enters the subnets of a listing into a ledger, each as a subnet of its tier.
pub(crate) fn adopt(
    stack: &Stack,
    listing: &Listing,
    assignments: &BTreeMap<String, String>,
    ledger: &Ledger,
) -> Result<Adoption, Findings> {
    if let Some(vpc) = &stack.network.existing {
        return Err(std::iter::once(refusals::used_as_it_is(stack, vpc)).collect());
    }
    let Chosen {
        existing,
        mut removed,
        outside,
    } = chosen(stack, listing, ledger)?;
    let mut findings = Findings::new();
    let known = known(&existing, assignments, ledger);
    let (zones, tiers) = resolved(stack, &known)?;
    let explicit = refusals::explicit(listing, &existing, &tiers, assignments, &mut findings);
    let wanted = Wanted::new(stack, &tiers, ledger);

    let mut adopted: Vec<(&Existing<'_>, Match)> = Vec::new();
    let mut undecided = Vec::new();
    for subnet in &existing {
        let id = &subnet.listed.id;
        let fate = match explicit.get(id.as_str()) {
            Some(&tier) => Fate::Adopted(Match::tier(tier)),
            // Its tier does not exist, which has been said.
            None if assignments.contains_key(id) => continue,
            None => match wanted.fate(subnet) {
                Some(fate) => fate,
                None => {
                    matching(stack.name(), &tiers, subnet).map_or(Fate::Undecided, Fate::Adopted)
                }
            },
        };
        match fate {
            Fate::Adopted(found) => adopted.push((subnet, found)),
            Fate::Removed => removed += 1,
            Fate::Undecided => undecided.push(subnet),
        }
    }
    if !undecided.is_empty() {
        findings.push(refusals::undecided(&undecided, &tiers));
    }
    let keyed = keys::keys(&wanted, &adopted);
    refusals::uneven(stack, &tiers, &keyed, &mut findings);
    refusals::not_asked(
        stack,
        &zones,
        &tiers,
        &wanted,
        &keyed,
        &known,
        &mut findings,
    );
    let mut merged = merge(stack, &zones, &keyed, ledger, &mut findings);
    // Its subnets are there, so it is; a range that the ledger has otherwise is for the plan to refuse.
    let deployed = ledger.vpc().filter(|vpc| vpc.state == State::Deployed);
    merged.set_vpc(deployed.or(Some(VpcRange {
        cidr: stack.network.cidr.value,
        state: State::Deployed,
    })));
    if findings.has_errors() {
        findings.sort();
        return Err(findings);
    }
    Ok(Adoption {
        ledger: merged,
        keys: keyed.into_keys().collect(),
        outside,
        removed,
    })
}

/// The ledger with what exists alone, which decides where a number of zones is.
fn known(
    existing: &[Existing<'_>],
    assignments: &BTreeMap<String, String>,
    ledger: &Ledger,
) -> Ledger {
    let mut known = Ledger::new();
    for (key, entry) in ledger.entries() {
        if entry.state == State::Deployed {
            known.insert(key.clone(), entry);
        }
    }
    let buried: BTreeSet<Ipv4Net> = ledger.tombstones().map(|old| old.cidr).collect();
    for Existing { listed, zone } in existing {
        if !buried.contains(&listed.cidr) || assignments.contains_key(&listed.id) {
            // No tier has no name, and only the zone matters.
            let key = SubnetKey {
                tier: String::new(),
                zone: *zone,
                ordinal: 0,
            };
            known.insert(key, Entry::deployed(listed.cidr));
        }
    }
    known
}

/// The zones and tiers of the plan, or why there is none.
fn resolved(stack: &Stack, known: &Ledger) -> Result<(Vec<ZoneId>, Vec<PlannedTier>), Findings> {
    let mut said = Findings::new();
    let zones = zones::resolve(stack, known, &mut said);
    let tiers = tiers::resolve(stack, zones.as_deref(), known, &mut said);
    match (zones, tiers) {
        (Some(zones), Some(resolved)) => Ok((zones, resolved.tiers)),
        _ => Err(said
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect()),
    }
}

/// What is asked for, and what the ledger knows of it.
struct Wanted<'a> {
    ledger: &'a Ledger,
    /// By tier, as in the plan.
    tiers: BTreeMap<String, usize>,
    /// Every subnet that is asked for, with the range that the user wrote down for it.
    asked: BTreeMap<SubnetKey, Option<Ipv4Net>>,
    /// The subnets of the ledger by range, and those that it buried.
    by_range: BTreeMap<Ipv4Net, (&'a SubnetKey, State)>,
    buried: BTreeMap<Ipv4Net, &'a SubnetKey>,
}

impl<'a> Wanted<'a> {
    fn new(stack: &Stack, tiers: &[PlannedTier], ledger: &'a Ledger) -> Self {
        // What is wrong with the requests is said by the plan.
        let asked = requests(stack, tiers, &Ledger::new(), &mut Findings::new())
            .into_iter()
            .map(|request| (request.key, request.pin.map(|pin| pin.value)))
            .collect();
        let names = tiers.iter().map(|tier| tier.name.clone()).zip(0..);
        let by_range = ledger
            .entries()
            .map(|(key, entry)| (entry.cidr, (key, entry.state)));
        Self {
            ledger,
            tiers: names.collect(),
            asked,
            by_range: by_range.collect(),
            buried: ledger
                .tombstones()
                .map(|old| (old.cidr, &old.key))
                .collect(),
        }
    }

    /// What the ledger alone says of a subnet.
    fn fate(&self, subnet: &Existing<'_>) -> Option<Fate> {
        let cidr = &subnet.listed.cidr;
        if let Some((key, State::Deployed)) = self.by_range.get(cidr) {
            return Some(self.as_known(key, self.asked.contains_key(key)));
        }
        let key = self.buried.get(cidr)?;
        let pin = self.asked.get(key);
        let is_asked = pin.is_some_and(|pin| pin.is_none_or(|pin| pin == *cidr))
            && self.ledger.get(key).is_none();
        Some(self.as_known(key, is_asked))
    }

    fn as_known(&self, key: &SubnetKey, is_asked: bool) -> Fate {
        match self.tiers.get(&key.tier) {
            Some(&tier) if is_asked => Fate::Adopted(Match {
                tier,
                ordinal: Some(key.ordinal),
            }),
            _ => Fate::Removed,
        }
    }
}

/// The ledger with what exists; what was only planned makes way.
fn merge(
    stack: &Stack,
    zones: &[ZoneId],
    keyed: &BTreeMap<SubnetKey, &Existing<'_>>,
    ledger: &Ledger,
    findings: &mut Findings,
) -> Ledger {
    let ranges: BTreeMap<Ipv4Net, (&SubnetKey, &Existing<'_>)> = keyed
        .iter()
        .map(|(key, subnet)| (subnet.listed.cidr, (key, *subnet)))
        .collect();
    let mut indices = Indices::new(keyed);
    let mut merged = Ledger::new();
    for (key, subnet) in keyed {
        let before = ledger.get(key);
        if let Some(before) = before
            && before.state == State::Deployed
            && before.cidr != subnet.listed.cidr
        {
            findings.push(refusals::deployed_otherwise(subnet, key, key, before.cidr));
            continue;
        }
        let mut entry = Entry::deployed(subnet.listed.cidr);
        let same = before.filter(|before| before.cidr == entry.cidr);
        entry.ipv6 = indices.of(key).or_else(|| indices.free(same?.ipv6));
        entry.cluster = before.is_some_and(|before| before.cluster);
        entry.via = before.and_then(|before| before.via);
        entry.nat = before.is_some_and(|before| before.nat);
        merged.insert(key.clone(), entry);
    }
    let by_count = matches!(stack.network.zones, Zones::Count(_));
    for (key, mut entry) in ledger.entries() {
        if keyed.contains_key(key) {
            continue;
        }
        let in_the_way = overlapping(&ranges, entry.cidr);
        match (entry.state, in_the_way) {
            (State::Deployed, Some((new, subnet))) => {
                findings.push(refusals::deployed_otherwise(subnet, new, key, entry.cidr));
            }
            (State::Planned, Some(_)) => {}
            // Zones that are only counted are those that exist.
            (State::Planned, None)
                if by_count && !key.zone.is_local() && !zones.contains(&key.zone) => {}
            (State::Planned | State::Deployed, None) => {
                entry.ipv6 = indices.free(entry.ipv6);
                merged.insert(key.clone(), entry);
            }
        }
    }
    for old in ledger.tombstones() {
        // AWS has no two subnets with one address, so what overlaps one that exists is gone.
        if overlapping(&ranges, old.cidr).is_none() {
            merged.bury(Tombstone {
                ipv6: indices.free(old.ipv6),
                ..old.clone()
            });
        }
    }
    merged
}

/// What stands at a range among ranges that do not overlap.
fn overlapping<T: Copy>(ranges: &BTreeMap<Ipv4Net, T>, cidr: Ipv4Net) -> Option<T> {
    let below = ranges.range(..=cidr).next_back();
    let above = ranges.range(cidr..).next();
    let mut near = below.into_iter().chain(above);
    let found = near.find(|(range, _)| super::overlap(**range, cidr));
    found.map(|(_, what)| *what)
}

/// Which /64 of the network's IPv6 range each subnet has.
struct Indices {
    of: BTreeMap<SubnetKey, u8>,
    taken: BTreeSet<u8>,
}

impl Indices {
    /// Nothing is known where there is more than one /56, since an index does not say of which.
    fn new(keyed: &BTreeMap<SubnetKey, &Existing<'_>>) -> Self {
        let ranges: Vec<(&SubnetKey, u128)> = keyed
            .iter()
            .filter_map(|(key, subnet)| Some((key, subnet.listed.ipv6?.network().to_bits())))
            .collect();
        let blocks: BTreeSet<u128> = ranges.iter().map(|(_, bits)| bits >> 72).collect();
        let mut indices = Self {
            of: BTreeMap::new(),
            taken: BTreeSet::new(),
        };
        if blocks.len() == 1 {
            for (key, bits) in ranges {
                let [.., index, _, _, _, _, _, _, _, _] = bits.to_be_bytes();
                if indices.taken.insert(index) {
                    indices.of.insert(key.clone(), index);
                }
            }
        }
        indices
    }

    fn of(&self, key: &SubnetKey) -> Option<u8> {
        self.of.get(key).copied()
    }

    /// An index that the ledger has, where nobody else is known to have it.
    fn free(&mut self, index: Option<u8>) -> Option<u8> {
        index.filter(|index| self.taken.insert(*index))
    }
}
