//! Intrinsic functions, as far as eksnet writes them: `Ref`, `Fn::GetAtt`, `Fn::Join`, `Fn::Sub`, `Fn::Select`, `Fn::Cidr`.

use std::collections::BTreeMap;

use super::Named;
use crate::graph::{Attr, Shape};
use crate::network::Region;
use crate::read::json::Json;
use crate::read::object::Words;
use crate::read::policy;
use crate::read::reading::{Engine, Key, Part, Parts, Value};

/// Knows the resources of a template by their logical ids.
pub(super) struct Functions<'n, 'j, 'a> {
    pub(super) ids: BTreeMap<&'j str, &'n Named<'j, 'a>>,
    pub(super) region: Option<Region>,
}

type Read = Result<Parts, String>;

impl Functions<'_, '_, '_> {
    fn named(&self, id: &str) -> Result<(&Key, &'static Shape), String> {
        let named = self.ids.get(id);
        let named = named.map(|named| (&named.key, named.shape));
        named.ok_or_else(|| format!("`{id}`, which is no resource of the template"))
    }

    fn parts(&self, json: &Json) -> Read {
        match json {
            Json::Text(text) => Ok(text.as_ref().into()),
            _ => match json.only() {
                Some((function, argument)) => self.call(function, argument),
                None => Err(format!("{} where text is expected", json.what())),
            },
        }
    }

    fn call(&self, function: &str, argument: &Json) -> Read {
        let unfit = || format!("`{function}` of {}", argument.what());
        match function {
            "Ref" => self.reference(argument.text().ok_or_else(unfit)?),
            "Fn::GetAtt" => {
                let (id, name) = attribute_of(argument).ok_or_else(unfit)?;
                self.attribute(id, name)
            }
            "Fn::Join" => {
                let [delimiter, values] = argument.list().ok_or_else(unfit)? else {
                    return Err(unfit());
                };
                let delimiter = delimiter.text().ok_or_else(unfit)?;
                let mut joined = Parts::default();
                for (index, value) in values.list().ok_or_else(unfit)?.iter().enumerate() {
                    if index > 0 {
                        joined.literal(delimiter);
                    }
                    joined.extend(self.parts(value)?);
                }
                Ok(joined)
            }
            // Values of its own in values of their own would be put together as often as they are named: without end.
            "Fn::Sub" if argument.list().is_some() => {
                Err("`Fn::Sub` with values of its own, which is not read".to_owned())
            }
            "Fn::Sub" => self.substituted(argument.text().ok_or_else(unfit)?),
            "Fn::Select" => {
                let [index, values] = argument.list().ok_or_else(unfit)? else {
                    return Err(unfit());
                };
                let index = whole(index).ok_or_else(unfit)?;
                self.selected(index, values)
            }
            _ => Err(format!("`{function}`, which is not read")),
        }
    }

    fn reference(&self, id: &str) -> Read {
        let region = || self.region.ok_or("a region that is not known".to_owned());
        match id {
            "AWS::AccountId" => Ok(Part::Account.into()),
            "AWS::Region" => Ok(region()?.as_str().into()),
            "AWS::Partition" => Ok(region()?.partition().as_str().into()),
            "AWS::URLSuffix" => Ok(region()?.partition().dns_suffix().into()),
            _ => {
                let (key, shape) = self.named(id)?;
                match Engine::CloudFormation.identity(shape) {
                    None => Ok(Part::Attribute(key.clone(), Attr::Identity).into()),
                    Some(name) => Err(format!("`Ref` of {id}, where `{name}` identifies it")),
                }
            }
        }
    }

    fn attribute(&self, id: &str, name: &str) -> Read {
        let (key, shape) = self.named(id)?;
        if Engine::CloudFormation.identity(shape) == Some(name) {
            return Ok(Part::Attribute(key.clone(), Attr::Identity).into());
        }
        match attr(shape, name) {
            Some(attr) => Ok(Part::Attribute(key.clone(), attr).into()),
            None => Err(format!("the attribute `{name}` of {id}")),
        }
    }

    /// One of a list. Of a VPC's IPv6 ranges the first is the one that Amazon gave it.
    fn selected(&self, index: usize, values: &Json) -> Read {
        if let Some(values) = values.list() {
            let value = values.get(index).ok_or("an element that is not there")?;
            return self.parts(value);
        }
        match values.only() {
            Some(("Fn::GetAtt", argument)) => match attribute_of(argument) {
                Some((id, "Ipv6CidrBlocks")) if index == 0 => {
                    let (key, _) = self.named(id)?;
                    Ok(Part::Attribute(key.clone(), Attr::Ipv6Range).into())
                }
                _ => Err("an element of a list that only AWS knows".to_owned()),
            },
            Some(("Fn::Cidr", argument)) => self.range(index, argument),
            _ => Err(format!("an element of {}", values.what())),
        }
    }

    /// The nth of `count` ranges with that many bits left for hosts.
    fn range(&self, index: usize, argument: &Json) -> Read {
        let unfit = || "`Fn::Cidr` that does not cut a VPC's IPv6 range into /64s".to_owned();
        let [block, count, bits] = argument.list().ok_or_else(unfit)? else {
            return Err(unfit());
        };
        let block = self.parts(block)?;
        let [Part::Attribute(vpc, Attr::Ipv6Range)] = block.parts() else {
            return Err(unfit());
        };
        let count = whole(count).filter(|count| (1..=256).contains(count));
        let index = u8::try_from(index).map_err(|_| unfit())?;
        if whole(bits) != Some(64) || count.is_none_or(|count| usize::from(index) >= count) {
            return Err(unfit());
        }
        Ok(Part::Ipv6Range(vpc.clone(), index).into())
    }

    /// `${Name}` and `${Name.Attribute}`, and `${!Literal}` for `${Literal}`.
    fn substituted(&self, text: &str) -> Read {
        let mut parts = Parts::default();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            parts.literal(before);
            let (name, behind) = behind.split_once('}').ok_or("`Fn::Sub` without an end")?;
            rest = behind;
            if let Some(literal) = name.strip_prefix('!') {
                parts.literal(&format!("${{{literal}}}"));
            } else if let Some((id, attribute)) = name.split_once('.') {
                parts.extend(self.attribute(id, attribute)?);
            } else {
                parts.extend(self.reference(name)?);
            }
        }
        parts.literal(rest);
        Ok(parts)
    }

    /// What is put together as the ARN of a log group is its ARN.
    fn with_arns(&self, parts: Parts) -> Parts {
        let Some(region) = self.region else {
            return parts;
        };
        let partition = region.partition().as_str();
        let prefix = || format!("arn:{partition}:logs:{region}:");
        let mut rest = parts.parts();
        let mut folded = Parts::default();
        while let [first, behind @ ..] = rest {
            rest = behind;
            if let (
                Part::Literal(before),
                [
                    Part::Account,
                    Part::Literal(middle),
                    Part::Attribute(key, Attr::Identity),
                    ..,
                ],
            ) = (first, behind)
                && middle == ":log-group:"
                && key.kind == "LogGroup"
                && let Some(before) = before.strip_suffix(&prefix())
            {
                folded.literal(before);
                folded.push(Part::Attribute(key.clone(), Attr::Arn));
                rest = &behind[3..];
            } else {
                folded.push(first.clone());
            }
        }
        folded
    }
}

