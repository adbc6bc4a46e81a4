//! Values of attributes: known, made of others, known after the apply, or secret.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::document::{Document, by_name};
use super::fits::fits;
use super::references::{Made, Resolver};
use super::strings::configured;
use crate::read::foreign::value::{Part, Value};
use crate::read::json::Json;
use crate::read::object::Place;

/// A value as a document gives it.
#[derive(Clone, Copy)]
pub(super) struct Given<'j> {
    pub(super) known: Option<&'j Json<'j>>,
    /// `true` in the places of what is known only after the apply.
    pub(super) unknown: Option<&'j Json<'j>>,
    /// `true` in the places of what is sensitive.
    pub(super) secret: Option<&'j Json<'j>>,
}

impl<'j> Given<'j> {
    /// An object's members, those as well that are not known.
    pub(super) fn members(&self) -> BTreeMap<&'j str, Self> {
        let [known, unknown, secret] = [self.known, self.unknown, self.secret].map(by_name);
        let names: BTreeSet<&str> = known.keys().chain(unknown.keys()).copied().collect();
        // What is secret as a whole is so in all of its parts.
        let whole = self.secret.filter(|json| **json == Json::Bool(true));
        let member = |name| {
            let of = |side: &BTreeMap<&str, &'j Json<'j>>| side.get(name).copied();
            let given = Self {
                known: of(&known),
                unknown: of(&unknown),
                secret: whole.or_else(|| of(&secret)),
            };
            (name, given)
        };
        names.into_iter().map(member).collect()
    }

    pub(super) fn element(&self, index: usize) -> Self {
        let of = |json: Option<&'j Json<'j>>| json?.list()?.get(index);
        Self {
            known: of(self.known),
            unknown: of(self.unknown),
            secret: of(self.secret),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.unknown == Some(&Json::Bool(true))
    }

    /// How many elements a list has, those as well that are not known.
    fn elements(&self) -> Option<usize> {
        let length = |json: Option<&'j Json<'j>>| Some(json?.list()?.len());
        length(self.known).max(length(self.unknown))
    }
}

/// What the configuration says of a value.
pub(super) enum Source<'j> {
    /// Nothing that leads anywhere.
    None,
    /// An expression.
    Made {
        /// What is written, where the configuration is JSON.
        written: Option<&'j Json<'j>>,
        module: &'j str,
        of: Rc<Made<'j>>,
    },
    Block(BTreeMap<&'j str, Source<'j>>),
    Blocks(Vec<Source<'j>>),
}

impl<'j> Source<'j> {
    /// The same for a part of the value.
    fn part(&self, written: Option<&'j Json<'j>>) -> Self {
        match self {
            Self::Made { module, of, .. } => Self::Made {
                written,
                module,
                of: Rc::clone(of),
            },
            Self::None | Self::Block(_) | Self::Blocks(_) => Self::None,
        }
    }

    fn written(&self) -> Option<&'j Json<'j>> {
        match self {
            Self::Made { written, .. } => *written,
            Self::None | Self::Block(_) | Self::Blocks(_) => None,
        }
    }
}

/// Of several blocks a plan has no order: each may be any of those that the configuration has.
fn any_of<'j>(blocks: &[&Source<'j>]) -> Source<'j> {
    let mut members: BTreeMap<&'j str, Vec<&Source<'j>>> = BTreeMap::new();
    for block in blocks {
        if let Source::Block(own) = block {
            for (name, source) in own {
                members.entry(name).or_default().push(source);
            }
        }
    }
    let members = members.into_iter().map(|(name, sources)| {
        let mut made = Made::default();
        let mut inner = Vec::new();
        for source in sources {
            match source {
                Source::Made { of, .. } => made.extend(of),
                Source::Blocks(blocks) => inner.extend(blocks),
                Source::Block(_) => inner.push(source),
                Source::None => {}
            }
        }
        let source = if inner.is_empty() {
            Source::Made {
                written: None,
                module: "",
                of: Rc::new(made),
            }
        } else {
            any_of(&inner)
        };
        (name, source)
    });
    Source::Block(members.collect())
}

