//! Values of a template when its functions are worked out, and what only a deployment decides.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What cannot be known from the template and what was given with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unknown {
    /// What it is, in words.
    pub what: Arc<str>,
    /// Why it is not known.
    pub why: Arc<str>,
    /// Whether all that has these words is one value, whatever that will be, as with a parameter.
    one: bool,
    /// Whether it may be that there is nothing at all, so that what follows it in a list moves up.
    perhaps_nothing: bool,
}

impl Unknown {
    /// A value that is the same as no other.
    pub(super) fn new(what: impl Into<Arc<str>>, why: impl Into<Arc<str>>) -> Self {
        Self {
            what: shortened(what.into()),
            why: shortened(why.into()),
            one: false,
            perhaps_nothing: false,
        }
    }

    /// A value that may not be there.
    pub(super) fn perhaps(what: impl Into<Arc<str>>, why: impl Into<Arc<str>>) -> Self {
        Self {
            perhaps_nothing: true,
            ..Self::new(what, why)
        }
    }

    /// A value of which there is one by this name.
    pub(super) fn named(what: impl Into<Arc<str>>, why: impl Into<Arc<str>>) -> Self {
        Self {
            one: true,
            ..Self::new(what, why)
        }
    }
}

/// The longest that is told of an unknown, in bytes: what many values are unknown for does not fill the memory.
const LONGEST: usize = 240;

/// Long words end in a number that differs for others that begin alike.
fn shortened(words: Arc<str>) -> Arc<str> {
    if words.len() <= LONGEST {
        return words;
    }
    let mut number = DefaultHasher::new();
    words.hash(&mut number);
    let mut ends = (0..LONGEST - 20).rev();
    let start = ends.find_map(|end| words.get(..end)).unwrap_or_default();
    format!("{start}… {:016x}", number.finish()).into()
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

/// A part of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Known now.
    Literal(String),
    /// What `Ref` gives for a resource, by its logical id.
    Resource(Arc<str>),
    /// What `Fn::GetAtt` gives: the logical id, the attribute.
    Attribute(Arc<str>, String),
    /// The Availability Zones of a region, or of the one that the stack is deployed in: a list.
    Zones(Option<String>),
    /// An element of a list that only AWS knows.
    Element(Box<Part>, usize),
    /// The nth range with so many bits for hosts out of one that only AWS knows.
    Range {
        /// The range that is cut.
        of: Box<Part>,
        /// Which of its parts.
        index: usize,
        /// How many bits of it are left for hosts.
        bits: u8,
    },
    /// Text as base64.
    Base64(Text),
    /// Not known.
    Unknown(Unknown),
}

impl Part {
    /// What in it is not known, if anything is; attributes of resources are known by their names.
    fn unknown(&self) -> Option<&Unknown> {
        match self {
            Self::Unknown(unknown) => Some(unknown),
            Self::Element(part, _) | Self::Range { of: part, .. } => part.unknown(),
            Self::Base64(text) => text.unknown(),
            Self::Literal(_) | Self::Resource(_) | Self::Attribute(..) | Self::Zones(_) => None,
        }
    }

    /// Whether it is the same as an equal one.
    fn is_sure(&self) -> bool {
        match self {
            Self::Unknown(unknown) => unknown.one,
            Self::Element(part, _) | Self::Range { of: part, .. } => part.is_sure(),
            Self::Base64(text) => text.is_sure(),
            Self::Literal(_) | Self::Resource(_) | Self::Attribute(..) | Self::Zones(_) => true,
        }
    }

    /// The resource that it names.
    fn resource(&self) -> Option<&str> {
        match self {
            Self::Resource(id) | Self::Attribute(id, _) => Some(id),
            Self::Element(part, _) | Self::Range { of: part, .. } => part.resource(),
            Self::Base64(_) | Self::Literal(_) | Self::Zones(_) | Self::Unknown(_) => None,
        }
    }
}

/// Text of which a deployment may decide some parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(Vec<Part>);

impl Text {
    /// Its parts; no two literals stand next to each other, and none is empty.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// The text, if all of it is known now.
    pub fn known(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The first of its parts that is not known.
    pub fn unknown(&self) -> Option<&Unknown> {
        self.0.iter().find_map(Part::unknown)
    }

    /// Whether it is the same as an equal one.
    fn is_sure(&self) -> bool {
        self.0.iter().all(Part::is_sure)
    }

    pub(super) fn push(&mut self, part: Part) {
        match (part, self.0.last_mut()) {
            (Part::Literal(text), _) if text.is_empty() => {}
            (Part::Literal(text), Some(Part::Literal(last))) => last.push_str(&text),
            (part, _) => self.0.push(part),
        }
    }

    pub(super) fn literal(&mut self, text: &str) {
        self.push(Part::Literal(text.to_owned()));
    }

    pub(super) fn extend(&mut self, other: Self) {
        for part in other.0 {
            self.push(part);
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut whole = Self::default();
        whole.literal(text);
        whole
    }
}

impl From<Part> for Text {
    fn from(part: Part) -> Self {
        let mut whole = Self::default();
        whole.push(part);
        whole
    }
}

/// A value of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A whole number. Other numbers are text, as they were written.
    Number(i64),
    /// Text.
    Text(Text),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name.
    Map(BTreeMap<String, Value>),
    /// Not known.
    Unknown(Unknown),
}

impl Value {
    pub(super) fn unknown(what: impl Into<Arc<str>>, why: impl Into<Arc<str>>) -> Self {
        Self::Unknown(Unknown::new(what, why))
    }

