//! Every template says what its model says, read by what the engine's documentation says it means.
//!
//! `EKSNET_CASES=full` tries 25,000 models, of which more than twenty thousand are accepted; `EKSNET_CASES=N` of the first N.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that stops is a test that fails, and it tells how much it has seen"
)]

#[path = "reading/differences.rs"]
mod differences;
#[path = "reading/hostile.rs"]
mod hostile;
#[path = "reading/mutations.rs"]
mod mutations;
#[path = "reading/strict.rs"]
mod strict;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use eksnet::Synthesis;
use eksnet::plan::Ledger;
use eksnet::read::{self, Difference, Reading};
use eksnet::render::Format;

use support::rng::Rng;
use support::{cases, examples, features, generate, run};

fn lines(differences: &[Difference]) -> String {
    let lines = differences
        .iter()
        .map(|difference| format!("{difference}\n"));
    lines.collect()
}

/// What a stack's templates say, in both engines.
fn readings(synthesis: &Synthesis) -> [Reading; 2] {
    let files = synthesis.terraform();
    [
        read::cloudformation(&synthesis.cloudformation()),
        read::terraform(files.named()),
    ]
}

fn assert_read_back(name: &str, synthesis: &Synthesis) {
    let readings = readings(synthesis);
    for reading in &readings {
        let model = read::model(synthesis.graph(), reading.engine);
        let differences = read::compare(&model, reading);
        let engine = reading.engine.as_str();
        assert!(
            differences.is_empty(),
            "{name} in {engine}:\n{}",
            lines(&differences)
        );
    }
    let [cloudformation, terraform] = &readings;
    let differences = read::siblings(cloudformation, terraform);
    assert!(
        differences.is_empty(),
        "{name} in both:\n{}",
        lines(&differences)
    );
}

#[test]
fn examples_say_what_their_models_say() {
    let mut resources = 0;
    for (name, synthesis) in examples::all() {
        assert_read_back(&name, &synthesis);
        resources += synthesis.graph().entries.len();
        let document = synthesis.document(Format::Terraform, &eksnet::render::Known::nothing());
        let document = document.expect("every stack has a module").text;
        let whole = synthesis.read_back(Format::Terraform, [("main.tf.json", document.as_str())]);
        assert_eq!(whole, Ok(()), "{name}");
    }
    assert!(resources > 1_000, "{resources} resources");
}

/// Any network, or now and then what the guides speak of, put together by chance.
fn spec(seed: u64) -> serde_json::Value {
    if seed.is_multiple_of(4) {
        let mut rng = Rng::new(seed);
        let chosen = features::some(&mut rng);
        return features::spec(&format!("mix-{seed}"), &chosen, &mut rng);
    }
    generate::spec(seed)
}

