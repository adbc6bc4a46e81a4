//! A spec as it was written: values with the place of each, the same for YAML, JSON and TOML.

use crate::diagnostic::Span;

/// How deep values may nest.
///
/// Everything that walks a tree, dropping it included, calls itself once per level, so this is what
/// keeps a hostile file from overflowing the stack.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many values one file may hold, those that aliases repeat included.
pub(crate) const MAX_NODES: usize = 500_000;

/// One value and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The whole value, quotes and brackets included.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// `null`, `~`, or nothing behind a colon.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, whole ones that do not fit an `i64` included.
    Float(f64),
    /// Text, quoted or not.
    Str(String),
    /// Values in order.
    List(Vec<Node>),
    /// Keys with values, in the order of the text; no key occurs twice.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key, without quotes.
    pub(crate) key: String,
    /// Where the key is, quotes included.
    pub(crate) key_span: Span,
    /// What it is set to.
    pub(crate) value: Node,
}

impl Kind {
    /// The text of a string.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Str(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The words for it in "expected …, found …".
    pub(crate) const fn describe(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Str(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(entries) if entries.is_empty() => "an empty map",
            Self::Map(_) => "a map",
        }
    }
}

/// How large a tree is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// Values in it, itself included.
    pub(crate) nodes: usize,
    /// Bytes of text in it.
    pub(crate) bytes: usize,
    /// Levels in it: 1 for a string.
    pub(crate) height: usize,
}

impl Size {
    /// Measures a tree.
    pub(crate) fn of(node: &Node) -> Self {
        match &node.kind {
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => Self::leaf(0),
            Kind::Str(text) => Self::leaf(text.len()),
            Kind::List(items) => items
                .iter()
                .fold(Self::leaf(0), |sum, item| sum.holding(Self::of(item), 0)),
            Kind::Map(entries) => entries.iter().fold(Self::leaf(0), |sum, entry| {
                sum.holding(Self::of(&entry.value), entry.key.len())
            }),
        }
    }

    const fn leaf(bytes: usize) -> Self {
        Self {
            nodes: 1,
            bytes,
            height: 1,
        }
    }

    fn holding(self, child: Self, key_bytes: usize) -> Self {
        Self {
            nodes: self.nodes + child.nodes,
            bytes: self.bytes + child.bytes + key_bytes,
            height: self.height.max(child.height + 1),
        }
    }
}
