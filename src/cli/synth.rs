//! `eksnet synth`: renders templates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum, ValueHint};

use super::control::Control;
use super::documents::OutputsOption;
use super::input::{Files, Input, Synthesized};
use super::ledgers::{
    Keep, LedgerOptions, Ledgers, Treatment, lost_ledger, missing_for_check, missing_though_fresh,
};
use super::record;
use super::rendered::{Rendered, read_back};
use super::screen::Screen;
use super::{Exit, Stop, output};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::files::Written;
use crate::render::Format;
use crate::synthesis::{Errors, File};

pub(super) const ABOUT: &str = "Render stacks: CloudFormation, Terraform JSON, Kubernetes manifests, or a \
    ClusterConfig for eksctl";
pub(super) const LONG: &str = "\
Render stacks: CloudFormation, Terraform JSON, Kubernetes manifests, or a ClusterConfig for eksctl.

With --out, every stack becomes DIR/<stack>.template.json and DIR/<stack>/{main,outputs,versions}.tf.json; with --format \
kubernetes, what the stack asks for inside of its cluster becomes DIR/<stack>.kubernetes.yaml; with --format eksctl, the \
ClusterConfig of a cluster that is `made-by: eksctl` becomes DIR/<stack>.eksctl.yaml. A file is replaced whole or not at \
all, and one that has the right bytes is not touched. Nothing is written when any spec has an error. Templates are read back \
before they are written: one that says something else than what was planned is a fault of eksnet, and exits with 3. --record \
writes DIR/<stack>.record.json beside them: the version of eksnet, and SHA-256 of the model and of each file that was rendered.

The ledger, eksnet.lock beside the spec, says which range each subnet has, so that growth moves none. It is written with \
what is given out; keep it in the repository. --locked, --check and the standard input never change it.

Manifests and ClusterConfigs may need ids that AWS decides. --outputs takes them from what the deployed stack told; without \
it, marks like ${NodeSecurityGroupId} stand in their stead, and a warning says which.

Errors stop it. --force renders in spite of what AWS demands, the rules whose codes begin with EKS, for whoever knows AWS \
better than this version does; the templates name the broken rules, in `Metadata` and in `//`. Other errors, and \
subnets without a zone or a range, leave nothing to render.

Without --out, one document goes to the standard output: one stack in one format.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet synth prod.yaml > prod.template.json
  eksnet synth prod.yaml --format terraform > main.tf.json
  eksnet synth specs --out out
  eksnet synth specs --out out --check
  eksnet synth specs --out out --record && eksnet verify out
  eksnet synth prod.yaml --format kubernetes > prod.kubernetes.yaml
  eksnet synth shop.yaml --format kubernetes --outputs shop.outputs.json | kubectl apply -f -
  eksnet synth crew.yaml --format eksctl --outputs crew.outputs.json > crew.eksctl.yaml
  eksnet synth prod.yaml --out out --deny warnings
  eksnet synth - --ledger eksnet.lock < prod.yaml";

#[derive(Args)]
pub(super) struct Options {
    /// What to render; several by commas [default: cloudformation, with --out terraform too]
    #[arg(short, long, value_name = "FORMAT", value_enum, value_delimiter = ',')]
    format: Vec<Format>,
    /// Write files below this directory
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
    /// Write nothing; show how the files in DIR differ, and exit with 1 if they do
    #[arg(long, requires = "out")]
    check: bool,
    /// Write a record of the files beside them, by which `verify` tells those that were changed by hand
    #[arg(long, requires = "out")]
    record: bool,
    /// Fail where the ledger would change or is missing, and show how
    #[arg(long)]
    locked: bool,
    #[command(flatten)]
    weight: Weight,
    #[command(flatten)]
    outputs: OutputsOption,
    #[command(flatten)]
    ledger: LedgerOptions,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::CloudFormation => "A CloudFormation template",
            Self::Terraform => "A Terraform root module, for OpenTofu too",
            Self::Kubernetes => "Manifests of what is inside of the cluster, YAML",
            Self::Eksctl => {
                "A ClusterConfig for eksctl, YAML; for clusters that are `made-by: eksctl`"
            }
        };
        Some(PossibleValue::new(self.as_str()).help(help))
    }
}

