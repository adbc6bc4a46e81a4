//! Plans and states of Terraform, as `terraform show -json` printed them, against what the modules say that they are of.
#![cfg(feature = "spec")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

#[path = "terraform_shown/hostile.rs"]
mod hostile;
mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use eksnet::diagnostic::{Sources, concise};
use eksnet::read::foreign::{Template, terraform};
use eksnet::read::{self, Reading, Value};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terraform")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).expect(name)
}

fn shown(name: &str) -> Template {
    let mut sources = Sources::new();
    match terraform(name, &text(name), &mut sources) {
        Ok(template) => template,
        Err(findings) => panic!("{name}: {}", concise(&findings, &sources)),
    }
}

/// What the module of an example says.
fn module(example: &str) -> Reading {
    let synthesis = support::examples::all()
        .find(|(name, _)| name == example)
        .expect(example)
        .1;
    read::terraform(synthesis.terraform().named())
}

/// What the reader of modules puts into a whole from the parts that Terraform makes of it.
const FROM_PARTS: &[&str] = &["managed", "inline", "policies"];

/// Whether two values are the same, but for the order of what Terraform keeps as a set, and the account that is known.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) => {
            let mut rest: Vec<_> = other.iter().collect();
            one.iter().all(|one| {
                let found = rest.iter().position(|other| alike(one, other));
                found.map(|index| rest.swap_remove(index)).is_some()
            }) && rest.is_empty()
        }
        (Value::Map(one), Value::Map(other)) => {
            one.len() <= other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|other| alike(value, other)))
        }
        (Value::Text(_), Value::Text(_)) => {
            one.to_string().replace("<account>", "123456789012")
                == other.to_string().replace("<account>", "123456789012")
        }
        _ => one == other,
    }
}

/// What a module says and a plan or state of it does not, a line each.
fn missing(module: &Reading, shown: &Reading) -> Vec<String> {
    let mut missing = Vec::new();
    for (key, item) in &module.resources {
        let Some(other) = shown.resources.get(key) else {
            missing.push(format!("{key} is not there"));
            continue;
        };
        for (field, value) in &item.fields {
            if FROM_PARTS.contains(&field.as_str()) {
                continue;
            }
            match other.fields.get(field) {
                Some(other) if alike(value, other) => {}
                other => {
                    let other = other.map_or_else(|| "nothing".to_owned(), Value::to_string);
                    missing.push(format!("{key}.{field}: {value}, shown {other}"));
                }
            }
        }
    }
    missing
}

/// References, ids that AWS will make up, and policies come out of a plan as they stand in the module, before the apply and
/// after it; nothing is there that the module does not have.
#[test]
fn plans_say_what_their_modules_say() {
    for (example, name) in [
        ("network-only.yaml", "network-only"),
        ("production.yaml", "production"),
    ] {
        let module = module(example);
        for kind in ["plan", "again"] {
            let plan = shown(&format!("{name}.{kind}.json")).reading();
            let mut missing = missing(&module, &plan);
            // The provider takes `https://` away from it, so that it is no longer what the module says.
            missing.retain(|line| kind == "plan" || !line.contains(" OidcIssuer>"));
            assert_eq!(missing, [""; 0], "{name}.{kind}");
            assert_eq!(plan.problems, [], "{name}.{kind}");
            for (key, item) in &module.resources {
                for field in plan.resources[key].fields.keys() {
                    assert!(
                        item.fields.contains_key(field),
                        "{name}.{kind}: {key}.{field}"
                    );
                }
            }
            for (output, said) in &module.outputs {
                assert_eq!(
                    &plan.outputs[output].value, &said.value,
                    "{name}.{kind}: {output}"
                );
            }
        }
    }
}

/// A state has everything under the ids that AWS gave. What is no id, and no ARN, is not taken for a reference.
#[test]
fn states_say_what_their_modules_say() {
    for (example, name) in [
        ("network-only.yaml", "network-only"),
        ("production.yaml", "production"),
    ] {
        let state = shown(&format!("{name}.state.json")).reading();
        let mut missing = missing(&module(example), &state);
        let told =
            |line: &String| line.contains(" LatestVersion>") || line.contains(" OidcIssuer>");
        missing.retain(|line| !told(line));
        assert_eq!(missing, [""; 0], "{name}");
    }
}

