//! Root modules of Terraform in JSON as eksnet renders them.
//!
//! Source: Terraform's documentation, "JSON configuration syntax", "Strings and templates", "Resource addressing" and
//! "The lifecycle meta-argument"; the arguments and attributes of each type in the AWS provider's.

mod parts;
mod template;

use std::cell::Cell;
use std::collections::BTreeMap;

#[cfg(feature = "spec")]
pub(super) use self::template::{attr, policy_of as policy};

use self::template::Templates;
use super::json::Json;
use super::object::{Objects, Place, Words};
use super::reading::{Engine, Item, Key, Output, Reading, Value};
use super::unfold;
use crate::graph::{COMPANION_SHAPES, Resource, Shape};

/// What every module of eksnet has.
const SECTIONS: [&str; 5] = ["//", "terraform", "provider", "resource", "output"];

/// What the files of a module say, each with its name. What cannot be read is among the problems.
pub fn read<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Reading {
    let mut reading = Reading::new(Engine::Terraform);
    let mut documents = Vec::new();
    for (name, text) in files {
        match Json::parse(text) {
            Ok(document) => documents.push((name, document)),
            Err(what) => reading.problem(name, what),
        }
    }
    let mut sections: BTreeMap<&str, &Json> = BTreeMap::new();
    for (file, document) in &documents {
        let Some(members) = document.object() else {
            reading.problem(*file, format!("is {}", document.what()));
            continue;
        };
        for (name, section) in members {
            if sections.insert(name, section).is_some() {
                reading.problem(name.as_ref(), "is in two files");
            }
        }
    }
    module(&sections, &mut reading);
    reading
}

fn module(sections: &BTreeMap<&str, &Json>, reading: &mut Reading) {
    for name in SECTIONS {
        if !sections.contains_key(name) {
            reading.problem(name, "is missing");
        }
    }
    for (name, section) in sections {
        let known = match *name {
            "//" => remark(section, reading),
            "terraform" => versions(section, reading),
            "provider" => provider(section, reading),
            // Below, when all names are known.
            "data" | "resource" | "output" => Some(()),
            _ => None,
        };
        if known.is_none() {
            reading.problem(*name, "is not read");
        }
    }
    let named = match sections.get("resource") {
        Some(section) => named(reading.members("resource", section), reading),
        None => Vec::new(),
    };
    let templates = Templates {
        addresses: named
            .iter()
            .map(|one| (one.address.as_str(), one))
            .collect(),
        account: Cell::new(false),
    };
    for one in &named {
        resource(one, &templates, reading);
    }
    if let Some(section) = sections.get("output") {
        for (name, output) in reading.members("output", section) {
            if !reading.is_name(name) {
                continue;
            }
            let output = read_output(name, output, &templates, reading);
            reading.outputs.insert(name.to_string(), output);
        }
    }
    let account = sections.get("data").map(|data| asks_for_account(data));
    match (account, templates.account.get()) {
        (Some(true), true) | (None, false) => {}
        (Some(true), false) => reading.problem("data", "is asked and used nowhere"),
        (Some(false), _) => reading.problem("data", "is not the number of the account alone"),
        (None, true) => reading.problem("data", "is used and not asked for the account"),
    }
    unfold::fold(reading, parts::PARTS);
}

/// The data source of the account's number, which takes no arguments.
fn asks_for_account(data: &Json) -> bool {
    let Some(("aws_caller_identity", named)) = data.only() else {
        return false;
    };
    matches!(named.only(), Some(("current", Json::Object(arguments))) if arguments.is_empty())
}

/// A comment, in which the stack says what it is.
fn remark(section: &Json, reading: &mut Reading) -> Option<()> {
    let text = section.text()?.strip_suffix('.')?;
    let (description, layout) = text.rsplit_once(". Rendered by eksnet, layout ")?;
    reading.fact("description", description);
    let (layout, despite) = match layout.split_once(", despite ") {
        Some((layout, codes)) => (layout, Some(codes)),
        None => (layout, None),
    };
    reading.fact("layout", layout.parse::<i64>().ok()?);
    if let Some(codes) = despite {
        reading.fact("despite", codes);
    }
    Some(())
}

fn versions(section: &Json, reading: &mut Reading) -> Option<()> {
    let own = section.get("required_version")?.text()?;
    reading.fact("terraform", own);
    let ("aws", aws) = section.get("required_providers")?.only()? else {
        return None;
    };
    reading.fact("provider", aws.get("version")?.text()?);
    let right = aws.get("source")?.text()? == "hashicorp/aws";
    (right && aws.object()?.len() == 2 && section.object()?.len() == 2).then_some(())
}

fn provider(section: &Json, reading: &mut Reading) -> Option<()> {
    let ("aws", aws) = section.only()? else {
        return None;
    };
    let ("region", region) = aws.only()? else {
        return None;
    };
    reading.fact("region", region.text()?);
    Some(())
}

/// A resource with its address.
struct Named<'j, 'a> {
    address: String,
    key: Key,
    shape: &'static Shape,
    body: &'j Json<'a>,
}

