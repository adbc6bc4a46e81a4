//! Values that know where the user wrote them.

use crate::diagnostic::Origin;

/// A value with the place where it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// The place.
    pub origin: Origin,
}

impl<T> At<T> {
    /// A value from a known place.
    pub const fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// A value from the line that called the calling function.
    #[track_caller]
    pub fn caller(value: T) -> Self {
        Self::new(value, Origin::caller())
    }

    /// A value that nobody wrote.
    pub const fn default_of(value: T) -> Self {
        Self::new(value, Origin::Default)
    }
}
