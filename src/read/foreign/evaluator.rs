//! Works out the values of a template, within limits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Given;
use super::conditions::Truth;
use super::parameters::Parameter;
use super::section::{entries, function, scalar};
use super::value::{Part, Text, Unknown, Value};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Span};
use crate::spec::nearest::nearest;
use crate::spec::tree::{Entry, Kind, Node};

/// How deep values, the conditions that they ask and the attributes that they follow may stand in each other: what stands
/// deeper is not known. A template alone is at most half as deep.
const MOST_LEVELS: usize = 128;

/// How many values may be worked out; CloudFormation takes no template above 1 MB, which holds far fewer.
const MOST_STEPS: usize = 2_000_000;

/// How much text may come of it, in bytes.
const MOST_TEXT: usize = 32 << 20;

/// How many names of nothing are told.
const MOST_MISNAMED: usize = 20;

/// What a name is a name of.
#[derive(Clone, Copy)]
pub(super) enum Named {
    Condition,
    Resource,
    /// A parameter or a resource.
    Value,
}

/// Knows a template by its names.
pub(super) struct Evaluator<'n> {
    pub(super) text: &'n str,
    pub(super) given: &'n Given,
    pub(super) parameters: BTreeMap<&'n str, Parameter>,
    pub(super) mappings: &'n [Entry],
    pub(super) conditions: BTreeMap<&'n str, &'n Node>,
    pub(super) truths: BTreeMap<&'n str, Truth>,
    pub(super) resources: BTreeMap<&'n str, &'n Node>,
    /// Resources that are not made, with the condition that is false.
    pub(super) left_out: BTreeMap<&'n str, &'n str>,
    /// The resources whose attributes are being followed.
    pub(super) following: BTreeSet<&'n str>,
    /// The resources that were named since somebody last looked.
    pub(super) asked: BTreeSet<&'n str>,
    pub(super) findings: Findings,
    /// Where each line begins.
    lines: Vec<usize>,
    misnamed: usize,
    depth: usize,
    steps: usize,
    bytes: usize,
}

