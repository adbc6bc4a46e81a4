//! A serde deserializer over a tree that reports every problem instead of stopping at the first.
//!
//! The structs of a spec are plain `#[derive(Deserialize)]` structs whose leaves are `Field`s. They
//! must not use `untagged`, `flatten` or internal tags: serde would buffer values for those and lose
//! their places.

mod access;
mod error;
mod mismatch;
mod rooms;
mod words;

use std::cell::RefCell;

use serde::de::{DeserializeOwned, Deserializer, Expected, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use self::access::{Choice, Forms, Items, Parts, Settings};
use self::error::Error;
use super::tree::{Kind, Node};
use crate::diagnostic::{Finding, Findings, Sources, Span};

/// The struct name by which `Field` asks for a value together with its place.
pub(super) const FIELD: &str = "$eksnet::Field";
/// The struct name by which `Either` asks whether a value is a single word or number.
pub(super) const EITHER: &str = "$eksnet::Either";
/// The struct name by which `ListOr` asks whether a value is a list.
pub(super) const LIST_OR: &str = "$eksnet::ListOr";
/// The struct name by which `Key` asks for a key together with its place.
pub(super) const KEY: &str = "$eksnet::Key";

/// Fills a struct from a tree and adds what is wrong with it to the findings.
///
/// No value means that the tree is not even of the right kind, which has been reported. Behind it are the keys that
/// misspelt and misplaced ones were meant to be: they are not missing.
pub(crate) fn decode<T: DeserializeOwned>(
    node: &Node,
    sources: &Sources,
    findings: &mut Findings,
) -> (Option<T>, Vec<&'static str>) {
    let context = Context {
        sources,
        findings: RefCell::new(Findings::new()),
        meant: RefCell::new(Vec::new()),
    };
    let de = De {
        node,
        key: None,
        context: &context,
        null_is_absent: false,
    };
    let result = de.settle(T::deserialize(de));
    findings.extend(context.findings.into_inner());
    (result.ok(), context.meant.into_inner())
}

/// What a whole decoding shares.
struct Context<'a> {
    sources: &'a Sources,
    findings: RefCell<Findings>,
    meant: RefCell<Vec<&'static str>>,
}

impl Context<'_> {
    /// Keeps a finding and gives the error that says so.
    fn report(&self, finding: Finding) -> Error {
        self.findings.borrow_mut().push(finding);
        Error::Reported
    }

    /// Notes what a misspelt or misplaced key was meant to be.
    fn meant(&self, keys: &[&'static str]) {
        self.meant.borrow_mut().extend(keys);
    }

    /// The words of a value as they are written.
    fn written(&self, node: &Node) -> &str {
        self.sources
            .get(node.span.source)
            .map_or("", |source| super::slice(&source.text, node.span))
    }
}

/// Decodes one value.
#[derive(Clone, Copy)]
struct De<'de> {
    node: &'de Node,
    /// Where its key is written, if it has one.
    key: Option<Span>,
    context: &'de Context<'de>,
    /// Whether nothing behind a colon means that the key might as well not be there.
    null_is_absent: bool,
}

impl<'de> De<'de> {
    /// The words that stand for the value when a finding points at it.
    ///
    /// A list or map of several lines is never shown as a whole: its key stands for it, or its first line.
    fn place(self) -> Span {
        let span = self.node.span;
        let written = self.context.written(self.node);
        match (&self.node.kind, written.find(['\n', '\r'])) {
            (Kind::List(_) | Kind::Map(_), Some(line)) => self.key.unwrap_or(Span {
                end: span.start.saturating_add(super::offset(line)),
                ..span
            }),
            _ => span,
        }
    }

    /// Reports an error that says what was expected here, unless it has been reported inside.
    fn settle<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| match error {
            Error::Reported => Error::Reported,
            Error::Kind { expected } => self.mismatch(&expected),
            Error::Variant { written, variants } => self.not_in_list(&written, variants, None),
            Error::Message(message) => self.refuse(message),
        })
    }

    fn whole<V: Visitor<'de>>(
        self,
        (min, max): (i128, i128),
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Kind::Int(value) = self.node.kind else {
            return Err(self.not_whole(min, max));
        };
        if !(min..=max).contains(&i128::from(value)) {
            return Err(self.out_of_range(min, max));
        }
        self.settle(visitor.visit_i64(value))
    }
}

