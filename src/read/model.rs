//! What a model says, in the form of a reading: what a template of an engine has to say when it is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::differences::{self, Said};
use super::policy;
use super::reading::{Engine, Fields, Item, Key, Output, Part, Parts, Reading, Value};
use super::unfold;
use crate::graph::{
    self, Effect, Entry, Graph, Kind, Name, NodeId, OutputValue, Piece, Policy, Principal, Shape,
    Statement, Table, Text,
};
use crate::render::{OLDEST, TERRAFORM, TOO_NEW};

/// What a template of the engine has to say of a model.
pub fn reading(graph: &Graph, engine: Engine) -> Reading {
    let keys = graph.entries.iter().map(|entry| key(entry, engine));
    let model = Model {
        engine,
        graph,
        keys: keys.collect(),
    };
    let mut reading = Reading::new(engine);
    model.facts(&mut reading);
    for (entry, key) in graph.entries.iter().zip(&model.keys) {
        let shape = entry.resource.table().shape();
        if engine.type_of(shape).is_some() {
            let item = model.item(entry);
            if reading.resources.insert(key.clone(), item).is_some() {
                reading.problem(key.to_string(), "two resources have this name");
            }
        }
    }
    if engine == Engine::Terraform {
        let provider = provider(reading.resources.values());
        reading.fact("provider", provider.as_str());
    }
    for output in &graph.outputs {
        let name = spelled(&output.name, engine);
        let said = model.output(output, &name);
        if reading.outputs.insert(name.clone(), said).is_some() {
            reading.problem(format!("output {name}"), "two outputs have this name");
        }
    }
    reading
}

/// The versions of Terraform's provider that know everything that a module says.
pub(super) fn provider<'i>(items: impl Iterator<Item = &'i Item>) -> String {
    let needed = items.map(|item| oldest(item.shape, &item.fields));
    let (major, minor) = needed.max().unwrap_or(OLDEST);
    format!(">= {major}.{minor}, < {TOO_NEW}")
}

/// The name under which other stacks import an output.
pub(super) fn export(stack: &str, output: &str) -> String {
    format!("{stack}-{output}")
}

/// The oldest version of Terraform's provider that knows everything that a resource or block says.
fn oldest(shape: &Shape, fields: &Fields) -> (u16, u16) {
    let said = shape.attributes.iter().filter_map(|attribute| {
        let value = fields.get(attribute.field)?;
        let own = attribute.since.unwrap_or(OLDEST).max(OLDEST);
        let (Kind::Block(block) | Kind::List(&Kind::Block(block))) = attribute.kind else {
            return Some(own);
        };
        let one = std::slice::from_ref(value);
        let blocks = match value {
            Value::List(blocks) => blocks,
            _ => one,
        };
        let inner = blocks.iter().map(|value| match value {
            Value::Map(fields) => oldest(block, fields),
            _ => OLDEST,
        });
        inner.max().max(Some(own))
    });
    said.max().unwrap_or(OLDEST)
}

fn key(entry: &Entry, engine: Engine) -> Key {
    let mut name = spelled(&entry.name, engine);
    if name.is_empty() && engine == Engine::Terraform {
        name.push_str("main");
    }
    Key {
        kind: entry.resource.table().shape().name,
        name: Arc::from(name),
    }
}

/// A name in an engine's letters: logical ids are alphanumeric, so that words begin with capitals; a Terraform name may have
/// underscores.
fn spelled(name: &Name, engine: Engine) -> String {
    let mut spelled = String::with_capacity(name.as_str().len());
    let mut within = false;
    for letter in name.as_str().chars() {
        if !letter.is_ascii_alphanumeric() {
            within = false;
            continue;
        }
        match engine {
            Engine::CloudFormation if !within => spelled.push(letter.to_ascii_uppercase()),
            Engine::Terraform if !within && !spelled.is_empty() => spelled.extend(['_', letter]),
            Engine::CloudFormation | Engine::Terraform => spelled.push(letter),
        }
        within = true;
    }
    spelled
}

