//! The table of what one engine cannot say, held against the tables of resource types, and its section of docs/engines.md.

use std::collections::BTreeSet;
use std::path::Path;

use eksnet::graph::{Kind, Resource, Shape, Table, Value};
use eksnet::plan::Ledger;
use eksnet::read::{Engine, EngineDifference, Instead, engine_differences};

use super::support::{examples, run};

const BEGIN: &str = "<!-- begin: written by tests/reading.rs -->";
const END: &str = "<!-- end: written by tests/reading.rs -->";

/// All types of a graph and the blocks in them, but for those that stand only where an engine has no place for them.
fn shapes() -> Vec<&'static Shape> {
    let mut all: Vec<&'static Shape> = Vec::new();
    let mut found: Vec<&'static Shape> = Resource::SHAPES.to_vec();
    while let Some(shape) = found.pop() {
        let both =
            |a: &&eksnet::graph::Attribute| a.cloudformation.is_some() && a.terraform.is_some();
        for attribute in shape.attributes.iter().filter(both) {
            match attribute.kind {
                Kind::Block(block) => found.push(block),
                Kind::List(Kind::Block(block)) => found.push(*block),
                _ => {}
            }
        }
        all.push(shape);
    }
    all
}

#[test]
fn every_gap_in_the_tables_has_a_line() {
    let mut gaps = BTreeSet::new();
    for shape in shapes() {
        let types = [shape.cloudformation, shape.terraform];
        let engines = [Engine::CloudFormation, Engine::Terraform];
        if types.iter().filter(|kind| kind.is_some()).count() == 1 {
            let lacks = engines[usize::from(types[0].is_some())];
            gaps.insert((shape.name, None, lacks));
            continue;
        }
        for attribute in shape.attributes {
            let paths = [attribute.cloudformation, attribute.terraform];
            for (engine, path) in engines.iter().zip(paths) {
                if path.is_none() {
                    gaps.insert((shape.name, Some(attribute.field), *engine));
                }
            }
        }
    }
    let lines: Vec<_> = engine_differences()
        .iter()
        .map(|line| (line.kind, line.field, line.lacks))
        .collect();
    let known: BTreeSet<_> = lines.iter().copied().collect();
    assert_eq!(known.len(), lines.len(), "a line stands twice");
    let missing: Vec<_> = gaps.difference(&known).collect();
    assert!(
        missing.is_empty(),
        "add to src/read/differences.rs: {missing:#?}"
    );
    let stale: Vec<_> = known.difference(&gaps).collect();
    assert!(stale.is_empty(), "no such gap: {stale:#?}");
    assert!(
        lines.is_sorted_by_key(|(kind, ..)| *kind),
        "sort the lines by their types"
    );
}

/// What a table sets, with what the blocks in it set.
fn uses(table: &dyn Table, used: &mut BTreeSet<(&'static str, Option<&'static str>)>) {
    let name = table.shape().name;
    used.insert((name, None));
    table.each(&mut |attribute, value| {
        let values = match value {
            Value::List(elements) => elements,
            value => vec![value],
        };
        for value in values {
            match value {
                Value::Absent => continue,
                Value::Block(block) => uses(block, used),
                _ => {}
            }
            used.insert((name, Some(attribute.field)));
        }
    });
}

/// A line that nothing needs would excuse what nobody looks at.
#[test]
fn every_line_is_of_use() {
    // What no example has: ranges of nodes' own subnets kept for prefixes.
    let prefixes = serde_json::json!({
        "stack": "prefixes",
        "region": "us-east-1",
        "network": { "cidr": "10.40.0.0/16" },
        "cluster": {
            "version": "1.35",
            "pods": { "mode": "prefixes" },
            "node-groups": { "system": { "instance-types": ["m7g.large"] } },
        },
    });
    let prefixes = run::value(&prefixes, &Ledger::new());
    let prefixes = prefixes.expect("a small cluster");
    let mut used = BTreeSet::new();
    let all = examples::all().map(|(_, synthesis)| synthesis);
    for synthesis in all.chain([prefixes]) {
        for entry in &synthesis.graph().entries {
            uses(entry.resource.table(), &mut used);
        }
    }
    let lines = engine_differences().iter();
    let lines = lines.map(|line| (line.kind, line.field));
    let unused: Vec<_> = lines.filter(|line| !used.contains(line)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn the_page_has_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/engines.md");
    let text = std::fs::read_to_string(&path).expect("docs/engines.md");
    let (before, rest) = text.split_once(BEGIN).expect("docs/engines.md: no begin");
    let (_, after) = rest.split_once(END).expect("docs/engines.md: no end");
    let expected = format!("{before}{BEGIN}\n\n{}\n{END}{after}", table());
    if std::env::var_os("EKSNET_BLESS").is_some() {
        std::fs::write(&path, expected).expect("docs/engines.md");
    } else {
        let stale = "docs/engines.md is stale; EKSNET_BLESS=1 cargo test --test reading writes it";
        assert!(text == expected, "{stale}");
    }
}

fn table() -> String {
    let mut text = "| matter | the engine without a place for it | what it does instead |\n| --- | --- | --- |\n".to_owned();
    for line in engine_differences() {
        let EngineDifference {
            kind,
            field,
            lacks,
            instead,
            why,
        } = line;
        let matter = field.map_or_else(|| (*kind).to_owned(), |field| format!("{kind}.{field}"));
        let how = match instead {
            Instead::Nothing => "goes unsaid",
            Instead::Elsewhere => "compared all the same",
            Instead::As(other) => &format!("compared as `{other}`"),
        };
        let engine = lacks.as_str();
        text.extend(["| ", &matter, " | ", engine, " | ", how, ": ", why, " |\n"]);
    }
    text
}
