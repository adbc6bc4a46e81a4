//! `check --fix`: what it changes in the files, and what it leaves.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::place::{Place, said, snapshot};

/// Everything that has only one mending, among comments.
const MENDABLE: &str = "\
# The network of the shop.
stack: prod   # und größer
region: US-East-1
tags: { cost-center: 4711, owner: @platform }
network:
  cidr: 10.20.0.0/16      # from the plan of 2024

  zones: \"2\"
  ipv6: yes
  secondary_cidrs: 100.64.0.0/16
cluster:
  version: 1.35           # the newest
  endpoint: { access: PUBLIC_AND_PRIVATE, publicCidrs: [198.18.7.0/24] }
";

const MENDED: &str = "\
# The network of the shop.
stack: prod   # und größer
region: us-east-1
tags: { cost-center: \"4711\", owner: \"@platform\" }
network:
  cidr: 10.20.0.0/16      # from the plan of 2024

  zones: 2
  ipv6: true
  secondary-cidrs: [100.64.0.0/16]
cluster:
  version: \"1.35\"           # the newest
  endpoint: { access: public-and-private, public-cidrs: [198.18.7.0/24] }
";

#[test]
fn what_can_only_be_meant_is_written() {
    let place = Place::new();
    place.write("prod.yaml", MENDABLE);
    snapshot!("fix_offer", place.said("check prod.yaml"));
    snapshot!("fix", place.said("check prod.yaml --fix"));
    assert_eq!(place.read("prod.yaml"), MENDED);
    // There is nothing left to do.
    let again = place.said("check prod.yaml --fix");
    assert_eq!(again, place.said("check prod.yaml"));
    assert!(!again.contains("fixed"), "{again}");
    assert_eq!(place.read("prod.yaml"), MENDED);
}

#[test]
fn lines_end_as_they_did() {
    let place = Place::new();
    for (name, start) in [("crlf.yaml", ""), ("bom.yaml", "\u{feff}")] {
        let text = |spec: &str| format!("{start}{}", spec.replace('\n', "\r\n"));
        place.write(name, text(MENDABLE));
        place.run(&format!("check {name} --fix"));
        assert_eq!(place.read(name), text(MENDED), "{name}");
    }
}

#[test]
fn every_format_is_mended() {
    let place = Place::new();
    let toml = |tag: &str, zones: &str| {
        format!(
            "# ours\nstack = \"prod\"\nregion = \"us-east-1\"\ntags = {{ since = {tag} }}\n[network]\ncidr = \"10.20.0.0/16\" # the plan\nzones = {zones}\n"
        )
    };
    place.write("prod.toml", toml("2026-01-31", "\"3\""));
    let json = |key: &str, version: &str| {
        format!(
            "{{ \"stack\": \"prod\",\t\"region\": \"us-east-1\",\n  \"network\": {{ \"{key}\": true,\n \"cidr\": \"10.20.0.0/16\" }}, \"cluster\": {{ \"version\": {version} }} }}"
        )
    };
    place.write(
        "other.json",
        json("IPv6", "1.35").replace("\"prod\"", "\"other\""),
    );
    let output = place.run("check prod.toml other.json --fix");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(place.read("prod.toml"), toml("\"2026-01-31\"", "3"));
    let wanted = json("ipv6", "\"1.35\"").replace("\"prod\"", "\"other\"");
    assert_eq!(place.read("other.json"), wanted);
}

/// What was hidden by a mistake is mended as well; what is left is said, and decides how the run ends.
#[test]
fn what_is_left_is_said() {
    let place = Place::new();
    place.write(
        "prod.yaml",
        "stack: prod\nregion: us-east-1\nNetwork:\n  cidr: 10.20.0.0/16\n  Zones: \"2\"\n  tierz: {}\n",
    );
    snapshot!("fix_rest", place.said("check prod.yaml --fix -f concise"));
    let left =
        "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  zones: 2\n  tierz: {}\n";
    assert_eq!(place.read("prod.yaml"), left);
    // Formats for programs stay what they are.
    place.write("prod.yaml", MENDABLE);
    let output = place.run("check prod.yaml --fix -f json");
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors, "fixed 10 places in prod.yaml\n");
}

