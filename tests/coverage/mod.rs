//! The list of all rules, `docs/rules/README.md`, is what the registry and the lists beside it say; and every rule of the
//! catalog, `catalog.tsv`, is in one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use eksnet::check::{Area, rules};
use eksnet::diagnostic::Severity;
use minijinja::{Environment, Value, context};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A line of a list, field by field; the first is the code.
type Line = Vec<String>;

/// Code, severity, demand, how it is kept, and the test that shows it.
fn by_construction() -> Vec<Line> {
    table("by-construction.tsv", 5)
}

/// Code, severity, demand, and the codes that check it.
fn covered() -> Vec<Line> {
    table("covered.tsv", 4)
}

/// Code, severity, demand and what to know, of rules that no single spec can break.
fn unseen() -> Vec<Line> {
    table("unseen.tsv", 4)
}

/// Code, severity, demand, why no spec shows it, and what reminds of it: a page of `docs`, or a code.
fn undecidable() -> Vec<Line> {
    table("undecidable.tsv", 5)
}

/// The lists beside the registry, by the names of their files.
fn lists() -> [(&'static str, Vec<Line>); 4] {
    [
        ("by construction", by_construction()),
        ("covered", covered()),
        ("unseen", unseen()),
        ("undecidable", undecidable()),
    ]
}

/// What a list holds, line by line, in the order of the codes; a line that begins with `#` is a comment.
fn table(name: &str, fields: usize) -> Vec<Line> {
    let text = std::fs::read_to_string(root().join("docs/rules").join(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let lines: Vec<Line> = lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect();
    for line in &lines {
        assert_eq!(line.len(), fields, "{name}: {line:?}");
    }
    assert!(lines.is_sorted_by(|a, b| a[0] < b[0]), "{name}");
    lines
}

/// What the catalog says of a rule.
struct Wanted {
    severity: Severity,
    /// Whether AWS says it in as many words.
    sure: bool,
}

/// The catalog, by code.
fn catalog() -> BTreeMap<String, Wanted> {
    let lines = table("../../tests/coverage/catalog.tsv", 3);
    let lines = lines.into_iter().map(|line| {
        let severity = match &*line[1] {
            "E" => Severity::Error,
            "W" => Severity::Warning,
            "I" => Severity::Info,
            other => panic!("{}: {other}", line[0]),
        };
        let sure = match &*line[2] {
            "high" => true,
            "low" => false,
            other => panic!("{}: {other}", line[0]),
        };
        (line[0].clone(), Wanted { severity, sure })
    });
    lines.collect()
}

/// The rules of the catalog that the registry has.
fn checked() -> BTreeSet<String> {
    let codes = rules::ALL.iter().map(|rule| rule.code.as_str().to_owned());
    let catalog = catalog();
    codes.filter(|code| catalog.contains_key(code)).collect()
}

/// How many rules of the catalog there are, and how many error rules among them, where nothing is wrong to write.
struct Coverage {
    errors: usize,
    errors_kept: usize,
}

impl Coverage {
    fn reckon() -> Self {
        let catalog = catalog();
        let is_error = |code: &&String| {
            let wanted = catalog.get(*code);
            wanted.is_some_and(|wanted| wanted.severity == Severity::Error)
        };
        let (checked, constructed, covered) = (checked(), by_construction(), covered());
        let listed = constructed.iter().chain(&covered).map(|line| &line[0]);
        let kept: BTreeSet<&String> = checked.iter().chain(listed).collect();
        Self {
            errors: catalog.keys().filter(is_error).count(),
            errors_kept: kept.into_iter().filter(is_error).count(),
        }
    }

    fn percent(&self) -> usize {
        self.errors_kept * 100 / self.errors
    }
}

/// A link to the page of a rule, or to one of `docs`.
fn link(to: &str) -> String {
    match to.strip_suffix(".md") {
        Some(name) => format!("[{}](../{to})", name.trim_start_matches("guides/")),
        None => format!("[{to}]({to}.md)"),
    }
}

fn readme() -> String {
    let areas: Vec<Value> = Area::ALL
        .iter()
        .map(|area| {
            let rules: Vec<Value> = rules::ALL
                .iter()
                .filter(|rule| rule.area == *area)
                .map(|rule| {
                    context! {
                        code => rule.code.as_str(),
                        severity => rule.severity.as_str(),
                        summary => rule.summary,
                    }
                })
                .collect();
            context! { title => area.title(), rules => rules }
        })
        .collect();
    let mut covered = covered();
    for line in &mut covered {
        let links: Vec<String> = line[3].split(' ').map(link).collect();
        line[3] = links.join(", ");
    }
    let mut undecidable = undecidable();
    for line in &mut undecidable {
        line[4] = link(&line[4]);
    }
    let checked = checked().len();
    let coverage = Coverage::reckon();
    let template = std::fs::read_to_string(root().join("templates/rules.md.j2")).unwrap();
    let environment = Environment::new();
    environment
        .render_str(
            &template,
            context! {
                catalog => catalog().len(),
                checked => checked,
                own => rules::ALL.len() - checked,
                errors => coverage.errors,
                errors_kept => coverage.errors_kept,
                percent => coverage.percent(),
                areas => areas,
                constructed => by_construction(),
                covered => covered,
                unseen => unseen(),
                undecidable => undecidable,
            },
        )
        .unwrap()
        + "\n"
}

/// What AWS does not say in as many words stops nobody.
#[test]
fn rules_that_are_not_sure_are_no_errors() {
    let catalog = catalog();
    let errors = rules::ALL
        .iter()
        .filter(|rule| rule.severity == Severity::Error);
    let doubtful: Vec<_> = errors
        .map(|rule| rule.code.as_str())
        .filter(|code| catalog.get(*code).is_some_and(|wanted| !wanted.sure))
        .collect();
    assert!(doubtful.is_empty(), "{doubtful:?}");
}

#[test]
fn lists_have_the_severities_of_the_catalog() {
    let catalog = catalog();
    for (list, lines) in lists() {
        for line in lines {
            let wanted = catalog[&line[0]].severity.as_str();
            assert_eq!(line[1], wanted, "{list}: {}", line[0]);
        }
    }
}

#[test]
fn every_rule_of_the_catalog_is_accounted_for_once() {
    let catalog = catalog();
    let mut place: BTreeMap<String, &str> = BTreeMap::new();
    for code in checked() {
        place.insert(code, "checked");
    }
    for (list, lines) in lists() {
        for line in lines {
            assert!(catalog.contains_key(&line[0]), "{list}: {}", line[0]);
            let before = place.insert(line[0].clone(), list);
            assert_eq!(before, None, "{}: {list}", line[0]);
        }
    }
    let missing: Vec<_> = catalog
        .keys()
        .filter(|code| !place.contains_key(*code))
        .collect();
    assert!(missing.is_empty(), "in no list: {missing:?}");
}

#[test]
fn nine_of_ten_error_rules_are_kept() {
    let Coverage {
        errors,
        errors_kept,
    } = Coverage::reckon();
    assert!(errors_kept * 10 >= errors * 9, "{errors_kept} of {errors}");
}

#[test]
fn what_the_lists_name_exists() {
    let is_rule = |code: &str| rules::ALL.iter().any(|rule| rule.code.as_str() == code);
    for line in covered() {
        for code in line[3].split(' ') {
            assert!(is_rule(code), "{}: {code}", line[0]);
        }
    }
    for line in undecidable() {
        let (code, reminder) = (&line[0], &line[4]);
        let page = if is_rule(reminder) {
            root().join(format!("docs/rules/{reminder}.md"))
        } else {
            root().join("docs").join(reminder)
        };
        let text = std::fs::read_to_string(&page).unwrap_or_else(|e| panic!("{code}: {e}"));
        assert!(text.contains(&**code), "{code} is not in {reminder}");
    }
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for line in by_construction() {
        let (file, name) = line[4].split_once(": ").unwrap();
        let text = files.entry(file.to_owned()).or_insert_with(|| {
            std::fs::read_to_string(root().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
        });
        let wanted = format!("#[test]\nfn {name}() {{");
        assert!(text.contains(&wanted), "{}: {}", line[0], line[4]);
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
