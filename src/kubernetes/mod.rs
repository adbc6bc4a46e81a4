//! What a stack has inside of its cluster: objects of the Kubernetes API that no AWS engine makes.
//!
//! A file for each kind, with its fields in the API's words. Ids that AWS decides are [`Ref`](crate::graph::Ref)s to the
//! graph's resources or [`Deferred`](crate::graph::Deferred) values, as in resources; `render::kubernetes` fills them in.

mod eni_config;
mod meta;
mod namespace;

pub use eni_config::EniConfig;
pub use meta::{Labels, Metadata};
pub use namespace::Namespace;

/// An object of the Kubernetes API.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// A namespace.
    Namespace(Namespace),
    /// Where the VPC CNI puts the pods of a zone's nodes.
    EniConfig(EniConfig),
}

impl Object {
    /// What it is called, and where it is.
    pub fn metadata(&self) -> &Metadata {
        match self {
            Self::Namespace(namespace) => &namespace.metadata,
            Self::EniConfig(config) => &config.metadata,
        }
    }
}
