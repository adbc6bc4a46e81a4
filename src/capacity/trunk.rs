//! Trunks: the interface of a node that carries those of pods with security groups of their own, its branches.

use super::instance::{Hypervisor, Instance};

/// A row for each type whose branches are known, sorted by name; its heading says where the rows are from.
const TABLE: &str = include_str!("branches.tsv");

/// Types on Nitro that AWS lists without trunks, beside all of the t family.
const WITHOUT: [&str; 3] = ["i4i.large", "u-6tb1.112xlarge", "u-6tb1.56xlarge"];

impl Instance {
    /// Whether it takes a trunk interface, so that pods on it can have security groups of their own: types on Nitro, but
    /// none of the t family.
    ///
    /// Source: Amazon EKS User Guide, "Assign security groups to individual Pods"; amazon-vpc-resource-controller-k8s,
    /// `pkg/aws/vpc/limits.go`.
    pub fn takes_trunk(self) -> bool {
        self.hypervisor != Hypervisor::Xen
            && !is_burstable(self.name)
            && !WITHOUT.contains(&self.name)
    }

    /// How many pods with security groups of their own a node of this type has at most: that many branches its trunk
    /// carries. None where the number is not known.
    pub fn branch_interfaces(self) -> Option<u32> {
        if !self.takes_trunk() {
            return Some(0);
        }
        let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
        let mut rows = rows.filter_map(|row| row.split_once('\t'));
        let (_, branches) = rows.find(|(name, _)| *name == self.name)?;
        branches.trim_end().parse().ok()
    }
}

/// Whether a type is of the t family: a `t`, and the number of its generation.
pub(crate) fn is_burstable(name: &str) -> bool {
    let generation = name.strip_prefix('t');
    generation.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}
