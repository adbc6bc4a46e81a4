//! Strings, which Terraform reads as templates, and the expressions that eksnet writes into them.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::Named;
use crate::graph::{Attr, Shape};
use crate::read::json::Json;
use crate::read::object::Words;
use crate::read::policy;
use crate::read::reading::{Engine, Part, Parts, Value};

/// Knows the resources of a module by their addresses.
pub(super) struct Templates<'n, 'j, 'a> {
    pub(super) addresses: BTreeMap<&'n str, &'n Named<'j, 'a>>,
    /// Whether the number of the account was asked for.
    pub(super) account: Cell<bool>,
}

/// Around the number of a part in the text of a policy: characters that stand for nothing, and in no text.
const MARKS: [char; 2] = ['\u{fdd0}', '\u{fdd1}'];

impl Templates<'_, '_, '_> {
    /// `$${` and `%%{` are `${` and `%{`; `${` begins an expression, `%{` a directive.
    fn template(&self, text: &str) -> Result<Parts, String> {
        let mut parts = Parts::default();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '%']) {
            let (before, from) = rest.split_at(at);
            parts.literal(before);
            if from.starts_with("$${") || from.starts_with("%%{") {
                parts.literal(&from[1..3]);
                rest = &from[3..];
            } else if let Some(expression) = from.strip_prefix("${") {
                let (expression, behind) = expression
                    .split_once('}')
                    .ok_or("an expression without an end")?;
                parts.push(self.expression(expression)?);
                rest = behind;
            } else if from.starts_with("%{") {
                return Err("a directive, which is not read".to_owned());
            } else {
                parts.literal(&from[..1]);
                rest = &from[1..];
            }
        }
        parts.literal(rest);
        Ok(parts)
    }

    fn expression(&self, expression: &str) -> Result<Part, String> {
        if expression == "data.aws_caller_identity.current.account_id" {
            self.account.set(true);
            return Ok(Part::Account);
        }
        if let Some(arguments) = expression.strip_prefix("cidrsubnet(") {
            return self.range(arguments);
        }
        self.attribute(expression)
    }

    /// `cidrsubnet(prefix, newbits, netnum)`: the nth range with that many bits more.
    fn range(&self, arguments: &str) -> Result<Part, String> {
        let unfit = || "`cidrsubnet` that does not cut a VPC's IPv6 range into /64s".to_owned();
        let arguments = arguments.strip_suffix(')').ok_or_else(unfit)?;
        let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
        let [range, "8", index] = arguments.as_slice() else {
            return Err(unfit());
        };
        match (self.attribute(range)?, index.parse()) {
            (Part::Attribute(vpc, Attr::Ipv6Range), Ok(index)) => Ok(Part::Ipv6Range(vpc, index)),
            _ => Err(unfit()),
        }
    }

    /// `type.name.attribute`.
    fn attribute(&self, expression: &str) -> Result<Part, String> {
        let second_dot = expression.match_indices('.').nth(1).map(|(at, _)| at);
        let (address, name) = second_dot
            .map(|at| (&expression[..at], &expression[at + 1..]))
            .ok_or_else(|| format!("the expression `{expression}`"))?;
        let named = self.addresses.get(address);
        let named = named.ok_or_else(|| format!("`{address}`, which is not in the module"))?;
        let attr = attr(named.shape, name)
            .ok_or_else(|| format!("the attribute `{name}` of `{address}`"))?;
        Ok(Part::Attribute(named.key.clone(), attr))
    }
}

/// What JSON in a text says as a policy.
pub(in crate::read) fn policy_of(parts: &Parts) -> Result<Value, String> {
    Marked::new(parts)?.document()
}

/// What the AWS provider calls an attribute, and how an expression reaches it through blocks of which there is one.
pub(in crate::read) fn attr(shape: &Shape, name: &str) -> Option<Attr> {
    if Engine::Terraform.identity(shape).unwrap_or("id") == name {
        return Some(Attr::Identity);
    }
    match name {
        "arn" => Some(Attr::Arn),
        "public_ip" => Some(Attr::PublicAddress),
        "ipv6_cidr_block" => Some(Attr::Ipv6Range),
        "vpc_config[0].cluster_security_group_id" => Some(Attr::ClusterSecurityGroup),
        "endpoint" => Some(Attr::Endpoint),
        "certificate_authority[0].data" => Some(Attr::CertificateAuthority),
        "identity[0].oidc[0].issuer" => Some(Attr::OidcIssuer),
        "kubernetes_network_config[0].service_ipv6_cidr" => Some(Attr::ServiceIpv6Range),
        "latest_version" => Some(Attr::LatestVersion),
        _ => None,
    }
}