#[test]
fn random_models_are_read_back() {
    let count = cases(300, 25_000);
    let (next, accepted) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= count {
                return;
            }
            // The properties of models have the first numbers.
            let seed = 1_000_000 + seed as u64;
            if let Ok(synthesis) = run::value(&spec(seed), &Ledger::new()) {
                accepted.fetch_add(1, Ordering::Relaxed);
                assert_read_back(&format!("model {seed}"), &synthesis);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let accepted = accepted.into_inner();
    println!("{accepted} of {count} models were accepted and read back");
    // Of all cases more than twenty thousand.
    assert!(accepted * 5 > count * 4, "{accepted} of {count} accepted");
}

/// What a security group does not say in CloudFormation opens it, and Terraform's provider closes it.
#[test]
fn groups_that_aws_opens_are_found_beside_the_other_engine() {
    let (_, synthesis) = examples::all().next().expect("an example");
    let [_, terraform] = readings(&synthesis);
    let mut template: serde_json::Value =
        serde_json::from_str(&synthesis.cloudformation()).expect("JSON");
    let resources = template["Resources"].as_object_mut().expect("resources");
    let group = resources
        .values_mut()
        .find(|resource| resource["Type"] == "AWS::EC2::SecurityGroup")
        .expect("a security group");
    let properties = group["Properties"].as_object_mut().expect("properties");
    properties.remove("SecurityGroupEgress");
    let cloudformation = read::cloudformation(&template.to_string());
    let differences = lines(&read::siblings(&cloudformation, &terraform));
    assert!(differences.contains("allows everything"), "{differences}");
}

/// The other way of writing what the renderer writes: the reader knows the engine, not the renderer.
#[test]
fn other_words_for_the_same_are_read_alike() {
    let (_, synthesis) = examples::all().next().expect("an example");
    let mut template: serde_json::Value =
        serde_json::from_str(&synthesis.cloudformation()).expect("JSON");
    let before = template.clone();
    in_other_words(&mut template["Resources"]);
    in_other_words(&mut template["Outputs"]);
    assert_ne!(template, before);
    let reading = read::cloudformation(&template.to_string());
    let model = read::model(synthesis.graph(), reading.engine);
    assert_eq!(lines(&read::compare(&model, &reading)), "");
    let module = synthesis.terraform();
    let main: serde_json::Value = serde_json::from_str(&module.main).expect("JSON");
    let mut listed = main.clone();
    let clusters = listed["resource"]["aws_eks_cluster"]
        .as_object_mut()
        .expect("a cluster");
    for cluster in clusters.values_mut() {
        let block = cluster["vpc_config"].take();
        cluster["vpc_config"] = serde_json::json!([block]);
    }
    assert_ne!(listed, main);
    let files = [
        ("main.tf.json", listed.to_string()),
        ("outputs.tf.json", module.outputs.clone()),
        ("versions.tf.json", module.versions.clone()),
    ];
    let reading = read::terraform(files.iter().map(|(name, text)| (*name, text.as_str())));
    let model = read::model(synthesis.graph(), reading.engine);
    assert_eq!(lines(&read::compare(&model, &reading)), "");
}

/// Writes `Ref` as `Fn::Sub`, and the pair of `Fn::GetAtt` with a dot.
fn in_other_words(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            if let Some(id) = members.remove("Ref") {
                let text = format!("${{{}}}", id.as_str().expect("an id"));
                members.insert("Fn::Sub".to_owned(), text.into());
            } else if let Some(pair) = members.get_mut("Fn::GetAtt") {
                let parts = pair.as_array().expect("a pair").iter();
                let parts: Vec<&str> = parts.filter_map(serde_json::Value::as_str).collect();
                *pair = parts.join(".").into();
            } else {
                members.values_mut().for_each(in_other_words);
            }
        }
        serde_json::Value::Array(elements) => elements.iter_mut().for_each(in_other_words),
        _ => {}
    }
}

/// What begins a template in Terraform and a function in CloudFormation is text where the user wrote it.
#[test]
fn text_of_users_comes_back_as_it_was() {
    let texts = [
        "${a}",
        "$${a}",
        "$$${",
        "%{if}",
        "%%{",
        "$",
        "%",
        "${",
        "}",
        "$$",
        "{\"Ref\": \"Vpc\"}",
        "\u{e000} \\ \"",
        "AWS::AccountId",
    ];
    for (number, text) in texts.into_iter().enumerate() {
        let spec = serde_json::json!({
            "stack": format!("text-{number}"),
            "region": "us-east-1",
            "tags": { "said": text },
            "network": { "cidr": "10.40.0.0/16" },
        });
        let Ok(synthesis) = run::value(&spec, &Ledger::new()) else {
            panic!("{text} is a tag's value");
        };
        assert_read_back(text, &synthesis);
        let [cloudformation, terraform] = readings(&synthesis);
        for reading in [cloudformation, terraform] {
            let vpc = reading.resources.iter().find(|(key, _)| key.kind == "Vpc");
            let (_, vpc) = vpc.expect("a VPC");
            let read::Value::Map(tags) = &vpc.fields["tags"] else {
                panic!("tags are a map");
            };
            assert_eq!(tags["said"], text.into(), "{}", reading.engine.as_str());
        }
    }
}
