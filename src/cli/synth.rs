//! `eksnet synth`: renders templates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum, ValueHint};

use super::documents::OutputsOption;
use super::input::{Files, Input, Synthesized};
use super::ledgers::{
    Keep, LedgerOptions, Ledgers, Treatment, lost_ledger, missing_for_check, missing_though_fresh,
};
use super::read_back::read_back;
use super::screen::Screen;
use super::{Exit, Stop, output};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::files::Written;
use crate::render::{Format, Known};
use crate::synthesis::{File, Synthesis};

pub(super) const ABOUT: &str = "Render stacks: CloudFormation, Terraform JSON, Kubernetes manifests, or a \
    ClusterConfig for eksctl";
pub(super) const LONG: &str = "\
Render stacks: CloudFormation, Terraform JSON, Kubernetes manifests, or a ClusterConfig for eksctl.

With --out, every stack becomes DIR/<stack>.template.json and DIR/<stack>/{main,outputs,versions}.tf.json; with --format \
kubernetes, what the stack asks for inside of its cluster becomes DIR/<stack>.kubernetes.yaml; with --format eksctl, the \
ClusterConfig of a cluster that is `made-by: eksctl` becomes DIR/<stack>.eksctl.yaml. A file is replaced whole or not at \
all, and one that has the right bytes is not touched. Nothing is written when any spec has an error. Templates are read back \
before they are written: one that says something else than what was planned is a fault of eksnet, and exits with 3.

The ledger, eksnet.lock beside the spec, says which range each subnet has, so that growth moves none. It is written with \
what is given out; keep it in the repository. --locked, --check and the standard input never change it.

Manifests and ClusterConfigs may need ids that AWS decides. --outputs takes them from what the deployed stack told; without \
it, marks like ${NodeSecurityGroupId} stand in their stead, and a warning says which.

Without --out, one document goes to the standard output: one stack in one format.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet synth prod.yaml > prod.template.json
  eksnet synth prod.yaml --format terraform > main.tf.json
  eksnet synth specs --out out
  eksnet synth specs --out out --check
  eksnet synth prod.yaml --format kubernetes > prod.kubernetes.yaml
  eksnet synth shop.yaml --format kubernetes --outputs shop.outputs.json | kubectl apply -f -
  eksnet synth crew.yaml --format eksctl --outputs crew.outputs.json > crew.eksctl.yaml
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
    /// Fail where the ledger would change or is missing, and show how
    #[arg(long)]
    locked: bool,
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

/// What is rendered, and what is known of the deployed stacks.
struct Rendering {
    formats: Vec<Format>,
    known: Known,
}

impl Rendering {
    /// All files of a stack.
    fn files(&self, stack: &Synthesis) -> impl Iterator<Item = File> {
        let formats = self.formats.iter();
        formats.flat_map(|format| stack.files_with(*format, &self.known).0)
    }
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
    let rendering = Rendering { formats, known };
    let ledgers = Ledgers::new(&options.ledger, Treatment::default(), keep);
    let input = input.with_ledger(&options.ledger)?;
    let mut all = input.synthesize(files, ledgers, screen);
    if let Some(out) = &options.out
        && keep == Keep::Write
        && !all.findings.has_errors()
    {
        refuse_lost_ledgers(&mut all, &rendering, out);
    }
    if rendering.formats.contains(&Format::Eksctl) {
        refuse_templates_clusters(&mut all);
    }
    screen.problems(&all.findings, &all.sources);
    if all.findings.has_errors() {
        return Ok(Exit::Findings);
    }
    let mut whole = true;
    for stack in &all.stacks {
        let Rendering { formats, known } = &rendering;
        whole &= options.outputs.report(stack, formats, known, screen);
    }
    if !whole {
        return Ok(Exit::Findings);
    }
    let Rendering { formats, known } = &rendering;
    read_back(&all.stacks, formats, known, options.out.is_some(), screen)?;
    // Before the templates: what they say was given out must never be given out again.
    let settled = all.settle(screen)?;
    if !settled && !options.check {
        return Ok(Exit::Findings);
    }
    match &options.out {
        None => {
            for (stack, format) in all.stacks.iter().zip(&rendering.formats) {
                if let Some(document) = stack.document(*format, &rendering.known) {
                    screen.data(&document.text)?;
                }
            }
            Ok(Exit::Done)
        }
        Some(out) if options.check => match compare(all, &rendering, out, screen)? {
            Exit::Done if !settled => Ok(Exit::Findings),
            exit => Ok(exit),
        },
        Some(out) => write(all, &rendering, out, screen),
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
fn refuse_lost_ledgers(all: &mut Synthesized, rendering: &Rendering, out: &Path) {
    if !out.exists() {
        // Nothing was rendered there, so nothing need be rendered to be compared.
        return;
    }
    for stack in &all.stacks {
        let graph = stack.graph();
        let network = (graph.stack.as_str(), graph.region.as_str());
        let Some((path, exists)) = all.ledgers.begun(network.0, network.1) else {
            continue;
        };
        let mut files = rendering.files(stack);
        if files.any(|file| output::would_change(&out.join(&file.path), &file.text)) {
            let finding = lost_ledger(path, exists, network, out, &mut all.sources);
            all.findings.push(finding);
        }
    }
}

fn write(
    all: Synthesized,
    rendering: &Rendering,
    out: &Path,
    screen: &mut Screen,
) -> Result<Exit, Stop> {
    let (mut new, mut same) = (0, 0);
    let count = all.stacks.len();
    // One stack after the other goes as its files are written, so that their texts are never all in memory.
    for (done, stack) in all.stacks.into_iter().enumerate() {
        screen.progress("writing", done, count);
        for file in rendering.files(&stack) {
            match output::write(&out.join(&file.path), &file.text)? {
                Written::New => new += 1,
                Written::Same => same += 1,
            }
        }
    }
    let out = out.display();
    screen.say(&format!(
        "{out}: {}, {same} unchanged\n",
        files(new, "written")
    ));
    Ok(Exit::Done)
}

fn compare(
    all: Synthesized,
    rendering: &Rendering,
    out: &Path,
    screen: &mut Screen,
) -> Result<Exit, Stop> {
    let (mut stale, mut same) = (0, 0);
    let (mut lost, mut missing) = (BTreeSet::new(), BTreeSet::new());
    for stack in all.stacks {
        let graph = stack.graph();
        let begun = all.ledgers.begun(&graph.stack, graph.region.as_str());
        missing.extend(begun.filter(|(_, exists)| !exists).map(|(path, _)| path));
        for file in rendering.files(&stack) {
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
