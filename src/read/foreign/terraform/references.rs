//! What an expression of the configuration is made of, followed through modules.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::addresses::{To, reference};
use super::document::{Document, Instance};
use super::fits::fits;
use super::values::Source;
use crate::graph::{COMPANION_SHAPES, Resource as Kinds};
use crate::read::json::Json;
use crate::read::reading::Engine;

/// The group that EKS makes for a cluster, which groups of rules and templates name.
const CLUSTER_GROUP: &str = "vpc_config[0].cluster_security_group_id";

/// How many references may be followed; a plan of some thousand resources has fewer.
const MOST_STEPS: usize = 2_000_000;

/// What a value is made of.
#[derive(Debug, Default)]
pub(super) struct Made<'j> {
    /// Attributes of instances.
    pub(super) attributes: BTreeSet<(usize, &'j str)>,
    /// Instances of which it is not known which attribute, or which of them.
    pub(super) whole: BTreeSet<usize>,
    /// What the document does not tell: variables, locals, `each.key`.
    pub(super) others: BTreeSet<&'j str>,
}

impl<'j> Made<'j> {
    /// The attribute that is all that it is made of.
    pub(super) fn only(&self) -> Option<(usize, &'j str)> {
        if !self.whole.is_empty() || !self.others.is_empty() || self.attributes.len() > 1 {
            return None;
        }
        self.attributes.first().copied()
    }

    fn instances(&self) -> impl Iterator<Item = usize> {
        let attributes = self.attributes.iter().map(|(index, _)| *index);
        attributes.chain(self.whole.iter().copied())
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.attributes.extend(&other.attributes);
        self.whole.extend(&other.whole);
        self.others.extend(&other.others);
    }
}

pub(super) struct Resolver<'d, 'j> {
    document: &'d Document<'j>,
    /// What instances are named by, with the attribute.
    by_text: BTreeMap<&'j str, Vec<(usize, &'static str)>>,
    without_keys: BTreeMap<String, Vec<usize>>,
    steps: Cell<usize>,
}

type Work<'j> = Vec<(&'j str, &'j str)>;

impl<'d, 'j> Resolver<'d, 'j> {
    pub(super) fn new(document: &'d Document<'j>) -> Self {
        let mut by_text: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let identities = identities();
        for (index, instance) in document.instances.iter().enumerate() {
            let own = identities.get(instance.kind).copied().unwrap_or("id");
            let mut seen: Vec<&str> = Vec::new();
            for attribute in [own, "id", "arn", CLUSTER_GROUP] {
                let text = instance.leaf(attribute).and_then(Json::text);
                if let Some(text) = text.filter(|text| !text.is_empty() && !seen.contains(text)) {
                    seen.push(text);
                    by_text.entry(text).or_default().push((index, attribute));
                }
            }
        }
        Self {
            document,
            by_text,
            without_keys: document.without_keys(),
            steps: Cell::new(0),
        }
    }

    /// Whether there was more to follow than any plan has.
    pub(super) fn spent(&self) -> bool {
        self.steps.get() > MOST_STEPS
    }

