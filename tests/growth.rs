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

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use eksnet::diagnostic::{Finding, Findings, Severity, Sources};
use eksnet::network::{Access, Ipv4Net, ZoneId};
use eksnet::plan::{Ledger, LockFile, Plan, PlannedSubnet, State, SubnetKey, Tombstone};
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
type Counts = BTreeMap<Cow<'static, str>, usize>;

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
    for what in RARE {
        let seen = counts.contains_key(*what);
        assert!(steps < 100_000 || seen, "never: {what}");
    }
}

/// The kinds of steps; those that two branches took before they were merged count as one.
const STEPS: &[&str] = &[
    "AddBlock",
    "AddFurther",
    "AddPinnedTier",
    "AddTier",
    "AddZone",
    "AddZoneToTier",
    "MarkDeployed",
    "Merge",
    "PinAsItIs",
    "PinBuried",
    "Release",
    "RemoveBlock",
    "RemoveFurther",
    "RemoveTier",
    "RemoveZone",
    "RemoveZoneFromTier",
    "RenameFile",
    "RenameTier",
    "ReorderBlocks",
    "ReorderTiers",
    "ReorderZones",
    "Unpin",
    "WriteZonesDifferently",
];

/// What must have happened in these steps.
const EVERYTHING: &[&str] = &[
    "gateways: a zone leaves through that of another",
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
    "block: a new subnet is in a further one",
    "block: a new subnet is in one that has to be named",
    "block: a tombstone is in none",
    "ipv6: a new subnet has the lowest free index",
    "ipv6: a subnet returns to its index",
    "ipv6: an index stays",
    "pin: a subnet returns to what is written down",
    "pin: a new subnet is where it is written down",
    "refused: a block in use is removed",
    "refused: a pin of a renamed tier",
    "refused: a pin over a tombstone",
    "reserved: planned around a range",
];

/// What must have happened in all steps.
const RARE: &[&str] = &[
    "block: a subnet returns to one that was not there",
    "block: a tombstone is larger",
    "merge: refused, EKS212",
    "merge: refused, PLAN010",
    "merge: refused, PLAN011",
    "merge: refused, SPEC023",
];

/// The life of one network.
fn history(seed: u64) -> Counts {
    let mut rng = Rng::new(seed);
    let mut life = Life::new(&mut rng);
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
    /// Whether ranges are written down.
    pins: bool,
    /// Ranges that were in none of its blocks for a while.
    away: BTreeSet<Ipv4Net>,
    counts: Counts,
}

impl Life {
    fn new(rng: &mut Rng) -> Self {
        let only_grows = rng.chance(40);
        let mut new = Self {
            network: Growing::new(rng),
            ledger: Ledger::new(),
            only_grows,
            pins: rng.chance(if only_grows { 30 } else { 70 }),
            away: BTreeSet::new(),
            counts: Counts::new(),
        };
        while new.advance(new.network.clone()).is_err() {
            new.network = Growing::new(rng);
        }
        new
    }

