//! Documents that are made to take for ever, to fill the memory, or to be taken for what they are not.

use std::fmt::Write as _;

use eksnet::diagnostic::{Sources, Style, concise, full};
use eksnet::read::foreign::{Template, terraform};

use super::support::rng::Rng;
use super::{folder, text};

/// Reads a text and shows all that came of it.
fn survive(text: &str) -> Result<Template, String> {
    let mut sources = Sources::new();
    match terraform("hostile.json", text, &mut sources) {
        Ok(template) => {
            let reading = template.reading();
            assert!(reading.resources.len() <= template.resources.len());
            assert!(!template.to_string().is_empty() || template.resources.is_empty());
            Ok(template)
        }
        Err(findings) => {
            assert!(findings.has_errors());
            full(&findings, &sources, Style::Plain);
            Err(concise(&findings, &sources))
        }
    }
}

fn refused(text: &str) -> String {
    survive(text).expect_err("a refusal")
}

#[test]
fn what_is_no_plan_is_refused() {
    for (text, words) in [
        ("", "is no JSON"),
        ("[1]", "neither a plan nor a state"),
        ("{}", "neither a plan nor a state"),
        (r#"{ "format_version": 1 }"#, "neither a plan nor a state"),
        (r#"{ "format_version": "2.0" }"#, "the version 2.0"),
        (r#"{ "format_version": "0.2" }"#, "the version 0.2"),
        (
            r#"{ "format_version": "1.2", "errored": true }"#,
            "the plan failed",
        ),
        (
            r#"{ "serial": 1, "lineage": "x" }"#,
            "and not what it shows of it",
        ),
        (
            r#"{ "format_version": "1.0", "values": { "root_module": { "resources": [{}] } } }"#,
            "a resource of the root module has no address",
        ),
        (
            r#"{ "format_version": "1.0", "values": { "root_module": { "child_modules": [{ "address": "other" }] } } }"#,
            "has no address",
        ),
        (
            r#"{ "format_version": "1.0", "values": { "root_module": { "resources": [
              { "address": "a.b", "type": "a", "name": "b" }, { "address": "a.b", "type": "a", "name": "b" }] } } }"#,
            "`a.b` is there twice",
        ),
        (
            r#"{ "format_version": "1.0", "format_version": "1.0" }"#,
            "given twice",
        ),
    ] {
        let said = refused(text);
        assert!(said.contains(words), "{text}: {said}");
    }
    assert!(survive(r#"{ "format_version": "1.0" }"#).is_ok_and(|t| t.resources.is_empty()));
}

#[test]
fn brackets_are_refused() {
    assert!(refused(&"[".repeat(100 << 20)).contains("larger than 16 MiB"));
    for open in [
        "[",
        r#"{"format_version":"#,
        r#"{"values":{"root_module":{"child_modules":["#,
    ] {
        assert!(refused(&open.repeat((15 << 20) / open.len())).contains("recursion limit"));
    }
}

/// A plan with one resource, whose only argument is made of the given references.
fn plan(config: &str, modules: &str) -> String {
    format!(
        r#"{{ "format_version": "1.2",
  "planned_values": {{ "root_module": {{ "resources": [
    {{ "address": "aws_subnet.a", "mode": "managed", "type": "aws_subnet", "name": "a", "values": {{}} }}],
    "child_modules": [{modules}] }} }},
  "resource_changes": [{{ "address": "aws_subnet.a", "change": {{ "after": {{}}, "after_unknown": {{ "vpc_id": true }} }} }}],
  "configuration": {{ "root_module": {config} }} }}"#
    )
}

/// Variables and outputs that lead to each other, and a reference to oneself.
#[test]
fn circles_come_to_an_end() {
    let circle = r#"{ "resources": [{ "address": "aws_subnet.a", "expressions": { "vpc_id": { "references": ["module.m.out"] } } }],
      "module_calls": { "m": { "expressions": { "in": { "references": ["module.m.out"] } }, "module": {
        "outputs": { "out": { "expression": { "references": ["var.in"] } } } } } } }"#;
    let template = survive(&plan(circle, r#"{ "address": "module.m" }"#)).expect("a plan");
    let vpc = template.resources["aws_subnet.a"].properties["vpc_id"].to_string();
    assert_eq!(
        vpc,
        "unknown (aws_subnet.a.vpc_id: it is known after the apply)"
    );
    let own = r#"{ "resources": [{ "address": "aws_subnet.a", "expressions": {
      "vpc_id": { "constant_value": "${aws_subnet.a.vpc_id}", "references": ["aws_subnet.a.vpc_id"] } } }] }"#;
    let template = survive(&plan(own, "")).expect("a plan");
    let subnet = &template.resources["aws_subnet.a"];
    assert_eq!(
        subnet.properties["vpc_id"].to_string(),
        "\"<aws_subnet.a.vpc_id>\""
    );
    assert_eq!(template.told(&subnet.properties["vpc_id"]), None);
}

