//! Structs that serialize without `serde`'s derive, which only some features of the crate enable.

/// Declares private structs that serialize with the given keys, in the order they are written in.
///
/// `serde_json::Value` would sort the keys; here their order carries meaning for those who read.
macro_rules! record {
    ($(
        $(#[$doc:meta])*
        struct $name:ident $(<$life:lifetime>)? { $($key:literal $field:ident: $type:ty,)* }
    )*) => {$(
        $(#[$doc])*
        struct $name $(<$life>)? { $($field: $type,)* }

        impl $(<$life>)? serde::Serialize for $name $(<$life>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                let mut object = serializer.serialize_struct(stringify!($name), [$($key),*].len())?;
                $(object.serialize_field($key, &self.$field)?;)*
                object.end()
            }
        }
    )*};
}

pub(super) use record;

/// A value as indented JSON with a newline at its end.
pub(super) fn pretty(value: &impl serde::Serialize) -> String {
    // Records of strings and numbers have no way to fail: there is no key but a string, and no
    // writer but memory.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
