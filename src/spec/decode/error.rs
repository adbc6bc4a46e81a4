//! What goes wrong while serde runs, on its way to becoming a finding.

use std::fmt;

use serde::de::{Expected, Unexpected};

use super::super::nearest::listing;

/// An error on its way to the value that it is about.
#[derive(Debug)]
pub(super) enum Error {
    /// It has become a finding.
    Reported,
    /// The value is of the wrong kind.
    Kind {
        /// What was due.
        expected: String,
    },
    /// The word is not one of those allowed.
    Variant {
        /// The word.
        written: String,
        /// Those allowed.
        variants: &'static [&'static str],
    },
    /// Something that only the type itself knows, such as a failed `try_from`.
    Message(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported => f.write_str("reported"),
            Self::Kind { expected } => write!(f, "expected {expected}"),
            Self::Variant { variants, .. } => write!(f, "expected {}", listing(variants)),
            Self::Message(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = plain_words(&expected.to_string());
        Self::Kind { expected }
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = super::found(&unexpected);
        Self::Message(format!("expected {expected}, found {found}"))
    }

    fn unknown_variant(written: &str, variants: &'static [&'static str]) -> Self {
        let written = written.to_owned();
        Self::Variant { written, variants }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Message(format!("the key `{field}` is missing"))
    }
}

/// How one of several is written, where its type says more than its name: `#[serde(expecting = "…")]`.
pub(super) fn form_of_choice(visitor: &dyn Expected) -> Option<String> {
    let expecting = visitor.to_string();
    (!expecting.starts_with("enum ")).then_some(expecting)
}

/// Turns what serde's own types say that they expect into the words of specs.
pub(super) fn plain_words(expecting: &str) -> String {
    let words = match expecting {
        "a sequence" => "a list",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        other if other.starts_with("struct ") => "a map",
        other => other,
    };
    words.to_owned()
}
