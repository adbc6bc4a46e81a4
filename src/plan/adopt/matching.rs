//! Which tier a subnet that exists belongs to, as far as its name and its access tell.

use super::Existing;
use crate::network::{Access, ZoneId};
use crate::plan::PlannedTier;

/// A tier, as a position, and which of its subnets in a zone, where a name says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) tier: usize,
    pub(super) ordinal: Option<u16>,
}

impl Match {
    pub(super) const fn tier(tier: usize) -> Self {
        Self {
            tier,
            ordinal: None,
        }
    }
}

/// The tier that a subnet's name or, failing that, its access speaks for; none where it could be several.
pub(super) fn matching(stack: &str, tiers: &[PlannedTier], subnet: &Existing<'_>) -> Option<Match> {
    let name = subnet.listed.name.as_deref();
    let by_name = name.and_then(|name| {
        given(stack, tiers, subnet, name)
            .or_else(|| worded(stack, tiers, subnet.zone, name).map(Match::tier))
    });
    by_name.or_else(|| {
        let access = subnet.listed.access?;
        only(tiers, access, subnet.zone).map(Match::tier)
    })
}

/// The most subnets of a tier in a zone that a name is believed to speak of.
const MOST: u16 = 100;

/// The subnet to which eksnet itself gives this name: `prod-nodes-use1-az4`, `prod-nodes-use1-az4-no2`.
fn given(stack: &str, tiers: &[PlannedTier], subnet: &Existing<'_>, name: &str) -> Option<Match> {
    let rest = name.strip_prefix(stack)?.strip_prefix('-')?;
    tiers.iter().enumerate().find_map(|(tier, planned)| {
        let rest = rest
            .strip_prefix(planned.name.as_str())?
            .strip_prefix('-')?;
        let rest = rest.strip_prefix(subnet.zone.to_string().as_str())?;
        let ordinal = match rest.strip_prefix("-no") {
            None if rest.is_empty() => 0,
            None => return None,
            Some(number) => number
                .parse()
                .ok()
                .filter(|n: &u16| *n <= MOST)?
                .checked_sub(1)?,
        };
        Some(Match {
            tier,
            ordinal: Some(ordinal),
        })
    })
}

/// The tier whose name is among the words of a name, the longest one; else the only tier of the access that is.
fn worded(stack: &str, tiers: &[PlannedTier], zone: ZoneId, name: &str) -> Option<usize> {
    let all = words(name);
    let stack = words(stack);
    // A stack may be called like a tier; its name says nothing about any of them.
    let words = match all.strip_prefix(stack.as_slice()) {
        Some(rest) if !rest.is_empty() => rest,
        _ => &all,
    };
    let named: Vec<usize> = (0..tiers.len())
        .filter(|&tier| contains(words, &self::words(&tiers[tier].name)))
        .collect();
    let longest = named.iter().map(|&tier| tiers[tier].name.len()).max();
    if let Some(longest) = longest {
        let mut of_length = named
            .into_iter()
            .filter(|&tier| tiers[tier].name.len() == longest);
        return of_length.next().filter(|_| of_length.next().is_none());
    }
    let spoken: Vec<Access> = [Access::Public, Access::Private, Access::Isolated]
        .into_iter()
        .filter(|access| words.iter().any(|word| word == access.as_str()))
        .collect();
    match spoken[..] {
        [access] => only(tiers, access, zone),
        _ => None,
    }
}

/// The words of a name, in lower case.
fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether words stand among others, one after the other.
fn contains(words: &[String], wanted: &[String]) -> bool {
    !wanted.is_empty() && words.windows(wanted.len()).any(|some| some == wanted)
}

/// The only tier with an access, of those in the Local Zone where the subnet is in one, and of the others where it is not.
fn only(tiers: &[PlannedTier], access: Access, zone: ZoneId) -> Option<usize> {
    let there = |tier: &PlannedTier| {
        let elsewhere = !zone.is_local() && !tier.is_local();
        elsewhere || tier.zones.contains(&zone)
    };
    let mut of_access =
        (0..tiers.len()).filter(|&tier| tiers[tier].access == access && there(&tiers[tier]));
    of_access.next().filter(|_| of_access.next().is_none())
}
