//! Broken text in, findings out: whole behaviours of reading and decoding.

use std::fmt::{self, Write as _};

use serde::Deserialize;
use serde::de::{SeqAccess, Visitor};

use super::{Field, Format, Named, decode, read, slice};
use crate::diagnostic::{Finding, Findings, Origin, Sources};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Spec {
    stack: Field<String>,
    version: Field<String>,
    network: Field<Network>,
    endpoint: Field<Endpoint>,
    tiers: Field<Named<Field<Tier>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Network {
    cidr: Field<String>,
    zones: Field<Zones>,
    nat: Field<Nat>,
    flow_logs: Field<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Endpoint {
    public_cidrs: Field<Vec<Field<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Tier {
    prefix: Field<u8>,
    ports: Field<Vec<Field<u16>>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Nat {
    PerZone,
    Single,
    Off,
}

/// `zones: 3` or `zones: [use1-az1, use1-az2]`.
#[derive(Debug, PartialEq)]
enum Zones {
    Count(u64),
    Ids(Vec<Field<String>>),
}

impl<'de> Deserialize<'de> for Zones {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ZonesVisitor;
        impl<'de> Visitor<'de> for ZonesVisitor {
            type Value = Zones;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of zones or a list of zone ids")
            }

            fn visit_i64<E: serde::de::Error>(self, count: i64) -> Result<Zones, E> {
                u64::try_from(count)
                    .map(Zones::Count)
                    .map_err(|_| E::custom("a number of zones cannot be negative"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Zones, A::Error> {
                let mut ids = Vec::new();
                while let Some(id) = items.next_element()? {
                    ids.push(id);
                }
                Ok(Zones::Ids(ids))
            }
        }
        deserializer.deserialize_any(ZonesVisitor)
    }
}

struct Outcome {
    spec: Option<Spec>,
    findings: Findings,
    sources: Sources,
}

impl Outcome {
    fn under(&self, origin: Origin) -> String {
        let Origin::Spec(span) = origin else {
            return "?".to_owned();
        };
        let source = self.sources.get(span.source).expect("a known source");
        slice(&source.text, span).escape_debug().to_string()
    }

    /// One line a finding: code, underlined text, message, help, edit.
    fn show(&self) -> String {
        let mut out = String::new();
        for finding in &self.findings {
            self.line(&mut out, finding);
        }
        out
    }

    fn line(&self, out: &mut String, finding: &Finding) {
        let (code, message) = (finding.code, &finding.message);
        write!(out, "{code} [{}] {message}", self.under(finding.origin)).unwrap();
        for related in &finding.related {
            let place = self.under(related.origin);
            write!(out, "; {} [{place}]", related.label).unwrap();
        }
        if let Some(help) = &finding.help {
            write!(out, "; {help}").unwrap();
        }
        if let Some(edit) = &finding.edit {
            let old = self.under(Origin::Spec(edit.span));
            write!(out, "; {old} -> {}", edit.replacement).unwrap();
        }
        out.push('\n');
    }
}

fn run(format: Format, text: &str) -> Outcome {
    let mut sources = Sources::new();
    let (node, mut findings) = read("test", Some(format), text, &mut sources);
    let spec = node.and_then(|node| decode(&node, &sources, &mut findings).0);
    findings.sort();
    Outcome {
        spec,
        findings,
        sources,
    }
}

fn yaml(text: &str) -> String {
    run(Format::Yaml, text).show()
}

fn toml(text: &str) -> String {
    run(Format::Toml, text).show()
}

#[track_caller]
fn check(shown: &str, expected: &[&str]) {
    let shown: Vec<&str> = shown.lines().collect();
    assert_eq!(shown, expected, "\n{}", shown.join("\n"));
}

#[test]
fn the_three_formats_say_the_same() {
    let texts = [
        (
            Format::Yaml,
            "stack: prod\nversion: \"1.35\"\nnetwork: {zones: 3, nat: per-zone}\ntiers:\n  apps: {prefix: 20}\n  data:\n",
        ),
        (
            Format::Json,
            "{\n\t\"stack\": \"prod\", \"version\": \"1.35\",\n\t\"network\": {\"zones\": 3, \"nat\": \"per-zone\"},\n\t\"tiers\": {\"apps\": {\"prefix\": 20}, \"data\": null}\n}",
        ),
        (
            Format::Toml,
            "stack = 'prod'\nversion = '1.35'\n[tiers]\napps.prefix = 20\ndata = {}\n[network]\nzones = 3\nnat = 'per-zone'\n",
        ),
    ];
    for (format, text) in texts {
        let outcome = run(format, text);
        assert_eq!(outcome.show(), "", "{format:?}");
        let spec = outcome.spec.as_ref().expect("a spec");
        assert_eq!(spec.stack.get().map(String::as_str), Some("prod"));
        assert_eq!(spec.version.get().map(String::as_str), Some("1.35"));
        let network = spec.network.get().expect("a network");
        assert_eq!(network.zones.get(), Some(&Zones::Count(3)));
        assert_eq!(network.nat.get(), Some(&Nat::PerZone));
        assert_eq!(outcome.under(network.zones.origin()), "3");
        assert!(spec.endpoint.is_absent());
        let tiers = spec.tiers.get().expect("tiers");
        let names: Vec<&str> = tiers.iter().map(|(key, _)| key.text.as_str()).collect();
        assert_eq!(names, ["apps", "data"], "{format:?}");
    }
}

#[test]
fn every_problem_of_a_file_is_found_in_one_run() {
    let text = "\
stack: [prod]
version: 1.30
networc: {}
network:
  cdir: 10.0.0.0/16
  cidr: 5
  zones: many
  nat: per_zone
  flowLogs: yes
  flow-logs: yes
endpoint:
  publicCidrs: []
  public_cidrs: []
tiers:
  apps: { prefix: 300, ports: [80, \"443\", 70000, -1, 1.5, null, x] }
  apps: {}
  data: 7
colour: red
";
    check(
        &yaml(text),
        &[
            "SPEC004 [[prod]] expected a string, found a list; write a single value, without brackets and without keys of its own",
            "SPEC004 [1.30] expected a string, found the number `1.30`; write \"1.30\"; 1.30 -> \"1.30\"",
            "SPEC002 [networc] unknown key `networc`; known keys: `stack`, `version`, `network`, `endpoint` or `tiers`",
            "SPEC002 [cdir] unknown key `cdir`; known keys: `cidr`, `zones`, `nat` or `flow-logs`",
            "SPEC004 [5] expected a string, found the number `5`; write \"5\"; 5 -> \"5\"",
            "SPEC004 [many] expected a number of zones or a list of zone ids, found a string; write a number of zones or a list of zone ids",
            "SPEC005 [per_zone] `per_zone` is not one of `per-zone`, `single` or `off`; did you mean `per-zone`?; per_zone -> per-zone",
            "SPEC002 [flowLogs] unknown key `flowLogs`; known keys: `cidr`, `zones`, `nat` or `flow-logs`",
            "SPEC004 [yes] expected `true` or `false`, found the string `yes`; write `true`; yes -> true",
            "SPEC002 [publicCidrs] unknown key `publicCidrs`; did you mean `public-cidrs`?; publicCidrs -> public-cidrs",
            "SPEC002 [public_cidrs] unknown key `public_cidrs`; did you mean `public-cidrs`?; public_cidrs -> public-cidrs",
            "SPEC006 [300] 300 is too large: the most is 255; write a whole number from 0 to 255",
            "SPEC004 [\\\"443\\\"] expected a whole number, found the string \"443\"; write `443`; \\\"443\\\" -> 443",
            "SPEC006 [70000] 70000 is too large: the most is 65535; write a whole number from 0 to 65535",
            "SPEC006 [-1] -1 is too small: the least is 0; write a whole number from 0 to 65535",
            "SPEC004 [1.5] expected a whole number, found `1.5`; write a whole number, such as 3",
            "SPEC004 [null] expected a whole number, found nothing; write a whole number, such as 3",
            "SPEC004 [x] expected a whole number, found a string; write a whole number, such as 3",
            "SPEC003 [apps] the key `apps` is written twice; first written here [apps]; keep one of them",
            "SPEC004 [7] expected a map, found a number; known keys: `prefix` or `ports`",
            "SPEC002 [colour] unknown key `colour`; known keys: `stack`, `version`, `network`, `endpoint` or `tiers`",
        ],
    );
}

#[test]
fn near_keys_are_suggested_in_the_quotes_they_stand_in() {
    check(
        &run(
            Format::Json,
            r#"{"network": {"cdir": "10.0.0.0/16", "zone": 2}, "tier": {}}"#,
        )
        .show(),
        &[
            "SPEC002 [\\\"cdir\\\"] unknown key `cdir`; did you mean `cidr`?; \\\"cdir\\\" -> \"cidr\"",
            "SPEC002 [\\\"zone\\\"] unknown key `zone`; did you mean `zones`?; \\\"zone\\\" -> \"zones\"",
            "SPEC002 [\\\"tier\\\"] unknown key `tier`; did you mean `tiers`?; \\\"tier\\\" -> \"tiers\"",
        ],
    );
}

#[test]
fn a_wrong_value_leaves_its_neighbours_alone() {
    let outcome = run(
        Format::Yaml,
        "network:\n  cidr: [1]\n  zones: [use1-az1, 7, use1-az2]\n",
    );
    let spec = outcome.spec.as_ref().expect("a spec");
    let network = spec.network.get().expect("a network");
    assert!(network.cidr.is_invalid());
    assert_eq!(outcome.under(network.cidr.origin()), "[1]");
    let Some(Zones::Ids(ids)) = network.zones.get() else {
        panic!("no ids");
    };
    let places: Vec<String> = ids.iter().map(|id| outcome.under(id.origin())).collect();
    assert_eq!(places, ["use1-az1", "7", "use1-az2"]);
    assert!(ids[1].is_invalid() && ids[2].get().is_some());
}

#[test]
fn syntax_errors_say_what_to_write() {
    let cases = [
        (
            "network:\n\tcidr: x\n",
            "SPEC001 [\\t] a tab in the indentation; indent with two spaces for each level; \\t ->   ",
        ),
        (
            "stack:prod\nversion: x\n",
            "SPEC001 [stack:prod] no space behind the colon of `stack:`; write `stack: prod`;  ->  ",
        ),
        (
            "network:\n  cidr:10.0.0.0/16\n",
            "SPEC004 [cidr:10.0.0.0/16] expected a map, found a string; write `cidr: 10.0.0.0/16`",
        ),
        (
            "stack: @prod\n",
            "SPEC001 [@prod] text cannot start with `@` unless it is quoted; write \"@prod\"; @prod -> \"@prod\"",
        ),
        (
            "stack: %prod # x\n",
            "SPEC001 [%prod] text cannot start with `%` unless it is quoted; write \"%prod\"; %prod -> \"%prod\"",
        ),
        (
            "stack: *prod\n",
            "SPEC001 [*prod] nothing is anchored as `&prod`; if this is meant as text, write \"*prod\"; *prod -> \"*prod\"",
        ),
        (
            "stack: a: b\n",
            "SPEC001 [a: b] a second colon in an unquoted value; write \"a: b\", or put the inner key on a line of its own",
        ),
    ];
    for (text, expected) in cases {
        check(&yaml(text), &[expected]);
    }
}

#[test]
fn unclosed_quotes_and_brackets() {
    for text in ["stack: \"prod\n", "stack: 'prod\nversion: x\n"] {
        let shown = yaml(text);
        assert!(shown.contains("a quote is never closed"), "{shown}");
    }
    for text in [
        "network: {cidr: x\n",
        "network:\n  zones: [a, b\ntiers: {}\n",
    ] {
        let shown = yaml(text);
        assert!(shown.starts_with("SPEC001"), "{shown}");
        assert!(shown.contains("the bracket with"), "{shown}");
    }
}

#[test]
fn mismatched_brackets_and_wrong_columns() {
    check(
        &yaml("{\"network\": {\"zones\": [1, 2}"),
        &["SPEC001 [[] a bracket is never closed; close it, or a bracket inside of it, with `]`"],
    );
    check(
        &yaml("{\n \"stack\": \"a\"\n \"version\": \"b\"\n}"),
        &[
            "SPEC001 [\\\"version\\\":] expected `,` or `}`; opened here [{]; put a `,` here, or close the bracket with `}`",
        ],
    );
    check(
        &yaml("stack: a\n  version: b\n"),
        &[
            "SPEC001 [version:] syntax error: mapping values are not allowed in this context; keys of one map start in the same column",
        ],
    );
}

#[test]
fn spans_count_bytes_whatever_is_in_front() {
    let expected = "SPEC002 [stac] unknown key `stac`; did you mean `stack`?; stac -> stack";
    for text in [
        "# größe → ✓\nstac: é\n",
        "\u{feff}stac: x\n",
        "version: 'ü'\r\nstac: x\r\n",
        "\u{feff}# ü\r\n\r\nstac: x",
    ] {
        check(&yaml(text), &[expected]);
    }
    for text in [
        "# größe → ✓\nstac = 'é'\n",
        "\u{feff}stac = 'x'\n",
        "version = 'ü'\r\nstac = 'x'\r\n",
    ] {
        check(&toml(text), &[expected]);
    }
    let outcome = run(Format::Yaml, "stack: |\r\n  a\r\n  b\r\n");
    let stack = outcome.spec.as_ref().and_then(|spec| spec.stack.get());
    assert_eq!(stack.map(String::as_str), Some("a\nb\n"));
}

#[test]
fn nothing_is_not_a_spec() {
    for text in [
        "",
        "\u{feff}",
        "# only a comment\n",
        "---\n",
        "\r\n\r\n",
        "{}",
        "null",
    ] {
        let shown = yaml(text);
        assert!(
            shown.starts_with("SPEC009 [] the spec is empty"),
            "{text:?}: {shown}"
        );
    }
    assert!(toml("# only a comment\n").starts_with("SPEC009"));
}

#[test]
fn yaml_beyond_plain_data_is_refused() {
    check(
        &yaml(
            "base: &b {prefix: 1}\nstack: !Ref x\ntiers:\n  a:\n    <<: *b\n  null: {}\n  [x]: {}\n  7: {}\n",
        ),
        &[
            "SPEC002 [base] unknown key `base`; known keys: `stack`, `version`, `network`, `endpoint` or `tiers`",
            "SPEC008 [!Ref] the tag `!Ref` has no meaning in a spec; write the value itself, in quotes if it must be text",
            "SPEC008 [<<] merge keys are not supported; write the keys out, or give the whole map an anchor and repeat it by an alias",
            "SPEC008 [null] nothing cannot be a key; write a name in front of the colon",
            "SPEC008 [[x]] a list cannot be a key; write a name in front of the colon",
        ],
    );
    check(
        &yaml("stack: a\n---\nstack: b\n"),
        &["SPEC008 [---] several documents in one file; put every spec into a file of its own"],
    );
}

#[test]
fn aliases_repeat_values() {
    let outcome = run(
        Format::Yaml,
        "tiers:\n  a: &a {prefix: 20}\n  b: *a\n  c: *a\n",
    );
    assert_eq!(outcome.show(), "");
    let tiers = outcome.spec.and_then(|spec| spec.tiers.into_value());
    let tiers = tiers.expect("tiers");
    let prefix = |name| {
        let (_, tier) = tiers.get(name).expect("a tier");
        tier.get().and_then(|tier| tier.prefix.get().copied())
    };
    assert_eq!([prefix("a"), prefix("b"), prefix("c")], [Some(20); 3]);
}

#[test]
fn hostile_texts_end_in_a_finding() {
    let mut bomb = String::from("a0: &a0 [xxxxxxxxxxxxxxxx]\n");
    for level in 1..40 {
        let below = format!("*a{},", level - 1).repeat(9);
        writeln!(bomb, "a{level}: &a{level} [{below}]").unwrap();
    }
    let open = "[".repeat(1 << 20);
    let dashes = "- ".repeat(1 << 20);
    let maps = "{a: ".repeat(1 << 18);
    let many = "[1,".repeat(60) + &"1,".repeat(1 << 20);
    for text in [&bomb, &open, &dashes, &maps, &many] {
        let shown = yaml(text);
        assert!(
            shown.starts_with("SPEC007"),
            "{}",
            &shown[..shown.len().min(300)]
        );
        assert_eq!(shown.lines().count(), 1);
    }
    let lines = "a:\n".repeat(3);
    assert!(!yaml(&lines).is_empty());
    let itself = yaml("stack: &a [*a]\n");
    assert!(itself.starts_with("SPEC001 [*a]"), "{itself}");

    let nested = format!("x = {open}");
    let dotted = format!("{} = 1", vec!["a"; 300].join("."));
    let inline = format!("x = {}", "{a=".repeat(1 << 18));
    for text in [&nested, &dotted, &inline, &open] {
        let shown = toml(text);
        assert!(
            shown.starts_with("SPEC00"),
            "{}",
            &shown[..shown.len().min(300)]
        );
    }
    let mut sources = Sources::new();
    let huge = " ".repeat((16 << 20) + 1);
    let (_, findings) = read("huge", None, &huge, &mut sources);
    assert!(findings.iter().all(|f| f.code.as_str() == "SPEC007"));
    assert!(findings.has_errors());
}

#[test]
fn toml_finds_several_errors_too() {
    check(
        &toml(
            "stack = 1979-05-27\nversion = 1.30\nstack = 'x'\n[network]\nnat = 'of'\n[[tiers]]\n",
        ),
        &[
            "SPEC008 [1979-05-27] no setting takes a date or time; if this is meant as text, write \"1979-05-27\"; 1979-05-27 -> \"1979-05-27\"",
            "SPEC004 [1.30] expected a string, found the number `1.30`; write \"1.30\"; 1.30 -> \"1.30\"",
            "SPEC003 [stack] the key `stack` is written twice; first written here [stack]; keep one of them",
            "SPEC005 [\\'of\\'] `of` is not one of `per-zone`, `single` or `off`; did you mean `off`?; \\'of\\' -> 'off'",
            "SPEC004 [[[tiers]]] expected a map from names to settings, found a list; write each thing by its name, with its settings behind it",
        ],
    );
    let shown = toml("stack = prod\n[network]\ncidr = 10.0.0.0/16\nnat: off\n");
    let helps = [
        "stack = \"prod\"",
        "cidr = \"10.0.0.0/16\"",
        "nat = \"off\"",
    ];
    assert_eq!(shown.lines().count(), helps.len(), "{shown}");
    for (line, help) in shown.lines().zip(helps) {
        assert!(line.ends_with(&format!("write `{help}`")), "{shown}");
    }
}

#[test]
fn formats_are_recognised() {
    assert_eq!(Format::from_extension("YML"), Some(Format::Yaml));
    assert_eq!(Format::from_extension("txt"), None);
    assert_eq!(Format::sniff("\u{feff}\n {"), Format::Json);
    assert_eq!(Format::sniff("stack: x"), Format::Yaml);
}

#[test]
fn plain_words_follow_the_core_schema() {
    use super::scalar::resolve;
    use super::tree::Kind;
    for text in [
        "no",
        "off",
        "1_000",
        "10.0.0.0/16",
        "inf",
        "1e",
        "0x",
        ".",
        "-",
        "1.2.3",
        "0b1",
        "+0x1",
        "12:30",
    ] {
        assert_eq!(resolve(text), Kind::Str(text.to_owned()), "{text}");
    }
    assert_eq!(resolve("010"), Kind::Int(10));
    assert_eq!(resolve("0o10"), Kind::Int(8));
    assert_eq!(resolve("0xff"), Kind::Int(255));
    assert_eq!(resolve("1e3"), Kind::Float(1000.0));
    assert_eq!(resolve("-.inf"), Kind::Float(f64::NEG_INFINITY));
    assert!(matches!(resolve("99999999999999999999"), Kind::Float(_)));
}

#[cfg(feature = "schema")]
#[test]
fn schemas_see_through_fields() {
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema is wanted")]
    struct Shape {
        name: Field<String>,
        ids: Field<Vec<Field<u8>>>,
        named: Named<Field<bool>>,
    }
    let schema = schemars::schema_for!(Shape).to_value();
    assert_eq!(schema["properties"]["name"]["type"], "string");
    assert_eq!(schema["properties"]["ids"]["items"]["maximum"], 255);
    assert_eq!(
        schema["properties"]["named"]["additionalProperties"]["type"],
        "boolean"
    );
    assert_eq!(schema["required"], serde_json::json!(["named"]));
}
