//! `eksnet import`: an eksctl ClusterConfig as a spec.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::output;
use super::screen::Screen;
use super::specs::{bytes, reason};
use super::{Exit, Stop};
use crate::diagnostic::{Severity, Sources, full};
use crate::network::ZoneId;
use crate::read::eksctl;

pub(super) const ABOUT: &str = "Write a spec from an eksctl ClusterConfig";
pub(super) const LONG: &str = "\
Write a spec from an eksctl ClusterConfig, YAML or JSON.

Subnets get the ranges that eksctl gave them, so that nothing moves. What could not be carried over is listed on the \
standard error, with its line and what to do about it; the spec is written all the same.

A spec names zones by id: `--zone us-east-1a=use1-az4` says what a name means in your account, for each of them.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet import cluster.yaml --zone us-east-1a=use1-az4 --zone us-east-1b=use1-az6
  eksnet import cluster.yaml --out prod.yaml
  eksnet import cluster.yaml --strict --zone us-east-1a=use1-az4 --zone us-east-1b=use1-az6
  eksnet import cluster.yaml --keep-eksctl --out prod.yaml
  eksctl create cluster --name prod --dry-run | eksnet import -";

#[derive(Args)]
pub(super) struct Options {
    /// The ClusterConfig, or `-` for the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Write the spec to this file; to the standard output without
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// The id of a zone by its name, as in `us-east-1a=use1-az4`
    #[arg(long = "zone", value_name = "NAME=ID", value_parser = zone)]
    zones: Vec<(String, ZoneId)>,
    /// Leave the cluster to eksctl: the spec is of its network, and `synth --format eksctl` writes the ClusterConfig anew
    #[arg(long)]
    keep_eksctl: bool,
    /// Write nothing and exit with 1 where something could not be carried over, or a zone has no id
    #[arg(long)]
    strict: bool,
    /// Replace a file that exists
    #[arg(long, requires = "out")]
    force: bool,
}

pub(super) fn run(options: &Options, screen: &mut Screen) -> Result<Exit, Stop> {
    let mut zones = BTreeMap::new();
    for (name, id) in &options.zones {
        if let Some(other) = zones.insert(name.clone(), *id)
            && other != *id
        {
            return Err(Stop::Usage(format!(
                "`--zone` has both {other} and {id} for {name}"
            )));
        }
    }
    let (name, text) = read(&options.file)?;
    let mut sources = Sources::new();
    let how = eksctl::Options {
        zones,
        made_by_eksctl: options.keep_eksctl,
    };
    let imported = eksctl::import(&name, &text, &how, &mut sources);
    let findings = &imported.findings;
    if !findings.is_empty() {
        let text = full(findings, &sources, screen.errors());
        screen.say(&text);
    }
    let lost = findings.count(Severity::Warning) > 0;
    let Some(spec) = imported.spec.filter(|_| !(options.strict && lost)) else {
        return Ok(Exit::Findings);
    };
    let Some(out) = &options.out else {
        screen.data(&spec)?;
        return Ok(Exit::Done);
    };
    let path = out.display();
    if out.exists() && !options.force {
        return Err(Stop::Failed(format!(
            "{path} is there already; `--force` replaces it"
        )));
    }
    output::write(out, &spec)?;
    screen.say(&format!("wrote {path}\nnext: eksnet check {path}\n"));
    Ok(Exit::Done)
}

/// The file with the name that people know it by.
fn read(file: &Path) -> Result<(String, String), Stop> {
    let stdin = file == Path::new("-");
    let name = if stdin {
        "<stdin>".to_owned()
    } else {
        file.to_string_lossy().into_owned()
    };
    let read = if stdin {
        bytes(io::stdin().lock())
    } else {
        File::open(file).and_then(bytes)
    };
    let read =
        read.map_err(|error| Stop::Failed(format!("cannot read {name}: {}", reason(&error))))?;
    let text = String::from_utf8(read).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        Stop::Failed(format!(
            "cannot read {name}: it is not UTF-8: byte {at} is wrong"
        ))
    })?;
    Ok((name, text))
}

/// Takes `us-east-1a=use1-az4` apart.
pub(super) fn zone(text: &str) -> Result<(String, ZoneId), String> {
    let parts = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let parsed = parts.and_then(|(name, id)| Some((name.to_owned(), ZoneId::parse(id).ok()?)));
    parsed.ok_or_else(|| "write the zone's name and its id: `us-east-1a=use1-az4`".to_owned())
}
