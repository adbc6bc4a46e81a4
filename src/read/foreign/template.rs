//! What a foreign template says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::value::{Part, Unknown, Value};
use crate::read::reading::Engine;

/// A resource as the template has it, of whatever type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its type: `AWS::EC2::VPC`, `Custom::Something`.
    pub kind: String,
    /// Its properties, all of them, by CloudFormation's names.
    pub properties: BTreeMap<String, Value>,
    /// The resources that it names in `DependsOn`; those that are left out are not among them.
    pub after: BTreeSet<Arc<str>>,
    /// The resources that its properties name, those as well of which a value is already known.
    pub refers: BTreeSet<Arc<str>>,
    /// Its other attributes, such as `DeletionPolicy`.
    pub attributes: BTreeMap<String, Value>,
    /// The paths of properties that nobody set, since AWS or Terraform's provider says what they are; nothing where it is not
    /// told which they are, as in a state.
    pub computed: Option<BTreeSet<String>>,
    /// The condition that decides whether it is there, where that is not known.
    pub only_if: Option<Unknown>,
}

/// An output of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// What it is.
    pub description: Option<Value>,
    /// Its value.
    pub value: Value,
    /// The name under which other stacks import it.
    pub export: Option<Value>,
    /// The condition that decides whether it is there, where that is not known.
    pub only_if: Option<Unknown>,
}

/// What a foreign template says, with its functions worked out as far as that is possible without AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// In whose words it is.
    pub engine: Engine,
    /// What it says of itself.
    pub description: Option<String>,
    /// What its parameters are: given, by default, or unknown. The values of secret ones (`NoEcho`) are not kept.
    pub parameters: BTreeMap<String, Value>,
    /// Its conditions: true, false, or unknown.
    pub conditions: BTreeMap<String, Result<bool, Unknown>>,
    /// Its resources, by their logical ids.
    pub resources: BTreeMap<Arc<str>, Resource>,
    /// Its outputs.
    pub outputs: BTreeMap<String, Output>,
    /// Resources and outputs that are not made, with the condition that says so.
    pub left_out: BTreeMap<String, String>,
    /// Sections that say nothing about resources and are not read: `Metadata`, `Rules`, `Hooks`.
    pub passed_over: BTreeSet<String>,
}

impl Template {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            engine,
            description: None,
            parameters: BTreeMap::new(),
            conditions: BTreeMap::new(),
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
            left_out: BTreeMap::new(),
            passed_over: BTreeSet::new(),
        }
    }

    /// A value as text, where all of it is told: here, or in Terraform by the resource whose attribute it is.
    pub fn told(&self, value: &Value) -> Option<String> {
        self.told_within(value, 0)
    }

    fn told_within(&self, value: &Value, depth: usize) -> Option<String> {
        let Value::Text(text) = value else {
            return match value {
                Value::Number(number) => Some(number.to_string()),
                Value::Bool(value) => Some(value.to_string()),
                _ => None,
            };
        };
        let mut whole = String::new();
        for part in text.parts() {
            match part {
                Part::Literal(text) => whole.push_str(text),
                // Not further than any sane module goes: attributes may lead in a circle. What CloudFormation calls an
                // attribute may be something else than the property of the same name.
                Part::Attribute(id, name) if depth < 8 && self.engine == Engine::Terraform => {
                    let value = self.resources.get(id)?.properties.get(name)?;
                    whole.push_str(&self.told_within(value, depth + 1)?);
                }
                _ => return None,
            }
        }
        Some(whole)
    }

    /// Everything in its resources and outputs that is not known: where, and why.
    pub fn unknowns(&self) -> Vec<(String, Unknown)> {
        let mut found = Vec::new();
        self.leaves(&mut |path, value| match value {
            Value::Unknown(unknown) => found.push((path.to_owned(), unknown.clone())),
            Value::Text(text) => {
                found.extend(
                    text.unknown()
                        .map(|unknown| (path.to_owned(), unknown.clone())),
                );
            }
            Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_) => {}
        });
        found
    }

    fn leaves(&self, each: &mut dyn FnMut(&str, &Value)) {
        for (id, resource) in &self.resources {
            for (name, value) in resource.properties.iter().chain(&resource.attributes) {
                value.leaves(&format!("{id}.{name}"), each);
            }
        }
        for (name, output) in &self.outputs {
            output.value.leaves(&format!("output {name}"), each);
            if let Some(export) = &output.export {
                export.leaves(&format!("export of {name}"), each);
            }
        }
    }
}

/// One line for each thing that it says, in an order that does not depend on the template's.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(description) = &self.description {
            writeln!(f, "{}", description.trim_end().replace('\n', " "))?;
        }
        for (name, value) in &self.parameters {
            writeln!(f, "parameter {name} = {value}")?;
        }
        for (name, truth) in &self.conditions {
            match truth {
                Ok(truth) => writeln!(f, "condition {name} = {truth}")?,
                Err(unknown) => writeln!(f, "condition {name} = unknown ({unknown})")?,
            }
        }
        for (id, resource) in &self.resources {
            writeln!(f, "{id}: {}", resource.kind)?;
            if let Some(condition) = &resource.only_if {
                writeln!(f, "  only if {condition}")?;
            }
            for other in &resource.after {
                writeln!(f, "  after {other}")?;
            }
            for other in &resource.refers {
                writeln!(f, "  refers to {other}")?;
            }
            let attributes = resource.attributes.iter().map(|named| (named, "@"));
            let properties = resource.properties.iter().map(|named| (named, ""));
            for ((name, value), mark) in attributes.chain(properties) {
                let mut written = Ok(());
                value.leaves(name, &mut |path, leaf| {
                    if written.is_ok() {
                        written = writeln!(f, "  {mark}{path} = {leaf}");
                    }
                });
                written?;
            }
        }
        for (name, output) in &self.outputs {
            write!(f, "output {name} = {}", output.value)?;
            if let Some(export) = &output.export {
                write!(f, ", exported as {export}")?;
            }
            if let Some(condition) = &output.only_if {
                write!(f, ", only if {condition}")?;
            }
            writeln!(f)?;
        }
        for (name, condition) in &self.left_out {
            writeln!(f, "left out: {name}, since {condition} is false")?;
        }
        for section in &self.passed_over {
            writeln!(f, "passed over: {section}")?;
        }
        Ok(())
    }
}
