//! Origins as file names, lines and columns: what every renderer needs to know about a place.

use std::fmt;
use std::ops::Range;
use std::panic::Location;

use super::{Origin, Source, Sources, Span};

/// How a default is called where a file name would stand.
pub(super) const DEFAULT: &str = "(a default)";

/// A place in a file.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// The name of the file.
    pub(super) file: &'a str,
    /// Line and column of the first character, both from 1.
    pub(super) start: (usize, usize),
    /// Line and column behind the last character; the same as `start` where only a point is known.
    pub(super) end: (usize, usize),
    /// The text around it and the bytes of it, where the text is at hand.
    #[cfg_attr(
        not(feature = "cli"),
        expect(dead_code, reason = "only the full form shows text")
    )]
    pub(super) text: Option<(&'a Source, Range<usize>)>,
}

impl<'a> Place<'a> {
    /// Where an origin is; nothing for a default.
    pub(super) fn of(origin: Origin, sources: &'a Sources) -> Option<Self> {
        match origin {
            Origin::Default => None,
            Origin::Spec(span) => Self::of_span(span, sources),
            Origin::Program(location) => Some(Self::of_location(location, sources)),
        }
    }

    /// Where a span is; nothing for a text that is not among the sources.
    pub(super) fn of_span(span: Span, sources: &'a Sources) -> Option<Self> {
        let source = sources.get(span.source)?;
        Some(Self::of_range(source, source.range(span)))
    }

    fn of_range(source: &'a Source, range: Range<usize>) -> Self {
        Self {
            file: &source.name,
            start: position(source, range.start),
            end: position(source, range.end),
            // Of an empty text, as of a file that could not be read, there is no line to show.
            text: (!source.text.is_empty()).then_some((source, range)),
        }
    }

    fn of_location(location: &'static Location<'static>, sources: &'a Sources) -> Self {
        let held = sources
            .named(location.file())
            .and_then(|source| Some(Self::of_range(source, rest_of_line(source, location)?)));
        let start = (location.line() as usize, location.column() as usize);
        held.unwrap_or(Self {
            file: location.file(),
            start,
            end: start,
            text: None,
        })
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.start;
        write!(f, "{}:{line}:{column}", self.file)
    }
}

fn position(source: &Source, byte: usize) -> (usize, usize) {
    source.position(u32::try_from(byte).unwrap_or(u32::MAX))
}

/// The bytes from a location to the end of its line, without white space.
///
/// A `Location` has no end. Nothing if the text has no such place: it has changed since the program
/// was built.
fn rest_of_line(source: &Source, location: &Location<'_>) -> Option<Range<usize>> {
    let above = (location.line() as usize).checked_sub(1)?;
    let mut lines = source.text.split_inclusive('\n');
    let line_start: usize = lines.by_ref().take(above).map(str::len).sum();
    let line = lines.next()?.trim_end();
    let column = (location.column() as usize).checked_sub(1)?;
    let (offset, _) = line.char_indices().nth(column)?;
    Some(line_start + offset..line_start + line.len())
}
