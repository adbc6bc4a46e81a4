//! `CloudFormation` templates as people write them: what they come to, and that hostile ones come to an end.
#![cfg(feature = "spec")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

#[path = "foreign/hostile.rs"]
mod hostile;
mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use eksnet::diagnostic::{Sources, concise};
use eksnet::read::foreign::{Given, Template, Value, cloudformation};
use eksnet::read::{Reading, Value as Known};
use support::examples;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let entries = std::fs::read_dir(folder).expect("tests/foreign");
    let files = entries.map(|entry| entry.expect("a readable directory").path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "yaml" || e == "json"))
        .collect();
    files.sort();
    files
}

/// What stands beside a template: `Parameter=value` and `@region=name`, a line each.
fn given(path: &Path) -> Given {
    let mut given = Given::default();
    let text = std::fs::read_to_string(path.with_extension("given")).unwrap_or_default();
    for line in text.lines() {
        let (name, value) = line.split_once('=').expect("a name and a value");
        match name {
            "@region" => given.region = Some(value.to_owned()),
            "@account" => given.account = Some(value.to_owned()),
            "@stack" => given.stack = Some(value.to_owned()),
            "@zones" => given.zones = value.split(',').map(str::to_owned).collect(),
            _ => {
                given.parameters.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    given
}

fn read(name: &str, text: &str, given: &Given) -> Template {
    let mut sources = Sources::new();
    match cloudformation(name, text, given, &mut sources) {
        Ok(template) => template,
        Err(findings) => panic!("{name}:\n{}", concise(&findings, &sources)),
    }
}

fn template(name: &str) -> Template {
    let path = files()
        .into_iter()
        .find(|path| path.ends_with(name))
        .expect(name);
    read(
        name,
        &std::fs::read_to_string(&path).expect("text"),
        &given(&path),
    )
}

/// The findings of a text that is refused, a line each.
fn refused(text: &str, given: &Given) -> String {
    let mut sources = Sources::new();
    let findings = cloudformation("t.yaml", text, given, &mut sources).expect_err(text);
    assert!(findings.has_errors());
    concise(&findings, &sources)
}

/// What the tables know, a line for each attribute.
fn by_tables(reading: &Reading) -> String {
    let mut lines = String::new();
    for (key, item) in &reading.resources {
        for (field, value) in &item.fields {
            writeln!(lines, "{key} {field} = {value}").expect("text");
        }
        for other in &item.after {
            writeln!(lines, "{key} after {other}").expect("text");
        }
        if item.retain {
            writeln!(lines, "{key} is kept").expect("text");
        }
    }
    for problem in &reading.problems {
        writeln!(lines, "not in a table: {problem}").expect("text");
    }
    lines
}

#[test]
fn templates_come_to_what_was_reviewed() {
    let files = files();
    assert!(files.len() >= 30, "{}", files.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/foreign");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in files {
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&path).expect("text");
            let template = read(&name, &text, &given(&path));
            let tables = by_tables(&template.reading());
            insta::assert_snapshot!(name, format!("{template}\n--- by the tables\n{tables}"));
        }
    });
}

/// Every function is in one of the templates, in both forms where YAML has two.
#[test]
fn every_function_is_used() {
    let texts = files()
        .into_iter()
        .map(|path| std::fs::read_to_string(path).expect("text"));
    let all: Vec<String> = texts.collect();
    for function in [
        "GetAtt",
        "Sub",
        "Join",
        "Select",
        "Split",
        "FindInMap",
        "GetAZs",
        "Cidr",
        "If",
        "Equals",
        "Not",
        "And",
        "Or",
        "ImportValue",
        "Base64",
    ] {
        let used = |form: String| all.iter().any(|text| text.contains(&form));
        let long = used(format!("Fn::{function}"));
        let short = used(format!("!{function} "));
        assert!(long || short, "{function}");
        assert!(
            short || function == "Base64",
            "{function} in its short form"
        );
    }
}

fn property<'t>(template: &'t Template, id: &str, name: &str) -> &'t Value {
    let resource = template
        .resources
        .get(id)
        .unwrap_or_else(|| panic!("no {id}:\n{template}"));
    resource
        .properties
        .get(name)
        .unwrap_or_else(|| panic!("no {name} of {id}:\n{template}"))
}

fn shown(template: &Template, id: &str, name: &str) -> String {
    property(template, id, name).to_string()
}