/// One mistake after the other, each of which keeps the rest from being read.
#[test]
fn a_text_that_cannot_be_read_is_mended_step_by_step() {
    let place = Place::new();
    let text = |one: &str, two: &str, three: &str| {
        format!(
            "stack: prod\nregion: us-east-1\nnetwork: {{ cidr: 10.20.0.0/16 }}\ntags:\n  a: {one}\n  b: {two} # %\n  c: {three}\n"
        )
    };
    place.write("prod.yaml", text("@a", "%b", "08"));
    let output = place.run("check prod.yaml --fix");
    assert_eq!(
        place.read("prod.yaml"),
        text("\"@a\"", "\"%b\"", "\"08\""),
        "{}",
        said(&output)
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn guesses_are_left_to_people() {
    let place = Place::new();
    for text in [
        // A word that is near, in a key, a value and a name.
        "stack: prod\nregion: us-east-1\nnetwork: { cdir: 10.20.0.0/16 }\n",
        "stack: prod\nregion: us-esat-1\nnetwork: { cidr: 10.20.0.0/16 }\n",
        // Which range is meant.
        "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.7/16 }\n",
        "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0 }\n",
        // Which level a tab is.
        "stack: prod\nregion: us-east-1\nnetwork:\n\tcidr: 10.20.0.0/16\n",
        // Which of two.
        "stack: prod\nregion: us-east-1\nnetwork: { Cidr: 10.20.0.0/16, CIDR: 10.30.0.0/16 }\n",
        "stack: prod\nregion: us-east-1\nnetwork: { Cidr: 10.20.0.0/16, cidr: 10.30.0.0/16 }\n",
        // Where a value ends in brackets over several lines.
        "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0/16 }\ntags: {\n  a: b,\n  owner: @me, c: d }\n",
        // A name with a bracket in it, where a list is due.
        "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n  secondary-cidrs: 100]64\n",
        // Text or an alias.
        "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0/16 }\ntags: { owner: *me }\n",
        // A number in one place and text in another.
        "stack: prod\nregion: us-east-1\nnetwork: { cidr: 10.20.0.0/16, zones: &two 2 }\ntags: { zones: *two }\n",
    ] {
        place.write("prod.yaml", text);
        let output = place.run("check prod.yaml --fix");
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert_eq!(place.read("prod.yaml"), text);
        assert!(output.stderr.is_empty(), "{}", said(&output));
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let place = Place::new();
    snapshot!("fix_stdin", place.said("check - --fix"));
    let mut child = place
        .command("check -")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(MENDABLE.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(!said(&output).contains("--fix"), "{}", said(&output));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.write("real/prod.yaml", MENDABLE);
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(place.at("real/prod.yaml"), mode).unwrap();
    std::os::unix::fs::symlink("real/prod.yaml", place.at("link.yaml")).unwrap();
    place.run("check link.yaml --fix");
    assert_eq!(place.read("real/prod.yaml"), MENDED);
    assert!(
        std::fs::symlink_metadata(place.at("link.yaml"))
            .unwrap()
            .is_symlink()
    );
    let metadata = std::fs::metadata(place.at("real/prod.yaml")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
}

/// For each error whether its edit is safe; `null` where there is none.
fn errors(place: &Place, name: &str) -> Vec<String> {
    let output = place.run(&format!("check {name} -f json"));
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = all.as_array().unwrap().iter();
    let errors = all.filter(|finding| finding["severity"] == "error");
    errors
        .map(|finding| finding["edit"]["safe"].to_string())
        .collect()
}

/// Every broken spec of the tests keeps none of its safe edits, and stays as it is when it has none; good ones stay anyhow.
#[test]
fn broken_specs_are_mended_as_far_as_they_can_be() {
    let place = Place::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut changed, mut all) = (0, 0);
    for folder in ["tests/broken", "examples"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if ![".yaml", ".json", ".toml"]
                .iter()
                .any(|end| name.ends_with(end))
            {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            place.write(name, &text);
            let before = errors(&place, name);
            place.run(&format!("check {name} --fix"));
            let (after, fixed) = (errors(&place, name), place.read(name));
            let safe = before.iter().filter(|safe| *safe == "true").count();
            assert_eq!(text != fixed, safe > 0, "{name}");
            assert!(!after.contains(&"true".to_owned()), "{name}: {fixed}");
            assert!(after.is_empty() || !before.is_empty(), "{name}");
            place.run(&format!("check {name} --fix"));
            assert_eq!(place.read(name), fixed, "{name}");
            std::fs::remove_file(place.at(name)).unwrap();
            all += 1;
            changed += usize::from(text != fixed);
        }
    }
    assert!(all > 70 && changed > 8, "{changed} of {all}");
}

/// What stands in several lines, or is repeated elsewhere, people mend.
#[test]
fn blocks_of_text_and_anchors_are_left_alone() {
    for text in [
        "stack: x\nregion: >-\n  EU_WEST\n  1\nnetwork:\n  cidr: 10.40.0.0/16\n",
        "stack: x\nregion: eu-west-1\nnetwork:\n  cidr: 10.40.0.0/16\ncluster:\n  logs: { types: &t audit, retention-days: 7 }\nallow: { EKS610: *t }\n",
    ] {
        let place = Place::new();
        place.write("x.yaml", text);
        place.run("check --fix x.yaml");
        assert_eq!(place.read("x.yaml"), text);
    }
    // A line of a block is a line, and what stands below it stays there.
    for text in [
        "stack: x\nregion: >-\n  EU_WEST_1\nnetwork: { cidr: 10.40.0.0/16 }\n",
        "stack: x\nregion: |\n  EU_WEST_1\nnetwork: { cidr: 10.40.0.0/16 }\n",
    ] {
        let place = Place::new();
        place.write("x.yaml", text);
        place.run("check --fix x.yaml");
        let fixed = text.replace("EU_WEST_1", "eu-west-1");
        assert_eq!(place.read("x.yaml"), fixed);
    }
}
