//! Two branches that grow one network apart from each other, and their merge.

use std::collections::BTreeSet;

use eksnet::diagnostic::{Findings, Sources};
use eksnet::network::Ipv4Net;
use eksnet::plan::{Ledger, LockFile, State, SubnetKey};

use crate::support::merge::{self, Style};
use crate::support::rng::Rng;
use crate::{Life, check_lock, read};

/// A line of a lock file, read by a reader of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    key: [String; 3],
    cidr: Ipv4Net,
    state: String,
    ipv6: Option<u8>,
}

impl Line {
    fn clashes(&self, other: &Self) -> bool {
        let dead = |line: &Self| line.state == "tombstone";
        let overlap = self.cidr.contains(&other.cidr) || other.cidr.contains(&self.cidr);
        let same = self.key == other.key && self.cidr == other.cidr;
        let one = same && dead(self) == dead(other);
        let two_ranges = self.key == other.key && !dead(self) && !dead(other);
        (!one && (overlap || two_ranges)) || (!same && self.shares_index(other))
    }

    fn shares_index(&self, other: &Self) -> bool {
        self.ipv6.is_some() && self.ipv6 == other.ipv6
    }

    fn is_of(&self, key: &SubnetKey) -> bool {
        let SubnetKey {
            tier,
            zone,
            ordinal,
        } = key;
        self.key == [tier.clone(), zone.to_string(), ordinal.to_string()]
    }
}

/// The lines without what both branches began with where that is between markers.
fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut base = false;
    for line in text.lines() {
        if "<|=>"
            .chars()
            .any(|c| line.starts_with(&c.to_string().repeat(7)))
        {
            base = line.starts_with('|');
        } else if !base && line.starts_with("grow ") && !line.contains(" vpc ") {
            let words: Vec<&str> = line.split(' ').collect();
            lines.push(Line {
                key: [2, 3, 4].map(|i| words[i].to_owned()),
                cidr: words[5].parse().expect("a range"),
                state: words[6].to_owned(),
                ipv6: words[7..]
                    .iter()
                    .find_map(|word| word.strip_prefix("ipv6=")?.parse().ok()),
            });
        }
    }
    lines
}

fn text(ledger: &Ledger) -> String {
    let mut file = LockFile::new();
    file.set("grow", "us-east-1", ledger.clone());
    file.text()
}

pub(crate) fn merge(life: &mut Life, rng: &mut Rng) {
    life.count("Merge");
    let often = *rng.pick(&[0, 20, 80]);
    let mut branch = |life: &Life| {
        let mut branch = life.clone();
        for _ in 0..rng.between(1, 3) {
            branch.change(rng);
            if rng.chance(often) {
                branch.ledger.mark_deployed();
            }
        }
        branch
    };
    let (ours, theirs) = (branch(life), branch(life));
    let style = *rng.pick(&[Style::Union, Style::Union, Style::Markers, Style::Diff3]);
    let [base, one, two] = [&life.ledger, &ours.ledger, &theirs.ledger].map(text);
    let merged = merge::merge(&base, &one, &two, style);
    let all = lines(&merged);
    let clashing: Vec<&Line> = all
        .iter()
        .enumerate()
        .filter(|(i, line)| {
            all.iter()
                .enumerate()
                .any(|(j, other)| *i != j && line.clashes(other))
        })
        .map(|(_, line)| line)
        .collect();
    check_strictly(life, &merged, !clashing.is_empty());

    let mut findings = Findings::new();
    let file = LockFile::repair("eksnet.lock", &merged, &mut Sources::new(), &mut findings);
    let ledger = file
        .ledger("grow", "us-east-1")
        .cloned()
        .unwrap_or_default();
    let deployed: Vec<_> = clashing
        .iter()
        .filter(|line| line.state == "deployed")
        .collect();
    let both_true = deployed
        .iter()
        .any(|a| deployed.iter().any(|b| a.clashes(b)));
    if both_true {
        life.count("merge: a deployed subnet has two ranges or overlaps another");
    }
    let repaired = lines(&text(&ledger));
    let left = |a: &&Line| repaired.iter().any(|b| a.clashes(b));
    let mut left = repaired.iter().filter(left).peekable();
    assert_eq!(findings.has_errors(), left.peek().is_some(), "{merged}");
    let broken = findings.has_errors();
    assert!(left.all(|line| line.state == "deployed"), "{merged}");
    // No range that a subnet on AWS has is free to be given out.
    for line in all.iter().filter(|line| line.state == "deployed") {
        let mut known = ledger.entries().map(|(_, entry)| entry.cidr);
        let mut buried = ledger.tombstones().map(|old| old.cidr);
        let holds = |cidr: Ipv4Net| cidr.contains(&line.cidr) || line.cidr.contains(&cidr);
        assert!(known.any(holds) || buried.any(holds), "{line:?}\n{merged}");
    }
    if broken {
        life.count("merge: two deployed ranges overlap, which no repair can help");
        return;
    }
    check_lock(&ledger, false);
    plan(life, [&ours, &theirs], ledger, &clashing);
}

