//! Templates on disk are read back, and both engines' compared.

use crate::place::{Place, SMALL, said};

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
    let said = place.said("verify");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    assert!(
        said.contains("neither a `.template.json` nor a directory"),
        "{said}"
    );
    let said = place.said("verify nowhere");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    assert!(
        said.contains("nowhere is neither a directory nor"),
        "{said}"
    );
    place.write("prod.yaml", SMALL);
    let said = place.said("verify prod.yaml");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    assert!(
        said.contains("prod.yaml is neither a directory nor"),
        "{said}"
    );
}

/// One of several paths in which nothing is.
#[test]
fn a_path_without_templates_is_named() {
    let place = rendered();
    place.write("empty/readme.md", "nothing");
    let said = place.said("verify out empty");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    assert!(
        said.contains("empty: has neither a `.template.json` nor"),
        "{said}"
    );
    assert!(said.contains("prod: both engines say the same"), "{said}");
}

/// The same by two paths is read once.
#[test]
fn what_is_named_twice_is_read_once() {
    let place = rendered();
    let said = place.said("verify out out/prod out/prod.template.json out");
    assert!(said.starts_with("exit code 0\n"), "{said}");
    assert_eq!(
        said.matches("both engines say the same").count(),
        1,
        "{said}"
    );
}

#[test]
fn what_terraform_reads_besides_is_named() {
    let place = rendered();
    place.write("out/prod/more.tf", "resource \"aws_vpc\" \"more\" {}\n");
    for command in [
        "verify out",
        "verify out/prod",
        "verify out/prod out out/prod/",
    ] {
        let said = place.said(command);
        assert!(said.starts_with("exit code 1\n"), "{said}");
        assert_eq!(said.matches("more.tf").count(), 1, "{said}");
        assert!(
            said.contains("out/prod/more.tf: Terraform reads it"),
            "{said}"
        );
    }
    // A directory of somebody else's beside it is worth a word.
    let place = rendered();
    place.write("out/theirs/main.tf", "");
    let said = place.said("verify out");
    assert!(said.starts_with("exit code 0\n"), "{said}");
    assert!(said.contains("out/theirs: has no `.tf.json`"), "{said}");
}

#[test]
fn a_template_beside_a_module_is_read() {
    let place = rendered();
    let template = place.read("out/prod.template.json");
    place.write("out/prod/prod.template.json", &template);
    std::fs::remove_file(place.at("out/prod.template.json")).unwrap();
    for command in ["verify out", "verify out/prod"] {
        let said = place.said(command);
        assert!(said.contains("prod: both engines say the same"), "{said}");
    }
    let changed = template.replace("10.40.0.0/16", "10.41.0.0/16");
    place.write("out/prod/prod.template.json", changed);
    let said = place.said("verify out");
    assert!(said.contains("Vpc.cidr: CloudFormation says"), "{said}");
    // Without a module there it is said that nobody looks.
    let place = rendered();
    std::fs::create_dir(place.at("out/old")).unwrap();
    std::fs::rename(
        place.at("out/prod.template.json"),
        place.at("out/old/prod.template.json"),
    )
    .unwrap();
    let said = place.said("verify out");
    assert!(
        said.contains("out/old: has templates, which are not read unless"),
        "{said}"
    );
}

/// A stack of which one engine's templates are lost.
#[test]
fn a_stack_of_one_engine_among_stacks_of_both_is_an_error() {
    let place = rendered();
    place.write("dev.yaml", SMALL.replace("small", "dev"));
    assert_eq!(place.run("synth dev.yaml --out out").status.code(), Some(0));
    assert_eq!(place.run("verify out").status.code(), Some(0));
    std::fs::remove_dir_all(place.at("out/dev")).unwrap();
    let said = place.said("verify out");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    let line = "dev: is there for CloudFormation alone (out/dev.template.json)";
    assert!(said.contains(line), "{said}");
    let said = place.said("verify out/dev.template.json");
    assert!(said.starts_with("exit code 0\n"), "{said}");
    // In two directories of which one lacks a stack.
    for command in [
        "synth dev.yaml prod.yaml --out a --format cloudformation",
        "synth prod.yaml --out b --format terraform",
    ] {
        assert_eq!(place.run(command).status.code(), Some(0), "{command}");
    }
    let said = place.said("verify a b");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    assert!(
        said.contains("dev: is there for CloudFormation alone"),
        "{said}"
    );
}

/// What a template says that does not fit what else it says, without the other engine's.
#[test]
fn one_engine_alone_is_held_against_itself() {
    let place = rendered();
    let versions = place.read("out/prod/versions.tf.json");
    let changed = versions.replace(">= 5.", ">= 4.");
    assert_ne!(versions, changed);
    place.write("out/prod/versions.tf.json", changed);
    let said = place.said("verify out/prod");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    assert!(said.contains("prod: provider: is \">= 4."), "{said}");
    let template = place.read("out/prod.template.json");
    let changed = template.replace("\"prod-VpcId\"", "\"VpcId\"");
    place.write("out/prod.template.json", changed);
    let said = place.said("verify out/prod.template.json");
    assert!(
        said.contains("prod: output VpcId.export: is \"VpcId\""),
        "{said}"
    );
}

#[test]
fn what_is_no_text_is_said() {
    let place = rendered();
    place.write("out/prod.template.json", b"{\"a\": \"\xff\"}");
    let said = place.said("verify out");
    assert!(said.starts_with("exit code 1\n"), "{said}");
    assert!(
        said.contains("out/prod.template.json is not UTF-8: byte 8 is wrong"),
        "{said}"
    );
}

/// CloudFormation sorts `A1B` before `A1b`, Terraform `a1b` before `a_1_b`.
#[test]
fn names_that_differ_in_hyphens_alone_are_told_apart() {
    let place = Place::new();
    let tiers = ["a-1-b", "a1b", "ab-c", "a-bc", "abc"];
    let tiers = tiers
        .iter()
        .zip(24..)
        .map(|(name, prefix)| format!("    {name}: {{ access: isolated, prefix: {prefix} }}\n"));
    let tiers: String = tiers.collect();
    let spec = "stack: x\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  tiers:\n";
    place.write("x.yaml", format!("{spec}{tiers}cluster: none\n"));
    place.run("synth x.yaml --out out");
    let output = place.run("verify out");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}
