//! The sections of a template.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::attachments::attachment;
use super::outputs::Outputs;
use super::{CloudFormation, logical_id};
use crate::graph::{Graph, Table};
use crate::render::object::Object;

pub(super) struct Template<'a, 'g>(pub(super) &'a CloudFormation<'g>);

impl Serialize for Template<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let graph = self.0.graph;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("AWSTemplateFormatVersion", "2010-09-09")?;
        map.serialize_entry("Description", &graph.description)?;
        map.serialize_entry("Metadata", &Metadata(graph))?;
        map.serialize_entry("Rules", &Rules(graph))?;
        map.serialize_entry("Resources", &Resources(self.0))?;
        map.serialize_entry("Outputs", &Outputs(self.0))?;
        map.end()
    }
}

struct Metadata<'a>(&'a Graph);

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let graph = self.0;
        to.collect_map([(
            "eksnet",
            Facts {
                stack: &graph.stack,
                region: graph.region.as_str(),
                layout: graph.layout,
                despite: graph.despite(),
            },
        )])
    }
}

struct Facts<'a> {
    stack: &'a str,
    region: &'a str,
    layout: u32,
    despite: Option<String>,
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("stack", self.stack)?;
        map.serialize_entry("region", self.region)?;
        map.serialize_entry("layout", &self.layout)?;
        if let Some(codes) = &self.despite {
            map.serialize_entry("despite", codes)?;
        }
        map.end()
    }
}

/// The template names zones and services of one region, so that it refuses to be deployed in another.
struct Rules<'a>(&'a Graph);

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let region = self.0.region.as_str();
        let assertion = serde_json::json!({
            "Assert": { "Fn::Contains": [[region], { "Ref": "AWS::Region" }] },
            "AssertDescription": format!("This template is for {region}"),
        });
        to.collect_map([("Region", serde_json::json!({ "Assertions": [assertion] }))])
    }
}

struct Resources<'a, 'g>(&'a CloudFormation<'g>);

impl Serialize for Resources<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let engine = self.0;
        let mut map = to.serialize_map(None)?;
        for (id, entry) in engine.graph.iter() {
            let table = entry.resource.table();
            if table.shape().cloudformation.is_some() {
                let after = engine.depends_on(entry);
                map.serialize_entry(
                    engine.id(id),
                    &One {
                        engine,
                        table,
                        after,
                        retain: entry.retain,
                    },
                )?;
            }
            if let Some(attachment) = attachment(id, entry) {
                let one = One {
                    engine,
                    table: attachment.as_ref(),
                    after: Vec::new(),
                    // A range cannot be taken from a VPC whose subnets stay.
                    retain: entry.retain,
                };
                map.serialize_entry(&logical_id(attachment.as_ref(), entry), &one)?;
            }
        }
        map.end()
    }
}

struct One<'a, 'g> {
    engine: &'a CloudFormation<'g>,
    table: &'a dyn Table,
    after: Vec<String>,
    retain: bool,
}

impl Serialize for One<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry(
            "Type",
            self.table.shape().cloudformation.unwrap_or_default(),
        )?;
        if !self.after.is_empty() {
            map.serialize_entry("DependsOn", &self.after)?;
        }
        if self.retain {
            map.serialize_entry("DeletionPolicy", "Retain")?;
            map.serialize_entry("UpdateReplacePolicy", "Retain")?;
        }
        map.serialize_entry("Properties", &Object::new(self.engine, self.table))?;
        map.end()
    }
}