/// Faults are found where there are any, and only there.
fn check_strictly(life: &mut Life, merged: &str, clash: bool) {
    let codes = |findings: &Findings| -> BTreeSet<String> {
        findings
            .iter()
            .map(|finding| finding.code.as_str().to_owned())
            .collect()
    };
    let found = read(merged, "eksnet.lock")
        .err()
        .map(|findings| codes(&findings));
    let expected = if merged.contains("<<<<<<<") {
        life.count("merge: conflict markers");
        Some("PLAN008")
    } else if clash {
        life.count("merge: ranges overlap");
        Some("PLAN009")
    } else {
        life.count("merge: nothing overlaps");
        None
    };
    assert_eq!(
        found,
        expected.map(|code| [code.to_owned()].into()),
        "{merged}"
    );
}

/// Plans what both branches say with the repaired ledger, and goes on from there.
fn plan(life: &mut Life, [ours, theirs]: [&Life; 2], ledger: Ledger, clashing: &[&Line]) {
    let mut network = ours.network.merge(&life.network, &theirs.network);
    if network.tiers.is_empty() {
        return;
    }
    network.settle(&ledger);
    let ledger = network.stack().repair(ledger);
    // Without the subnets that went, a number of zones may be others.
    network.settle(&ledger);
    let mut merged = Life {
        ledger,
        ..life.clone()
    };
    if let Err(refused) = merged.advance(network) {
        // What the branches say together may be what nobody can have: somebody has to say what is meant.
        for code in refused {
            life.count(format!("merge: refused, {code}"));
        }
        return;
    }
    merged.count("merge: repaired and planned");
    for (key, entry) in merged.ledger.entries() {
        let before: Vec<_> = [ours, theirs]
            .iter()
            .filter_map(|life| life.ledger.get(key))
            .collect();
        if before.is_empty() || before.iter().any(|old| old.cidr == entry.cidr) {
            continue;
        }
        // Only what is planned moves, and only where another branch has something else for it, or asks for another size or
        // another place. What a branch removed is buried, and the subnet may come with another size.
        let buried = |cidr: Ipv4Net| merged.ledger.tombstones().any(|old| old.cidr == cidr);
        assert!(
            before
                .iter()
                .all(|old| old.state == State::Planned || buried(old.cidr)),
            "{key} has moved from {before:?} to {entry:?}"
        );
        assert!(
            clashing.iter().any(|line| line.is_of(key))
                || before
                    .iter()
                    .all(|old| old.cidr.prefix_len() != entry.cidr.prefix_len())
                || before
                    .iter()
                    .all(|old| !merged.network.allows(key, old.cidr)),
            "{key} has moved from {before:?} to {entry:?}"
        );
    }
    *life = merged;
}
