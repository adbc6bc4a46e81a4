//! Two readings held against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::alone;
use super::differences::{self, Said};
use super::model::joined;
use super::reading::{Engine, Fields, Item, Key, Output, Part, Parts, Reading, Value};
use super::unfold;
use crate::graph::{Kind, Shape};

/// Where two readings differ, or a template says what nothing can account for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: `Subnet.NodesUse1Az4.cidr`, or the place in a template.
    pub path: String,
    /// What differs.
    pub what: String,
}

impl Difference {
    pub(super) fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what)
    }
}

/// How what a template says differs from what a model says; for that, [`super::model()`] is asked for the template's engine.
pub fn compare(model: &Reading, template: &Reading) -> Vec<Difference> {
    let mut comparison = Comparison {
        names: ["the model", "the template"],
        differences: model.problems.clone(),
    };
    comparison.differences.extend_from_slice(&template.problems);
    comparison.both([model, template]);
    for (path, of, says) in pairs(model, template) {
        comparison.order(&path, of, says, template);
    }
    comparison.differences
}

/// How the templates of one stack for two engines differ, beyond what one of them cannot say.
pub fn siblings(one: &Reading, other: &Reading) -> Vec<Difference> {
    let mut comparison = Comparison {
        names: [one.engine.as_str(), other.engine.as_str()],
        differences: one.problems.clone(),
    };
    comparison.differences.extend_from_slice(&other.problems);
    for reading in [one, other] {
        comparison.differences.extend(alone(reading));
    }
    let (one, other) = (shared(one, other.engine), shared(other, one.engine));
    comparison.both([&one, &other]);
    for (path, a, b) in pairs(&one, &other) {
        comparison.awaits(&path, a, b, &other, 0);
        comparison.awaits(&path, b, a, &one, 1);
    }
    comparison.differences
}

/// The resources that both have.
fn pairs<'r>(
    one: &'r Reading,
    other: &'r Reading,
) -> impl Iterator<Item = (String, &'r Item, &'r Item)> {
    let of = |(key, item): (&Key, &'r Item)| {
        let same = other.resources.get(key)?;
        Some((key.to_string(), item, same))
    };
    one.resources.iter().filter_map(of)
}

struct Comparison {
    names: [&'static str; 2],
    differences: Vec<Difference>,
}

impl Comparison {
    fn differs(&mut self, path: &str, what: impl Into<String>) {
        self.differences.push(Difference::new(path, what));
    }

    fn both(&mut self, readings: [&Reading; 2]) {
        let facts = readings.map(|reading| &reading.facts);
        self.maps("", facts, "");
        let resources = readings.map(|reading| &reading.resources);
        for key in keys(resources) {
            let path = key.to_string();
            match resources.map(|all| all.get(key)) {
                [Some(one), Some(other)] => self.items(&path, [one, other]),
                [one, _] => self.only(&path, one.is_none()),
            }
        }
        let outputs = readings.map(|reading| &reading.outputs);
        for name in keys(outputs) {
            let path = format!("output {name}");
            match outputs.map(|all| all.get(name)) {
                [Some(one), Some(other)] => self.outputs(&path, [one, other]),
                [one, _] => self.only(&path, one.is_none()),
            }
        }
    }

    /// Something that only one side has.
    fn only(&mut self, path: &str, second: bool) {
        let [first, other] = self.names;
        let (has, lacks) = if second {
            (other, first)
        } else {
            (first, other)
        };
        self.differs(path, format!("{has} has it, {lacks} has not"));
    }

    fn unlike(&mut self, path: &str, values: [&dyn fmt::Display; 2]) {
        let [first, other] = self.names;
        let [a, b] = values;
        self.differs(path, format!("{first} says {a}, {other} {b}"));
    }

    fn items(&mut self, path: &str, items: [&Item; 2]) {
        let [one, other] = items;
        self.maps(path, [&one.fields, &other.fields], ".");
        if one.retain != other.retain {
            self.unlike(&format!("{path}.retain"), [&one.retain, &other.retain]);
        }
        for field in one.ignored.symmetric_difference(&other.ignored) {
            let second = other.ignored.contains(field);
            self.only(&format!("{path}.{field}: left to others"), second);
        }
    }

