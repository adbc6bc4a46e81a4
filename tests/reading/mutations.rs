//! One leaf of a rendered template is changed, and the reader must see it.

use std::collections::BTreeMap;

use eksnet::read::{self, Reading};
use serde_json::{Map, Value};

use super::support::rng::Rng;
use super::support::{cases, examples};

/// A step into a document.
#[derive(Clone)]
enum Step {
    Member(String),
    Element(usize),
}

type Path = Vec<Step>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mutation {
    Drop,
    Duplicate,
    Swap,
    Flip,
}

const MUTATIONS: [Mutation; 4] = [
    Mutation::Drop,
    Mutation::Duplicate,
    Mutation::Swap,
    Mutation::Flip,
];

/// Whether a change of a leaf, swapped with another in the case of a swap, changes nothing; and why.
fn equivalent(
    mutation: Mutation,
    path: &Path,
    other: Option<&Path>,
    document: &Value,
) -> Option<&'static str> {
    let (last, parents) = path.split_last()?;
    let parent = written(parents);
    let within = other.is_some_and(|other| written(other).starts_with(&format!("{parent}.")));
    let beside = mutation == Mutation::Swap && within;
    if beside && (parent.ends_with(".depends_on") || parent.ends_with(".DependsOn")) {
        return Some("what is waited for has no order");
    }
    if beside && parent.ends_with(".ManagedPolicyArns") {
        return Some("the policies of a role have no order");
    }
    let mut document = document.clone();
    let mut attached_to = |path: &Path| {
        let attachment = written(path).starts_with(".resource.aws_iam_role_policy_attachment.");
        let (last, parents) = path.split_last()?;
        let is_policy = matches!(last, Step::Member(name) if name == "policy_arn");
        (attachment && is_policy).then(|| at(&mut document, parents)["role"].clone())
    };
    if let (Some(one), Some(other)) = (attached_to(path), other.and_then(attached_to))
        && one == other
    {
        return Some("attachments to one role have no order");
    }
    let joined = parent.ends_with(".Fn::Join") && matches!(last, Step::Element(0));
    let values = &at(&mut document, parents)[1];
    if joined && values.as_array()?.len() < 2 {
        return Some("one value is joined without a delimiter");
    }
    None
}

/// Why the other engine's template says nothing of a leaf.
fn beyond_the_other(path: &Path, document: &mut Value) -> Option<&'static str> {
    let place = written(path);
    let has = |part: &str| place.contains(part);
    if [
        "aws_default_security_group",
        "aws_ec2_tag",
        "aws_ec2_subnet_cidr_reservation",
        "aws_vpc_peering_connection_accepter",
    ]
    .iter()
    .any(|kind| has(&format!(".resource.{kind}.")))
    {
        return Some("CloudFormation has no such type");
    }
    if has(".aws_launch_template.") && place.ends_with(".update_default_version") {
        return Some("CloudFormation has no such property");
    }
    if has("FlowLog") && place.ends_with(".ResourceType") {
        return Some("Terraform has no such argument");
    }
    if at(document, path).as_array().is_some_and(Vec::is_empty) {
        return Some("an empty list is none in Terraform");
    }
    let (last, _) = path.split_last()?;
    let cidr = matches!(last, Step::Member(name) if name == "CidrIp");
    if has(".SecurityGroupEgress.0.") && !cidr {
        return Some("no packet matches the rule, whatever else it says");
    }
    let waits_for_a_part = has(".depends_on.")
        && at(document, path).as_str().is_some_and(|address| {
            let parts = ["aws_iam_role_policy", "aws_s3_bucket_"];
            parts.iter().any(|part| address.starts_with(part))
        });
    waits_for_a_part.then_some("CloudFormation waits for a whole by speaking of it")
}

/// Every leaf of a document; an empty list or object is one.
fn leaves(value: &Value, path: &mut Path, all: &mut Vec<Path>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                path.push(Step::Member(name.clone()));
                leaves(value, path, all);
                path.pop();
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (index, value) in elements.iter().enumerate() {
                path.push(Step::Element(index));
                leaves(value, path, all);
                path.pop();
            }
        }
        _ => all.push(path.clone()),
    }
}

fn at<'v>(document: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(document, |value, step| match step {
        Step::Member(name) => &mut value[name.as_str()],
        Step::Element(index) => &mut value[*index],
    })
}

fn written(path: &[Step]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Member(name) => format!(".{name}"),
        Step::Element(index) => format!(".{index}"),
    });
    steps.collect()
}

/// Takes a leaf away, or puts it there twice.
fn mutate(document: &mut Value, mutation: Mutation, path: &Path) {
    let (last, parents) = path.split_last().expect("a leaf is in something");
    match (mutation, at(document, parents), last) {
        (Mutation::Drop, Value::Object(members), Step::Member(name)) => {
            members.remove(name);
        }
        (Mutation::Drop, Value::Array(elements), Step::Element(index)) => {
            elements.remove(*index);
        }
        (Mutation::Duplicate, Value::Object(members), Step::Member(name)) => {
            let value = members[name].clone();
            members.insert(format!("{name}Again"), value);
        }
        (Mutation::Duplicate, Value::Array(elements), Step::Element(index)) => {
            let value = elements[*index].clone();
            elements.insert(*index, value);
        }
        _ => unreachable!("a step fits what it leads into"),
    }
}