#[test]
fn parameters_conditions_and_zones_are_worked_out() {
    let two = template("zones-by-number.yaml");
    assert!(!two.resources.contains_key("Public3") && two.resources.contains_key("Public2"));
    assert_eq!(two.left_out["Nat2"], "NatInSecond");
    assert_eq!(shown(&two, "Out2", "NatGatewayId"), "\"<Nat1>\"");
    assert_eq!(
        shown(&two, "Public2", "AvailabilityZone"),
        "\"<1 of <zones of the region>>\""
    );
    assert_eq!(
        two.outputs["Subnets"].value.to_string(),
        "\"<Public1>,<Public2>\""
    );
    assert!(
        two.resources["Out2"]
            .after
            .iter()
            .map(AsRef::as_ref)
            .eq(["Nat1"])
    );

    let three = template("zones-by-number-three.yaml");
    assert_eq!(
        shown(&three, "Public3", "AvailabilityZone"),
        "\"eu-central-1c\""
    );
    assert_eq!(shown(&three, "Out2", "NatGatewayId"), "\"<Nat2>\"");
    assert!(three.unknowns().is_empty(), "{:?}", three.unknowns());
}

#[test]
fn ranges_are_cut_as_aws_cuts_them() {
    let cut = template("cut-by-cidr.yaml");
    assert_eq!(shown(&cut, "B", "CidrBlock"), "\"10.80.1.0/24\"");
    assert_eq!(shown(&cut, "Small", "CidrBlock"), "\"10.80.2.128/28\"");
    assert!(shown(&cut, "TooMany", "CidrBlock").contains("has 16 ranges of /24, and not 17"));
    assert_eq!(
        shown(&cut, "B", "AvailabilityZone"),
        "\"<1 of <zones of eu-west-1>>\""
    );

    let reading = template("dual-stack.yaml").reading();
    let ipv6 = |name: &str| {
        let mut items = reading.resources.iter();
        let (_, item) = items
            .find(|(key, _)| key.to_string() == name)
            .expect("a subnet");
        item.fields["ipv6"].to_string()
    };
    assert_eq!(ipv6("Subnet.B"), "\"<Vpc.VPC /64 number 3>\"");
    assert!(
        ipv6("Subnet.C").starts_with("unknown"),
        "{}",
        ipv6("Subnet.C")
    );
}

#[test]
fn nothing_is_guessed() {
    let words = template("plain-words.yaml");
    let version = shown(&words, "Cluster", "Version");
    assert!(version.starts_with("unknown (the number 1.30"), "{version}");
    assert_eq!(words.conditions["IsGood"], Ok(true));
    assert!(words.conditions["IsVersion"].is_err());

    let open = template("open-conditions.yaml");
    assert_eq!(open.conditions["Never"], Ok(false));
    assert_eq!(open.conditions["Always"], Ok(true));
    assert!(open.conditions["Prod"].is_err() && open.conditions["Here"].is_err());
    assert!(open.resources["Prod"].only_if.is_some());
    assert_eq!(shown(&open, "Vpc", "EnableDnsSupport"), "true");
    assert!(matches!(
        property(&open, "Vpc", "CidrBlock"),
        Value::Unknown(_)
    ));

    let secrets = template("secrets.yaml");
    assert_eq!(secrets.conditions["HasPassword"], Ok(true));
    assert!(!format!("{secrets:?}").contains("correct-horse"));

    let imports = template("imports.yaml");
    assert_eq!(
        imports.conditions["Alike"],
        Ok(true),
        "the same unknown is itself"
    );
    for (path, unknown) in imports.unknowns() {
        assert!(
            !unknown.what.is_empty() && !unknown.why.is_empty(),
            "{path}"
        );
    }
}

/// Two unknowns are two values: neither a condition nor a comparison takes them for one.
#[test]
fn no_unknown_is_another() {
    let text = "
Parameters: { P: { Type: String }, Q: { Type: CommaDelimitedList } }
Conditions:
  Itself: !Equals [!Ref P, !Ref P]
  Split: !Equals [!Select [0, !Split [',', !Ref P]], !Select [0, !Split [',', !Ref P]]]
  Written: !Equals [!Select [0, !Split [',', !Sub '<unknown parameter P: it has no default, and no value is given>${P}']], !Select [0, !Split [',', !Sub '${P}${P}']]]
  Nothing: !Equals [~, ~]
  Lists: !Equals [[!Ref P, b], [!Ref P, b]]
  Unlike: !Equals [[!Ref P, b], [!Ref P, c]]
  Quoted: !Equals [['a\", \"b'], [a, b]]
  Longer: !Equals [!Ref Q, [a]]
Resources:
  A: { Type: AWS::EC2::EIP, Properties: { Domain: !Select [0, !Split [',', !Ref P]] } }
";
    let template = read("t.yaml", text, &Given::default());
    let truth = |name: &str| template.conditions[name].as_ref().ok().copied();
    assert_eq!(truth("Itself"), Some(true));
    assert_eq!(truth("Split"), None);
    assert_eq!(truth("Written"), None);
    assert_eq!(truth("Nothing"), None);
    assert_eq!(truth("Lists"), Some(true));
    assert_eq!(truth("Unlike"), Some(false));
    assert_eq!(truth("Quoted"), Some(false));
    assert_eq!(truth("Longer"), None);
    let [one, other] = [(); 2].map(|()| template.reading());
    let differences = eksnet::read::compare(&one, &other);
    let [difference] = differences.as_slice() else {
        panic!("{differences:?}");
    };
    assert_eq!(difference.path, "ElasticIp.A.domain");
}

