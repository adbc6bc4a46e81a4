//! What the VPC CNI may do.

use super::Builder;
use super::identities::Rights;
use crate::graph::{InlinePolicy, Statement, Text};
use crate::network::Cluster as Model;

/// The policies with which the VPC CNI gives pods their addresses.
///
/// AWS's own policy speaks of IPv4 alone, and there is none for IPv6.
///
/// An IPv6 node has one interface with a prefix, so the policy names nothing that makes or attaches interfaces. It changes
/// those of this stack's account and region only; EC2 has no narrower form of what it reads.
///
/// Source: Amazon EKS User Guide, "Configure Amazon VPC CNI plugin to use IRSA", step 2 for IPv6; amazon-vpc-cni-k8s,
/// `docs/iam-policy.md`, "IPv6 mode"; subnets are read where the CNI chooses among them, since 1.18.0.
pub(super) fn cni_rights(b: &Builder, model: &Model) -> Rights {
    if !model.is_ipv6() {
        return Rights {
            managed: vec![b.managed_policy("AmazonEKS_CNI_Policy")],
            inline: Vec::new(),
        };
    }
    let ec2 = |what: &str| Text::new().literal(b.arn("ec2")).account().literal(what);
    let read = [
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
    ];
    let change = ["ec2:AssignIpv6Addresses", "ec2:CreateTags"];
    // Changing the groups of an interface needs rights to both, and to the instance that it is attached to.
    let groups = [":instance/*", ":network-interface/*", ":security-group/*"];
    let refresh = Statement::allow("RefreshGroups", ["ec2:ModifyNetworkInterfaceAttribute"]);
    let document = [
        Statement::allow("ReadInstances", read).on("*"),
        Statement::allow("AssignAddresses", change).on(ec2(":network-interface/*")),
        groups
            .into_iter()
            .fold(refresh, |refresh, what| refresh.on(ec2(what))),
    ];
    Rights {
        managed: Vec::new(),
        inline: vec![InlinePolicy {
            name: "ipv6-addresses",
            document: document.into_iter().collect(),
        }],
    }
}
