//! What a template says, in no engine's words.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::compare::Difference;
use super::json::Json;
use crate::graph::{Attr, Attribute, Shape};

/// An engine that builds stacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// AWS CloudFormation.
    CloudFormation,
    /// Terraform and `OpenTofu`.
    Terraform,
}

impl Engine {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CloudFormation => "CloudFormation",
            Self::Terraform => "Terraform",
        }
    }

    /// What the engine calls a type, if it has it.
    pub(super) const fn type_of(self, shape: &Shape) -> Option<&'static str> {
        match self {
            Self::CloudFormation => shape.cloudformation,
            Self::Terraform => shape.terraform,
        }
    }

    /// Where an attribute stands in the engine's document, if it has a place there.
    pub(super) const fn path(self, attribute: &Attribute) -> Option<&'static str> {
        match self {
            Self::CloudFormation => attribute.cloudformation,
            Self::Terraform => attribute.terraform,
        }
    }

    /// What other resources name one by, where it is not what the engine takes for it without being told.
    pub(super) const fn identity(self, shape: &Shape) -> Option<&'static str> {
        let [cloudformation, terraform] = shape.identity;
        match self {
            Self::CloudFormation => cloudformation,
            Self::Terraform => terraform,
        }
    }
}

/// Which resource: our name of its type, and its own as the engine spells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Our name of its type.
    pub kind: &'static str,
    /// Its name among those of its type.
    pub name: Arc<str>,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if self.name.is_empty() {
            return Ok(());
        }
        write!(f, ".{}", self.name)
    }
}

/// A part of text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Known now.
    Literal(String),
    /// An attribute of another resource.
    Attribute(Key, Attr),
    /// The nth /64 of a VPC's IPv6 range.
    Ipv6Range(Key, u8),
    /// The number of the account.
    Account,
}

/// Text of which AWS may decide some parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Parts(pub(super) Vec<Part>);

impl Parts {
    /// Its parts; no two literals stand next to each other, and none is empty.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    pub(super) fn literal(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Literal(last)) = self.0.last_mut() {
            last.push_str(text);
        } else {
            self.0.push(Part::Literal(text.to_owned()));
        }
    }

    pub(super) fn push(&mut self, part: Part) {
        match part {
            Part::Literal(text) => self.literal(&text),
            Part::Attribute(..) | Part::Ipv6Range(..) | Part::Account => self.0.push(part),
        }
    }

    pub(super) fn extend(&mut self, other: Self) {
        for part in other.0 {
            self.push(part);
        }
    }

    /// The text, if all of it is known now.
    pub(super) fn known(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Parts {
    fn from(text: &str) -> Self {
        let mut parts = Self::default();
        parts.literal(text);
        parts
    }
}

impl From<Part> for Parts {
    fn from(part: Part) -> Self {
        let mut parts = Self::default();
        parts.push(part);
        parts
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Literal(text) => f.write_str(text)?,
                Part::Attribute(key, attr) => write!(f, "<{key} {attr:?}>")?,
                Part::Ipv6Range(key, index) => write!(f, "<{key} /64 number {index}>")?,
                Part::Account => f.write_str("<account>")?,
            }
        }
        Ok(())
    }
}

/// What an attribute is set to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Text, or what stands for it until AWS knows.
    Text(Parts),
    /// Several values.
    List(Vec<Value>),
    /// Values by name: tags, a block's attributes, a part of a policy.
    Map(BTreeMap<String, Value>),
    /// What cannot be read, and why. In comparisons it is equal to nothing, not even to another with the same words.
    Unknown(String),
}

impl Value {
    /// Whether nothing in it is unknown.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(values) => values.iter().all(Self::is_known),
            Self::Map(map) => map.values().all(Self::is_known),
            Self::Bool(_) | Self::Number(_) | Self::Text(_) => true,
        }
    }

    /// Hands every resource that it refers to to `each`.
    pub(super) fn references<'v>(&'v self, each: &mut dyn FnMut(&'v Key)) {
        match self {
            Self::Text(parts) => {
                for part in &parts.0 {
                    match part {
                        Part::Attribute(key, _) | Part::Ipv6Range(key, _) => each(key),
                        Part::Literal(_) | Part::Account => {}
                    }
                }
            }
            Self::List(values) => values.iter().for_each(|value| value.references(each)),
            Self::Map(map) => map.values().for_each(|value| value.references(each)),
            Self::Bool(_) | Self::Number(_) | Self::Unknown(_) => {}
        }
    }

    /// The resource that the whole value names.
    pub(super) fn key(&self) -> Option<&Key> {
        match self {
            Self::Text(parts) => match parts.parts() {
                [Part::Attribute(key, Attr::Identity)] => Some(key),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(parts) => write!(f, "\"{parts}\""),
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
            Self::Unknown(why) => write!(f, "unknown ({why})"),
        }
    }
}

