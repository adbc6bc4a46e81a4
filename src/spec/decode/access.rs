//! How serde walks into lists, maps, choices, and values that are asked for with their place.

use serde::de::value::{BorrowedStrDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::super::codes;
use super::super::tree::{Entry, Kind, Node};
use super::error::Error;
use super::{Context, De, KEY};
use crate::diagnostic::Span;

/// The elements of a list.
pub(super) struct Items<'de> {
    rest: std::slice::Iter<'de, Node>,
    context: &'de Context<'de>,
}

impl<'de> Items<'de> {
    pub(super) fn new(items: &'de [Node], context: &'de Context<'de>) -> Self {
        let rest = items.iter();
        Self { rest, context }
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some(node) = self.rest.next() else {
            return Ok(None);
        };
        let de = De {
            node,
            key: None,
            context: self.context,
            null_is_absent: false,
        };
        de.settle(seed.deserialize(de)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The keys and values of a map.
pub(super) struct Settings<'de> {
    rest: std::slice::Iter<'de, Entry>,
    /// The keys that a struct knows; no others, and no `null`s, are shown to it.
    fields: Option<&'static [&'static str]>,
    current: Option<De<'de>>,
    context: &'de Context<'de>,
}

impl<'de> Settings<'de> {
    pub(super) fn new(
        entries: &'de [Entry],
        fields: Option<&'static [&'static str]>,
        context: &'de Context<'de>,
    ) -> Self {
        Self {
            rest: entries.iter(),
            fields,
            current: None,
            context,
        }
    }

    fn shown(fields: Option<&[&str]>, entry: &Entry) -> bool {
        fields.is_none_or(|fields| {
            fields.contains(&entry.key.as_str()) && entry.value.kind != Kind::Null
        })
    }
}

impl<'de> MapAccess<'de> for Settings<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let fields = self.fields;
        let Some(entry) = self.rest.find(|entry| Self::shown(fields, entry)) else {
            return Ok(None);
        };
        self.current = Some(De {
            node: &entry.value,
            key: Some(entry.key_span),
            context: self.context,
            null_is_absent: true,
        });
        seed.deserialize(KeyDe {
            text: &entry.key,
            span: entry.key_span,
        })
        .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let Some(de) = self.current.take() else {
            return Err(Error::Message("a value without a key".to_owned()));
        };
        de.settle(seed.deserialize(de))
    }
}

/// Decodes a key.
struct KeyDe<'de> {
    text: &'de str,
    span: Span,
}

impl<'de> Deserializer<'de> for KeyDe<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.text)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == KEY {
            visitor.visit_seq(Parts {
                span: Some(self.span),
                what: Some(What::Key(self.text)),
            })
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        BorrowedStrDeserializer::new(self.text).deserialize_enum(name, variants, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// A place and then what is there, for the types that keep both.
pub(super) struct Parts<'de> {
    span: Option<Span>,
    what: Option<What<'de>>,
}

enum What<'de> {
    Value(De<'de>),
    Key(&'de str),
}

impl<'de> Parts<'de> {
    /// Those of a value: none at all if it counts as absent.
    pub(super) fn value(de: De<'de>) -> Self {
        let absent = de.null_is_absent && de.node.kind == Kind::Null;
        Self {
            span: (!absent).then(|| de.place()),
            what: (!absent).then_some(What::Value(de)),
        }
    }
}

impl<'de> SeqAccess<'de> for Parts<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if let Some(span) = self.span.take() {
            let numbers = [span.source.0, span.start, span.end];
            let place = SeqDeserializer::new(numbers.into_iter());
            return seed.deserialize(place).map(Some);
        }
        match self.what.take() {
            Some(What::Value(de)) => de.settle(seed.deserialize(de)).map(Some),
            Some(What::Key(text)) => seed
                .deserialize(BorrowedStrDeserializer::new(text))
                .map(Some),
            None => Ok(None),
        }
    }
}

/// One of several, chosen by a word, or by the only key of a map.
pub(super) struct Choice<'de> {
    word: &'de str,
    /// What the map holds under its key.
    payload: Option<De<'de>>,
    whole: De<'de>,
}

impl<'de> Choice<'de> {
    pub(super) const fn word(word: &'de str, whole: De<'de>) -> Self {
        Self {
            word,
            payload: None,
            whole,
        }
    }

    pub(super) const fn map(entry: &'de Entry, whole: De<'de>) -> Self {
        Self {
            word: entry.key.as_str(),
            payload: Some(De {
                node: &entry.value,
                key: Some(entry.key_span),
                context: whole.context,
                null_is_absent: true,
            }),
            whole,
        }
    }

    /// What the variant is made from, or the finding that it needs something.
    fn settings(self) -> Result<De<'de>, Error> {
        self.payload.ok_or_else(|| {
            let whole = self.whole;
            let message = format!("`{}` needs settings", self.word);
            let finding = whole.finding(codes::WRONG_KIND, message);
            whole.report(finding.help(format!("write `{{ {}: … }}`", self.word)))
        })
    }
}

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let value = seed.deserialize(BorrowedStrDeserializer::<Error>::new(self.word))?;
        Ok((value, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.payload {
            Some(de) if de.node.kind != Kind::Null => {
                Err(de.refuse(format!("`{}` takes no settings", self.word)))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        let de = self.settings()?;
        de.settle(seed.deserialize(de))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.settings()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.settings()?.deserialize_struct("", fields, visitor)
    }
}

/// Whether a value has the first of two forms, and then the value.
pub(super) struct Forms<'de> {
    first: Option<bool>,
    value: Option<De<'de>>,
}

impl<'de> Forms<'de> {
    /// A single word or number, or more.
    pub(super) fn new(de: De<'de>) -> Self {
        let short = match de.node.kind {
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => true,
            Kind::List(_) | Kind::Map(_) => false,
        };
        Self {
            first: Some(short),
            value: Some(de),
        }
    }

    /// A list, or not.
    pub(super) fn list(de: De<'de>) -> Self {
        Self {
            first: Some(matches!(de.node.kind, Kind::List(_))),
            value: Some(de),
        }
    }
}

impl<'de> SeqAccess<'de> for Forms<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if let Some(first) = self.first.take() {
            let form = serde::de::value::BoolDeserializer::new(first);
            return seed.deserialize(form).map(Some);
        }
        match self.value.take() {
            Some(de) => de.settle(seed.deserialize(de)).map(Some),
            None => Ok(None),
        }
    }
}
