//! What a command works on: stacks, wherever they come from, and all that is to be said about them.

use std::collections::BTreeMap;

use super::screen::Screen;
use super::specs::Collected;
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Sources};
use crate::network::{At, Region, Stack};
use crate::plan::Ledger;
use crate::synthesis::Synthesis;

/// The stacks of a run before anything is known about them.
pub(super) enum Input {
    Specs(Collected),
    Program(Vec<Stack>),
}

/// The stacks of a run, synthesized.
pub(super) struct Synthesized {
    /// The texts that the findings point into.
    pub(super) sources: Sources,
    /// All findings of all stacks.
    pub(super) findings: Findings,
    /// Those stacks that have no errors.
    pub(super) stacks: Vec<Synthesis>,
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
            Self::Program(stacks) => stacks.len(),
        }
    }

    /// Reads, checks and plans all of them. An error in one does not keep the others from being looked at.
    pub(super) fn synthesize(self, files: Files, screen: &mut Screen) -> Synthesized {
        let count = self.len();
        let mut all = Synthesized {
            sources: Sources::new(),
            findings: Findings::new(),
            stacks: Vec::with_capacity(count),
        };
        let mut names = Names::new(files);
        match self {
            Self::Specs(collected) => {
                all.sources = collected.sources;
                all.findings = collected.findings;
                for (done, file) in collected.files.iter().enumerate() {
                    screen.progress("reading", done, count);
                    match file.load(&mut all.sources) {
                        Ok(loaded) => {
                            if let Some(stack) = &loaded.stack {
                                all.findings.extend(names.add(stack));
                            }
                            all.take(loaded.synthesize(&Ledger::new()));
                        }
                        Err(finding) => all.findings.push(*finding),
                    }
                }
            }
            Self::Program(stacks) => {
                for stack in &stacks {
                    all.findings.extend(names.add(stack));
                    all.take(stack.synthesize());
                }
                all.read_program();
            }
        }
        all.findings.sort();
        all
    }
}

impl Synthesized {
    fn take(&mut self, result: Result<Synthesis, Findings>) {
        match result {
            Ok(synthesis) => {
                self.findings.extend(synthesis.findings().iter().cloned());
                self.stacks.push(synthesis);
            }
            Err(findings) => self.findings.extend(findings),
        }
    }

    /// Reads the program's own files, as far as they are still where the compiler saw them, so that findings show lines.
    fn read_program(&mut self) {
        let places = self.findings.iter().flat_map(|finding| {
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

    /// A finding where another stack would have the same files.
    fn add(&mut self, stack: &Stack) -> Option<Finding> {
        // A stack without a name, which has been said, is not called like another.
        if stack.name.origin == Origin::Default {
            return None;
        }
        // Some file systems do not tell upper and lower case apart.
        let key = match self.files {
            Files::Written => stack.name().to_ascii_lowercase(),
            Files::None => format!("{}\n{}", stack.name(), stack.region().as_str()),
        };
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
