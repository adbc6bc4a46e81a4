//! Rendering: a graph becomes a template of one engine, or a document for people and tools. Cannot fail; what cannot be
//! rendered was refused before.
//!
//! An engine says how it spells a path, a reference and text (`engine::Engine`); how values nest is the same for both
//! (`object`). Where the engines differ in shape, a named function in the engine's file says so and why.
//!
//! Documents are YAML (`yaml`). Ids that AWS decides are in them once the deployed stack told its outputs (`known`); until
//! then marks stand in their stead (`ids`).

mod cloudformation;
mod eksctl;
mod engine;
mod ids;
mod known;
mod kubernetes;
mod object;
mod policy;
mod terraform;
mod yaml;

pub use cloudformation::cloudformation;
pub use eksctl::eksctl;
pub use ids::{Document, Unknown, Why};
pub use known::{Known, UnreadableOutputs};
pub use kubernetes::kubernetes;
pub use terraform::{TerraformFiles, terraform, terraform_document};

pub(crate) use cloudformation::names as cloudformation_names;
pub(crate) use terraform::names as terraform_names;
pub(crate) use terraform::{OLDEST, TERRAFORM, TOO_NEW};
#[cfg(feature = "spec")]
pub(crate) use yaml::quoted;

/// A format that eksnet renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// An AWS CloudFormation template.
    CloudFormation,
    /// A Terraform root module.
    Terraform,
    /// Manifests of what is inside of the cluster, for `kubectl apply`.
    Kubernetes,
    /// A `ClusterConfig` for `eksctl create cluster`.
    Eksctl,
}

impl Format {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::CloudFormation,
        Self::Terraform,
        Self::Kubernetes,
        Self::Eksctl,
    ];

    /// Those that build the stack on AWS. They know every id by a reference; the others are documents for people and tools,
    /// which have ids once the stack is deployed.
    pub const ENGINES: &'static [Self] = &[Self::CloudFormation, Self::Terraform];

    /// Whether it builds the stack on AWS.
    pub const fn is_engine(self) -> bool {
        match self {
            Self::CloudFormation | Self::Terraform => true,
            Self::Kubernetes | Self::Eksctl => false,
        }
    }

    /// The word of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::Terraform => "terraform",
            Self::Kubernetes => "kubernetes",
            Self::Eksctl => "eksctl",
        }
    }
}

/// A document as people read it: two spaces, a newline at the end.
fn pretty(document: &impl serde::Serialize) -> String {
    let mut bytes = Vec::with_capacity(64 * 1024);
    // Serializing to memory fails only for maps whose keys are not text; ours are.
    let written = serde_json::to_writer_pretty(&mut bytes, document);
    debug_assert!(written.is_ok());
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}
