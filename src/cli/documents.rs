//! Documents for people and tools: where their ids come from, and what is said of those that nobody knows.

use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::Stop;
use super::screen::Screen;
use crate::render::{Format, Known, Unknown, Why};
use crate::synthesis::Synthesis;

#[derive(Args)]
pub(super) struct OutputsOption {
    /// What the deployed stack told, for ids in documents: JSON of `aws cloudformation describe-stacks` or of `terraform
    /// output -json`; `-` is the standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    outputs: Option<PathBuf>,
}

impl OutputsOption {
    /// What is known of the deployed stacks.
    pub(super) fn read(&self, formats: &[Format], spec_is_stdin: bool) -> Result<Known, Stop> {
        let Some(path) = &self.outputs else {
            return Ok(Known::nothing());
        };
        if formats.iter().all(|format| format.is_engine()) {
            return Err(Stop::Usage(format!(
                "`--outputs` is for documents with ids in them: name one by `--format {}`",
                Format::Kubernetes.as_str()
            )));
        }
        let stdin = path.as_os_str() == "-";
        if stdin && spec_is_stdin {
            return Err(Stop::Usage(
                "the standard input is the spec already: name a file for `--outputs`".to_owned(),
            ));
        }
        let text = if stdin {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        } else {
            std::fs::read_to_string(path)
        };
        let path = path.display();
        let text = text.map_err(|error| Stop::Failed(format!("cannot read {path}: {error}")))?;
        Known::read(&text).map_err(|error| Stop::Failed(format!("cannot use {path}: {error}")))
    }

    /// Says what the documents of a stack lack. Once outputs are given, an id that they do not tell is an error, and nothing
    /// is to be written; returns whether all is well.
    pub(super) fn report(
        &self,
        stack: &Synthesis,
        formats: &[Format],
        known: &Known,
        screen: &mut Screen,
    ) -> bool {
        let mut well = true;
        for format in formats.iter().filter(|format| !format.is_engine()) {
            let name = &stack.graph().stack;
            let Some(document) = stack.document(*format, known) else {
                screen.say(&format!("{name}: {}\n", nothing(*format)));
                continue;
            };
            if document.unknown.is_empty() {
                continue;
            }
            match &self.outputs {
                None => screen.warning(&marked(stack, *format, &document.unknown)),
                Some(path) => {
                    well = false;
                    screen.error(&untold(stack, path, &document.unknown));
                }
            }
        }
        well
    }
}

/// Why a stack has no document of a format.
fn nothing(format: Format) -> &'static str {
    match format {
        Format::CloudFormation | Format::Terraform => "nothing to write",
        Format::Kubernetes => {
            "nothing to write for `kubernetes`: the stack asks for nothing inside of a cluster"
        }
    }
}

/// How to ask a deployed stack for its outputs.
fn ask(stack: &Synthesis) -> String {
    let (name, region) = (&stack.graph().stack, stack.graph().region);
    format!(
        "`aws cloudformation describe-stacks --stack-name {name} --region {region} > {name}.outputs.json` or `terraform \
         output -json > {name}.outputs.json`"
    )
}

fn marked(stack: &Synthesis, format: Format, unknown: &[Unknown]) -> String {
    let name = &stack.graph().stack;
    let marks: Vec<&str> = unknown
        .iter()
        .map(|unknown| unknown.mark.as_str())
        .collect();
    format!(
        "{name}, {}: marks stand for ids that AWS decides: {}\n  = help: deploy the stack, then {}, and give the file by \
         `--outputs {name}.outputs.json`",
        format.as_str(),
        marks.join(", "),
        ask(stack)
    )
}

fn untold(stack: &Synthesis, path: &Path, unknown: &[Unknown]) -> String {
    let (name, path) = (&stack.graph().stack, path.display());
    let mut text = String::new();
    for Unknown { mark, output, why } in unknown {
        if !text.is_empty() {
            text.push_str("\n  ");
        }
        // Writing to memory does not fail.
        let _ = match why {
            Why::OtherCluster(other) => {
                return format!(
                    "{path} is of the cluster `{other}`, which is not that of {name}\n  = help: ask the stack {name} itself: {}",
                    ask(stack)
                );
            }
            Why::NothingTold | Why::NotAmong => {
                write!(
                    text,
                    "{path} does not tell `{output}`, for {mark} of {name}"
                )
            }
            Why::Differs { told, planned } => write!(
                text,
                "{path} tells {told} values of `{output}`, and the plan of {name} has {planned}"
            ),
        };
    }
    text.push_str("\n  = help: deploy the stack as it is now, then ask it again: ");
    text.push_str(&ask(stack));
    text
}