#[test]
fn modules_by_hand() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/terraform_shown");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for kind in ["plan", "again", "state"] {
            let template = shown(&format!("modules.{kind}.json"));
            let mut tables = String::new();
            let reading = template.reading();
            for (key, item) in &reading.resources {
                for (field, value) in &item.fields {
                    writeln!(tables, "{key} {field} = {value}").expect("text");
                }
            }
            for problem in &reading.problems {
                writeln!(tables, "not in a table: {problem}").expect("text");
            }
            insta::assert_snapshot!(kind, format!("{template}\n--- by the tables\n{tables}"));
        }
    });
}

/// Secrets come out nowhere, wherever a provider copies them to, and what a plan puts off is told.
#[test]
fn secrets_are_kept_and_gaps_are_told() {
    for kind in ["plan", "again", "state"] {
        let template = shown(&format!("modules.{kind}.json"));
        assert!(!format!("{template:?}").contains("correct-horse"), "{kind}");
    }
    let text = r#"{ "format_version": "1.2", "complete": false,
      "deferred_changes": [{ "reason": "x", "resource_change": { "address": "aws_vpc.later" } }],
      "planned_values": { "root_module": { "resources": [
        { "address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a", "values": { "cidr_block": "10.0.0.0/16" },
          "sensitive_values": true }] } } }"#;
    let template = terraform("p.json", text, &mut Sources::new()).expect("a plan");
    let cidr = template.resources["aws_vpc.a"].properties["cidr_block"].to_string();
    assert_eq!(cidr, "unknown (aws_vpc.a.cidr_block: it is sensitive)");
    let passed: Vec<_> = template.passed_over.iter().map(String::as_str).collect();
    let gap = "what a further plan says, since this one is not complete";
    assert_eq!(passed, ["aws_vpc.later (deferred)", gap]);
}

/// What is ignored, or written otherwise by the provider, is as it is and not as it is written.
#[test]
fn what_is_planned_counts() {
    let text = r#"{ "format_version": "1.2",
      "planned_values": { "root_module": { "resources": [
        { "address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a", "values": { "id": "vpc-1", "cidr_block": "10.0.0.0/16" } },
        { "address": "aws_subnet.b", "mode": "managed", "type": "aws_subnet", "name": "b",
          "values": { "vpc_id": "vpc-2", "cidr_block": "10.0.0.0/16", "outpost_arn": "vpc-1", "availability_zone_id": "use1-az1" } }] } },
      "configuration": { "root_module": { "resources": [
        { "address": "aws_vpc.a", "expressions": { "cidr_block": {} } },
        { "address": "aws_subnet.b", "expressions": {
          "vpc_id": { "constant_value": "${aws_vpc.a.id}", "references": ["aws_vpc.a.id", "aws_vpc.a"] },
          "cidr_block": { "references": ["aws_vpc.a.cidr_block", "aws_vpc.a"] },
          "outpost_arn": { "references": ["aws_vpc.a.id", "aws_vpc.a"] } } }] } } }"#;
    let template = terraform("p.json", text, &mut Sources::new()).expect("a plan");
    let subnet = &template.resources["aws_subnet.b"];
    assert_eq!(subnet.properties["vpc_id"], "vpc-2".into());
    assert_eq!(subnet.properties["cidr_block"], "10.0.0.0/16".into());
    assert_eq!(
        subnet.properties["outpost_arn"].to_string(),
        "\"<aws_vpc.a.id>\""
    );
    assert_eq!(
        template.told(&subnet.properties["outpost_arn"]).as_deref(),
        Some("vpc-1")
    );
    let computed: Vec<_> = subnet.computed.iter().flatten().collect();
    assert_eq!(computed, ["availability_zone_id"]);
}
