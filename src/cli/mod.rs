//! The command line, for specs ([`main`]) and for a program's own stacks ([`run`]).
//!
//! A file per command; a command gets its options and an `Input`, and says how it went by an `Exit`. What it writes
//! goes through a `Screen`: data to the standard output, everything for people to the standard error.

mod adopt;
mod catalog;
mod check;
mod completions;
mod control;
mod documents;
mod explain;
mod fix;
mod import;
mod init;
mod input;
mod ledgers;
mod man;
mod output;
mod plan;
mod program;
mod record;
mod rendered;
mod rules;
mod schema;
mod screen;
mod specs;
mod synth;
mod verify;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};

pub use program::{Stacks, run, run_with_ledger};

use input::Input;
use screen::{Color, Screen};

/// How a run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Done,
    /// There are errors among the findings, or a file differs.
    Findings,
    /// Flags that do not exist or do not fit.
    Usage,
    /// A mistake of eksnet's own.
    Fault,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Fault => 3,
        })
    }
}

/// Why a command stopped before its end.
#[derive(Debug)]
enum Stop {
    /// Flags that do not fit what they are used for.
    Usage(String),
    /// Something could not be read or written; in words.
    Failed(String),
    /// eksnet itself is wrong; in words.
    Fault(String),
    /// Nobody reads the standard output any more, as behind `| head`.
    Closed,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  findings that are errors, or a file that differs or cannot be read or written
  2  wrong flags or arguments
  3  a fault of eksnet itself";

#[derive(Parser)]
#[command(
    name = "eksnet",
    version,
    about = "Synthesizes Amazon EKS networks: a spec in, CloudFormation, Terraform JSON, Kubernetes manifests or an \
        eksctl ClusterConfig out",
    long_about = "Synthesizes Amazon EKS networks: a spec in, CloudFormation, Terraform JSON, Kubernetes manifests or an \
        eksctl ClusterConfig out.\n\n\
        A SPEC is a YAML, JSON or TOML file, a directory of them, or `-` for the standard input. Without one, the specs \
        of the current directory are meant.",
    after_help = EXIT_CODES,
    arg_required_else_help = true
)]
struct Eksnet {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Common {
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = init::ABOUT, long_about = init::LONG, after_help = init::EXAMPLES)]
    Init(init::Options),
    #[command(about = import::ABOUT, long_about = import::LONG, after_help = import::EXAMPLES)]
    Import(import::Options),
    #[command(about = synth::ABOUT, long_about = synth::LONG, after_help = synth::EXAMPLES)]
    Synth(OfSpecs<synth::Options>),
    #[command(about = check::ABOUT, long_about = check::LONG, after_help = check::EXAMPLES)]
    Check(OfSpecs<check::Options>),
    #[command(about = verify::ABOUT, long_about = verify::LONG, after_help = verify::EXAMPLES)]
    Verify(verify::Options),
    #[command(about = plan::ABOUT, long_about = plan::LONG, after_help = plan::EXAMPLES)]
    Plan(OfSpecs<plan::Options>),
    #[command(about = explain::ABOUT, long_about = explain::LONG, after_help = explain::EXAMPLES)]
    Explain(explain::Options),
    #[command(about = rules::ABOUT, long_about = rules::LONG, after_help = rules::EXAMPLES)]
    Rules(rules::Options),
    #[command(about = schema::ABOUT, long_about = schema::LONG, after_help = schema::EXAMPLES)]
    Schema,
    #[command(about = completions::ABOUT, long_about = completions::LONG, after_help = completions::EXAMPLES)]
    Completions(completions::Options),
    #[command(about = man::ABOUT, long_about = man::LONG, after_help = man::EXAMPLES)]
    Man(man::Options),
}

#[derive(Args)]
struct OfSpecs<O: Args> {
    #[command(flatten)]
    specs: specs::Specs,
    #[command(flatten)]
    options: O,
}

