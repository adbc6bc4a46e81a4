//! Which range was given to which subnet, so that growth moves none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ipnet::Ipv4Net;

use crate::network::ZoneId;

/// What a subnet is known by, for ever: its tier, its zone, and which of several it is. Never a position in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubnetKey {
    /// The tier's name.
    pub tier: String,
    /// The zone.
    pub zone: ZoneId,
    /// 0 for a tier's first subnet in a zone, 1 for the next.
    pub ordinal: u16,
}

impl fmt::Display for SubnetKey {
    /// In words: `nodes in use1-az4`, and `nodes in use1-az4 (2nd)` for a further subnet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.tier, self.zone)?;
        let number = self.ordinal + 1;
        let ending = match (number % 10, number % 100) {
            (1, n) if n != 11 => "st",
            (2, n) if n != 12 => "nd",
            (3, n) if n != 13 => "rd",
            _ => "th",
        };
        if self.ordinal == 0 {
            Ok(())
        } else {
            write!(f, " ({number}{ending})")
        }
    }
}

/// How sure it is that a range is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A plan gave it out.
    Planned,
    /// A subnet with it exists on AWS. It moves for nobody.
    Deployed,
}

impl State {
    /// The word of a ledger's file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Deployed => "deployed",
        }
    }
}

/// Where the NAT gateway is that a subnet leaves through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// In a zone.
    Zone(ZoneId),
    /// In all of them: it is the VPC's regional one.
    Regional,
}

impl Via {
    /// The word of a ledger's file for a regional gateway.
    const REGIONAL: &'static str = "regional";

    /// Reads what a ledger's file has.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            Self::REGIONAL => Some(Self::Regional),
            zone => ZoneId::parse(zone).ok().map(Self::Zone),
        }
    }

    /// The zone, of a gateway that is in one.
    pub const fn zone(self) -> Option<ZoneId> {
        match self {
            Self::Zone(zone) => Some(zone),
            Self::Regional => None,
        }
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zone(zone) => zone.fmt(f),
            Self::Regional => f.write_str(Self::REGIONAL),
        }
    }
}

/// What a subnet was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its range.
    pub cidr: Ipv4Net,
    /// Which /64 of the network's IPv6 range it has, where that has one.
    pub ipv6: Option<u8>,
    /// Where the NAT gateway is that it leaves through, where that is not its own zone.
    pub via: Option<Via>,
    /// Whether a NAT gateway stands in it.
    pub nat: bool,
    /// Whether the cluster was given it for its own interfaces.
    pub cluster: bool,
    /// How sure it is that it is in use.
    pub state: State,
}

impl Entry {
    /// A range that a plan gave out.
    pub const fn planned(cidr: Ipv4Net) -> Self {
        Self {
            cidr,
            ipv6: None,
            via: None,
            nat: false,
            cluster: false,
            state: State::Planned,
        }
    }

    /// A range that a subnet on AWS has.
    pub const fn deployed(cidr: Ipv4Net) -> Self {
        Self {
            state: State::Deployed,
            ..Self::planned(cidr)
        }
    }
}

/// The primary range of a network's VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VpcRange {
    /// The range.
    pub cidr: Ipv4Net,
    /// How sure it is that a VPC has it.
    pub state: State,
}

/// What a subnet had that is no longer asked for.
///
/// It is given to nobody else until it is released: engines create before they delete, so the old subnet may still be
/// there when the new one is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tombstone {
    /// Whose it was; that subnet gets it back if it is asked for again.
    pub key: SubnetKey,
    /// The range.
    pub cidr: Ipv4Net,
    /// The /64 of the network's IPv6 range.
    pub ipv6: Option<u8>,
}

/// The ranges that a network has given out.
///
/// A plan that is made with the ledger of an earlier one moves nothing: what is in the ledger stays where it is, and what
/// is new goes where there is room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    vpc: Option<VpcRange>,
    entries: BTreeMap<SubnetKey, Entry>,
    tombstones: BTreeMap<Ipv4Net, Tombstone>,
}

/// A difference between two ledgers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A subnet has a range for the first time, or has its old one back.
    Added(SubnetKey, Entry),
    /// A subnet has another range.
    Moved(SubnetKey, Entry, Entry),
    /// What else is known of a subnet changed, such as that it is deployed.
    Marked(SubnetKey, Entry, Entry),
    /// A subnet is no longer there, or no longer asked for.
    Removed(SubnetKey, Entry),
    /// A range may be given out again.
    Released(Tombstone),
}

impl Ledger {
    /// Nothing given out yet.
    pub const fn new() -> Self {
        Self {
            vpc: None,
            entries: BTreeMap::new(),
            tombstones: BTreeMap::new(),
        }
    }

    /// The primary range of the VPC, where it is known.
    pub const fn vpc(&self) -> Option<VpcRange> {
        self.vpc
    }

    /// Notes the primary range of the VPC, or that it is not known.
    pub const fn set_vpc(&mut self, vpc: Option<VpcRange>) {
        self.vpc = vpc;
    }

    /// What a subnet has.
    pub fn get(&self, key: &SubnetKey) -> Option<Entry> {
        self.entries.get(key).copied()
    }

    /// Notes what a subnet has.
    pub fn insert(&mut self, key: SubnetKey, entry: Entry) {
        self.entries.insert(key, entry);
    }

    /// Notes what a subnet had.
    pub fn bury(&mut self, tombstone: Tombstone) {
        self.tombstones.insert(tombstone.cidr, tombstone);
    }