pub(super) struct Values<'d, 'j> {
    document: &'d Document<'j>,
    pub(super) resolver: &'d Resolver<'d, 'j>,
    /// What blocks have that the configuration does not set, by path.
    computed: BTreeSet<String>,
    trail: Vec<&'j str>,
    /// Texts that are sensitive somewhere in this resource; providers copy them into places that are not marked.
    secrets: BTreeSet<&'j str>,
}

impl<'d, 'j> Values<'d, 'j> {
    pub(super) fn new(document: &'d Document<'j>, resolver: &'d Resolver<'d, 'j>) -> Self {
        Self {
            document,
            resolver,
            computed: BTreeSet::new(),
            trail: Vec::new(),
            secrets: BTreeSet::new(),
        }
    }

    /// Begins with a resource.
    pub(super) fn begin(&mut self, given: Given<'j>) {
        self.secrets.clear();
        let mut work = vec![given];
        while let Some(given) = work.pop() {
            match (given.known, given.secret) {
                (Some(known), Some(Json::Bool(true))) => texts(known, &mut self.secrets),
                (Some(Json::Object(_)), Some(Json::Object(_))) => {
                    work.extend(given.members().into_values());
                }
                (Some(Json::List(_)), Some(Json::List(marked))) => {
                    work.extend((0..marked.len()).map(|index| given.element(index)));
                }
                _ => {}
            }
        }
    }

