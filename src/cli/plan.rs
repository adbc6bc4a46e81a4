//! `eksnet plan`: where every address is.

use clap::{Args, ValueEnum};

use super::input::{Files, Input};
use super::screen::Screen;
use super::{Exit, Stop};
use crate::report::{PlanReport, plans_as_json};

pub(super) const ABOUT: &str = "Show the address plan: every subnet, and what is left";
pub(super) const LONG: &str = "\
Show the address plan: the range of every subnet with the addresses that instances can have (AWS keeps five of each \
subnet), what is left of the network's range, where NAT gateways stand, and the range of Kubernetes services.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet plan prod.yaml
  eksnet plan specs --format markdown > plan.md
  eksnet plan prod.yaml --format json";

#[derive(Args)]
pub(super) struct Options {
    /// How the plan is written
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Form,
}

/// How the plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Form {
    /// Aligned text
    #[default]
    Table,
    /// One object with all stacks
    Json,
    /// Markdown tables
    Markdown,
}

pub(super) fn run(options: &Options, input: Input, screen: &mut Screen) -> Result<Exit, Stop> {
    let all = input.synthesize(Files::None, screen);
    screen.problems(&all.findings, &all.sources);
    if all.findings.has_errors() {
        return Ok(Exit::Findings);
    }
    let plans: Vec<PlanReport> = all.stacks.iter().map(PlanReport::new).collect();
    let join = |texts: Vec<String>| texts.join("\n");
    let text = match options.format {
        Form::Table => join(plans.iter().map(PlanReport::table).collect()),
        Form::Markdown => join(plans.iter().map(PlanReport::markdown).collect()),
        Form::Json => plans_as_json(&plans),
    };
    screen.data(&text)?;
    Ok(Exit::Done)
}
