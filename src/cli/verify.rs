//! `eksnet verify`: whether what is on disk can be read back, and whether both engines' templates say the same.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::screen::Screen;
use super::specs::reason;
use super::{Exit, Stop};
use crate::read::{self, MOST_BYTES, Reading};

pub(super) const ABOUT: &str = "Read rendered templates back and compare both engines'";
pub(super) const LONG: &str = "\
Read rendered templates back and compare both engines'.

Takes `<stack>.template.json` and `<stack>/*.tf.json` as `synth --out` writes them. Whatever in them a network of eksnet \
cannot say is named with its place. Where a stack is there for both engines, both must say the same, but for what only one \
of them can say; docs/engines.md has the list. A template and a module that are the only ones are one stack, whatever their \
names.

Nothing but the files is looked at: that they are those of a spec, `synth --check` says.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet synth specs --out out && eksnet verify out
  eksnet synth prod.yaml --out out && eksnet verify out/prod.template.json out/prod";

#[derive(Args)]
pub(super) struct Options {
    /// Directories with templates, or templates and modules
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
}

/// A stack's files in one engine, and what they say.
struct Side {
    /// The template, or the directory of the module.
    path: PathBuf,
    reading: Reading,
}

/// A stack's sides, CloudFormation first.
type Sides = [Option<Side>; 2];

pub(super) fn run(options: &Options, screen: &mut Screen) -> Result<Exit, Stop> {
    let mut stacks: BTreeMap<String, Sides> = BTreeMap::new();
    for path in &options.paths {
        collect(path, &mut stacks)?;
    }
    if stacks.is_empty() {
        let paths: Vec<_> = options
            .paths
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        return Err(Stop::Failed(format!(
            "there is neither a `.template.json` nor a directory with `.tf.json` in {}",
            paths.join(", ")
        )));
    }
    let mut exit = Exit::Done;
    for (name, sides) in pair(stacks) {
        let (said, differs) = report(&name, &sides);
        if differs {
            exit = Exit::Findings;
            screen.data(&said)?;
        } else {
            screen.say(&said);
        }
    }
    Ok(exit)
}

/// What is to be said of a stack, and whether something is wrong with it.
fn report(name: &str, sides: &Sides) -> (String, bool) {
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
        [Some(side), None] => format!("{name}: {} resources, CloudFormation alone\n", count(side)),
        [None, Some(side)] => format!("{name}: {} resources, Terraform alone\n", count(side)),
        [None, None] => String::new(),
    };
    if said.is_empty() {
        (good, false)
    } else {
        (said, true)
    }
}

/// The only template and the only module are of one stack.
fn pair(stacks: BTreeMap<String, Sides>) -> BTreeMap<String, Sides> {
    let mut all: Vec<_> = stacks.into_iter().collect();
    if let [(name, one), (_, other)] = all.as_mut_slice()
        && let ([Some(_), free @ None], [None, found @ Some(_)])
        | ([None, found @ Some(_)], [Some(_), free @ None]) = (one, other)
    {
        let name = name.clone();
        std::mem::swap(free, found);
        all.retain(|(_, sides)| sides.iter().all(Option::is_some));
        return all
            .into_iter()
            .map(|(_, sides)| (name.clone(), sides))
            .collect();
    }
    all.into_iter().collect()
}

/// Finds what a path has: a template, a module, or a directory of both.
fn collect(path: &Path, stacks: &mut BTreeMap<String, Sides>) -> Result<(), Stop> {
    if path.is_dir() {
        if !module(path, stacks)? {
            for entry in sorted(path)? {
                if entry.is_dir() {
                    module(&entry, stacks)?;
                } else {
                    template(&entry, stacks)?;
                }
            }
        }
    } else if !template(path, stacks)? {
        return Err(Stop::Failed(format!(
            "{} is neither a directory nor a `.template.json`",
            path.display()
        )));
    }
    Ok(())
}

fn sorted(directory: &Path) -> Result<Vec<PathBuf>, Stop> {
    let failed = |error| cannot_read(directory, &error);
    let entries = fs::read_dir(directory).map_err(failed)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<_> = paths.collect::<Result<_, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn template(path: &Path, stacks: &mut BTreeMap<String, Sides>) -> Result<bool, Stop> {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let Some(stack) = name
        .as_deref()
        .and_then(|n| n.strip_suffix(".template.json"))
    else {
        return Ok(false);
    };
    let reading = read::cloudformation(&text(path)?);
    add(stack, 0, path, reading, stacks)?;
    Ok(true)
}

/// Reads a directory's `.tf.json` files as one module, if it has any.
fn module(directory: &Path, stacks: &mut BTreeMap<String, Sides>) -> Result<bool, Stop> {
    let mut files = Vec::new();
    for path in sorted(directory)? {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name.filter(|name| name.ends_with(".tf.json")) {
            files.push((name, text(&path)?));
        }
    }
    if files.is_empty() {
        return Ok(false);
    }
    let whole = fs::canonicalize(directory).map_err(|error| cannot_read(directory, &error))?;
    let stack = whole.file_name().unwrap_or_default().to_string_lossy();
    let files = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    add(&stack, 1, directory, read::terraform(files), stacks)?;
    Ok(true)
}

fn add(
    stack: &str,
    side: usize,
    path: &Path,
    reading: Reading,
    stacks: &mut BTreeMap<String, Sides>,
) -> Result<(), Stop> {
    let path = path.to_owned();
    let place = &mut stacks.entry(stack.to_owned()).or_default()[side];
    if let Some(first) = place {
        return Err(Stop::Usage(format!(
            "{} and {} are both of {stack}",
            first.path.display(),
            path.display()
        )));
    }
    *place = Some(Side { path, reading });
    Ok(())
}

/// A file's text, no more of it than a reader takes.
fn text(path: &Path) -> Result<String, Stop> {
    let failed = |error| cannot_read(path, &error);
    let file = fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    let mut some = file.take(most.saturating_add(1));
    some.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Stop {
    Stop::Failed(format!("cannot read {}: {}", path.display(), reason(error)))
}
