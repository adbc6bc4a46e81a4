//! The published JSON Schema of a spec, and those of the decoder's own types: those of what they hold.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::{Either, Field, ListOr, Named, NumberOrText, Spec};

/// Keys that must be there, by the struct that they are part of.
///
/// The decoder takes every key as optional, so that it can say all that is missing at once.
const REQUIRED: &[(&str, &[&str])] = &[
    ("Spec", &["stack", "region", "network"]),
    ("NetworkSpec", &["cidr"]),
    ("TierSpec", &["access"]),
    ("RuleSpec", &["group", "description"]),
    ("VpnSpec", &["customer-gateway"]),
    ("CustomerGatewaySpec", &["address"]),
    ("TransitGatewaySpec", &["id"]),
    ("AccessEntrySpec", &["principal"]),
    ("GrantSpec", &["policy"]),
    ("TaintSpec", &["key", "effect"]),
    ("FargateSpec", &["selectors"]),
    ("SelectorSpec", &["namespace"]),
];

/// The JSON Schema of a spec, draft 2020-12, for editors and other tools.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Spec>().to_value();
    close("Spec", &mut schema);
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        for (name, definition) in definitions {
            close(name, definition);
        }
    }
    unwrap_lines(&mut schema);
    schema
}

/// Descriptions come from doc comments, whose lines end where the source's do.
fn unwrap_lines(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "description" => *text = text.replace('\n', " "),
                    other => unwrap_lines(other),
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(unwrap_lines),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Forbids unknown keys, as the decoder does, and says which must be there.
fn close(name: &str, schema: &mut Value) {
    let Value::Object(members) = schema else {
        return;
    };
    if members.contains_key("properties") {
        members.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if let Some((_, keys)) = REQUIRED.iter().find(|(of, _)| *of == name) {
        members.insert("required".to_owned(), keys.iter().copied().collect());
    }
}

impl<S: JsonSchema, L: JsonSchema> JsonSchema for Either<S, L> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Or{}", S::schema_name(), L::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let forms = [
            generator.subschema_for::<S>(),
            generator.subschema_for::<L>(),
        ];
        json_schema!({ "anyOf": forms })
    }
}

impl<T: JsonSchema, M: JsonSchema> JsonSchema for ListOr<T, M> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}Or{}", T::schema_name(), M::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let forms = [
            generator.subschema_for::<Vec<T>>(),
            generator.subschema_for::<M>(),
        ];
        json_schema!({ "anyOf": forms })
    }
}

impl JsonSchema for NumberOrText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NumberOrText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"] })
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }

    // As for `Option`: a setting may always be left out, whether or not its struct has a default.
    fn _schemars_private_is_option() -> bool {
        true
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        BTreeMap::<String, T>::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        BTreeMap::<String, T>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        BTreeMap::<String, T>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, T>::json_schema(generator)
    }
}
