//! Where a key belongs that stands in another place: one level too high, one too deep, or in the other half of a spec.

use serde::de::{Deserialize, Deserializer, Error as _, Visitor, value::Error};
use serde::forward_to_deserialize_any;

use super::super::tree::{Entry, Kind};
use super::super::{
    AccessEntriesSpec, AccessEntrySpec, AutoModeSpec, ClusterSpec, ConnectionSpec,
    CustomerGatewaySpec, EndpointSpec, FargateSpec, NetworkSpec, NodeGroupSpec,
    NodeSecurityGroupSpec, PeeringSpec, PodGroupSpec, PodSecurityGroupsSpec, PodsSpec,
    SecuritySpec, SelectorSpec, SizeSpec, Spec, TierSpec, TransitGatewaySpec, VpnSpec, WarmSpec,
    WaySpec,
};

/// What to do with a misplaced key.
pub(super) struct Move {
    pub(super) help: String,
    /// The keys that are there then, and so not missing.
    pub(super) meant: Vec<&'static str>,
}

/// Whether a key belongs into one of the rooms below `fields`.
pub(super) fn is_inside(key: &str, fields: &[&str]) -> bool {
    let mut doors = doors().into_iter().filter(|door| door.outer == fields);
    doors.any(|door| door.inwards(key).is_some())
}

/// What to do with a key that stands among `fields` and is one of another room's.
pub(super) fn elsewhere(entry: &Entry, fields: &[&str]) -> Option<Move> {
    let doors = doors();
    let key = entry.key.as_str();
    let into = |outer: &[&str]| {
        let mut doors = doors.iter().filter(|door| door.outer == outer);
        doors.find_map(|door| door.inwards(key))
    };
    let halves = || {
        let half = |door: &Door| door.outer == keys::<Spec>() && door.inner == fields;
        doors.iter().any(half).then(|| into(keys::<Spec>()))?
    };
    let mut out = doors.iter().filter(|door| door.inner == fields);
    let mut things = doors.iter().filter(|door| door.outer == fields);
    into(fields)
        .or_else(|| out.find_map(|door| door.outwards(key)))
        .or_else(halves)
        .or_else(|| things.find_map(|door| door.by_name(entry)))
}

/// A key of a room under which there is another one.
struct Door {
    outer: &'static [&'static str],
    key: &'static str,
    form: Form,
    inner: &'static [&'static str],
}

/// How often a room is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Once: `by: { … }`.
    One,
    /// As elements of a list: `selectors: [{ … }]`.
    List,
    /// By names of the user's choice: `groups: { ledger: { … } }`.
    Named,
}

fn doors() -> [Door; 19] {
    use Form::{List, Named, One};
    [
        door::<Spec, NetworkSpec>("network", One),
        door::<Spec, ClusterSpec>("cluster", One),
        door::<NetworkSpec, SecuritySpec>("security", One),
        door::<NetworkSpec, TierSpec>("tiers", Named),
        door::<ConnectionSpec, WaySpec>("by", One),
        door::<WaySpec, VpnSpec>("vpn", One),
        door::<WaySpec, TransitGatewaySpec>("transit-gateway", One),
        door::<WaySpec, PeeringSpec>("peering", One),
        door::<VpnSpec, CustomerGatewaySpec>("customer-gateway", One),
        door::<ClusterSpec, EndpointSpec>("endpoint", One),
        door::<ClusterSpec, NodeGroupSpec>("node-groups", Named),
        door::<NodeGroupSpec, SizeSpec>("size", One),
        door::<ClusterSpec, NodeSecurityGroupSpec>("node-security-groups", Named),
        door::<ClusterSpec, AutoModeSpec>("auto-mode", One),
        door::<FargateSpec, SelectorSpec>("selectors", List),
        door::<AccessEntriesSpec, AccessEntrySpec>("entries", Named),
        door::<PodsSpec, WarmSpec>("warm", One),
        door::<PodsSpec, PodSecurityGroupsSpec>("security-groups", One),
        door::<PodSecurityGroupsSpec, PodGroupSpec>("groups", Named),
    ]
}

fn door<'de, O: Deserialize<'de>, I: Deserialize<'de>>(key: &'static str, form: Form) -> Door {
    Door {
        outer: keys::<O>(),
        key,
        form,
        inner: keys::<I>(),
    }
}

impl Door {
    /// A key of the inner room that stands outside.
    fn inwards(&self, key: &str) -> Option<Move> {
        let known = self.inner.iter().find(|known| **known == key)?;
        let help = match self.form {
            Form::One => format!("move it into `{}`", self.key),
            Form::List => format!("move it into `{0}`: `{0}: [{{ {key}: … }}]`", self.key),
            Form::Named => return None,
        };
        let meant = vec![self.key, *known];
        Some(Move { help, meant })
    }

    /// A key of the outer room that stands inside.
    fn outwards(&self, key: &str) -> Option<Move> {
        let known = self.outer.iter().find(|known| **known == key)?;
        let help = if self.outer == keys::<Spec>() {
            "move it to the top of the spec".to_owned()
        } else {
            format!("move it up, next to `{}`", self.key)
        };
        let meant = vec![*known];
        Some(Move { help, meant })
    }

    /// A name that stands outside, with the settings of what has names inside.
    fn by_name(&self, entry: &Entry) -> Option<Move> {
        let Kind::Map(settings) = &entry.value.kind else {
            return None;
        };
        let known = |setting: &Entry| self.inner.contains(&setting.key.as_str());
        let fits = self.form == Form::Named && !settings.is_empty() && settings.iter().all(known);
        fits.then(|| Move {
            help: format!("move it into `{}`", self.key),
            meant: vec![self.key],
        })
    }
}

/// The keys of a struct, or the words of a choice, as serde knows them.
pub(super) fn keys<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut keys: &'static [&'static str] = &[];
    // It ends in an error once it has asked; what it asked for is all that is wanted.
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

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_struct(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::doors;

    #[test]
    fn doors_lead_where_they_say() {
        let doors = doors();
        for (i, door) in doors.iter().enumerate() {
            assert!(door.outer.contains(&door.key), "{}", door.key);
            assert!(!door.inner.is_empty(), "{}", door.key);
            // A room is known by its keys.
            let twin = doors[..i].iter().find(|other| other.inner == door.inner);
            assert!(twin.is_none(), "{}", door.key);
        }
    }
}