/// A policy's text with marks in the places of what AWS decides, each with its number.
struct Marked<'p> {
    text: String,
    /// What the marks stand for.
    parts: Vec<&'p Part>,
    /// How many marks were met. They are met in their order, each once: any other was written by somebody else, as an escape.
    met: Cell<usize>,
}

impl<'p> Marked<'p> {
    fn new(parts: &'p Parts) -> Result<Self, String> {
        let [begin, end] = MARKS;
        let mut marked = Self {
            text: String::new(),
            parts: Vec::new(),
            met: Cell::new(0),
        };
        for part in parts.parts() {
            match part {
                Part::Literal(literal) if literal.contains(MARKS) => return Err(forged()),
                Part::Literal(literal) => marked.text.push_str(literal),
                Part::Attribute(..) | Part::Ipv6Range(..) | Part::Account => {
                    let number = marked.parts.len().to_string();
                    marked.text.extend([begin]);
                    marked.text.push_str(&number);
                    marked.text.extend([end]);
                    marked.parts.push(part);
                }
            }
        }
        Ok(marked)
    }

    /// What the document says, with the parts in the places of their marks.
    fn document(&self) -> Result<Value, String> {
        let document = Json::parse(&self.text)?;
        let text = |json: &Json| json.text().map(|text| self.unmarked(text));
        let name = |name: &str| {
            let known = (!name.contains(MARKS)).then(|| name.to_owned());
            known.ok_or_else(|| "a name that AWS decides".to_owned())
        };
        let document = policy::read(&document, &text, &name)?;
        if self.met.get() == self.parts.len() {
            Ok(document)
        } else {
            Err(forged())
        }
    }

    fn unmarked(&self, text: &str) -> Result<Parts, String> {
        let [begin, end] = MARKS;
        let mut parts = Parts::default();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(begin) {
            parts.literal(before);
            let (number, behind) = behind.split_once(end).ok_or_else(forged)?;
            let met = self.met.replace(self.met.get() + 1);
            let part = self.parts.get(met).filter(|_| number.parse() == Ok(met));
            parts.push((*part.ok_or_else(forged)?).clone());
            rest = behind;
        }
        if rest.contains(end) {
            return Err(forged());
        }
        parts.literal(rest);
        Ok(parts)
    }
}

fn forged() -> String {
    format!(
        "a mark in a policy: U+{:X} stands for nothing",
        u32::from(MARKS[0])
    )
}

impl Words for Templates<'_, '_, '_> {
    const ENGINE: Engine = Engine::Terraform;

    fn text(&self, json: &Json) -> Result<Parts, String> {
        let text = json.text();
        self.template(text.ok_or_else(|| format!("{} where text is expected", json.what()))?)
    }

    /// Names in a map are templates, too.
    fn name(&self, name: &str) -> Result<String, String> {
        let parts = self.template(name)?;
        let known = parts.known().map(str::to_owned);
        known.ok_or_else(|| "a name that AWS decides".to_owned())
    }

    fn tags(&self, json: &Json) -> Result<BTreeMap<String, Value>, String> {
        let mut tags = BTreeMap::new();
        for (name, value) in json.object().ok_or("tags that are no object")? {
            let value = Value::Text(self.text(value)?);
            if tags.insert(self.name(name)?, value).is_some() {
                return Err(format!("the tag `{name}` twice"));
            }
        }
        Ok(tags)
    }

    /// JSON in a string, once the string is read as a template.
    fn policy(&self, json: &Json) -> Result<Value, String> {
        policy_of(&self.text(json)?)
    }

    /// "A nested block is an object, or a list of objects": one may stand without its list.
    fn blocks<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j [Json<'a>]> {
        match json {
            Json::List(list) => Some(list),
            Json::Object(_) => Some(std::slice::from_ref(json)),
            _ => None,
        }
    }

    fn block<'j, 'a>(&self, json: &'j Json<'a>) -> Option<&'j Json<'a>> {
        match self.blocks(json)? {
            [one] => Some(one),
            _ => None,
        }
    }

    fn unset(&self, json: &Json) -> bool {
        *json == Json::Null
    }
}
