//! Tags in front of values: nothing in a spec, functions in a template of CloudFormation.

use super::codes;
use super::tree::{Entry, Kind, Node};
use crate::diagnostic::{Finding, Origin, Severity, Span};

/// What a tag in front of a value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tags {
    /// Nothing: a finding.
    Refused,
    /// `!Name` is a function of `CloudFormation` in its short form: a map with the function as its only key.
    Functions,
}

/// A function by its long name, and where its short form stands.
pub(super) type Function = (String, Span);

/// The function that a tag stands for, or what is wrong with it.
pub(super) fn read(tags: Tags, written: &str, place: Span) -> Result<Function, Box<Finding>> {
    let refused = |message: String, note: &str| {
        let finding = Finding::new(
            codes::UNSUPPORTED,
            Severity::Error,
            message,
            Origin::Spec(place),
        )
        .note(note)
        .help("write the value itself, in quotes if it must be text");
        Box::new(finding)
    };
    match tags {
        Tags::Refused => Err(refused(
            format!("the tag `{written}` has no meaning in a spec"),
            "a spec is plain data: nothing in it is computed or referenced by a tag",
        )),
        Tags::Functions => match name(written) {
            Some(name @ ("Ref" | "Condition")) => Ok((name.to_owned(), place)),
            Some(name) => Ok((format!("Fn::{name}"), place)),
            None => Err(refused(
                format!("the tag `{written}` is no function"),
                "a tag in a template is the short form of a function, such as `!Ref`",
            )),
        },
    }
}

/// The name in a tag that has the form of a function's.
fn name(written: &str) -> Option<&str> {
    let name = written.strip_prefix('!')?;
    let begins = name.starts_with(|letter: char| letter.is_ascii_uppercase());
    (begins && name.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(name)
}

/// How many levels a list or map adds.
pub(super) fn levels(function: Option<&Function>) -> usize {
    1 + usize::from(function.is_some())
}

/// What a function is given, as the long form writes it.
pub(super) fn called(function: Option<Function>, value: Node) -> Node {
    let Some((key, key_span)) = function else {
        return value;
    };
    let span = Span {
        start: key_span.start,
        ..value.span
    };
    let entry = Entry {
        key,
        key_span,
        value,
    };
    Node {
        span,
        kind: Kind::Map(vec![entry]),
    }
}