/// What findings do to the run.
#[derive(Args)]
struct Weight {
    /// Render in spite of what AWS demands (rules EKS…), and name the broken rules in the templates
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    control: Control,
}

pub(super) fn run(options: &Options, input: Input, screen: &mut Screen) -> Result<Exit, Stop> {
    let mut formats = options.format.clone();
    formats.sort_unstable();
    formats.dedup();
    let files = if options.out.is_some() {
        if formats.is_empty() {
            formats.extend(Format::ENGINES);
        }
        Files::Written
    } else {
        if formats.is_empty() {
            formats.push(Format::CloudFormation);
        }
        one_document(formats.len(), input.len())?;
        Files::None
    };
    let keep = match (options.locked, options.check) {
        (true, _) => Keep::Locked,
        (false, true) => Keep::Check,
        (false, false) => Keep::Write,
    };
    let known = options.outputs.read(&formats, input.is_stdin())?;
    let ledgers = Ledgers::new(&options.ledger, Treatment::default(), keep);
    let input = input.with_ledger(&options.ledger)?;
    let errors = if options.weight.force {
        Errors::Forced
    } else {
        Errors::Stop
    };
    let mut all = input.synthesize_unless(errors, files, ledgers, screen);
    options
        .weight
        .control
        .weigh(&mut all.findings, &mut all.forced, &mut all.sources);
    if formats.contains(&Format::Eksctl) {
        refuse_templates_clusters(&mut all);
    }
    let mut rendered = Vec::new();
    if !all.findings.has_errors() {
        let of = match files {
            Files::Written => Rendered::files_of,
            Files::None => Rendered::documents_of,
        };
        let stacks = std::mem::take(&mut all.stacks).into_iter();
        rendered.extend(stacks.map(|stack| {
            let rendered = of(stack, &formats, &known);
            if options.record {
                rendered.recorded()
            } else {
                rendered
            }
        }));
        if let Some(out) = &options.out
            && keep == Keep::Write
        {
            refuse_lost_ledgers(&mut all, &rendered, out);
        }
    }
    let mut shown = all.findings.clone();
    shown.extend(all.forced.iter().cloned());
    shown.sort();
    screen.problems(&shown, &all.sources);
    if all.findings.has_errors() {
        if options.weight.force {
            screen.warning(
                "`--force` does not help here: it is for rules EKS…, where every subnet has its zone and range",
            );
        }
        return Ok(Exit::Findings);
    }
    if !all.forced.is_empty() {
        screen.warning("`--force` renders in spite of errors, and the templates name their rules");
    }
    let mut whole = true;
    for stack in &rendered {
        whole &= options.outputs.report(stack, &known, screen);
    }
    if !whole {
        return Ok(Exit::Findings);
    }
    read_back(&rendered, screen)?;
    // Before the templates: what they say was given out must never be given out again.
    let settled = all.settle(screen)?;
    if !settled && !options.check {
        return Ok(Exit::Findings);
    }
    match &options.out {
        None => {
            for file in rendered.iter().flat_map(Rendered::files) {
                screen.data(&file.text)?;
            }
            Ok(Exit::Done)
        }
        Some(out) if options.check => match compare(&all, &rendered, out, screen)? {
            Exit::Done if !settled => Ok(Exit::Findings),
            exit => Ok(exit),
        },
        Some(out) => write(rendered, out, options.record, screen),
    }
}

/// A cluster is made once: by the templates, or by eksctl.
fn refuse_templates_clusters(all: &mut Synthesized) {
    for stack in &all.stacks {
        let graph = stack.graph();
        if graph.cluster_config.is_some() {
            continue;
        }
        let place = graph
            .entries
            .first()
            .map_or(Origin::Default, |vpc| vpc.origin);
        all.findings.push(
            rules::SPEC055
                .at(place, format!("eksctl does not make the cluster of {}", graph.stack))
                .note("the templates make the cluster with its network, or eksctl makes it on the network of the templates")
                .help("write `made-by: eksctl` below `cluster`, in Rust `Cluster::made_by_eksctl`; or leave `eksctl` out of `--format`"),
        );
    }
    all.findings.sort();
}