/// Deserializes a whole number of one type, whose range goes into the finding.
macro_rules! whole_numbers {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.whole((i128::from(<$type>::MIN), i128::from(<$type>::MAX)), visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for De<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let result = match &self.node.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(*value),
            Kind::Int(value) => visitor.visit_i64(*value),
            Kind::Float(value) => visitor.visit_f64(*value),
            Kind::Str(text) => visitor.visit_borrowed_str(text),
            Kind::List(items) => visitor.visit_seq(Items::new(items, self.context)),
            Kind::Map(entries) => visitor.visit_map(Settings::new(entries, None, self.context)),
        };
        self.settle(result)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Bool(value) => self.settle(visitor.visit_bool(*value)),
            Kind::Str(text) => Err(self.text_for_bool(text)),
            Kind::Null | Kind::Int(_) | Kind::Float(_) | Kind::List(_) | Kind::Map(_) => {
                Err(self.mismatch("`true` or `false`"))
            }
        }
    }

    whole_numbers! {
        deserialize_i8: i8,
        deserialize_i16: i16,
        deserialize_i32: i32,
        deserialize_i64: i64,
        deserialize_u8: u8,
        deserialize_u16: u16,
        deserialize_u32: u32,
        deserialize_u64: u64,
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Int(value) => self.settle(visitor.visit_i64(*value)),
            Kind::Float(value) => self.settle(visitor.visit_f64(*value)),
            Kind::Null | Kind::Bool(_) | Kind::Str(_) | Kind::List(_) | Kind::Map(_) => {
                Err(self.mismatch("a number"))
            }
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::Str(text) => self.settle(visitor.visit_borrowed_str(text)),
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {
                Err(self.unquoted(&expected(&visitor)))
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) => Err(self.mismatch(&expected(&visitor))),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.kind == Kind::Null {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = visitor.visit_newtype_struct(self);
        self.settle(result)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.node.kind {
            Kind::List(items) => self.settle(visitor.visit_seq(Items::new(items, self.context))),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Str(_)
            | Kind::Map(_) => Err(self.not_a_list(&expected(&visitor))),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Kind::Map(entries) = &self.node.kind else {
            return Err(self.mismatch(&expected(&visitor)));
        };
        self.settle(visitor.visit_map(Settings::new(entries, None, self.context)))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == FIELD {
            return visitor.visit_seq(Parts::value(self));
        }
        if name == EITHER {
            return self.settle(visitor.visit_seq(Forms::new(self)));
        }
        if name == LIST_OR {
            return self.settle(visitor.visit_seq(Forms::list(self)));
        }
        let Kind::Map(entries) = &self.node.kind else {
            return Err(self.not_a_struct(&expected(&visitor), fields));
        };
        self.unknown_keys(entries, fields);
        let settings = Settings::new(entries, Some(fields), self.context);
        self.settle(visitor.visit_map(settings))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let form = error::form_of_choice(&visitor);
        let form = form.as_deref();
        let choice = match &self.node.kind {
            Kind::Str(word) if variants.contains(&word.as_str()) => Choice::word(word, self),
            Kind::Str(word) => return Err(self.not_in_list(word, variants, form)),
            Kind::Map(entries) => match entries.as_slice() {
                [entry] if variants.contains(&entry.key.as_str()) => Choice::map(entry, self),
                [] => return Err(self.not_a_variant(variants, form)),
                entries => return Err(self.not_one_variant(entries, variants)),
            },
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::List(_) => {
                return Err(self.not_a_variant(variants, form));
            }
        };
        self.settle(visitor.visit_enum(choice))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i128 u128 bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

/// What a visitor says that it takes, in the words of specs instead of those of Rust.
fn expected<'de, V: Visitor<'de>>(visitor: &V) -> String {
    error::plain_words(&(visitor as &dyn Expected).to_string())
}

/// What serde found, for the rare message that only serde can make.
fn found(unexpected: &Unexpected<'_>) -> String {
    unexpected.to_string()
}