struct Model<'g> {
    engine: Engine,
    graph: &'g Graph,
    keys: Vec<Key>,
}

impl Model<'_> {
    fn facts(&self, reading: &mut Reading) {
        let graph = self.graph;
        reading.fact("region", graph.region.as_str());
        reading.fact("layout", i64::from(graph.layout));
        reading.fact("description", graph.description.as_str());
        if let Some(codes) = graph.despite() {
            reading.fact("despite", &*codes);
        }
        match self.engine {
            Engine::CloudFormation => {
                reading.fact("stack", graph.stack.as_str());
                reading.fact("deployed only in", graph.region.as_str());
            }
            Engine::Terraform => {
                reading.fact("terraform", TERRAFORM);
            }
        }
    }

    fn item(&self, entry: &Entry) -> Item {
        let table = entry.resource.table();
        let mut item = Item::new(table.shape());
        item.fields = self.fields(table, false);
        unfold::settle(&mut item);
        item.retain = entry.retain;
        let after = entry.after.iter().filter(|id| self.has(**id));
        item.after = after.filter_map(|id| self.key(*id).cloned()).collect();
        let ignored = differences::ignored(self.engine, &item);
        item.ignored = ignored.map(str::to_owned).into_iter().collect();
        item
    }

    /// Whether the engine has a resource's type, so that others can wait for it.
    fn has(&self, id: NodeId) -> bool {
        let entry = self.graph.get(id);
        entry.is_some_and(|entry| {
            let shape = entry.resource.table().shape();
            self.engine.type_of(shape).is_some()
        })
    }

    fn key(&self, id: NodeId) -> Option<&Key> {
        self.keys.get(id.index())
    }

    /// What a template says of a resource's attributes; of those of a block that it says by other means, all.
    fn fields(&self, table: &dyn Table, all: bool) -> Fields {
        let shape = table.shape();
        let mut fields = Fields::new();
        table.each(&mut |attribute, value| {
            let elsewhere = match differences::said(self.engine, shape, attribute) {
                Said::Here => all,
                Said::Elsewhere => true,
                Said::Not if all => true,
                Said::Not => return,
            };
            if let Some(value) = self.value(value, elsewhere) {
                fields.insert(attribute.field.to_owned(), value);
            }
        });
        fields
    }

    fn value(&self, value: graph::Value, all: bool) -> Option<Value> {
        Some(match value {
            graph::Value::Absent => return None,
            graph::Value::Bool(value) => Value::Bool(value),
            graph::Value::Number(value) => Value::Number(value),
            graph::Value::Text(text) => Value::Text(text.as_ref().into()),
            graph::Value::Attribute(id, attr) => Value::Text(self.part(id, attr).into()),
            graph::Value::HostRange(id) => {
                let mut parts: Parts = self.part(id, graph::Attr::PublicAddress).into();
                parts.literal("/32");
                Value::Text(parts)
            }
            graph::Value::Ipv6Range(id, index) => {
                let key = self.key(id)?.clone();
                Value::Text(Part::Ipv6Range(key, index).into())
            }
            graph::Value::Pieces(text) => Value::Text(self.text(text)),
            graph::Value::List(values) => {
                if values.is_empty() && !differences::says_empty_lists(self.engine) {
                    return None;
                }
                let values = values
                    .into_iter()
                    .filter_map(|value| self.value(value, all));
                Value::List(values.collect())
            }
            graph::Value::Map(map) => texts(map.iter().map(|(k, v)| (k.as_str(), v.as_str()))),
            graph::Value::Tags(tags) => texts(tags.iter()),
            graph::Value::Block(block) => Value::Map(self.fields(block, all)),
            graph::Value::Policy(policy) => self.policy(policy),
        })
    }

    fn part(&self, id: NodeId, attr: graph::Attr) -> Part {
        match self.key(id) {
            Some(key) => Part::Attribute(key.clone(), attr),
            None => Part::Literal(String::new()),
        }
    }

    fn text(&self, text: &Text) -> Parts {
        let mut parts = Parts::default();
        for piece in text.pieces() {
            match piece {
                Piece::Literal(text) => parts.literal(text),
                Piece::Account => parts.push(Part::Account),
                Piece::Attribute(id, attr) => parts.push(self.part(*id, *attr)),
            }
        }
        parts
    }

    fn policy(&self, policy: &Policy) -> Value {
        let statements = policy.statements.iter().map(|s| self.statement(s));
        let mut document = BTreeMap::new();
        document.insert("Version".to_owned(), Value::from("2012-10-17"));
        document.insert("Statement".to_owned(), Value::List(statements.collect()));
        policy::normal(Value::Map(document))
    }

    fn statement(&self, statement: &Statement) -> Value {
        let mut members = BTreeMap::new();
        let effect = match statement.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        members.insert("Sid".to_owned(), statement.sid.into());
        members.insert("Effect".to_owned(), effect.into());
        if let Some(principal) = &statement.principal {
            let one = |name: &str, value| Value::Map([(name.to_owned(), value)].into());
            let principal = match principal {
                Principal::Everyone => Value::from("*"),
                Principal::Service(service) => one("Service", service.as_str().into()),
                Principal::Aws(arn) => one("AWS", Value::Text(self.text(arn))),
            };
            members.insert("Principal".to_owned(), principal);
        }
        let actions = statement.actions.iter().map(|action| Value::from(*action));
        members.insert("Action".to_owned(), Value::List(actions.collect()));
        if !statement.resources.is_empty() {
            let texts = statement.resources.iter();
            let resources = texts.map(|text| Value::Text(self.text(text)));
            members.insert("Resource".to_owned(), Value::List(resources.collect()));
        }
        let mut operators: BTreeMap<String, Value> = BTreeMap::new();
        for condition in &statement.conditions {
            let operator = operators
                .entry(condition.operator.to_owned())
                .or_insert_with(|| Value::Map(BTreeMap::new()));
            if let Value::Map(keys) = operator {
                let value = Value::Text(self.text(&condition.value));
                keys.insert(condition.key.to_owned(), value);
            }
        }
        if !operators.is_empty() {
            members.insert("Condition".to_owned(), Value::Map(operators));
        }
        Value::Map(members)
    }

    fn output(&self, output: &graph::Output, name: &str) -> Output {
        let texts: Vec<Parts> = match &output.values {
            OutputValue::One(id, attr) => vec![self.part(*id, *attr).into()],
            OutputValue::Many(values) => {
                let values = values.iter();
                values
                    .map(|(id, attr)| self.part(*id, *attr).into())
                    .collect()
            }
            OutputValue::Known(text) => vec![text.as_str().into()],
            OutputValue::AllKnown(texts) => texts.iter().map(|text| text.as_str().into()).collect(),
        };
        let one = matches!(output.values, OutputValue::One(..) | OutputValue::Known(_));
        let (value, export) = match self.engine {
            Engine::CloudFormation => (
                Value::Text(joined(texts)),
                Some(export(&self.graph.stack, name)),
            ),
            Engine::Terraform => {
                let mut values = texts.into_iter().map(Value::Text);
                match values.next() {
                    Some(first) if one => (first, None),
                    first => (Value::List(first.into_iter().chain(values).collect()), None),
                }
            }
        };
        Output {
            description: output.description.clone(),
            value,
            export,
        }
    }
}

/// Outputs of CloudFormation are text, so that several values are one with commas.
pub(super) fn joined(texts: impl IntoIterator<Item = Parts>) -> Parts {
    let mut all = Parts::default();
    for (i, text) in texts.into_iter().enumerate() {
        if i > 0 {
            all.literal(",");
        }
        all.extend(text);
    }
    all
}

fn texts<'t>(texts: impl Iterator<Item = (&'t str, &'t str)>) -> Value {
    let texts = texts.map(|(name, text)| (name.to_owned(), Value::from(text)));
    Value::Map(texts.collect())
}
