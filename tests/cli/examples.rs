//! What the help shows, the starters and the programs really work.

use std::path::Path;
use std::process::Command;

use crate::place::{CLUSTER_CONFIG, Place, said, snapshot};

/// A directory with all that the examples of the help name, and the path on which they find their programs.
#[cfg(unix)]
fn place_of_the_help() -> (Place, String) {
    let place = Place::new();
    let spec = |name: &str| {
        let path = format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap()
    };
    place.write("prod.yaml", spec("production.yaml"));
    place.write("specs/dev.yaml", spec("development.yaml"));
    place.write("specs/branch.toml", spec("explicit-cidrs.toml"));
    place.write("shop.yaml", spec("pod-security-groups.yaml"));
    place.write("shop.outputs.json", include_str!("shop.outputs.json"));
    place.write("crew.yaml", spec("eksctl.yaml"));
    place.write("crew.outputs.json", include_str!("crew.outputs.json"));
    // What stands for AWS, for a cluster and for eksctl.
    place.write("aws/subnets", include_str!("subnets.json"));
    place.write("bin/aws", "#!/bin/sh\ncat aws/subnets\n");
    place.write("bin/kubectl", "#!/bin/sh\ngrep sg-\n");
    place.write("bin/eksctl", "#!/bin/sh\ncat cluster.yaml\n");
    for program in ["bin/aws", "bin/kubectl", "bin/eksctl"] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(place.at(program), mode).unwrap();
    }
    let program = std::path::PathBuf::from(assert_cmd::cargo::cargo_bin!("eksnet"));
    let path = format!(
        "{}:{}:/usr/bin:/bin",
        program.parent().unwrap().display(),
        place.at("bin").display()
    );
    (place, path)
}

/// Every line under `Examples:` of a command's help ends well, one after the other.
#[cfg(unix)]
#[test]
fn examples_of_the_help() {
    let help = String::from_utf8(Place::new().run("--help").stdout).unwrap();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let names = commands
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once(' '))
        .map(|(name, _)| name)
        .filter(|name| !["", "help"].contains(name));
    let mut ran = 0;
    for command in names {
        let (place, path) = place_of_the_help();
        let help = String::from_utf8(place.run(&format!("{command} --help")).stdout).unwrap();
        let (_, examples) = help.split_once("Examples:\n").unwrap();
        for line in examples.lines() {
            if command == "import" {
                // It replaces no file, and reads what is no spec.
                let _ = std::fs::remove_file(place.at("prod.yaml"));
                place.write("cluster.yaml", CLUSTER_CONFIG);
            }
            let output = Command::new("sh")
                .args(["-c", line])
                .env("PATH", &path)
                .current_dir(place.path())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(0), "{line}\n{}", said(&output));
            ran += 1;
        }
    }
    assert!(ran > 30, "{ran} examples");
}

#[test]
fn init_writes_what_passes() {
    let place = Place::new();
    snapshot!("init", place.said("init staging"));
    snapshot!("init_again", place.said("init staging"));
    assert_eq!(place.run("init staging --force").status.code(), Some(0));
    assert_eq!(place.run("check staging.yaml").status.code(), Some(0));
    snapshot!("init_spec", place.read("staging.yaml"));
}

/// A default that is written out changes nothing.
#[test]
fn the_starter_states_the_defaults() {
    let place = Place::new();
    for arguments in [
        "",
        "--cidr 10.0.0.0/20",
        "--region ca-west-1",
        "--region mx-central-1",
    ] {
        place.run(&format!("init prod --force {arguments}"));
        // Another range is another network.
        let _ = std::fs::remove_file(place.at("eksnet.lock"));
        let commented = place.run("synth prod.yaml");
        let text: String = place
            .read("prod.yaml")
            .lines()
            .map(|line| {
                let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
                match rest.strip_prefix('#') {
                    Some(rest)
                        if !rest.is_empty()
                            && (!rest.starts_with(' ') || rest.starts_with("  "))
                            && !rest.starts_with("   ") =>
                    {
                        format!("{indent}{rest}\n")
                    }
                    _ => format!("{line}\n"),
                }
            })
            .collect();
        place.write("prod.yaml", &text);
        let written_out = place.run("synth prod.yaml");
        assert_eq!(
            written_out.status.code(),
            Some(0),
            "{text}\n{}",
            said(&written_out)
        );
        assert!(commented.stdout == written_out.stdout, "{text}");
    }
}

