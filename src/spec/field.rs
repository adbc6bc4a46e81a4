//! The values of a spec with their places, as the structs of a spec hold them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::decode::{FIELD, KEY};
use crate::diagnostic::{Origin, SourceId, Span};

/// The value of one key, or one element of a list: absent, present, or present and wrong.
///
/// Decoding a field never fails. What is wrong with a value has been reported by the time the field
/// exists, and the fields beside it are decoded regardless. The same holds for each element of a
/// `Field<Vec<Field<T>>>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field<T> {
    state: State<T>,
}

#[derive(Debug, Clone, PartialEq)]
enum State<T> {
    Absent,
    Present(T, Span),
    Invalid(Span),
}

impl<T> Field<T> {
    /// Where the value is written, right or wrong.
    pub const fn span(&self) -> Option<Span> {
        match &self.state {
            State::Absent => None,
            State::Present(_, span) | State::Invalid(span) => Some(*span),
        }
    }

    /// The same as an origin: a default where nothing is written.
    pub fn origin(&self) -> Origin {
        self.span().map_or(Origin::Default, Origin::Spec)
    }

    /// The value, if there is a right one.
    pub const fn get(&self) -> Option<&T> {
        match &self.state {
            State::Present(value, _) => Some(value),
            State::Absent | State::Invalid(_) => None,
        }
    }

    /// The value with its place, if there is a right one.
    pub const fn located(&self) -> Option<(&T, Span)> {
        match &self.state {
            State::Present(value, span) => Some((value, *span)),
            State::Absent | State::Invalid(_) => None,
        }
    }

    /// Whether nothing, or `null`, is written.
    pub const fn is_absent(&self) -> bool {
        matches!(self.state, State::Absent)
    }

    /// Whether what is written is wrong, which has been reported.
    pub const fn is_invalid(&self) -> bool {
        matches!(self.state, State::Invalid(_))
    }

    /// The value, if there is a right one, to keep.
    pub fn into_value(self) -> Option<T> {
        match self.state {
            State::Present(value, _) => Some(value),
            State::Absent | State::Invalid(_) => None,
        }
    }
}

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self {
            state: State::Absent,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(FIELD, &[], FieldVisitor(PhantomData))
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value read by eksnet")
    }

    // The decoder hands over the place and then the value; an empty sequence is an absent value.
    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let Some(span) = span_of(&mut parts)? else {
            return Ok(Field::default());
        };
        // An error here has been recorded by the decoder; what matters is that it ends here.
        let state = match parts.next_element() {
            Ok(Some(value)) => State::Present(value, span),
            Ok(None) | Err(_) => State::Invalid(span),
        };
        Ok(Field { state })
    }
}

/// A name that a map gives to something, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The name, without quotes.
    pub text: String,
    /// Where it is.
    pub span: Span,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(KEY, &[], KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key read by eksnet")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Key, A::Error> {
        let missing = || serde::de::Error::invalid_length(0, &"a place and a name");
        let span = span_of(&mut parts)?.ok_or_else(missing)?;
        let text = parts.next_element()?.ok_or_else(missing)?;
        Ok(Key { text, span })
    }
}

/// Takes the place that the decoder puts in front of a value.
fn span_of<'de, A: SeqAccess<'de>>(parts: &mut A) -> Result<Option<Span>, A::Error> {
    let Some((source, start, end)) = parts.next_element::<(u32, u32, u32)>()? else {
        return Ok(None);
    };
    let source = SourceId(source);
    Ok(Some(Span { source, start, end }))
}

/// Things that the user named, in the order of the text.
///
/// With `Named<Field<T>>`, one broken thing does not take the others along.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(Vec<(Key, T)>);

impl<T> Named<T> {
    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Key, T)> {
        self.0.iter()
    }

    /// The one with a name.
    pub fn get(&self, name: &str) -> Option<&(Key, T)> {
        self.0.iter().find(|(key, _)| key.text == name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> IntoIterator for Named<T> {
    type Item = (Key, T);
    type IntoIter = std::vec::IntoIter<(Key, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Named<T> {
    type Item = &'a (Key, T);
    type IntoIter = std::slice::Iter<'a, (Key, T)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamedVisitor(PhantomData))
    }
}

struct NamedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedVisitor<T> {
    type Value = Named<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from names to settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Named(entries))
    }
}
