//! The list of all rules, `docs/rules/README.md`, is what the registry says.

use std::path::{Path, PathBuf};

use eksnet::check::rules;
use minijinja::{Environment, Value, context};

/// The rules of the catalog about networks of Amazon EKS, whether they are checked or not.
const CATALOG: usize = 398;

/// Areas by how their codes begin.
const AREAS: &[(&str, &str)] = &[
    ("SPEC", "The form of a spec"),
    ("PLAN", "The plan"),
    ("EKS1", "VPC and address space"),
    ("EKS2", "Subnets and zones"),
    ("EKS3", "Tags, names and load balancers"),
    ("EKS4", "Routes, gateways and NAT"),
    ("EKS5", "Security groups"),
    ("EKS6", "The API endpoint and VPC endpoints"),
    ("EKS7", "Pods and the VPC CNI"),
    ("EKS8", "Node groups and Fargate"),
    ("EKS9", "Quotas and templates"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Code, demand and how, line by line; a line that begins with `#` is a comment.
fn by_construction() -> Vec<[String; 3]> {
    table("by-construction.tsv")
}

/// Code, demand and why, of rules that no single spec can break.
fn unseen() -> Vec<[String; 3]> {
    table("unseen.tsv")
}

fn table(name: &str) -> Vec<[String; 3]> {
    let text = std::fs::read_to_string(root().join("docs/rules").join(name)).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let fields: Vec<_> = line.split('\t').map(str::to_owned).collect();
            fields
                .try_into()
                .unwrap_or_else(|_| panic!("not three fields: {line}"))
        })
        .collect()
}

fn readme() -> String {
    let areas: Vec<Value> = AREAS
        .iter()
        .map(|(beginning, title)| {
            let rules: Vec<Value> = rules::ALL
                .iter()
                .filter(|rule| rule.code.as_str().starts_with(beginning))
                .map(|rule| {
                    context! {
                        code => rule.code.as_str(),
                        severity => rule.severity.as_str(),
                        summary => rule.summary,
                    }
                })
                .collect();
            context! { title => *title, rules => rules }
        })
        .collect();
    let constructed: Vec<Value> = by_construction()
        .into_iter()
        .map(|[code, demand, how]| context! { code => code, demand => demand, how => how })
        .collect();
    let unseen: Vec<Value> = unseen()
        .into_iter()
        .map(|[code, demand, why]| context! { code => code, demand => demand, why => why })
        .collect();
    let checked = rules::ALL
        .iter()
        .filter(|rule| rule.code.as_str().starts_with("EKS"))
        .count();
    let template = std::fs::read_to_string(root().join("templates/rules.md.j2")).unwrap();
    let environment = Environment::new();
    environment
        .render_str(
            &template,
            context! {
                catalog => CATALOG,
                checked => checked,
                own => rules::ALL.len() - checked,
                open => CATALOG - checked - constructed.len() - unseen.len(),
                areas => areas,
                constructed => constructed,
                unseen => unseen,
            },
        )
        .unwrap()
        + "\n"
}

#[test]
fn every_rule_is_in_an_area() {
    for rule in rules::ALL {
        let code = rule.code.as_str();
        assert!(
            AREAS
                .iter()
                .any(|(beginning, _)| code.starts_with(beginning)),
            "{code}"
        );
    }
}

#[test]
fn nothing_is_both_checked_and_impossible() {
    let codes: Vec<_> = by_construction()
        .into_iter()
        .map(|[code, ..]| code)
        .collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    let unseen: Vec<_> = unseen().into_iter().map(|[code, ..]| code).collect();
    assert!(unseen.is_sorted_by(|a, b| a < b), "{unseen:?}");
    for code in &codes {
        assert!(!unseen.contains(code), "{code}");
    }
    for code in codes.iter().chain(&unseen) {
        assert!(eksnet::check::Rule::find(code).is_none(), "{code}");
    }
}

#[test]
fn the_list_is_what_the_registry_says() {
    let path: PathBuf = root().join("docs/rules/README.md");
    let wanted = readme();
    if std::env::var_os("EKSNET_REGENERATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/rules/README.md is stale: EKSNET_REGENERATE=1 cargo test --test rules"
    );
}
