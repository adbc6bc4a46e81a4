//! What every object has.

use std::collections::BTreeMap;

/// Labels, by key.
pub type Labels = BTreeMap<String, String>;

/// What an object is called, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Its name among the objects of its kind and namespace.
    pub name: String,
    /// Its namespace; none for what the whole cluster has one of.
    pub namespace: Option<String>,
    /// Its labels, beside `app.kubernetes.io/managed-by: eksnet`, which every object gets.
    pub labels: Labels,
}

impl Metadata {
    /// Of an object that belongs to the whole cluster.
    pub fn cluster(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            namespace: None,
            labels: Labels::new(),
        }
    }

    /// Of an object in a namespace.
    pub fn namespaced(name: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self {
            namespace: Some(namespace.into()),
            ..Self::cluster(name)
        }
    }

    /// The same with a label.
    #[must_use]
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(key.into(), value.into());
        self
    }
}
