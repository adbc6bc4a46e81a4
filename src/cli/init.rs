//! `eksnet init`: something to start from.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::screen::Screen;
use super::{Exit, Stop, output};
use crate::diagnostic::Severity;
use crate::network::{Cluster, Ipv4Net, KubernetesVersion, LAYOUT, Network, Region, Stack};
use crate::report::fill;
use crate::spec::nearest::nearest;
use crate::synthesis::Synthesis;

/// A template of `templates/init/`, filled in.
macro_rules! template {
    ($name:literal, $values:expr) => {
        fill(
            $name,
            include_str!(concat!("../../templates/init/", $name, ".j2")),
            $values,
        )
    };
}

pub(super) const ABOUT: &str = "Write a starter spec, or a starter crate";
pub(super) const LONG: &str = "\
Write a starter spec NAME.yaml in which every default is written out as a comment, or with --rust a starter crate NAME/ \
that defines the same network as a program.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet init staging
  eksnet init branch --region eu-central-1 --cidr 10.80.0.0/16
  eksnet init network --rust";

#[derive(Args)]
pub(super) struct Options {
    /// What the stack, the cluster and the file are called
    #[arg(default_value = "prod", value_parser = name)]
    name: String,
    /// Write a Rust crate instead of a spec
    #[arg(long)]
    rust: bool,
    /// Where it is built
    #[arg(long, default_value = "us-east-1", value_parser = region)]
    region: Region,
    /// The network's range, a /16 to a /28
    #[arg(long, value_name = "RANGE", default_value = "10.20.0.0/16", value_parser = cidr)]
    cidr: Ipv4Net,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

/// What goes into the templates.
#[derive(Serialize)]
struct Values<'a> {
    name: &'a str,
    region: &'a str,
    variant: String,
    cidr: String,
    layout: u32,
    /// The zones by name, where eksnet does not know the region's.
    guessed: &'a [String],
    /// As many as the region has, three at most.
    zones: usize,
    zone: String,
    /// The prefix lengths of the default tiers.
    public: u8,
    nodes: u8,
    control: u8,
    version: String,
    eksnet: &'a str,
}

pub(super) fn run(options: &Options, screen: &mut Screen) -> Result<Exit, Stop> {
    let guessed = guessed_zones(options.region);
    let synthesis = synthesis(options, &guessed)?;
    let plan = synthesis.plan();
    let prefix = |name: &str| {
        let tier = plan.tiers.iter().find(|tier| tier.name == name);
        let subnet = tier.and_then(|tier| tier.subnets.first());
        subnet.map_or(24, |subnet| subnet.cidr.prefix_len())
    };
    let values = Values {
        name: &options.name,
        region: options.region.as_str(),
        variant: format!("{:?}", options.region),
        cidr: options.cidr.to_string(),
        layout: LAYOUT,
        guessed: &guessed,
        zones: plan.zones.len(),
        zone: plan
            .zones
            .first()
            .map_or_else(String::new, ToString::to_string),
        public: prefix("public"),
        nodes: prefix("nodes"),
        control: prefix("control-plane"),
        version: KubernetesVersion::DEFAULT_LAYOUT_1.to_string(),
        eksnet: env!("CARGO_PKG_VERSION"),
    };
    let (files, next) = if options.rust {
        let root = Path::new(&options.name);
        let files = vec![
            (
                root.join("Cargo.toml"),
                template!("crate/Cargo.toml", &values),
            ),
            (
                root.join("src/main.rs"),
                template!("crate/main.rs", &values),
            ),
        ];
        (files, format!("cd {} && cargo run -- plan", options.name))
    } else {
        let path = format!("{}.yaml", options.name);
        let next = format!("eksnet check {path}");
        (
            vec![(PathBuf::from(path), template!("spec.yaml", &values))],
            next,
        )
    };
    let there = files.iter().find(|(path, _)| path.exists());
    if let (Some((path, _)), false) = (there, options.force) {
        let path = path.display();
        return Err(Stop::Failed(format!(
            "{path} is there already; `--force` replaces it"
        )));
    }
    for (path, text) in &files {
        output::write(path, text)?;
        screen.say(&format!("wrote {}\n", path.display()));
    }
    screen.say(&format!("next: {next}\n"));
    Ok(Exit::Done)
}

/// The zones of a region of which eksnet knows none: what they are most likely called, for the user to check.
fn guessed_zones(region: Region) -> Vec<String> {
    if region.zones().is_empty() {
        let prefix = region.zone_prefix();
        (1..=3).map(|zone| format!("{prefix}-az{zone}")).collect()
    } else {
        Vec::new()
    }
}

/// The starter's network, which says what the defaults are for this range and region, and whether there is room.
fn synthesis(options: &Options, guessed: &[String]) -> Result<Synthesis, Stop> {
    let net = Network::new(options.cidr);
    let net = if guessed.is_empty() {
        net
    } else {
        net.in_zones(guessed)
    };
    let version = KubernetesVersion::DEFAULT_LAYOUT_1.to_string();
    let cluster = Cluster::new(&options.name, version);
    let stack = Stack::new(&options.name, options.region, net, cluster);
    stack.synthesize().map_err(|findings| {
        let errors = findings.iter().filter(|f| f.severity == Severity::Error);
        let messages: Vec<&str> = errors.map(|finding| finding.message.as_str()).collect();
        Stop::Failed(messages.join("; "))
    })
}

/// A name that is good for a stack, a cluster, a crate and a file.
fn name(text: &str) -> Result<String, String> {
    let letter = text.starts_with(|c: char| c.is_ascii_lowercase());
    let rest = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if letter && rest && text.len() <= 40 {
        Ok(text.to_owned())
    } else {
        Err("a name is a small letter and then at most 39 of a-z, 0-9 and `-`".to_owned())
    }
}

fn region(text: &str) -> Result<Region, String> {
    Region::parse(text).map_err(|error| {
        let known = Region::ALL.iter().map(|region| region.as_str());
        match nearest(text, known) {
            Some(near) => format!("{error}; did you mean `{near}`?"),
            None => error.to_string(),
        }
    })
}

fn cidr(text: &str) -> Result<Ipv4Net, String> {
    let cidr: Ipv4Net = text
        .parse()
        .map_err(|_| "a range is written as 10.20.0.0/16".to_owned())?;
    if cidr.trunc() != cidr {
        return Err(format!(
            "there are bits below the prefix; did you mean {}?",
            cidr.trunc()
        ));
    }
    Ok(cidr)
}
