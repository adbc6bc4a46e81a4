//! Outputs: what a stack tells others.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::CloudFormation;
use super::parts::Reference;
use crate::graph::{Output, OutputValue};
use crate::render::engine::Engine;

pub(super) struct Outputs<'a, 'g>(pub(super) &'a CloudFormation<'g>);

impl Serialize for Outputs<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for output in &self.0.graph.outputs {
            let mut name = String::new();
            output.name.pascal(&mut name);
            let export = format!("{}-{name}", self.0.graph.stack);
            map.serialize_entry(
                &name,
                &OneOutput {
                    engine: self.0,
                    output,
                    export,
                },
            )?;
        }
        map.end()
    }
}

struct OneOutput<'a, 'g> {
    engine: &'a CloudFormation<'g>,
    output: &'a Output,
    export: String,
}

impl Serialize for OneOutput<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(3))?;
        map.serialize_entry("Description", &self.output.description)?;
        map.serialize_entry("Value", &OutputText(self.engine, &self.output.values))?;
        map.serialize_entry("Export", &Named { name: &self.export })?;
        map.end()
    }
}

struct Named<'a> {
    name: &'a str,
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("Name", self.name)])
    }
}

/// An output is text: several values are joined by commas, as `CommaDelimitedList` parameters take them.
struct OutputText<'a, 'g>(&'a CloudFormation<'g>, &'a OutputValue);

impl Serialize for OutputText<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            OutputValue::One(id, attr) => self.0.attribute(*id, *attr, to),
            OutputValue::Many(values) => {
                let values: Vec<_> = values
                    .iter()
                    .map(|(id, attr)| Reference(self.0, *id, *attr))
                    .collect();
                to.collect_map([("Fn::Join", (",", values))])
            }
            OutputValue::Known(text) => to.serialize_str(text),
            OutputValue::AllKnown(texts) => to.serialize_str(&texts.join(",")),
        }
    }
}
