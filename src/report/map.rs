//! A picture of the address space: which addresses are whose, row by row.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::plan::{Plan, address_count};

/// How many cells stand in a row.
const ACROSS: u64 = 64;

/// How many rows a block has at most.
const DOWN: u64 = 16;

/// How many addresses a cell stands for at least: those of the smallest subnet, a /28.
const SMALLEST: u64 = 16;

/// What is free.
const FREE: char = '.';

/// What removed subnets had.
const KEPT: char = 'x';

/// What is kept for others.
const RESERVED: char = '#';

/// Why a letter is small.
const ALTERNATING: &str =
    "capital and small letters alternate, so that a tier's subnets can be told apart\n";

/// Where subnets of several tiers share a cell.
const SHARED: char = '+';

/// The blocks of a network, and what is in them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AddressMap {
    blocks: Vec<Ipv4Net>,
    /// Whether what is not drawn may be somebody else's.
    shared: bool,
    /// The tiers with their letters.
    tiers: Vec<(char, String)>,
    /// Ranges in use, by first address; they do not overlap.
    ranges: BTreeMap<u64, Range>,
}

/// A range in use.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Range {
    /// The first address after it.
    end: u64,
    letter: char,
    name: String,
}

impl AddressMap {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut map = Self {
            blocks: plan.blocks.clone(),
            shared: plan.existing.is_some(),
            ..Self::default()
        };
        for tier in &plan.tiers {
            let letter = map.letter(&tier.name);
            map.tiers.push((letter, tier.name.clone()));
            // Subnets that are neighbours on the map differ in case.
            let mut subnets: Vec<_> = tier.subnets.iter().collect();
            subnets.sort_unstable_by_key(|subnet| subnet.cidr);
            for (at, subnet) in subnets.into_iter().enumerate() {
                let letter = if at.is_multiple_of(2) {
                    letter
                } else {
                    letter.to_ascii_lowercase()
                };
                let name = format!("{} {}", tier.name, subnet.key.zone);
                map.insert(subnet.cidr, letter, name);
            }
        }
        for range in &plan.reserved {
            map.insert(*range, RESERVED, "reserved".to_owned());
        }
        for old in &plan.tombstones {
            let name = format!("{} {}, removed", old.key.tier, old.key.zone);
            map.insert(old.cidr, KEPT, name);
        }
        map
    }

    fn insert(&mut self, cidr: Ipv4Net, letter: char, name: String) {
        let start = first(cidr);
        let end = start + address_count(cidr.prefix_len());
        self.ranges.insert(start, Range { end, letter, name });
    }

    /// A letter of a tier's name that no other tier has, or any that is left.
    fn letter(&self, name: &str) -> char {
        let mut own = name.chars().filter(char::is_ascii_alphabetic);
        let taken = |letter: &char| self.tiers.iter().any(|(other, _)| other == letter);
        own.find_map(|c| Some(c.to_ascii_uppercase()).filter(|c| *c != 'X' && !taken(c)))
            .or_else(|| ('A'..='W').find(|c| !taken(c)))
            .unwrap_or('?')
    }

    /// For a terminal, a hundred columns wide.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            self.block(*block, &mut text);
            text.push('\n');
        }
        for (letter, name) in &self.tiers {
            text.extend([letter.to_string().as_str(), " ", name, "   "]);
        }
        let drawn = |letter| self.ranges.values().any(|range| range.letter == letter);
        if drawn(KEPT) {
            text.push_str("x kept for removed subnets   ");
        }
        if drawn(RESERVED) {
            text.push_str("# reserved   ");
        }
        text.push_str(if self.shared {
            ". not the stack's\n"
        } else {
            ". free\n"
        });
        let small = |letter: char| letter.is_ascii_lowercase() && letter != KEPT;
        if self.ranges.values().any(|range| small(range.letter)) {
            text.push_str(ALTERNATING);
        }
        text
    }

    fn block(&self, block: Ipv4Net, text: &mut String) {
        let all = address_count(block.prefix_len());
        let cell = (all / (ACROSS * DOWN)).max(SMALLEST.min(all));
        let row = (cell * ACROSS).min(all);
        let prefix = |addresses: u64| 32 - addresses.ilog2();
        // Writing to memory does not fail.
        let _ = writeln!(
            text,
            "{block}, a row is a /{}, a letter a /{}\n",
            prefix(row),
            prefix(cell)
        );
        let first = first(block);
        for start in (first..first + all).step_by(usize::try_from(row).unwrap_or(usize::MAX)) {
            let cells: String = (start..start + row)
                .step_by(usize::try_from(cell).unwrap_or(usize::MAX))
                .map(|cell_start| self.cell(cell_start, cell))
                .collect();
            let address = u32::try_from(start).map(Ipv4Addr::from_bits);
            let address = address.map_or_else(|_| String::new(), |a| a.to_string());
            let line = format!("{address:<16}{cells}  {}", self.begins(start, row));
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }

    /// How a cell is drawn: as what is in it.
    fn cell(&self, start: u64, size: u64) -> char {
        let mut here = self.between(start, size).map(|(_, range)| range.letter);
        let Some(first) = here.next() else {
            return FREE;
        };
        let same = here.all(|letter| letter.eq_ignore_ascii_case(&first));
        if same { first } else { SHARED }
    }

    /// What begins in a row.
    fn begins(&self, start: u64, size: u64) -> String {
        let mut beginning = self.between(start, size).filter(|(at, _)| **at >= start);
        let Some((_, first)) = beginning.next() else {
            return String::new();
        };
        match beginning.count() {
            0 => first.name.clone(),
            more => format!("{} +{more}", first.name),
        }
    }

    /// The ranges that have addresses among these.
    fn between(&self, start: u64, size: u64) -> impl Iterator<Item = (&u64, &Range)> {
        // One that begins before may reach in.
        let before = self.ranges.range(..start).next_back();
        before
            .into_iter()
            .filter(move |(_, range)| range.end > start)
            .chain(self.ranges.range(start..start + size))
    }
}

fn first(cidr: Ipv4Net) -> u64 {
    u64::from(cidr.network().to_bits())
}
