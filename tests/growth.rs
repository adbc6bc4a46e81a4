//! Networks that grow and shrink by chance, step by step: nothing that the ledger knows moves.
//!
//! `EKSNET_CASES=full` takes a hundred thousand steps; `EKSNET_CASES=N` as many. A failure names the seed of its history,
//! which `EKSNET_SEED=N` does alone.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that stops is a test that fails, and it tells how much it has seen"
)]

#[path = "growth/branches.rs"]
mod branches;
#[path = "growth/oracle.rs"]
mod oracle;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use eksnet::diagnostic::{Findings, Severity, Sources};
use eksnet::network::{Access, Ipv4Net, ZoneId};
use eksnet::plan::{Ledger, LockFile, Plan, State, SubnetKey};
use eksnet::spec::{Format, load};

use oracle::{Expected, Fate, expect};
use support::cases;
use support::emit::{self, Order};
use support::growing::{Growing, Step};
use support::rng::Rng;
use support::run;
use support::templates::Templates;

/// How many steps the history of one network has.
const HISTORY: usize = 50;

/// How often each thing has happened.
type Counts = BTreeMap<String, usize>;

#[test]
fn nothing_moves() {
    if let Ok(seed) = std::env::var("EKSNET_SEED") {
        history(seed.parse().expect("a number"));
        return;
    }
    let steps = cases(2_000, 100_000);
    let (next, done, failed) = (
        AtomicU64::new(0),
        AtomicUsize::new(0),
        AtomicBool::new(false),
    );
    let all = Mutex::new(Counts::new());
    let work = || {
        while done.load(Ordering::Relaxed) < steps && !failed.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let Ok(counts) = catch_unwind(AssertUnwindSafe(|| history(seed))) else {
                println!("the history of seed {seed} has failed");
                failed.store(true, Ordering::Relaxed);
                break;
            };
            let taken = STEPS.iter().filter_map(|step| counts.get(*step));
            done.fetch_add(taken.sum(), Ordering::Relaxed);
            let mut all = all.lock().expect("nobody panics with it");
            for (what, count) in counts {
                *all.entry(what).or_default() += count;
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    assert!(!failed.into_inner(), "see above");
    let counts = all.into_inner().expect("nobody panics with it");
    for (what, count) in &counts {
        println!("{count:>8} {what}");
    }
    println!("{:>8} steps", done.into_inner());
    for what in STEPS.iter().chain(EVERYTHING) {
        assert!(steps < 2_000 || counts.contains_key(*what), "never: {what}");
    }
}

/// The kinds of steps; those that two branches took before they were merged count as one.
const STEPS: &[&str] = &[
    "AddFurther",
    "AddTier",
    "AddZone",
    "AddZoneToTier",
    "MarkDeployed",
    "Merge",
    "Release",
    "RemoveFurther",
    "RemoveTier",
    "RemoveZone",
    "RemoveZoneFromTier",
    "RenameFile",
    "RenameTier",
    "ReorderTiers",
    "ReorderZones",
    "WriteZonesDifferently",
];

/// What must have happened in these steps.
const EVERYTHING: &[&str] = &[
    "merge: a deployed subnet has two ranges or overlaps another",
    "merge: conflict markers",
    "merge: nothing overlaps",
    "merge: ranges overlap",
    "merge: repaired and planned",
    "no room: too few addresses",
    "no room: enough addresses, in pieces",
    "planned",
    "planned in a network that only grew",
    "subnet is new",
    "subnet returns to its old range",
    "subnet stays",
    "templates compared",
    "templates grew",
];

/// The life of one network.
fn history(seed: u64) -> Counts {
    let mut rng = Rng::new(seed);
    let mut life = Life::new(Growing::new(&mut rng), rng.chance(40));
    for _ in 0..HISTORY {
        life.step(&mut rng);
    }
    life.counts
}

/// A network with what is known of it.
#[derive(Clone)]
struct Life {
    network: Growing,
    ledger: Ledger,
    /// Whether nothing may be taken from it.
    only_grows: bool,
    counts: Counts,
}

impl Life {
    fn new(network: Growing, only_grows: bool) -> Self {
        let mut new = Self {
            network: network.clone(),
            ledger: Ledger::new(),
            only_grows,
            counts: Counts::new(),
        };
        new.advance(network);
        new
    }

    fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    fn step(&mut self, rng: &mut Rng) {
        match rng.below(20) {
            0 => self.rename_file(rng),
            1 => {
                self.count("MarkDeployed");
                self.ledger.mark_deployed();
                self.advance(self.network.clone());
                assert!(
                    self.ledger
                        .entries()
                        .all(|(_, e)| e.state == State::Deployed)
                );
            }
            2 | 3 if !self.only_grows => {
                self.count("Release");
                self.ledger.release();
                self.advance(self.network.clone());
                assert_eq!(self.ledger.tombstones().len(), 0);
            }
            4 | 5 if !self.only_grows => branches::merge(self, rng),
            _ => self.change(rng),
        }
    }

    /// One change of the spec, of those that change something.
    fn change(&mut self, rng: &mut Rng) {
        // A network that has all it can have is at least written in another way.
        for _ in 0..1_000 {
            let step = if self.only_grows || rng.chance(55) {
                *rng.pick(&Step::GROWTH)
            } else {
                *rng.pick(&Step::SHRINKING)
            };
            let mut changed = self.network.clone();
            if !changed.change(step, &self.ledger, rng) {
                continue;
            }
            let before = self.ledger.clone();
            self.count(format!("{step:?}"));
            let planned = self.advance(changed);
            if step.changes_nothing() {
                assert!(planned, "{step:?}");
                assert_eq!(self.ledger, before, "{step:?}");
            }
            return;
        }
    }

    /// Plans a network, compares the plan with what must come of it, and says whether there was room. Without, nothing
    /// has changed.
    fn advance(&mut self, network: Growing) -> bool {
        let expected = expect(&network, &self.ledger);
        assert!(!expected.misfit, "{network:?}");
        let stack = network.stack();
        let plan = match stack.plan(&self.ledger) {
            Ok(plan) => plan,
            Err(findings) => {
                assert_eq!(no_room(&findings), expected.refused, "{network:?}");
                self.count(if expected.too_few {
                    "no room: too few addresses"
                } else {
                    assert!(
                        !self.only_grows || network.blocks().len() > 1,
                        "growth is refused for lack of addresses only"
                    );
                    "no room: enough addresses, in pieces"
                });
                return false;
            }
        };
        assert!(
            expected.refused.is_empty(),
            "{:?} in {network:?}",
            expected.refused
        );
        self.count("planned");
        self.check(&plan, &expected, &network.blocks());
        let ledger = plan.ledger();
        let mut again = stack.plan(&ledger).expect("it was planned");
        assert_eq!(again.ledger(), ledger);
        // A number of zones is no promise for a zone in which no subnet stands.
        again.zones.clone_from(&plan.zones);
        assert_eq!(again, plan, "planned again");
        check_lock(&ledger, self.counts["planned"].is_multiple_of(2));
        let often = if self.only_grows { 12 } else { 32 };
        if self.counts["planned"].is_multiple_of(often) {
            self.count("templates compared");
            let [one, two] = [&self.ledger, &ledger]
                .map(|ledger| stack.synthesize_with(ledger).expect("it was planned"));
            assert_eq!(run::output(&one), run::output(&two));
            let templates = Templates::of(&one);
            templates.assert_closed();
            // Where a public tier is in some zones only, a gateway more changes routes of others (`tests/ledger.rs`).
            let mut public = network.tiers.iter().filter(|t| t.access == Access::Public);
            if self.only_grows && public.all(|tier| tier.zones.is_none()) {
                let before = self.network.stack().synthesize_with(&self.ledger);
                let before = Templates::of(&before.expect("it was planned"));
                before.assert_grew_into(&templates, false);
                self.count("templates grew");
            }
        }
        self.network = network;
        self.ledger = ledger;
        true
    }

    fn check(&mut self, plan: &Plan, expected: &Expected, blocks: &[Ipv4Net]) {
        let subnets: BTreeMap<&SubnetKey, (Ipv4Net, State)> = plan
            .tiers
            .iter()
            .flat_map(|tier| &tier.subnets)
            .map(|subnet| (&subnet.key, (subnet.cidr, subnet.state)))
            .collect();
        assert!(subnets.keys().copied().eq(expected.subnets.keys()));
        let mut buried = expected.buried.clone();
        for (key, fate) in &expected.subnets {
            let (cidr, state) = subnets[key];
            assert_eq!(cidr, cidr.trunc(), "aligned");
            match fate {
                Fate::Stays(entry) => {
                    assert_eq!((cidr, state), (entry.cidr, entry.state), "{key} has moved");
                    self.count("subnet stays");
                }
                Fate::Returns(ranges) => {
                    assert!(ranges.contains(&cidr) && state == State::Planned, "{key}");
                    buried.retain(|old| old.cidr != cidr);
                    self.count("subnet returns to its old range");
                }
                Fate::New(prefix) => {
                    assert_eq!((cidr.prefix_len(), state), (*prefix, State::Planned));
                    self.count("subnet is new");
                }
            }
        }
        assert!(
            plan.tombstones.iter().eq(&buried_by_address(buried)),
            "tombstones"
        );
        // Subnets, what they had and what is free: all of the network, and nothing twice.
        let taken = subnets.values().map(|(cidr, _)| *cidr);
        let buried = plan.tombstones.iter().map(|old| old.cidr);
        let mut all: Vec<_> = taken.chain(buried).chain(plan.free.clone()).collect();
        all.sort_unstable();
        for block in blocks {
            assert_filled(*block, &all);
        }
        assert!(
            all.iter()
                .all(|cidr| blocks.iter().any(|block| block.contains(cidr)))
        );
        // Gateways that are still asked for stay as well.
        let had: BTreeSet<ZoneId> = gateways(&self.ledger).map(|(_, zone)| zone).collect();
        assert!(plan.nats.iter().all(|nat| plan.zones.contains(&nat.zone)));
        if self.only_grows {
            self.count("planned in a network that only grew");
            let now: BTreeSet<ZoneId> = plan.nats.iter().map(|nat| nat.zone).collect();
            assert!(had.is_subset(&now), "{had:?} {now:?}");
            assert!(plan.tombstones.is_empty());
            for block in blocks {
                let of_block = plan.free.iter().filter(|free| block.contains(*free));
                let sizes: Vec<u64> = of_block.map(|f| 1 << (32 - f.prefix_len())).collect();
                let free: u64 = sizes.iter().sum();
                assert_eq!(sizes.len(), free.count_ones() as usize, "{:?}", plan.free);
            }
        }
    }

    /// A file of another name says the same: nothing is known by the name of a file.
    fn rename_file(&mut self, rng: &mut Rng) {
        self.count("RenameFile");
        let mut file = LockFile::new();
        file.set("grow", "us-east-1", self.ledger.clone());
        let text = file.text();
        let ledger = read(&text, "other/eksnet.lock").expect("what was written can be read");
        let spec = self.network.spec();
        let mut order = Order::Random(rng.clone());
        let spec = emit::yaml(&spec, &mut order);
        let mut sources = Sources::new();
        let loaded = load("renamed.yaml", Some(Format::Yaml), &spec, &mut sources);
        let stack = loaded.stack.as_ref().expect(&spec);
        let plan = stack.plan(&ledger).expect("it was planned before");
        assert_eq!(plan.ledger(), self.ledger, "{spec}");
    }
}

fn buried_by_address(buried: BTreeSet<eksnet::plan::Tombstone>) -> Vec<eksnet::plan::Tombstone> {
    let mut buried: Vec<_> = buried.into_iter().collect();
    buried.sort_unstable_by_key(|old| old.cidr);
    buried
}

/// Asserts that sorted ranges fill a block without gaps.
fn assert_filled(block: Ipv4Net, all: &[Ipv4Net]) {
    let mut next = u64::from(block.network().to_bits());
    for cidr in all.iter().filter(|cidr| block.contains(*cidr)) {
        assert_eq!(u64::from(cidr.network().to_bits()), next, "{all:?}");
        next += 1 << (32 - cidr.prefix_len());
    }
    assert_eq!(next, u64::from(block.broadcast().to_bits()) + 1);
}

/// The gateways that a ledger knows, with their tiers.
fn gateways(ledger: &Ledger) -> impl Iterator<Item = (&str, ZoneId)> {
    let with = ledger.entries().filter(|(_, entry)| entry.nat);
    with.map(|(key, _)| (key.tier.as_str(), key.zone))
}

/// The tiers for which there is no room; there is nothing else wrong.
fn no_room(findings: &Findings) -> BTreeSet<String> {
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    let refused = errors.map(|finding| {
        assert_eq!(finding.code.as_str(), "PLAN001", "{}", finding.message);
        let at = finding.message.find("for tier").expect("which tier");
        finding.message[at..].to_owned()
    });
    refused.collect()
}

/// The network's ledger in a file without faults.
fn read(text: &str, name: &str) -> Result<Ledger, Findings> {
    let mut findings = Findings::new();
    let file = LockFile::read(name, text, &mut Sources::new(), &mut findings);
    if findings.is_empty() {
        Ok(file
            .ledger("grow", "us-east-1")
            .cloned()
            .unwrap_or_default())
    } else {
        Err(findings)
    }
}

/// A ledger, its text and the ledger again, also with the line ends of Windows.
fn check_lock(ledger: &Ledger, windows: bool) {
    let mut file = LockFile::new();
    file.set("grow", "us-east-1", ledger.clone());
    let mut text = file.text();
    if windows {
        text = text.replace('\n', "\r\n");
    }
    assert_eq!(read(&text, "eksnet.lock").as_ref(), Ok(ledger), "{text}");
}
