//! Templates that are made to take for ever or to fill the memory.

use std::fmt::Write as _;

use eksnet::diagnostic::{Sources, Style, concise, full};
use eksnet::read::foreign::{Given, cloudformation};

use super::support::rng::Rng;
use super::{files, given, refused};

/// Reads a text and shows all that came of it.
fn survive(text: &str, given: &Given) -> String {
    let mut sources = Sources::new();
    match cloudformation("hostile.yaml", text, given, &mut sources) {
        Ok(template) => {
            let reading = template.reading();
            assert!(reading.resources.len() <= template.resources.len());
            template.to_string()
        }
        Err(findings) => {
            assert!(findings.has_errors());
            full(&findings, &sources, Style::Plain);
            concise(&findings, &sources)
        }
    }
}

fn plain(text: &str) -> String {
    survive(text, &Given::default())
}

#[test]
fn deep_values_are_refused() {
    for open in ["[", "{a: ", "!Not [", "!Sub {a: ", "{\"Fn::Not\": ["] {
        let text = format!("Conditions:\n  C: {}", open.repeat(100_000));
        assert!(plain(&text).contains("SPEC00"), "{open}");
    }
    let closed = format!(
        "Resources: {{ A: {{ Type: B, P: {}1{} }} }}",
        "!Join ['', [".repeat(40),
        "]]".repeat(40)
    );
    assert!(plain(&closed).contains("nested"));
    assert!(plain(&"[".repeat(100 << 20)).contains("larger than 16 MiB"));
}

#[test]
fn aliases_of_aliases_are_refused() {
    let mut text =
        "Resources:\n  A:\n    Type: B\n    Properties:\n      a0: &a0 [x, x, x, x, x, x, x, x]\n"
            .to_owned();
    for level in 1..30 {
        let before = level - 1;
        let eight = vec![format!("*a{before}"); 8].join(", ");
        writeln!(text, "      a{level}: &a{level} [{eight}]").expect("text");
    }
    assert!(plain(&text).contains("SPEC007"));
    let mut functions =
        "Resources:\n  A:\n    Type: B\n    Properties:\n      a0: &a0 !Join ['', [x]]\n"
            .to_owned();
    for level in 1..40 {
        let before = level - 1;
        writeln!(
            functions,
            "      a{level}: &a{level} !Join ['', [*a{before}, *a{before}]]"
        )
        .expect("text");
    }
    assert!(plain(&functions).contains("SPEC007"));
    assert!(
        plain("Resources: { A: { Type: B, Properties: &p { P: *p } } }")
            .contains("inside of what it repeats")
    );
}

#[test]
fn circles_are_refused() {
    let none = Given::default();
    let conditions = "Conditions: { A: !Not [!Condition B], B: !Or [!Condition C, !Condition C], C: !Condition A, D: !Condition A }\nResources: {}\n";
    let said = refused(conditions, &none);
    assert!(
        said.contains("conditions wait for each other: A, B, C"),
        "{said}"
    );
    let resources = "Resources: { A: { Type: X, Properties: { P: !GetAtt B.Q } }, B: { Type: X, DependsOn: C }, C: { Type: X, Properties: { P: !Sub '${A}' } }, D: { Type: X } }";
    let said = refused(resources, &none);
    assert!(
        said.contains("resources wait for each other: A, B, C"),
        "{said}"
    );
    // Followed attributes come back to where they began.
    let followed = "Resources: { V: { Type: AWS::EC2::VPC, Properties: { CidrBlock: !GetAtt W.CidrBlock } }, W: { Type: AWS::EC2::VPC, Properties: { CidrBlock: !GetAtt V.CidrBlock } } }";
    assert!(refused(followed, &none).contains("V, W"));
    let own =
        "Resources: { V: { Type: AWS::EC2::VPC, Properties: { CidrBlock: !GetAtt V.CidrBlock } } }";
    assert!(refused(own, &none).contains("wait for each other: V"));
    // A condition that is false breaks a circle.
    let broken = "Conditions: { Off: !Equals [a, b] }\nResources: { A: { Type: X, Properties: { P: !If [Off, !Ref B, c] } }, B: { Type: X, Properties: { P: !Ref A } } }";
    assert!(!plain(broken).contains("wait for each other"));
}

/// Conditions and attributes that follow each other for longer than any stack is high.
#[test]
fn long_chains_end() {
    let mut text = "Conditions:\n".to_owned();
    for n in 0..20_000 {
        writeln!(text, "  C{n:05}: !Not [!Condition C{:05}]", n + 1).expect("text");
    }
    text.push_str("  C20000: !Equals [a, a]\nResources: { A: { Type: B, Condition: C00000 } }\n");
    plain(&text);
    let mut text =
        "Resources:\n  V00000: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }\n"
            .to_owned();
    for n in 1..5000 {
        writeln!(text, "  V{n:05}: {{ Type: AWS::EC2::VPC, Properties: {{ CidrBlock: !GetAtt V{:05}.CidrBlock }} }}", n - 1).expect("text");
    }
    plain(&text);
}

