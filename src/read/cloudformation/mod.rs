//! `CloudFormation` templates as eksnet renders them.
//!
//! Source: AWS `CloudFormation` User Guide, "Template anatomy", "Intrinsic functions" and "Resource attributes"; the return
//! values of each type in the Template Reference.

mod functions;
mod parts;

use std::collections::BTreeSet;

use self::functions::Functions;
#[cfg(feature = "spec")]
pub(super) use self::functions::attr;
use super::compare::Difference;
use super::json::Json;
use super::object::{Objects, Place, Words};
use super::reading::{Engine, Item, Key, Output, Reading, Value};
use super::unfold;
use crate::graph::{COMPANION_SHAPES, Resource, Shape};
use crate::network::Region;

/// What every template of eksnet has.
const SECTIONS: [&str; 6] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Rules",
    "Resources",
    "Outputs",
];

/// What a template says. What cannot be read is among its problems.
pub fn read(text: &str) -> Reading {
    let mut reading = Reading::new(Engine::CloudFormation);
    let template = match Json::parse(text) {
        Ok(template) => template,
        Err(what) => {
            reading.problem("the template", what);
            return reading;
        }
    };
    let Some(sections) = template.object() else {
        reading.problem("the template", format!("is {}", template.what()));
        return reading;
    };
    for (name, section) in sections {
        match name.as_ref() {
            "AWSTemplateFormatVersion" if section.text() == Some("2010-09-09") => {}
            "AWSTemplateFormatVersion" => reading.problem(name.as_ref(), "is not 2010-09-09"),
            "Description" => match section.text() {
                Some(text) => reading.fact("description", text),
                None => reading.problem(name.as_ref(), "is not text"),
            },
            "Metadata" => metadata(section, &mut reading),
            "Rules" => rules(section, &mut reading),
            // Below, when all names are known.
            "Resources" | "Outputs" => {}
            _ => reading.problem(name.as_ref(), "is not read"),
        }
    }
    for name in SECTIONS {
        if template.get(name).is_none() {
            reading.problem(name, "is missing");
        }
    }
    if reading.facts.get("deployed only in") != reading.facts.get("region") {
        reading.problem("Rules", "name another region than the metadata");
    }
    let named = match template.get("Resources") {
        Some(section) => named(reading.members("Resources", section), &mut reading),
        None => Vec::new(),
    };
    let functions = Functions {
        ids: named.iter().map(|one| (one.id, one)).collect(),
        region: region(&reading),
    };
    for one in &named {
        resource(one, &functions, &mut reading);
    }
    if let Some(section) = template.get("Outputs") {
        outputs(section, &functions, &mut reading);
    }
    unfold::fold(&mut reading, parts::PARTS);
    for (key, item) in &mut reading.resources {
        parts::other_forms(item);
        if let Some(what) = parts::lets_out(item) {
            let problem = Difference::new(key.to_string(), what);
            reading.problems.push(problem);
        }
    }
    reading
}

fn region(reading: &Reading) -> Option<Region> {
    match reading.facts.get("region") {
        Some(Value::Text(parts)) => Region::parse(parts.known()?).ok(),
        _ => None,
    }
}

fn metadata(section: &Json, reading: &mut Reading) {
    let Some(("eksnet", facts)) = section.only() else {
        return reading.problem("Metadata", "is not eksnet's alone");
    };
    for name in ["stack", "region", "layout"] {
        if facts.get(name).is_none() {
            reading.problem(format!("Metadata.eksnet.{name}"), "is missing");
        }
    }
    for (name, value) in reading.members("Metadata.eksnet", facts) {
        match (name.as_ref(), value) {
            ("stack" | "region" | "despite", Json::Text(text)) => reading.fact(name, text.as_ref()),
            ("layout", Json::Number(number)) => reading.fact(name, *number),
            _ => reading.problem(format!("Metadata.eksnet.{name}"), "is not read"),
        }
    }
}

/// The only rule: that the template is deployed in its region.
fn rules(section: &Json, reading: &mut Reading) {
    let region = || {
        let ("Region", rule) = section.only()? else {
            return None;
        };
        let ("Assertions", assertions) = rule.only()? else {
            return None;
        };
        let [assertion] = assertions.list()? else {
            return None;
        };
        if assertion.object()?.len() != 2 {
            return None;
        }
        let ("Fn::Contains", arguments) = assertion.get("Assert")?.only()? else {
            return None;
        };
        let [allowed, actual] = arguments.list()? else {
            return None;
        };
        let ([Json::Text(region)], ("Ref", Json::Text(asked))) = (allowed.list()?, actual.only()?)
        else {
            return None;
        };
        let told = assertion.get("AssertDescription")?.text()?;
        let right = asked == "AWS::Region" && told == format!("This template is for {region}");
        right.then(|| region.to_string())
    };
    match region() {
        Some(region) => reading.fact("deployed only in", region.as_str()),
        None => reading.problem(
            "Rules",
            "do not say in which region the template is deployed",
        ),
    }
}

