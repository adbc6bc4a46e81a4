//! Whether what a configuration in JSON has is what is planned.

use super::values::{Given, Values};
use crate::read::foreign::value::{Part, Text, Value};
use crate::read::json::Json;

impl<'j> Values<'_, 'j> {
    /// Whether what is written is what is planned: changes that are ignored leave what was there before.
    pub(super) fn agrees(&self, written: &Value, given: Given<'j>) -> bool {
        if given.is_open() {
            return true;
        }
        match (written, given.known) {
            (Value::List(values), Some(Json::List(known))) => {
                let each = |(index, value)| self.agrees(value, given.element(index));
                if values.len() != known.len() {
                    return false;
                }
                if values.iter().enumerate().all(each) {
                    return true;
                }
                // A set has an order of its own.
                let mut settled: Vec<_> = values.iter().map(|value| self.settled(value)).collect();
                let mut known: Vec<_> = known.iter().map(plain).collect();
                settled.sort();
                known.sort();
                settled.iter().all(Option::is_some) && settled == known
            }
            (Value::Map(values), Some(Json::Object(known))) => {
                let known = known.iter().filter(|(_, value)| *value != Json::Null);
                let members = given.members();
                let agrees = |(name, value): (&String, &Value)| {
                    let given = members.get(name.as_str());
                    given.is_some_and(|given| self.agrees(value, *given))
                };
                values.len() >= known.count() && values.iter().all(agrees)
            }
            (Value::List(_) | Value::Map(_), _) | (_, None) => false,
            (value, Some(known)) => {
                let (settled, known) = (self.settled(value), plain(known));
                match (settled, known) {
                    (Some(settled), Some(known)) => settled == known || same_json(&settled, &known),
                    _ => false,
                }
            }
        }
    }

    /// A value as text, where all of it is known.
    fn settled(&self, value: &Value) -> Option<String> {
        match value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Number(value) => Some(value.to_string()),
            Value::Text(text) => self.settled_text(text),
            Value::List(_) | Value::Map(_) | Value::Unknown(_) => None,
        }
    }

    fn settled_text(&self, text: &Text) -> Option<String> {
        let mut whole = String::new();
        for part in text.parts() {
            match part {
                Part::Literal(text) => whole.push_str(text),
                Part::Attribute(address, name) => {
                    whole.push_str(&plain(self.resolver.leaf(address, name)?)?);
                }
                _ => return None,
            }
        }
        Some(whole)
    }
}

fn plain(json: &Json) -> Option<String> {
    match json {
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(value) => Some(value.to_string()),
        Json::OtherNumber(value) => Some(value.to_string()),
        Json::Text(text) => Some(text.to_string()),
        Json::Null | Json::List(_) | Json::Object(_) => None,
    }
}

/// Whether two texts are the same JSON, which providers write anew.
fn same_json(one: &str, other: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one.starts_with(['{', '[']) && parse(one).is_some_and(|one| parse(other) == Some(one))
}