    pub(super) fn named(what: impl Into<Arc<str>>, why: impl Into<Arc<str>>) -> Self {
        Self::Unknown(Unknown::named(what, why))
    }

    /// Whether it is the same as an equal one; what is not known is not, unless there is only one by its name.
    pub(super) fn is_sure(&self) -> bool {
        match self {
            Self::Bool(_) | Self::Number(_) => true,
            Self::Text(text) => text.is_sure(),
            Self::List(values) => values.iter().all(Self::is_sure),
            Self::Map(map) => map.values().all(Self::is_sure),
            Self::Unknown(unknown) => unknown.one,
        }
    }

    /// Whether it may be that there is nothing at all.
    pub(super) fn is_perhaps_nothing(&self) -> bool {
        matches!(self, Self::Unknown(unknown) if unknown.perhaps_nothing)
    }

    /// The text that it is where text is due; CloudFormation takes numbers and truth values for theirs.
    pub(super) fn into_text(self) -> Text {
        match self {
            Self::Text(text) => text,
            Self::Bool(value) => value.to_string().as_str().into(),
            Self::Number(value) => value.to_string().as_str().into(),
            Self::Unknown(unknown) => Part::Unknown(unknown).into(),
            Self::List(_) | Self::Map(_) => {
                Part::Unknown(Unknown::new(self.to_string(), "text is due here")).into()
            }
        }
    }

    /// Hands everything in it that is no list or map to `each`, with its path below `path`; a long path is shortened.
    pub fn leaves(&self, path: &str, each: &mut dyn FnMut(&str, &Self)) {
        match self {
            Self::List(values) if !values.is_empty() => {
                for (index, value) in values.iter().enumerate() {
                    value.leaves(&shortened(format!("{path}[{index}]").into()), each);
                }
            }
            Self::Map(map) if !map.is_empty() => {
                for (name, value) in map {
                    value.leaves(&shortened(format!("{path}.{name}").into()), each);
                }
            }
            leaf => each(path, leaf),
        }
    }

    /// Hands every resource that it refers to, by its logical id, to `each`.
    pub fn references<'v>(&'v self, each: &mut dyn FnMut(&'v str)) {
        match self {
            Self::Text(text) => text_references(text, each),
            Self::List(values) => values.iter().for_each(|value| value.references(each)),
            Self::Map(map) => map.values().for_each(|value| value.references(each)),
            Self::Bool(_) | Self::Number(_) | Self::Unknown(_) => {}
        }
    }
}

fn text_references<'v>(text: &'v Text, each: &mut dyn FnMut(&'v str)) {
    for part in text.parts() {
        match part {
            Part::Base64(inner) => text_references(inner, each),
            part => part.resource().into_iter().for_each(&mut *each),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Part> for Value {
    fn from(part: Part) -> Self {
        match part {
            Part::Unknown(unknown) => Self::Unknown(unknown),
            part => Self::Text(part.into()),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Resource(id) => write!(f, "<{id}>"),
            Self::Attribute(id, name) => write!(f, "<{id}.{name}>"),
            Self::Zones(Some(region)) => write!(f, "<zones of {region}>"),
            Self::Zones(None) => f.write_str("<zones of the region>"),
            Self::Element(part, index) => write!(f, "<{index} of {part}>"),
            Self::Range { of, index, bits } => {
                write!(f, "<range {index} of {of} with {bits} bits>")
            }
            Self::Base64(text) => write!(f, "<base64 of {text}>"),
            Self::Unknown(unknown) => write!(f, "<unknown {unknown}>"),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| part.fmt(f))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            // The parts with line breaks stay on one line.
            Self::Text(text) => write!(f, "\"{}\"", text.to_string().replace('\n', "\\n")),
            Self::List(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{value}")?;
                }
                f.write_str("]")
            }
            Self::Map(map) => {
                f.write_str("{")?;
                for (i, (name, value)) in map.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{name}: {value}")?;
                }
                f.write_str("}")
            }
            Self::Unknown(unknown) => write!(f, "unknown ({unknown})"),
        }
    }
}