/// What may be nothing moves what comes after it.
#[test]
fn elements_that_may_be_nothing_move_the_others() {
    let text = "
Parameters: { P: { Type: String } }
Conditions:
  Open: !Equals [!Ref P, x]
  Length: !Equals [[!If [Open, a, !Ref AWS::NoValue]], []]
Resources:
  A:
    Type: B
    Properties:
      Behind: !Select [1, [!If [Open, a, !Ref AWS::NoValue], b, c]]
      Before: !Select [0, [b, !If [Open, a, !Ref AWS::NoValue], c]]
      Either: !Select [1, [!If [Open, a, b], c]]
      Joined: !Join [',', [b, !If [Open, a, !Ref AWS::NoValue]]]
      List: [b, !If [Open, a, !Ref AWS::NoValue]]
";
    let template = read("t.yaml", text, &Given::default());
    for open in ["Behind", "Joined"] {
        let said = shown(&template, "A", open);
        assert!(said.starts_with("unknown ("), "{open}: {said}");
    }
    assert_eq!(shown(&template, "A", "Before"), "\"b\"");
    assert_eq!(shown(&template, "A", "Either"), "\"c\"");
    assert!(shown(&template, "A", "List").contains("else nothing"));
    assert!(template.conditions["Length"].is_err());
}

/// Numbers that are written otherwise are other texts, as CloudFormation has them.
#[test]
fn numbers_stay_as_they_are_written() {
    let text = "
Parameters: { N: { Type: Number } }
Conditions: { Seven: !Equals [!Ref N, 7], Bond: !Equals [!Ref N, '007'] }
Resources: { A: { Type: B, Properties: { C: !Ref N } } }
";
    for (written, seven, bond) in [
        ("7", true, false),
        ("007", false, true),
        ("7.0", false, false),
    ] {
        let mut given = Given::default();
        given.parameters.insert("N".to_owned(), written.to_owned());
        let template = read("t.yaml", text, &given);
        assert_eq!(template.conditions["Seven"], Ok(seven), "{written}");
        assert_eq!(template.conditions["Bond"], Ok(bond), "{written}");
    }
}

/// What nobody has a table for is there to the last leaf.
#[test]
fn unknown_types_and_properties_are_kept() {
    let other = template("other-types.yaml");
    assert_eq!(other.resources["Ours"].kind, "Custom::SubnetFinder");
    let mut paths = Vec::new();
    property(&other, "Ours", "Deep").leaves("Deep", &mut |path, value| {
        paths.push(format!("{path} = {value}"));
    });
    assert_eq!(paths[0], "Deep.er[0] = 1");
    assert_eq!(paths[1], "Deep.er[1] = true");
    assert!(
        paths[2].starts_with("Deep.er[2].est = \"in <unknown parameter Vpc"),
        "{paths:?}"
    );
    assert_eq!(shown(&other, "Odd", "NotYetInvented"), "{Yes: [1, 2]}");
}

#[test]
fn short_and_long_forms_are_the_same() {
    let short = "\
Parameters: { P: { Type: String, Default: a.b } }
Conditions: { C: !Not [!Equals [!Ref P, x]], D: !And [!Condition C, !Condition C] }
Resources:
  V: { Type: AWS::EC2::VPC, Condition: D, Properties: { CidrBlock: !Select [1, !Split [., !Ref P]] } }
  S: { Type: AWS::EC2::Subnet, Properties: { VpcId: !If [C, !GetAtt V.VpcId, !Ref AWS::NoValue], Zones: !GetAZs x } }
  U: { Type: A::B::C, Properties: { U: !Base64 { 'Fn::Sub': '${P}' }, I: !ImportValue i, J: !Join ['', [!Ref V, !Sub '${V.X}']] } }
";
    let long = r#"{
"Parameters": { "P": { "Type": "String", "Default": "a.b" } },
"Conditions": {
  "C": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "P" }, "x"] }] },
  "D": { "Fn::And": [{ "Condition": "C" }, { "Condition": "C" }] } },
