//! The ledger as a file, `eksnet.lock`, beside the specs.
//!
//! A line for each subnet, sorted, so that a review shows what was given out and two branches merge line by line:
//!
//! ```text
//! version 1
//! prod us-east-1 vpc 10.20.0.0/16 deployed
//! prod us-east-1 nodes use1-az1 0 10.20.0.0/19 deployed
//! prod us-east-1 public use1-az1 0 10.20.96.0/24 planned nat
//! ```

mod read;
mod seen;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Entry, Ledger, SubnetKey, Via, VpcRange};
use crate::diagnostic::{Finding, Findings, Sources};

/// The name of the file.
pub const LOCK_FILE: &str = "eksnet.lock";

/// The version of the file's form.
const VERSION: &str = "version 1";

/// The word for the VPC itself.
const VPC: &str = "vpc";

/// The word for what a subnet had.
const TOMBSTONE: &str = "tombstone";

const HEADING: &str = "\
# The ranges that eksnet has given out, so that growth moves none. Keep this file in the repository.
# stack region tier zone ordinal range planned|deployed|tombstone [ipv6=INDEX] [via=ZONE] [nat] [cluster]
";

/// The ledgers of the networks whose specs stand in one directory, by stack and region.
///
/// ```
/// use eksnet::diagnostic::{Findings, Sources};
/// use eksnet::plan::LockFile;
///
/// let text = "version 1\nprod us-east-1 nodes use1-az1 0 10.20.0.0/19 planned\n";
/// let (mut sources, mut findings) = (Sources::new(), Findings::new());
/// let file = LockFile::read("eksnet.lock", text, &mut sources, &mut findings);
/// assert!(findings.is_empty());
/// assert_eq!(file.ledger("prod", "us-east-1").map(|ledger| ledger.entries().len()), Some(1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LockFile {
    /// By stack, then by region.
    networks: BTreeMap<String, BTreeMap<String, Ledger>>,
}

impl LockFile {
    /// No networks yet.
    pub const fn new() -> Self {
        Self {
            networks: BTreeMap::new(),
        }
    }

    /// Reads a file. What is wrong with it is added to the findings, and nothing is guessed: without a ledger that can be
    /// trusted no plan is to be made.
    pub fn read(name: &str, text: &str, sources: &mut Sources, findings: &mut Findings) -> Self {
        read::strictly(name, text, sources, findings)
    }

    /// Reads a file that two branches have changed, and takes what both say, also from between the markers of a conflict.
    ///
    /// Where they gave one range to two subnets, one that is only planned loses it: the next plan finds another for it.
    pub fn repair(name: &str, text: &str, sources: &mut Sources, findings: &mut Findings) -> Self {
        read::repairing(name, text, sources, findings)
    }

    /// What is said of a file that cannot even be read as text.
    pub(crate) fn unreadable(name: &str, why: &str, sources: &mut Sources) -> Finding {
        read::unreadable(name, why, sources)
    }

    /// The ledger of a network; nothing for one that was never planned.
    pub fn ledger(&self, stack: &str, region: &str) -> Option<&Ledger> {
        self.networks.get(stack)?.get(region)
    }

    /// Keeps the ledger of a network.
    pub fn set(&mut self, stack: &str, region: &str, ledger: Ledger) {
        let regions = self.networks.entry(stack.to_owned()).or_default();
        regions.insert(region.to_owned(), ledger);
    }

    /// Drops the ledgers of all networks but these.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &str) -> bool) {
        for (stack, regions) in &mut self.networks {
            regions.retain(|region, _| keep(stack, region));
        }
        self.networks.retain(|_, regions| !regions.is_empty());
    }

    /// The ledgers with their stacks and regions.
    pub fn networks(&self) -> impl Iterator<Item = (&str, &str, &Ledger)> {
        self.networks.iter().flat_map(|(stack, regions)| {
            let of = move |(region, ledger)| (stack.as_str(), String::as_str(region), ledger);
            regions.iter().map(of)
        })
    }

    /// Whether it has no networks.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = format!("{HEADING}{VERSION}\n");
        for (stack, region, ledger) in self.networks() {
            if let Some(VpcRange { cidr, state }) = ledger.vpc() {
                // Writing to memory does not fail.
                let _ = writeln!(text, "{stack} {region} {VPC} {cidr} {}", state.as_str());
            }
            let mut lines: Vec<(&SubnetKey, Line<'_>)> = Vec::new();
            lines.extend(
                ledger
                    .entries()
                    .map(|(key, entry)| (key, Line::live(&entry))),
            );
            lines.extend(ledger.tombstones().map(|old| {
                let line = Line {
                    cidr: old.cidr,
                    state: TOMBSTONE,
                    ipv6: old.ipv6,
                    via: None,
                    nat: false,
                    cluster: false,
                };
                (&old.key, line)
            }));
            lines.sort_unstable_by(|(a, one), (b, two)| (a, one.cidr).cmp(&(b, two.cidr)));
            for (key, line) in lines {
                line.write(stack, region, key, &mut text);
            }
        }
        text
    }

    /// What the sides of a merge say, without judging it: where they disagree about a subnet, each in a file of its own.
    /// There is always one.
    #[cfg(feature = "cli")]
    pub(crate) fn sides(text: &str) -> Vec<Self> {
        read::sides(text)
    }
}

/// A line's end.
struct Line<'a> {
    cidr: ipnet::Ipv4Net,
    state: &'a str,
    ipv6: Option<u8>,
    via: Option<Via>,
    nat: bool,
    cluster: bool,
}

impl Line<'_> {
    const fn live(entry: &Entry) -> Self {
        Self {
            cidr: entry.cidr,
            state: entry.state.as_str(),
            ipv6: entry.ipv6,
            via: entry.via,
            nat: entry.nat,
            cluster: entry.cluster,
        }
    }

    fn write(&self, stack: &str, region: &str, key: &SubnetKey, text: &mut String) {
        let SubnetKey {
            tier,
            zone,
            ordinal,
        } = key;
        let (cidr, state) = (self.cidr, self.state);
        // Writing to memory does not fail.
        let _ = write!(
            text,
            "{stack} {region} {tier} {zone} {ordinal} {cidr} {state}"
        );
        if let Some(index) = self.ipv6 {
            let _ = write!(text, " ipv6={index}");
        }
        if let Some(via) = self.via {
            let _ = write!(text, " via={via}");
        }
        if self.nat {
            text.push_str(" nat");
        }
        text.push_str(if self.cluster { " cluster\n" } else { "\n" });
    }
}