/// Modules each of whose outputs is made of all outputs of the next, and very many arguments made of them.
#[test]
fn what_doubles_is_refused() {
    let mut outputs = String::new();
    let mut references = String::new();
    for number in 0..2000 {
        let comma = if number == 0 { "" } else { "," };
        write!(outputs, r#"{comma}"o{number}": {{ "expression": {{ "references": ["aws_vpc.x{number}.id"] }} }}"#).expect("text");
        write!(references, r#"{comma}"module.m.o{number}""#).expect("text");
    }
    let (mut expressions, mut unknown) = (String::new(), String::new());
    for number in 0..2000 {
        let comma = if number == 0 { "" } else { "," };
        write!(
            expressions,
            r#"{comma}"a{number}": {{ "references": ["var.all"] }}"#
        )
        .expect("text");
        write!(unknown, r#"{comma}"a{number}": true"#).expect("text");
    }
    let text = format!(
        r#"{{ "format_version": "1.2",
  "planned_values": {{ "root_module": {{ "child_modules": [{{ "address": "module.m" }}, {{ "address": "module.n", "resources": [
    {{ "address": "module.n.aws_subnet.a", "mode": "managed", "type": "aws_subnet", "name": "a", "values": {{}} }}] }}] }} }},
  "resource_changes": [{{ "address": "module.n.aws_subnet.a", "change": {{ "after": {{}}, "after_unknown": {{ {unknown} }} }} }}],
  "configuration": {{ "root_module": {{ "module_calls": {{
    "m": {{ "module": {{ "outputs": {{ {outputs} }} }} }},
    "n": {{ "expressions": {{ "all": {{ "references": [{references}] }} }}, "module": {{ "resources": [
      {{ "address": "aws_subnet.a", "expressions": {{ {expressions} }} }}] }} }} }} }} }} }}"#
    );
    assert!(refused(&text).contains("SPEC007"));
}

/// As many instances, modules and members as fit into a file.
#[test]
fn what_is_wide_comes_to_an_end() {
    let mut resources = String::new();
    for number in 0..10_000 {
        let comma = if number == 0 { "" } else { "," };
        write!(resources, r#"{comma}{{"address":"a.b[{number}]","mode":"managed","type":"a","name":"b","index":{number},"values":{{"id":"same"}},"depends_on":["a.c"]}}"#).expect("text");
    }
    let state = format!(
        r#"{{"format_version":"1.0","values":{{"root_module":{{"resources":[{resources}]}}}}}}"#
    );
    assert_eq!(survive(&state).expect("a state").resources.len(), 10_000);
    // Each depends on all, and each has the id of all.
    let said = refused(&state.replace("a.c", "a.b"));
    assert!(said.contains("SPEC007"), "{said}");

    let mut members = String::new();
    for number in 0..50_000 {
        let comma = if number == 0 { "" } else { "," };
        write!(members, r#"{comma}"m{number}":{number}"#).expect("text");
    }
    let state = format!(
        r#"{{"format_version":"1.0","values":{{"root_module":{{"resources":[{{"address":"a.b","mode":"managed","type":"a","name":"b","values":{{{members}}},"sensitive_values":{{{members}}}}}]}}}}}}"#
    );
    let state = survive(&state).expect("a state");
    assert_eq!(state.resources["a.b"].properties.len(), 50_000);
}

/// Documents with pieces missing, doubled and moved.
#[test]
fn damaged_documents_are_survived() {
    let mut rng = Rng::new(7);
    assert!(folder().is_dir());
    for name in ["modules.plan.json", "modules.state.json"] {
        let text = text(name);
        let words: Vec<&str> = text.split_inclusive([',', '{', '[', ':']).collect();
        for _ in 0..150 {
            let mut words = words.clone();
            for _ in 0..=rng.below(3) {
                let (from, to) = (rng.below(words.len()), rng.below(words.len()));
                match rng.below(3) {
                    0 => {
                        words.remove(from);
                    }
                    1 => words.swap(from, to),
                    _ => words[to] = words[from],
                }
            }
            let _ = survive(&words.concat());
        }
    }
}
