//! Where a key belongs that stands in another place: at the top of a spec, in `network` or in `cluster`.

use serde::de::{Deserialize, Deserializer, Error as _, Visitor, value::Error};
use serde::forward_to_deserialize_any;

use super::super::{ClusterSpec, NetworkSpec, Spec};

/// What to do with a key that stands among `fields` and is one of another room's.
pub(super) fn elsewhere(key: &str, fields: &[&str]) -> Option<&'static str> {
    let rooms = [
        (keys::<Spec>(), "move it to the top of the spec"),
        (keys::<NetworkSpec>(), "move it into `network`"),
        (keys::<ClusterSpec>(), "move it into `cluster`"),
    ];
    if !rooms.iter().any(|(keys, _)| *keys == fields) {
        return None;
    }
    rooms
        .into_iter()
        .find(|(keys, _)| keys.contains(&key))
        .map(|(_, what)| what)
}

/// The keys of a struct, as serde knows them.
fn keys<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut keys: &'static [&'static str] = &[];
    // It ends in an error once it has asked for the struct; what it asked for is all that is wanted.
    let _ended = T::deserialize(Asked(&mut keys)).is_ok();
    keys
}

/// Notes the keys that it is asked for, and has nothing to give.
struct Asked<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("nothing"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("nothing"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