    fn count(&mut self, what: impl Into<Cow<'static, str>>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    fn step(&mut self, rng: &mut Rng) {
        match rng.below(20) {
            0 => self.rename_file(rng),
            1 => {
                self.count("MarkDeployed");
                self.ledger.mark_deployed();
                let planned = self.advance(self.network.clone());
                planned.expect("nothing is new");
                assert!(
                    self.ledger
                        .entries()
                        .all(|(_, e)| e.state == State::Deployed)
                );
            }
            2 | 3 if !self.only_grows => {
                self.count("Release");
                self.ledger.release();
                self.away.clear();
                let planned = self.advance(self.network.clone());
                planned.expect("nothing is new");
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
            if (step.pins() && !self.pins) || !changed.change(step, &self.ledger, rng) {
                continue;
            }
            let before = step.changes_nothing().then(|| self.ledger.clone());
            self.count(format!("{step:?}"));
            let refused = self.advance(changed).err();
            if let Some(before) = before {
                assert_eq!(refused, None, "{step:?}");
                assert_eq!(self.ledger, before, "{step:?}");
            }
            self.judge(step, &refused.unwrap_or_default());
            return;
        }
    }

    /// Whether addresses were taken only as eksnet takes them, and none is free again.
    fn is_packed(&self) -> bool {
        self.only_grows && !self.pins && self.network.reserved.is_none()
    }

    /// Whether a step was refused for a reason for which it may be.
    fn judge(&mut self, step: Step, refused: &BTreeSet<&str>) {
        let may_be: &[&str] = match step {
            Step::RemoveBlock => &["EKS212", "SPEC023"],
            Step::PinBuried | Step::RenameTier => &["PLAN001", "PLAN011", "PLAN012"],
            _ => &["PLAN001", "PLAN012"],
        };
        assert!(
            refused.iter().all(|code| may_be.contains(code)),
            "{step:?}: {refused:?}"
        );
        match step {
            Step::RemoveBlock if !refused.is_empty() => {
                assert!(refused.contains("EKS212"), "a tier has subnets");
                self.count("refused: a block in use is removed");
            }
            Step::PinBuried => {
                assert!(refused.contains("PLAN011"), "{:?}", self.network);
                self.count("refused: a pin over a tombstone");
            }
            Step::RenameTier if refused.contains("PLAN011") => {
                self.count("refused: a pin of a renamed tier");
            }
            _ => {}
        }
    }

    /// Plans a network and compares the plan with what must come of it.
    ///
    /// # Errors
    ///
    /// The rules that are broken; nothing has changed.
    fn advance(&mut self, network: Growing) -> Result<(), BTreeSet<&'static str>> {
        let expected = expect(&network, &self.ledger);
        let stack = network.stack();
        let plan = match stack.plan(&self.ledger) {
            Ok(plan) => plan,
            Err(findings) => {
                if !expected.faults.is_empty() {
                    // Without all that must have its place, it is not said for what there is room.
                    let mut found = errors(&findings);
                    found.remove("PLAN001");
                    let faults = expected.faults.iter().copied();
                    assert!(found.iter().map(String::as_str).eq(faults), "{findings:?}");
                    assert_eq!(outside(&findings), expected.outside, "{findings:?}");
                    return Err(expected.faults);
                }
                assert_eq!(no_room(&findings), expected.refused, "{network:?}");
                self.count(if expected.too_few {
                    "no room: too few addresses"
                } else {
                    assert!(
                        !self.is_packed(),
                        "growth is refused for lack of addresses only"
                    );
                    "no room: enough addresses, in pieces"
                });
                return Err(["PLAN001"].into());
            }
        };
        assert!(expected.faults.is_empty(), "{network:?}");
        assert!(
            expected.refused.is_empty(),
            "{:?} in {network:?}",
            expected.refused
        );
        self.count("planned");
        self.check(&plan, &expected, &network);
        let ledger = plan.ledger();
        if self.only_grows {
            self.check_routes(&ledger);
        }
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
        Ok(())
    }

    fn check(&mut self, plan: &Plan, expected: &Expected, network: &Growing) {
        let blocks = network.blocks();
        let subnets: BTreeMap<&SubnetKey, &PlannedSubnet> = plan
            .tiers
            .iter()
            .flat_map(|tier| &tier.subnets)
            .map(|subnet| (&subnet.key, subnet))
            .collect();
        assert!(subnets.keys().copied().eq(expected.subnets.keys()));
        for (key, fate) in &expected.subnets {
            self.check_subnet(subnets[key], fate, expected, network);
        }
        assert!(
            plan.tombstones
                .iter()
                .eq(&buried_by_address(&expected.buried)),
            "tombstones"
        );
        // Subnets, what they had, what is reserved and what is free: all of the network, and nothing twice.
        let taken = subnets.values().map(|subnet| subnet.cidr);
        let taken = taken.chain(plan.free.clone()).chain(network.reserved);
        let inside = |cidr: &Ipv4Net| blocks.iter().any(|block| block.contains(cidr));
        let mut all: Vec<_> = taken.collect();
        assert!(all.iter().all(inside));
        for old in plan.tombstones.iter().map(|old| old.cidr) {
            if inside(&old) {
                all.push(old);
                continue;
            }
            self.count("block: a tombstone is in none");
            self.away.insert(old);
            for block in blocks.iter().filter(|block| old.contains(*block)) {
                self.count("block: a tombstone is larger");
                all.push(*block);
            }
        }
        all.sort_unstable();
        for block in &blocks {
            assert_filled(*block, &all);
        }
        if network.reserved.is_some() {
            self.count("reserved: planned around a range");
        }
        // Gateways that are still asked for stay as well.
        let had: BTreeSet<ZoneId> = gateways(&self.ledger).map(|(_, zone)| zone).collect();
        assert!(plan.nats.iter().all(|nat| plan.zones.contains(&nat.zone)));
        if self.only_grows {
            self.count("planned in a network that only grew");
            let now: BTreeSet<ZoneId> = plan.nats.iter().map(|nat| nat.zone).collect();
            if network.tiers.iter().all(|tier| tier.zones.is_none()) {
                assert!(had.is_subset(&now), "{had:?} {now:?}");
            }
            assert!(plan.tombstones.is_empty());
            for block in blocks.iter().filter(|_| self.is_packed()) {
                let of_block = plan.free.iter().filter(|free| block.contains(*free));
                let sizes: Vec<u64> = of_block.map(|f| 1 << (32 - f.prefix_len())).collect();
                let free: u64 = sizes.iter().sum();
                assert_eq!(sizes.len(), free.count_ones() as usize, "{:?}", plan.free);
            }
        }
    }

