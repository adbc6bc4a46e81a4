//! What the tables of resource types know of a foreign template.

mod cloudformation;
mod terraform;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::cloudformation::CloudFormation;
use self::terraform::Terraform;
use super::template::{Output, Resource, Template};
use super::value::{Part, Text, Value};
use crate::graph::{COMPANION_SHAPES, Resource as Kinds, Shape};
use crate::read::compare::Difference;
use crate::read::json::Json;
use crate::read::object::{Objects, Place, Words};
use crate::read::reading::{self, Engine, Fields, Item, Key, Parts, Reading};
use crate::read::unfold;

type Read = Result<Parts, String>;

/// The resources that the tables know, by their ids in the template.
type Named<'t> = BTreeMap<&'t str, (Key, &'static Shape)>;

impl Template {
    /// The resources of types that eksnet has tables for, by our names. Of those types, what the tables do not know is among
    /// the problems; the template itself keeps it, and all other types.
    ///
    /// A resource's name is its logical id, or its address without its type. What several resources of an engine say together,
    /// such as a gateway and its attachment, is not put together, and a resource whose condition is not known is among the
    /// others. A state of Terraform does not tell what somebody set from what AWS made of it: of a state, what the tables do
    /// not know is no problem, and what is empty is not set.
    pub fn reading(&self) -> Reading {
        let mut reading = Reading::new(self.engine);
        if let Some(description) = &self.description {
            reading.fact("description", description.as_str());
        }
        let shapes = shapes(self.engine);
        let named = self.resources.iter().filter_map(|(id, resource)| {
            let shape = shape(&shapes, self.engine, resource)?;
            let key = Key {
                kind: shape.name,
                name: name(self.engine, id, resource),
            };
            Some((id.as_ref(), (key, shape)))
        });
        let named: Named = named.collect();
        for (id, (key, shape)) in &named {
            let Some(resource) = self.resources.get(*id) else {
                continue;
            };
            let item = item(self, &named, id, shape, resource, &mut reading);
            if reading.resources.insert(key.clone(), item).is_some() {
                reading.problem(*id, "is named like another");
            }
        }
        for (name, output) in &self.outputs {
            let output = read_output(self, &named, output);
            reading.outputs.insert(name.clone(), output);
        }
        reading
    }
}

fn read_output(template: &Template, named: &Named, output: &Output) -> reading::Output {
    let known = Known::new(template, named);
    let text = |value: &Value| {
        let parts = known.parts(&value.clone().into_text());
        parts.map_or_else(reading::Value::Unknown, reading::Value::Text)
    };
    let said = |value: &Option<Value>| match value {
        Some(Value::Text(text)) => text.known().map(str::to_owned),
        _ => None,
    };
    reading::Output {
        description: said(&output.description).unwrap_or_default(),
        value: match &output.value {
            Value::List(values) => reading::Value::List(values.iter().map(text).collect()),
            value => text(value),
        },
        export: said(&output.export),
    }
}

/// The tables by the engine's types.
fn shapes(engine: Engine) -> BTreeMap<&'static str, Vec<&'static Shape>> {
    let mut shapes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for shape in Kinds::SHAPES.iter().chain(COMPANION_SHAPES).copied() {
        if let Some(kind) = engine.type_of(shape) {
            shapes.entry(kind).or_default().push(shape);
        }
    }
    shapes
}

/// Where several tables share a type, the properties tell which one it is.
fn shape(
    shapes: &BTreeMap<&str, Vec<&'static Shape>>,
    engine: Engine,
    resource: &Resource,
) -> Option<&'static Shape> {
    let shapes = shapes.get(resource.kind.as_str())?;
    let knows = |shape: &Shape| {
        let names = resource.properties.keys();
        names.filter(|name| top_level(shape, engine, name)).count()
    };
    shapes
        .iter()
        .copied()
        .rev()
        .max_by_key(|shape| knows(shape))
}

/// Whether a path of the table begins with a property.
fn top_level(shape: &Shape, engine: Engine, name: &str) -> bool {
    let mut paths = shape.attributes.iter().filter_map(|a| engine.path(a));
    paths.any(|path| path.split(['.', '[']).next() == Some(name))
}

/// The name of a resource among those of its type.
fn name(engine: Engine, id: &Arc<str>, resource: &Resource) -> Arc<str> {
    let kind = format!("{}.", resource.kind);
    match engine {
        Engine::CloudFormation => Arc::clone(id),
        Engine::Terraform => match id.split_once(&kind) {
            Some((module, name)) => format!("{module}{name}").into(),
            None => Arc::clone(id),
        },
    }
}

