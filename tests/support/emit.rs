//! One value as YAML, JSON and TOML, with the keys of maps in any order.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::rng::Rng;

/// In which order the keys of maps are written.
pub enum Order {
    /// By name.
    Sorted,
    /// By chance.
    Random(Rng),
}

impl Order {
    fn entries<'v>(&mut self, map: &'v Map<String, Value>) -> Vec<(&'v String, &'v Value)> {
        let mut entries: Vec<_> = map.iter().collect();
        if let Self::Random(rng) = self {
            rng.shuffle(&mut entries);
        }
        entries
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// JSON, in one line.
pub fn json(value: &Value, order: &mut Order) -> String {
    flow(value, ":", order)
}

/// JSON, or TOML's inline form with `=` between key and value.
fn flow(value: &Value, between: &str, order: &mut Order) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<_> = order
                .entries(map)
                .into_iter()
                .map(|(key, value)| {
                    format!("{}{between}{}", quoted(key), flow(value, between, order))
                })
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(list) => {
            let list: Vec<_> = list.iter().map(|v| flow(v, between, order)).collect();
            format!("[{}]", list.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// YAML in block style, with texts in quotes.
pub fn yaml(value: &Value, order: &mut Order) -> String {
    let mut out = String::new();
    block(value, 0, &mut out, order);
    out
}

fn block(value: &Value, indent: usize, out: &mut String, order: &mut Order) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in order.entries(map) {
                let _ = write!(out, "\n{:indent$}{}:", "", quoted(key));
                block(value, indent + 2, out, order);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                let _ = write!(out, "\n{:indent$}-", "");
                block(value, indent + 2, out, order);
            }
        }
        leaf => {
            out.push(' ');
            out.push_str(&flow(leaf, ": ", order));
        }
    }
}

/// TOML: a table for each map, lists inline.
pub fn toml(value: &Value, order: &mut Order) -> String {
    let mut out = String::new();
    if let Value::Object(map) = value {
        table(map, "", &mut out, order);
    }
    out
}

fn table(map: &Map<String, Value>, path: &str, out: &mut String, order: &mut Order) {
    let entries = order.entries(map);
    for (key, value) in &entries {
        if !value.is_object() {
            let _ = writeln!(out, "{} = {}", quoted(key), flow(value, "=", order));
        }
    }
    for (key, value) in entries {
        if let Value::Object(map) = value {
            let path = if path.is_empty() {
                quoted(key)
            } else {
                format!("{path}.{}", quoted(key))
            };
            let _ = writeln!(out, "[{path}]");
            table(map, &path, out, order);
        }
    }
}
