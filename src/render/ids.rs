//! Ids that AWS decides, in documents for people and tools: what the deployed stack told, or a mark in their stead.

use std::collections::BTreeMap;

use super::cloudformation::logical_id;
use super::known::Known;
use super::yaml::Value;
use crate::graph::{
    Arn, Attr, Deferred, Graph, GroupId, Name, NodeId, OutputValue, Ref, Subnet, Vpc,
};

/// An id that nobody knows yet, and the mark that stands in its stead.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// The mark, as `envsubst` takes it: `${NodeSecurityGroupId}`.
    pub mark: String,
    /// The output of the stack that tells it, in our words: `node-security-group-id`.
    pub output: String,
    /// Why it is not known.
    pub why: Why,
}

/// Why an id is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Nothing was told.
    NothingTold,
    /// What was told is of a cluster of another name.
    OtherCluster(String),
    /// Outputs were told, but not this one.
    NotAmong,
    /// What was told is no id of that kind.
    Unlike(String),
    /// The output has another number of values than the plan.
    Differs {
        /// How many it has.
        told: usize,
        /// How many the plan has.
        planned: usize,
    },
}

/// A document for people and tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// All of it.
    pub text: String,
    /// The ids in it that nobody knows yet, by mark.
    pub unknown: Vec<Unknown>,
}

/// What AWS tells of something begins with these letters.
pub(super) trait Told {
    const BEGINS: &'static str;
}

impl Told for Vpc {
    const BEGINS: &'static str = "vpc-";
}

impl Told for Subnet {
    const BEGINS: &'static str = "subnet-";
}

impl Told for GroupId {
    const BEGINS: &'static str = "sg-";
}

impl Told for Arn {
    const BEGINS: &'static str = "arn:";
}

/// Addresses begin with anything.
impl Told for String {
    const BEGINS: &'static str = "";
}

/// The name of an output that tells an attribute; of a list, where in it and of how many.
type Place<'a> = (&'a Name, Option<(usize, usize)>);

/// Fills ids in, and notes those that nobody knows.
pub(super) struct Ids<'a> {
    graph: &'a Graph,
    known: &'a Known,
    /// Which output tells an attribute.
    outputs: BTreeMap<(NodeId, Attr), Place<'a>>,
    other: Option<&'a str>,
    unknown: BTreeMap<String, Unknown>,
}

impl<'a> Ids<'a> {
    pub(super) fn new(graph: &'a Graph, known: &'a Known) -> Self {
        let mut outputs = BTreeMap::new();
        for output in &graph.outputs {
            match &output.values {
                OutputValue::One(id, attr) => {
                    outputs.insert((*id, *attr), (&output.name, None));
                }
                OutputValue::Many(values) => {
                    for (i, value) in values.iter().enumerate() {
                        // An output of its own says it better.
                        let place = (&output.name, Some((i, values.len())));
                        outputs.entry(*value).or_insert(place);
                    }
                }
                // Nobody has to be told.
                OutputValue::Known(_) | OutputValue::AllKnown(_) => {}
            }
        }
        Self {
            graph,
            known,
            outputs,
            other: known.other_cluster(graph),
            unknown: BTreeMap::new(),
        }
    }

    /// What others name a resource by.
    pub(super) fn of<T: Told>(&mut self, resource: &Ref<T>) -> Value {
        match resource {
            Ref::Here(id, _) => self.attribute(*id, Attr::Identity, T::BEGINS).into(),
            Ref::Existing(id) => Value::text(id.to_string()),
        }
    }

    /// A value that AWS may have to decide.
    pub(super) fn value<T: AsRef<str> + Told>(&mut self, value: &Deferred<T>) -> Value {
        match value {
            Deferred::Known(known) => Value::text(known.as_ref().to_owned()),
            Deferred::Attribute(id, attr) => self.attribute(*id, *attr, T::BEGINS).into(),
            Deferred::HostRange(id) => {
                let address = self.attribute(*id, Attr::PublicAddress, T::BEGINS);
                format!("{address}/32").into()
            }
        }
    }

    fn attribute(&mut self, id: NodeId, attr: Attr, begins: &str) -> String {
        let found = self.outputs.get(&(id, attr)).copied();
        let why = match found {
            Some((name, place)) => match self.told(name, place) {
                Ok(told) if !told.is_empty() && told.starts_with(begins) => return told,
                Ok(told) => Why::Unlike(told),
                Err(why) => why,
            },
            None => Why::NotAmong,
        };
        let mut mark = String::new();
        match found {
            // Of a list, its place says nothing to people; the resource's own name does.
            Some((name, None)) => name.pascal(&mut mark),
            Some((_, Some(_))) | None => {
                if let Some(entry) = self.graph.get(id) {
                    mark = logical_id(entry.resource.table(), entry);
                }
            }
        }
        let mark = format!("${{{mark}}}");
        self.unknown.entry(mark.clone()).or_insert_with(|| Unknown {
            mark: mark.clone(),
            output: found.map_or_else(String::new, |(name, _)| name.to_string()),
            why,
        });
        mark
    }

    fn told(&self, name: &Name, place: Option<(usize, usize)>) -> Result<String, Why> {
        if self.known.is_nothing() {
            return Err(Why::NothingTold);
        }
        if let Some(other) = self.other {
            return Err(Why::OtherCluster(other.to_owned()));
        }
        let told = self.known.output(self.graph, name).ok_or(Why::NotAmong)?;
        let (index, planned) = place.unwrap_or((0, 1));
        match told.get(index) {
            Some(id) if told.len() == planned => Ok((*id).to_owned()),
            _ => Err(Why::Differs {
                told: told.len(),
                planned,
            }),
        }
    }

    /// The document, once all ids are in its text.
    pub(super) fn document(self, text: String) -> Document {
        Document {
            text,
            unknown: self.unknown.into_values().collect(),
        }
    }
}
