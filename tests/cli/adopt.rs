//! `plan --adopt`: a network that exists is taken over.

use std::io::Write;
use std::process::Stdio;

use crate::place::{Place, said, snapshot};

const PROD: &str = "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0/16, zones: 2 }\n";

const SUBNETS: &str = include_str!("subnets.json");

fn place() -> Place {
    let place = Place::new();
    place.write("prod.yaml", PROD);
    place.write("subnets.json", SUBNETS);
    place
}

#[test]
fn a_listing_fills_the_ledger() {
    let place = place();
    snapshot!("adopt", place.said("plan prod.yaml --adopt subnets.json"));
    let ledger = place.read("eksnet.lock");
    snapshot!("adopt_ledger", &ledger);
    snapshot!(
        "adopt_again",
        place.said("plan prod.yaml --adopt subnets.json")
    );
    assert_eq!(place.read("eksnet.lock"), ledger);
    assert_eq!(place.run("plan prod.yaml --locked").status.code(), Some(0));

    // A directory whose specs it is among is planned without it.
    assert_eq!(
        place.run("plan --adopt subnets.json").status.code(),
        Some(0)
    );
    assert_eq!(place.read("eksnet.lock"), ledger);

    // What was planned before makes way, and a further zone is given out.
    std::fs::remove_file(place.at("eksnet.lock")).unwrap();
    place.run("plan prod.yaml");
    place.write("prod.yaml", PROD.replace("zones: 2", "zones: 3"));
    snapshot!(
        "adopt_replaces",
        place.said("plan prod.yaml --adopt subnets.json")
    );
}

#[test]
fn the_standard_input() {
    let place = place();
    let mut child = place
        .command("plan prod.yaml --adopt -")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = format!("\u{feff}{}", SUBNETS.replace('\n', "\r\n"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let piped = place.read("eksnet.lock");
    std::fs::remove_file(place.at("eksnet.lock")).unwrap();
    place.run("plan prod.yaml --adopt subnets.json");
    assert_eq!(place.read("eksnet.lock"), piped);
}

/// Nothing is written of a listing of which something is not clear, nor of a spec with a mistake.
#[test]
fn an_error_writes_nothing() {
    let place = place();
    place.write("unclear.json", SUBNETS.replace("internal-elb", "none"));
    snapshot!(
        "adopt_undecided",
        place.said("plan prod.yaml --adopt unclear.json")
    );
    snapshot!(
        "adopt_missing",
        place.said("plan prod.yaml --adopt no.json")
    );
    let utf16: Vec<u8> = SUBNETS.encode_utf16().flat_map(u16::to_le_bytes).collect();
    place.write("utf16.json", [&b"\xff\xfe"[..], &utf16].concat());
    snapshot!(
        "adopt_utf16",
        place.said("plan prod.yaml --adopt utf16.json")
    );
    place.write("prod.yaml", PROD.replace("zones", "zoness"));
    snapshot!(
        "adopt_misspelt",
        place.said("plan prod.yaml --adopt unclear.json")
    );
    assert!(!place.at("eksnet.lock").exists());
}

#[test]
fn flags_that_do_not_fit() {
    let place = place();
    place.write("dev.yaml", PROD.replace("prod", "dev"));
    for arguments in [
        "plan prod.yaml --adopt subnets.json --locked",
        "plan prod.yaml --adopt subnets.json --repair",
        "plan prod.yaml --adopt subnets.json --tier subnet-0a1",
        "plan prod.yaml --adopt subnets.json --tier subnet-0a2=nodes --tier subnet-0a2=public",
        "plan prod.yaml --tier subnet-0a1=nodes",
        "plan - --adopt subnets.json",
        "plan - --adopt - --ledger eksnet.lock",
    ] {
        let output = place.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments}: {}",
            said(&output)
        );
    }
    snapshot!("adopt_several", place.said("plan --adopt subnets.json"));
    assert!(!place.at("eksnet.lock").exists());
}

/// The same subnets as a template that somebody wrote: counted zones, ranges cut out of a parameter, a third zone left out.
const TEMPLATE: &str = "\
Parameters:
  Block: { Type: String }
  Zones: { Type: Number, Default: 2 }
