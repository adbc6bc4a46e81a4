//! What a template says that follows from what else it says: judged without a model, and without the other engine.

use super::compare::Difference;
use super::differences;
use super::model::{export, provider};
use super::reading::{Engine, Reading, Value};
use crate::render::TERRAFORM;

/// Where a template contradicts itself.
pub fn alone(reading: &Reading) -> Vec<Difference> {
    let mut found = Vec::new();
    match reading.engine {
        Engine::CloudFormation => exports(reading, &mut found),
        Engine::Terraform => versions(reading, &mut found),
    }
    for (key, item) in &reading.resources {
        let changed = differences::ignored(reading.engine, item);
        if let Some(field) = changed.filter(|field| !item.ignored.contains(*field)) {
            let what = "is set again by every apply, and an autoscaler changes it";
            found.push(Difference::new(format!("{key}.{field}"), what));
        }
        for field in item.ignored.iter().filter(|field| changed != Some(field)) {
            let what = "is left to others, and nothing else changes it";
            found.push(Difference::new(format!("{key}.{field}"), what));
        }
    }
    found
}

/// Every output is exported under the stack's name.
fn exports(reading: &Reading, found: &mut Vec<Difference>) {
    let Some(Value::Text(stack)) = reading.facts.get("stack") else {
        // Which is a problem of its own.
        return;
    };
    for (name, output) in &reading.outputs {
        let due = export(&stack.to_string(), name);
        let what = match &output.export {
            Some(export) if *export == due => continue,
            Some(export) => format!("is \"{export}\", and the stack's is \"{due}\""),
            None => format!("is missing: others import \"{due}\""),
        };
        found.push(Difference::new(format!("output {name}.export"), what));
    }
}

/// The provider is one that knows all that the module says.
fn versions(reading: &Reading, found: &mut Vec<Difference>) {
    let due = [
        ("provider", provider(reading.resources.values())),
        ("terraform", TERRAFORM.to_owned()),
    ];
    for (name, due) in due {
        if let Some(value) = reading.facts.get(name)
            && *value != Value::from(due.as_str())
        {
            let what = format!("is {value}, and what the module says asks for \"{due}\"");
            found.push(Difference::new(name, what));
        }
    }
}
