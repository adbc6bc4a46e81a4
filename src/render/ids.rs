//! Ids that AWS decides, in documents for people and tools: what the deployed stack told, or a mark in their stead.

use std::collections::BTreeMap;

use super::cloudformation::logical_id;
use super::known::Known;
use super::yaml::Value;
use crate::graph::{Attr, Deferred, Graph, Name, NodeId, OutputValue, Ref, Resource};

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

/// The name of an output that tells an attribute; of a list, where in it and of how many.
type Told<'a> = (&'a Name, Option<(usize, usize)>);

/// Fills ids in, and notes those that nobody knows.
pub(super) struct Ids<'a> {
    graph: &'a Graph,
    known: &'a Known,
    /// Which output tells an attribute.
    outputs: BTreeMap<(NodeId, Attr), Told<'a>>,
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
    #[allow(dead_code, reason = "manifests so far need groups only")]
    pub(super) fn of<T>(&mut self, resource: &Ref<T>) -> Value {
        match resource {
            Ref::Here(id, _) => self.attribute(*id, Attr::Identity).into(),
            Ref::Existing(id) => Value::text(id.to_string()),
        }
    }

    /// A value that AWS may have to decide.
    pub(super) fn value<T: AsRef<str>>(&mut self, value: &Deferred<T>) -> Value {
        match value {
            Deferred::Known(known) => Value::text(known.as_ref().to_owned()),
            Deferred::Attribute(id, attr) => self.attribute(*id, *attr).into(),
            Deferred::HostRange(id) => {
                let address = self.attribute(*id, Attr::PublicAddress);
                format!("{address}/32").into()
            }
        }
    }

    fn attribute(&mut self, id: NodeId, attr: Attr) -> String {
        let found = self.outputs.get(&(id, attr)).copied();
        let why = match found {
            Some((name, place)) => match self.told(name, place) {
                Ok(told) if self.is_like(id, attr, &told) => return told,
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

    /// Whether a text looks like what AWS tells of a resource: not empty, and with the letters that its ids begin with.
    fn is_like(&self, id: NodeId, attr: Attr, told: &str) -> bool {
        let resource = self.graph.get(id).map(|entry| &entry.resource);
        let begins = if attr == Attr::Arn {
            "arn:"
        } else if attr == Attr::ClusterSecurityGroup
            || matches!(resource, Some(Resource::SecurityGroup(_)))
        {
            "sg-"
        } else if matches!(resource, Some(Resource::Vpc(_))) {
            "vpc-"
        } else if matches!(resource, Some(Resource::Subnet(_))) {
            "subnet-"
        } else {
            ""
        };
        !told.is_empty() && told.starts_with(begins)
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
