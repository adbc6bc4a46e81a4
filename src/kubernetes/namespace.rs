//! Namespaces.

use super::Metadata;

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its name and labels.
    pub metadata: Metadata,
}
