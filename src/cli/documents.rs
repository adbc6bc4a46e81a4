//! Documents for people and tools: where their ids come from, and what is said of those that nobody knows.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::Stop;
use super::rendered::Rendered;
use super::screen::Screen;
use super::specs::reason;
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
                "`--outputs` is for documents with ids in them: name one by `--format {}` or `--format {}`",
                Format::Kubernetes.as_str(),
                Format::Eksctl.as_str()
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
        let text =
            text.map_err(|error| Stop::Failed(format!("cannot read {path}: {}", reason(&error))))?;
        Known::read(&text).map_err(|error| Stop::Failed(format!("cannot use {path}: {error}")))
    }

    /// Says what the documents of a stack lack. Once outputs are given, an id that they do not tell is an error, and nothing
    /// is to be written; returns whether all is well.
    pub(super) fn report(&self, rendered: &Rendered, known: &Known, screen: &mut Screen) -> bool {
        let mut well = true;
        let stack = &rendered.stack;
        let name = &stack.graph().stack;
        let mut other = self.outputs.as_deref().zip(known.other_stack(name));
        for (format, unknown) in rendered.documents() {
            let Some(unknown) = unknown else {
                screen.say(&format!("{name}: {}\n", nothing(format)));
                continue;
            };
            if let Some((path, other)) = other.take() {
                screen.warning(&renamed(stack, path, other));
            }
            if unknown.is_empty() {
                continue;
            }
            match &self.outputs {
                None => screen.warning(&marked(stack, format, unknown)),
                Some(path) => {
                    well = false;
                    screen.error(&untold(stack, path, unknown));
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
        Format::Eksctl => "nothing to write for `eksctl`: the stack's templates make the cluster",
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

/// Said of the outputs of another stack, which may be this one under a name of the user's.
fn renamed(stack: &Synthesis, path: &Path, other: &str) -> String {
    let (name, path) = (&stack.graph().stack, path.display());
    format!(
        "{path} is of the stack `{other}` alone, and {name} takes its ids from there\n  = help: where that is not {name} under \
         another name, ask the stack itself: {}",
        ask(stack)
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
    let mut lines: Vec<String> = Vec::new();
    for Unknown { mark, output, why } in unknown {
        let line = match why {
            Why::OtherCluster(other) => {
                return format!(
                    "{path} is of the cluster `{other}`, which is not that of {name}\n  = help: ask the stack {name} itself: {}",
                    ask(stack)
                );
            }
            Why::NothingTold | Why::NotAmong => {
                format!("{path} does not tell `{output}`, for {mark} of {name}")
            }
            Why::Unlike(told) => format!(
                "{path} tells `{told}` of `{output}`, which is no id of that kind, for {mark} of {name}"
            ),
            Why::Differs { told, planned } => format!(
                "{path} tells {told} of the {planned} values of `{output}` that the plan of {name} has"
            ),
        };
        // One output has many values, each with a mark of its own.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    format!(
        "{}\n  = help: deploy the stack as it is now, then ask it again: {}",
        lines.join("\n  "),
        ask(stack)
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

    use super::*;
    use crate::prelude::*;

    fn stack() -> Synthesis {
        let net = Network::new(cidr!("10.20.0.0/16"));
        let stack = Stack::network_only("prod", Region::EuWest1, net);
        stack.synthesize().ok().unwrap()
    }

    fn unknown(mark: &str, output: &str, why: Why) -> Unknown {
        Unknown {
            mark: mark.to_owned(),
            output: output.to_owned(),
            why,
        }
    }

    #[test]
    fn marks_are_explained() {
        let ids = [
            unknown(
                "${NodeSecurityGroupId}",
                "node-security-group-id",
                Why::NothingTold,
            ),
            unknown("${VpcId}", "vpc-id", Why::NothingTold),
        ];
        assert_eq!(
            marked(&stack(), Format::Kubernetes, &ids),
            "prod, kubernetes: marks stand for ids that AWS decides: ${NodeSecurityGroupId}, ${VpcId}\n  \
             = help: deploy the stack, then `aws cloudformation describe-stacks --stack-name prod --region eu-west-1 > \
             prod.outputs.json` or `terraform output -json > prod.outputs.json`, and give the file by \
             `--outputs prod.outputs.json`"
        );
    }

    #[test]
    fn what_is_said_of_one_output_is_said_once() {
        let differs = || Why::Differs {
            told: 2,
            planned: 3,
        };
        let ids = [
            unknown("${NodesA}", "nodes-subnet-ids", differs()),
            unknown("${NodesB}", "nodes-subnet-ids", differs()),
            unknown("${VpcId}", "vpc-id", Why::NotAmong),
        ];
        let text = untold(&stack(), Path::new("prod.outputs.json"), &ids);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..2],
            [
                "prod.outputs.json tells 2 of the 3 values of `nodes-subnet-ids` that the plan of prod has",
                "  prod.outputs.json does not tell `vpc-id`, for ${VpcId} of prod",
            ]
        );
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn what_is_not_told_is_named() {
        let path = Path::new("prod.outputs.json");
        let said = |why| untold(&stack(), path, &[unknown("${VpcId}", "vpc-id", why)]);
        let differs = Why::Differs {
            told: 2,
            planned: 3,
        };
        for (why, first) in [
            (
                Why::NotAmong,
                "prod.outputs.json does not tell `vpc-id`, for ${VpcId} of prod",
            ),
            (
                differs,
                "prod.outputs.json tells 2 of the 3 values of `vpc-id` that the plan of prod has",
            ),
            (
                Why::OtherCluster("dev".to_owned()),
                "prod.outputs.json is of the cluster `dev`, which is not that of prod",
            ),
        ] {
            let text = said(why);
            assert_eq!(text.lines().next(), Some(first));
            assert!(
                text.contains("--region eu-west-1 > prod.outputs.json"),
                "{text}"
            );
        }
    }
}