/// What goes to the standard output is one document: two would be no JSON together.
fn one_document(formats: usize, stacks: usize) -> Result<(), Stop> {
    if formats > 1 {
        return Err(Stop::Usage(
            "the standard output takes one format: name one, or write files with `--out DIR`"
                .to_owned(),
        ));
    }
    if stacks > 1 {
        return Err(Stop::Usage(format!(
            "the standard output takes one stack and these are {stacks}: name one, or write files with `--out DIR`"
        )));
    }
    Ok(())
}

/// Files that a network has without a ledger were rendered with one that is lost. Where they stay as they are, nothing is.
fn refuse_lost_ledgers(all: &mut Synthesized, rendered: &[Rendered], out: &Path) {
    if !out.exists() {
        // Nothing was rendered there, so nothing need be rendered to be compared.
        return;
    }
    for rendered in rendered {
        let graph = rendered.stack.graph();
        let network = (graph.stack.as_str(), graph.region.as_str());
        let Some((path, exists)) = all.ledgers.begun(network.0, network.1) else {
            continue;
        };
        let mut files = rendered.files();
        if files.any(|file| output::would_change(&out.join(&file.path), &file.text)) {
            let finding = lost_ledger(path, exists, network, out, &mut all.sources);
            all.findings.push(finding);
        }
    }
}

fn write(all: Vec<Rendered>, out: &Path, records: bool, screen: &mut Screen) -> Result<Exit, Stop> {
    let (mut new, mut same) = (0, 0);
    let (count, mut outdated) = (all.len(), Vec::new());
    // One stack after the other goes as its files are written.
    for (done, rendered) in all.into_iter().enumerate() {
        screen.progress("writing", done, count);
        let before = new;
        for File { path, text } in rendered.files() {
            match output::write(&out.join(path), text)? {
                Written::New => new += 1,
                Written::Same => same += 1,
            }
        }
        let record = out.join(record::path(&rendered.stack));
        if !records && new > before && record.exists() {
            outdated.push(record);
        }
    }
    let out = out.display();
    screen.say(&format!(
        "{out}: {}, {same} unchanged\n",
        files(new, "written")
    ));
    for record in outdated {
        screen.warning(&format!(
            "{} is of the files that were there before\n  = help: `--record` writes it again",
            record.display()
        ));
    }
    Ok(Exit::Done)
}

fn compare(
    all: &Synthesized,
    rendered: &[Rendered],
    out: &Path,
    screen: &mut Screen,
) -> Result<Exit, Stop> {
    let (mut stale, mut same) = (0, 0);
    let (mut lost, mut missing) = (BTreeSet::new(), BTreeSet::new());
    for rendered in rendered {
        let graph = rendered.stack.graph();
        let begun = all.ledgers.begun(&graph.stack, graph.region.as_str());
        missing.extend(begun.filter(|(_, exists)| !exists).map(|(path, _)| path));
        for file in rendered.files() {
            let path = out.join(&file.path);
            match output::difference(&path, &file.text, screen.errors())? {
                Some(difference) => {
                    stale += 1;
                    screen.say(&difference);
                    if let Some((ledger, exists)) = begun
                        && path.exists()
                    {
                        lost.insert(missing_for_check(ledger, exists, &graph.stack));
                    }
                }
                None => same += 1,
            }
        }
    }
    let out = out.display();
    if stale == 0 {
        screen.say(&format!("{out}: {}\n", files(same, "up to date")));
        for ledger in missing {
            screen.say(&missing_though_fresh(ledger));
        }
        return Ok(Exit::Done);
    }
    let stale = files(stale, "to be written");
    if lost.is_empty() {
        screen.say(&format!(
            "{out}: {stale}, {same} up to date; the same command without `--check` writes them\n"
        ));
    } else {
        screen.say(&format!("{out}: {stale}, {same} up to date\n"));
        for lost in lost {
            screen.say(&lost);
        }
    }
    Ok(Exit::Findings)
}

fn files(count: usize, what: &str) -> String {
    let files = if count == 1 { "file" } else { "files" };
    format!("{count} {files} {what}")
}