impl<'n> Evaluator<'n> {
    pub(super) fn new(text: &'n str, given: &'n Given) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        Self {
            text,
            lines: std::iter::once(0).chain(ends).collect(),
            given,
            parameters: BTreeMap::new(),
            mappings: &[],
            conditions: BTreeMap::new(),
            truths: BTreeMap::new(),
            resources: BTreeMap::new(),
            left_out: BTreeMap::new(),
            following: BTreeSet::new(),
            asked: BTreeSet::new(),
            findings: Findings::new(),
            misnamed: 0,
            depth: 0,
            steps: 0,
            bytes: 0,
        }
    }

    /// What a value comes to; nothing for `AWS::NoValue`.
    pub(super) fn value(&mut self, node: &'n Node) -> Option<Value> {
        if !self.enter() {
            return Some(Value::Unknown(self.too_deep()));
        }
        let value = match &node.kind {
            Kind::List(elements) => {
                let values = elements.iter().filter_map(|element| self.value(element));
                Some(Value::List(values.collect()))
            }
            Kind::Map(entries) => match function(node) {
                Some(entry) => {
                    let value = self.call(entry);
                    if let Some(value) = &value {
                        self.count(value);
                    }
                    value
                }
                None => Some(Value::Map(self.members(entries))),
            },
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => {
                Some(scalar(node, self.text))
            }
        };
        self.leave();
        value
    }

    /// The members of a map.
    pub(super) fn members(&mut self, entries: &'n [Entry]) -> BTreeMap<String, Value> {
        let members = entries.iter().filter_map(|entry| {
            let value = self.value(&entry.value)?;
            Some((entry.key.clone(), value))
        });
        members.collect()
    }

    /// What is text, or should be.
    pub(super) fn text(&mut self, node: &'n Node) -> Text {
        let nothing = || Value::unknown("AWS::NoValue", "text is due here");
        self.value(node).unwrap_or_else(nothing).into_text()
    }

    /// The same in a condition, which may ask what a secret is, and tells nothing else of it.
    pub(super) fn in_condition(&mut self, node: &'n Node) -> Value {
        let name = function(node).filter(|entry| entry.key == "Ref");
        let name = name.and_then(|entry| super::section::string(&entry.value));
        if let Some(parameter) = name.and_then(|name| self.parameters.get(name)) {
            return parameter.value.clone();
        }
        let nothing = || Value::unknown("AWS::NoValue", "a value is due here");
        self.value(node).unwrap_or_else(nothing)
    }

    /// The elements of a list, or the list that only AWS knows.
    pub(super) fn list(&mut self, node: &'n Node) -> Result<Vec<Value>, Part> {
        match self.value(node) {
            Some(Value::List(values)) => Ok(values),
            Some(Value::Text(text)) => match text.parts() {
                [part @ (Part::Attribute(..) | Part::Zones(_))] => Err(part.clone()),
                _ => Err(Part::Unknown(Unknown::new(
                    format!("\"{text}\""),
                    "a list is due here",
                ))),
            },
            Some(Value::Unknown(unknown)) => Err(Part::Unknown(unknown)),
            Some(other @ (Value::Bool(_) | Value::Number(_) | Value::Map(_))) => Err(
                Part::Unknown(Unknown::new(other.to_string(), "a list is due here")),
            ),
            None => Ok(Vec::new()),
        }
    }

    /// What a parameter stands for.
    pub(super) fn parameter(&self, name: &str) -> Option<Value> {
        let parameter = self.parameters.get(name)?;
        let kept = parameter.secret && !matches!(parameter.value, Value::Unknown(_));
        Some(if kept {
            Value::named(format!("parameter {name}"), "it is secret (NoEcho)")
        } else {
            parameter.value.clone()
        })
    }

    /// What an attribute of a resource is, where one of its properties says it.
    pub(super) fn followed(&mut self, id: &str, attribute: &str) -> Option<Text> {
        let (&id, &body) = self.resources.get_key_value(id)?;
        let kind = super::section::get(body, "Type").and_then(super::section::string)?;
        let said = SAME_AS_PROPERTY
            .iter()
            .any(|(of, name)| (*of, *name) == (kind, attribute));
        let properties = entries(super::section::get(body, "Properties")?)?;
        let property = super::section::find(properties, attribute).filter(|_| said)?;
        self.looked_through(properties);
        if !self.following.insert(id) {
            return None;
        }
        // What that resource names is its own affair.
        let asked = std::mem::take(&mut self.asked);
        let value = self.value(property);
        self.asked = asked;
        self.following.remove(id);
        match value? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A name that nothing has.
    pub(super) fn names_nothing(&mut self, name: &str, what: Named, at: &Node) {
        self.misnamed += 1;
        if self.misnamed > MOST_MISNAMED {
            return;
        }
        let resources = self.resources.keys().copied();
        let (words, near) = match what {
            Named::Condition => ("condition", nearest(name, self.conditions.keys().copied())),
            Named::Resource => ("resource", nearest(name, resources)),
            Named::Value => {
                let known = resources.chain(self.parameters.keys().copied());
                ("parameter or resource", nearest(name, known))
            }
        };
        let message = format!("`{name}` is no {words} of the template");
        let finding = rules::SPEC091.at(Origin::Spec(at.span), message);
        self.findings.push(finding.help(match near {
            Some(near) => format!("`{near}` is one"),
            None => format!("declare the {words} in the template, or name one that it has"),
        }));
    }

    /// Goes a level deeper, if there may be one.
    pub(super) fn enter(&mut self) -> bool {
        self.steps += 1;
        let fits = self.depth < MOST_LEVELS && !self.spent();
        // A level that is refused is not left either.
        self.depth += usize::from(fits);
        fits
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Whether there was more to work out than any template has.
    pub(super) fn spent(&self) -> bool {
        self.steps > MOST_STEPS || self.bytes > MOST_TEXT
    }

    /// Counts values that were made without going deeper.
    pub(super) fn made(&mut self, values: usize) {
        self.steps += values;
    }

    /// Counts entries among which one was sought.
    pub(super) fn looked_through(&mut self, entries: &[Entry]) {
        self.steps += entries.len() / 8;
    }

    /// Counts what a function gave.
    fn count(&mut self, value: &Value) {
        self.steps += 1;
        match value {
            Value::Text(text) => self.count_text(text),
            Value::List(values) => values.iter().for_each(|value| self.count(value)),
            Value::Map(map) => map.values().for_each(|value| self.count(value)),
            Value::Bool(_) | Value::Number(_) | Value::Unknown(_) => {}
        }
    }

    /// Counts text that is put into other text.
    pub(super) fn count_text(&mut self, text: &Text) {
        for part in text.parts() {
            self.bytes += match part {
                Part::Literal(text) => text.len(),
                _ => size_of::<Part>(),
            };
        }
    }

    pub(super) fn too_deep(&self) -> Unknown {
        let why: Arc<str> = if self.spent() {
            "there is too much to work out".into()
        } else {
            "it stands too deep".into()
        };
        Unknown::new(format!("value {}", self.steps), why)
    }

    /// What cannot be worked out as it is written; no two of them are the same.
    pub(super) fn broken(&self, what: &str, at: Span, why: &str) -> Value {
        let before = self.text.get(..at.start as usize).unwrap_or_default();
        let line = self.lines.partition_point(|start| *start <= before.len());
        let start = line.checked_sub(1).and_then(|line| self.lines.get(line));
        let column = before.len() - start.copied().unwrap_or_default() + 1;
        Value::unknown(format!("{what} at {line}:{column}"), why)
    }
}

/// Attributes that are what the property of the same name says.
///
/// Source: the return values of these types in the AWS CloudFormation Template Reference.
const SAME_AS_PROPERTY: &[(&str, &str)] = &[
    ("AWS::EC2::VPC", "CidrBlock"),
    ("AWS::EC2::Subnet", "AvailabilityZone"),
    ("AWS::EC2::Subnet", "AvailabilityZoneId"),
    ("AWS::EC2::Subnet", "CidrBlock"),
    ("AWS::EC2::Subnet", "VpcId"),
    ("AWS::EC2::SecurityGroup", "VpcId"),
];
