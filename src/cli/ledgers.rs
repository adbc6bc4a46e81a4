//! The ledgers of a run: `eksnet.lock` beside the specs, or where the user says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use ipnet::Ipv4Net;

use super::adopt::{Adopt, remark};
use super::screen::Screen;
use super::{Stop, output};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Sources, Span};
use crate::network::Stack;
use crate::plan::{Change, LOCK_FILE, Ledger, LockFile, SubnetKey};

#[derive(Args, Clone, Default)]
pub(super) struct LedgerOptions {
    /// The ledger of all stacks of the run [default: eksnet.lock beside each spec]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    ledger: Option<PathBuf>,
}

/// What is done to ledgers before anything is planned with them.
#[derive(Default)]
pub(super) struct Treatment {
    /// Take both sides of a merge, and move what is planned and in the way.
    pub(super) repair: bool,
    /// Forget what removed subnets had.
    pub(super) release: bool,
    /// Enter what exists.
    pub(super) adopt: Option<Adopt>,
}

/// Whether a run may change its ledgers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// It writes what it gave out.
    Write,
    /// It fails where something would change; whether also for lack of a ledger.
    Locked { missing_too: bool },
}

/// The ledgers of a run.
#[derive(Default)]
pub(super) struct Ledgers {
    /// The one that the user named.
    named: Option<PathBuf>,
    treatment: Treatment,
    /// By [`identity`].
    files: BTreeMap<PathBuf, LedgerFile>,
    /// Whether something was planned whose ledger nobody keeps.
    unkept: bool,
    /// What is to be said of what was adopted.
    remark: Option<String>,
}

/// A ledger's file as it was, and as it is to be.
#[derive(Default)]
struct LedgerFile {
    /// As the user names it.
    path: PathBuf,
    /// What stood in it; none where there was no file.
    text: Option<String>,
    /// Whether nothing can be planned with it.
    broken: bool,
    /// Whether it has to be written even if all that can be read of it stays.
    mended: bool,
    /// For the standard input, which has no place to write beside.
    read_only: bool,
    before: LockFile,
    after: LockFile,
    /// Which subnets were found to exist.
    adopted: BTreeSet<SubnetKey>,
}

impl Ledgers {
    pub(super) fn new(options: &LedgerOptions, treatment: Treatment) -> Self {
        Self {
            named: options.ledger.clone(),
            treatment,
            files: BTreeMap::new(),
            unkept: false,
            remark: None,
        }
    }

    /// The ledger's file, read, by what it is known by: the one that the user named, else the usual one. Nothing where
    /// there is neither, as for the standard input.
    pub(super) fn open(
        &mut self,
        usual: Option<&Path>,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<PathBuf> {
        let Some(path) = self.named.as_deref().or(usual) else {
            self.unkept = true;
            return None;
        };
        let id = identity(path);
        if !self.files.contains_key(&id) {
            let file = LedgerFile {
                path: path.to_path_buf(),
                ..self.read(path, sources, findings)
            };
            self.files.insert(id.clone(), file);
        }
        if usual.is_none()
            && let Some(file) = self.files.get_mut(&id)
        {
            file.read_only = true;
        }
        Some(id)
    }

    fn read(&self, path: &Path, sources: &mut Sources, findings: &mut Findings) -> LedgerFile {
        let name = path.to_string_lossy();
        let text = match fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return LedgerFile::default(),
            Ok(Err(_)) => {
                return LedgerFile::unreadable(&name, "it is not UTF-8", sources, findings);
            }
            Err(error) => {
                return LedgerFile::unreadable(&name, &error.to_string(), sources, findings);
            }
        };
        let mut said = Findings::new();
        let read = if self.treatment.repair {
            LockFile::repair
        } else {
            LockFile::read
        };
        let after = read(&name, &text, sources, &mut said);
        // What stands in the file; what cannot be read of it is not what is compared with.
        let mut mended = Findings::new();
        let before = if self.treatment.repair {
            LockFile::read(&name, &text, &mut Sources::new(), &mut mended)
        } else {
            after.clone()
        };
        let broken = said.has_errors();
        findings.extend(said);
        LedgerFile {
            text: Some(text),
            broken,
            mended: mended.has_errors(),
            before,
            after,
            ..LedgerFile::default()
        }
    }

