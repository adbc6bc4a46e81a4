//! The command line of a program that defines its own stacks.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use super::input::Input;
use super::screen::Color;
use super::{Common, EXIT_CODES, Parsed, Stop, check, completions, explain, guarded, plan, synth};
use crate::network::Stack;
use crate::plan::LOCK_FILE;
use crate::spec::nearest::{listing, nearest};

/// One stack, or several.
pub trait Stacks {
    /// All of them.
    fn stacks(self) -> Vec<Stack>;
}

impl Stacks for Stack {
    fn stacks(self) -> Vec<Stack> {
        vec![self]
    }
}

impl<I: IntoIterator<Item = Stack>> Stacks for I {
    fn stacks(self) -> Vec<Stack> {
        self.into_iter().collect()
    }
}

#[derive(Parser)]
#[command(
    about = "Synthesizes the Amazon EKS networks that this program defines",
    after_help = EXIT_CODES,
    arg_required_else_help = true
)]
struct Program {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = synth::ABOUT, long_about = synth::LONG)]
    Synth(OfProgram<synth::Options>),
    #[command(about = check::ABOUT, long_about = check::LONG)]
    Check(OfProgram<check::Options>),
    #[command(about = plan::ABOUT, long_about = plan::LONG)]
    Plan(OfProgram<plan::Options>),
    #[command(about = explain::ABOUT, long_about = explain::LONG)]
    Explain(explain::Options),
    #[command(about = completions::ABOUT, long_about = completions::LONG)]
    Completions(completions::Options),
}

#[derive(Args)]
struct OfProgram<O: Args> {
    /// Only these stacks, by name
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    #[command(flatten)]
    options: O,
}

impl<O: Args> OfProgram<O> {
    /// The chosen stacks.
    fn input(&self, stacks: Vec<Stack>, ledger: Option<PathBuf>) -> Result<Input, Stop> {
        let known: Vec<&str> = stacks.iter().map(Stack::name).collect();
        for name in &self.stacks {
            if !known.contains(&name.as_str()) {
                let help = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there is {}", listing(&known)),
                };
                return Err(Stop::Usage(format!("there is no stack `{name}`; {help}")));
            }
        }
        let chosen = |stack: &Stack| {
            self.stacks.is_empty() || self.stacks.iter().any(|name| name == stack.name())
        };
        Ok(Input::Program {
            stacks: stacks.into_iter().filter(chosen).collect(),
            ledger,
        })
    }
}

impl Parsed for Program {
    fn color(&self) -> Color {
        self.common.color
    }

    fn name(&self) -> &'static str {
        match &self.command {
            Command::Synth(_) => "synth",
            Command::Check(_) => "check",
            Command::Plan(_) => "plan",
            Command::Explain(_) => "explain",
            Command::Completions(_) => "completions",
        }
    }
}

/// The command line before it is known what the program is called.
pub(super) fn grammar() -> clap::Command {
    Program::command()
}

/// The complete command line over a program's own stacks: `synth`, `check`, `plan` and more.
///
/// Findings point at the lines of the program.
///
/// ```no_run
/// use eksnet::prelude::*;
///
/// fn main() -> std::process::ExitCode {
///     let net = Network::new(cidr!("10.20.0.0/16"));
///     eksnet::run(Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35")))
/// }
/// ```
///
/// ```sh
/// cargo run -- synth --out out
/// ```
///
/// The ledger, which keeps subnets where they are as the network grows, is `eksnet.lock` in the directory of the program's
/// `Cargo.toml` where Cargo runs it, else in the current directory if there is one. A program that finds none checks its
/// stacks, and renders and plans them only with `--ledger FILE`. [`run_with_ledger`] has it in a place of its own.
pub fn run(stacks: impl Stacks) -> ExitCode {
    with_ledger(stacks, ledger())
}

/// [`run`] with the ledger in this file, which is begun where it does not exist.
pub fn run_with_ledger(stacks: impl Stacks, ledger: impl Into<PathBuf>) -> ExitCode {
    with_ledger(stacks, Some(ledger.into()))
}

/// Where a program's ledger is, if that can be told. Nothing is begun in a directory that a program happens to run in.
fn ledger() -> Option<PathBuf> {
    let Some(directory) = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else {
        return Some(PathBuf::from(LOCK_FILE)).filter(|ledger| ledger.exists());
    };
    let here = std::env::current_dir().unwrap_or_default();
    let short = directory.strip_prefix(here).map(Path::to_path_buf);
    Some(short.unwrap_or(directory).join(LOCK_FILE))
}

fn with_ledger(stacks: impl Stacks, ledger: Option<PathBuf>) -> ExitCode {
    let stacks = stacks.stacks();
    let name = name();
    let grammar = || grammar().bin_name(&name);
    guarded(
        std::env::args_os(),
        grammar,
        |parsed: Program, screen| match parsed.command {
            Command::Synth(of) => synth::run(&of.options, of.input(stacks, ledger)?, screen),
            Command::Check(of) => check::run(&of.options, of.input(stacks, ledger)?, screen),
            Command::Plan(of) => plan::run(&of.options, of.input(stacks, ledger)?, screen),
            Command::Explain(options) => explain::run(&options, screen),
            Command::Completions(options) => completions::run(&options, grammar(), &name, screen),
        },
    )
}

/// What the program is called.
fn name() -> String {
    let path = std::env::args_os().next();
    path.as_deref()
        .and_then(|path| Path::new(path).file_stem())
        .map_or_else(
            || "program".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
}