/// All resources of known types.
fn named<'j, 'a>(
    types: &'j [(std::borrow::Cow<'a, str>, Json<'a>)],
    reading: &mut Reading,
) -> Vec<Named<'j, 'a>> {
    let shapes = Resource::SHAPES.iter().chain(COMPANION_SHAPES);
    let shapes = shapes.filter_map(|shape| Some((shape.terraform?, *shape)));
    let shapes: BTreeMap<&str, &'static Shape> = shapes.collect();
    let mut all = Vec::new();
    for (kind, resources) in types {
        let Some(shape) = shapes.get(kind.as_ref()) else {
            reading.problem(kind.as_ref(), "is no type that is known");
            continue;
        };
        let place = format!("resource.{kind}");
        for (name, body) in reading.members(&place, resources) {
            if !reading.is_name(name) {
                continue;
            }
            all.push(Named {
                address: format!("{kind}.{name}"),
                key: Key {
                    kind: shape.name,
                    name: name.as_ref().into(),
                },
                shape,
                body,
            });
        }
    }
    all
}

fn resource(one: &Named, templates: &Templates, reading: &mut Reading) {
    let mut item = Item::new(one.shape);
    let mut objects = Objects::new(templates);
    let members = reading.members(&one.address, one.body).iter();
    let members = members.map(|(name, value)| (name.as_ref(), value));
    let (meta, arguments): (Vec<_>, Vec<_>) =
        members.partition(|(name, _)| matches!(*name, "depends_on" | "lifecycle"));
    item.fields = objects.read(one.shape, arguments, &Place::Root(&one.address));
    reading.tell(objects.problems);
    reading.tell(objects.unread);
    for (name, value) in meta {
        let place = format!("{}.{name}", one.address);
        match name {
            "depends_on" => depends_on(&place, value, templates, &mut item, reading),
            _ => lifecycle(&place, value, &mut item, reading),
        }
    }
    item.refers = item.references();
    reading.resources.insert(one.key.clone(), item);
}

/// Addresses, which are taken literally.
fn depends_on(
    place: &str,
    value: &Json,
    templates: &Templates,
    item: &mut Item,
    reading: &mut Reading,
) {
    let Some(addresses) = value.list() else {
        return reading.problem(place, format!("is {} and not a list", value.what()));
    };
    for address in addresses {
        let named = address
            .text()
            .and_then(|text| templates.addresses.get(text));
        match named {
            Some(named) if item.after.insert(named.key.clone()) => {}
            Some(named) => reading.problem(place, format!("names {} twice", named.address)),
            None => reading.problem(place, "names no resource of the module"),
        }
    }
    if item.after.is_empty() {
        reading.problem(place, "says nothing");
    }
}

fn lifecycle(place: &str, value: &Json, item: &mut Item, reading: &mut Reading) {
    for (name, value) in reading.members(place, value) {
        match (name.as_ref(), value) {
            ("prevent_destroy", Json::Bool(true)) => item.retain = true,
            ("ignore_changes", Json::List(paths)) => {
                for path in paths {
                    let field = path.text().and_then(|path| attribute(item.shape, path));
                    match field {
                        Some(field) if item.ignored.insert(field.to_owned()) => {}
                        _ => reading.problem(place, "ignores what is no attribute, or one twice"),
                    }
                }
            }
            _ => reading.problem(format!("{place}.{name}"), "is not read"),
        }
    }
    if !item.retain && item.ignored.is_empty() {
        reading.problem(place, "says nothing");
    }
}

/// Our name of an argument: `scaling_config[0].desired_size` names one in a block, of which there is one.
fn attribute(shape: &Shape, path: &str) -> Option<&'static str> {
    let steps = path.split('.').map(|step| step.trim_end_matches("[0]"));
    let mut attributes = shape.attributes.iter();
    let found = attributes.find(|attribute| {
        let own = attribute.terraform.unwrap_or_default().split('.');
        own.map(|step| step.split('[').next().unwrap_or(step))
            .eq(steps.clone())
    });
    found.map(|attribute| attribute.field)
}

fn read_output(name: &str, output: &Json, templates: &Templates, reading: &mut Reading) -> Output {
    let place = format!("output.{name}");
    let mut description = String::new();
    let mut value = None;
    for (member, json) in reading.members(&place, output) {
        match (member.as_ref(), json) {
            ("description", Json::Text(text)) => description.push_str(text),
            ("value", Json::List(values)) => {
                let values = values.iter().enumerate().map(|(index, json)| {
                    let read = templates.text(json).map(Value::Text);
                    reading.known(&format!("{place}.value[{index}]"), read)
                });
                value = Some(Value::List(values.collect()));
            }
            ("value", json) => {
                let read = templates.text(json).map(Value::Text);
                value = Some(reading.known(&format!("{place}.value"), read));
            }
            _ => reading.problem(format!("{place}.{member}"), "is not read"),
        }
    }
    Output {
        description,
        value: value.unwrap_or_else(|| reading.known(&place, Err("has no value".to_owned()))),
        export: None,
    }
}
