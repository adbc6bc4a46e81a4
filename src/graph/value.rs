//! What the fields of a resource come down to, before an engine spells them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::policy::Policy;
use super::reference::{Attr, Deferred, Ipv6Range, NodeId, Ref, Text};
use super::table::{Shape, Table};
use super::tags::{TagMap, Tags};
use crate::network::ZoneId;

/// A field's value, without a word of an engine.
#[derive(Clone)]
pub enum Value<'a> {
    /// Not stated: nothing is rendered.
    Absent,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Text that is known now.
    Text(Cow<'a, str>),
    /// What AWS decides: an attribute of another resource.
    Attribute(NodeId, Attr),
    /// The address of an Elastic IP as a range of one address.
    HostRange(NodeId),
    /// The nth /64 of a VPC's IPv6 range.
    Ipv6Range(NodeId, u8),
    /// Text of which AWS decides some parts.
    Pieces(&'a Text),
    /// Several values; never rendered when empty.
    List(Vec<Value<'a>>),
    /// Text by name.
    Map(&'a BTreeMap<String, String>),
    /// Tags.
    Tags(&'a Tags),
    /// A block with a table of its own.
    Block(&'a dyn Table),
    /// A policy document.
    Policy(&'a Policy),
}

/// The form of a field's values, which the conformance test holds against the engines' schemas.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A truth value.
    Bool,
    /// A whole number.
    Number,
    /// Text.
    Text,
    /// Text that is one of these words.
    Words(&'static [&'static str]),
    /// Several of a form.
    List(&'static Kind),
    /// Text by name.
    Map,
    /// Tags, which CloudFormation writes as a list of keys and values.
    Tags,
    /// A block.
    Block(&'static Shape),
    /// A policy document, which Terraform writes as JSON in a string.
    Policy,
}

/// A type that a field of a resource can have.
pub trait Field {
    /// The form of its values.
    const KIND: Kind;

    /// Its value.
    fn value(&self) -> Value<'_>;
}

impl Field for bool {
    const KIND: Kind = Kind::Bool;

    fn value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

macro_rules! numbers {
    ($($ty:ty),*) => { $(
        impl Field for $ty {
            const KIND: Kind = Kind::Number;

            fn value(&self) -> Value<'_> {
                Value::Number(i64::from(*self))
            }
        }
    )* };
}
numbers!(u8, u16, u32, i32);

impl Field for String {
    const KIND: Kind = Kind::Text;

    fn value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl Field for &'static str {
    const KIND: Kind = Kind::Text;

    fn value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

macro_rules! displayed {
    ($($ty:ty),*) => { $(
        impl Field for $ty {
            const KIND: Kind = Kind::Text;

            fn value(&self) -> Value<'_> {
                Value::Text(Cow::Owned(self.to_string()))
            }
        }
    )* };
}
displayed!(IpNet, Ipv4Net, Ipv6Net, ZoneId);

impl<T: Field> Field for Option<T> {
    const KIND: Kind = T::KIND;

    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Absent, Field::value)
    }
}

impl<T: Field> Field for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);

    fn value(&self) -> Value<'_> {
        if self.is_empty() {
            return Value::Absent;
        }
        Value::List(self.iter().map(Field::value).collect())
    }
}

impl<T> Field for Ref<T> {
    const KIND: Kind = Kind::Text;

    fn value(&self) -> Value<'_> {
        match self {
            Self::Here(id, _) => Value::Attribute(*id, Attr::Identity),
            Self::Existing(id) => Value::Text(Cow::Borrowed(id)),
        }
    }
}

impl<T: Field> Field for Deferred<T> {
    const KIND: Kind = T::KIND;

    fn value(&self) -> Value<'_> {
        match self {
            Self::Known(value) => value.value(),
            Self::Attribute(id, attr) => Value::Attribute(*id, *attr),
            Self::HostRange(id) => Value::HostRange(*id),
        }
    }
}

impl Field for Ipv6Range {
    const KIND: Kind = Kind::Text;

    fn value(&self) -> Value<'_> {
        Value::Ipv6Range(self.vpc, self.index)
    }
}

impl Field for Text {
    const KIND: Kind = Kind::Text;

    fn value(&self) -> Value<'_> {
        Value::Pieces(self)
    }
}

impl Field for BTreeMap<String, String> {
    const KIND: Kind = Kind::Map;

    fn value(&self) -> Value<'_> {
        if self.is_empty() {
            return Value::Absent;
        }
        Value::Map(self)
    }
}

impl Field for Tags {
    const KIND: Kind = Kind::Tags;

    fn value(&self) -> Value<'_> {
        if self.is_empty() {
            return Value::Absent;
        }
        Value::Tags(self)
    }
}

impl Field for TagMap {
    const KIND: Kind = Kind::Map;

    fn value(&self) -> Value<'_> {
        self.as_value()
    }
}

impl Field for Policy {
    const KIND: Kind = Kind::Policy;

    fn value(&self) -> Value<'_> {
        Value::Policy(self)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
            Self::Attribute(id, attr) => write!(f, "{id:?}.{attr:?}"),
            Self::HostRange(id) => write!(f, "{id:?}/32"),
            Self::Ipv6Range(id, index) => write!(f, "{id:?}/64 number {index}"),
            Self::Pieces(text) => text.fmt(f),
            Self::List(values) => f.debug_list().entries(values).finish(),
            Self::Map(map) => map.fmt(f),
            Self::Tags(tags) => tags.fmt(f),
            Self::Block(block) => f.write_str(block.shape().name),
            Self::Policy(policy) => policy.fmt(f),
        }
    }
}

/// Makes a block usable as a field.
macro_rules! block {
    ($($name:ident),*) => { $(
        impl $crate::graph::Field for $name {
            const KIND: $crate::graph::Kind = $crate::graph::Kind::Block($name::SHAPE);

            fn value(&self) -> $crate::graph::Value<'_> {
                $crate::graph::Value::Block(self)
            }
        }
    )* };
}
pub(crate) use block;

/// Declares an enum whose values are words that both engines write alike.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $word:literal, )* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$variant_doc])* $variant, )*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// Their words, in the same order.
            pub const WORDS: &'static [&'static str] = &[$( $word, )*];

            /// The word as AWS writes it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )*
                }
            }
        }

        impl $crate::graph::Field for $name {
            const KIND: $crate::graph::Kind = $crate::graph::Kind::Words(Self::WORDS);

            fn value(&self) -> $crate::graph::Value<'_> {
                $crate::graph::Value::Text(std::borrow::Cow::Borrowed(self.as_str()))
            }
        }
    };
}
pub(crate) use words;
