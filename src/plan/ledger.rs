//! Which range was given to which subnet.

use std::collections::BTreeMap;
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
    /// In words: `nodes in use1-az4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.tier, self.zone)
    }
}

/// The ranges that a network has given out.
///
/// A plan that is made with the ledger of an earlier one moves nothing: what is in the ledger stays where it is, and what
/// is new goes where there is room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    entries: BTreeMap<SubnetKey, Ipv4Net>,
}

impl Ledger {
    /// Nothing given out yet.
    pub const fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
        }
    }

    /// The range of a subnet.
    pub fn get(&self, key: &SubnetKey) -> Option<Ipv4Net> {
        self.entries.get(key).copied()
    }

    /// Notes a range.
    pub fn insert(&mut self, key: SubnetKey, cidr: Ipv4Net) {
        self.entries.insert(key, cidr);
    }

    /// All of them, by tier and zone.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&SubnetKey, Ipv4Net)> {
        self.entries.iter().map(|(key, cidr)| (key, *cidr))
    }
}
