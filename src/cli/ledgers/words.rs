//! What is said of ledgers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use ipnet::Ipv4Net;

use super::at_file;
use super::file::LedgerFile;
use crate::diagnostic::{Finding, Sources};
use crate::plan::{Change, Ledger, LockFile};

/// `1 range`, `2 ranges`
pub(super) fn ranges(count: usize) -> String {
    format!("{count} {}", if count == 1 { "range" } else { "ranges" })
}

/// Where a ledger is named that does not exist, and the run does not begin it.
pub(super) fn no_such_ledger(path: &Path, sources: &mut Sources) -> Finding {
    at_file(path, sources, "there is no such ledger")
        .note("without what was given out, subnets that exist would be planned elsewhere")
        .help("look at the path behind `--ledger`; a ledger is begun by `eksnet plan` of a spec's file, without `--locked`")
}

/// A network whose templates were rendered before and would change, and of which the ledger knows nothing.
pub(in crate::cli) fn lost_ledger(
    path: &Path,
    exists: bool,
    (stack, region): (&str, &str),
    out: &Path,
    sources: &mut Sources,
) -> Finding {
    let (message, file) = if exists {
        (
            format!("the ledger does not say where the subnets of `{stack}` in {region} are"),
            "the lines of this stack and region",
        )
    } else {
        (
            format!("the ledger, which says where the subnets of `{stack}` are, is missing"),
            "it",
        )
    };
    let out = out.display();
    at_file(path, sources, message)
        .note(format!(
            "files in {out} show that `{stack}` was rendered before, and they would change: its subnets may move"
        ))
        .help(format!(
            "take {file} back from the version control; where the network exists on AWS and there never was a ledger, enter its subnets by `eksnet plan SPEC --adopt FILE`; where nothing is deployed, remove the old files of `{stack}` from {out}"
        ))
}

/// Where a file that was rendered before differs and there is no ledger to render it with.
pub(in crate::cli) fn missing_for_check(path: &Path, exists: bool, stack: &str) -> String {
    let path = path.display();
    let (what, back) = if exists {
        (format!("{path} does not know {stack}"), "its lines")
    } else {
        (format!("{path} is missing"), "it")
    };
    format!(
        "{what}, so that subnets may move: take {back} back from the version control before anything is written\n"
    )
}

/// Where what was rendered before is as it should be, and would not be after the network grew.
pub(in crate::cli) fn missing_though_fresh(path: &Path) -> String {
    format!(
        "{} is missing, without which subnets move as networks grow; the same command without `--check` begins it\n",
        path.display()
    )
}

/// Where `--locked` has nothing to lock.
pub(super) fn none_to_be_locked(path: &Path) -> String {
    format!(
        "there is no {}; a run without `--locked` begins it, which may move subnets that exist\n",
        path.display()
    )
}

/// Ledgers of one network, before and after.
type Both<'a> = BTreeMap<(&'a str, &'a str), [Option<&'a Ledger>; 2]>;

fn both<'a>(before: &'a LockFile, after: &'a LockFile) -> Both<'a> {
    let mut both = Both::new();
    for (at, file) in [before, after].into_iter().enumerate() {
        for (stack, region, ledger) in file.networks() {
            both.entry((stack, region)).or_default()[at] = Some(ledger);
        }
    }
    both
}

impl LedgerFile {
    /// What changed, in words.
    pub(super) fn summary(&self) -> String {
        let mut said = self.counts();
        if !self.exists() {
            said.insert(0, "begun".to_owned());
        }
        if said.is_empty() {
            said.push("put in order".to_owned());
        }
        let mut said = said.join(", ");
        if self.exists()
            && let Some(new) = self.new_networks()
        {
            said.push_str("; ");
            said.push_str(&new);
        }
        said
    }

    /// How many ranges had what done to them.
    fn counts(&self) -> Vec<String> {
        let mut counts = [0_usize; 7];
        let none = Ledger::new();
        for [old, new] in both(&self.before, &self.after).into_values() {
            let new = new.unwrap_or(&none);
            let kept: BTreeSet<Ipv4Net> = new.tombstones().map(|old| old.cidr).collect();
            for change in old.unwrap_or(&none).changes(new) {
                counts[match &change {
                    Change::Added(key, _) | Change::Moved(key, ..) | Change::Marked(key, ..)
                        if self.adopted.contains(key) =>
                    {
                        0
                    }
                    Change::Added(..) => 1,
                    Change::Removed(_, entry) if kept.contains(&entry.cidr) => 2,
                    Change::Removed(..) => 3,
                    Change::Moved(..) => continue,
                    Change::Marked(..) => 5,
                    Change::Released(_) => 6,
                }] += 1;
            }
        }
        counts[4] = self.moved().len();
        let words = [
            "adopted",
            "given out",
            "kept for removed subnets",
            "given up",
            "moved",
            "marked",
            "released",
        ];
        let said = counts.iter().zip(words);
        said.filter(|(count, _)| **count > 0)
            .map(|(count, word)| format!("{} {word}", ranges(*count)))
            .collect()
    }

    /// Which networks have their first ledger.
    fn new_networks(&self) -> Option<String> {
        let is_new = |(stack, region): &(&str, &str)| self.before.ledger(stack, region).is_none();
        let networks = self.after.networks();
        let new: Vec<(&str, &str)> = networks
            .map(|(stack, region, _)| (stack, region))
            .filter(is_new)
            .collect();
        match new[..] {
            [] => None,
            [(stack, region)] => Some(format!("{stack} in {region} is new in it")),
            [..] => Some(format!("{} networks are new in it", new.len())),
        }
    }

    /// Every subnet that has another range than a side of a merge said, with its network where there are several.
    fn moved(&self) -> BTreeSet<String> {
        let several = self.after.networks().nth(1).is_some();
        let mut moved = BTreeSet::new();
        for before in std::iter::once(&self.before).chain(&self.rivals) {
            for ((stack, region), ledgers) in both(before, &self.after) {
                let [Some(old), Some(new)] = ledgers else {
                    continue;
                };
                for change in old.changes(new) {
                    let Change::Moved(key, old, new) = change else {
                        continue;
                    };
                    if self.adopted.contains(&key) {
                        continue;
                    }
                    let network = if several {
                        format!("{stack} in {region}, ")
                    } else {
                        String::new()
                    };
                    moved.insert(format!("{network}{key}: {} -> {}", old.cidr, new.cidr));
                }
            }
        }
        moved
    }

    /// A line for each subnet that moved, and what to do where one should not have.
    pub(super) fn moves(&self) -> String {
        let moved = self.moved();
        let mut text = String::new();
        for line in &moved {
            // Writing to memory does not fail.
            let _ = writeln!(text, "  {line}");
        }
        if !moved.is_empty() {
            text.push_str("where one of them exists on AWS, take the ledger back and mark it first: `eksnet plan --mark-deployed`\n");
        }
        text
    }

    pub(super) fn refusal(&self) -> &'static str {
        if self.read_only {
            "it would change, and what is read from the standard input is locked; plan the spec as a file to write it"
        } else {
            "it would change; the same command without `--locked` or `--check` writes it"
        }
    }
}
