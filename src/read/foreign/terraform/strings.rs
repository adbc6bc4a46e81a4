//! Strings of configurations in JSON, which a plan shows as they are written: with expressions in them.

use super::references::Resolver;
use super::values::Values;
use crate::read::foreign::value::{Part, Text, Value};
use crate::read::json::Json;

/// What the configuration says, where all that it asks is attributes of resources.
pub(super) fn configured<'j>(
    written: &'j Json<'j>,
    module: &'j str,
    resolver: &Resolver<'_, 'j>,
    values: &Values<'_, 'j>,
) -> Option<Value> {
    Some(match written {
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Number(*value),
        Json::OtherNumber(value) => Value::from(value.to_string().as_str()),
        Json::Text(text) => Value::Text(template(text, module, resolver, values)?),
        Json::List(all) => {
            let all = all
                .iter()
                .map(|one| configured(one, module, resolver, values));
            Value::List(all.collect::<Option<_>>()?)
        }
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                let plain = !name.contains("${") && !name.contains("%{");
                let value = configured(value, module, resolver, values)?;
                plain.then(|| (name.to_string(), value))
            });
            Value::Map(members.collect::<Option<_>>()?)
        }
        Json::Null => return None,
    })
}

/// `$${` and `%%{` are `${` and `%{`; `${` begins an expression, `%{` a directive.
fn template<'j>(
    text: &'j str,
    module: &'j str,
    resolver: &Resolver<'_, 'j>,
    values: &Values<'_, 'j>,
) -> Option<Text> {
    let mut whole = Text::default();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '%']) {
        let (before, from) = rest.split_at(at);
        whole.literal(before);
        if from.starts_with("$${") || from.starts_with("%%{") {
            whole.literal(&from[1..3]);
            rest = &from[3..];
        } else if let Some(inner) = from.strip_prefix("${") {
            let (inner, behind) = inner.split_once('}')?;
            whole.push(expression(inner, module, resolver, values)?);
            rest = behind;
        } else if from.starts_with("%{") {
            return None;
        } else {
            whole.literal(&from[..1]);
            rest = &from[1..];
        }
    }
    whole.literal(rest);
    Some(whole)
}

fn expression<'j>(
    text: &'j str,
    module: &'j str,
    resolver: &Resolver<'_, 'j>,
    values: &Values<'_, 'j>,
) -> Option<Part> {
    let Some(arguments) = text.strip_prefix("cidrsubnet(") else {
        return attribute(text, module, resolver, values);
    };
    let arguments: Vec<&str> = arguments.strip_suffix(')')?.split(',').collect();
    let [range, bits, index] = arguments.as_slice() else {
        return None;
    };
    let of = attribute(range.trim(), module, resolver, values)?;
    // The ranges that Amazon gives to VPCs are /56.
    let is_vpc = matches!(&of, Part::Attribute(_, name) if name == "ipv6_cidr_block");
    (is_vpc && bits.trim() == "8").then_some(())?;
    Some(Part::Range {
        of: Box::new(of),
        index: index.trim().parse().ok()?,
        bits: 64,
    })
}

/// `type.name.attribute`, and nothing around it.
fn attribute<'j>(
    text: &'j str,
    module: &'j str,
    resolver: &Resolver<'_, 'j>,
    values: &Values<'_, 'j>,
) -> Option<Part> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.[]\"".contains(letter);
    let (index, name) = resolver
        .one(text, module)
        .filter(|_| text.chars().all(plain))?;
    Some(values.attribute(index, name))
}
