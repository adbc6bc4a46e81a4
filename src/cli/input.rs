//! What a command works on: stacks, wherever they come from, and all that is to be said about them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Stop;
use super::ledgers::{LedgerOptions, Ledgers, Owner};
use super::screen::Screen;
use super::specs::{Collected, SpecFile};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity, Sources};
use crate::network::{At, Region, Stack};
use crate::plan::{LOCK_FILE, Ledger};
use crate::synthesis::{Errors, Synthesis};

/// The stacks of a run before anything is known about them.
pub(super) enum Input {
    Specs(Collected),
    Program {
        stacks: Vec<Stack>,
        /// Where the program keeps its ledger, where that is known.
        ledger: Option<PathBuf>,
    },
}

/// The stacks of a run, synthesized.
pub(super) struct Synthesized {
    /// The texts that the findings point into.
    pub(super) sources: Sources,
    /// All findings of all stacks.
    pub(super) findings: Findings,
    /// Those stacks that have no errors.
    pub(super) stacks: Vec<Synthesis>,
    /// What was given out, and what had been.
    pub(super) ledgers: Ledgers,
    /// What errors do.
    errors: Errors,
    /// Errors in spite of which a stack was synthesized. They are not among the other findings.
    pub(super) forced: Findings,
    /// The directories whose specs are all among them.
    directories: Vec<PathBuf>,
}

/// Whether a run writes a file for each stack, so that their names must differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    Written,
    None,
}

impl Input {
    /// How many stacks there are, if all can be read.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Specs(collected) => collected.files.len(),
            Self::Program { stacks, .. } => stacks.len(),
        }
    }

    /// Whether its only spec is the standard input.
    pub(super) fn is_stdin(&self) -> bool {
        match self {
            Self::Specs(collected) => matches!(collected.files[..], [SpecFile::Stdin]),
            Self::Program { .. } => false,
        }
    }

    /// Takes out a file that is no spec, though its name looks like one.
    pub(super) fn leave_out(&mut self, path: &Path) {
        if let Self::Specs(collected) = self {
            collected.leave_out(path);
        }
    }

    /// Refuses a run that gives out ranges where nobody would remember them.
    pub(super) fn with_ledger(self, options: &LedgerOptions) -> Result<Self, Stop> {
        match self {
            Self::Program { ledger: None, .. } if !options.is_named() => Err(Stop::Usage(format!(
                "there is no {LOCK_FILE} here, which says where subnets are; run the program by Cargo or in the directory of \
                 its {LOCK_FILE}, or name one by `--ledger FILE`, which is begun where it does not exist"
            ))),
            input => Ok(input),
        }
    }

    /// Reads, checks and plans all of them. An error in one does not keep the others from being looked at.
    pub(super) fn synthesize(
        self,
        files: Files,
        ledgers: Ledgers,
        screen: &mut Screen,
    ) -> Synthesized {
        self.synthesize_unless(Errors::Stop, files, ledgers, screen)
    }

    /// The same, perhaps in spite of what AWS demands.
    pub(super) fn synthesize_unless(
        self,
        errors: Errors,
        files: Files,
        ledgers: Ledgers,
        screen: &mut Screen,
    ) -> Synthesized {
        let count = self.len();
        let mut all = Synthesized {
            sources: Sources::new(),
            findings: Findings::new(),
            stacks: Vec::with_capacity(count),
            ledgers,
            errors,
            forced: Findings::new(),
            directories: Vec::new(),
        };
        let mut names = Names::new(files);
        match self {
            Self::Specs(collected) => {
                let mut neighbours = collected.neighbours();
                if all.ledgers.is_named() {
                    neighbours.clear();
                }
                all.directories = collected.directories;
                all.sources = collected.sources;
                all.findings = collected.findings;
                for (done, file) in collected.files.iter().enumerate() {
                    screen.progress("reading", done, count);
                    all.spec(file, &mut names);
                }
                all.neighbours(&neighbours, &names);
            }
            Self::Program { stacks, ledger } => {
                for stack in &stacks {
                    match names.add(stack) {
                        Some(twin) => {
                            all.findings.push(twin);
                            all.findings.extend(stack.check_model());
                        }
                        None => all.program(stack, ledger.as_deref()),
                    }
                }
                all.read_program();
            }
        }
        all.findings.sort();
        all.forced.sort();
        all
    }
}

