//! What people usually did when YAML cannot be read, and what to write instead.

use granit_parser::{ErrorKind, ScanError};

use super::{codes, offset, span};
use crate::diagnostic::{Finding, Origin, Severity, SourceId, Span};

/// The finding for a syntax error; `open` is the bracket that was open there.
pub(crate) fn explain(
    text: &str,
    source: SourceId,
    error: &ScanError,
    open: Option<Span>,
) -> Finding {
    let at = error.marker().byte_offset().unwrap_or(text.len());
    let place = Place::new(text, source, at);
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return place.finding(codes::TOO_LARGE, "values nested too deep".to_owned());
    }
    let tabs = matches!(
        error.kind(),
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
    );
    if let Some(finding) = tab(&place) {
        return finding;
    }
    // A tab may end the value of the line above, which is then where the parser stands.
    let next = place.next_line().filter(|_| tabs);
    if let Some(finding) = next.as_ref().and_then(tab) {
        return finding;
    }
    let mistake = [reserved_start, missing_space, second_colon]
        .iter()
        .find_map(|recognise| recognise(&place));
    if let Some(finding) = mistake {
        return finding;
    }
    match error.kind() {
        ErrorKind::UnclosedQuotedScalar => place
            .finding(codes::SYNTAX, "a quote is never closed".to_owned())
            .help("put the same quote at the end of the text"),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::MismatchedFlowCollectionEnd { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => bracket(&place, open),
        // The next key of the map outside is where an open bracket is noticed.
        ErrorKind::InvalidColonPlacement | ErrorKind::MappingValueNotAllowed if open.is_some() => {
            bracket(&place, open)
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar
        | ErrorKind::InvalidTrailingSingleQuotedScalar => place
            .finding(codes::SYNTAX, "text behind a closing quote".to_owned())
            .help("put the whole value into one pair of quotes, or close a quote further up"),
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::MappingValueNotAllowed => place
            .finding(codes::SYNTAX, describe(error))
            .help("keys of one map start in the same column"),
        _ => place.finding(codes::SYNTAX, describe(error)).help(
            "look at this line and the one above it; text with `: `, ` #`, `[` or `{` needs quotes",
        ),
    }
}

/// The finding for `*name` where nothing is called `name`.
pub(crate) fn unknown_alias(name: &str, text: &str, place: Span) -> Finding {
    Finding::new(
        codes::SYNTAX,
        Severity::Error,
        format!("nothing is anchored as `&{name}`"),
        Origin::Spec(place),
    )
    .note("an unquoted `*` starts an alias of YAML")
    .help(format!("if this is meant as text, write \"{text}\""))
    .edit(place, format!("\"{text}\""))
}

/// The parser's own words, without what it was doing at the time.
fn describe(error: &ScanError) -> String {
    let info = error.kind().to_string();
    let words = match info.split_once(", ") {
        Some((doing, rest)) if doing.starts_with("while ") => rest,
        _ => info.as_str(),
    };
    if words.is_empty() {
        "this cannot be read".to_owned()
    } else {
        format!("syntax error: {words}")
    }
}

/// Where an error was noticed.
struct Place<'a> {
    text: &'a str,
    source: SourceId,
    /// The first byte of the error.
    at: usize,
    /// The first byte of its line.
    line_start: usize,
    line: &'a str,
}

impl<'a> Place<'a> {
    fn new(text: &'a str, source: SourceId, at: usize) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        // An error at the end of the text is shown behind its last visible character.
        if text[at..].trim().is_empty() {
            at = text.trim_end().len();
        }
        let line_start = text[..at].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[at..].find(['\n', '\r']).map_or(text.len(), |i| at + i);
        Self {
            text,
            source,
            at,
            line_start,
            line: &text[line_start..line_end],
        }
    }