/// Exchanges a leaf with another of its kind, and says with which.
fn swap<'p>(document: &mut Value, path: &Path, all: &'p [Path], rng: &mut Rng) -> Option<&'p Path> {
    let one = at(document, path).clone();
    for _ in 0..20 {
        let other_path = rng.pick(all);
        let other = at(document, other_path).clone();
        if other != one && std::mem::discriminant(&other) == std::mem::discriminant(&one) {
            *at(document, other_path) = one;
            *at(document, path) = other;
            return Some(other_path);
        }
    }
    None
}

fn flip(leaf: &mut Value, rng: &mut Rng) {
    *leaf = match &*leaf {
        Value::Bool(value) => Value::Bool(!value),
        Value::Number(number) => Value::from(number.as_i64().expect("whole") + 1),
        Value::String(text) => {
            // One letter becomes another, anywhere.
            let mut letters: Vec<char> = text.chars().collect();
            match letters.len() {
                0 => letters.push('x'),
                count => {
                    let letter = &mut letters[rng.below(count)];
                    *letter = if *letter == 'q' { 'w' } else { 'q' };
                }
            }
            Value::String(letters.into_iter().collect())
        }
        Value::Array(_) => Value::from(vec!["q"]),
        Value::Object(_) => Value::Object(Map::from_iter([("q".to_owned(), Value::from("q"))])),
        Value::Null => Value::from("q"),
    };
}

/// A rendered document, with the way to read it and what it has to say.
struct Subject {
    name: String,
    document: Value,
    leaves: Vec<Path>,
    model: Reading,
    /// The same stack in the other engine.
    sibling: Reading,
    read: fn(&str) -> Reading,
}

fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (name, synthesis) in examples::all() {
        let module = synthesis.document(
            eksnet::render::Format::Terraform,
            &eksnet::render::Known::nothing(),
        );
        let texts = [
            synthesis.cloudformation(),
            module.expect("every stack has a module").text,
        ];
        let readers: [fn(&str) -> Reading; 2] = [read::cloudformation, |text| {
            read::terraform([("main.tf.json", text)])
        }];
        let [one, other] = &texts;
        let mut siblings = vec![readers[0](one), readers[1](other)];
        for (text, read) in texts.iter().zip(readers) {
            let document: Value = serde_json::from_str(text).expect("JSON");
            let mut all = Vec::new();
            leaves(&document, &mut Vec::new(), &mut all);
            let reading = read(text);
            subjects.push(Subject {
                name: format!("{name} in {}", reading.engine.as_str()),
                document,
                leaves: all,
                model: read::model(synthesis.graph(), reading.engine),
                sibling: siblings.pop().expect("one for each"),
                read,
            });
        }
    }
    subjects
}

#[test]
fn changed_leaves_are_seen() {
    let count = cases(1_500, 20_000);
    let subjects = subjects();
    let mut rng = Rng::new(7);
    let mut tried: BTreeMap<Mutation, usize> = BTreeMap::new();
    let (mut same, mut missed) = (BTreeMap::new(), Vec::new());
    // Nothing but the other engine's template at hand.
    let (mut beside, mut unsaid, mut without) = (0, BTreeMap::new(), Vec::new());
    let mut total: usize = 0;
    while total < count {
        let subject = rng.pick(&subjects);
        let path = rng.pick(&subject.leaves);
        let mutation = *rng.pick(&MUTATIONS);
        let mut document = subject.document.clone();
        let mut other = None;
        match mutation {
            Mutation::Drop | Mutation::Duplicate => mutate(&mut document, mutation, path),
            Mutation::Flip => flip(at(&mut document, path), &mut rng),
            Mutation::Swap => {
                other = swap(&mut document, path, &subject.leaves, &mut rng);
                if other.is_none() {
                    continue;
                }
            }
        }
        total += 1;
        *tried.entry(mutation).or_default() += 1;
        let reading = (subject.read)(&document.to_string());
        if total.is_multiple_of(5) {
            beside += 1;
            if read::siblings(&subject.sibling, &reading).is_empty() {
                let why = equivalent(mutation, path, other, &subject.document)
                    .or_else(|| beyond_the_other(path, &mut subject.document.clone()));
                match why {
                    Some(why) => *unsaid.entry(why).or_insert(0) += 1,
                    None => {
                        without.push(format!("{}: {mutation:?} {}", subject.name, written(path)));
                    }
                }
            }
        }
        if !read::compare(&subject.model, &reading).is_empty() {
            continue;
        }
        let place = written(path);
        match equivalent(mutation, path, other, &subject.document) {
            Some(why) => *same.entry(why).or_insert(0) += 1,
            None => missed.push(format!("{}: {mutation:?} {place}", subject.name)),
        }
    }
    let unseen: usize = same.values().sum::<usize>() + missed.len();
    println!("{total} changes {tried:?}; equivalent: {same:?}; missed: {missed:#?}");
    println!("beside the other engine's template, of {beside}: {unsaid:?}; missed: {without:#?}");
    assert_eq!(tried.len(), MUTATIONS.len(), "{tried:?}");
    assert!(without.is_empty(), "changes that nobody saw: {without:#?}");
    assert!(missed.is_empty(), "changes that nobody saw: {missed:#?}");
    assert!(unseen * 100 <= total, "{unseen} of {total} were not seen");
}
