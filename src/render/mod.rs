//! Rendering: a graph becomes a template of one engine. Cannot fail; what cannot be rendered was refused before.
//!
//! An engine says how it spells a path, a reference and text (`engine::Engine`); how values nest is the same for both
//! (`object`). Where the engines differ in shape, a named function in the engine's file says so and why.

mod cloudformation;
mod engine;
mod object;
mod policy;
mod terraform;

pub use cloudformation::cloudformation;
pub use terraform::{TerraformFiles, terraform, terraform_document};

pub(crate) use cloudformation::names as cloudformation_names;
pub(crate) use terraform::names as terraform_names;

/// A format that eksnet renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// An AWS CloudFormation template.
    CloudFormation,
    /// A Terraform root module.
    Terraform,
}

impl Format {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::CloudFormation, Self::Terraform];

    /// The word of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::Terraform => "terraform",
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
