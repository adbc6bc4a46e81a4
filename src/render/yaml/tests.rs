#![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

use proptest::prelude::*;

use super::{Value, document, is_plain};
use crate::diagnostic::{Findings, Sources};
use crate::spec::{Kind, Node, Tags, read_yaml};

fn written(value: &Value) -> String {
    let mut text = String::new();
    document(value, &mut text);
    text
}

/// What our own reader of YAML 1.2 makes of it.
fn read(text: &str) -> Value {
    let mut sources = Sources::new();
    let source = sources.add("written.yaml", text.to_owned());
    let mut findings = Findings::new();
    let node = read_yaml(text, source, Tags::Refused, &mut findings);
    assert!(!findings.has_errors(), "{text}");
    value(&node.unwrap())
}

fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::text("nothing"),
        Kind::Bool(truth) => Value::Bool(*truth),
        Kind::Int(number) => Value::Int(*number),
        Kind::Float(number) => Value::text(format!("the number {number}")),
        Kind::Str(text) => Value::text(text.clone()),
        Kind::List(items) => Value::List(items.iter().map(value).collect()),
        Kind::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|entry| (entry.key.clone().into(), value(&entry.value)))
                .collect(),
        ),
    }
}

/// Text as it may come from a user, and text that is made to be misread.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9.:/-]{0,12}",
        "\\PC{0,12}",
        any::<String>(),
        "[-+.0-9eExob_:~]{1,8}",
        "[ \\t\\n#&*!|>%@`'\"\\[\\]{},?:-]{1,6}",
        prop::sample::select(vec![
            "on",
            "Yes",
            "NO",
            "y",
            "~",
            "null",
            "1.35",
            "0x1F",
            "0o17",
            "010",
            "1_000",
            "12:30:45",
            "2026-11-23",
            ".inf",
            "-.NaN",
            "=",
            "<<",
            "---",
            "...",
            "- a",
            "a: b",
            "a #b",
            "",
            " ",
            "a ",
            "true",
            "1e3",
            "${VpcId}",
            "sg-0abc",
            "10.0.0.0/8",
            "\u{feff}",
            "\u{2028}",
            "\u{85}",
        ])
        .prop_map(str::to_owned),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        texts().prop_map(Value::text),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            // A map, as no key is twice in one.
            prop::collection::btree_map(texts(), inner, 0..5).prop_map(|map| Value::Map(
                map.into_iter()
                    .map(|(key, value)| (key.into(), value))
                    .collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(value in values()) {
        let text = written(&value);
        prop_assert_eq!(read(&text), value, "{}", text);
    }
}

/// The forms that YAML 1.1 gives a meaning beyond text, and those that only people misread.
#[test]
fn what_could_be_anything_else_stands_in_quotes() {
    for text in [
        "on",
        "Off",
        "YES",
        "n",
        "1.35",
        "010",
        "0x1f",
        "1_000",
        "12:30",
        "2026-11-23",
        "~",
        "",
        ".5",
        "-1",
        "+1",
        "=",
        "<<",
        "${VpcId}",
        "10.0.0.0/8",
        "a b",
        "a:b",
    ] {
        assert!(!is_plain(text), "{text}");
    }
    for text in [
        "sg-0abc",
        "kubernetes.io/metadata.name",
        "use1-az1",
        "/tmp",
        "onward",
    ] {
        assert!(is_plain(text), "{text}");
    }
}

#[test]
fn it_reads_well() {
    let value = Value::map([
        ("kind", "A".into()),
        (
            "list",
            Value::List(vec![
                Value::map([
                    ("from", Value::List(vec![1_u8.into(), 2_u8.into()])),
                    ("to", "x".into()),
                ]),
                Value::List(vec!["a".into(), "b".into()]),
                Value::Map(Vec::new()),
            ]),
        ),
        ("none", Value::List(Vec::new())),
    ]);
    let text = "kind: A\nlist:\n  - from:\n      - 1\n      - 2\n    to: x\n  - - a\n    - b\n  - {}\nnone: []\n";
    assert_eq!(written(&value), text);
}
