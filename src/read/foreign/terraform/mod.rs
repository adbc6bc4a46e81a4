//! Plans and states of Terraform as `terraform show -json` prints them.
//!
//! Modules are laid flat, and what `count` and `for_each` make is there by its address. What refers to what stands in a plan's
//! `configuration`, by the names alone: where more than one thing can be meant, nothing is taken for a reference. Attributes
//! that are known only after the apply, and those that are sensitive, are unknown with their reason.
//!
//! Source: Terraform's documentation, "JSON Output Format".

mod addresses;
mod agreement;
mod document;
mod fits;
mod references;
mod strings;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::document::{Document, Instance, by_name};
use self::references::Resolver;
use self::values::{Given, Source, Values};
use super::template::{Output, Resource, Template};
use super::value::Value;
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, MAX_BYTES, Origin, SourceId, Sources, Span};
use crate::read::json::Json;
use crate::read::object::Place;
use crate::read::reading::Engine;

/// Reads what `terraform show -json` prints of a plan or of a state.
///
/// The text is kept among the sources, so that findings can show it.
///
/// # Errors
///
/// What makes the text no plan and no state: the state's own file, a version of the format that is not known, a plan that
/// failed.
///
/// ```
/// use eksnet::diagnostic::Sources;
/// use eksnet::read::foreign::terraform;
///
/// let text = r#"{ "format_version": "1.0", "values": { "root_module": { "resources": [{
///   "address": "aws_vpc.main", "mode": "managed", "type": "aws_vpc", "name": "main",
///   "values": { "id": "vpc-01", "cidr_block": "10.4.0.0/16" }
/// }] } } }"#;
/// let state = terraform("state.json", text, &mut Sources::new()).expect("a state");
/// assert_eq!(state.resources["aws_vpc.main"].properties["cidr_block"], "10.4.0.0/16".into());
/// ```
pub fn terraform(name: &str, text: &str, sources: &mut Sources) -> Result<Template, Findings> {
    located(name, text, sources).map(|(template, _)| template)
}

/// The template, and where its text is kept.
pub(crate) fn located(
    name: &str,
    text: &str,
    sources: &mut Sources,
) -> Result<(Template, SourceId), Findings> {
    let fits = text.len() <= MAX_BYTES;
    let source = sources.add(name, if fits { text } else { "" });
    let place = Origin::Spec(Span {
        source,
        start: 0,
        end: 0,
    });
    if !fits {
        let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
        return Err(one(rules::SPEC007.at(place, message)));
    }
    let refused = |message: String| one(rules::SPEC093.at(place, message).help(HOW));
    let json = Json::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|what| refused(format!("the text {what}")))?;
    let document = Document::read(&json).map_err(refused)?;
    let template = template(&document).map_err(|()| {
        let message = "what refers to what in the plan comes to more than can be followed";
        one(rules::SPEC007.at(place, message))
    })?;
    Ok((template, source))
}

const HOW: &str = "print it by `terraform show -json PLAN`, or without a plan for the state";

fn one(finding: Finding) -> Findings {
    std::iter::once(finding).collect()
}

/// An error says that it was too much.
fn template(document: &Document) -> Result<Template, ()> {
    let resolver = Resolver::new(document);
    let mut values = Values::new(document, &resolver);
    let mut template = Template::new(Engine::Terraform);
    template.parameters = parameters(document, &mut values);
    for instance in &document.instances {
        if instance.is_data {
            template.passed_over.insert(instance.address.to_owned());
            continue;
        }
        let resource = resource(instance, document, &resolver, &mut values);
        template.resources.insert(instance.address.into(), resource);
        if resolver.spent() {
            return Err(());
        }
    }
    template.outputs = outputs(document, &resolver, &mut values);
    template
        .passed_over
        .extend(document.passed_over.iter().cloned());
    if resolver.spent() {
        return Err(());
    }
    Ok(template)
}

