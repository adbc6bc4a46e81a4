//! The files of a root module: all resources, by type.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::companions::Companion;
use super::lifecycle::Lifecycle;
use super::outputs::AllOutputs;
use super::versions::versions;
use super::{Terraform, local_name};
use crate::graph::{Entry, Graph, Table};
use crate::render::object::Object;

/// A resource's body.
struct Body<'a, 'g> {
    engine: &'a Terraform<'g>,
    table: &'a dyn Table,
    after: Vec<String>,
    lifecycle: Lifecycle,
}

impl<'a, 'g> Body<'a, 'g> {
    fn of(engine: &'a Terraform<'g>, entry: &'a Entry) -> Self {
        let table = entry.resource.table();
        Self {
            engine,
            table,
            after: engine.depends_on(table, &entry.after),
            lifecycle: Lifecycle::of(entry),
        }
    }

    fn beside(engine: &'a Terraform<'g>, companion: &'a Companion) -> Self {
        let after = companion.after.iter();
        Self {
            engine,
            table: companion.table.as_ref(),
            after: after.map(|id| engine.address(*id).to_owned()).collect(),
            lifecycle: Lifecycle::default(),
        }
    }
}

impl Serialize for Body<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        Object::new(self.engine, self.table).write(&mut map)?;
        if !self.after.is_empty() {
            map.serialize_entry("depends_on", &self.after)?;
        }
        if !self.lifecycle.says_nothing() {
            map.serialize_entry("lifecycle", &self.lifecycle)?;
        }
        map.end()
    }
}

/// The resources of one type, by local name.
type OfType<'a, 'g> = Vec<(String, Body<'a, 'g>)>;

pub(super) struct Main<'a, 'g>(pub(super) &'a Terraform<'g>);

impl Serialize for Main<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let graph = self.0.graph;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("//", &remark(graph))?;
        if self.0.asks_for_account() {
            map.serialize_entry("data", &account())?;
        }
        map.serialize_entry("resource", &Resources(self.0))?;
        map.end()
    }
}

/// The whole module as one document, in the order in which people write one.
pub(super) struct Whole<'a, 'g>(pub(super) &'a Terraform<'g>);

impl Serialize for Whole<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let graph = self.0.graph;
        let versions = versions(self.0);
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("//", &remark(graph))?;
        map.serialize_entry("terraform", &versions["terraform"])?;
        map.serialize_entry("provider", &versions["provider"])?;
        if self.0.asks_for_account() {
            map.serialize_entry("data", &account())?;
        }
        map.serialize_entry("resource", &Resources(self.0))?;
        map.serialize_entry("output", &AllOutputs(self.0))?;
        map.end()
    }
}

/// What a reader of the file should know.
fn remark(graph: &Graph) -> String {
    let mut remark = format!(
        "{}. Rendered by eksnet, layout {}",
        graph.description, graph.layout
    );
    if let Some(codes) = graph.despite() {
        remark.extend([", despite ", &codes]);
    }
    remark.push('.');
    remark
}

fn account() -> serde_json::Value {
    serde_json::json!({ "aws_caller_identity": { "current": {} } })
}

/// All resources, by type.
struct Resources<'a, 'g>(&'a Terraform<'g>);

impl Serialize for Resources<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let engine = self.0;
        let mut order: Vec<&'static str> = Vec::new();
        let mut types: BTreeMap<&'static str, OfType> = BTreeMap::new();
        let mut push = |kind: &'static str, name: String, body| {
            let of_type = types.entry(kind).or_insert_with(|| {
                order.push(kind);
                Vec::new()
            });
            of_type.push((name, body));
        };
        for ((_, entry), companions) in engine.graph.iter().zip(&engine.companions) {
            if let Some(kind) = entry.resource.table().shape().terraform {
                let mut name = String::new();
                local_name(&entry.name, &mut name);
                push(kind, name, Body::of(engine, entry));
            }
            for companion in companions {
                push(
                    companion.kind,
                    companion.name.clone(),
                    Body::beside(engine, companion),
                );
            }
        }
        Types(&order, &types).serialize(to)
    }
}

/// Types in the order in which the graph first has them.
struct Types<'t, 'a, 'g>(
    &'t [&'static str],
    &'t BTreeMap<&'static str, OfType<'a, 'g>>,
);

impl Serialize for Types<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let types = self
            .0
            .iter()
            .filter_map(|kind| Some((kind, ByName(self.1.get(kind)?))));
        to.collect_map(types)
    }
}

struct ByName<'t, 'a, 'g>(&'t OfType<'a, 'g>);

impl Serialize for ByName<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, body)| (name, body)))
    }
}
