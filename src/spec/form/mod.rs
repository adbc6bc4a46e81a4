//! The form of a spec: its keys, what each takes, and what it means.
//!
//! The doc comments are the descriptions of the published JSON Schema.

mod auto_mode;
mod cluster;
mod compute;
mod connections;
mod network;
mod pod_groups;
mod pods;
mod policy;

use serde::Deserialize;

pub use auto_mode::*;
pub use cluster::*;
pub use compute::*;
pub use connections::*;
pub use network::*;
pub use pod_groups::*;
pub use pods::*;
pub use policy::*;

use super::{Either, Field, Named};

/// A list of which every element is decoded by itself.
pub type List<T> = Field<Vec<Field<T>>>;

/// Things with names that the user chose.
pub type Names<T> = Field<Named<Field<T>>>;

/// A stack: a network with an Amazon EKS cluster, in one region.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct Spec {
    /// The name of the stack: letters, digits and hyphens. Everything is called after it.
    pub stack: Field<String>,
    /// The AWS region, such as `us-east-1`.
    pub region: Field<String>,
    /// The version of eksnet's defaults, 1. With it stated, no new release changes an address, a name or a Kubernetes
    /// version.
    pub layout: Field<u32>,
    /// Tags for everything that can have one.
    pub tags: Names<String>,
    /// Whether deleting the stack leaves behind what holds data or other things. Off by default.
    pub retain: Field<bool>,
    /// Rules that the stack may break, each with the reason, such as `EKS406: a test cluster`. Their warnings become remarks
    /// that show it; errors stay.
    pub allow: Names<String>,
    /// The network.
    pub network: Field<NetworkSpec>,
    /// The cluster, or `none` for a network without one.
    pub cluster: Field<Either<NoneWord, ClusterSpec>>,
}

/// The word `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoneWord {
    /// Nothing of the kind.
    None,
}
