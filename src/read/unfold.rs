//! Resources that only one engine has, put back into what they are a part of.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Difference;
use super::differences;
use super::reading::{Fields, Item, Key, Reading, Value};

/// How a type is a part of another.
pub(super) struct PartOf {
    /// The type that only this engine has.
    pub(super) kind: &'static str,
    /// The whole that it is a part of.
    pub(super) whole: Whole,
    /// Hands its attributes on; those that stay behind are a problem.
    pub(super) give: fn(&mut Fields, &mut Fields),
    /// Whether it is kept whenever the whole is.
    pub(super) kept_with_it: bool,
}

/// How a part names its whole.
pub(super) enum Whole {
    /// By a reference in this attribute.
    Named(&'static str),
    /// By the same values of these attributes, among resources of this type.
    Like(&'static str, &'static [&'static str]),
}

/// Puts all parts into their wholes, and what waits for them to waiting for the wholes.
pub(super) fn fold(reading: &mut Reading, parts: &[PartOf]) {
    let mut of: BTreeMap<Key, Key> = BTreeMap::new();
    let mut parts_of: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    for part in parts {
        let keys = reading.resources.keys().filter(|key| key.kind == part.kind);
        let keys: Vec<Key> = keys.cloned().collect();
        if keys.is_empty() {
            continue;
        }
        let alike = alike(reading, &part.whole);
        for key in keys {
            let Some(item) = reading.resources.remove(&key) else {
                continue;
            };
            let whole = match part.whole {
                Whole::Named(field) => item.fields.get(field).and_then(Value::key).cloned(),
                Whole::Like(_, fields) => {
                    let own = values(&item, fields);
                    let known = own.iter().flatten().all(Value::is_known);
                    alike.get(&own).filter(|_| known).cloned()
                }
            };
            let whole = whole.filter(|whole| reading.resources.contains_key(whole));
            let Some(whole) = whole else {
                reading.problem(key.to_string(), "is a part of nothing in this template");
                continue;
            };
            let problems = give(reading, part, &key, item, &whole);
            reading.tell(problems);
            parts_of
                .entry(whole.clone())
                .or_default()
                .insert(key.clone());
            of.insert(key, whole);
        }
    }
    for item in reading.resources.values_mut() {
        settle(item);
    }
    wait_for_wholes(reading, &of, &parts_of);
}

fn values(item: &Item, fields: &[&str]) -> Vec<Option<Value>> {
    let values = fields.iter().map(|field| item.fields.get(*field).cloned());
    values.collect()
}

fn alike(reading: &Reading, whole: &Whole) -> BTreeMap<Vec<Option<Value>>, Key> {
    match whole {
        Whole::Named(_) => BTreeMap::new(),
        Whole::Like(kind, fields) => {
            let all = reading.resources.iter();
            let all = all.filter(|(key, _)| key.kind == *kind);
            all.map(|(key, item)| (values(item, fields), key.clone()))
                .collect()
        }
    }
}

fn give(
    reading: &mut Reading,
    part: &PartOf,
    key: &Key,
    mut item: Item,
    whole: &Key,
) -> Vec<Difference> {
    let mut problems = Vec::new();
    let mut problem = |what: String| problems.push(Difference::new(key.to_string(), what));
    let Some(owner) = reading.resources.get_mut(whole) else {
        return problems;
    };
    owner.in_parts = true;
    match part.whole {
        Whole::Named(field) => {
            item.fields.remove(field);
            if !item.after.is_empty() {
                problem("waits for more than what it is a part of".to_owned());
            }
        }
        Whole::Like(_, fields) => {
            for field in fields {
                item.fields.remove(*field);
            }
            // Nothing else puts them in order.
            if !item.after.iter().eq([whole]) {
                problem(format!("does not wait for {whole}, and for nothing else"));
            }
        }
    }
    if item.retain != (part.kept_with_it && owner.retain) || !item.ignored.is_empty() {
        problem(format!("is not kept as {whole} is"));
    }
    (part.give)(&mut owner.fields, &mut item.fields);
    for field in item.fields.keys() {
        problem(format!("says `{field}`, which {whole} cannot"));
    }
    problems
}

/// Who waits for a whole that has parts waits for all of them.
fn wait_for_wholes(
    reading: &mut Reading,
    of: &BTreeMap<Key, Key>,
    parts_of: &BTreeMap<Key, BTreeSet<Key>>,
) {
    let mut problems = Vec::new();
    for (key, item) in &mut reading.resources {
        let after = std::mem::take(&mut item.after);
        let wholes: BTreeSet<&Key> = after.iter().map(|key| of.get(key).unwrap_or(key)).collect();
        for whole in wholes {
            // One is enough: as many as there are would be told of everyone who waits.
            let missing = parts_of
                .get(whole)
                .and_then(|parts| parts.difference(&after).next());
            if let Some(part) = missing {
                let what = format!("waits for {whole} and not for {part}");
                problems.push(Difference::new(key.to_string(), what));
            }
            item.after.insert(whole.clone());
        }
    }
    reading.tell(problems);
}

/// Sorts what is a list in one engine and resources without an order in another.
pub(super) fn settle(item: &mut Item) {
    for field in differences::unordered(item.shape) {
        if let Some(Value::List(values)) = item.fields.get_mut(field) {
            values.sort();
        }
    }
}

/// Adds an element to a list that may not be there yet.
pub(super) fn push(fields: &mut Fields, field: &str, value: Value) {
    match fields.get_mut(field) {
        Some(Value::List(values)) => values.push(value),
        _ => {
            fields.insert(field.to_owned(), Value::List(vec![value]));
        }
    }
}

/// Moves an attribute, unless the place is taken: then it stays behind.
pub(super) fn take(to: &mut Fields, field: &str, from: &mut Fields, name: &str) {
    if !to.contains_key(field)
        && let Some(value) = from.remove(name)
    {
        to.insert(field.to_owned(), value);
    }
}
