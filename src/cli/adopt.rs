//! `--adopt`: the subnets that exist, and what becomes of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::Stop;
use super::input::Input;
use super::specs::{bytes, reason};
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Sources, Span};
use crate::network::{Stack, ZoneId};
use crate::plan::{Adoption, Ledger, Listing};
use crate::read::foreign::Given;

#[derive(Args)]
pub(super) struct AdoptOptions {
    /// Enter the subnets of a network that exists into the ledger: the JSON of `aws ec2 describe-subnets`, the
    /// CloudFormation template that made them, a plan or a state as `terraform show -json` prints it, or `-` for the
    /// standard input
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["locked", "repair"]
    )]
    adopt: Option<PathBuf>,
    /// The tier of a subnet that exists, where its name does not say it, as in `subnet-0a1b2c=nodes`
    #[arg(long = "tier", value_name = "ID=TIER", value_parser = assignment, requires = "adopt")]
    tiers: Vec<(String, String)>,
    /// The value of a parameter of the template
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter, requires = "adopt")]
    parameters: Vec<(String, String)>,
    /// The id of a zone by its name, as in `us-east-1a=use1-az4`; a template that takes zones by their number needs all of
    /// the region, as `aws ec2 describe-availability-zones` lists them
    #[arg(long = "zone", value_name = "NAME=ID", value_parser = super::import::zone, requires = "adopt")]
    zones: Vec<(String, ZoneId)>,
}

/// What is to be adopted.
pub(super) struct Adopt {
    file: PathBuf,
    assignments: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
    zones: Vec<(String, ZoneId)>,
}

impl AdoptOptions {
    /// What is to be adopted, for a run to which that can be done.
    pub(super) fn wanted(&self, input: &mut Input) -> Result<Option<Adopt>, Stop> {
        let Some(file) = &self.adopt else {
            return Ok(None);
        };
        // A listing beside the specs looks like one.
        input.leave_out(file);
        match input.len() {
            // Why there is none is said by the run.
            0 | 1 => {}
            many => {
                return Err(Stop::Usage(format!(
                    "`--adopt` is for one stack, and there are {many}; name its spec"
                )));
            }
        }
        if input.is_stdin() {
            return Err(Stop::Usage(
                "`--adopt` writes the ledger beside the spec, and the standard input has no place; name the spec as a file"
                    .to_owned(),
            ));
        }
        let mut assignments = BTreeMap::new();
        for (id, tier) in &self.tiers {
            if let Some(other) = assignments.insert(id.clone(), tier.clone())
                && other != *tier
            {
                return Err(Stop::Usage(format!(
                    "`--tier` has both {other} and {tier} for {id}"
                )));
            }
        }
        Ok(Some(Adopt {
            file: file.clone(),
            assignments,
            parameters: self.parameters.iter().cloned().collect(),
            zones: self.zones.clone(),
        }))
    }
}

/// Takes `subnet-0a1b2c=nodes` apart.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((id, tier)) if !id.is_empty() && !tier.is_empty() => {
            Ok((id.to_owned(), tier.to_owned()))
        }
        _ => Err("write the subnet's id and its tier: `subnet-0a1b2c=nodes`".to_owned()),
    }
}

/// Takes `VpcCidr=10.20.0.0/16` apart.
fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write the parameter's name and its value: `VpcCidr=10.20.0.0/16`".to_owned()),
    }
}

/// What a text to adopt is.
enum Form {
    Listing,
    CloudFormation,
    Terraform,
}

fn form(text: &str) -> Form {
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with(['{', '[']) {
        return if text.lines().any(|line| line.starts_with("Resources:")) {
            Form::CloudFormation
        } else {
            Form::Listing
        };
    }
    match serde_json::from_str::<Sections>(text) {
        Ok(Sections { template: true, .. }) => Form::CloudFormation,
        Ok(Sections {
            terraform: true, ..
        }) => Form::Terraform,
        _ => Form::Listing,
    }
}

