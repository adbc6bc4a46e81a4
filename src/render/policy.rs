//! Policy documents as JSON.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::engine::Engine;
use crate::graph::{Condition, Effect, Policy, Principal, Statement, Text};

/// A policy document in the engine's words.
pub(super) struct Document<'a, E>(pub(super) &'a E, pub(super) &'a Policy);

impl<E: Engine> Serialize for Document<'_, E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let statements: Vec<_> = self
            .1
            .statements
            .iter()
            .map(|s| OneStatement(self.0, s))
            .collect();
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("Version", "2012-10-17")?;
        map.serialize_entry("Statement", &statements)?;
        map.end()
    }
}

struct OneStatement<'a, E>(&'a E, &'a Statement);

impl<E: Engine> Serialize for OneStatement<'_, E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(engine, statement) = *self;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("Sid", statement.sid)?;
        map.serialize_entry(
            "Effect",
            match statement.effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            },
        )?;
        if let Some(principal) = &statement.principal {
            map.serialize_entry("Principal", &Who(engine, principal))?;
        }
        map.serialize_entry("Action", &OneOrMany(&statement.actions))?;
        if !statement.resources.is_empty() {
            let resources: Vec<_> = statement
                .resources
                .iter()
                .map(|text| Pieces(engine, text))
                .collect();
            map.serialize_entry("Resource", &OneOrMany(&resources))?;
        }
        if !statement.conditions.is_empty() {
            map.serialize_entry("Condition", &Conditions(engine, &statement.conditions))?;
        }
        map.end()
    }
}

struct Who<'a, E>(&'a E, &'a Principal);

impl<E: Engine> Serialize for Who<'_, E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(engine, principal) = *self;
        match principal {
            Principal::Everyone => to.serialize_str("*"),
            Principal::Service(service) => to.collect_map([("Service", service)]),
            Principal::Aws(arn) => to.collect_map([("AWS", Pieces(engine, arn))]),
        }
    }
}

/// The form that AWS itself writes: one value by itself, several in a list.
struct OneOrMany<'a, T>(&'a [T]);

impl<T: Serialize> Serialize for OneOrMany<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [one] => one.serialize(to),
            many => many.serialize(to),
        }
    }
}

struct Pieces<'a, E>(&'a E, &'a Text);

impl<E: Engine> Serialize for Pieces<'_, E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.pieces(self.1, to)
    }
}

/// Conditions, those of one operator in one object.
struct Conditions<'a, E>(&'a E, &'a [Condition]);

impl<E: Engine> Serialize for Conditions<'_, E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let by_operator = self.1.chunk_by(|a, z| a.operator == z.operator);
        to.collect_map(by_operator.filter_map(|group| {
            let first = group.first()?;
            Some((first.operator, ByKey(self.0, group)))
        }))
    }
}

struct ByKey<'a, E>(&'a E, &'a [Condition]);

impl<E: Engine> Serialize for ByKey<'_, E> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.1.iter().map(|c| (c.key, Pieces(self.0, &c.value))))
    }
}
