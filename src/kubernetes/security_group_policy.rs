//! Security groups of pods.

use super::{Labels, Metadata};
use crate::graph::{Deferred, GroupId};

/// Gives pods security groups of their own.
///
/// Source: aws/amazon-vpc-resource-controller-k8s, `SecurityGroupPolicy` of `vpcresources.k8s.aws/v1beta1`.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityGroupPolicy {
    /// Its name, and the namespace of the pods.
    pub metadata: Metadata,
    /// Which pods.
    pub selector: Selector,
    /// The groups, 1 to 5.
    pub groups: Vec<Deferred<GroupId>>,
}

/// Which pods a policy is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// By the labels of pods; all of the namespace where there are none.
    Pods(Labels),
    /// By the labels of their service accounts.
    ServiceAccounts(Labels),
}
