//! TOML text to a tree. This is the only file that knows the TOML parser.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::codes;
use super::duplicate_key;
use super::tree::{Entry, Kind, MAX_DEPTH, MAX_NODES, Node};
use crate::diagnostic::{Finding, Findings, Origin, Severity, SourceId, Span};

/// Reads TOML. No node means that the text could not be understood.
pub(crate) fn read(text: &str, source: SourceId, findings: &mut Findings) -> Option<Node> {
    let (table, mut errors) = DeTable::parse_recoverable(text);
    // The first complaint about a line is kept, one that points at something before one that does not.
    errors.sort_by_key(|error| {
        let range = error.span().unwrap_or(0..0);
        (line_start(text, range.start), range.is_empty(), range.start)
    });
    let mut reader = Reader {
        text,
        source,
        findings,
        nodes: 0,
    };
    let mut broken = false;
    let mut lines_seen = BTreeSet::new();
    for error in &errors {
        let range = error.span().unwrap_or(0..0);
        if error.message().starts_with("duplicate key") {
            let first = first_of(&table, &range, text);
            let key = text.get(range.clone()).unwrap_or_default();
            let first = first.map(|range| super::span(source, range));
            let finding = duplicate_key(key, super::span(source, range), first);
            reader.findings.push(finding);
            continue;
        }
        broken = true;
        // One slip makes several complaints about the rest of its line.
        if lines_seen.insert(line_start(text, range.start)) {
            reader.syntax(error, range);
        }
    }
    let span = super::span(source, 0..text.len());
    // What could be read of a broken text has findings of its own, but is not decoded.
    let kind = reader.table(table.get_ref(), 1)?;
    (!broken).then_some(Node { span, kind })
}

/// A number that is not whole; what is no number at all has been reported by the parser.
fn float(text: &str) -> Kind {
    Kind::Float(text.parse().unwrap_or(f64::NAN))
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

struct Reader<'a> {
    text: &'a str,
    source: SourceId,
    findings: &'a mut Findings,
    nodes: usize,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, depth: usize) -> Option<Kind> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            entries.push(Entry {
                key: key.get_ref().to_string(),
                key_span: super::span(self.source, key.span()),
                value: self.value(value, depth + 1)?,
            });
        }
        // The parser sorts by name; people read from top to bottom.
        entries.sort_by_key(|entry| entry.key_span.start);
        Some(Kind::Map(entries))
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Option<Node> {
        let span = super::span(self.source, value.span());
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            let message = if depth > MAX_DEPTH {
                format!("values nested more than {MAX_DEPTH} levels deep")
            } else {
                format!("more than {MAX_NODES} values in one file")
            };
            self.report(codes::TOO_LARGE, message, span);
            return None;
        }
        let kind = match value.get_ref() {
            DeValue::String(text) => Kind::Str(text.to_string()),
            DeValue::Boolean(value) => Kind::Bool(*value),
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(whole) => Kind::Int(whole),
                    // Too large for any setting; the decoder says so where it knows the range.
                    Err(_) => float(number.as_str()),
                }
            }
            DeValue::Float(number) => float(number.as_str()),
            DeValue::Datetime(date) => {
                let text = date.to_string();
                let finding = Finding::new(
                    codes::UNSUPPORTED,
                    Severity::Error,
                    "no setting takes a date or time",
                    Origin::Spec(span),
                )
                .help(format!("if this is meant as text, write \"{text}\""))
                .edit(span, format!("\"{text}\""))
                .safe_if(super::slice(self.text, span) == text);
                self.findings.push(finding);
                Kind::Str(text)
            }
            DeValue::Array(items) => Kind::List(
                items
                    .iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect::<Option<_>>()?,
            ),
            DeValue::Table(table) => self.table(table, depth)?,
        };
        Some(Node { span, kind })
    }

    fn report(&mut self, code: crate::diagnostic::Code, message: String, span: Span) {
        self.findings.push(Finding::new(
            code,
            Severity::Error,
            message,
            Origin::Spec(span),
        ));
    }

    fn syntax(&mut self, error: &Error, range: Range<usize>) {
        let start = line_start(self.text, range.start);
        let line = self.text.get(start..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        let deep = error.message().contains("recurs");
        let code = if deep {
            codes::TOO_LARGE
        } else {
            codes::SYNTAX
        };
        let message = if deep {
            "values nested too deep".to_owned()
        } else {
            format!("syntax error: {}", error.message())
        };
        let place = Origin::Spec(super::span(self.source, range));
        let help = help(line, error.message()).unwrap_or_else(|| {
            "a line of TOML is `key = value`, or `[table]`; text stands in quotes, lists in brackets".to_owned()
        });
        let finding = Finding::new(code, Severity::Error, message, place).help(help);
        self.findings.push(finding);
    }
}

/// What to write instead of a line that is not TOML.
fn help(line: &str, message: &str) -> Option<String> {
    let telling = [
        "quoted",
        "key with no value",
        "invalid float",
        "invalid integer",
    ];
    if !telling.iter().any(|words| message.contains(words)) {
        return None;
    }
    let line = line.split(" #").next().unwrap_or(line).trim();
    if let Some((key, value)) = line.split_once('=') {
        let (key, value) = (key.trim(), value.trim());
        let bare = !value.is_empty() && !value.contains(['"', '\'', '[', '{']);
        return bare.then(|| format!("text needs quotes in TOML: write `{key} = \"{value}\"`"));
    }
    let (key, value) = line.split_once(':')?;
    let (key, value) = (key.trim(), value.trim().trim_matches('"'));
    if value.is_empty() {
        return Some(format!("a table is written `[{key}]` in TOML"));
    }
    Some(format!(
        "TOML puts `=` behind a key: write `{key} = \"{value}\"`"
    ))
}

/// Where a key that is written again at `again` was written first, as far as the tree still tells.
fn first_of(
    table: &Spanned<DeTable<'_>>,
    again: &Range<usize>,
    text: &str,
) -> Option<Range<usize>> {
    let written = text.get(again.clone())?.trim_matches(['"', '\'']);
    let mut found = None;
    search(table.get_ref(), again, written, &mut found);
    found
}

fn search(
    table: &DeTable<'_>,
    again: &Range<usize>,
    written: &str,
    found: &mut Option<Range<usize>>,
) {
    for (key, value) in table {
        let place = key.span();
        let nearer = found.as_ref().is_none_or(|f| f.start < place.start);
        if key.get_ref() == written && place.start < again.start && nearer {
            *found = Some(place);
        }
        if let DeValue::Table(inner) = value.get_ref() {
            let span = value.span();
            // A table in braces is closed to keys that are written outside of them.
            let inline = text_starts_inline(inner, &span);
            if !inline || span.contains(&again.start) {
                search(inner, again, written, found);
            }
        }
    }
}

/// Whether a table's own span holds its keys, which is so for `{ … }` and not for `[header]`.
fn text_starts_inline(table: &DeTable<'_>, span: &Range<usize>) -> bool {
    table.keys().any(|key| span.contains(&key.span().start))
}
