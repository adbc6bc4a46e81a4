//! The codes of what can be wrong with the form of a spec, as opposed to what it asks for.

use crate::diagnostic::Code;

/// The text is not YAML, JSON or TOML.
pub(crate) const SYNTAX: Code = Code("SPEC001");
/// A key that no part of a spec has.
pub(crate) const UNKNOWN_KEY: Code = Code("SPEC002");
/// A key written twice in one map.
pub(crate) const DUPLICATE_KEY: Code = Code("SPEC003");
/// A list where a string is due, and the like.
pub(crate) const WRONG_KIND: Code = Code("SPEC004");
/// A word that is not one of those allowed here.
pub(crate) const NOT_IN_LIST: Code = Code("SPEC005");
/// A number that does not fit.
pub(crate) const OUT_OF_RANGE: Code = Code("SPEC006");
/// Deeper, larger or more repetitive than any real spec.
pub(crate) const TOO_LARGE: Code = Code("SPEC007");
/// YAML or TOML that is well formed but has no meaning in a spec.
pub(crate) const UNSUPPORTED: Code = Code("SPEC008");
/// Nothing but blanks and comments.
pub(crate) const EMPTY: Code = Code("SPEC009");