/// The attributes of a resource or a block, by our names.
pub(super) type Fields = BTreeMap<String, Value>;

/// A resource.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its type's table.
    pub shape: &'static Shape,
    /// What it is set to, by our names.
    pub fields: Fields,
    /// What must exist before it, as it says in as many words.
    pub after: BTreeSet<Key>,
    /// What it refers to; nothing for a model, which says all of its order by `after`.
    pub(super) refers: BTreeSet<Key>,
    /// Whether deleting the stack leaves it behind.
    pub retain: bool,
    /// Attributes that something else changes while the stack lives.
    pub ignored: BTreeSet<String>,
    /// Whether parts of it were resources of their own, so that who refers to it does not wait for all of it.
    pub(super) in_parts: bool,
}

impl Item {
    pub(super) fn new(shape: &'static Shape) -> Self {
        Self {
            shape,
            fields: Fields::new(),
            after: BTreeSet::new(),
            refers: BTreeSet::new(),
            retain: false,
            ignored: BTreeSet::new(),
            in_parts: false,
        }
    }

    /// The resources that its attributes speak of.
    pub(super) fn references(&self) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        for value in self.fields.values() {
            value.references(&mut |key| {
                keys.insert(key.clone());
            });
        }
        keys
    }
}

/// What a stack tells others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// What it is.
    pub description: String,
    /// Its value.
    pub value: Value,
    /// The name under which other stacks import it, in CloudFormation.
    pub export: Option<String>,
}

/// What a template says.
#[derive(Debug, Clone)]
pub struct Reading {
    /// In whose words it was.
    pub engine: Engine,
    /// What it says of itself: the stack, its region, its layout, the versions that it is for.
    pub facts: BTreeMap<String, Value>,
    /// Its resources.
    pub resources: BTreeMap<Key, Item>,
    /// Its outputs.
    pub outputs: BTreeMap<String, Output>,
    /// What in it means nothing that a model can say.
    pub problems: Vec<Difference>,
}

impl Reading {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            engine,
            facts: BTreeMap::new(),
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn problem(&mut self, path: impl Into<String>, what: impl Into<String>) {
        tell(&mut self.problems, || Difference::new(path, what));
    }

    pub(super) fn tell(&mut self, problems: impl IntoIterator<Item = Difference>) {
        for problem in problems {
            tell(&mut self.problems, || problem);
        }
    }

    /// Whether a resource or an output can have a name. It stands before every problem with it, and none of ours is so long.
    pub(super) fn is_name(&mut self, name: &str) -> bool {
        const LONGEST: usize = 512;
        let fits = name.len() <= LONGEST;
        if !fits {
            let begin = name.chars().take(40).collect::<String>();
            let what = format!("is a name of {} bytes; {LONGEST} are read", name.len());
            self.problem(format!("{begin}…"), what);
        }
        fits
    }

    /// The members of a part of a document; one that has none, since it is no object, is a problem.
    pub(super) fn members<'j, 'a>(
        &mut self,
        path: &str,
        json: &'j Json<'a>,
    ) -> &'j [(Cow<'a, str>, Json<'a>)] {
        json.object().unwrap_or_else(|| {
            self.problem(path, format!("is {} and not an object", json.what()));
            &[]
        })
    }

    /// What was read; what could not be is a problem.
    pub(super) fn known(&mut self, path: &str, read: Result<Value, String>) -> Value {
        read.unwrap_or_else(|why| {
            self.problem(path, why.as_str());
            Value::Unknown(why)
        })
    }

    pub(super) fn fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.to_owned(), value.into());
    }
}

/// Adds a problem, unless there are more than anybody reads: a file may be made of nothing else.
pub(super) fn tell(problems: &mut Vec<Difference>, problem: impl FnOnce() -> Difference) {
    const MOST: usize = 1_000;
    match problems.len() {
        0..MOST => problems.push(problem()),
        MOST => problems.push(Difference::new("the rest", "more problems than are told")),
        _ => {}
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
