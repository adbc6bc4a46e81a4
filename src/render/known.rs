//! What is known of a deployed stack: its outputs, as either engine tells them.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::graph::{Graph, Name, OutputValue, Resource};

/// What a deployed stack told: ids that AWS decided.
///
/// ```
/// use eksnet::render::Known;
///
/// let told = r#"{ "vpc_id": { "sensitive": false, "type": "string", "value": "vpc-0abc" } }"#;
/// assert!(Known::read(told).is_ok());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known(Source);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Source {
    #[default]
    Nothing,
    /// By the name of the stack; lists are one text with commas.
    CloudFormation(BTreeMap<String, BTreeMap<String, String>>),
    Terraform(BTreeMap<String, Vec<String>>),
}

/// Why a text tells no outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableOutputs(String);

impl fmt::Display for UnreadableOutputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnreadableOutputs {}

impl Known {
    /// Nothing: the stack is not deployed yet.
    pub const fn nothing() -> Self {
        Self(Source::Nothing)
    }

    /// Reads what `aws cloudformation describe-stacks` or `terraform output -json` writes; which of them it is shows.
    ///
    /// # Errors
    ///
    /// Where it is neither, in words.
    pub fn read(text: &str) -> Result<Self, UnreadableOutputs> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| UnreadableOutputs(format!("this is no JSON: {error}")))?;
        let source = match value.get("Stacks").and_then(Value::as_array) {
            Some(stacks) => Source::CloudFormation(stacks.iter().filter_map(stack).collect()),
            None => Source::Terraform(terraform(&value)?),
        };
        Ok(Self(source))
    }

    /// Whether it tells anything.
    pub fn is_nothing(&self) -> bool {
        self.0 == Source::Nothing
    }

    /// The values of an output.
    pub(super) fn output(&self, graph: &Graph, name: &Name) -> Option<Vec<&str>> {
        let mut key = String::new();
        match &self.0 {
            Source::Nothing => None,
            Source::CloudFormation(stacks) => {
                name.pascal(&mut key);
                let (_, outputs) = stack_of(stacks, &graph.stack)?;
                let joined = outputs.get(&key)?;
                Some(joined.split(',').collect())
            }
            Source::Terraform(outputs) => {
                name.snake(&mut key);
                Some(outputs.get(&key)?.iter().map(String::as_str).collect())
            }
        }
    }

    /// The stack whose outputs stand for those of this one, where it has another name.
    pub fn other_stack(&self, name: &str) -> Option<&str> {
        let Source::CloudFormation(stacks) = &self.0 else {
            return None;
        };
        let (told, _) = stack_of(stacks, name)?;
        (told != name).then_some(told)
    }

    /// The cluster that it is of, where that is another than the graph's.
    pub(super) fn other_cluster(&self, graph: &Graph) -> Option<&str> {
        let (output, ours) = graph.outputs.iter().find_map(|output| {
            let OutputValue::One(id, _) = &output.values else {
                return None;
            };
            match &graph.get(*id)?.resource {
                Resource::Cluster(cluster) if output.name.as_str() == "cluster-name" => {
                    Some((output, &cluster.name))
                }
                _ => None,
            }
        })?;
        let told = self.output(graph, &output.name)?;
        told.first().copied().filter(|told| told != ours)
    }
}

/// The stack of this name with its outputs; that of another name where it is the only one, as people may deploy a template
/// under any.
fn stack_of<'a>(
    stacks: &'a BTreeMap<String, BTreeMap<String, String>>,
    name: &str,
) -> Option<(&'a String, &'a BTreeMap<String, String>)> {
    let only = || stacks.first_key_value().filter(|_| stacks.len() == 1);
    stacks.get_key_value(name).or_else(only)
}

fn stack(value: &Value) -> Option<(String, BTreeMap<String, String>)> {
    let name = value.get("StackName")?.as_str()?;
    let outputs = value.get("Outputs").and_then(Value::as_array);
    let pair = |output: &Value| {
        let text = |key| Some(output.get(key)?.as_str()?.to_owned());
        Some((text("OutputKey")?, text("OutputValue")?))
    };
    let outputs = outputs.into_iter().flatten().filter_map(pair).collect();
    Some((name.to_owned(), outputs))
}

fn terraform(value: &Value) -> Result<BTreeMap<String, Vec<String>>, UnreadableOutputs> {
    let unlike = || {
        UnreadableOutputs(
            "this is neither what `aws cloudformation describe-stacks` nor what `terraform output -json` writes"
                .to_owned(),
        )
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let outputs = value.as_object().ok_or_else(unlike)?;
    if outputs.is_empty() {
        return Err(UnreadableOutputs(
            "it has no outputs: the stack is not deployed yet".to_owned(),
        ));
    }
    let mut told = BTreeMap::new();
    for (name, output) in outputs {
        // Outputs that others added may be of any kind.
        let values = match output.get("value").ok_or_else(unlike)? {
            Value::Array(items) => items.iter().filter_map(text).collect(),
            value => text(value).into_iter().collect(),
        };
        told.insert(name.clone(), values);
    }
    Ok(told)
}
