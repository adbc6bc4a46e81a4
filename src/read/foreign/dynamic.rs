//! Dynamic references: `{{resolve:ssm:/network/cidr}}` in the text of a property stands for what another service keeps.
//!
//! Source: AWS `CloudFormation` User Guide, "Get values stored in other services using dynamic references".

use super::functions::single;
use super::value::{Part, Text, Unknown, Value};

const BEGIN: &str = "{{resolve:";

/// A property with what its dynamic references stand for: nothing that is known.
pub(super) fn looked_up(value: Value) -> Value {
    match value {
        Value::Text(text) if has_one(&text) => single(resolved(&text)),
        Value::List(values) => Value::List(values.into_iter().map(looked_up).collect()),
        Value::Map(map) => {
            let members = map.into_iter();
            Value::Map(
                members
                    .map(|(name, value)| (name, looked_up(value)))
                    .collect(),
            )
        }
        other => other,
    }
}

fn has_one(text: &Text) -> bool {
    text.parts().iter().any(|part| match part {
        Part::Literal(text) => text.contains(BEGIN),
        Part::Base64(text) => has_one(text),
        _ => false,
    })
}

fn resolved(text: &Text) -> Text {
    let mut whole = Text::default();
    let mut parts = text.parts().iter();
    while let Some(part) = parts.next() {
        let mut rest = match part {
            Part::Literal(text) => text.as_str(),
            Part::Base64(inner) => {
                whole.push(Part::Base64(resolved(inner)));
                continue;
            }
            other => {
                whole.push(other.clone());
                continue;
            }
        };
        while let Some((before, behind)) = rest.split_once(BEGIN) {
            whole.literal(before);
            let Some((reference, behind)) = behind.split_once("}}") else {
                // What is looked up is itself not known, up to where nobody sees.
                let mut name = Text::from(behind);
                parts.by_ref().for_each(|part| name.push(part.clone()));
                let name = name.to_string();
                whole.push(unknown(
                    name.split_once("}}").map_or(&*name, |(name, _)| name),
                ));
                return whole;
            };
            whole.push(unknown(reference));
            rest = behind;
        }
        whole.literal(rest);
    }
    whole
}

fn unknown(reference: &str) -> Part {
    let why = match reference.split(':').next() {
        Some("ssm" | "ssm-secure") => "Systems Manager keeps it",
        Some("secretsmanager") => "Secrets Manager keeps it",
        _ => "another service keeps it",
    };
    Part::Unknown(Unknown::new(format!("{BEGIN}{reference}}}}}"), why))
}