/// The `eksnet` command with the arguments of this process.
pub fn main() -> ExitCode {
    guarded(
        std::env::args_os(),
        Eksnet::command,
        |parsed: Eksnet, screen| match parsed.command {
            Command::Init(options) => init::run(&options, screen),
            Command::Import(options) => import::run(&options, screen),
            Command::Synth(of) => synth::run(&of.options, of.specs.input(), screen),
            Command::Check(of) => check::run(&of.options, of.specs.input(), screen),
            Command::Verify(options) => verify::run(&options, screen),
            Command::Plan(of) => plan::run(&of.options, of.specs.input(), screen),
            Command::Explain(options) => explain::run(&options, screen),
            Command::Rules(options) => rules::run(&options, screen),
            Command::Schema => schema::run(screen),
            Command::Completions(options) => {
                completions::run(&options, Eksnet::command(), "eksnet", screen)
            }
            Command::Man(options) => man::run(&options, Eksnet::command(), screen),
        },
    )
}

/// A command line that knows how its output is to look.
trait Parsed: Parser {
    fn color(&self) -> Color;
    fn name(&self) -> &'static str;
}

impl Parsed for Eksnet {
    fn color(&self) -> Color {
        self.common.color
    }

    fn name(&self) -> &'static str {
        match &self.command {
            Command::Init(_) => "init",
            Command::Import(_) => "import",
            Command::Synth(_) => "synth",
            Command::Check(_) => "check",
            Command::Verify(_) => "verify",
            Command::Plan(_) => "plan",
            Command::Explain(_) => "explain",
            Command::Rules(_) => "rules",
            Command::Schema => "schema",
            Command::Completions(_) => "completions",
            Command::Man(_) => "man",
        }
    }
}

/// Parses the arguments and runs the command, and turns whatever happens into an exit code.
fn guarded<P: Parsed>(
    arguments: impl Iterator<Item = OsString>,
    grammar: impl Fn() -> clap::Command,
    command: impl FnOnce(P, &mut Screen) -> Result<Exit, Stop>,
) -> ExitCode {
    let parsed = match P::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => return shown(&error),
    };
    let mut screen = Screen::new(parsed.color());
    let name = parsed.name();
    // What the command worked on is gone after a panic, so nothing can be seen half changed.
    let result = catch_unwind(AssertUnwindSafe(|| command(parsed, &mut screen)));
    let exit = match result {
        Ok(Ok(exit)) => exit,
        Ok(Err(Stop::Usage(message))) => return shown(&usage(grammar(), name, &message)),
        Ok(Err(Stop::Failed(message))) => {
            screen.error(&message);
            Exit::Findings
        }
        Ok(Err(Stop::Fault(message))) => {
            screen.error(&message);
            Exit::Fault
        }
        Ok(Err(Stop::Closed)) => Exit::Done,
        Err(_) => {
            screen.error(
                "this is a fault of eksnet, not of what you wrote; please report it with the lines above",
            );
            Exit::Fault
        }
    };
    exit.into()
}

/// An error in the words of clap, as a wrong flag is one.
fn usage(mut grammar: clap::Command, name: &str, message: &str) -> clap::Error {
    grammar.build();
    match grammar.find_subcommand_mut(name) {
        Some(command) => command.error(ErrorKind::ArgumentConflict, message),
        None => grammar.error(ErrorKind::ArgumentConflict, message),
    }
}

/// Prints what clap has to say: help to the standard output, mistakes to the standard error.
fn shown(error: &clap::Error) -> ExitCode {
    // A closed pipe is no reason to say more.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage.into()
    } else {
        Exit::Done.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Eksnet::command().debug_assert();
        program::grammar().debug_assert();
    }

    #[test]
    #[expect(clippy::panic, reason = "the panic is what is tested")]
    fn a_fault_is_not_a_finding() {
        let arguments = ["eksnet", "schema"].into_iter().map(OsString::from);
        let exit = guarded(arguments, Eksnet::command, |_: Eksnet, _| {
            panic!("a fault that a test makes")
        });
        assert_eq!(exit, ExitCode::from(3));
        let arguments = ["eksnet", "schema"].into_iter().map(OsString::from);
        let exit = guarded(arguments, Eksnet::command, |_: Eksnet, _| {
            Err(Stop::Fault("a fault that a test makes".to_owned()))
        });
        assert_eq!(exit, ExitCode::from(3));
    }
}
