//! The normal form of a policy document.
//!
//! IAM takes one value and a list of one for the same thing ("Grammar of the IAM JSON policy language": the elements that
//! can have several values), so that both are a list here.

use std::collections::BTreeMap;

use super::reading::Value;

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