    /// The ledger of a stack, or nothing where it cannot be trusted.
    pub(super) fn of(&self, file: Option<&Path>, stack: &Stack) -> Option<Ledger> {
        let Some(file) = file.and_then(|path| self.files.get(path)) else {
            return Some(Ledger::new());
        };
        if file.broken {
            return None;
        }
        let ledger = file.after.ledger(stack.name(), stack.region().as_str());
        let mut ledger = ledger.cloned().unwrap_or_default();
        if self.treatment.release {
            ledger.release();
        }
        if self.treatment.repair {
            ledger = stack.repair(ledger);
        }
        Some(ledger)
    }

    /// Whether there is something to adopt.
    pub(super) const fn adopts(&self) -> bool {
        self.treatment.adopt.is_some()
    }

    /// The ledger with what exists, or nothing where it is not clear what that is.
    pub(super) fn adopt(
        &mut self,
        path: Option<&Path>,
        stack: &Stack,
        ledger: &Ledger,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Ledger> {
        let adopt = self.treatment.adopt.as_ref()?;
        let adoption = adopt.apply(stack, ledger, sources, findings)?;
        self.remark = remark(&adopt.name(), &adoption);
        if let Some(file) = path.and_then(|path| self.files.get_mut(path)) {
            file.adopted = adoption.keys;
        }
        Some(adoption.ledger)
    }

    /// Keeps what a plan gave out.
    pub(super) fn keep(&mut self, path: Option<&Path>, stack: &str, region: &str, ledger: Ledger) {
        if let Some(file) = path.and_then(|path| self.files.get_mut(path)) {
            file.after.set(stack, region, ledger);
        }
    }

    /// Notes that the subnets of these networks exist on AWS.
    pub(super) fn mark_deployed(&mut self, planned: &[(String, String)]) {
        for file in self.files.values_mut() {
            for (stack, region) in planned {
                if let Some(ledger) = file.after.ledger(stack, region) {
                    let mut ledger = ledger.clone();
                    ledger.mark_deployed();
                    file.after.set(stack, region, ledger);
                }
            }
        }
    }

    /// Drops the networks of a directory that no spec has any more.
    pub(super) fn only(&mut self, directory: &Path, planned: &[(String, String)]) {
        if self.named.is_some() {
            // Specs of other directories may share it.
            return;
        }
        let planned: BTreeSet<(&str, &str)> = planned
            .iter()
            .map(|(stack, region)| (stack.as_str(), region.as_str()))
            .collect();
        if let Some(file) = self.files.get_mut(&identity(&directory.join(LOCK_FILE))) {
            file.after
                .retain(|stack, region| planned.contains(&(stack, region)));
        }
    }

    /// Writes the ledgers that changed, or says how they would; returns whether all is well.
    pub(super) fn settle(&self, keep: Keep, screen: &mut Screen) -> Result<bool, Stop> {
        let mut well = true;
        if let Some(remark) = &self.remark {
            screen.say(remark);
        }
        if self.unkept && keep == (Keep::Locked { missing_too: true }) {
            well = false;
            screen.say(
                "<stdin>: there is no ledger to hold it against; name one by `--ledger FILE`\n",
            );
        }
        for (id, file) in &self.files {
            let path = &file.path;
            let missing = file.text.is_none() && !file.after.is_empty();
            if file.before == file.after && !missing && !file.mended {
                continue;
            }
            let locked = match keep {
                Keep::Locked { missing_too } => Some(missing_too),
                Keep::Write => file.read_only.then_some(false),
            };
            match locked {
                None => {
                    let _others_wait = guard(id);
                    output::write(id, &file.merged(id)?.text())?;
                    screen.say(&format!("{}: {}\n", path.display(), file.summary()));
                }
                // Without a ledger there is nothing that a first plan could move.
                Some(false) if missing => {}
                Some(_) => {
                    well = false;
                    let text = file.after.text();
                    if let Some(difference) = output::difference(path, &text, screen.errors())? {
                        screen.say(&difference);
                    }
                    screen.say(&format!("{}: {}\n", path.display(), file.refusal()));
                }
            }
        }
        Ok(well)
    }
}

/// What a file is known by, by whatever path it is named: the ledger of `a.yaml` is that of `./b.yaml`. Two that were held
/// for one would each be written without what the other has.
fn identity(path: &Path) -> PathBuf {
    if let Ok(file) = path.canonicalize() {
        return file;
    }
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    let directory = parent.unwrap_or(Path::new(".")).canonicalize();
    match (directory, path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => path.to_path_buf(),
    }
}

/// Lets no other run write beside this file until it is dropped, on systems that lock directories. On others two that
/// write within the same millisecond may still lose one.
fn guard(path: &Path) -> Option<File> {
    let directory = File::open(path.parent()?).ok()?;
    directory.lock().ok()?;
    Some(directory)
}

impl LedgerFile {
    /// The file as it is to be, with what other runs have given out to other networks since it was read.
    fn merged(&self, id: &Path) -> Result<LockFile, Stop> {
        let now = match fs::read(id) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let path = self.path.display();
                return Err(Stop::Failed(format!("cannot read {path}: {error}")));
            }
        };
        let mut merged = self.after.clone();
        // A ledger that was taken away takes nothing back.
        let Some(now) = now.filter(|now| Some(now) != self.text.as_ref()) else {
            return Ok(merged);
        };
        let mut findings = Findings::new();
        let theirs = LockFile::read("", &now, &mut Sources::new(), &mut findings);
        let mut overtaken = findings.has_errors() || self.mended;
        for (stack, region, ledger) in theirs.networks() {
            let [before, after] =
                [&self.before, &self.after].map(|file| file.ledger(stack, region));
            if Some(ledger) != before && Some(ledger) != after {
                overtaken |= before != after;
                merged.set(stack, region, ledger.clone());
            }
        }
        if overtaken {
            return Err(Stop::Failed(format!(
                "{} has changed since it was read, also for what this run gives out: run it again",
                self.path.display()
            )));
        }
        Ok(merged)
    }

    fn unreadable(name: &str, why: &str, sources: &mut Sources, findings: &mut Findings) -> Self {
        let source = sources.add(name, "");
        let span = Span {
            source,
            start: 0,
            end: 0,
        };
        findings.push(
            rules::PLAN008
                .at(Origin::Spec(span), format!("cannot read the ledger: {why}"))
                .help("take the file back from the version control by `git checkout eksnet.lock`"),
        );
        Self {
            broken: true,
            ..Self::default()
        }
    }

    /// What changed, in words.
    fn summary(&self) -> String {
        let mut counts = [0_usize; 7];
        let mut regions: BTreeMap<(&str, &str), [Option<&Ledger>; 2]> = BTreeMap::new();
        for (at, file) in [&self.before, &self.after].into_iter().enumerate() {
            for (stack, region, ledger) in file.networks() {
                regions.entry((stack, region)).or_default()[at] = Some(ledger);
            }
        }
        let none = Ledger::new();
        for [old, new] in regions.into_values() {
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
                    Change::Moved(..) => 4,
                    Change::Marked(..) => 5,
                    Change::Released(_) => 6,
                }] += 1;
            }
        }
        let words = [
            "adopted",
            "given out",
            "kept for removed subnets",
            "given up",
            "moved",
            "marked",
            "released",
        ];
        let said: Vec<String> = counts
            .iter()
            .zip(words)
            .filter(|(count, _)| **count > 0)
            .map(|(count, word)| {
                let ranges = if *count == 1 { "range" } else { "ranges" };
                format!("{count} {ranges} {word}")
            })
            .collect();
        if said.is_empty() {
            "put in order".to_owned()
        } else {
            said.join(", ")
        }
    }

    fn refusal(&self) -> &'static str {
        if self.read_only {
            "it would change, and what is read from the standard input is locked; plan the spec as a file to write it"
        } else {
            "it would change; the same command without `--locked` or `--check` writes it"
        }
    }
}