"Resources": {
  "V": { "Type": "AWS::EC2::VPC", "Condition": "D",
    "Properties": { "CidrBlock": { "Fn::Select": [1, { "Fn::Split": [".", { "Ref": "P" }] }] } } },
  "S": { "Type": "AWS::EC2::Subnet", "Properties": {
    "VpcId": { "Fn::If": ["C", { "Fn::GetAtt": ["V", "VpcId"] }, { "Ref": "AWS::NoValue" }] }, "Zones": { "Fn::GetAZs": "x" } } },
  "U": { "Type": "A::B::C", "Properties": { "U": { "Fn::Base64": { "Fn::Sub": "${P}" } }, "I": { "Fn::ImportValue": "i" },
    "J": { "Fn::Join": ["", [{ "Ref": "V" }, { "Fn::GetAtt": ["V", "X"] }]] } } } } }"#;
    let given = Given::default();
    assert_eq!(
        read("short.yaml", short, &given),
        read("long.json", long, &given)
    );
}

/// JSON that no YAML file would be: tabs, escaped slashes, a mark in front.
#[test]
fn json_of_editors_is_read() {
    let text = "\u{feff}{\r\n\t\"Resources\": {\r\n\t\t\"A\": {\r\n\t\t\t\"Type\": \"AWS::EC2::VPC\",\r\n\t\t\t\"Properties\": { \"CidrBlock\": \"10.0.0.0\\/16\" }\r\n\t\t}\r\n\t}\r\n}\r\n";
    let template = read("vpc.json", text, &Given::default());
    assert_eq!(shown(&template, "A", "CidrBlock"), "\"10.0.0.0/16\"");
}

#[test]
fn what_aws_would_refuse_is_refused() {
    let none = Given::default();
    let vpc = "Resources:\n  Vpc: { Type: AWS::EC2::VPC }\n";
    for (text, words) in [
        ("", "empty"),
        ("[1, 2]", "no CloudFormation template"),
        ("Resources: [1]", "not a map"),
        ("Resources: { A: { Properties: {} } }", "`A` has no type"),
        ("Resource: {}\nResources: {}", "no section `Resource`"),
        (
            "Transform: AWS::Serverless-2016-10-31\nResources: {}",
            "macros",
        ),
        ("Resources: { 'Fn::ForEach::X': [a, [b], {}] }", "macros"),
        (
            "Resources: { A: { Type: B, Properties: { 'Fn::Transform': { Name: 'AWS::Include' } } } }",
            "macros",
        ),
        (
            "Resources: { A: { Type: B, Properties: { C: !Ref D } } }",
            "`D` is no parameter or resource",
        ),
        (
            "Resources: { A: { Type: B, Properties: { C: !GetAtt D.E } } }",
            "`D` is no parameter or resource",
        ),
        (
            "Resources: { A: { Type: B, DependsOn: [C] } }",
            "`C` is no resource",
        ),
        (
            "Resources: { A: { Type: B, Condition: C } }",
            "`C` is no condition",
        ),
        (
            "Resources: { A: { Type: B, Properties: { C: !!binary aGk= } } }",
            "is no function",
        ),
        (
            "Parameters: { P: { Type: Text } }\nResources: {}",
            "no type that CloudFormation knows",
        ),
        (
            "Parameters: { P: { Type: Number, Default: x } }\nResources: {}",
            "`x` is none",
        ),
        (
            "Parameters: { P: { Type: String, Default: x, AllowedValues: [y] } }\nResources: {}",
            "no value that the parameter `P` allows",
        ),
        ("Resources: { A: { Type: B, A: 1, A: 2 } }", "written twice"),
    ] {
        let said = refused(text, &none);
        assert!(said.contains(words), "{text}: {said}");
    }
    let mut given = Given::default();
    given.parameters.insert("Nam".to_owned(), "x".to_owned());
    let text = format!("Parameters: {{ Name: {{ Type: String }} }}\n{vpc}");
    assert!(refused(&text, &given).contains("`Nam`, which is no parameter"));
}

/// eksnet's own templates are templates like any other: nothing in them is unknown, and all of it is in the tables.
#[test]
fn own_templates_are_read_as_well() {
    for (name, synthesis) in examples::all() {
        let own = synthesis.cloudformation();
        let json: serde_json::Value = serde_json::from_str(&own).expect("JSON");
        let region = json
            .pointer("/Metadata/eksnet/region")
            .and_then(serde_json::Value::as_str);
        let given = Given {
            region: region.map(str::to_owned),
            ..Given::default()
        };
        let template = read(&name, &own, &given);
        let reading = template.reading();
        assert!(
            reading.problems.is_empty(),
            "{name}: {:?}",
            reading.problems
        );
        assert_eq!(reading.resources.len(), template.resources.len(), "{name}");
        for (key, item) in &reading.resources {
            for (field, value) in &item.fields {
                assert!(!is_unknown(value), "{name}: {key} {field}: {value}");
            }
        }
    }
}

fn is_unknown(value: &Known) -> bool {
    match value {
        Known::Unknown(_) => true,
        Known::List(values) => values.iter().any(is_unknown),
        Known::Map(map) => map.values().any(is_unknown),
        Known::Bool(_) | Known::Number(_) | Known::Text(_) => false,
    }
}