    /// What the blocks of the resource have that the configuration does not set.
    pub(super) fn computed(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.computed)
    }

    /// An attribute of a resource, from its beginning.
    pub(super) fn attribute_of(
        &mut self,
        name: &'j str,
        given: Given<'j>,
        source: &Source<'j>,
        place: &Place,
    ) -> Option<Value> {
        self.trail.clear();
        self.trail.push(name);
        self.value(given, source, place)
    }

    /// What a value is; nothing for one that is not set.
    pub(super) fn value(
        &mut self,
        given: Given<'j>,
        source: &Source<'j>,
        place: &Place,
    ) -> Option<Value> {
        let known = given.known.filter(|json| **json != Json::Null);
        if given.secret == Some(&Json::Bool(true)) {
            return (known.is_some() || given.is_open()).then(|| secret(place));
        }
        if let Source::Made {
            written: Some(written),
            module,
            ..
        } = source
            && let Some(value) = configured(written, module, self.resolver, self)
            && self.agrees(&value, given)
        {
            return Some(value);
        }
        if given.is_open() {
            return Some(self.open(source, place));
        }
        Some(match known {
            Some(Json::Bool(value)) => Value::Bool(*value),
            Some(Json::Number(value)) => Value::Number(*value),
            Some(Json::OtherNumber(value)) => Value::from(value.to_string().as_str()),
            Some(Json::Text(text)) => self.text(text, source, place),
            Some(Json::Object(_)) => self.map(given, source, place),
            Some(Json::List(_)) => self.list(given, source, place),
            Some(Json::Null) | None => match given.unknown {
                Some(Json::Object(open)) if !open.is_empty() => self.map(given, source, place),
                Some(Json::List(open)) if !open.is_empty() => self.list(given, source, place),
                _ => return None,
            },
        })
    }

    fn map(&mut self, given: Given<'j>, source: &Source<'j>, place: &Place) -> Value {
        let mut map = BTreeMap::new();
        let written = by_name(source.written());
        for (name, given) in given.members() {
            self.trail.push(name);
            let own;
            let source = match source {
                Source::Block(members) => members.get(name).unwrap_or_else(|| {
                    self.computed.insert(self.trail.join("."));
                    &Source::None
                }),
                source => {
                    own = source.part(written.get(name).copied());
                    &own
                }
            };
            let value = self.value(given, source, &Place::Member(place, name));
            map.extend(value.map(|value| (name.to_owned(), value)));
            self.trail.pop();
        }
        Value::Map(map)
    }

    fn list(&mut self, given: Given<'j>, source: &Source<'j>, place: &Place) -> Value {
        let count = given.elements().unwrap_or_default();
        let any = match source {
            Source::Blocks(blocks) if blocks.len() == count && count > 1 => {
                Some(any_of(&blocks.iter().collect::<Vec<_>>()))
            }
            _ => None,
        };
        let mut list = Vec::with_capacity(count);
        for index in 0..count {
            let own;
            let source = match (source, &any) {
                (_, Some(any)) | (any @ Source::Block(_), None) => any,
                (Source::Blocks(blocks), None) => match blocks.as_slice() {
                    [one] if count == 1 => one,
                    // What is made by `dynamic` is not told.
                    _ => &Source::None,
                },
                (source, None) => {
                    let written = source.written().and_then(Json::list);
                    own = source.part(written.and_then(|written| written.get(index)));
                    &own
                }
            };
            let place = Place::Element(place, index);
            let value = self.value(given.element(index), source, &place);
            list.push(value.unwrap_or_else(|| Value::unknown(place.to_string(), "it is null")));
        }
        Value::List(list)
    }

    fn text(&self, text: &'j str, source: &Source<'j>, place: &Place) -> Value {
        if self.secrets.contains(text) {
            return secret(place);
        }
        if let Source::Made { of, .. } = source
            && let Some((address, attribute)) = self.resolver.naming(text, argument(place), of)
        {
            return Part::Attribute(address.into(), attribute.to_owned()).into();
        }
        text.into()
    }

    /// What is known after the apply.
    fn open(&self, source: &Source<'j>, place: &Place) -> Value {
        let mut why = "it is known after the apply".to_owned();
        if let Source::Made { of, .. } = source {
            if let Some((index, attribute)) = of.only()
                && fits(argument(place), attribute)
            {
                let value = self.attribute(index, attribute).into();
                let is_list = matches!(place, Place::Member(_, name) if is_several(name));
                return if is_list && !is_several(attribute) {
                    Value::List(vec![value])
                } else {
                    value
                };
            }
            let instances = &self.document.instances;
            let attributes = of.attributes.iter();
            let attributes =
                attributes.map(|(index, name)| format!("{}.{name}", instances[*index].address));
            let whole = of.whole.iter().map(|index| instances[*index].address);
            let others = of.others.iter().copied();
            let all = attributes.chain(whole.chain(others).map(str::to_owned));
            let some: Vec<String> = all.take(MOST_TOLD).collect();
            if !some.is_empty() {
                why.push_str("; it is made of ");
                why.push_str(&some.join(", "));
            }
        }
        Value::unknown(place.to_string(), why)
    }

    pub(super) fn attribute(&self, index: usize, name: &str) -> Part {
        let address = self.document.instances[index].address;
        Part::Attribute(address.into(), name.to_owned())
    }
}

/// How many things are told that a value is made of.
const MOST_TOLD: usize = 8;

fn secret(place: &Place) -> Value {
    Value::unknown(place.to_string(), "it is sensitive")
}

/// Whether a name is one of several things.
fn is_several(name: &str) -> bool {
    name.ends_with('s')
}

/// The name of the argument that a place is in.
fn argument<'p>(place: &Place<'p>) -> &'p str {
    match place {
        Place::Root(name) => name.rsplit('.').next().unwrap_or(name),
        Place::Member(_, name) => name,
        Place::Element(of, _) => argument(of),
    }
}

/// The texts in a value; those of a few letters are no secrets.
fn texts<'j>(json: &'j Json<'j>, into: &mut BTreeSet<&'j str>) {
    match json {
        Json::Text(text) if text.len() > 3 => {
            into.insert(text);
        }
        Json::List(list) => list.iter().for_each(|one| texts(one, into)),
        Json::Object(members) => members.iter().for_each(|(_, one)| texts(one, into)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::OtherNumber(_) | Json::Text(_) => {}
    }
}
