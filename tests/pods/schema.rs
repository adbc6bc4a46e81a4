//! Holds what the add-on `vpc-cni` is told against its own schema, as far as that schema goes.

use serde_json::Value;

/// Panics with everything that the schema does not take.
pub(super) fn hold(configuration: &Value) {
    let text = include_str!("../conformance/vpc-cni.schema.json");
    let schema: Value = serde_json::from_str(text).expect("the schema");
    let mut faults = Vec::new();
    check(&schema, &schema, configuration, "$", &mut faults);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().expect("a name");
        return check(root, &root["definitions"][name], value, path, faults);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if schema["type"] != kind {
        faults.push(format!("{path} is of kind {kind}, not {}", schema["type"]));
        return;
    }
    if let Value::String(text) = value {
        let right = match schema["format"].as_str() {
            Some("boolean") => text == "true" || text == "false",
            Some("integer") => text.parse::<i64>().is_ok(),
            _ => true,
        };
        if !right {
            faults.push(format!("{path} is {text:?}, not {}", schema["format"]));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(
            root,
            &schema["items"],
            item,
            &format!("{path}[{index}]"),
            faults,
        );
    }
    let Value::Object(members) = value else {
        return;
    };
    for (key, member) in members {
        let path = format!("{path}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Object(_)) => {
                check(root, &schema["additionalProperties"], member, &path, faults);
            }
            (Value::Null, _) => faults.push(format!("{path} is not known")),
            (known, _) => check(root, known, member, &path, faults),
        }
    }
    for key in schema["required"].as_array().into_iter().flatten() {
        if !members.contains_key(key.as_str().expect("a key")) {
            faults.push(format!("{path} has no {key}"));
        }
    }
    if schema["minProperties"] == 1 && members.is_empty() {
        faults.push(format!("{path} is empty"));
    }
}

#[test]
fn what_the_schema_does_not_take_is_found() {
    let wrong = serde_json::json!({
        "env": { "WARM_ENI_TARGET": 1, "ENABLE_POD_ENI": "yes", "WARM": "1" },
        "eniConfig": { "create": true, "subnets": {} },
    });
    let fault = std::panic::catch_unwind(|| hold(&wrong)).expect_err("faults");
    let fault = fault.downcast_ref::<String>().expect("text");
    let found: Vec<_> = fault.lines().collect();
    assert_eq!(
        found,
        [
            "$.eniConfig.subnets is empty",
            "$.eniConfig has no \"region\"",
            "$.env.ENABLE_POD_ENI is \"yes\", not \"boolean\"",
            "$.env.WARM is not known",
            "$.env.WARM_ENI_TARGET is of kind number, not \"string\"",
        ]
    );
}