    fn outputs(&mut self, path: &str, outputs: [&Output; 2]) {
        let [one, other] = outputs;
        if one.description != other.description {
            self.unlike(path, [&one.description, &other.description]);
        }
        if one.export != other.export {
            let [a, b] = outputs.map(|output| output.export.as_deref().unwrap_or("nothing"));
            self.unlike(&format!("{path}.export"), [&a, &b]);
        }
        self.values(path, [&one.value, &other.value]);
    }

    fn maps(&mut self, path: &str, maps: [&BTreeMap<String, Value>; 2], dot: &str) {
        for name in keys(maps) {
            let path = || format!("{path}{dot}{name}");
            match maps.map(|map| map.get(name)) {
                [Some(one), Some(other)] if same(one, other) => {}
                [Some(one), Some(other)] => self.values(&path(), [one, other]),
                [Some(one), None] => self.unlike(&path(), [one, &"nothing"]),
                [None, Some(other)] => self.unlike(&path(), [&"nothing", other]),
                [None, None] => {}
            }
        }
    }

    fn values(&mut self, path: &str, values: [&Value; 2]) {
        match values {
            [Value::Map(one), Value::Map(other)] => self.maps(path, [one, other], "."),
            [Value::List(one), Value::List(other)] if one.len() == other.len() => {
                for (index, (one, other)) in one.iter().zip(other).enumerate() {
                    self.values(&format!("{path}[{index}]"), [one, other]);
                }
            }
            [Value::Unknown(why), _] | [_, Value::Unknown(why)] => self.differs(path, why),
            [one, other] if one == other => {}
            [one, other] => self.unlike(path, [one, other]),
        }
    }

    /// A template says of an order what references do not say already, and nothing else.
    fn order(&mut self, path: &str, model: &Item, template: &Item, of: &Reading) {
        for key in &model.after {
            let whole = of.resources.get(key).is_some_and(|item| !item.in_parts);
            let implied = whole && template.refers.contains(key);
            if !template.after.contains(key) && !implied {
                self.differs(path, format!("does not wait for {key}"));
            }
        }
        for key in template.after.difference(&model.after) {
            self.differs(path, format!("waits for {key}, and nothing asks for that"));
        }
    }

    /// What one of two templates waits for, the other waits for or refers to. To refer to what is made in parts is not to wait
    /// for the parts.
    fn awaits(&mut self, path: &str, one: &Item, other: &Item, of: &Reading, first: usize) {
        for key in &one.after {
            let whole = of.resources.get(key).map(|item| !item.in_parts);
            let implied = whole == Some(true) && other.refers.contains(key);
            if whole.is_some() && !other.after.contains(key) && !implied {
                let [has, lacks] = [self.names[first], self.names[1 - first]];
                self.differs(path, format!("waits for {key} in {has} and not in {lacks}"));
            }
        }
    }
}

/// Whether two values say the same; of what was not understood nobody can tell.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) => false,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (Value::Map(one), Value::Map(other)) => {
            let mut members = one.iter().zip(other);
            one.len() == other.len() && members.all(|((k, a), (l, b))| k == l && same(a, b))
        }
        (one, other) => one == other,
    }
}

fn keys<K: Ord, V>(maps: [&BTreeMap<K, V>; 2]) -> BTreeSet<&K> {
    maps.into_iter().flat_map(BTreeMap::keys).collect()
}

/// The part of a reading that the other engine can say as well, under names that both spell alike.
fn shared(reading: &Reading, other: Engine) -> Reading {
    let mut names: BTreeMap<&Key, Key> = BTreeMap::new();
    let mut taken: BTreeMap<Key, usize> = BTreeMap::new();
    for (key, item) in &reading.resources {
        if other.type_of(item.shape).is_none() {
            continue;
        }
        let mut alike = alike(key);
        let before = taken.entry(alike.clone()).or_default();
        *before += 1;
        if *before > 1 {
            // Only in templates that nobody rendered: one engine could not tell their names apart.
            alike.name = format!("{} ({before})", alike.name).into();
        }
        names.insert(key, alike);
    }
    let renamed = |key: &Key| names.get(key).cloned().unwrap_or_else(|| alike(key));
    let mut shared = Reading::new(reading.engine);
    for name in ["description", "layout", "region", "despite"] {
        if let Some(value) = reading.facts.get(name) {
            shared.facts.insert(name.to_owned(), value.clone());
        }
    }
    for (key, alike) in &names {
        let item = &reading.resources[*key];
        let mut said = Item::new(item.shape);
        said.fields = both_say(&item.fields, item.shape, other, &renamed);
        // Under other names the parts of what has no order stand in another.
        unfold::settle(&mut said);
        said.retain = item.retain;
        said.in_parts = item.in_parts;
        said.after = item.after.iter().map(&renamed).collect();
        said.refers = item.refers.iter().map(&renamed).collect();
        shared.resources.insert(alike.clone(), said);
    }
    let mut outputs: BTreeMap<String, usize> = BTreeMap::new();
    for (name, output) in &reading.outputs {
        let value = one_text(rename(&output.value, &renamed));
        let output = Output {
            value,
            export: None,
            ..output.clone()
        };
        let name = words(name);
        let before = outputs.entry(name.clone()).or_insert(0);
        *before += 1;
        let name = match before {
            1 => name,
            // As with resources.
            _ => format!("{name} ({before})"),
        };
        shared.outputs.insert(name, output);
    }
    shared
}

