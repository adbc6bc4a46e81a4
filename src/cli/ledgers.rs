//! The ledgers of a run: `eksnet.lock` beside the specs, or where the user says.

mod file;
mod words;

pub(super) use words::{lost_ledger, missing_for_check, missing_though_fresh};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::adopt::{Adopt, remark};
use super::screen::Screen;
use super::{Stop, output};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Sources, Span};
use crate::network::Stack;
use crate::plan::{LOCK_FILE, Ledger};
use file::{Found, LedgerFile, guard, identity};

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
    /// Forget what is only planned.
    pub(super) anew: bool,
    /// Forget what removed subnets had.
    pub(super) release: bool,
    /// Enter what exists.
    pub(super) adopt: Option<Adopt>,
}

/// What a run may do to its ledgers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// It writes what it gave out.
    Write,
    /// It fails where something would change; a network without a ledger is planned as for the first time.
    Check,
    /// It fails where something would change, and for lack of a ledger.
    Locked,
    /// It reads them.
    Read,
}

/// What a ledger is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner<'a> {
    /// A spec's file, beside which it is.
    Spec(&'a Path),
    /// A program, and where it has its ledger if that is known.
    Program(Option<&'a Path>),
    /// The standard input, which has no place.
    Stdin,
}

/// The ledgers of a run.
pub(super) struct Ledgers {
    /// The one that the user named.
    named: Option<PathBuf>,
    treatment: Treatment,
    keep: Keep,
    /// By [`identity`].
    files: BTreeMap<PathBuf, LedgerFile>,
    /// Whether something was planned whose ledger nobody keeps.
    unkept: bool,
    /// What is to be said of what was done to them.
    remarks: Vec<String>,
}

impl LedgerOptions {
    /// Whether the user said which one it is.
    pub(super) const fn is_named(&self) -> bool {
        self.ledger.is_some()
    }

    /// Whether `--locked` would come to a plan: a ledger that is named must be there.
    pub(super) fn can_be_locked(&self) -> bool {
        self.ledger.as_deref().is_none_or(Path::exists)
    }
}

impl Ledgers {
    pub(super) fn new(options: &LedgerOptions, treatment: Treatment, keep: Keep) -> Self {
        Self {
            named: options.ledger.clone(),
            treatment,
            keep,
            files: BTreeMap::new(),
            unkept: false,
            remarks: Vec::new(),
        }
    }

    /// Whether the user said which one it is.
    pub(super) fn is_named(&self) -> bool {
        self.named.is_some()
    }

    /// The file of a ledger, read, by what it is known by; nothing where there is none, as for the standard input.
    pub(super) fn file_of(
        &mut self,
        owner: Owner<'_>,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<PathBuf> {
        let path = match (&self.named, owner) {
            (Some(named), _) => named.clone(),
            (None, Owner::Spec(spec)) => spec.with_file_name(LOCK_FILE),
            (None, Owner::Program(Some(ledger))) => ledger.to_path_buf(),
            (None, Owner::Program(None) | Owner::Stdin) => {
                self.unkept = true;
                return None;
            }
        };
        let read_only = matches!(owner, Owner::Stdin);
        let id = identity(&path);
        if !self.files.contains_key(&id) {
            let mut file = LedgerFile::read(&path, self.treatment.repair, sources, findings);
            // Who names a file means one that is there, unless this run begins it.
            let begins = self.keep == Keep::Write && !read_only;
            if self.named.is_some() && file.found == Found::Nothing && !begins {
                findings.push(words::no_such_ledger(&path, sources));
                file.found = Found::Broken;
            }
            self.files.insert(id.clone(), file);
        }
        if let Some(file) = self.files.get_mut(&id) {
            file.read_only |= read_only;
        }
        Some(id)
    }

    /// The ledger of a stack, or nothing where it cannot be trusted.
    pub(super) fn of(&self, file: Option<&Path>, stack: &Stack) -> Option<Ledger> {
        let Some(file) = file.and_then(|path| self.files.get(path)) else {
            return Some(Ledger::new());
        };
        if file.found == Found::Broken {
            return None;
        }
        let ledger = file.after.ledger(stack.name(), stack.region().as_str());
        let mut ledger = ledger.cloned().unwrap_or_default();
        if self.treatment.release {
            ledger.release();
        }
        if self.treatment.anew {
            ledger.forget_planned();
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
        self.remarks.extend(remark(&adopt.name(), &adoption));
        if let Some(file) = path.and_then(|path| self.files.get_mut(path)) {
            file.adopted = adoption.keys;
        }
        Some(adoption.ledger)
    }

    /// Keeps what a plan gave out.
    pub(super) fn keep(&mut self, path: Option<&Path>, stack: &str, region: &str, ledger: Ledger) {
        if let Some(file) = path.and_then(|path| self.files.get_mut(path)) {
            file.after.set(stack, region, ledger);
            file.planned.insert((stack.to_owned(), region.to_owned()));
        }
    }

    /// Notes that the subnets of the run's networks exist on AWS.
    pub(super) fn mark_deployed(&mut self) {
        for file in self.files.values_mut() {
            for (stack, region) in &file.planned {
                if let Some(ledger) = file.after.ledger(stack, region) {
                    let mut ledger = ledger.clone();
                    ledger.mark_deployed();
                    file.after.set(stack, region, ledger);
                }
            }
        }
    }

    /// Looks at the networks of these directories that no spec there describes. Who releases keeps what they have until the
    /// next time, and then drops them; who does not is asked whether one was renamed.
    pub(super) fn without_spec(&mut self, directories: &[PathBuf]) {
        if self.named.is_some() {
            // Specs of other directories may share it.
            return;
        }
        for directory in directories {
            let Some(file) = self.files.get_mut(&identity(&directory.join(LOCK_FILE))) else {
                continue;
            };
            for (stack, region, ledger) in file.without_spec() {
                let network = format!("{}: {stack} in {region}", file.path.display());
                let live = ledger.entries().len();
                let remark = match (self.treatment.release, live) {
                    (true, 0) => {
                        file.after
                            .retain(|a, b| (a, b) != (stack.as_str(), region.as_str()));
                        format!("{network} has no spec here and is forgotten\n")
                    }
                    (true, live) => {
                        let mut ledger = ledger;
                        ledger.release();
                        ledger.bury_all();
                        file.after.set(&stack, &region, ledger);
                        let ranges = words::ranges(live);
                        format!(
                            "{network} has no spec here: {ranges} kept until the next --release\n"
                        )
                    }
                    (false, 0) => continue,
                    (false, live) => {
                        let ranges = words::ranges(live);
                        format!("{network} has {ranges} and no spec here; was it renamed?\n")
                    }
                };
                self.remarks.push(remark);
            }
        }
    }

    /// The file in which a network has its first ledger by this run, and whether there was a file.
    pub(super) fn begun(&self, stack: &str, region: &str) -> Option<(&Path, bool)> {
        let begins = |(_, file): &(&PathBuf, &LedgerFile)| {
            file.before.ledger(stack, region).is_none()
                && file.after.ledger(stack, region).is_some()
        };
        let (_, file) = self.files.iter().find(begins)?;
        Some((&file.path, file.exists()))
    }

    /// Writes the ledgers that changed, or says how they would; returns whether all is well.
    pub(super) fn settle(&self, screen: &mut Screen) -> Result<bool, Stop> {
        let mut well = true;
        for remark in &self.remarks {
            screen.say(remark);
        }
        if self.unkept && self.keep == Keep::Locked {
            well = false;
            screen.say(
                "<stdin>: there is no ledger to hold it against; name one by `--ledger FILE`\n",
            );
        }
        for (id, file) in &self.files {
            let path = &file.path;
            let missing = !file.exists() && !file.after.is_empty();
            if file.before == file.after && !missing && file.found != Found::Merged {
                continue;
            }
            if self.keep == Keep::Write && !file.read_only {
                let _others_wait = guard(id);
                output::write(id, &file.merged(id)?.text())?;
                screen.say(&format!("{}: {}\n", path.display(), file.summary()));
                if self.treatment.repair || self.treatment.anew {
                    screen.say(&file.moves());
                }
            } else if !missing {
                well = false;
                let text = file.after.text();
                if let Some(difference) = output::difference(path, &text, screen.errors())? {
                    screen.say(&difference);
                }
                screen.say(&format!("{}: {}\n", path.display(), file.refusal()));
            } else if self.keep == Keep::Locked {
                well = false;
                screen.say(&words::none_to_be_locked(path));
            }
            // Without a ledger there is nothing that a first plan could move.
        }
        Ok(well)
    }
}

/// A finding about a ledger's file as such.
fn at_file(path: &Path, sources: &mut Sources, message: impl Into<String>) -> Finding {
    let source = sources.add(path.to_string_lossy(), "");
    let span = Span {
        source,
        start: 0,
        end: 0,
    };
    rules::PLAN008.at(Origin::Spec(span), message)
}
