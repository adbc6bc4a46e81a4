//! Files that are no templates, or templates of somebody who means harm: refused quickly, in words.

use eksnet::read::{self, Reading};
use eksnet::render::{Format, Known};
use serde_json::Value;

use super::support::examples;
use super::support::rng::Rng;

fn both(text: &str) -> [Reading; 2] {
    [
        read::cloudformation(text),
        read::terraform([("main.tf.json", text)]),
    ]
}

/// Whether a reading has a problem that begins so.
fn said(reading: &Reading, begins: &str) -> bool {
    let mut problems = reading.problems.iter();
    problems.any(|problem| problem.to_string().starts_with(begins))
}

#[test]
fn what_is_no_template_is_refused() {
    for (text, why) in [
        ("", "is no JSON: EOF"),
        ("{", "is no JSON: EOF"),
        ("[]", "is a list"),
        ("null", "is null"),
        ("7", "is a number"),
        ("\"text\"", "is text"),
        ("{\"a\": 1, \"a\": 1}", "is no JSON: `a` is given twice"),
        ("\u{feff}{}", "is no JSON: expected value"),
        ("{\"a\": 1e999}", "is no JSON: number out of range"),
        (
            "{\"a\": 9223372036854775808}",
            "is no JSON: a number is too large",
        ),
    ] {
        let [template, module] = both(text);
        for (reading, place) in [(template, "the template"), (module, "main.tf.json")] {
            let problem = format!("{place}: {why}");
            assert!(
                said(&reading, &problem),
                "{problem}\n{:#?}",
                reading.problems
            );
            assert!(reading.resources.is_empty() && reading.outputs.is_empty());
        }
    }
}

#[test]
fn what_is_in_the_wrong_place_is_named() {
    for (text, problem) in [
        (
            "{\"Resources\": []}",
            "Resources: is a list and not an object",
        ),
        ("{\"Resources\": {\"Vpc\": 3}}", "Vpc.Type: is no type"),
        (
            "{\"Resources\": {\"Vpc\": {\"Type\": \"AWS::EC2::VPC\", \"Properties\": []}}}",
            "Vpc.Properties: is a list and not an object",
        ),
        (
            "{\"Outputs\": {\"VpcId\": {\"Value\": {\"Fn::Sub\": \"${\"}}}}",
            "Outputs.VpcId.Value: `Fn::Sub` without an end",
        ),
        (
            "{\"Outputs\": {\"VpcId\": {\"Value\": {\"Fn::Select\": [-1, []]}}}}",
            "Outputs.VpcId.Value: `Fn::Select` of a list",
        ),
    ] {
        let reading = read::cloudformation(text);
        assert!(
            said(&reading, problem),
            "{problem}\n{:#?}",
            reading.problems
        );
    }
    for (text, problem) in [
        (
            "{\"resource\": 3}",
            "resource: is a number and not an object",
        ),
        (
            "{\"resource\": {\"aws_vpc\": {\"main\": {\"cidr_block\": \"${\"}}}}",
            "aws_vpc.main.cidr_block: an expression without an end",
        ),
        (
            "{\"resource\": {\"aws_vpc\": {\"main\": {\"cidr_block\": \"${a.b.c.d}\"}}}}",
            "aws_vpc.main.cidr_block: `a.b`, which is not in the module",
        ),
        (
            "{\"output\": {\"vpc_id\": {\"value\": \"%{if}\"}}}",
            "output.vpc_id.value: a directive",
        ),
    ] {
        let reading = read::terraform([("main.tf.json", text)]);
        assert!(
            said(&reading, problem),
            "{problem}\n{:#?}",
            reading.problems
        );
    }
}

#[test]
fn names_given_twice_are_a_problem() {
    let text = r#"{"Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Type": "AWS::EC2::VPC"}}}"#;
    let problems = read::cloudformation(text).problems;
    let said = problems
        .iter()
        .any(|p| p.what.contains("`Type` is given twice"));
    assert!(said, "{problems:?}");
}

#[test]
fn brackets_without_end_are_not_even_parsed() {
    for text in ["[".repeat(100_000_000), "{\"a\":".repeat(20_000_000)] {
        for reading in both(&text) {
            assert!(
                reading.problems[0].what.contains("bytes"),
                "{:?}",
                reading.problems
            );
        }
    }
    // Below the limit of bytes the parser stops at the first of too many levels.
    for text in ["[".repeat(10_000_000), "{\"a\":".repeat(2_000_000)] {
        for reading in both(&text) {
            assert!(
                reading.problems[0].what.contains("recursion"),
                "{:?}",
                reading.problems
            );
        }
    }
}