fn item(
    template: &Template,
    named: &Named,
    id: &str,
    shape: &'static Shape,
    resource: &Resource,
    reading: &mut Reading,
) -> Item {
    let mut item = Item::new(shape);
    let mut known = Known::new(template, named);
    let nothing = BTreeSet::new();
    let computed = resource.computed.as_ref().unwrap_or(&nothing);
    let properties = resource.properties.iter();
    let stated = properties.filter(|(name, _)| !computed.contains(*name));
    let members: Vec<(&str, Json)> = stated
        .map(|(name, value)| (name.as_str(), known.json(value, name, computed)))
        .collect();
    let mut problems = Vec::new();
    let root = Place::Root(id);
    item.fields = match template.engine {
        Engine::CloudFormation => fields(
            &CloudFormation(&known),
            shape,
            &members,
            &root,
            &mut problems,
        ),
        Engine::Terraform => {
            let all_told = resource.computed.is_some();
            let words = Terraform {
                known: &known,
                empty_is_unset: !all_told,
            };
            let fields = fields(&words, shape, &members, &root, &mut problems);
            if !all_told {
                problems.clear();
            }
            fields
        }
    };
    reading.problems.extend(problems);
    let key = |id: &Arc<str>| Some(named.get(id.as_ref())?.0.clone());
    item.after = resource.after.iter().filter_map(key).collect();
    let keeps = |name| resource.attributes.get(name) == Some(&Value::from("Retain"));
    item.retain = keeps("DeletionPolicy") && keeps("UpdateReplacePolicy");
    item.refers = resource.refers.iter().filter_map(key).collect();
    unfold::settle(&mut item);
    item
}

/// What text stands for where a truth value is due: both engines take either.
fn truth(json: &Json) -> Option<bool> {
    match json {
        Json::Bool(value) => Some(*value),
        Json::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// The same of a whole number.
fn number(json: &Json) -> Option<i64> {
    match json {
        Json::Number(value) => Some(*value),
        Json::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn fields<W: Words>(
    words: &W,
    shape: &'static Shape,
    members: &[(&str, Json)],
    root: &Place,
    problems: &mut Vec<Difference>,
) -> Fields {
    // What was not understood stays in its place: somebody else's template may leave much open.
    let mut objects = Objects::new(words);
    let members = members.iter().map(|(name, json)| (*name, json));
    let fields = objects.read(shape, members, root);
    problems.append(&mut objects.problems);
    fields
}

/// What stands for text with parts that AWS decides: its number among the texts.
const MARK: &str = "eksnet::text";

/// What is known of a template whose values are worked out.
struct Known<'r> {
    template: &'r Template,
    named: &'r Named<'r>,
    texts: Vec<Read>,
}

impl<'r> Known<'r> {
    fn new(template: &'r Template, named: &'r Named<'r>) -> Self {
        Self {
            template,
            named,
            texts: Vec::new(),
        }
    }

    /// A value as a document, without what stands at paths that nobody set; what is more than known text is a mark.
    fn json(&mut self, value: &Value, path: &str, computed: &BTreeSet<String>) -> Json<'static> {
        match value {
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => Json::Number(*value),
            Value::List(values) => {
                let values = values.iter().map(|value| self.json(value, path, computed));
                Json::List(values.collect())
            }
            Value::Map(map) => {
                let members = map.iter().filter_map(|(name, value)| {
                    let path = if computed.is_empty() {
                        String::new()
                    } else {
                        format!("{path}.{name}")
                    };
                    let stated = !computed.contains(&path);
                    stated.then(|| (Cow::Owned(name.clone()), self.json(value, &path, computed)))
                });
                Json::Object(members.collect())
            }
            Value::Text(text) => match text.known() {
                Some(text) => Json::Text(Cow::Owned(text.to_owned())),
                None => self.mark(self.parts(text)),
            },
            Value::Unknown(unknown) => {
                let text = Text::from(Part::Unknown(unknown.clone()));
                self.mark(self.parts(&text))
            }
        }
    }

    fn mark(&mut self, text: Read) -> Json<'static> {
        let number = i64::try_from(self.texts.len()).unwrap_or(i64::MAX);
        self.texts.push(text);
        Json::Object(vec![(Cow::Borrowed(MARK), Json::Number(number))])
    }

    /// Text as the tables have it, or why it is not known.
    fn parts(&self, text: &Text) -> Read {
        let mut parts = Parts::default();
        for part in text.parts() {
            let part = match self.template.engine {
                Engine::CloudFormation => self.of_cloudformation(part),
                Engine::Terraform => self.of_terraform(part),
            };
            parts.push(part?);
        }
        Ok(parts)
    }

    /// What stands behind a mark.
    fn marked(&self, json: &Json) -> Option<&Read> {
        match json.only() {
            Some((MARK, Json::Number(number))) => self.texts.get(usize::try_from(*number).ok()?),
            _ => None,
        }
    }

    fn document(&self, json: &Json) -> Result<reading::Value, String> {
        if let Some(read) = self.marked(json) {
            return read.clone().map(reading::Value::Text);
        }
        Ok(match json {
            Json::Bool(value) => reading::Value::Bool(*value),
            Json::Number(value) => reading::Value::Number(*value),
            Json::Text(text) => reading::Value::from(text.as_ref()),
            Json::List(values) => {
                let values = values.iter().map(|value| self.document(value));
                reading::Value::List(values.collect::<Result<_, _>>()?)
            }
            Json::Object(members) => {
                let members = members.iter();
                let members =
                    members.map(|(name, value)| Ok((name.to_string(), self.document(value)?)));
                reading::Value::Map(members.collect::<Result<_, String>>()?)
            }
            Json::Null | Json::OtherNumber(_) => return Err(json.what().to_owned()),
        })
    }
}