    /// The word at the error: a bracket by itself, and a key together with its colon.
    fn word(&self) -> Span {
        let rest = &self.text[self.at..];
        if rest.starts_with(['[', '{']) {
            return span(self.source, self.at..self.at + 1);
        }
        let stop = |c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}' | '[' | '{');
        let length = rest.find(stop).unwrap_or(rest.len());
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let before = &self.text[..self.at];
        let key = before.len() - before.trim_end_matches(|c| !stop(c)).len();
        let start = self.at - if rest.starts_with(':') { key } else { 0 };
        span(self.source, start..self.at + length.max(first))
    }

    fn next_line(&self) -> Option<Self> {
        let newline = self.text[self.at..].find('\n')?;
        Some(Self::new(self.text, self.source, self.at + newline + 1))
    }

    fn finding(&self, code: crate::diagnostic::Code, message: String) -> Finding {
        Finding::new(code, Severity::Error, message, Origin::Spec(self.word()))
    }

    fn within_line(&self, start: usize, end: usize) -> Span {
        span(self.source, self.line_start + start..self.line_start + end)
    }
}

fn tab(place: &Place<'_>) -> Option<Finding> {
    let blank = place.line.len() - place.line.trim_start_matches([' ', '\t']).len();
    let indent = &place.line[..blank];
    let first = indent.find('\t')?;
    let length = indent[first..].bytes().take_while(|b| *b == b'\t').count();
    let tabs = place.within_line(first, first + length);
    Some(
        Finding::new(
            codes::SYNTAX,
            Severity::Error,
            "a tab in the indentation",
            Origin::Spec(tabs),
        )
        .note("YAML takes spaces only, because tabs have no fixed width")
        .help("indent with two spaces for each level")
        .edit(tabs, "  ".repeat(length)),
    )
}

fn reserved_start(place: &Place<'_>) -> Option<Finding> {
    let before = place.text[..place.at].trim_end_matches(['*', '&']);
    let rest = &place.text[before.len()..];
    let first = rest.chars().next()?;
    let starts = before.is_empty() || before.ends_with([' ', '\n', '[', ',', '{', ':']);
    if !starts || !matches!(first, '*' | '&' | '@' | '%' | '`') {
        return None;
    }
    let flow = before
        .rfind('\n')
        .map_or(before, |i| &before[i..])
        .contains(['[', '{']);
    let stop = |c: char| matches!(c, '\n' | '\r') || flow && matches!(c, ',' | ']' | '}');
    let value = rest.split(stop).next().unwrap_or(rest);
    let value = value.split(" #").next().unwrap_or(value).trim_end();
    if value.contains('"') || value.contains('\\') {
        return None;
    }
    let words = span(place.source, before.len()..before.len() + value.len());
    Some(
        Finding::new(
            codes::SYNTAX,
            Severity::Error,
            format!("text cannot start with `{first}` unless it is quoted"),
            Origin::Spec(words),
        )
        .help(format!("write \"{value}\""))
        .edit(words, format!("\"{value}\""))
        // An alias or an anchor may have been meant, and where brackets span lines the value may end before a comma.
        .safe_if(!matches!(first, '*' | '&') && !value.contains([',', ']', '}'])),
    )
}

/// `key:value`, in the line of the error or in the one before, which then runs on into this one.
fn missing_space(place: &Place<'_>) -> Option<Finding> {
    let before = &place.text[..place.line_start];
    let previous = before.trim_end();
    let previous_start = previous.rfind('\n').map_or(0, |i| i + 1);
    let lines = [
        (place.line_start, place.line),
        (previous_start, &previous[previous_start..]),
    ];
    lines.into_iter().find_map(|(start, line)| {
        let (key, value) = colon_without_space(line)?;
        let at = start + line.find(':')?;
        let words = span(place.source, at - key.len()..at + 1 + value.len());
        let gap = Span {
            start: offset(at + 1),
            end: offset(at + 1),
            ..words
        };
        Some(
            Finding::new(
                codes::SYNTAX,
                Severity::Error,
                format!("no space behind the colon of `{key}:`"),
                Origin::Spec(words),
            )
            .note("without the space, YAML reads key and value as one word")
            .help(format!("write `{key}: {value}`"))
            .edit(gap, " "),
        )
    })
}

/// Splits `key:value` as it stands on a line, if that is what the line says.
pub(crate) fn colon_without_space(line: &str) -> Option<(&str, &str)> {
    let content = line.trim().trim_start_matches("- ").trim_start();
    let (key, value) = content.split_once(':')?;
    let named = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let glued = !value.is_empty() && !value.starts_with([' ', '\t', ':', '/']);
    (named && glued).then_some((key, value))
}

/// `key: a: b`: the value has a colon that only quotes make harmless.
fn second_colon(place: &Place<'_>) -> Option<Finding> {
    let (key, value) = place.line.split_once(": ")?;
    let value = value.trim();
    let in_value = place.at > place.line_start + key.len() + 1;
    let quotable = !value.contains(['"', '\\', '\'', '[', '{', '#']);
    if !in_value || !value.contains(": ") && !value.ends_with(':') || !quotable {
        return None;
    }
    let start = key.len() + place.line[key.len()..].find(value)?;
    let words = place.within_line(start, start + value.len());
    Some(
        Finding::new(
            codes::SYNTAX,
            Severity::Error,
            "a second colon in an unquoted value",
            Origin::Spec(words),
        )
        .help(format!(
            "write \"{value}\", or put the inner key on a line of its own"
        )),
    )
}

fn bracket(place: &Place<'_>, open: Option<Span>) -> Finding {
    let Some(open) = open else {
        let opening = place.text[place.at..].starts_with('{');
        return place
            .finding(codes::SYNTAX, "a bracket is never closed".to_owned())
            .help(format!(
                "close it, or a bracket inside of it, with `{}`",
                if opening { '}' } else { ']' }
            ));
    };
    let opening = super::slice(place.text, open);
    let closing = if opening.starts_with('{') { '}' } else { ']' };
    place
        .finding(codes::SYNTAX, format!("expected `,` or `{closing}`"))
        .related(
            Origin::Spec(Span {
                end: open.start + 1,
                ..open
            }),
            "opened here",
        )
        .help(format!(
            "put a `,` here, or close the bracket with `{closing}`"
        ))
}