/// Functions in functions, as deep as JSON may go and deeper, and a policy that is nothing but brackets.
#[test]
fn deep_functions_end() {
    for (depth, begins) in [
        (40, "Resources: is missing"),
        (120, "the template: is no JSON: recursion"),
    ] {
        let mut text = String::from("\"x\"");
        for _ in 0..depth {
            text = format!("{{\"Fn::Join\": [\"\", [{text}]]}}");
        }
        let template = format!("{{\"Outputs\": {{\"VpcId\": {{\"Value\": {text}}}}}}}");
        let reading = read::cloudformation(&template);
        assert!(said(&reading, begins), "{:#?}", reading.problems);
        let value = reading.outputs.get("VpcId").map(|output| &output.value);
        assert_eq!(value, (depth == 40).then_some(&"x".into()));
    }
    let mut module = String::from("{\"resource\": {\"aws_kms_key\": {\"main\": {\"policy\": \"");
    module.push_str(&"[".repeat(1_000_000));
    module.push_str("\"}}}}");
    let reading = read::terraform([("main.tf.json", module.as_str())]);
    let key = reading.resources.values().next().expect("the key");
    assert!(matches!(key.fields["policy"], read::Value::Unknown(_)));
    assert!(said(
        &reading,
        "aws_kms_key.main.policy: is no JSON: recursion"
    ));
}

/// Letters of a template put elsewhere, cut off and changed: what is no JSON any more is said to be none, what says the same
/// is no difference, and everything else is one.
#[test]
fn broken_templates_are_told_from_whole_ones() {
    let (_, synthesis) = examples::all().next().expect("an example");
    let module = synthesis.document(Format::Terraform, &Known::nothing());
    let module = module.expect("every stack has a module").text;
    let mut rng = Rng::new(11);
    let (mut broken, mut same, mut other) = (0, 0, 0);
    for (engine, text) in [synthesis.cloudformation(), module].into_iter().enumerate() {
        let whole: Value = serde_json::from_str(&text).expect("JSON");
        let letters: Vec<char> = text.chars().collect();
        for _ in 0..150 {
            let mut letters = letters.clone();
            // One change often leaves JSON behind, many hardly ever do.
            for _ in 0..*rng.pick(&[1, 1, 1, 5, 20]) {
                let (a, b) = (rng.below(letters.len()), rng.below(letters.len()));
                match rng.below(3) {
                    0 => letters.swap(a, b),
                    1 => {
                        letters[a] =
                            *rng.pick(&['$', '{', '}', '"', '[', ':', '0', ' ', '\u{fdd0}']);
                    }
                    _ => letters.truncate(a.max(letters.len() / 2)),
                }
            }
            let text: String = letters.into_iter().collect();
            let readings = both(&text);
            let reading = &readings[engine];
            let model = read::model(synthesis.graph(), reading.engine);
            let differences = read::compare(&model, reading);
            match serde_json::from_str::<Value>(&text) {
                Err(_) => {
                    broken += 1;
                    assert!(
                        differences[0].what.starts_with("is no JSON"),
                        "{differences:?}"
                    );
                }
                Ok(value) if value == whole => {
                    same += 1;
                    assert!(differences.is_empty(), "{differences:?}");
                }
                Ok(_) => {
                    other += 1;
                    assert!(!differences.is_empty(), "{text}");
                }
            }
        }
    }
    assert!(
        broken > 50 && same > 5 && other > 30,
        "{broken}, {same}, {other}"
    );
}

/// A long name in front of many problems, or many problems: what is told of a file is no multiple of it.
#[test]
fn problems_do_not_fill_the_memory() {
    let long = "x".repeat(100_000);
    let members: Vec<String> = (0..20_000).map(|i| format!("\"m{i}\": 7")).collect();
    let members = members.join(", ");
    let waits = vec!["\"nothing\""; 50_000].join(", ");
    let vpc = format!(
        "{{\"Type\": \"AWS::EC2::VPC\", \"Properties\": {{{members}}}, \"DependsOn\": [{waits}]}}"
    );
    let body = format!("{{{members}, \"depends_on\": [{waits}]}}");
    for name in ["Vpc", long.as_str()] {
        let template = format!(
            "{{\"Resources\": {{\"{name}\": {vpc}}}, \"Outputs\": {{\"{name}\": {{{members}}}}}}}"
        );
        let module = format!(
            "{{\"resource\": {{\"aws_vpc\": {{\"{name}\": {body}}}}}, \"output\": {{\"{name}\": {{{members}}}}}}}"
        );
        let [one, _] = both(&template);
        let [_, other] = both(&module);
        for reading in [one, other] {
            let told: usize = reading.problems.iter().map(|p| p.to_string().len()).sum();
            assert!((100..1_000_000).contains(&told), "{told} bytes are told");
            let last = &reading.problems[reading.problems.len() - 1];
            let long_name = reading
                .problems
                .iter()
                .any(|p| p.what.starts_with("is a name of 100000 bytes"));
            assert!(long_name || last.what.starts_with("more"), "{last}");
        }
    }
}
