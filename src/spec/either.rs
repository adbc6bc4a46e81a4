//! Values that have a short form and a long one.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use super::decode::{EITHER, LIST_OR};

/// A word or number, or a list or map: `zones: 3` or `zones: [use1-az1, use1-az2]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Either<S, L> {
    /// A single word or number.
    Short(S),
    /// A list or a map.
    Long(L),
}

impl<'de, S: Deserialize<'de>, L: Deserialize<'de>> Deserialize<'de> for Either<S, L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(EITHER, &[], EitherVisitor(PhantomData))
    }
}

struct EitherVisitor<S, L>(PhantomData<(S, L)>);

impl<'de, S: Deserialize<'de>, L: Deserialize<'de>> Visitor<'de> for EitherVisitor<S, L> {
    type Value = Either<S, L>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word, a list or a map")
    }

    // The decoder says which form it is, then hands over the value.
    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let missing = || A::Error::invalid_length(0, &"a form and a value");
        if parts.next_element()?.ok_or_else(missing)? {
            parts.next_element()?.map(Either::Short).ok_or_else(missing)
        } else {
            parts.next_element()?.map(Either::Long).ok_or_else(missing)
        }
    }
}

/// A list, or a map: `[192.168.0.0/16]` or `{ cidrs: [192.168.0.0/16] }`.
#[derive(Debug, Clone, PartialEq)]
pub enum ListOr<T, M> {
    /// A list.
    List(Vec<T>),
    /// A map.
    Map(M),
}

impl<'de, T: Deserialize<'de>, M: Deserialize<'de>> Deserialize<'de> for ListOr<T, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(LIST_OR, &[], ListOrVisitor(PhantomData))
    }
}

struct ListOrVisitor<T, M>(PhantomData<(T, M)>);

impl<'de, T: Deserialize<'de>, M: Deserialize<'de>> Visitor<'de> for ListOrVisitor<T, M> {
    type Value = ListOr<T, M>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a map")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let missing = || A::Error::invalid_length(0, &"a form and a value");
        if parts.next_element()?.ok_or_else(missing)? {
            parts.next_element()?.map(ListOr::List).ok_or_else(missing)
        } else {
            parts.next_element()?.map(ListOr::Map).ok_or_else(missing)
        }
    }
}

/// A number, or text that may hold one: `443` or `30000-32767`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberOrText {
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
}

impl fmt::Display for NumberOrText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for NumberOrText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrTextVisitor)
    }
}

struct NumberOrTextVisitor;

impl Visitor<'_> for NumberOrTextVisitor {
    type Value = NumberOrText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a word")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<NumberOrText, E> {
        Ok(NumberOrText::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<NumberOrText, E> {
        Ok(NumberOrText::Text(text.to_owned()))
    }
}
