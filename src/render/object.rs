//! Attributes with paths, nested into objects.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::engine::Engine;
use crate::graph::{Table, Value};

/// A resource or block as an object of the engine's document.
pub(super) struct Object<'a, E> {
    engine: &'a E,
    members: Vec<(&'static str, Value<'a>)>,
}

impl<'a, E: Engine> Object<'a, E> {
    pub(super) fn new(engine: &'a E, table: &'a dyn Table) -> Self {
        let mut members = Vec::with_capacity(table.shape().attributes.len());
        table.each(&mut |attribute, value| {
            let empty = matches!(&value, Value::List(values) if values.is_empty());
            if !matches!(value, Value::Absent)
                && (E::EMPTY_LISTS || !empty)
                && let Some(path) = E::path(attribute)
            {
                members.push((path, value));
            }
        });
        Self { engine, members }
    }

    /// Writes the members into a map that may have others.
    pub(super) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let members: Vec<_> = self
            .members
            .iter()
            .map(|(path, value)| (*path, value))
            .collect();
        write_members(self.engine, &members, map)
    }
}

impl<E: Engine> Serialize for Object<'_, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

/// The first step of a path, and how the object behind it is wrapped.
struct Step {
    name: &'static str,
    wrap: Wrap,
    rest: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Wrap {
    /// `A`: the value itself, or an object.
    Plain,
    /// `A[]` and `A[K=V]`: a list of one object.
    One(Option<(&'static str, &'static str)>),
    /// `A[*]`: a list with an object for each element.
    Each,
}

fn step(path: &'static str) -> Step {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let Some((name, inner)) = head.strip_suffix(']').and_then(|head| head.split_once('[')) else {
        return Step {
            name: head,
            wrap: Wrap::Plain,
            rest,
        };
    };
    let wrap = match inner {
        "*" => Wrap::Each,
        inner => Wrap::One(inner.split_once('=')),
    };
    Step { name, wrap, rest }
}

type Members<'m, 'a> = [(&'static str, &'m Value<'a>)];

/// INVARIANT (adjacency): members of one object stand next to each other, as the tables promise.
fn write_members<E: Engine, M: SerializeMap>(
    engine: &E,
    members: &Members,
    map: &mut M,
) -> Result<(), M::Error> {
    let mut rest = members;
    while let Some(((path, value), _)) = rest.split_first() {
        let first = step(path);
        let same = rest
            .iter()
            .take_while(|(path, _)| step(path).name == first.name)
            .count();
        let (group, behind) = rest.split_at(same);
        rest = behind;
        let Some(inner) = first.rest else {
            map.serialize_entry(first.name, &Rendered(engine, value))?;
            continue;
        };
        match first.wrap {
            Wrap::Plain => map.serialize_entry(first.name, &Nested(engine, group, None))?,
            Wrap::One(constant) => {
                map.serialize_entry(first.name, &[Nested(engine, group, constant)])?;
            }
            Wrap::Each => map.serialize_entry(first.name, &Wrapped(engine, inner, value))?,
        }
    }
    Ok(())
}

/// The members of one object, each with its first step still on its path.
struct Nested<'m, 'a, E>(
    &'m E,
    &'m Members<'m, 'a>,
    Option<(&'static str, &'static str)>,
);

impl<E: Engine> Serialize for Nested<'_, '_, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inner: Vec<_> = self
            .1
            .iter()
            .filter_map(|(path, value)| Some((step(path).rest?, *value)))
            .collect();
        let mut map = serializer.serialize_map(None)?;
        if let Some((key, constant)) = self.2 {
            map.serialize_entry(key, constant)?;
        }
        write_members(self.0, &inner, &mut map)?;
        map.end()
    }
}

/// A list of which each element becomes an object.
struct Wrapped<'m, 'a, E>(&'m E, &'static str, &'m Value<'a>);

impl<E: Engine> Serialize for Wrapped<'_, '_, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let one = std::slice::from_ref(self.2);
        let elements = match self.2 {
            Value::List(elements) => elements.as_slice(),
            _ => one,
        };
        let mut list = serializer.serialize_seq(Some(elements.len()))?;
        for element in elements {
            list.serialize_element(&Element(self.0, self.1, element))?;
        }
        list.end()
    }
}

struct Element<'m, 'a, E>(&'m E, &'static str, &'m Value<'a>);

impl<E: Engine> Serialize for Element<'_, '_, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        write_members(self.0, &[(self.1, self.2)], &mut map)?;
        map.end()
    }
}

/// A value in the engine's words.
struct Rendered<'m, 'a, E>(&'m E, &'m Value<'a>);

impl<E: Engine> Serialize for Rendered<'_, '_, E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let engine = self.0;
        match self.1 {
            Value::Absent => to.serialize_unit(),
            Value::Bool(value) => to.serialize_bool(*value),
            Value::Number(value) => to.serialize_i64(*value),
            Value::Text(text) => engine.text(text, to),
            Value::Attribute(id, attr) => engine.attribute(*id, *attr, to),
            Value::HostRange(id) => engine.host_range(*id, to),
            Value::Ipv6Range(vpc, index) => engine.ipv6_range(*vpc, *index, to),
            Value::Pieces(text) => engine.pieces(text, to),
            Value::List(values) => {
                to.collect_seq(values.iter().map(|value| Rendered(engine, value)))
            }
            Value::Map(map) => to.collect_map(
                map.iter()
                    .map(|(key, value)| (EngineText(engine, key), EngineText(engine, value))),
            ),
            Value::Tags(tags) => engine.tags(tags, to),
            Value::Block(block) => Object::new(engine, *block).serialize(to),
            Value::Policy(policy) => engine.policy(policy, to),
        }
    }
}

/// Known text in the engine's words, as a key or a value.
pub(super) struct EngineText<'a, E>(pub(super) &'a E, pub(super) &'a str);

impl<E: Engine> Serialize for EngineText<'_, E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.text(self.1, to)
    }
}
