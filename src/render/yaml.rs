//! Documents for people and tools: YAML in block style.
//!
//! What is written is YAML 1.2 that a reader of YAML 1.1 reads as the same: text that either version could take for
//! something else stands in quotes.

#[cfg(all(test, feature = "spec"))]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A value of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Bool(bool),
    Int(i64),
    Text(Cow<'static, str>),
    List(Vec<Value>),
    /// In the order in which people read it.
    Map(Vec<(Cow<'static, str>, Value)>),
}

impl Value {
    /// Text.
    pub(crate) fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Text(text.into())
    }

    /// A map whose keys are ours.
    pub(crate) fn map(entries: impl IntoIterator<Item = (&'static str, Self)>) -> Self {
        let entries = entries.into_iter();
        Self::Map(entries.map(|(key, value)| (key.into(), value)).collect())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// Labels, tags and their like.
impl From<&BTreeMap<String, String>> for Value {
    fn from(texts: &BTreeMap<String, String>) -> Self {
        let texts = texts.iter();
        Self::Map(
            texts
                .map(|(key, value)| (key.clone().into(), value.clone().into()))
                .collect(),
        )
    }
}

macro_rules! from_numbers {
    ($($number:ty),*) => { $(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Int(number.into())
            }
        }
    )* };
}
from_numbers!(u8, u16, u32, i64);

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// A remark in front of a document, a line for each of its lines.
pub(crate) fn remark(text: &str, out: &mut String) {
    for line in text.lines() {
        out.push('#');
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Writes a value as a document, without the marks between documents.
pub(crate) fn document(value: &Value, out: &mut String) {
    match value {
        Value::List(items) if !items.is_empty() => list(items, 0, "", out),
        Value::Map(entries) if !entries.is_empty() => map(entries, 0, "", out),
        value => {
            scalar(value, out);
            out.push('\n');
        }
    }
}

/// Writes items below each other, the first one where the line stands already: behind `lead`.
fn list(items: &[Value], depth: usize, lead: &str, out: &mut String) {
    for (i, item) in items.iter().enumerate() {
        begin(i, depth, lead, out);
        match item {
            Value::List(items) if !items.is_empty() => list(items, depth + 1, "- ", out),
            Value::Map(entries) if !entries.is_empty() => map(entries, depth + 1, "- ", out),
            value => {
                out.push_str("- ");
                scalar(value, out);
                out.push('\n');
            }
        }
    }
}

fn map(entries: &[(Cow<'static, str>, Value)], depth: usize, lead: &str, out: &mut String) {
    for (i, (key, value)) in entries.iter().enumerate() {
        begin(i, depth, lead, out);
        text(key, out);
        out.push(':');
        match value {
            Value::List(items) if !items.is_empty() => {
                out.push('\n');
                list(items, depth + 1, "", out);
            }
            Value::Map(entries) if !entries.is_empty() => {
                out.push('\n');
                map(entries, depth + 1, "", out);
            }
            value => {
                out.push(' ');
                scalar(value, out);
                out.push('\n');
            }
        }
    }
}

/// Begins a line. The first of a list or map in a list stands behind the dash of its item.
fn begin(index: usize, depth: usize, lead: &str, out: &mut String) {
    if index == 0 && !lead.is_empty() {
        out.push_str(lead);
    } else {
        for _ in 0..depth {
            out.push_str("  ");
        }
    }
}

/// What stands on one line.
fn scalar(value: &Value, out: &mut String) {
    match value {
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(number) => {
            // Writing to memory does not fail.
            let _ = write!(out, "{number}");
        }
        Value::Text(content) => text(content, out),
        Value::List(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
    }
}

/// Text, in quotes where a reader might take it for anything else.
fn text(content: &str, out: &mut String) {
    if is_plain(content) {
        out.push_str(content);
    } else {
        quoted(content, out);
    }
}

/// Words that some version of YAML reads as a truth value, as nothing, or as a number; in any case.
const WORDS: [&str; 10] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan",
];

/// Whether text needs no quotes. Few signs are taken for harmless, so that no version of YAML has to be known by heart: all
/// numbers and dates of every version begin with a digit, a sign or a point.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b))
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Writes text in double quotes. What is not printed in YAML is written by its number.
pub(crate) fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~'
            | '\u{a0}'..='\u{2027}'
            | '\u{202a}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fefe}'
            | '\u{ff00}'..='\u{fffd}' => out.push(c),
            '\u{10000}'.. => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            _ => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
        }
    }
    out.push('"');
}
