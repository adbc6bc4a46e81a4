//! Specs: the text form of what a user asks for, as YAML, JSON or TOML.
//!
//! A text is read into one tree of values with positions, whatever the format ([`read`]), and plain
//! serde structs are decoded from that tree ([`decode`]). Both report every problem of a file in one
//! run and leave the judgement of what the values mean to others.
#![cfg_attr(
    not(test),
    expect(
        dead_code,
        unused_imports,
        reason = "the lowering that reads specs is written next"
    )
)]

mod codes;
mod decode;
mod field;
mod nearest;
mod scalar;
#[cfg(feature = "schema")]
mod schema;
mod toml_text;
mod tree;
mod yaml;
mod yaml_mistakes;

#[cfg(test)]
#[expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that stops is a test that fails"
)]
mod tests;

pub use field::{Field, Key, Named};

pub(crate) use decode::decode;
pub(crate) use tree::{Kind, Node};

use std::ops::Range;

use crate::diagnostic::{Finding, Findings, Origin, Severity, SourceId, Sources, Span};

/// The most bytes that a spec may have.
const MAX_BYTES: usize = 16 << 20;

/// The language that a spec is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2 with its core schema.
    Yaml,
    /// JSON; what YAML allows beyond it, such as a comma at the end, is accepted.
    Json,
    /// TOML 1.0.
    Toml,
}

impl Format {
    /// The format of files that end in `.extension`.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    /// The format that a text without a file name most likely has; TOML is never guessed.
    pub fn sniff(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('{') {
            Self::Json
        } else {
            Self::Yaml
        }
    }

    /// The name as people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Toml => "TOML",
        }
    }
}

/// Reads a spec's text into a tree and keeps the text among the sources, so that findings can show it.
///
/// Without a format the text decides. No node means that there is nothing to decode: the findings say
/// why. With a node there may be findings too, such as keys that are written twice.
pub(crate) fn read(
    name: &str,
    format: Option<Format>,
    text: &str,
    sources: &mut Sources,
) -> (Option<Node>, Findings) {
    let mut findings = Findings::new();
    if text.len() > MAX_BYTES {
        // The text is not kept either: nobody wants to see it quoted.
        let source = sources.add(name, "");
        let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
        findings.push(whole_file(codes::TOO_LARGE, message, source));
        return (None, findings);
    }
    let source = sources.add(name, text);
    let format = format.unwrap_or_else(|| Format::sniff(text));
    let node = match format {
        Format::Yaml | Format::Json => yaml::read(text, source, &mut findings),
        Format::Toml => toml_text::read(text, source, &mut findings),
    };
    let nothing = match node.as_ref().map(|node| &node.kind) {
        None => findings.is_empty(),
        Some(Kind::Null) => true,
        Some(Kind::Map(entries)) => entries.is_empty() && findings.is_empty(),
        Some(Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::List(_)) => false,
    };
    if nothing {
        let finding = whole_file(codes::EMPTY, "the spec is empty".to_owned(), source);
        findings.push(finding.help("start with `eksnet init`, which writes a commented spec"));
        return (None, findings);
    }
    (node, findings)
}

fn whole_file(code: crate::diagnostic::Code, message: String, source: SourceId) -> Finding {
    let place = Origin::Spec(span(source, 0..0));
    Finding::new(code, Severity::Error, message, place)
}

/// The finding for a key that is written again; the first one counts.
fn duplicate_key(key: &str, again: Span, first: Option<Span>) -> Finding {
    let message = format!("the key `{key}` is written twice");
    let mut finding = Finding::new(
        codes::DUPLICATE_KEY,
        Severity::Error,
        message,
        Origin::Spec(again),
    );
    if let Some(first) = first {
        finding = finding.related(Origin::Spec(first), "first written here");
    }
    finding
        .note("tools disagree on which of the two would win")
        .help("keep one of them")
}

/// A span in 32 bits; texts are far smaller than what those can count.
fn span(source: SourceId, range: Range<usize>) -> Span {
    Span {
        source,
        start: offset(range.start),
        end: offset(range.end),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The words under a span.
fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize)
        .unwrap_or_default()
}
