//! What the tables of resource types know of a foreign template.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::template::{Resource, Template};
use super::value::{Part, Text, Value};
use crate::graph::{Attr, COMPANION_SHAPES, Resource as Kinds, Shape};
use crate::read::cloudformation::attr;
use crate::read::json::Json;
use crate::read::object::{Objects, Place, Words};
use crate::read::policy;
use crate::read::reading::{self, Engine, Item, Key, Parts, Reading};

type Read = Result<Parts, String>;

impl Template {
    /// The resources of types that eksnet has tables for, by our names. Of those types, what the tables do not know is among
    /// the problems; the template itself keeps it, and all other types.
    ///
    /// A resource's name is its logical id. What several resources of CloudFormation say together, such as a gateway and its
    /// attachment, is not put together, and a resource whose condition is not known is among the others.
    pub fn reading(&self) -> Reading {
        let mut reading = Reading::new(Engine::CloudFormation);
        if let Some(description) = &self.description {
            reading.fact("description", description.as_str());
        }
        let shapes = shapes();
        let named = self.resources.iter().filter_map(|(id, resource)| {
            let shape = shape(&shapes, resource)?;
            let key = Key {
                kind: shape.name,
                name: Arc::clone(id),
            };
            Some((id.as_ref(), (key, shape)))
        });
        let named: BTreeMap<&str, (Key, &'static Shape)> = named.collect();
        for (id, (key, shape)) in &named {
            let Some(resource) = self.resources.get(*id) else {
                continue;
            };
            let item = item(self, &named, id, shape, resource, &mut reading);
            reading.resources.insert(key.clone(), item);
        }
        for (name, output) in &self.outputs {
            let text = |value: &Value| {
                let parts = Known {
                    template: self,
                    named: &named,
                    texts: Vec::new(),
                }
                .parts(&value.clone().into_text());
                parts.map_or_else(reading::Value::Unknown, reading::Value::Text)
            };
            let said = |value: &Option<Value>| match value {
                Some(Value::Text(text)) => text.known().map(str::to_owned),
                _ => None,
            };
            let output = reading::Output {
                description: said(&output.description).unwrap_or_default(),
                value: text(&output.value),
                export: said(&output.export),
            };
            reading.outputs.insert(name.clone(), output);
        }
        reading
    }
}

/// The tables by CloudFormation's types.
fn shapes() -> BTreeMap<&'static str, Vec<&'static Shape>> {
    let mut shapes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for shape in Kinds::SHAPES.iter().chain(COMPANION_SHAPES).copied() {
        if let Some(kind) = shape.cloudformation {
            shapes.entry(kind).or_default().push(shape);
        }
    }
    shapes
}

/// Where several tables share a type, the properties tell which one it is.
fn shape(
    shapes: &BTreeMap<&str, Vec<&'static Shape>>,
    resource: &Resource,
) -> Option<&'static Shape> {
    let shapes = shapes.get(resource.kind.as_str())?;
    let knows = |shape: &Shape| {
        let names = resource.properties.keys();
        names.filter(|name| top_level(shape, name)).count()
    };
    shapes
        .iter()
        .copied()
        .rev()
        .max_by_key(|shape| knows(shape))
}

/// Whether a path of the table begins with a property.
fn top_level(shape: &Shape, name: &str) -> bool {
    let mut paths = shape.attributes.iter().filter_map(|a| a.cloudformation);
    paths.any(|path| path.split(['.', '[']).next() == Some(name))
}

