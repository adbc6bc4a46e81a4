//! Outputs: what a module tells others.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Terraform, template};
use crate::graph::{Attr, NodeId, OutputValue};

pub(super) struct Outputs<'a, 'g>(pub(super) &'a Terraform<'g>);

impl Serialize for Outputs<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("output", AllOutputs(self.0))])
    }
}

pub(super) struct AllOutputs<'a, 'g>(pub(super) &'a Terraform<'g>);

impl Serialize for AllOutputs<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let engine = self.0;
        let expression = |id: NodeId, attr: Attr| format!("${{{}}}", engine.expression(id, attr));
        let mut map = to.serialize_map(None)?;
        for output in &engine.graph.outputs {
            let mut name = String::new();
            output.name.snake(&mut name);
            let value = match &output.values {
                OutputValue::One(id, attr) => serde_json::Value::String(expression(*id, *attr)),
                OutputValue::Many(values) => values
                    .iter()
                    .map(|(id, attr)| expression(*id, *attr))
                    .collect(),
                OutputValue::Known(text) => template(text).into(),
                OutputValue::AllKnown(texts) => texts.iter().map(|text| template(text)).collect(),
            };
            map.serialize_entry(
                &name,
                &OneOutput {
                    description: &output.description,
                    value,
                },
            )?;
        }
        map.end()
    }
}

struct OneOutput<'a> {
    /// Taken literally by Terraform.
    description: &'a str,
    value: serde_json::Value,
}

impl Serialize for OneOutput<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(2))?;
        map.serialize_entry("description", self.description)?;
        map.serialize_entry("value", &self.value)?;
        map.end()
    }
}