    /// The subnets with what they have, by tier, zone and ordinal.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&SubnetKey, Entry)> {
        self.entries.iter().map(|(key, entry)| (key, *entry))
    }

    /// The subnets of a tier.
    pub(super) fn of_tier(&self, tier: &str) -> impl Iterator<Item = (&SubnetKey, Entry)> {
        let first = SubnetKey {
            tier: tier.to_owned(),
            zone: ZoneId::LOWEST,
            ordinal: 0,
        };
        self.entries
            .range(first..)
            .take_while(move |(key, _)| key.tier == tier)
            .map(|(key, entry)| (key, *entry))
    }

    /// What subnets had, by address.
    pub fn tombstones(&self) -> impl ExactSizeIterator<Item = &Tombstone> {
        self.tombstones.values()
    }

    /// Whether nothing was given out.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.tombstones.is_empty()
    }

    /// Forgets what subnets had, so that it can be given out again. Safe once the subnets are gone from AWS.
    pub fn release(&mut self) {
        self.tombstones.clear();
    }

    /// Notes that every subnet exists on AWS.
    pub fn mark_deployed(&mut self) {
        if let Some(vpc) = &mut self.vpc {
            vpc.state = State::Deployed;
        }
        for entry in self.entries.values_mut() {
            entry.state = State::Deployed;
        }
    }

    /// The same without what keeps it from being used: of two entries that overlap one goes, never a deployed one for
    /// one that is not. The next plan finds another place for it.
    ///
    /// Two deployed entries that overlap are both kept, for AWS cannot have both: one of them is not true.
    pub fn repair(&mut self) {
        let mut order: Vec<_> = self.entries().map(|(key, e)| (key.clone(), e)).collect();
        order.sort_by(|(a, one), (b, two)| (two.state, a).cmp(&(one.state, b)));
        let mut taken: BTreeSet<Ipv4Net> = BTreeSet::new();
        // Deployed entries come first, then what must not be given out, then what can go elsewhere.
        let (deployed, planned) =
            order.split_at(order.partition_point(|(_, entry)| entry.state == State::Deployed));
        let mut disputed = Vec::new();
        for (_, entry) in deployed {
            if !claim(&mut taken, entry.cidr) {
                disputed.push(entry.cidr);
            }
        }
        let mut is_free = |cidr| {
            let mut disputed = disputed.iter();
            !disputed.any(|other| super::overlap(*other, cidr)) && claim(&mut taken, cidr)
        };
        self.tombstones.retain(|cidr, _| is_free(*cidr));
        for (key, entry) in planned {
            if !is_free(entry.cidr) {
                self.entries.remove(key);
            }
        }
        self.repair_indices();
    }

    /// Of two subnets with one IPv6 range, the one that is only planned loses it; what was removed loses it to what is
    /// deployed.
    fn repair_indices(&mut self) {
        let deployed = self.entries.values().filter(|e| e.state == State::Deployed);
        let mut taken: BTreeSet<u8> = deployed.filter_map(|e| e.ipv6).collect();
        for old in self.tombstones.values_mut() {
            old.ipv6 = old.ipv6.filter(|index| taken.insert(*index));
        }
        for entry in self.entries.values_mut() {
            if entry.state == State::Planned {
                entry.ipv6 = entry.ipv6.filter(|index| taken.insert(*index));
            }
        }
    }

    /// What another ledger has differently, by tier, zone and ordinal.
    pub fn changes(&self, new: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (key, old) in self.entries() {
            let key = key.clone();
            match new.get(&key) {
                None => changes.push(Change::Removed(key, old)),
                Some(now) if now.cidr != old.cidr => changes.push(Change::Moved(key, old, now)),
                Some(now) if now != old => changes.push(Change::Marked(key, old, now)),
                Some(_) => {}
            }
        }
        for (key, now) in new.entries() {
            if !self.entries.contains_key(key) {
                changes.push(Change::Added(key.clone(), now));
            }
        }
        changes.sort_by(|a, b| a.key().cmp(b.key()));
        let gone = self.tombstones().filter(|old| {
            !new.tombstones.contains_key(&old.cidr)
                && new.get(&old.key).is_none_or(|e| e.cidr != old.cidr)
        });
        changes.extend(gone.cloned().map(Change::Released));
        changes
    }

    /// Forgets what is only planned; where nothing exists on AWS, also what subnets had.
    pub fn forget_planned(&mut self) {
        self.entries.retain(|_, e| e.state == State::Deployed);
        if self.entries.is_empty() {
            self.tombstones.clear();
        }
    }

    /// Keeps what every subnet has as what it had, as of a network that nobody asks for any more.
    pub fn bury_all(&mut self) {
        for (key, Entry { cidr, ipv6, .. }) in std::mem::take(&mut self.entries) {
            self.bury(Tombstone { key, cidr, ipv6 });
        }
    }
}

impl Change {
    /// Whose.
    pub const fn key(&self) -> &SubnetKey {
        match self {
            Self::Added(key, _)
            | Self::Moved(key, _, _)
            | Self::Marked(key, _, _)
            | Self::Removed(key, _)
            | Self::Released(Tombstone { key, .. }) => key,
        }
    }
}

/// Takes a range among ranges that do not overlap each other; says whether it was free.
fn claim(taken: &mut BTreeSet<Ipv4Net>, cidr: Ipv4Net) -> bool {
    // Ranges are nested or apart, so that one which overlaps starts in this one or is the last that starts before it.
    let below = taken.range(..=cidr).next_back();
    let above = taken.range(cidr..).next();
    let free = !below
        .into_iter()
        .chain(above)
        .any(|other| super::overlap(*other, cidr));
    if free {
        taken.insert(cidr);
    }
    free
}