/// Which attribute of a resource a name of CloudFormation means.
pub(in crate::read) fn attr(shape: &Shape, name: &str) -> Option<Attr> {
    match name {
        // It ends in `:*`, which is no ARN of a group.
        "Arn" if shape.cloudformation == Some("AWS::Logs::LogGroup") => None,
        "Arn" => Some(Attr::Arn),
        "PublicIp" => Some(Attr::PublicAddress),
        "ClusterSecurityGroupId" => Some(Attr::ClusterSecurityGroup),
        "Endpoint" => Some(Attr::Endpoint),
        "CertificateAuthorityData" => Some(Attr::CertificateAuthority),
        "OpenIdConnectIssuerUrl" => Some(Attr::OidcIssuer),
        "KubernetesNetworkConfig.ServiceIpv6Cidr" => Some(Attr::ServiceIpv6Range),
        "LatestVersionNumber" => Some(Attr::LatestVersion),
        _ => None,
    }
}

fn is_function(json: &Json) -> bool {
    json.only()
        .is_some_and(|(name, _)| name == "Ref" || name.starts_with("Fn::"))
}

/// `[id, attribute]`, or both with a dot between.
fn attribute_of<'j>(argument: &'j Json) -> Option<(&'j str, &'j str)> {
    match argument {
        Json::Text(text) => text.split_once('.'),
        Json::List(list) => match list.as_slice() {
            [id, name] => Some((id.text()?, name.text()?)),
            _ => None,
        },
        _ => None,
    }
}

/// A number that is not negative; the functions take it as text, too.
fn whole(json: &Json) -> Option<usize> {
    match json {
        Json::Number(number) => usize::try_from(*number).ok(),
        Json::Text(text) => text.parse().ok(),
        _ => None,
    }
}

impl Words for Functions<'_, '_, '_> {
    const ENGINE: Engine = Engine::CloudFormation;

    fn text(&self, json: &Json) -> Read {
        Ok(self.with_arns(self.parts(json)?))
    }

    fn name(&self, name: &str) -> Result<String, String> {
        Ok(name.to_owned())
    }

    /// A list of objects with `Key` and `Value`.
    fn tags(&self, json: &Json) -> Result<BTreeMap<String, Value>, String> {
        let mut tags = BTreeMap::new();
        for tag in json.list().ok_or("tags that are no list")? {
            let (Some(key), Some(value), 2) = (
                tag.get("Key").and_then(Json::text),
                tag.get("Value"),
                tag.object().unwrap_or_default().len(),
            ) else {
                return Err("a tag that is not `Key` and `Value`".to_owned());
            };
            let value = Value::Text(self.text(value)?);
            if tags.insert(key.to_owned(), value).is_some() {
                return Err(format!("the tag `{key}` twice"));
            }
        }
        Ok(tags)
    }

    fn policy(&self, json: &Json) -> Result<Value, String> {
        let text = |json: &Json| {
            let is_text = json.text().is_some() || is_function(json);
            is_text.then(|| self.text(json))
        };
        policy::read(json, &text, &|name| Ok(name.to_owned()))
    }

    fn blocks<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j [Json<'a>]> {
        json.list()
    }

    fn block<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        Some(json)
    }

    fn unset(&self, json: &Json) -> bool {
        matches!(json.only(), Some(("Ref", Json::Text(id))) if id == "AWS::NoValue")
    }
}
