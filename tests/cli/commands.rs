//! What each command says, and with which exit code.

use std::io::Write;
use std::process::Stdio;

use crate::place::{Place, SMALL, said, snapshot};

const MISSPELT: &str =
    "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.40.0.0/16, zoness: 2 }\n";

#[test]
fn help() {
    let place = Place::new();
    snapshot!("help", place.said("--help"));
    for command in [
        "init",
        "synth",
        "check",
        "verify",
        "plan",
        "explain",
        "rules",
        "schema",
        "completions",
        "man",
    ] {
        snapshot!(
            format!("help_{command}"),
            place.said(&format!("{command} --help"))
        );
    }
}

#[test]
fn no_arguments() {
    let output = Place::new().run("");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn misspelt_key() {
    let place = Place::new();
    place.write("prod.yaml", MISSPELT);
    snapshot!("check_misspelt", place.said("check prod.yaml"));
    snapshot!("synth_misspelt", place.said("synth prod.yaml"));
    snapshot!(
        "check_misspelt_concise",
        place.said("check prod.yaml -f concise")
    );
    snapshot!(
        "check_misspelt_github",
        place.said("check prod.yaml -f github")
    );
}

#[test]
fn formats_for_programs_are_json() {
    let place = Place::new();
    place.write("prod.yaml", MISSPELT);
    for format in ["json", "sarif"] {
        let output = place.run(&format!("check --format {format}"));
        assert_eq!(output.status.code(), Some(1));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(json.to_string().contains("SPEC002"), "{json}");
        assert!(output.stderr.is_empty());
    }
}

#[test]
fn standard_input() {
    let place = Place::new();
    let ask = |text: &str| {
        let mut command = place.command("check -");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        said(&child.wait_with_output().unwrap())
    };
    snapshot!("check_stdin", ask(SMALL));
    snapshot!("check_stdin_empty", ask(""));
    snapshot!("check_stdin_broken", ask("stack: [\n"));
}

#[test]
fn what_cannot_be_read() {
    let place = Place::new();
    snapshot!("missing_file", place.said("check missing.yaml"));
    snapshot!("directory_without_specs", place.said("synth"));
    place.write("binary.yaml", b"stack: \xff\n");
    place.write("sound.yaml", SMALL);
    snapshot!(
        "not_utf8_among_others",
        place.said("check missing.yaml binary.yaml sound.yaml")
    );
}

#[test]
fn directories() {
    let place = Place::new();
    place.write("specs/a.yaml", SMALL);
    place.write(
        "specs/b.toml",
        "stack = \"b\"\nregion = \"us-east-1\"\nnetwork.cidr = \"10.41.0.0/16\"\n",
    );
    place.write(
        "specs/c.json",
        "{\"stack\":\"c\",\"region\":\"us-east-1\",\"network\":{\"cidr\":\"10.42.0.0/16\"}}",
    );
    for no_spec in [
        ".hidden.yaml",
        "Cargo.toml",
        "x.template.json",
        "x.tf.json",
        "x.kubernetes.yaml",
        "x.eksctl.yaml",
        "x.outputs.json",
        "readme.md",
        "below/d.yaml",
    ] {
        place.write(&format!("specs/{no_spec}"), "not: a spec");
    }
    snapshot!("plan_directory", place.said("plan specs"));
    // A file that the directory has too is one spec.
    let plan = |arguments: &str| place.run(arguments).stdout;
    assert_eq!(plan("plan specs"), plan("plan specs specs/b.toml"));
}

#[test]
fn plans() {
    let place = Place::small();
    snapshot!("plan_table", place.said("plan"));
    snapshot!("plan_markdown", place.said("plan --format markdown"));
    snapshot!("plan_json", place.said("plan --format json"));
    let six = "stack: six\nregion: us-east-1\nnetwork: { cidr: 10.0.0.0/16, zones: 5 }\n";
    place.write("many/zones.yaml", six);
    snapshot!("plan_many_zones", place.said("plan many"));
    let both =
        "stack: both\nregion: us-east-1\nnetwork: { cidr: 10.0.0.0/16, zones: 2, ipv6: true }\n";
    place.write("both/both.yaml", both);
    let plan = |form: &str| place.said(&format!("plan both --format {form}"));
    let [table, markdown, json] = ["table", "markdown", "json"].map(plan);
    snapshot!("plan_dual_stack", [table, markdown, json].join("\n"));
}

#[test]
fn one_document_goes_to_the_standard_output() {
    let place = Place::small();
    place.write("other.yaml", SMALL.replace("small", "other"));
    snapshot!("synth_two_stacks", place.said("synth"));
    snapshot!(
        "synth_two_formats",
        place.said("synth small.yaml -f terraform,cloudformation")
    );
    snapshot!(
        "synth_check_without_out",
        place.said("synth small.yaml --check")
    );
    let json = |arguments: &str| -> serde_json::Value {
        let output = place.run(arguments);
        assert_eq!(output.status.code(), Some(0));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert!(json("synth small.yaml")["Resources"].is_object());
    let terraform = json("synth small.yaml --format terraform");
    for key in ["terraform", "provider", "resource", "output"] {
        assert!(terraform[key].is_object(), "{key}");
    }
}

#[test]
fn two_stacks_of_one_name() {
    let place = Place::small();
    place.write("twin.yaml", SMALL.replace("10.40", "10.41"));
    snapshot!("same_name", place.said("check"));
    place.write("twin.yaml", SMALL.replace("us-east-1", "us-east-2"));
    assert_eq!(place.run("check").status.code(), Some(0));
    snapshot!("same_name_in_two_regions", place.said("synth --out out"));
}

#[test]
fn explain() {
    let place = Place::new();
    snapshot!("explain", place.said("explain spec021"));
    snapshot!("explain_words", place.said("explain nat gateway"));
    let quoted = place.command("explain").arg("GATEWAY nat").output();
    assert_eq!(said(&quoted.unwrap()), place.said("explain nat gateway"));
    snapshot!("explain_unknown", place.said("explain EKS6033"));
    snapshot!("explain_nothing", place.said("explain unicorns"));
    let all = place.run("explain");
    let text = String::from_utf8(all.stdout).unwrap();
    assert_eq!(text.lines().count(), eksnet::check::rules::ALL.len());
}

/// Codes that no finding has are explained as well.
#[test]
fn explain_what_is_not_checked() {
    let place = Place::new();
    let codes = "EKS102 EKS208 EKS117 EKS325 eks919";
    snapshot!("explain_listed", place.said(&format!("explain {codes}")));
    // A word of a page, and words that look a little like codes.
    snapshot!("explain_page", place.said("explain angle BRACKETS"));
    for word in ["s3", "ipv6", "ec2"] {
        assert_eq!(place.run(&format!("explain {word}")).status.code(), Some(0));
    }
}

#[test]
fn all_rules() {
    let place = Place::new();
    snapshot!("rules_words", place.said("rules nat gateway"));
    snapshot!(
        "rules_json",
        place.said("rules --status undecidable --severity error --format json")
    );
    snapshot!("rules_nothing", place.said("rules unicorns"));
    let count = |arguments: &str| {
        let text = String::from_utf8(place.run(arguments).stdout).unwrap();
        text.lines().take_while(|line| !line.is_empty()).count()
    };
    let all = count("rules");
    let statuses = "checked covered by-construction unseen undecidable".split(' ');
    let by_status = statuses.map(|status| count(&format!("rules --status {status}")));
    assert_eq!(by_status.sum::<usize>(), all);
    let severities = ["error", "warning", "info"];
    let by_severity = severities.map(|severity| count(&format!("rules --severity {severity}")));
    assert_eq!(by_severity.iter().sum::<usize>(), all);
    assert_eq!(
        count("rules --status checked"),
        eksnet::check::rules::ALL.len()
    );
}

#[test]
fn colours_are_for_terminals() {
    let place = Place::new();
    place.write("prod.yaml", MISSPELT);
    let coloured = |arguments: &str| place.run(arguments).stdout.contains(&0x1b);
    assert!(!coloured("check"));
    assert!(coloured("check --color always"));
    assert!(coloured("explain EKS403 --color always"));
    assert!(!coloured("check --color never"));
}

#[test]
fn schema_completions_and_manual() {
    let place = Place::new();
    let schema: serde_json::Value = serde_json::from_slice(&place.run("schema").stdout).unwrap();
    assert!(schema["properties"]["stack"].is_object());
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = place.run(&format!("completions {shell}"));
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(script.contains("synth"), "{shell}");
    }
    assert!(place.said("man").contains(".TH eksnet 1"));
    assert_eq!(place.run("man --out man1").status.code(), Some(0));
    assert!(place.read("man1/eksnet-synth.1").contains("eksnet\\-synth"));
    assert!(place.read("man1/eksnet.1").contains("eksnet\\-synth"));
}

#[test]
fn wrong_flags() {
    let place = Place::new();
    for arguments in [
        "synt",
        "synth --formt x",
        "synth -f pulumi",
        "init Prod",
        "init --region mars",
    ] {
        assert_eq!(place.run(arguments).status.code(), Some(2), "{arguments}");
    }
    snapshot!("init_region", place.said("init --region us-esat-1"));
}

/// A pipe that is closed before the first byte, as `head -0` closes it.
#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_the_run_quietly() {
    let place = Place::small();
    for arguments in [
        "synth small.yaml",
        "schema",
        "explain",
        "rules",
        "completions bash",
        "man",
        "--help",
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = place.command(arguments).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            !errors.contains("panic") && !errors.contains("error"),
            "{errors}"
        );
    }
}

/// The plan of the production example, in every form.
#[test]
fn the_plan_of_the_production_example() {
    let place = Place::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/production.yaml");
    place.write("production.yaml", std::fs::read(example).unwrap());
    let plan = |format: &str| {
        let output = place.run(&format!("plan --format {format}"));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    snapshot!("production_table", plan("table"));
    snapshot!("production_markdown", plan("markdown"));
    snapshot!("production_map", plan("map"));
    let json = plan("json");
    snapshot!("production_json", json);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["stacks"][0]["capacity"]["tiers"][1]["name"], "nodes");
}
