//! How `CloudFormation` writes what all resources are made of.

use std::collections::BTreeMap;

use super::{Known, Read};
use crate::graph::Attr;
use crate::read::cloudformation::attr;
use crate::read::foreign::value::Part;
use crate::read::json::Json;
use crate::read::object::Words;
use crate::read::policy;
use crate::read::reading::{self, Engine, Key, Parts};

/// The words of a template of CloudFormation.
pub(super) struct CloudFormation<'k, 'r>(pub(super) &'k Known<'r>);

impl Known<'_> {
    fn in_vpc(&self, id: &str) -> bool {
        let resource = self.template.resources.get(id);
        resource.is_some_and(|resource| resource.properties.contains_key("VpcId"))
    }

    /// What a part of a text is.
    pub(super) fn of_cloudformation(&self, part: &Part) -> Result<reading::Part, String> {
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
}

impl Words for CloudFormation<'_, '_> {
    const ENGINE: Engine = Engine::CloudFormation;

    fn text(&self, json: &Json) -> Read {
        match json {
            Json::Text(text) => Ok(text.as_ref().into()),
            Json::Number(number) => Ok(number.to_string().as_str().into()),
            Json::Bool(value) => Ok(value.to_string().as_str().into()),
            _ => match self.0.marked(json) {
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
        if let Some(members) = json.object().filter(|_| self.0.marked(json).is_none()) {
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
        Ok(policy::normal(self.0.document(json)?))
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
        super::truth(json)
    }

    fn number(&self, json: &Json) -> Option<i64> {
        super::number(json)
    }

    fn why(&self, json: &Json) -> Option<String> {
        match self.0.marked(json) {
            Some(Err(why)) => Some(why.clone()),
            Some(Ok(parts)) => Some(parts.to_string()),
            None => None,
        }
    }
}
