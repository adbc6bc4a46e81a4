//! `eksnet verify`: whether what is on disk can be read back, and whether both engines' templates say the same.

mod found;

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use self::found::{Found, Side, Sides, paired};
use super::record::Record;
use super::screen::Screen;
use super::{Exit, Stop};
use crate::read;

pub(super) const ABOUT: &str = "Read rendered templates back and compare both engines'";
pub(super) const LONG: &str = "\
Read rendered templates back and compare both engines'.

Takes `<stack>.template.json` and `<stack>/*.tf.json` as `synth --out` writes them, in the directories that are named and, for \
modules, one below. Whatever in them a network of eksnet cannot say is named with its place. Where a stack is there for both \
engines, both must say the same, but for what only one of them can say; docs/engines.md has the list. A template and a module \
that are the only ones are one stack, whatever their names. A stack that is there for one engine while others are there for \
both is an error; so are files beside a module that Terraform would read with it, such as `.tf`.

Where `synth --record` left a record, every file must be the one that was rendered.

What it cannot judge: a change that both engines' templates have alike, for which `synth --check` renders the spec again; what \
only one engine has a place for; whether Terraform waits for all policies of a role, or settings of a bucket, where \
CloudFormation need not say so; manifests and ClusterConfigs, without a record; and what is deployed.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet synth specs --out out && eksnet verify out
  eksnet synth prod.yaml --out out && eksnet verify out/prod.template.json out/prod
  eksnet synth specs --out out --record && eksnet verify out";

#[derive(Args)]
pub(super) struct Options {
    /// Directories with templates, or templates and modules
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
}

pub(super) fn run(options: &Options, screen: &mut Screen) -> Result<Exit, Stop> {
    let mut found = Found::default();
    for path in &options.paths {
        found.look(path)?;
    }
    found.notes.iter().for_each(|note| screen.say(note));
    if found.stacks.is_empty() && found.records.is_empty() {
        let paths = options.paths.iter().map(|path| path.display().to_string());
        return Err(Stop::Failed(format!(
            "there is neither a `.template.json` nor a directory with `.tf.json` in {}",
            paths.collect::<Vec<_>>().join(", ")
        )));
    }
    let mut reports = vec![(found.faults.concat(), !found.faults.is_empty())];
    reports.extend(
        found
            .records
            .iter()
            .map(|(real, path)| recorded(real, path, &found)),
    );
    let stacks = paired(found.stacks);
    let both = [0, 1].map(|side| stacks.values().any(|sides| sides[side].is_some()));
    for (name, sides) in &stacks {
        reports.push(report(name, sides, both == [true; 2]));
    }
    let mut exit = Exit::Done;
    for (said, wrong) in reports {
        if wrong {
            exit = Exit::Findings;
            screen.data(&said)?;
        } else {
            screen.say(&said);
        }
    }
    Ok(exit)
}

/// What is to be said of a record and the files that it speaks of, and whether something is wrong with them.
fn recorded(real: &Path, path: &Path, found: &Found) -> (String, bool) {
    let shown = path.display();
    let record = match Record::read(real) {
        Ok(record) => record,
        Err(why) => return (format!("{shown}: {why}\n"), true),
    };
    // Paths as they were named, as far as the record is beside them.
    let beside = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
    let differences = record.differences(&beside(path)).into_iter();
    let differences = differences.map(|(file, what)| format!("{}: {what}\n", file.display()));
    let sides = found.stacks.get(&record.stack).into_iter().flatten();
    let files = sides.flatten().flat_map(|side| &side.files);
    let others = files.filter(|file| {
        let real_file = file.canonicalize();
        !real_file.is_ok_and(|file| record.has(&beside(real), &file))
    });
    let others = others.map(|file| {
        let file = file.display();
        format!("{file}: is not in {shown}, though it is of the same stack\n")
    });
    let said: String = differences.chain(others).collect();
    if said.is_empty() {
        let version = &record.eksnet;
        let said = format!("{shown}: all files are as eksnet {version} rendered them\n");
        return (said, false);
    }
    (said, true)
}

/// What is to be said of a stack, and whether something is wrong with it.
fn report(name: &str, sides: &Sides, both: bool) -> (String, bool) {
    let mut said = String::new();
    for side in sides.iter().flatten() {
        for problem in &side.reading.problems {
            let path = side.path.display();
            said.extend([&path.to_string(), ": ", &problem.to_string(), "\n"]);
        }
    }
    let count = |side: &Side| side.reading.resources.len();
    let good = match sides {
        [Some(cloudformation), Some(terraform)] => {
            let mut one = cloudformation.reading.clone();
            let mut other = terraform.reading.clone();
            // Said above, with their files.
            one.problems.clear();
            other.problems.clear();
            for difference in read::siblings(&one, &other) {
                said.extend([name, ": ", &difference.to_string(), "\n"]);
            }
            let (one, other) = (count(cloudformation), count(terraform));
            format!(
                "{name}: both engines say the same ({one} resources in CloudFormation, {other} in Terraform)\n"
            )
        }
        [Some(side), None] | [None, Some(side)] => {
            let engine = side.reading.engine.as_str();
            for difference in read::alone(&side.reading) {
                said.extend([name, ": ", &difference.to_string(), "\n"]);
            }
            if both {
                let path = side.path.display();
                let path = path.to_string();
                said.extend([name, ": is there for ", engine, " alone (", &path, ")"]);
                said.push_str(
                    ", and compared with nothing; where that is meant, verify it by itself\n",
                );
            }
            format!("{name}: {} resources, {engine} alone\n", count(side))
        }
        [None, None] => String::new(),
    };
    if said.is_empty() {
        (good, false)
    } else {
        (said, true)
    }
}