/// A resource with its name.
struct Named<'j, 'a> {
    id: &'j str,
    key: Key,
    shape: &'static Shape,
    body: &'j Json<'a>,
}

/// All resources of known types, by name. A logical id is the type in our words and the resource's own name.
fn named<'j, 'a>(
    resources: &'j [(std::borrow::Cow<'a, str>, Json<'a>)],
    reading: &mut Reading,
) -> Vec<Named<'j, 'a>> {
    let mut all = Vec::with_capacity(resources.len());
    for (id, body) in resources {
        if !reading.is_name(id) {
            continue;
        }
        let Some(shape) = shape(id, body) else {
            reading.problem(format!("{id}.Type"), "is no type that is known");
            continue;
        };
        let name = id.strip_prefix(shape.name).unwrap_or_else(|| {
            reading.problem(id.as_ref(), format!("is not named as a {} is", shape.name));
            id
        });
        let key = Key {
            kind: shape.name,
            name: name.into(),
        };
        all.push(Named {
            id,
            key,
            shape,
            body,
        });
    }
    all
}

/// The table of a resource's type. Several tables share a type where a resource of it does one of several things, which its
/// properties tell.
fn shape(id: &str, body: &Json) -> Option<&'static Shape> {
    let kind = body.get("Type")?.text()?;
    let shapes = Resource::SHAPES.iter().chain(COMPANION_SHAPES);
    let shapes: Vec<_> = shapes.filter(|s| s.cloudformation == Some(kind)).collect();
    let fits = |shape: &Shape| {
        let properties = body.get("Properties").and_then(Json::object);
        properties.unwrap_or_default().iter().all(|(name, _)| {
            let mut paths = shape.attributes.iter().filter_map(|a| a.cloudformation);
            paths.any(|path| path.split(['.', '[']).next() == Some(name))
        })
    };
    let by_id = || shapes.iter().find(|shape| id.starts_with(shape.name));
    let found = match shapes.as_slice() {
        [one] => Some(one),
        several => several.iter().find(|shape| fits(shape)).or_else(by_id),
    };
    found.or(shapes.first()).copied().copied()
}

fn resource(one: &Named, functions: &Functions, reading: &mut Reading) {
    let mut item = Item::new(one.shape);
    let mut kept = [false; 2];
    for (name, value) in one.body.object().unwrap_or_default() {
        let place = format!("{}.{name}", one.id);
        match name.as_ref() {
            "Type" => {}
            "Properties" => {
                let mut objects = Objects::new(functions);
                let members = reading.members(&place, value).iter();
                let members = members.map(|(name, value)| (name.as_ref(), value));
                item.fields = objects.read(one.shape, members, &Place::Root(&place));
                reading.tell(objects.problems);
                reading.tell(objects.unread);
            }
            "DependsOn" => item.after = depends_on(&place, value, functions, reading),
            "DeletionPolicy" if value.text() == Some("Retain") => kept[0] = true,
            "UpdateReplacePolicy" if value.text() == Some("Retain") => kept[1] = true,
            _ => reading.problem(place, "is not read"),
        }
    }
    if kept[0] != kept[1] {
        reading.problem(
            one.id,
            "is kept when deleted or when replaced, and not both",
        );
    }
    item.retain = kept == [true; 2];
    item.refers = item.references();
    reading.resources.insert(one.key.clone(), item);
}

fn depends_on(
    place: &str,
    value: &Json,
    functions: &Functions,
    reading: &mut Reading,
) -> BTreeSet<Key> {
    let one = std::slice::from_ref(value);
    let mut after = BTreeSet::new();
    for id in value.list().unwrap_or(one) {
        match id.text().and_then(|id| functions.ids.get(id)) {
            Some(named) if after.insert(named.key.clone()) => {}
            Some(named) => reading.problem(place, format!("names {} twice", named.id)),
            None => reading.problem(place, "names no resource of the template"),
        }
    }
    if after.is_empty() {
        reading.problem(place, "says nothing");
    }
    after
}

fn outputs(section: &Json, functions: &Functions, reading: &mut Reading) {
    for (name, output) in reading.members("Outputs", section) {
        if !reading.is_name(name) {
            continue;
        }
        let place = format!("Outputs.{name}");
        let mut description = String::new();
        let mut value = Err("no value".to_owned());
        let mut export = None;
        for (member, json) in reading.members(&place, output) {
            match (member.as_ref(), json) {
                ("Description", Json::Text(text)) => description.push_str(text),
                ("Value", json) => value = functions.text(json),
                ("Export", json) => match json.only() {
                    Some(("Name", Json::Text(name))) => export = Some(name.to_string()),
                    _ => reading.problem(format!("{place}.Export"), "is not one name"),
                },
                _ => reading.problem(format!("{place}.{member}"), "is not read"),
            }
        }
        let output = Output {
            description,
            value: reading.known(&format!("{place}.Value"), value.map(Value::Text)),
            export,
        };
        reading.outputs.insert(name.to_string(), output);
    }
}