/// Which sections a document has, whatever is in them.
#[derive(Default)]
struct Sections {
    template: bool,
    terraform: bool,
}

impl<'de> serde::Deserialize<'de> for Sections {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Names)
    }
}

struct Names;

impl<'de> serde::de::Visitor<'de> for Names {
    type Value = Sections;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Sections, A::Error> {
        let mut sections = Sections::default();
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            map.next_value::<serde::de::IgnoredAny>()?;
            match &*name {
                "Resources" => sections.template = true,
                // The file in which Terraform keeps a state has the last two.
                "format_version" | "lineage" | "serial" => sections.terraform = true,
                _ => {}
            }
        }
        Ok(sections)
    }
}

impl Adopt {
    /// The ledger with what exists; nothing where the findings say why not.
    pub(super) fn apply(
        &self,
        stack: &Stack,
        ledger: &Ledger,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> Option<Adoption> {
        let text = match self.read(sources) {
            Ok(text) => text,
            Err(finding) => {
                findings.push(*finding);
                return None;
            }
        };
        let ids: BTreeMap<_, _> = self.zones.iter().cloned().collect();
        let name = self.name();
        let listing = match form(&text) {
            Form::Listing => Listing::read(&name, &text, sources, findings)?,
            Form::CloudFormation => {
                let given = Given {
                    parameters: self.parameters.clone(),
                    region: Some(stack.region().as_str().to_owned()),
                    zones: ids.keys().cloned().collect(),
                    ..Given::default()
                };
                Listing::of_template(&name, &text, &given, &ids, sources, findings)?
            }
            Form::Terraform => Listing::of_terraform(&name, &text, &ids, sources, findings)?,
        };
        match stack.adopt(&listing, &self.assignments, ledger) {
            Ok(adoption) => Some(adoption),
            Err(said) => {
                findings.extend(said);
                None
            }
        }
    }

    /// What people know the listing by.
    pub(super) fn name(&self) -> String {
        if self.is_stdin() {
            "<stdin>".to_owned()
        } else {
            self.file.to_string_lossy().into_owned()
        }
    }

    fn is_stdin(&self) -> bool {
        self.file == Path::new("-")
    }

    fn read(&self, sources: &mut Sources) -> Result<String, Box<Finding>> {
        let read = if self.is_stdin() {
            bytes(io::stdin().lock())
        } else {
            File::open(&self.file).and_then(bytes)
        };
        match read.map(String::from_utf8) {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(error)) => {
                let at = error.utf8_error().valid_up_to();
                let why = format!("it is not UTF-8: byte {} is wrong", at + 1);
                let help = "save it as UTF-8, or pipe it: `aws ec2 describe-subnets | eksnet plan SPEC --adopt -`";
                Err(Box::new(self.unreadable(&why, sources).help(help)))
            }
            Err(error) => Err(Box::new(self.unreadable(&reason(&error), sources))),
        }
    }

    fn unreadable(&self, why: &str, sources: &mut Sources) -> Finding {
        let span = Span {
            source: sources.add(self.name(), ""),
            start: 0,
            end: 0,
        };
        rules::PLAN013.at(
            Origin::Spec(span),
            format!("cannot read the listing: {why}"),
        )
    }
}

/// What else is to be said of an adoption, in a line; nothing where all of the listing was adopted.
pub(super) fn remark(name: &str, adoption: &Adoption) -> Option<String> {
    let count = |count: usize| {
        let subnets = if count == 1 { "subnet" } else { "subnets" };
        format!("{count} {subnets}")
    };
    let mut said = Vec::new();
    if adoption.outside > 0 {
        let outside = count(adoption.outside);
        said.push(format!("{outside} outside of the network left out"));
    }
    if adoption.removed > 0 {
        let removed = count(adoption.removed);
        said.push(format!("{removed} no longer asked for left as they are"));
    }
    (!said.is_empty()).then(|| format!("{name}: {}\n", said.join(", ")))
}