impl Synthesized {
    /// A network of the run that other specs beside it have too would have those' subnets.
    fn neighbours(&mut self, paths: &[PathBuf], names: &Names) {
        let mut twins: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in paths {
            if let Some(key) = names.of_neighbour(path) {
                twins
                    .entry(key)
                    .or_default()
                    .push(path.display().to_string());
            }
        }
        for (key, files) in twins {
            let Some((name, _)) = names.seen.get(&key) else {
                continue;
            };
            let files = files.join(", ");
            self.findings.push(
                rules::SPEC022
                    .at(name.origin, format!("the stack `{}` is in {files} too", name.value))
                    .note("specs of one directory share a ledger, and one network of it would have the other's subnets")
                    .help("give one of them another name, or move it to a directory of its own"),
            );
        }
    }

    fn spec(&mut self, file: &SpecFile, names: &mut Names) {
        let loaded = match file.load(&mut self.sources) {
            Ok(loaded) => loaded,
            Err(finding) => return self.findings.push(*finding),
        };
        let Some(stack) = &loaded.stack else {
            return self.findings.extend(loaded.check_form());
        };
        if let Some(twin) = names.add(stack) {
            // What its twin was given is not for it.
            self.findings.push(twin);
            return self.findings.extend(loaded.check_form());
        }
        let path = self.ledger(file.path().map_or(Owner::Stdin, Owner::Spec));
        let sound = !loaded.findings.has_errors();
        match self.ledger_of(path.as_deref(), stack, sound) {
            Some(ledger) => self.take(
                path.as_deref(),
                loaded.synthesize_unless(&ledger, self.errors),
            ),
            None => self.findings.extend(loaded.check_form()),
        }
    }

    fn program(&mut self, stack: &Stack, ledger: Option<&Path>) {
        let path = self.ledger(Owner::Program(ledger));
        match self.ledger_of(path.as_deref(), stack, true) {
            Some(ledger) => self.take(
                path.as_deref(),
                stack.judged(stack.unjudged(&ledger, self.errors)),
            ),
            None => self.findings.extend(stack.check_model()),
        }
    }

    /// Notes that all subnets exist on AWS.
    pub(super) fn mark_deployed(&mut self) {
        for stack in &mut self.stacks {
            stack.mark_deployed();
        }
        self.ledgers.mark_deployed();
    }

    /// Writes the ledgers that changed, or says how they would; returns whether all is well.
    pub(super) fn settle(&mut self, screen: &mut Screen) -> Result<bool, Stop> {
        self.ledgers.without_spec(&self.directories);
        self.ledgers.settle(screen)
    }

    fn ledger(&mut self, owner: Owner<'_>) -> Option<PathBuf> {
        self.ledgers
            .file_of(owner, &mut self.sources, &mut self.findings)
    }

    /// The ledger of a stack, with what is to be adopted where the stack is sound enough for it.
    fn ledger_of(&mut self, path: Option<&Path>, stack: &Stack, sound: bool) -> Option<Ledger> {
        let ledger = self.ledgers.of(path, stack)?;
        if !self.ledgers.adopts() {
            return Some(ledger);
        }
        if !sound {
            return None;
        }
        let (sources, findings) = (&mut self.sources, &mut self.findings);
        self.ledgers.adopt(path, stack, &ledger, sources, findings)
    }

    fn take(&mut self, ledger: Option<&Path>, result: Result<Synthesis, Findings>) {
        match result {
            Ok(synthesis) => {
                for finding in synthesis.findings() {
                    match finding.severity {
                        Severity::Error => self.forced.push(finding.clone()),
                        Severity::Warning | Severity::Info => self.findings.push(finding.clone()),
                    }
                }
                let graph = synthesis.graph();
                let given = synthesis.plan().ledger();
                self.ledgers
                    .keep(ledger, &graph.stack, graph.region.as_str(), given);
                self.stacks.push(synthesis);
            }
            Err(findings) => self.findings.extend(findings),
        }
    }

