//! The texts that findings point into.

use std::ops::Range;

/// The most bytes that a text of the user's may have.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// Which text of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub(crate) u32);

/// A range of bytes in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

/// A text with the name that people know it by.
#[derive(Debug, Clone)]
pub struct Source {
    /// A path as the user gave it, or `<stdin>`.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where each of its lines begins.
    lines: Vec<usize>,
}

impl Source {
    fn new(name: String, text: String) -> Self {
        let behind = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let lines = std::iter::once(0).chain(behind).collect();
        Self { name, text, lines }
    }

    /// The line and column, both from 1, of a byte; columns count characters.
    pub fn position(&self, byte: u32) -> (usize, usize) {
        let at = self.boundary(byte);
        let line = self.line(at);
        let before = self.text.get(self.line_start(line)..at);
        (line, before.unwrap_or_default().chars().count() + 1)
    }

    /// The number of the line that a byte stands in, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|&start| start <= at)
    }

    /// The first byte of a line by its number; the end of the text for lines behind the last.
    pub(super) fn line_start(&self, line: usize) -> usize {
        let start = self.lines.get(line.saturating_sub(1));
        start.copied().unwrap_or(self.text.len())
    }

    /// The bytes of a span that the text really has: whole characters, and never an end before the
    /// start, so that the range can always be sliced.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let start = self.boundary(span.start);
        let mut end = (span.end as usize).clamp(start, self.text.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }

    /// The last start of a character that is not behind a byte; the end of the text at most.
    fn boundary(&self, byte: u32) -> usize {
        let mut at = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// All texts of a run.
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Keeps a text and says by which id spans refer to it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(Source::new(name.into(), text.into()));
        id
    }

    /// The text of an id that [`Sources::add`] gave out.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(id.0 as usize)
    }

    /// The first text with a name, as a Rust program's file is looked up.
    pub fn named(&self, name: &str) -> Option<&Source> {
        self.0.iter().find(|source| source.name == name)
    }
}
