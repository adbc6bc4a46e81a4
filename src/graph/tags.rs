//! Tags of resources.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::value::Value;

/// Tags: names with values, in the order of their names, `Name` first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(BTreeMap<TagKey, String>);

/// A tag's name; `Name` sorts before all others, since people look for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct TagKey(bool, Cow<'static, str>);

impl Tags {
    /// No tags.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Sets a tag; a later value for a name wins.
    pub fn set(&mut self, key: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let key = key.into();
        self.0.insert(TagKey(key != "Name", key), value.into());
    }

    /// The same with one more tag.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.set(key, value);
        self
    }

    /// A tag's value.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// All tags in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.1.as_ref(), v.as_str()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<K: Into<Cow<'static, str>>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(iter: I) -> Self {
        let mut tags = Self::new();
        for (key, value) in iter {
            tags.set(key, value);
        }
        tags
    }
}

/// Tags of a type for which CloudFormation, too, writes a map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagMap(pub BTreeMap<String, String>);

impl From<&Tags> for TagMap {
    fn from(tags: &Tags) -> Self {
        Self(
            tags.iter()
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
        )
    }
}

impl TagMap {
    pub(super) fn as_value(&self) -> Value<'_> {
        if self.0.is_empty() {
            Value::Absent
        } else {
            Value::Map(&self.0)
        }
    }
}