    /// Reads the program's own files, as far as they are still where the compiler saw them, so that findings show lines.
    fn read_program(&mut self) {
        let findings = self.findings.iter().chain(&self.forced);
        let places = findings.flat_map(|finding| {
            let related = finding.related.iter().map(|related| related.origin);
            std::iter::once(finding.origin).chain(related)
        });
        for origin in places {
            if let Origin::Program(location) = origin
                && self.sources.named(location.file()).is_none()
                && let Ok(text) = std::fs::read_to_string(location.file())
            {
                self.sources.add(location.file(), text);
            }
        }
    }
}

/// The names of the stacks so far.
struct Names {
    files: Files,
    seen: BTreeMap<String, (At<String>, Region)>,
}

impl Names {
    const fn new(files: Files) -> Self {
        Self {
            files,
            seen: BTreeMap::new(),
        }
    }

    /// Whether a text may speak of one of them.
    fn any_in(&self, text: &str) -> bool {
        let mut names = self.seen.values();
        names.any(|(name, _)| text.contains(&name.value))
    }

    /// Which of the stacks so far a file beside them has too, in the same region.
    fn of_neighbour(&self, path: &Path) -> Option<String> {
        // Few are worth more than a look.
        let text = std::fs::read_to_string(path).ok()?;
        if !self.any_in(&text) {
            return None;
        }
        let file = SpecFile::File(path.to_path_buf());
        let stack = file.load(&mut Sources::new()).ok()?.stack?;
        let key = self.key(&stack);
        let (name, region) = self.seen.get(&key)?;
        (name.value == stack.name() && *region == stack.region()).then_some(key)
    }

    /// By what a stack must differ from others. Some file systems do not tell upper and lower case apart.
    fn key(&self, stack: &Stack) -> String {
        match self.files {
            Files::Written => stack.name().to_ascii_lowercase(),
            Files::None => format!("{}\n{}", stack.name(), stack.region().as_str()),
        }
    }

    /// A finding where another stack would have the same files.
    fn add(&mut self, stack: &Stack) -> Option<Finding> {
        // A stack without a name, which has been said, is not called like another.
        if stack.name.origin == Origin::Default {
            return None;
        }
        let key = self.key(stack);
        let Some((first, region)) = self.seen.get(&key) else {
            let value = (stack.name.clone(), stack.region());
            self.seen.insert(key, value);
            return None;
        };
        let message = format!("the stack `{}` is there twice", stack.name());
        let finding = rules::SPEC022
            .at(stack.name.origin, message)
            .related(first.origin, "the other one");
        Some(if *region == stack.region() {
            finding
                .note("both would be one stack of one region, and write the same files")
                .help("give one of them another name")
        } else {
            finding
                .note("files are called after the stack, whatever its region")
                .help(
                    "give one of them another name, or synthesize them into different directories",
                )
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

    use crate::cli::ledgers::{Keep, LedgerOptions, Ledgers, Treatment};
    use crate::cli::screen::{Color, Screen};
    use crate::prelude::*;

    use super::{Files, Input};

    /// Two programs of one directory, each with a ledger of its own name.
    #[test]
    fn a_program_has_its_ledger_where_it_says() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = directory.path().join("nets/of-this-program.lock");
        let net = Network::new(cidr!("10.20.0.0/16"));
        let input = Input::Program {
            stacks: vec![Stack::network_only("prod", Region::UsEast1, net)],
            ledger: Some(ledger.clone()),
        };
        let mut screen = Screen::new(Color::Never);
        let all = input.synthesize(
            Files::None,
            Ledgers::new(&LedgerOptions::default(), Treatment::default(), Keep::Write),
            &mut screen,
        );
        assert!(all.ledgers.settle(&mut screen).ok().unwrap());
        let text = std::fs::read_to_string(ledger).unwrap();
        assert_eq!(text.matches("\nprod us-east-1 ").count(), 10, "{text}");
    }
}
