//! Findings as a person at a terminal wants them: with the lines they are about.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin as PathOnly, Patch, Renderer, Snippet,
    normalize_untrusted_str,
};

use super::concise::word;
use super::place::{DEFAULT, Place};
use super::{Code, Edit, Finding, Findings, Origin, Severity, Source, Sources, summary};

/// Whether [`full`] may use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Plain text, for files, pipes and `NO_COLOR`.
    #[default]
    Plain,
    /// Text with ANSI escape codes, for terminals.
    Styled,
}

/// All findings with the lines they speak of, as the Rust compiler shows its own, and a last line
/// that counts them and says how to learn more about their codes.
///
/// Text that comes from a spec is cleaned of control characters.
pub fn full(findings: &Findings, sources: &Sources, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Styled => Renderer::styled(),
    };
    let mut text = String::new();
    for finding in findings {
        text.push_str(&renderer.render(&groups(finding, sources)));
        text.push_str("\n\n");
    }
    text.push_str(&last_line(findings));
    text.push('\n');
    text
}

/// `2 errors, 1 warning` and how to read more about them; the worst comes first.
fn last_line(findings: &Findings) -> String {
    let codes: BTreeSet<(Severity, Code)> = findings
        .iter()
        .map(|finding| (finding.severity, finding.code))
        .collect();
    let mut names: Vec<&str> = Vec::new();
    for (_, code) in codes {
        // A rule may speak with more than one severity.
        if !names.contains(&code.as_str()) {
            names.push(code.as_str());
        }
    }
    let count = summary(findings);
    match &*names {
        [] => count,
        [code] => format!("{count}; `eksnet explain {code}` tells more"),
        [code, others @ ..] => {
            let others = others.join(", ");
            format!("{count}; `eksnet explain {code}` tells more (also: {others})")
        }
    }
}

/// A finding as the parts that `annotate-snippets` lays out: the finding proper, and its edit.
fn groups<'a>(finding: &'a Finding, sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let level = match finding.allowed {
        Some(_) => level.with_name(word(finding)),
        None => level,
    };
    let title = level
        .primary_title(&*finding.message)
        .id(finding.code.as_str());
    let mut pages = Pages::default();
    let mut group = pages.place_finding(Group::with_title(title), finding, sources);
    for (source, marks) in pages.snippets {
        group = group.element(snippet(source, marks));
    }
    if let Some(by) = &finding.allowed {
        // Whoever allows it has read the rest.
        let reason = format!("allowed: {}", by.reason());
        return vec![group.element(Level::NOTE.message(normalize_untrusted_str(&reason)))];
    }
    for note in pages.notes.iter().chain(&finding.notes) {
        group = group.element(Level::NOTE.message(normalize_untrusted_str(note)));
    }
    let patch = finding
        .edit
        .as_ref()
        .and_then(|edit| suggestion(edit, finding.help.as_deref(), sources));
    match (patch, &finding.help) {
        (Some(patch), _) => vec![group, patch],
        (None, Some(help)) => {
            vec![group.element(Level::HELP.message(normalize_untrusted_str(help)))]
        }
        (None, None) => vec![group],
    }
}

/// Something to underline.
struct Mark<'a> {
    range: Range<usize>,
    label: &'a str,
    kind: AnnotationKind,
}

/// The places of a finding: those with a text, by text, and words for the others.
#[derive(Default)]
struct Pages<'a> {
    snippets: Vec<(&'a Source, Vec<Mark<'a>>)>,
    notes: Vec<String>,
}

