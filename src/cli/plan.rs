//! `eksnet plan`: where every address is.

use clap::{Args, ValueEnum};

use super::adopt::AdoptOptions;
use super::control::Control;
use super::input::{Files, Input};
use super::ledgers::{Keep, LedgerOptions, Ledgers, Treatment};
use super::screen::Screen;
use super::{Exit, Stop};
use crate::report::{PlanReport, plans_as_json};

pub(super) const ABOUT: &str = "Show the address plan: every subnet, and what is left";
pub(super) const LONG: &str = "\
Show the address plan: the range of every subnet with the addresses that instances can have (AWS keeps five of each \
subnet), what is left of the network's range, where NAT gateways stand, and the range of Kubernetes services.

Then what there is room for. Of every subnet: what the control plane, load balancers, interface endpoints and NAT \
gateways take, and what is left. Of every node group, with the VPC CNI's secondary addresses and with its prefixes: the most \
pods of a node, the addresses that such a node holds with its warm pool, the number of nodes at which the tier is full (and \
with one zone less), the pods on them, and the group's maximum with the nodes that an update adds.

The ledger, eksnet.lock beside the spec, is written with what the plan gives out. What it has stays where it is, and what \
is removed is kept free until --release. Where nothing is deployed yet, --anew plans all of it as for the first time.

A network that exists is taken over by --adopt: its subnets are entered into the ledger as they are, each as one of the tier \
that its Name speaks for or that --tier says, so that the first deployment moves none of them.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet plan prod.yaml
  eksnet plan specs --format markdown > plan.md
  eksnet plan prod.yaml --format map
  eksnet plan prod.yaml --format json
  aws ec2 describe-subnets | eksnet plan prod.yaml --adopt -
  eksnet plan prod.yaml --mark-deployed
  eksnet plan specs --locked
  eksnet plan specs --repair
  eksnet plan specs --anew";

#[derive(Args)]
pub(super) struct Options {
    /// How the plan is written
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Form,
    /// Fail where the ledger would change or is missing, and show how
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    upkeep: Upkeep,
    #[command(flatten)]
    replan: Replan,
    #[command(flatten)]
    adopt: AdoptOptions,
    #[command(flatten)]
    control: Control,
    #[command(flatten)]
    ledger: LedgerOptions,
}

/// What is done to the ledger besides planning.
#[derive(Args)]
struct Upkeep {
    /// Let what removed subnets had be given out again, once they are gone from AWS; of a directory also whole
    /// networks that have no spec any more, the second time
    #[arg(long, conflicts_with = "locked")]
    release: bool,
    /// Note that all subnets of the plan exist on AWS, so that not even --repair moves them
    #[arg(long, conflicts_with = "locked")]
    mark_deployed: bool,
}

/// What moves subnets that are not deployed.
#[derive(Args)]
struct Replan {
    /// Mend a ledger that two branches have changed: take what both say, and move what is only planned and in the way
    #[arg(long, conflicts_with = "locked")]
    repair: bool,
    /// Plan anew what is not marked as deployed, as if it had never been planned
    #[arg(long, conflicts_with_all = ["locked", "adopt"])]
    anew: bool,
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
    /// A picture of the address space, a letter for every tier
    Map,
}

pub(super) fn run(options: &Options, mut input: Input, screen: &mut Screen) -> Result<Exit, Stop> {
    let treatment = Treatment {
        repair: options.replan.repair,
        anew: options.replan.anew,
        release: options.upkeep.release,
        adopt: options.adopt.wanted(&mut input)?,
    };
    let keep = if options.locked {
        Keep::Locked
    } else {
        Keep::Write
    };
    let ledgers = Ledgers::new(&options.ledger, treatment, keep);
    let input = input.with_ledger(&options.ledger)?;
    let mut all = input.synthesize(Files::None, ledgers, screen);
    options
        .control
        .weigh(&mut all.findings, &mut all.forced, &mut all.sources);
    screen.problems(&all.findings, &all.sources);
    if all.findings.has_errors() {
        return Ok(Exit::Findings);
    }
    if options.upkeep.mark_deployed {
        all.mark_deployed();
    }
    let settled = all.settle(screen).map_err(|stop| match stop {
        Stop::Failed(why) if keep == Keep::Write && options.ledger.can_be_locked() => Stop::Failed(
            format!("{why}; `--locked` shows the plan and writes nothing"),
        ),
        stop => stop,
    });
    let plans: Vec<PlanReport> = all.stacks.iter().map(PlanReport::new).collect();
    let join = |texts: Vec<String>| texts.join("\n");
    let text = match options.format {
        Form::Table => join(plans.iter().map(PlanReport::table).collect()),
        Form::Markdown => join(plans.iter().map(PlanReport::markdown).collect()),
        Form::Map => join(plans.iter().map(PlanReport::map).collect()),
        Form::Json => plans_as_json(&plans),
    };
    // Where the ledger cannot be written the plan is seen all the same, and why it cannot is said last.
    let shown = screen.data(&text);
    let settled = settled?;
    shown?;
    Ok(if settled { Exit::Done } else { Exit::Findings })
}