fn alike(key: &Key) -> Key {
    let mut name = words(&key.name);
    if name == "main" {
        name.clear();
    }
    Key {
        kind: key.kind,
        name: Arc::from(name),
    }
}

/// A name as both engines spell it: `NodesUse1Az4` and `nodes_use1_az4` are `nodes-use1-az4`.
///
/// That a word begins with a digit CloudFormation does not show, so Terraform's `a_1_b` is `a1-b`, as `A1B` is. What CloudFormation
/// tells apart stays apart.
fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut begins = false;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            begins = true;
            continue;
        }
        if (begins && letter.is_ascii_alphabetic() || letter.is_ascii_uppercase())
            && !words.is_empty()
        {
            words.push('-');
        }
        begins = false;
        words.push(letter.to_ascii_lowercase());
    }
    words
}

fn both_say(
    fields: &Fields,
    shape: &Shape,
    other: Engine,
    renamed: &impl Fn(&Key) -> Key,
) -> Fields {
    let mut said = Fields::new();
    for (name, value) in fields {
        let attribute = shape.attributes.iter().find(|a| a.field == name);
        let empty = matches!(value, Value::List(values) if values.is_empty());
        let by_other = attribute.map_or(Said::Here, |a| differences::said(other, shape, a));
        if by_other == Said::Not || (empty && !differences::says_empty_lists(other)) {
            continue;
        }
        let blocks = attribute.and_then(|attribute| match attribute.kind {
            Kind::Block(shape) => Some(shape),
            Kind::List(Kind::Block(shape)) => Some(*shape),
            _ => None,
        });
        let value = match (blocks, value) {
            (Some(shape), Value::List(values)) if by_other == Said::Here => {
                let values = values.iter().map(|value| match value {
                    Value::Map(fields) => Value::Map(both_say(fields, shape, other, renamed)),
                    value => rename(value, renamed),
                });
                Value::List(values.collect())
            }
            _ => rename(value, renamed),
        };
        said.insert(name.clone(), value);
    }
    said
}

fn rename(value: &Value, renamed: &impl Fn(&Key) -> Key) -> Value {
    match value {
        Value::Text(parts) => {
            let parts = parts.parts().iter().map(|part| match part {
                Part::Attribute(key, attr) => Part::Attribute(renamed(key), *attr),
                Part::Ipv6Range(key, index) => Part::Ipv6Range(renamed(key), *index),
                Part::Literal(_) | Part::Account => part.clone(),
            });
            Value::Text(Parts(parts.collect()))
        }
        Value::List(values) => Value::List(values.iter().map(|v| rename(v, renamed)).collect()),
        Value::Map(map) => {
            let members = map.iter().map(|(k, v)| (k.clone(), rename(v, renamed)));
            Value::Map(members.collect())
        }
        Value::Bool(_) | Value::Number(_) | Value::Unknown(_) => value.clone(),
    }
}

/// The texts of a list as one, with commas between them; a list with anything else in it stays as it is.
fn one_text(value: Value) -> Value {
    let Value::List(values) = &value else {
        return value;
    };
    let texts = values.iter().map(|value| match value {
        Value::Text(parts) => Some(parts.clone()),
        _ => None,
    });
    match texts.collect::<Option<Vec<Parts>>>() {
        Some(texts) => Value::Text(joined(texts)),
        None => value,
    }
}
