//! Templates on disk are read back, and both engines' compared.

use crate::place::{Place, SMALL};

/// A directory with a stack's templates for both engines.
fn rendered() -> Place {
    let place = Place::new();
    place.write("prod.yaml", SMALL.replace("small", "prod"));
    let output = place.run("synth prod.yaml --out out");
    assert_eq!(output.status.code(), Some(0));
    place
}

#[test]
fn what_synth_wrote_says_the_same() {
    let place = rendered();
    let said = place.said("verify out");
    assert!(said.contains("both engines say the same"), "{said}");
    // In directories of their own, under other names.
    for command in [
        "synth prod.yaml --out a --format cloudformation",
        "synth prod.yaml --out b --format terraform",
        "verify a b",
    ] {
        assert_eq!(place.run(command).status.code(), Some(0), "{command}");
    }
    std::fs::rename(place.at("b/prod"), place.at("b/other")).unwrap();
    let said = place.said("verify a b/other");
    assert!(said.contains("both engines say the same"), "{said}");
    let said = place.said("verify a");
    assert!(said.contains("CloudFormation alone"), "{said}");
}

#[test]
fn a_change_in_one_engine_is_found_by_its_path() {
    let place = rendered();
    let template = place.read("out/prod.template.json");
    let changed = template.replace("\"RetentionInDays\": ", "\"RetentionInDays\": 1");
    assert_ne!(template, changed);
    place.write("out/prod.template.json", changed);
    let output = place.run("verify out");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("prod: LogGroup."), "{said}");
    assert!(said.contains(".retention: CloudFormation says 1"), "{said}");
}

#[test]
fn what_no_model_says_is_named_with_its_file() {
    let place = rendered();
    let module = place.read("out/prod/main.tf.json");
    let changed = module.replacen("\"cidr_block\": ", "\"cidr_blocks\": ", 1);
    place.write("out/prod/main.tf.json", changed);
    let output = place.run("verify out");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("aws_vpc.main.cidr_blocks: is nothing"),
        "{said}"
    );
    place.write("out/prod/main.tf.json", "[".repeat(1000));
    let said = place.said("verify out/prod");
    assert!(said.contains("is no JSON"), "{said}");
}

#[test]
fn nothing_to_verify_is_said() {
    let place = Place::new();
    assert_eq!(place.run("verify").status.code(), Some(1));
    assert_eq!(place.run("verify nowhere").status.code(), Some(1));
    place.write("prod.yaml", SMALL);
    assert_eq!(place.run("verify prod.yaml").status.code(), Some(1));
}