#[test]
fn every_region_has_a_starter() {
    let place = Place::new();
    for region in eksnet::prelude::Region::ALL {
        let region = region.as_str();
        let output = place.run(&format!("init {region} --region {region}"));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let output = place.run("check");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn init_says_when_there_is_no_room() {
    snapshot!("init_no_room", Place::new().said("init --cidr 10.0.0.0/28"));
}

/// eksnet's command line over a program's own stacks.
fn program(example: &str, arguments: &str) -> std::process::Output {
    Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--example", example, "--"])
        .args(arguments.split_whitespace())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

#[test]
fn programs_have_the_command_line() {
    let place = Place::new();
    let spec = format!("{}/examples/production.yaml", env!("CARGO_MANIFEST_DIR"));
    let of_spec = place.run(&format!("synth {spec} -f terraform"));
    let of_program = program("production", "synth -f terraform");
    assert_eq!(of_program.status.code(), Some(0), "{}", said(&of_program));
    assert!(of_spec.stdout == of_program.stdout);
    snapshot!("program_help", said(&program("production", "--help")));
    snapshot!("program_check", said(&program("development", "check")));
    snapshot!(
        "program_other_stack",
        said(&program("production", "plan prd"))
    );
    let out = place.at("out");
    let output = program("production", &format!("synth --out {}", out.display()));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(out.join("prod.template.json").exists());
}

/// `examples/starter.rs` is what `init --rust` writes, so that it is compiled, and can be run.
#[test]
fn the_starter_crate_works() {
    let place = Place::new();
    assert_eq!(place.run("init prod --rust").status.code(), Some(0));
    let path = format!("{}/examples/starter.rs", env!("CARGO_MANIFEST_DIR"));
    let written = place.read("prod/src/main.rs");
    if std::env::var_os("EKSNET_RENEW").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        written,
        "renew with EKSNET_RENEW=1"
    );
    let output = program("starter", "check");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    snapshot!("init_cargo", place.read("prod/Cargo.toml"));
    assert_eq!(place.run("init prod --rust").status.code(), Some(1));
}

/// A build script leaves its templates in `OUT_DIR`, and the program takes them in.
#[test]
fn build_script() {
    let place = Place::new();
    let directory = format!("{}/examples/build-script", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--target-dir"])
        .arg(concat!(env!("CARGO_TARGET_TMPDIR"), "/build-script"))
        .current_dir(directory)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    place.write(
        "prod.yaml",
        "\
stack: prod
region: us-east-1
network:
  cidr: 10.20.0.0/16
  zones: 3
  tiers:
    public: { access: public, prefix: 24 }
    nodes: { access: private, prefix: 19, nat: per-zone }
    control-plane: { access: isolated, prefix: 27 }
cluster: { version: \"1.35\", node-groups: { system: { tier: nodes } } }
",
    );
    assert!(output.stdout == place.run("synth prod.yaml").stdout);
}

/// A build changes no sources: where the network grows it fails and says what to copy, and then nothing has moved.
#[test]
fn a_build_script_is_locked() {
    let place = Place::new();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/build-script");
    let read = |path: &str| std::fs::read_to_string(directory.join(path)).unwrap();
    let root = env!("CARGO_MANIFEST_DIR").replace('\\', "/");
    let manifest = read("Cargo.toml").replace("../..", &root);
    assert!(manifest.contains(&root), "{manifest}");
    place.write("Cargo.toml", manifest);
    for path in ["Cargo.lock", "src/main.rs", "eksnet.lock"] {
        place.write(path, read(path));
    }
    let grown = read("build.rs").replace("zones(3)", "zones(4)");
    place.write("build.rs", &grown);
    let run = || {
        Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--offline", "--target-dir"])
            .arg(concat!(env!("CARGO_TARGET_TMPDIR"), "/build-script-locked"))
            .current_dir(place.path())
            .output()
            .unwrap()
    };
    let refused = run();
    assert_eq!(refused.status.code(), Some(101), "{}", said(&refused));
    let errors = String::from_utf8(refused.stderr).unwrap();
    let (_, command) = errors
        .split_once("eksnet.lock would change, and a build changes no sources: `cp ")
        .unwrap();
    let (new, _) = command.split_once(" eksnet.lock`").unwrap();
    let before = place.read("eksnet.lock");
    let after = std::fs::read_to_string(new).unwrap();
    for line in before.lines().filter(|line| !line.starts_with('#')) {
        assert!(after.contains(line), "{line}");
    }
    place.write("eksnet.lock", &after);
    let output = run();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let template = String::from_utf8(output.stdout).unwrap();
    assert!(template.contains("SubnetNodesUse1Az5"));
    let subnets = before.lines().filter(|line| line.starts_with("prod "));
    for line in subnets.filter(|line| !line.contains(" vpc ")) {
        let range = line.split(' ').nth(5).unwrap();
        assert!(template.contains(range), "{range}");
    }
    // What cannot be read is not what was never there: a plan without it would move what is deployed.
    place.write("eksnet.lock", [0xff]);
    let damaged = run();
    assert_eq!(damaged.status.code(), Some(101), "{}", said(&damaged));
    let errors = String::from_utf8(damaged.stderr).unwrap();
    assert!(
        errors.contains("error[PLAN008] cannot read the ledger"),
        "{errors}"
    );
    assert!(!errors.contains("`cp "), "{errors}");
}
