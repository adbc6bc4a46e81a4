//! Calico, by its operator.

use super::Metadata;

/// What Calico's operator installs for its policies alone: the VPC CNI goes on giving addresses to pods.
///
/// Source: tigera/operator, `Installation` of `operator.tigera.io/v1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalicoInstallation {
    /// The operator takes one, called `default`.
    pub metadata: Metadata,
}
