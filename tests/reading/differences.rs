//! The table of what one engine cannot say, held against the tables of resource types, and its section of docs/engines.md.

use std::collections::BTreeSet;
use std::path::Path;

use eksnet::graph::{Kind, Resource, Shape};
use eksnet::read::{Engine, EngineDifference, Instead, engine_differences};

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