impl<'a> Pages<'a> {
    /// Collects all places; a main place without a text goes into the group as a bare `-->` line.
    fn place_finding(
        &mut self,
        mut group: Group<'a>,
        finding: &'a Finding,
        sources: &'a Sources,
    ) -> Group<'a> {
        let place = Place::of(finding.origin, sources);
        if let Some((source, range)) = place.as_ref().and_then(|place| place.text.clone()) {
            self.mark(source, range, &finding.label, AnnotationKind::Primary);
        } else {
            if let Some(line) = bare_line(finding.origin, place.as_ref()) {
                group = group.element(line);
            }
            if !finding.label.is_empty() {
                self.notes.push(finding.label.clone());
            }
        }
        for related in &finding.related {
            let place = Place::of(related.origin, sources);
            match place {
                Some(Place {
                    text: Some((source, range)),
                    ..
                }) => self.mark(source, range, &related.label, AnnotationKind::Context),
                Some(place) => self.notes.push(format!("{place}: {}", related.label)),
                None => self.notes.push(format!("{} {DEFAULT}", related.label)),
            }
        }
        group
    }

    fn mark(
        &mut self,
        source: &'a Source,
        range: Range<usize>,
        label: &'a str,
        kind: AnnotationKind,
    ) {
        let mark = Mark { range, label, kind };
        match self
            .snippets
            .iter_mut()
            .find(|(other, _)| std::ptr::eq(*other, source))
        {
            Some((_, marks)) => marks.push(mark),
            None => self.snippets.push((source, vec![mark])),
        }
    }
}

/// The `-->` line of a finding whose text is not at hand.
fn bare_line(origin: Origin, place: Option<&Place<'_>>) -> Option<PathOnly<'static>> {
    match place {
        Some(place) => {
            let (line, column) = place.start;
            let path = normalize_untrusted_str(place.file);
            Some(PathOnly::path(path).line(line).char_column(column))
        }
        None if origin == Origin::Default => Some(PathOnly::path(DEFAULT)),
        None => None,
    }
}

/// A text with underlined places.
fn snippet<'a>(
    source: &'a Source,
    marks: Vec<Mark<'a>>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let start = marks.iter().map(|mark| mark.range.start).min();
    let end = marks.iter().map(|mark| mark.range.end).max();
    let window = Window::around(source, start.unwrap_or(0)..end.unwrap_or(0));
    let annotations = marks.into_iter().map(|mark| {
        // White space at the end, often a whole newline, is nothing to underline.
        let length = source.text[mark.range.clone()].trim_end().len();
        mark.kind
            .span(window.within(mark.range.start..mark.range.start + length))
            .label((!mark.label.is_empty()).then(|| normalize_untrusted_str(mark.label)))
    });
    window.snippet(source).annotations(annotations)
}

/// The change that mends a finding, with the help as its title.
fn suggestion<'a>(edit: &'a Edit, help: Option<&str>, sources: &'a Sources) -> Option<Group<'a>> {
    let source = sources.get(edit.span.source)?;
    let title = normalize_untrusted_str(help.unwrap_or("write this instead"));
    let range = source.range(edit.span);
    let window = Window::around(source, range.clone());
    let patch = Patch::new(window.within(range), &*edit.replacement);
    let snippet = window.snippet(source).patch(patch);
    Some(Level::HELP.secondary_title(title).element(snippet))
}

/// The lines of a text that a snippet is made of.
///
/// `annotate-snippets` looks at every line that it is given; of a long text with many findings that is too much.
struct Window {
    /// The bytes of the lines.
    bytes: Range<usize>,
    /// The number of the first line, from 1.
    line: usize,
}

impl Window {
    /// More lines on both sides than a snippet ever shows.
    const CONTEXT: usize = 8;

    fn around(source: &Source, range: Range<usize>) -> Self {
        let line = source
            .line(range.start)
            .saturating_sub(Self::CONTEXT)
            .max(1);
        let behind = source.line(range.end) + Self::CONTEXT;
        Self {
            bytes: source.line_start(line)..source.line_start(behind),
            line,
        }
    }

    /// A range of the text as one of the window.
    fn within(&self, range: Range<usize>) -> Range<usize> {
        range.start - self.bytes.start..range.end - self.bytes.start
    }

    fn snippet<'a, T: Clone>(&self, source: &'a Source) -> Snippet<'a, T> {
        Snippet::source(self.shown(source))
            .line_start(self.line)
            .path(normalize_untrusted_str(&source.name))
    }

    /// `annotate-snippets` knows no line behind the last newline, although the end of a file is there
    /// for [`Source::position`]; a newline more makes it one.
    fn shown<'a>(&self, source: &'a Source) -> Cow<'a, str> {
        let text = &source.text[self.bytes.clone()];
        if self.bytes.end == source.text.len() && text.ends_with('\n') {
            Cow::Owned(format!("{text}\n"))
        } else {
            Cow::Borrowed(text)
        }
    }
}
