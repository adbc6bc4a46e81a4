//! Specs: the text form of what a user asks for, as YAML, JSON or TOML.
//!
//! A text is read into one tree of values with positions, whatever the format (`read`), and plain
//! serde structs are decoded from that tree (`decode`). Both report every problem of a file in one
//! run and leave the judgement of what the values mean to others.
mod codes;
mod decode;
mod either;
mod field;
mod form;
mod lower;
pub(crate) mod nearest;
mod scalar;
#[cfg(feature = "schema")]
mod schema;
mod tags;
mod toml_text;
pub(crate) mod tree;
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

pub use either::{Either, ListOr, NumberOrText};
pub use field::{Field, Key, Named};
pub use form::*;
#[cfg(feature = "schema")]
pub use schema::schema;

#[cfg(test)]
pub(crate) use tree::{Kind, Node};

use decode::decode;
#[cfg(not(test))]
use tags::Tags;
#[cfg(not(test))]
use tree::{Kind, Node};
#[cfg(test)]
pub(crate) use {tags::Tags, yaml::read as read_yaml};

use std::ops::Range;

use crate::diagnostic::{Finding, Findings, MAX_BYTES, Origin, Severity, SourceId, Sources, Span};
use crate::network::Stack;
use crate::plan::Ledger;
use crate::synthesis::{Errors, Synthesis};

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

/// What a spec's text came to.
#[derive(Debug)]
pub struct Loaded {
    /// The stack that it asks for; none where its form is too broken to tell.
    pub stack: Option<Stack>,
    /// What is wrong with its form.
    pub findings: Findings,
    /// Whether the stack is all that was asked for.
    complete: bool,
    /// The spec, so that what is put in its place later gets the same quotes.
    text: String,
}

impl Loaded {
    /// What can be said of the spec without a plan.
    #[cfg(feature = "cli")]
    pub(crate) fn check_form(self) -> Findings {
        let mut findings = self.findings;
        if let Some(stack) = &self.stack {
            findings.extend(stack.check_model());
        }
        findings.sort();
        findings
    }

    /// Everything that is wrong with the spec, its form and what it asks for, in one list.
    ///
    /// # Errors
    ///
    /// All findings, where one of them is an error.
    pub fn synthesize(self, ledger: &Ledger) -> Result<Synthesis, Findings> {
        self.synthesize_unless(ledger, Errors::Stop)
    }

    /// The same in spite of what AWS demands, as [`Stack::synthesize_despite_errors`] does.
    ///
    /// # Errors
    ///
    /// All findings, where one of them leaves nothing to render.
    pub fn synthesize_despite_errors(self, ledger: &Ledger) -> Result<Synthesis, Findings> {
        self.synthesize_unless(ledger, Errors::Forced)
    }

    pub(crate) fn synthesize_unless(
        self,
        ledger: &Ledger,
        errors: Errors,
    ) -> Result<Synthesis, Findings> {
        let text = self.text;
        let quoted = |all: Findings| {
            all.into_iter()
                .map(|finding| in_same_quotes(finding, &text))
        };
        let mut findings = self.findings;
        let Some(stack) = self.stack else {
            findings.sort();
            return Err(findings);
        };
        if self.complete && !findings.has_errors() {
            let synthesis = stack
                .unjudged(ledger, errors)
                .map(|synthesis| synthesis.map_findings(|all| quoted(all).collect()))
                .map(|synthesis| synthesis.and(findings))
                // Remarks can wait until there is something to remark on.
                .map_err(|all| {
                    quoted(all)
                        .filter(|f| f.severity < Severity::Info)
                        .collect()
                });
            return stack.judged(synthesis);
        }
        // What could not be read leaves gaps: only what is wrong regardless of them is said.
        let more = if self.complete {
            stack.check_with(ledger)
        } else {
            stack.check_model()
        };
        findings.extend(quoted(more).filter(|f| f.severity == Severity::Error));
        findings.sort();
        Err(findings)
    }
}

/// Reads a spec: the text is parsed, decoded and lowered into the typed model.
///
/// The text is kept among the sources, so that findings can show it. Without a format the text decides.
///
/// ```
/// use eksnet::diagnostic::Sources;
///
/// let text = "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0/16 }\n";
/// let mut sources = Sources::new();
/// let loaded = eksnet::spec::load("prod.yaml", None, text, &mut sources);
/// assert!(loaded.synthesize(&eksnet::plan::Ledger::new()).is_ok());
/// ```
pub fn load(name: &str, format: Option<Format>, text: &str, sources: &mut Sources) -> Loaded {
    let (node, mut findings) = read(name, format, text, sources);
    let lowered = node.and_then(|node| {
        let (spec, meant) = decode::<Spec>(&node, sources, &mut findings);
        let mut more = Findings::new();
        let lowered = lower::lower(&spec?, start(&node), &meant, &mut more);
        findings.extend(
            more.into_iter()
                .map(|finding| in_same_quotes(finding, text)),
        );
        Some(lowered)
    });
    findings.sort();
    let (stack, complete) = lowered.unzip();
    Loaded {
        stack,
        findings,
        complete: complete.unwrap_or(false),
        text: text.to_owned(),
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
        Format::Yaml | Format::Json => yaml::read(text, source, Tags::Refused, &mut findings),
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

/// Reads a template of CloudFormation, YAML or JSON, into a tree in which the short forms of functions are long ones.
///
/// The text is kept among the sources. No node means that there is nothing to read, and a finding says why.
pub(crate) fn read_template(
    name: &str,
    text: &str,
    sources: &mut Sources,
    findings: &mut Findings,
) -> Option<Node> {
    let fits = text.len() <= MAX_BYTES;
    let source = sources.add(name, if fits { text } else { "" });
    let empty = || whole_file(codes::EMPTY, "the template is empty".to_owned(), source);
    if !fits {
        let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
        findings.push(whole_file(codes::TOO_LARGE, message, source));
        return None;
    }
    let node = yaml::read(text, source, Tags::Functions, findings);
    if node.is_none() && findings.is_empty() {
        findings.push(empty());
    }
    node
}

/// A finding whose edit keeps the quotes of what it replaces.
fn in_same_quotes(mut finding: Finding, text: &str) -> Finding {
    if let Some(edit) = &mut finding.edit
        && let Some(quote @ ('"' | '\'')) = slice(text, edit.span).chars().next()
    {
        edit.replacement = format!("{quote}{}{quote}", edit.replacement);
    }
    finding
}

/// The first key of a spec.
fn start(node: &Node) -> Origin {
    let first = match &node.kind {
        Kind::Map(entries) => entries.first().map(|entry| entry.key_span),
        Kind::Null
        | Kind::Bool(_)
        | Kind::Int(_)
        | Kind::Float(_)
        | Kind::Str(_)
        | Kind::List(_) => None,
    };
    Origin::Spec(first.unwrap_or(node.span))
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
