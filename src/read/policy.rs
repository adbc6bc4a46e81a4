//! The normal form of a policy document.
//!
//! IAM takes one value and a list of one for the same thing ("Grammar of the IAM JSON policy language": the elements that
//! can have several values), so that both are a list here.

use std::collections::BTreeMap;

use super::json::Json;
use super::reading::{Parts, Value};

/// A document as an engine writes it, in its normal form: `text` reads what the engine takes for text, `name` the names of
/// members.
pub(super) fn read(
    json: &Json,
    text: &dyn Fn(&Json) -> Option<Result<Parts, String>>,
    name: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Value, String> {
    Ok(normal(value(json, text, name)?))
}

fn value(
    json: &Json,
    text: &dyn Fn(&Json) -> Option<Result<Parts, String>>,
    name: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Value, String> {
    if let Some(text) = text(json) {
        return Ok(Value::Text(text?));
    }
    Ok(match json {
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Number(*value),
        Json::List(values) => {
            let values = values.iter().map(|json| value(json, text, name));
            Value::List(values.collect::<Result<_, _>>()?)
        }
        Json::Object(members) => {
            let members = members
                .iter()
                .map(|(own, json)| Ok((name(own)?, value(json, text, name)?)));
            Value::Map(members.collect::<Result<_, String>>()?)
        }
        Json::Text(_) | Json::Null | Json::OtherNumber(_) => {
            return Err(format!("{} in a policy", json.what()));
        }
    })
}

/// Brings a document into its normal form.
pub(super) fn normal(document: Value) -> Value {
    let Value::Map(mut document) = document else {
        return document;
    };
    if let Some(statements) = document.remove("Statement") {
        let statements = match listed(statements) {
            Value::List(statements) => Value::List(statements.into_iter().map(statement).collect()),
            other => other,
        };
        document.insert("Statement".to_owned(), statements);
    }
    Value::Map(document)
}

fn statement(statement: Value) -> Value {
    let Value::Map(members) = statement else {
        return statement;
    };
    let members = members.into_iter().map(|(name, value)| {
        let value = match name.as_str() {
            "Action" | "NotAction" | "Resource" | "NotResource" => listed(value),
            "Principal" | "NotPrincipal" => each(value, listed),
            "Condition" => each(value, |operator| each(operator, listed)),
            _ => value,
        };
        (name, value)
    });
    Value::Map(members.collect())
}

fn listed(value: Value) -> Value {
    match value {
        Value::List(_) => value,
        one => Value::List(vec![one]),
    }
}

/// The same with every member changed; what is no map is left alone.
fn each(value: Value, change: impl Fn(Value) -> Value) -> Value {
    match value {
        Value::Map(map) => {
            let changed = map.into_iter().map(|(name, value)| (name, change(value)));
            Value::Map(changed.collect::<BTreeMap<_, _>>())
        }
        other => other,
    }
}