fn parameters<'j>(document: &Document<'j>, values: &mut Values<'_, 'j>) -> BTreeMap<String, Value> {
    let root = document.configuration("");
    let declared = by_name(root.and_then(|root| root.get("variables")));
    let variables = document.variables.and_then(Json::object);
    let known = variables.unwrap_or_default().iter().map(|(name, given)| {
        let declared = declared.get(name.as_ref());
        let secret = declared.and_then(|one| one.get("sensitive"));
        let given = Given {
            known: given.get("value"),
            unknown: None,
            secret,
        };
        let place = format!("var.{name}");
        let value = values.value(given, &Source::None, &Place::Root(&place));
        let nothing = || Value::unknown(place.as_str(), "it is null");
        (name.to_string(), value.unwrap_or_else(nothing))
    });
    known.collect()
}

fn resource<'j>(
    instance: &Instance<'j>,
    document: &Document<'j>,
    resolver: &Resolver<'_, 'j>,
    values: &mut Values<'_, 'j>,
) -> Resource {
    let mut refers: BTreeSet<usize> = BTreeSet::new();
    let mut properties = BTreeMap::new();
    let mut computed = BTreeSet::new();
    let expressions = by_name(instance.config.and_then(|one| one.get("expressions")));
    let depends = resolver.depends(instance);
    let given = instance.given();
    values.begin(given);
    for (name, given) in given.members() {
        let own;
        let source = match (instance.config, expressions.get(name)) {
            (Some(_), Some(expression)) => {
                own = resolver.source(expression, instance.module, &mut refers);
                &own
            }
            (Some(_), None) => {
                computed.insert(name.to_owned());
                &Source::None
            }
            (None, _) => &depends,
        };
        let root = Place::Root(instance.address);
        let place = Place::Member(&root, name);
        if let Some(value) = values.attribute_of(name, given, source, &place) {
            properties.insert(name.to_owned(), value);
        }
    }
    computed.extend(values.computed());
    let mut after = BTreeSet::new();
    if let Some(config) = instance.config {
        let waits = config.get("depends_on").and_then(Json::list);
        resolver.named(waits.unwrap_or_default(), instance.module, &mut after);
    } else {
        refers.extend(resolver.dependencies(instance));
    }
    let addresses = |indices: BTreeSet<usize>| -> BTreeSet<Arc<str>> {
        let instances = indices.into_iter().map(|i| &document.instances[i]);
        let managed = instances.filter(|one| !one.is_data && one.address != instance.address);
        managed.map(|one| one.address.into()).collect()
    };
    Resource {
        kind: instance.kind.to_owned(),
        properties,
        after: addresses(after),
        refers: addresses(refers),
        attributes: BTreeMap::new(),
        computed: instance.config.is_some().then_some(computed),
        only_if: None,
    }
}

fn outputs<'j>(
    document: &Document<'j>,
    resolver: &Resolver<'_, 'j>,
    values: &mut Values<'_, 'j>,
) -> BTreeMap<String, Output> {
    let root = document.configuration("");
    let declared = by_name(root.and_then(|root| root.get("outputs")));
    let outputs = document.outputs.and_then(Json::object).unwrap_or_default();
    let read = outputs.iter().map(|(name, shown)| {
        let declared = declared.get(name.as_ref());
        let expression = declared.and_then(|one| one.get("expression"));
        let source = expression.map_or(Source::None, |expression| {
            resolver.source(expression, "", &mut BTreeSet::new())
        });
        let place = format!("output.{name}");
        let given = document.output(name, shown);
        let nothing = || Value::unknown(place.as_str(), "it is null");
        let value = values.value(given, &source, &Place::Root(&place));
        let description = declared.and_then(|one| one.get("description"));
        let output = Output {
            description: description.and_then(Json::text).map(Value::from),
            value: value.unwrap_or_else(nothing),
            export: None,
            only_if: None,
        };
        (name.to_string(), output)
    });
    read.collect()
}
