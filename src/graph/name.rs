//! Identities that are made of meaning.

use std::fmt;

/// What a resource is called among those of its type, as words: `nodes/use1-az4`.
///
/// Made of the user's own names and of zone ids, never of a position in a list, so that adding something never renames
/// another thing. Each engine spells it in its own way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<str>);

impl Name {
    /// A name of one or several parts.
    pub fn new(path: impl Into<Box<str>>) -> Self {
        Self(path.into())
    }

    /// The words as they were given, parts separated by `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.0
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
    }

    /// `NodesUse1Az4`: what CloudFormation allows in a logical id, each word with a capital.
    pub(crate) fn pascal(&self, out: &mut String) {
        for word in self.words() {
            let (first, rest) = word.split_at(1);
            out.push(first.as_bytes()[0].to_ascii_uppercase().into());
            out.push_str(rest);
        }
    }

    /// `nodes_use1_az4`: what Terraform allows in an address; case is kept.
    pub(crate) fn snake(&self, out: &mut String) {
        for (i, word) in self.words().enumerate() {
            if i > 0 {
                out.push('_');
            }
            out.push_str(word);
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
