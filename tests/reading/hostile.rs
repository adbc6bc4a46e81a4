//! Files that are no templates, or templates of somebody who means harm: refused quickly, in words.

use std::fmt::Write;
use std::time::{Duration, Instant};

use eksnet::read::{self, Reading};

use super::support::examples;
use super::support::rng::Rng;

fn both(text: &str) -> [Reading; 2] {
    [
        read::cloudformation(text),
        read::terraform([("main.tf.json", text)]),
    ]
}

#[test]
fn what_is_no_template_is_refused() {
    for text in [
        "",
        "{",
        "[]",
        "null",
        "7",
        "\"text\"",
        "{\"Resources\": []}",
        "{\"resource\": 3}",
        "{\"Resources\": {\"Vpc\": 3}}",
        "{\"Resources\": {\"Vpc\": {\"Type\": \"AWS::EC2::VPC\", \"Properties\": []}}}",
        "{\"resource\": {\"aws_vpc\": {\"main\": {\"cidr_block\": \"${\"}}}}",
        "{\"resource\": {\"aws_vpc\": {\"main\": {\"cidr_block\": \"${a.b.c.d}\"}}}}",
        "{\"output\": {\"vpc_id\": {\"value\": \"%{if}\"}}}",
        "{\"Outputs\": {\"VpcId\": {\"Value\": {\"Fn::Sub\": \"${\"}}}}",
        "{\"Outputs\": {\"VpcId\": {\"Value\": {\"Fn::Select\": [-1, []]}}}}",
        "{\"a\": 1, \"a\": 1}",
        "\u{feff}{}",
        "{\"a\": 1e999}",
        "{\"a\": 99999999999999999999}",
    ] {
        for reading in both(text) {
            let (_, synthesis) = examples::all().next().expect("an example");
            let model = read::model(synthesis.graph(), reading.engine);
            assert!(!read::compare(&model, &reading).is_empty(), "{text}");
        }
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
fn brackets_without_end_are_refused_quickly() {
    let limit = Duration::from_secs(5);
    let start = Instant::now();
    for text in ["[".repeat(100_000_000), "{\"a\":".repeat(20_000_000)] {
        for reading in both(&text) {
            assert!(
                reading.problems[0].what.contains("bytes"),
                "{:?}",
                reading.problems
            );
        }
    }
    // Below the limit of bytes the nesting is refused.
    for text in ["[".repeat(10_000_000), "{\"a\":".repeat(2_000_000)] {
        for reading in both(&text) {
            assert!(
                reading.problems[0].what.contains("recursion"),
                "{:?}",
                reading.problems
            );
        }
    }
    assert!(start.elapsed() < limit, "{:?}", start.elapsed());
}

/// Functions in functions, as deep as JSON may go, and a policy that is nothing but brackets.
#[test]
fn deep_functions_end() {
    let mut text = String::from("\"x\"");
    for _ in 0..120 {
        text = format!("{{\"Fn::Join\": [\"\", [{text}]]}}");
    }
    let template = format!("{{\"Outputs\": {{\"VpcId\": {{\"Value\": {text}}}}}}}");
    assert!(!read::cloudformation(&template).problems.is_empty());
    let mut module = String::from("{\"resource\": {\"aws_kms_key\": {\"main\": {\"policy\": \"");
    module.push_str(&"[".repeat(1_000_000));
    module.push_str("\"}}}}");
    let reading = read::terraform([("main.tf.json", module.as_str())]);
    let key = reading.resources.values().next().expect("the key");
    assert!(matches!(key.fields["policy"], read::Value::Unknown(_)));
}

/// Bytes of a template put elsewhere, cut off and changed.
#[test]
fn broken_templates_never_panic() {
    let (_, synthesis) = examples::all().next().expect("an example");
    let texts = [synthesis.cloudformation(), synthesis.terraform().main];
    let mut rng = Rng::new(11);
    for text in texts {
        let letters: Vec<char> = text.chars().collect();
        for _ in 0..60 {
            let mut letters = letters.clone();
            for _ in 0..rng.between(1, 20) {
                let (a, b) = (rng.below(letters.len()), rng.below(letters.len()));
                match rng.below(3) {
                    0 => letters.swap(a, b),
                    1 => letters[a] = *rng.pick(&['$', '{', '}', '"', '[', ':', '0', '\u{fdd0}']),
                    _ => letters.truncate(a.max(letters.len() / 2)),
                }
            }
            let broken: String = letters.into_iter().collect();
            let mut problems = String::new();
            for reading in both(&broken) {
                for problem in reading.problems {
                    let _ = writeln!(problems, "{problem}");
                }
            }
            assert!(!problems.is_empty());
        }
    }
}
