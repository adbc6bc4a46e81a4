//! What makes a text no template, or one that is not read.

use std::collections::{BTreeMap, BTreeSet};

use super::section::{elements, entries, function, get, string};
use super::template::Template;
use super::{is_map, order, section};
use crate::check::{Rule, rules};
use crate::diagnostic::{Finding, Findings, Origin, Span};
use crate::spec::nearest::nearest;
use crate::spec::tree::{Kind, Node};

/// Sections that say nothing about resources.
pub(super) const PASSED_OVER: [&str; 3] = ["Hooks", "Metadata", "Rules"];

const MAPS: [&str; 5] = [
    "Conditions",
    "Mappings",
    "Outputs",
    "Parameters",
    "Resources",
];

fn say(findings: &mut Findings, rule: &Rule, span: Span, message: impl Into<String>, help: &str) {
    findings.push(rule.at(Origin::Spec(span), message).help(help));
}

/// Whatever can be refused before anything is worked out.
pub(super) fn refused(root: &Node, findings: &mut Findings) {
    let Some(sections) = entries(root).filter(|_| get(root, "Resources").is_some()) else {
        let finding = rules::SPEC090
            .at(
                Origin::Spec(root.span),
                "this is no CloudFormation template: it has no `Resources`",
            )
            .note("templates are YAML or JSON with a section `Resources`")
            .help("name the template that declares the resources, not a file of its parameters");
        return findings.push(finding);
    };
    for entry in sections {
        let name = entry.key.as_str();
        match name {
            "Transform" if only_functions(&entry.value) => {}
            "Transform" => findings.push(macros(entry.key_span)),
            "AWSTemplateFormatVersion" if string(&entry.value) != Some("2010-09-09") => {
                let message = "the only version of the format is `2010-09-09`";
                let help = "write `AWSTemplateFormatVersion: \"2010-09-09\"`, or leave it out";
                say(findings, &rules::SPEC090, entry.value.span, message, help);
            }
            "AWSTemplateFormatVersion" | "Description" => {}
            _ if PASSED_OVER.contains(&name) => {}
            _ if MAPS.contains(&name) => {
                if !is_map(&entry.value) {
                    let message =
                        format!("`{name}` is {} and not a map", entry.value.kind.describe());
                    let help = "write a map of names, each with what it stands for";
                    say(findings, &rules::SPEC090, entry.value.span, message, help);
                }
                find_macros(&entry.value, findings);
            }
            _ => {
                let message = format!("a template has no section `{name}`");
                let help = match nearest(name, MAPS.into_iter().chain(PASSED_OVER)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "take it out, or move it below `Metadata`".to_owned(),
                };
                say(findings, &rules::SPEC090, entry.key_span, message, &help);
            }
        }
    }
    for entry in section(root, "Resources") {
        let id = &entry.key;
        let kind = get(&entry.value, "Type").and_then(string);
        if kind.is_none() {
            let (message, help) = if id.starts_with("Fn::ForEach") {
                (
                    format!("`{id}` is a loop, which a macro unrolls"),
                    "write its resources out, or give the template as CloudFormation shows it: `aws cloudformation get-template --template-stage Processed`",
                )
            } else {
                (
                    format!("the resource `{id}` has no type"),
                    "write one, such as `Type: AWS::EC2::Subnet`",
                )
            };
            say(findings, &rules::SPEC090, entry.key_span, message, help);
        }
        let properties = get(&entry.value, "Properties");
        if properties.is_some_and(|node| !is_map(node) || function(node).is_some()) {
            let message = format!("the properties of `{id}` are no map");
            let help = "write a map; one that a function gives is not worked out";
            say(findings, &rules::SPEC090, entry.key_span, message, help);
        }
    }
    circle_of_conditions(root, findings);
}

/// Whether all that it does is to bring functions, which are unknown where they stand, and loops, which are refused.
fn only_functions(transform: &Node) -> bool {
    let is_it = |node: &Node| string(node) == Some("AWS::LanguageExtensions");
    is_it(transform) || elements(transform).is_some_and(|all| all.iter().all(is_it))
}

/// Macros and loops, wherever they stand.
fn find_macros(node: &Node, findings: &mut Findings) {
    match &node.kind {
        Kind::List(elements) => elements.iter().for_each(|node| find_macros(node, findings)),
        Kind::Map(entries) => {
            for entry in entries {
                if entry.key == "Fn::Transform" || entry.key.starts_with("Fn::ForEach") {
                    findings.push(macros(entry.key_span));
                }
                find_macros(&entry.value, findings);
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => {}
    }
}

fn macros(span: Span) -> Finding {
    rules::SPEC090
        .at(Origin::Spec(span), "the template is changed by macros, which are not run")
        .note("a macro is a program in somebody's account: what it makes of the template only a deployment shows")
        .help("read what came of it: `aws cloudformation get-template --template-stage Processed`")
}

fn circle_of_conditions(root: &Node, findings: &mut Findings) {
    let conditions = section(root, "Conditions");
    let waits = conditions.iter().map(|entry| {
        let mut asked = BTreeSet::new();
        conditions_in(&entry.value, &mut asked);
        (entry.key.as_str(), asked)
    });
    let waits = waits.collect::<BTreeMap<_, _>>();
    let circle = order::circle(&waits);
    if let Some(entry) = conditions
        .iter()
        .find(|entry| circle.contains(&entry.key.as_str()))
    {
        let message = format!("conditions wait for each other: {}", listed(&circle));
        let help = "let one of them stand by itself";
        say(findings, &rules::SPEC091, entry.key_span, message, help);
    }
}

/// The conditions that a condition asks.
fn conditions_in<'n>(node: &'n Node, asked: &mut BTreeSet<&'n str>) {
    match &node.kind {
        Kind::List(elements) => elements.iter().for_each(|node| conditions_in(node, asked)),
        Kind::Map(entries) => {
            for entry in entries {
                match (entry.key.as_str(), &entry.value.kind) {
                    ("Condition", Kind::Str(name)) => {
                        asked.insert(name);
                    }
                    ("Fn::If", Kind::List(arguments)) => {
                        asked.extend(arguments.first().and_then(string));
                    }
                    _ => {}
                }
                conditions_in(&entry.value, asked);
            }
        }
        Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => {}
    }
}

/// Resources that wait for each other; what is left out waits for nothing.
pub(super) fn circle_of_resources(template: &Template, root: &Node) -> Option<Finding> {
    let waits = template.resources.iter().map(|(id, resource)| {
        let others = resource
            .after
            .iter()
            .chain(&resource.refers)
            .map(AsRef::as_ref);
        let others: BTreeSet<&str> = others.collect();
        (id.as_ref(), others)
    });
    let waits = waits.collect::<BTreeMap<_, _>>();
    let circle = order::circle(&waits);
    let mut ids = section(root, "Resources").iter();
    let first = ids.find(|entry| circle.contains(&entry.key.as_str()))?;
    let message = format!("resources wait for each other: {}", listed(&circle));
    let finding = rules::SPEC091.at(Origin::Spec(first.key_span), message);
    Some(finding.help("let one of them not refer to the next, and not name it in `DependsOn`"))
}

fn listed(names: &[&str]) -> String {
    let some = names
        .iter()
        .take(10)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(10) {
        0 => some,
        more => format!("{some} and {more} more"),
    }
}

/// More than any template has.
pub(super) fn too_much(root: &Node) -> Finding {
    rules::SPEC007
        .at(
            Origin::Spec(root.span),
            "the template comes to more than can be worked out",
        )
        .note("values that repeat others make a small template enormous")
}
