//! Objects of a document, by the paths of a table (see `graph/table.rs` for what a path says).

use std::collections::BTreeMap;
use std::fmt;

use super::compare::Difference;
use super::json::Json;
use super::reading::{Engine, Fields, Parts, Value, tell};
use crate::graph::{Attribute, Kind, Shape};

/// How an engine's documents write what all resources are made of.
pub(super) trait Words {
    /// The engine.
    const ENGINE: Engine;

    /// Text, of which AWS may decide some parts.
    fn text(&self, json: &Json) -> Result<Parts, String>;

    /// The name of a member that the user chose.
    fn name(&self, name: &str) -> Result<String, String>;

    /// Tags.
    fn tags(&self, json: &Json) -> Result<BTreeMap<String, Value>, String>;

    /// A policy document.
    fn policy(&self, json: &Json) -> Result<Value, String>;

    /// The blocks that a value has, where it is one of several of a kind.
    fn blocks<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j [Json<'a>]>;

    /// The block that a value is, where there can be one.
    fn block<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>>;

    /// Whether a value says that its member is not there.
    fn unset(&self, json: &Json) -> bool;

    /// A truth value.
    fn truth(&self, json: &Json) -> Option<bool> {
        match json {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number.
    fn number(&self, json: &Json) -> Option<i64> {
        match json {
            Json::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// Why a value is not known, where it is told.
    fn why(&self, _: &Json) -> Option<String> {
        None
    }
}

/// A place in a document, written out only where it is told.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    Root(&'p str),
    Member(&'p Place<'p>, &'p str),
    Element(&'p Place<'p>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Member(place, name) => write!(f, "{place}.{name}"),
            Self::Element(place, index) => write!(f, "{place}[{index}]"),
        }
    }
}

/// An attribute with what is left of its path.
#[derive(Clone, Copy)]
struct Sought {
    path: &'static str,
    field: &'static str,
    kind: Kind,
}

impl Sought {
    /// Whether the first step of the path leads into this member.
    fn begins(&self, name: &str) -> bool {
        let rest = self.path.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    /// What stands in brackets in the first step of the path, and the rest.
    fn step(&self) -> (Option<&'static str>, Option<&'static str>) {
        let (head, rest) = match self.path.split_once('.') {
            Some((head, rest)) => (head, Some(rest)),
            None => (self.path, None),
        };
        match head.split_once('[') {
            Some((_, inner)) => (Some(inner.trim_end_matches(']')), rest),
            None => (None, rest),
        }
    }
}

/// Reads objects, and keeps what it cannot place.
pub(super) struct Objects<'w, W> {
    words: &'w W,
    /// What the tables have no place for.
    pub(super) problems: Vec<Difference>,
    /// Values that were not understood.
    pub(super) unread: Vec<Difference>,
}

impl<'w, W: Words> Objects<'w, W> {
    pub(super) fn new(words: &'w W) -> Self {
        Self {
            words,
            problems: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// What an object sets the attributes of a table to.
    pub(super) fn read<'o, 'a: 'o>(
        &mut self,
        shape: &'static Shape,
        members: impl IntoIterator<Item = (&'o str, &'o Json<'a>)>,
        place: &Place,
    ) -> Fields {
        let sought: Vec<_> = shape.attributes.iter().filter_map(sought::<W>).collect();
        let mut fields = Fields::new();
        for (name, value) in members {
            self.member(&sought, name, value, place, &mut fields);
        }
        fields
    }

    fn problem(&mut self, place: &Place, what: impl Into<String>) {
        tell(&mut self.problems, || {
            Difference::new(place.to_string(), what)
        });
    }

    fn member(
        &mut self,
        sought: &[Sought],
        name: &str,
        value: &Json,
        place: &Place,
        fields: &mut Fields,
    ) {
        if self.words.unset(value) {
            return;
        }
        let place = Place::Member(place, name);
        let group: Vec<_> = sought.iter().filter(|s| s.begins(name)).collect();
        let Some(first) = group.first() else {
            return self.problem(&place, "is nothing that the table of this type knows");
        };
        let (wrapped, rest) = first.step();
        let Some(rest) = rest else {
            let read = self.noted(&first.kind, value, &place);
            fields.insert(first.field.to_owned(), read);
            return;
        };
        if wrapped == Some("*") {
            let read = self.each(first, rest, value, &place);
            fields.insert(first.field.to_owned(), read);
            return;
        }
        let inner: Vec<_> = group
            .into_iter()
            .filter_map(|s| s.step().1.map(|path| Sought { path, ..*s }))
            .collect();
        let constant = wrapped.and_then(|inner| inner.split_once('='));
        self.nested(&inner, wrapped.is_some(), constant, value, &place, fields);
    }

    /// An object, or the only one of a list, in which several attributes stand.
    fn nested(
        &mut self,
        sought: &[Sought],
        listed: bool,
        constant: Option<(&str, &str)>,
        value: &Json,
        place: &Place,
        fields: &mut Fields,
    ) {
        let one = if listed {
            match self.words.blocks(value) {
                Some([one]) => Some(one),
                _ => None,
            }
        } else {
            self.words.block(value)
        };
        let Some(members) = one.and_then(Json::object) else {
            return self.problem(place, format!("is {} and not one object", value.what()));
        };
        if members.is_empty() {
            self.problem(place, "says nothing");
        }
        let mut stated = constant.is_none();
        for (name, value) in members {
            match constant {
                Some((key, constant)) if key == name => {
                    stated = true;
                    if value.text() != Some(constant) {
                        self.problem(&Place::Member(place, name), format!("is not {constant}"));
                    }
                }
                _ => self.member(sought, name, value, place, fields),
            }
        }
        if !stated && let Some((key, constant)) = constant {
            self.problem(place, format!("does not say that {key} is {constant}"));
        }
    }

    /// A list whose elements are wrapped into objects.
    fn each(&mut self, of: &Sought, path: &'static str, value: &Json, place: &Place) -> Value {
        let Some(elements) = self.words.blocks(value) else {
            let other = || format!("{} where a list is expected", value.what());
            let why = self.words.why(value).unwrap_or_else(other);
            return self.unread(place, why);
        };
        let kind = match of.kind {
            Kind::List(element) => *element,
            kind => kind,
        };
        let sought = [Sought { path, kind, ..*of }];
        let mut values = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let place = Place::Element(place, index);
            let mut fields = Fields::new();
            for (name, value) in element.object().unwrap_or_default() {
                self.member(&sought, name, value, &place, &mut fields);
            }
            let value = fields.remove(of.field);
            let said = || self.unread(&place, "an element that says nothing".to_owned());
            values.push(value.unwrap_or_else(said));
        }
        Value::List(values)
    }

    fn unread(&mut self, place: &Place, why: String) -> Value {
        tell(&mut self.unread, || {
            Difference::new(place.to_string(), why.as_str())
        });
        Value::Unknown(why)
    }

    /// A value, of which it is noted when it was not understood.
    fn noted(&mut self, kind: &Kind, json: &Json, place: &Place) -> Value {
        match self.value(kind, json, place) {
            Value::Unknown(why) => self.unread(place, why),
            value => value,
        }
    }

    fn value(&mut self, kind: &Kind, json: &Json, place: &Place) -> Value {
        let expected = |what: &str| {
            let other = || format!("{} where {what} is expected", json.what());
            Value::Unknown(self.words.why(json).unwrap_or_else(other))
        };
        if let Kind::Block(_) | Kind::List(_) | Kind::Map | Kind::Tags = kind
            && let Some(why) = self.words.why(json)
        {
            return Value::Unknown(why);
        }
        match kind {
            Kind::Bool => {
                let truth = self.words.truth(json);
                truth.map_or_else(|| expected("a truth value"), Value::Bool)
            }
            Kind::Number => {
                let number = self.words.number(json);
                number.map_or_else(|| expected("a whole number"), Value::Number)
            }
            Kind::Text | Kind::Words(_) => known(self.words.text(json).map(Value::Text)),
            Kind::Policy => known(self.words.policy(json)),
            Kind::Tags => known(self.words.tags(json).map(Value::Map)),
            Kind::Map => known(self.map(json)),
            Kind::Block(shape) => match self.words.block(json).and_then(Json::object) {
                Some(members) => {
                    let members = members.iter().map(|(name, value)| (name.as_ref(), value));
                    Value::Map(self.read(shape, members, place))
                }
                None => expected("an object"),
            },
            Kind::List(element) => {
                let elements = match element {
                    Kind::Block(_) => self.words.blocks(json),
                    _ => json.list(),
                };
                let Some(elements) = elements else {
                    return expected("a list");
                };
                let elements = elements.iter().enumerate();
                let read = elements
                    .map(|(index, json)| self.noted(element, json, &Place::Element(place, index)));
                Value::List(read.collect())
            }
        }
    }

    fn map(&self, json: &Json) -> Result<Value, String> {
        let members = json.object().ok_or("not an object")?;
        let mut map = BTreeMap::new();
        for (name, value) in members {
            let value = Value::Text(self.words.text(value)?);
            if map.insert(self.words.name(name)?, value).is_some() {
                return Err(format!("`{name}` is given twice"));
            }
        }
        Ok(Value::Map(map))
    }
}

fn sought<W: Words>(attribute: &'static Attribute) -> Option<Sought> {
    Some(Sought {
        path: W::ENGINE.path(attribute)?,
        field: attribute.field,
        kind: attribute.kind,
    })
}

fn known(read: Result<Value, String>) -> Value {
    read.unwrap_or_else(Value::Unknown)
}