    pub(super) fn step(&self, steps: usize) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    /// What an expression of a module's configuration says of a value; what it refers to is added to `refers`.
    pub(super) fn source(
        &self,
        expression: &'j Json<'j>,
        module: &'j str,
        refers: &mut BTreeSet<usize>,
    ) -> Source<'j> {
        match expression {
            Json::Object(members) if is_expression(members.iter().map(|(name, _)| &**name)) => {
                let references = expression.get("references").and_then(Json::list);
                let references = references.unwrap_or_default();
                if references.is_empty() {
                    return Source::None;
                }
                let made = self.made(references, module);
                refers.extend(made.instances());
                Source::Made {
                    written: expression.get("constant_value"),
                    module,
                    of: Rc::new(made),
                }
            }
            Json::Object(_) => self.block(expression, module, refers),
            Json::List(blocks) => {
                let blocks = blocks.iter().map(|one| self.block(one, module, refers));
                Source::Blocks(blocks.collect())
            }
            _ => Source::None,
        }
    }

    fn block(
        &self,
        block: &'j Json<'j>,
        module: &'j str,
        refers: &mut BTreeSet<usize>,
    ) -> Source<'j> {
        let members = block.object().unwrap_or_default().iter();
        let members =
            members.map(|(name, value)| (name.as_ref(), self.source(value, module, refers)));
        Source::Block(members.collect())
    }

    /// What a state says that an instance depends on: each of its values may be made of any of that.
    pub(super) fn depends(&self, instance: &Instance<'j>) -> Source<'j> {
        if instance.depends_on.is_empty() {
            return Source::None;
        }
        let made = Made {
            whole: self.dependencies(instance),
            ..Made::default()
        };
        Source::Made {
            written: None,
            module: instance.module,
            of: Rc::new(made),
        }
    }

    pub(super) fn dependencies(&self, instance: &Instance<'j>) -> BTreeSet<usize> {
        let named = instance.depends_on.iter().filter_map(Json::text);
        let known = named.filter_map(|address| self.without_keys.get(address));
        let all: BTreeSet<usize> = known.flatten().copied().collect();
        self.step(all.len());
        all
    }

    /// The instances that a list of references names.
    pub(super) fn named(
        &self,
        references: &'j [Json<'j>],
        module: &'j str,
        into: &mut BTreeSet<usize>,
    ) {
        into.extend(self.made(references, module).instances());
    }

    fn made(&self, references: &'j [Json<'j>], module: &'j str) -> Made<'j> {
        let mut made = Made::default();
        let mut work = Work::new();
        let mut seen = BTreeSet::new();
        self.push(references, module, &mut work);
        while let Some((text, module)) = work.pop() {
            self.step(1);
            if seen.insert((text, module)) && !self.spent() {
                self.follow(text, module, &mut work, &mut made);
            }
        }
        made
    }

    /// Terraform lists `aws_vpc.main` beside `aws_vpc.main.id`, which says it all.
    fn push(&self, references: &'j [Json<'j>], module: &'j str, work: &mut Work<'j>) {
        self.step(references.len());
        let all: BTreeSet<&str> = references.iter().filter_map(Json::text).collect();
        let is_longer = |text: &str, end: &str| {
            let begin = format!("{text}{end}");
            let next = all.range(begin.as_str()..).next();
            next.is_some_and(|next| next.starts_with(&begin))
        };
        for text in &all {
            if !is_longer(text, ".") && !is_longer(text, "[") {
                work.push((text, module));
            }
        }
    }

    fn follow(&self, text: &'j str, module: &'j str, work: &mut Work<'j>, made: &mut Made<'j>) {
        let Some(reference) = reference(text) else {
            made.others.insert(text);
            return;
        };
        let expression = |json: &'j Json<'j>| json.get("references").and_then(Json::list);
        match reference.to {
            To::Variable(name) => {
                let call = self.document.call(module);
                let given = call.and_then(|(parent, call)| {
                    let expressions = call.get("expressions")?;
                    self.step(looked_through(expressions));
                    let given = expressions.get(name)?;
                    Some((parent, expression(given)?))
                });
                match given {
                    Some((parent, references)) => self.push(references, parent, work),
                    None => {
                        made.others.insert(text);
                    }
                }
            }
            To::Module(name) => {
                let modules = self.document.called(module, name).iter();
                let ends =
                    |address: &&&str| reference.key.is_empty() || address.ends_with(reference.key);
                let modules: Vec<&str> = modules.filter(ends).copied().collect();
                self.step(modules.len());
                let output = reference.rest.split(['.', '[']).next().unwrap_or_default();
                let given = |module: &str| {
                    let outputs = self.document.configuration(module)?.get("outputs")?;
                    self.step(looked_through(outputs));
                    expression(outputs.get(output)?.get("expression")?)
                };
                match modules.as_slice() {
                    [module] if let Some(references) = given(module) => {
                        self.push(references, module, work);
                    }
                    _ => {
                        made.others.insert(text);
                    }
                }
            }
            To::Resource(name) => {
                let all = self.document.instances_of(module, name);
                let named = |index: &usize| {
                    let key = self.document.instances[*index].key;
                    reference.key.is_empty() || key == reference.key
                };
                let found: Vec<usize> = all.iter().copied().filter(named).collect();
                self.step(all.len());
                match found.as_slice() {
                    [] => {
                        made.others.insert(text);
                    }
                    [one] if !reference.rest.is_empty() => {
                        made.attributes.insert((*one, reference.rest));
                    }
                    several => made.whole.extend(several),
                }
            }
        }
    }

    /// The instance and its attribute that a text names, where one of those that a value is made of has it.
    pub(super) fn naming(
        &self,
        text: &str,
        argument: &str,
        made: &Made<'j>,
    ) -> Option<(&'j str, &'j str)> {
        let all = self.by_text.get(text)?;
        if made.attributes.is_empty() && made.whole.is_empty() {
            return None;
        }
        self.step(all.len());
        if self.spent() {
            return None;
        }
        let mut found = all.iter().filter(|(index, attribute)| {
            // Nothing else has the ARN of a resource.
            let due = fits(argument, attribute) || text.starts_with("arn:");
            made.attributes.contains(&(*index, *attribute)) || (made.whole.contains(index) && due)
        });
        let first = found.next()?;
        // Two that have the same name are not told apart.
        found.next().is_none().then(|| {
            let (index, attribute) = *first;
            (self.document.instances[index].address, attribute)
        })
    }

    /// What is known of an attribute of an instance.
    pub(super) fn leaf(&self, address: &str, path: &str) -> Option<&'j Json<'j>> {
        let instance = self.document.instance_at(address)?;
        self.step(instance.given().known.map_or(0, looked_through));
        instance.leaf(path)
    }

    /// The address and the attribute that a reference names, where it names one.
    pub(super) fn one(&self, text: &'j str, module: &'j str) -> Option<(usize, &'j str)> {
        let mut made = Made::default();
        self.step(1);
        let is_resource = matches!(reference(text)?.to, To::Resource(_));
        if is_resource {
            self.follow(text, module, &mut Work::new(), &mut made);
        }
        made.only()
    }
}

/// What the types of our tables are named by, where it is not their `id`.
fn identities() -> BTreeMap<&'static str, &'static str> {
    let shapes = Kinds::SHAPES.iter().chain(COMPANION_SHAPES);
    let named = shapes.filter_map(|shape| {
        let identity = Engine::Terraform.identity(shape)?;
        Some((shape.terraform?, identity))
    });
    named.collect()
}

/// The steps of looking for a member.
fn looked_through(json: &Json) -> usize {
    json.object().map_or(0, <[_]>::len) / 8
}

/// Whether these are the members of an expression, and not of a block.
fn is_expression<'n>(mut names: impl Iterator<Item = &'n str>) -> bool {
    names.all(|name| matches!(name, "constant_value" | "references"))
}
