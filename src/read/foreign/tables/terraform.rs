//! How Terraform shows what all resources are made of.

use std::collections::BTreeMap;

use super::{Known, Read};
use crate::graph::Attr;
use crate::read::foreign::value::Part;
use crate::read::json::Json;
use crate::read::object::Words;
use crate::read::reading::{self, Engine, Key};
use crate::read::terraform::{attr, policy};

/// The words of a plan or a state.
pub(super) struct Terraform<'k, 'r> {
    pub(super) known: &'k Known<'r>,
    /// Whether what is empty stands for what is not set, as in a state.
    pub(super) empty_is_unset: bool,
}

impl Known<'_> {
    /// What a part of a text is.
    pub(super) fn of_terraform(&self, part: &Part) -> Result<reading::Part, String> {
        let open = || part.to_string();
        Ok(match part {
            Part::Literal(text) => reading::Part::Literal(text.clone()),
            Part::Attribute(id, name) if name == "account_id" && id.starts_with(ACCOUNT) => {
                reading::Part::Account
            }
            Part::Attribute(id, name) => {
                let (key, shape) = self.named.get(id.as_ref()).ok_or_else(open)?;
                // Terraform's own id is as good as what we name the type by, where both are the same.
                let attr = attr(shape, name).or_else(|| (name == "id").then_some(Attr::Identity));
                reading::Part::Attribute(key.clone(), attr.ok_or_else(open)?)
            }
            Part::Range {
                of,
                index,
                bits: 64,
            } => {
                let index = u8::try_from(*index).map_err(|_| open())?;
                reading::Part::Ipv6Range(self.ipv6_of(of)?.clone(), index)
            }
            Part::Unknown(unknown) => return Err(unknown.to_string()),
            Part::Resource(_)
            | Part::Zones(_)
            | Part::Element(..)
            | Part::Range { .. }
            | Part::Base64(_) => return Err(open()),
        })
    }

    /// The VPC whose IPv6 range this is.
    fn ipv6_of(&self, part: &Part) -> Result<&Key, String> {
        match part {
            Part::Attribute(id, name) if name == "ipv6_cidr_block" => {
                let named = self.named.get(id.as_ref());
                named.map(|(key, _)| key).ok_or_else(|| part.to_string())
            }
            _ => Err(part.to_string()),
        }
    }
}

/// The data source that knows the account.
const ACCOUNT: &str = "data.aws_caller_identity.";

impl Words for Terraform<'_, '_> {
    const ENGINE: Engine = Engine::Terraform;

    fn text(&self, json: &Json) -> Read {
        match json {
            Json::Text(text) => Ok(text.as_ref().into()),
            _ => match self.known.marked(json) {
                Some(read) => read.clone(),
                None => Err(format!("{} where text is expected", json.what())),
            },
        }
    }

    fn name(&self, name: &str) -> Result<String, String> {
        Ok(name.to_owned())
    }

    fn tags(&self, json: &Json) -> Result<BTreeMap<String, reading::Value>, String> {
        let members = json.object().ok_or("tags that are no object")?;
        let tags = members.iter().map(|(name, value)| {
            let value = self.text(value);
            let value = value.map_or_else(reading::Value::Unknown, reading::Value::Text);
            (name.to_string(), value)
        });
        Ok(tags.collect())
    }

    fn policy(&self, json: &Json) -> Result<reading::Value, String> {
        policy(&self.text(json)?)
    }

    fn blocks<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j [Json<'a>]> {
        json.list()
    }

    fn block<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        match json.list() {
            Some([one]) => Some(one),
            Some(_) => None,
            None => Some(json),
        }
    }

    fn unset(&self, json: &Json) -> bool {
        self.empty_is_unset
            && match json {
                Json::Text(text) => text.is_empty(),
                Json::List(list) => list.is_empty(),
                Json::Object(members) => members.is_empty(),
                _ => false,
            }
    }

    /// Some arguments of the provider are text that has a truth value in it, or a number.
    fn truth(&self, json: &Json) -> Option<bool> {
        super::truth(json)
    }

    fn number(&self, json: &Json) -> Option<i64> {
        super::number(json)
    }

    fn why(&self, json: &Json) -> Option<String> {
        match self.known.marked(json) {
            Some(Err(why)) => Some(why.clone()),
            Some(Ok(parts)) => Some(parts.to_string()),
            None => None,
        }
    }
}
