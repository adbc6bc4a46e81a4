//! The ledgers of a run: `eksnet.lock` beside the specs, or where the user says.

mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::adopt::{Adopt, remark};
use super::screen::Screen;
use super::{Stop, output};
use crate::diagnostic::{Findings, Sources};
use crate::network::Stack;
use crate::plan::{LOCK_FILE, Ledger};
use file::{LedgerFile, guard, identity};

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

    /// Whether the user said which one it is.
    pub(super) fn is_named(&self) -> bool {
        self.named.is_some()
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
            let file = LedgerFile::read(path, self.treatment.repair, sources, findings);
            self.files.insert(id.clone(), file);
        }
        if usual.is_none()
            && let Some(file) = self.files.get_mut(&id)
        {
            file.read_only = true;
        }
        Some(id)
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
