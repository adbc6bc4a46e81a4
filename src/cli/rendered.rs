//! What is rendered of a stack, once: the very texts that are read back are written.

use super::screen::Screen;
use super::{Stop, record};
use crate::read::Difference;
use crate::render::{Document, Format, Known, Unknown};
use crate::synthesis::{File, Synthesis};

/// How many differences are shown.
const SHOWN: usize = 20;

/// A stack with all that is rendered of it.
pub(super) struct Rendered {
    pub(super) stack: Synthesis,
    outputs: Vec<Output>,
    /// What `--record` asks for.
    record: Option<File>,
}

/// What one format has to say.
struct Output {
    format: Format,
    /// Its files, or the one document that goes to the standard output. None where the stack has nothing to say in it.
    files: Vec<File>,
    /// Ids that nobody knows yet.
    unknown: Vec<Unknown>,
}

impl Rendered {
    /// All files of a stack.
    pub(super) fn files_of(stack: Synthesis, formats: &[Format], known: &Known) -> Self {
        let outputs = formats.iter().map(|&format| {
            let (files, unknown) = stack.files_with(format, known);
            Output {
                format,
                files,
                unknown,
            }
        });
        Self {
            outputs: outputs.collect(),
            record: None,
            stack,
        }
    }

    /// The same with a record of its files.
    pub(super) fn recorded(mut self) -> Self {
        self.record = Some(record::of(&self));
        self
    }

    /// The document of each format.
    pub(super) fn documents_of(stack: Synthesis, formats: &[Format], known: &Known) -> Self {
        let outputs = formats.iter().map(|&format| {
            let (text, unknown) = match stack.document(format, known) {
                Some(Document { text, unknown }) => (Some(text), unknown),
                None => (None, Vec::new()),
            };
            let path = || "the document".to_owned();
            let files = text.map(|text| File { path: path(), text });
            Output {
                format,
                files: files.into_iter().collect(),
                unknown,
            }
        });
        Self {
            outputs: outputs.collect(),
            record: None,
            stack,
        }
    }

    /// All of its files.
    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        let rendered = self.outputs.iter().flat_map(|output| &output.files);
        rendered.chain(&self.record)
    }

    /// The formats for people and tools: the ids that nobody knows, where there is a document.
    pub(super) fn documents(&self) -> impl Iterator<Item = (Format, Option<&[Unknown]>)> {
        let documents = self.outputs.iter();
        let documents = documents.filter(|output| !output.format.is_engine());
        documents.map(|output| {
            let there = !output.files.is_empty();
            (output.format, there.then_some(output.unknown.as_slice()))
        })
    }

    /// Reads the templates: one that says something else than its model is a fault of eksnet.
    fn read_back(&self) -> Result<(), Stop> {
        for Output { format, files, .. } in &self.outputs {
            let texts = files
                .iter()
                .map(|file| (file.path.as_str(), file.text.as_str()));
            let read = self.stack.read_back(*format, texts);
            read.map_err(|differences| fault(&self.stack, *format, &differences))?;
        }
        Ok(())
    }
}

/// Reads back all that was rendered, before any of it is written.
pub(super) fn read_back(all: &[Rendered], screen: &mut Screen) -> Result<(), Stop> {
    for (done, rendered) in all.iter().enumerate() {
        screen.progress("reading back", done, all.len());
        rendered.read_back()?;
    }
    Ok(())
}

fn fault(stack: &Synthesis, format: Format, differences: &[Difference]) -> Stop {
    let mut message = format!(
        "the {} output of {} does not say what its model says, so nothing was written; this is a fault of eksnet, not of \
         what you wrote; please report it with these lines",
        format.as_str(),
        stack.graph().stack
    );
    for difference in differences.iter().take(SHOWN) {
        message.extend(["\n  ", &difference.to_string()]);
    }
    if let Some(more @ 1..) = differences.len().checked_sub(SHOWN) {
        message.extend(["\n  and ", &more.to_string(), " more"]);
    }
    Stop::Fault(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    #[expect(clippy::expect_used, reason = "a test that stops is a test that fails")]
    fn a_difference_is_a_fault_that_names_its_path() {
        let net = Network::new(cidr!("10.20.0.0/16"));
        let stack = Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"));
        let stack = stack.synthesize().expect("no errors");
        let formats = [Format::CloudFormation, Format::Terraform];
        let mut rendered = Rendered::files_of(stack, &formats, &Known::nothing());
        assert!(rendered.read_back().is_ok());
        let template = &mut rendered.outputs[0].files[0].text;
        *template = template.replace("10.20.0.0/16", "10.21.0.0/16");
        let Err(Stop::Fault(message)) = rendered.read_back() else {
            unreachable!("a difference is a fault");
        };
        assert!(
            message.starts_with("the cloudformation output of prod"),
            "{message}"
        );
        let line = "Vpc.cidr: the model says \"10.20.0.0/16\", the template \"10.21.0.0/16\"";
        assert!(message.contains(line), "{message}");
    }
}
