//! Findings: what a rule says about what the user wrote, as data, and the renderers that show them.
//!
//! Every problem that eksnet reports, from a misspelt key to a NAT gateway without a route, is one
//! [`Finding`]. A finding never prints itself; a renderer does.

mod concise;
#[cfg(feature = "cli")]
mod full;
mod github;
mod json;
mod place;
mod record;
mod sarif;
mod source;
#[cfg(test)]
mod tests;

pub use concise::{concise, line, summary};
#[cfg(feature = "cli")]
pub use full::{Style, full};
pub use github::github;
pub use json::json;
pub use sarif::{Description, sarif};
pub(crate) use source::MAX_BYTES;
pub use source::{Source, SourceId, Sources, Span};

use std::collections::BTreeSet;
use std::fmt;
use std::panic::Location;

/// How bad a finding is.
///
/// Ordered from the worst: `Error < Warning < Info`, so that sorting puts errors first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// AWS refuses it, or the cluster, its nodes or its pods would not work. Nothing is rendered.
    Error,
    /// It works and breaks later, or contradicts what AWS recommends.
    Warning,
    /// Worth knowing; nothing to do.
    Info,
}

impl Severity {
    /// The lower-case word that people read: `error`, `warning`, `info`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The stable code of a rule: `EKS304` for what AWS demands, `SPEC002` for the form of a spec.
///
/// A code is never reused or renumbered. `eksnet explain CODE` shows its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub(crate) &'static str);

impl Code {
    /// The code as it is written.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// Where in the user's own words a thing was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// Nobody wrote it: a default.
    #[default]
    Default,
    /// A range of a spec.
    Spec(Span),
    /// A line of a Rust program, as `#[track_caller]` saw it.
    Program(&'static Location<'static>),
}

impl Origin {
    /// The line that called the function which calls this.
    #[track_caller]
    pub fn caller() -> Self {
        Self::Program(Location::caller())
    }

    /// This origin, or `other` where this is a default.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == Self::Default { other } else { self }
    }
}

/// A second place that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub origin: Origin,
    /// What is there, in a few words.
    pub label: String,
}

/// A change to a spec's text that would mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// The new text.
    pub replacement: String,
    /// Whether it can only be what was meant, so that `--fix` makes it without being asked.
    ///
    /// So it is where the text is put another way: quotes that make text of a number, or a key in the letters that it is
    /// known by. A word that is near, a range that fits, the level that a tab stands for are guesses.
    pub safe: bool,
}

/// One problem, or one fact worth knowing, about what the user asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that speaks.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line that is enough by itself: lower case, no period at the end.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// What the underlined words are, or should be; may be empty.
    pub label: String,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// Why: what AWS does about it.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Option<String>,
    /// The same as text that can be put in place.
    pub edit: Option<Edit>,
    /// Who lets it be, and why. It is then a mere remark.
    pub allowed: Option<Allowed>,
}

/// Who lets a finding be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// The stack itself, for a reason.
    ByStack(String),
    /// Whoever runs eksnet, by `--allow`.
    ByRun,
}

impl Allowed {
    /// Why, in words.
    pub fn reason(&self) -> &str {
        match self {
            Self::ByStack(reason) => reason,
            Self::ByRun => "`--allow`",
        }
    }
}

impl Finding {
    /// A finding with a message and a place, to be filled in by the methods below.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>, origin: Origin) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            origin,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            edit: None,
            allowed: None,
        }
    }

    /// The same as something that somebody knows of and lets be.
    #[must_use]
    pub(crate) fn allowed(mut self, by: Allowed) -> Self {
        self.severity = Severity::Info;
        self.allowed = Some(by);
        self
    }

    /// Says what the underlined words are.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Points at a second place.
    #[must_use]
    pub fn related(mut self, origin: Origin, label: impl Into<String>) -> Self {
        self.related.push(Related {
            origin,
            label: label.into(),
        });
        self
    }

    /// Says why.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to write instead, in the words of a spec or, where a program speaks, in those of Rust.
    #[must_use]
    pub(crate) fn help_in(self, spec: &str, program: &str) -> Self {
        match self.origin {
            Origin::Program(_) => self.help(program),
            Origin::Spec(_) | Origin::Default => self.help(spec),
        }
    }

    /// The same with another severity, where a rule is softer than usual.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Offers the text to put in place, as a guess.
    #[must_use]
    pub fn edit(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edit = Some(Edit {
            span,
            replacement: replacement.into(),
            safe: false,
        });
        self
    }

    /// Says that the text can only be what was meant, where that is so.
    #[must_use]
    pub fn safe_if(mut self, only_meaning: bool) -> Self {
        if let Some(edit) = &mut self.edit {
            edit.safe = only_meaning;
        }
        self
    }
}

/// Several findings of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// No findings.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds several.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.0.extend(findings);
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|f| f.severity == Severity::Error)
    }

    /// The codes of all errors, each once, in order.
    pub fn error_codes(&self) -> Vec<Code> {
        let errors = self.0.iter().filter(|f| f.severity == Severity::Error);
        let codes: BTreeSet<Code> = errors.map(|f| f.code).collect();
        codes.into_iter().collect()
    }

    /// How many are let be by somebody.
    pub fn allowed(&self) -> usize {
        self.0.iter().filter(|f| f.allowed.is_some()).count()
    }

    /// How many are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|f| f.severity == severity).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.0.iter()
    }

    /// Puts them in the order in which people read: by place, then severity, then code; repeats are dropped.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| {
            (a.place(), a.severity, a.code, &a.message).cmp(&(
                b.place(),
                b.severity,
                b.code,
                &b.message,
            ))
        });
        self.0.dedup();
    }
}

impl Finding {
    /// A key that orders places: defaults last, specs by source and position, programs by file and line.
    fn place(&self) -> (u8, u32, u32, &'static str, u32, u32) {
        match self.origin {
            Origin::Spec(s) => (0, s.source.0, s.start, "", 0, 0),
            Origin::Program(l) => (1, 0, 0, l.file(), l.line(), l.column()),
            Origin::Default => (2, 0, 0, "", 0, 0),
        }
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}
