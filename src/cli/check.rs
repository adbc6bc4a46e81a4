//! `eksnet check`: findings.

use clap::{Args, ValueEnum};

use super::control::Control;
use super::fix;
use super::input::{Files, Input};
use super::ledgers::{Keep, LedgerOptions, Ledgers, Treatment};
use super::screen::Screen;
use super::{Exit, Stop};
use crate::check::Rule;
use crate::diagnostic::{Description, concise, full, github, json, sarif};

pub(super) const ABOUT: &str = "Show all findings: errors, warnings and remarks";
pub(super) const LONG: &str = "\
Show all findings: errors, warnings and remarks.

Stacks are planned with the ledger beside their spec, which is not changed. Findings go to the standard output in every \
format. The exit code is 1 when one of them is an error.

What a rule warns of can be allowed, in the spec with a reason that is shown in its stead, `allow: { EKS406: \"a test \
cluster\" }`, or for one run by --allow. What is allowed and does not occur is a warning itself. Errors cannot be allowed.

With --fix, suggested edits that can only be what was meant are made in the files, whose comments and layout stay: a number or \
a date gets its quotes, or a word loses them; `yes` becomes `true`; a single value becomes a list of one; `publicCidrs` becomes \
`public-cidrs`. What has to be guessed, as the word that a misspelt one stands for, is left to you.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet check
  eksnet check prod.yaml specs
  eksnet check specs --format sarif > findings.sarif
  eksnet check prod.yaml --deny warnings
  eksnet check specs --allow EKS138
  eksnet check prod.yaml --fix";

#[derive(Args)]
pub(super) struct Options {
    /// How findings are written
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Form,
    /// Change the specs where a finding can only have one mending, and show what is left
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    control: Control,
    #[command(flatten)]
    ledger: LedgerOptions,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Form {
    /// With the lines that they are about
    #[default]
    Human,
    /// A line each
    Concise,
    /// An array of objects
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Commands that annotate files in GitHub Actions
    Github,
}

pub(super) fn run(options: &Options, input: Input, screen: &mut Screen) -> Result<Exit, Stop> {
    if options.fix {
        fix::fix(&input, screen)?;
    }
    let is_file = !input.is_stdin();
    let ledgers = Ledgers::new(&options.ledger, Treatment::default(), Keep::Read);
    let mut all = input.synthesize(Files::None, ledgers, screen);
    options
        .control
        .weigh(&mut all.findings, &mut all.forced, &mut all.sources);
    let (findings, sources) = (&all.findings, &all.sources);
    let text = match options.format {
        Form::Human => {
            let offer = fix::offer(findings).filter(|_| is_file && !options.fix);
            full(findings, sources, screen.output()) + &offer.unwrap_or_default()
        }
        Form::Concise => concise(findings, sources),
        Form::Json => json(findings, sources),
        Form::Sarif => sarif(findings, sources, |code| {
            let rule = Rule::find(code.as_str());
            rule.map_or_else(Description::default, Rule::description)
        }),
        Form::Github => github(findings, sources),
    };
    screen.data(&text)?;
    Ok(if findings.has_errors() {
        Exit::Findings
    } else {
        Exit::Done
    })
}
