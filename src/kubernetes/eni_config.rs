//! Custom networking of the VPC CNI: pods in other subnets than their nodes.

use super::Metadata;
use crate::graph::{Deferred, GroupId, Ref, Subnet};

/// Where the VPC CNI puts the pods of a zone's nodes.
///
/// Source: aws/amazon-vpc-cni-k8s, `config/master/crds/crd.yaml`.
#[derive(Debug, Clone, PartialEq)]
pub struct EniConfig {
    /// Its name: what the label of the node says, such as the zone's name.
    pub metadata: Metadata,
    /// The subnet that pods get their addresses from.
    pub subnet: Ref<Subnet>,
    /// The security groups of pods; those of the node where there are none.
    pub security_groups: Vec<Deferred<GroupId>>,
}