fn item(
    template: &Template,
    named: &BTreeMap<&str, (Key, &'static Shape)>,
    id: &str,
    shape: &'static Shape,
    resource: &Resource,
    reading: &mut Reading,
) -> Item {
    let mut item = Item::new(shape);
    let mut known = Known {
        template,
        named,
        texts: Vec::new(),
    };
    let properties = resource.properties.iter();
    let members: Vec<(&str, Json)> = properties
        .map(|(name, value)| (name.as_str(), known.json(value)))
        .collect();
    let mut objects = Objects {
        words: &known,
        problems: Vec::new(),
    };
    let members = members.iter().map(|(name, json)| (*name, json));
    item.fields = objects.read(shape, members, &Place::Root(id));
    reading.problems.extend(objects.problems);
    let after = resource
        .after
        .iter()
        .filter_map(|id| named.get(id.as_ref()));
    item.after = after.map(|(key, _)| key.clone()).collect();
    let keeps = |name| resource.attributes.get(name) == Some(&Value::from("Retain"));
    item.retain = keeps("DeletionPolicy") && keeps("UpdateReplacePolicy");
    let refers = resource.refers.iter();
    let refers = refers.filter_map(|id| named.get(id.as_ref()));
    item.refers = refers.map(|(key, _)| key.clone()).collect();
    item
}

/// What stands for text with parts that AWS decides: its number among the texts.
const MARK: &str = "eksnet::text";

/// The words of a template whose functions are worked out.
struct Known<'r> {
    template: &'r Template,
    named: &'r BTreeMap<&'r str, (Key, &'static Shape)>,
    texts: Vec<Read>,
}

impl Known<'_> {
    /// A value as a document; what is more than known text is a mark.
    fn json(&mut self, value: &Value) -> Json<'static> {
        match value {
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => Json::Number(*value),
            Value::List(values) => {
                Json::List(values.iter().map(|value| self.json(value)).collect())
            }
            Value::Map(map) => {
                let members = map.iter();
                let members =
                    members.map(|(name, value)| (Cow::Owned(name.clone()), self.json(value)));
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

    /// What stands behind a mark.
    fn marked(&self, json: &Json) -> Option<&Read> {
        match json.only() {
            Some((MARK, Json::Number(number))) => self.texts.get(usize::try_from(*number).ok()?),
            _ => None,
        }
    }

    fn in_vpc(&self, id: &str) -> bool {
        let resource = self.template.resources.get(id);
        resource.is_some_and(|resource| resource.properties.contains_key("VpcId"))
    }

    fn parts(&self, text: &Text) -> Read {
        let mut parts = Parts::default();
        for part in text.parts() {
            parts.push(self.part(part)?);
        }
        Ok(parts)
    }

    fn part(&self, part: &Part) -> Result<reading::Part, String> {
        let open = || part.to_string();
        Ok(match part {
            Part::Literal(text) => reading::Part::Literal(text.clone()),
            Part::Resource(id) => {
                let (key, shape) = self.named.get(id.as_ref()).ok_or_else(open)?;
                match Engine::CloudFormation.identity(shape) {
                    None => reading::Part::Attribute(key.clone(), Attr::Identity),
                    // `Ref` of a group in a VPC is its id as well.
                    Some("GroupId") if self.in_vpc(id) => {
                        reading::Part::Attribute(key.clone(), Attr::Identity)
                    }
                    Some(_) => return Err(open()),
                }
            }
            Part::Attribute(id, name) => {
                let (key, shape) = self.named.get(id.as_ref()).ok_or_else(open)?;
                let identity = Engine::CloudFormation.identity(shape) == Some(name);
                let attr = identity
                    .then_some(Attr::Identity)
                    .or_else(|| attr(shape, name));
                reading::Part::Attribute(key.clone(), attr.ok_or_else(open)?)
            }
            Part::Element(list, 0) => {
                reading::Part::Attribute(self.ipv6(list)?.clone(), Attr::Ipv6Range)
            }
            Part::Range {
                of,
                index,
                bits: 64,
            } => match &**of {
                Part::Element(list, 0) => {
                    let index = u8::try_from(*index).map_err(|_| open())?;
                    reading::Part::Ipv6Range(self.ipv6(list)?.clone(), index)
                }
                _ => return Err(open()),
            },
            Part::Unknown(unknown) if &*unknown.what == "AWS::AccountId" => reading::Part::Account,
            Part::Zones(_) | Part::Element(..) | Part::Range { .. } | Part::Base64(_) => {
                return Err(open());
            }
            Part::Unknown(unknown) => return Err(unknown.to_string()),
        })
    }

    /// The VPC of which a list holds the IPv6 ranges, the first of which Amazon gave it.
    fn ipv6(&self, list: &Part) -> Result<&Key, String> {
        match list {
            Part::Attribute(id, name) if name == "Ipv6CidrBlocks" => {
                let named = self.named.get(id.as_ref());
                named.map(|(key, _)| key).ok_or_else(|| list.to_string())
            }
            _ => Err(list.to_string()),
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

impl Words for Known<'_> {
    const ENGINE: Engine = Engine::CloudFormation;

    fn text(&self, json: &Json) -> Read {
        match json {
            Json::Text(text) => Ok(text.as_ref().into()),
            Json::Number(number) => Ok(number.to_string().as_str().into()),
            Json::Bool(value) => Ok(value.to_string().as_str().into()),
            _ => match self.marked(json) {
                Some(read) => read.clone(),
                None => Err(format!("{} where text is expected", json.what())),
            },
        }
    }

    fn name(&self, name: &str) -> Result<String, String> {
        Ok(name.to_owned())
    }

    /// A list of objects with `Key` and `Value`, and for groups that start instances with more.
    fn tags(&self, json: &Json) -> Result<BTreeMap<String, reading::Value>, String> {
        // Some types take a map.
        if let Some(members) = json.object().filter(|_| self.marked(json).is_none()) {
            let tags = members.iter();
            let tags = tags.map(|(name, value)| {
                Ok((name.to_string(), reading::Value::Text(self.text(value)?)))
            });
            return tags.collect();
        }
        let mut tags = BTreeMap::new();
        for tag in json.list().ok_or("tags that are no list")? {
            let key = tag.get("Key").map(|key| self.text(key)).transpose()?;
            let key = key.as_ref().and_then(Parts::known);
            let (Some(key), Some(value)) = (key, tag.get("Value")) else {
                return Err("a tag whose key is not known".to_owned());
            };
            let value = self
                .text(value)
                .map_or_else(reading::Value::Unknown, reading::Value::Text);
            if tags.insert(key.to_owned(), value).is_some() {
                return Err(format!("the tag `{key}` twice"));
            }
        }
        Ok(tags)
    }

    fn policy(&self, json: &Json) -> Result<reading::Value, String> {
        Ok(policy::normal(self.document(json)?))
    }

    fn blocks<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j [Json<'a>]> {
        json.list()
    }

    fn block<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        Some(json)
    }

    fn unset(&self, _: &Json) -> bool {
        false
    }

    fn truth(&self, json: &Json) -> Option<bool> {
        match json {
            Json::Bool(value) => Some(*value),
            Json::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn number(&self, json: &Json) -> Option<i64> {
        match json {
            Json::Number(value) => Some(*value),
            Json::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn why(&self, json: &Json) -> Option<String> {
        match self.marked(json) {
            Some(Err(why)) => Some(why.clone()),
            Some(Ok(parts)) => Some(parts.to_string()),
            None => None,
        }
    }
}