Conditions: { Three: !Equals [!Ref Zones, 3] }
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: !Ref Block } }
  WebA:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: !Select [202, !Cidr [!GetAtt Vpc.CidrBlock, 256, 8]]
      AvailabilityZone: !Select [0, !GetAZs '']
      MapPublicIpOnLaunch: true
  WebB:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: !Select [204, !Cidr [!GetAtt Vpc.CidrBlock, 256, 8]]
      AvailabilityZone: !Select [1, !GetAZs '']
      MapPublicIpOnLaunch: 'true'
  Third:
    Type: AWS::EC2::Subnet
    Condition: Three
    Properties: { VpcId: !Ref Vpc, CidrBlock: 10.20.9.0/24, AvailabilityZone: !Select [2, !GetAZs ''] }
  Workers:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.20.32.0/19
      AvailabilityZone: !GetAtt WebA.AvailabilityZone
      Tags: [{ Key: Name, Value: !Sub '${AWS::StackName} nodes' }]
";

#[test]
fn a_template_fills_the_ledger() {
    let place = place();
    place.write("network.yaml", TEMPLATE);
    let plan = "plan prod.yaml --adopt network.yaml";
    let zones = "--zone us-east-1b=use1-az4 --zone us-east-1a=use1-az2";
    let output = place.run(&format!("{plan} {zones} --parameter Block=10.20.0.0/16"));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let ledger = place.read("eksnet.lock");
    for line in [
        "prod us-east-1 public use1-az2 0 10.20.202.0/24 deployed",
        "prod us-east-1 public use1-az4 0 10.20.204.0/24 deployed",
        "prod us-east-1 nodes use1-az2 0 10.20.32.0/19 deployed",
    ] {
        assert!(ledger.contains(line), "{line}\n{ledger}");
    }
    assert!(!ledger.contains("10.20.9.0/24"));
    std::fs::remove_file(place.at("eksnet.lock")).unwrap();

    for (arguments, words) in [
        (
            "--parameter Block=10.20.0.0/16".to_owned(),
            "the id of the zone of WebA is not known",
        ),
        (zones.to_owned(), "the range of WebA is not known"),
        (
            format!("{zones} --parameter Blok=10.20.0.0/16"),
            "give it for `Block`",
        ),
    ] {
        let output = place.run(&format!("{plan} {arguments}"));
        assert_eq!(output.status.code(), Some(1), "{arguments}");
        let said = said(&output);
        assert!(said.contains(words), "{arguments}: {said}");
        assert!(!place.at("eksnet.lock").exists());
    }
    // The same as JSON, and a template without subnets.
    place.write(
        "empty.json",
        r#"{ "Resources": { "A": { "Type": "AWS::EC2::EIP" } } }"#,
    );
    let output = place.run("plan prod.yaml --adopt empty.json");
    assert!(
        said(&output).contains("makes no subnets"),
        "{}",
        said(&output)
    );
    place.write("broken.json", r#"{ "Transform": "X", "Resources": {} }"#);
    let output = place.run("plan prod.yaml --adopt broken.json");
    assert!(said(&output).contains("SPEC090"), "{}", said(&output));
}

/// A state of an example's own module, and a plan of modules that somebody wrote.
#[test]
fn what_terraform_shows_fills_the_ledger() {
    let place = Place::new();
    place.write(
        "shared.yaml",
        include_str!("../../examples/network-only.yaml"),
    );
    let state = include_str!("../terraform/network-only.state.json");
    place.write("tf/state", state);
    let output = place.run("plan shared.yaml --adopt tf/state");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let ledger = place.read("eksnet.lock");
    assert_eq!(ledger.matches(" deployed").count(), 13, "{ledger}");
    assert!(
        ledger.contains("shared us-east-1 blue use1-az5 0 172.16.48.0/20 deployed"),
        "{ledger}"
    );
    // What is planned then is what is there.
    let output = place.run("plan shared.yaml --locked");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));

    let place = Place::new();
    place.write(
        "prod.yaml",
        "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.40.0.0/16, zones: 2 }\n",
    );
    place.write("tf/plan", include_str!("../terraform/modules.plan.json"));
    let output = place.run("plan prod.yaml --adopt tf/plan");
    let unknown = said(&output);
    assert!(unknown.contains(r#"the id of the zone of module.network.module.private["a"].aws_subnet.this is not known"#), "{unknown}");
    assert!(unknown.contains("tf/plan:1:"), "{unknown}");
    let zones = "--zone us-east-1b=use1-az1 --zone us-east-1c=use1-az2";
    let output = place.run(&format!("plan prod.yaml --adopt tf/plan {zones}"));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let planned = place.read("eksnet.lock");
    std::fs::remove_file(place.at("eksnet.lock")).unwrap();
    place.write("tf/state", include_str!("../terraform/modules.state.json"));
    let output = place.run("plan prod.yaml --adopt tf/state");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let ledger = place.read("eksnet.lock");
    assert_eq!(ledger, planned);
    for line in [
        "prod us-east-1 public use1-az1 0 10.40.0.0/24 deployed",
        "prod us-east-1 public use1-az2 0 10.40.1.0/24 deployed",
        "prod us-east-1 nodes use1-az1 0 10.40.16.0/20 deployed",
        "prod us-east-1 nodes use1-az2 0 10.40.32.0/20 deployed",
    ] {
        assert!(ledger.contains(line), "{line}\n{ledger}");
    }

    for (text, words) in [
        (
            r#"{ "version": 4, "serial": 1, "lineage": "x", "resources": [] }"#,
            "terraform show -json",
        ),
        (r#"{ "format_version": "1.0" }"#, "makes no subnets"),
        (
            r#"{ "format_version": "2.0", "values": {} }"#,
            "the version 2.0 of the format is not known",
        ),
    ] {
        place.write("tf/other", text);
        let output = place.run("plan prod.yaml --adopt tf/other");
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(said(&output).contains(words), "{text}: {}", said(&output));
    }
}

/// The consoles of docs/adopting.md show what really happens.
#[cfg(unix)]
#[test]
fn the_page_is_true() {
    use std::fmt::Write as _;

    let page = include_str!("../../docs/adopting.md");
    let place = Place::new();
    let (_, yaml) = page.split_once("```yaml\n").unwrap();
    place.write("prod.yaml", yaml.split_once("```").unwrap().0);
    place.write("aws/subnets", SUBNETS.replace("internal-elb", "none"));
    place.write("bin/aws", "#!/bin/sh\ncat aws/subnets\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(place.at("bin/aws"), mode).unwrap();
    let program = std::path::PathBuf::from(assert_cmd::cargo::cargo_bin!("eksnet"));
    let path = format!(
        "{}:{}:/usr/bin:/bin",
        program.parent().unwrap().display(),
        place.at("bin").display()
    );
    let mut consoles = 0;
    for console in page.split("```console\n").skip(1) {
        let console = console.split_once("```").unwrap().0;
        let mut really = String::new();
        for command in console.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let output = std::process::Command::new("sh")
                .args(["-c", &format!("{{ {command} ; }} 2>&1")])
                .env("PATH", &path)
                .current_dir(place.path())
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            write!(really, "$ {command}\n{text}").unwrap();
        }
        match console.strip_suffix("...\n") {
            Some(beginning) => assert!(really.starts_with(beginning), "{really}"),
            None => assert_eq!(really, console),
        }
        consoles += 1;
    }
    assert_eq!(consoles, 3);
}

/// A first plan in other zones than those that exist leaves nothing behind.
#[test]
fn zones_that_were_only_planned_are_given_up() {
    let place = place();
    place.run("plan prod.yaml");
    assert!(place.read("eksnet.lock").contains(" use1-az1 "));
    let output = place.run("plan prod.yaml --adopt subnets.json");
    let said = said(&output);
    assert!(
        said.ends_with("eksnet.lock: 6 ranges adopted, 3 ranges given up\n"),
        "{said}"
    );
    assert!(!place.read("eksnet.lock").contains(" use1-az1 "));
}