/// Each of these says twice what the one before says.
#[test]
fn what_doubles_is_refused() {
    let mut text =
        "Resources:\n  V00: { Type: AWS::EC2::VPC, Properties: { CidrBlock: xxxxxxxxxxxxxxxx } }\n"
            .to_owned();
    for n in 1..60 {
        let before = n - 1;
        writeln!(text, "  V{n:02}: {{ Type: AWS::EC2::VPC, Properties: {{ CidrBlock: !Sub '${{V{before:02}.CidrBlock}}${{V{before:02}.CidrBlock}}' }} }}").expect("text");
    }
    assert!(plain(&text).contains("more than can be worked out"));
    let long = "x".repeat(100_000);
    let many = "${P}".repeat(50_000);
    let text = format!(
        "Parameters: {{ P: {{ Type: String, Default: {long} }} }}\nResources: {{ A: {{ Type: B, Properties: {{ C: !Sub '{many}' }} }} }}"
    );
    assert!(plain(&text).contains("more than can be worked out"));
    let list = "a,".repeat(100_000);
    let many = "!Ref P, ".repeat(5_000);
    let text = format!(
        "Parameters: {{ P: {{ Type: CommaDelimitedList, Default: '{list}' }} }}\nResources: {{ A: {{ Type: B, Properties: {{ C: [{many}] }} }} }}"
    );
    assert!(plain(&text).contains("more than can be worked out"));
    let many = "!Cidr [10.0.0.0/8, 256, 8], ".repeat(20_000);
    let text = format!("Resources: {{ A: {{ Type: B, Properties: {{ C: [{many}] }} }} }}");
    assert!(plain(&text).contains("more than can be worked out"));
    // What many values are unknown for is told in few words.
    let many = "!FindInMap [M, !Ref P, k], ".repeat(20_000);
    let text = format!(
        "Parameters: {{ P: {{ Type: String, Default: {long} }} }}\nResources: {{ A: {{ Type: B, Properties: {{ C: [{many}] }} }} }}"
    );
    plain(&text);
}

/// Looking for what is not there, again and again.
#[test]
fn searching_comes_to_an_end() {
    let mut text = "Mappings:\n  M:\n".to_owned();
    for n in 0..50_000 {
        writeln!(text, "    k{n}: {{ v: 1 }}").expect("text");
    }
    text.push_str("Resources:\n  A:\n    Type: B\n    Properties:\n      P:\n");
    for _ in 0..50_000 {
        text.push_str("      - !FindInMap [M, k49999, v]\n");
    }
    assert!(plain(&text).contains("more than can be worked out"));
    let mut text = "Resources:\n".to_owned();
    for n in 0..20_000 {
        writeln!(
            text,
            "  Name{n}: {{ Type: B, Properties: {{ P: !Ref Nome{n}x, Q: !GetAtt Num{n}.x }} }}"
        )
        .expect("text");
    }
    assert!(plain(&text).contains("`Nome0x` is no parameter or resource"));
    // Long names above many values.
    let name = "n".repeat(1000);
    let mut text = "Resources:\n  A:\n    Type: B\n    Properties:\n      ".to_owned();
    text.push_str(&format!("{{ {name}: ").repeat(50));
    write!(text, "[{}]", "~, ".repeat(100_000)).expect("text");
    text.push_str(&" }".repeat(50));
    plain(&text);
}

#[test]
fn odd_arguments_are_unknown() {
    for argument in [
        "",
        "''",
        "~",
        "[]",
        "[[]]",
        "{}",
        "[1]",
        "[-1, []]",
        "[a, b]",
        "[a, b, c]",
        "[a, b, c, d]",
        "{a: b}",
        "[{}, {}]",
        "[0, {Ref: A}]",
        "[9999999999999999999999, [a]]",
        "[!Ref A, !Ref A, !Ref A]",
        "['', a]",
    ] {
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
            "Ref",
            "Condition",
            "Length",
            "ToJsonString",
            "Foo",
        ] {
            plain(&format!(
                "Resources:\n  A: {{ Type: B }}\n  C:\n    Type: D\n    Properties:\n      E: !{function} {argument}\n"
            ));
            plain(&format!(
                "Conditions:\n  C: !{function} {argument}\nResources: {{ A: {{ Type: B, Condition: C }} }}\n"
            ));
        }
    }
    for block in ["10.0.0.0/8", "::/0", "0.0.0.0/0", "10.0.0.5/24", "x", ""] {
        for (count, bits) in [
            ("256", "0"),
            ("256", "1"),
            ("1", "32"),
            ("2", "32"),
            ("256", "64"),
            ("1", "128"),
            ("0", "8"),
            ("257", "8"),
            ("1", "129"),
            ("-1", "-1"),
        ] {
            plain(&format!(
                "Resources: {{ A: {{ Type: B, Properties: {{ C: !Cidr ['{block}', {count}, {bits}] }} }} }}"
            ));
        }
    }
}

/// Templates with pieces missing, doubled and moved.
#[test]
fn damaged_templates_are_survived() {
    let mut rng = Rng::new(5);
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("text");
        let given = given(&path);
        for _ in 0..60 {
            let mut lines: Vec<&str> = text.lines().collect();
            for _ in 0..=rng.below(3) {
                let (from, to) = (rng.below(lines.len()), rng.below(lines.len()));
                match rng.below(3) {
                    0 => {
                        lines.remove(from);
                    }
                    1 => lines.swap(from, to),
                    _ => lines.insert(to, lines[from]),
                }
            }
            survive(&lines.join("\n"), &given);
        }
        for _ in 0..20 {
            let end = rng.below(text.len());
            survive(text.get(..end).unwrap_or_default(), &given);
        }
    }
}
