//! Rendered templates are read before anything is written: one that says something else than its model is a fault of eksnet.

use super::Stop;
use super::screen::Screen;
use crate::read::Difference;
use crate::render::{Format, Known};
use crate::synthesis::Synthesis;

/// How many differences are shown.
const SHOWN: usize = 20;

/// Renders stacks in some formats and reads what came of it; as files, or each as one document.
pub(super) fn read_back(
    stacks: &[Synthesis],
    formats: &[Format],
    known: &Known,
    files: bool,
    screen: &mut Screen,
) -> Result<(), Stop> {
    for (done, stack) in stacks.iter().enumerate() {
        screen.progress("reading back", done, stacks.len());
        for &format in formats.iter().filter(|format| format.is_engine()) {
            let read = if files {
                let files = stack.files(format);
                let texts = files.iter();
                stack.read_back(format, texts.map(|f| (f.path.as_str(), f.text.as_str())))
            } else {
                let document = stack.document(format, known);
                let texts = document.iter();
                stack.read_back(
                    format,
                    texts.map(|document| ("the document", document.text.as_str())),
                )
            };
            read.map_err(|differences| fault(stack, format, &differences))?;
        }
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
        let template = stack
            .cloudformation()
            .replace("10.20.0.0/16", "10.21.0.0/16");
        let read = stack.read_back(
            Format::CloudFormation,
            [("prod.template.json", template.as_str())],
        );
        let differences = read.expect_err("another range");
        let Stop::Fault(message) = fault(&stack, Format::CloudFormation, &differences) else {
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
