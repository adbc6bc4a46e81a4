//! Parts of a template's tree.

use super::value::Value;
use crate::spec::tree::{Entry, Kind, Node};

/// The entries of a map; nothing behind a colon is a map without any.
pub(super) fn entries(node: &Node) -> Option<&[Entry]> {
    match &node.kind {
        Kind::Map(entries) => Some(entries),
        Kind::Null => Some(&[]),
        Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::List(_) => None,
    }
}

/// The elements of a list.
pub(super) fn elements(node: &Node) -> Option<&[Node]> {
    match &node.kind {
        Kind::List(elements) => Some(elements),
        _ => None,
    }
}

/// What a map has under a key.
pub(super) fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    find(entries(node)?, key)
}

/// What one of these entries has under a key.
pub(super) fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Node> {
    let entry = entries.iter().find(|entry| entry.key == key)?;
    Some(&entry.value)
}

/// Text.
pub(super) fn string(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Str(text) => Some(text),
        _ => None,
    }
}

/// The function that a map is, with what it is given.
pub(super) fn function(node: &Node) -> Option<&Entry> {
    match &node.kind {
        Kind::Map(entries) => match entries.as_slice() {
            [entry] if entry.key == "Ref" || entry.key.starts_with("Fn::") => Some(entry),
            _ => None,
        },
        _ => None,
    }
}

/// A value that is no list and no map, as it was written.
pub(super) fn scalar(node: &Node, text: &str) -> Value {
    let written = text
        .get(node.span.start as usize..node.span.end as usize)
        .unwrap_or_default();
    let plain = |canonical: bool, value: Value| {
        if canonical {
            value
        } else {
            let what = format!("the number {written}");
            Value::named(
                what,
                "readers of YAML differ on its value, since it has no quotes",
            )
        }
    };
    match &node.kind {
        Kind::Null => Value::unknown("nothing", "no value is written here"),
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Int(value) => plain(value.to_string() == written, Value::Number(*value)),
        // `1.30` would become 1.3 where numbers are read as such.
        Kind::Float(value) => plain(value.to_string() == written, Value::from(written)),
        Kind::Str(value) => Value::from(value.as_str()),
        Kind::List(_) => Value::unknown("a list", "one value is due here"),
        Kind::Map(_) => Value::unknown("a map", "one value is due here"),
    }
}
