//! The tables of resource types: one place that says what a type is called, what its attributes are called and what a
//! change of each replaces, for both engines.
//!
//! A path names where a value stands in an engine's document:
//!
//! - `A.B` is the member `B` of the object `A`;
//! - `A[].B` is the member `B` of the only object in the list `A`;
//! - `A[K=V].B` the same, where that object also has the constant member `K`;
//! - `A[*].B` wraps each element of a list into an object with the member `B`.
//!
//! Attributes that share an object stand next to each other in their table.

use super::value::{Kind, Value};

/// What changing an attribute does to the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is updated in place.
    Updates,
    /// It is replaced by another.
    Replaces,
    /// It depends on the old and the new value.
    Sometimes,
}

/// One attribute of a resource type.
#[derive(Debug)]
pub struct Attribute {
    /// Our name.
    pub field: &'static str,
    /// The path of the CloudFormation property, where it has one.
    pub cloudformation: Option<&'static str>,
    /// The path of the Terraform argument, where it has one.
    pub terraform: Option<&'static str>,
    /// The version of the AWS provider, major and minor, that brought the argument, where it is newer than the oldest that
    /// is supported: a stack that writes it needs that version.
    pub since: Option<(u16, u16)>,
    /// What a change does in CloudFormation and in Terraform.
    pub change: [Change; 2],
    /// The form of its values.
    pub kind: Kind,
}

/// A resource type, or a block that stands inside one.
#[derive(Debug)]
pub struct Shape {
    /// Our name.
    pub name: &'static str,
    /// The CloudFormation type; none for a block or where the engine has no such type.
    pub cloudformation: Option<&'static str>,
    /// The Terraform type; none for a block or where the engine has no such type.
    pub terraform: Option<&'static str>,
    /// The attribute that other resources name one by, in CloudFormation and in Terraform; `Ref` and `id` where there is none.
    pub identity: [Option<&'static str>; 2],
    /// Its attributes, in the order in which they are rendered.
    pub attributes: &'static [Attribute],
}

/// A value that has a table.
pub trait Table {
    /// Its table.
    fn shape(&self) -> &'static Shape;

    /// Hands every attribute with its value to `each`, in the table's order.
    fn each<'a>(&'a self, each: &mut dyn FnMut(&'static Attribute, Value<'a>));
}

/// Declares a resource type or a block: the struct, and its table.
///
/// `none` stands where an engine has no such type or attribute; `by` says what other resources name one by, where that is not
/// what the engine takes for it without being told; `since (6, 24)` the provider's version that brought an argument. After the names comes what a change does, for both
/// engines, or for CloudFormation `/` Terraform.
macro_rules! resource {
    (
        $(#[$doc:meta])*
        $name:ident : $cfn:tt $(by $cfn_id:literal)? / $tf:tt $(by $tf_id:literal)? {
            $( $(#[$field_doc:meta])* $field:ident : $ty:ty = $c:tt / $t:tt $(since $since:tt)?, $change:ident $(/ $other:ident)? ; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $( $(#[$field_doc])* pub $field: $ty, )*
        }

        impl $name {
            /// The type's table.
            pub const SHAPE: &'static $crate::graph::Shape = &$crate::graph::Shape {
                name: stringify!($name),
                cloudformation: resource!(@name $cfn),
                terraform: resource!(@name $tf),
                identity: [resource!(@by $($cfn_id)?), resource!(@by $($tf_id)?)],
                attributes: &[$(
                    $crate::graph::Attribute {
                        field: stringify!($field),
                        cloudformation: resource!(@name $c),
                        terraform: resource!(@name $t),
                        since: resource!(@since $($since)?),
                        change: resource!(@change $change $($other)?),
                        kind: <$ty as $crate::graph::Field>::KIND,
                    },
                )*],
            };
        }

        impl $crate::graph::Table for $name {
            fn shape(&self) -> &'static $crate::graph::Shape {
                Self::SHAPE
            }

            fn each<'a>(
                &'a self,
                each: &mut dyn FnMut(&'static $crate::graph::Attribute, $crate::graph::Value<'a>),
            ) {
                let mut attributes = Self::SHAPE.attributes.iter();
                $(
                    if let Some(attribute) = attributes.next() {
                        each(attribute, $crate::graph::Field::value(&self.$field));
                    }
                )*
            }
        }
    };
    (@since) => { None };
    (@since $version:tt) => { Some($version) };
    (@by) => { None };
    (@by $name:literal) => { Some($name) };
    (@name none) => { None };
    (@name $name:literal) => { Some($name) };
    (@change $both:ident) => { [resource!(@one $both), resource!(@one $both)] };
    (@change $cfn:ident $tf:ident) => { [resource!(@one $cfn), resource!(@one $tf)] };
    (@one updates) => { $crate::graph::Change::Updates };
    (@one replaces) => { $crate::graph::Change::Replaces };
    (@one sometimes) => { $crate::graph::Change::Sometimes };
}
pub(crate) use resource;