    /// Who leaves through a gateway goes on so, unless there is one in the own zone now.
    fn check_routes(&mut self, ledger: &Ledger) {
        for (key, was) in self.ledger.entries().filter(|(_, was)| was.via.is_some()) {
            let via = ledger.get(key).expect("nothing is removed").via;
            assert!(via == was.via || via.is_none(), "{key}: {was:?}, {via:?}");
        }
        let left = ledger.entries().filter(|(_, now)| now.via.is_some());
        if left.count() > 0 {
            self.count("gateways: a zone leaves through that of another");
        }
    }

    fn check_subnet(
        &mut self,
        subnet: &PlannedSubnet,
        fate: &Fate,
        expected: &Expected,
        network: &Growing,
    ) {
        let PlannedSubnet {
            key,
            cidr,
            ipv6,
            state,
            existing,
        } = subnet;
        assert_eq!(*existing, None, "built by the stack");
        assert_eq!(*cidr, cidr.trunc(), "aligned");
        let by_ledger = match fate {
            Fate::Stays(entry) => entry.state,
            Fate::Returns(_) | Fate::Pinned(..) | Fate::New(..) => State::Planned,
        };
        assert_eq!(*state, by_ledger, "{key}");
        assert_eq!(*ipv6, expected.indices.get(key).copied(), "{key}");
        let tier = network.tiers.iter().find(|tier| tier.name == key.tier);
        let pinned = tier.is_some_and(|tier| tier.pins.iter().any(|(_, pin)| pin == cidr));
        match fate {
            Fate::Stays(entry) => {
                assert_eq!(*cidr, entry.cidr, "{key} has moved");
                self.count("subnet stays");
            }
            Fate::Returns(old) => {
                assert_eq!(*cidr, old.cidr, "{key}");
                self.count("subnet returns to its old range");
                if pinned {
                    self.count("pin: a subnet returns to what is written down");
                }
                if self.away.contains(cidr) {
                    self.count("block: a subnet returns to one that was not there");
                }
            }
            Fate::Pinned(pin, _) => {
                assert_eq!(cidr, pin, "{key}");
                self.count("pin: a new subnet is where it is written down");
            }
            Fate::New(prefix, _) => {
                let block = expected.blocks[key];
                assert_eq!(cidr.prefix_len(), *prefix);
                assert!(block.contains(cidr), "{key} is {cidr}, not in {block}");
                self.count("subnet is new");
                if block != network.cidr {
                    self.count("block: a new subnet is in a further one");
                }
                if !network.is_general(block) {
                    self.count("block: a new subnet is in one that has to be named");
                }
            }
        }
        if ipv6.is_some() {
            self.count(match fate {
                Fate::Stays(_) => "ipv6: an index stays",
                Fate::Returns(_) => "ipv6: a subnet returns to its index",
                Fate::Pinned(..) | Fate::New(..) => "ipv6: a new subnet has the lowest free index",
            });
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

fn buried_by_address(buried: &BTreeSet<Tombstone>) -> Vec<Tombstone> {
    let mut buried: Vec<_> = buried.iter().cloned().collect();
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

/// The codes of errors.
fn errors(findings: &Findings) -> BTreeSet<String> {
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    errors.map(|finding| finding.code.to_string()).collect()
}

/// How many findings there are of ranges that are in no block.
fn outside(findings: &Findings) -> usize {
    let says =
        |f: &&Finding| f.code.as_str() == "EKS212" && f.message.contains("not inside the VPC's ");
    findings.iter().filter(says).count()
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
