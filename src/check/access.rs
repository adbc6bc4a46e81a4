//! Access entries: who is let into the cluster's API, and as what.

use std::collections::BTreeMap;

use super::arn::{ArnOf, arn};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin};
use crate::network::{At, Cluster, Stack};

/// Beginnings of Kubernetes groups that an access entry cannot have.
///
/// Source: EKS user guide, "Create access entries".
const RESERVED_GROUPS: [&str; 5] = ["system:", "eks:", "aws:", "amazon:", "iam:"];

pub(super) fn check(stack: &Stack, cluster: &Cluster, findings: &mut Findings) {
    principals(cluster, findings);
    for entry in &cluster.access {
        arn(stack, &entry.principal, ArnOf::RoleOrUser, findings);
        if entry.grants.is_empty() && entry.groups.is_empty() {
            findings.push(
                rules::SPEC016
                    .at(entry.name.origin, format!("access entry `{}` may do nothing", entry.name.value))
                    .note("an entry has rights by access policies, or by Kubernetes groups with bindings of their own")
                    .help_in("write `policy: AmazonEKSViewPolicy`, or name groups", "call `.policy(\"AmazonEKSViewPolicy\")`, `.admin()` or `.group(…)`"),
            );
        }
        for group in &entry.groups {
            if RESERVED_GROUPS
                .iter()
                .any(|reserved| group.value.starts_with(reserved))
            {
                findings.push(
                    rules::SPEC015
                        .at(group.origin, format!("EKS refuses the Kubernetes group `{}`", group.value))
                        .note("groups that begin with `system:`, `eks:`, `aws:`, `amazon:` or `iam:` are reserved")
                        .help_in("for administrators write `policy: AmazonEKSClusterAdminPolicy`", "for administrators call `.admin()`"),
                );
            }
        }
    }
    if cluster.access.is_empty() && !cluster.creator_admin {
        findings.push(
            rules::PLAN005
                .at(cluster.origin, "nobody is let into the cluster's API")
                .note("not even who deploys the stack; entries can be added later without replacing anything")
                .help_in(
                    "add to `cluster`: `access: { entries: { admins: { principal: \"arn:aws:iam::111122223333:role/admins\", policy: AmazonEKSClusterAdminPolicy } } }`",
                    "call `.access(AccessEntry::new(\"admins\", \"arn:aws:iam::111122223333:role/admins\").admin())`",
                ),
        );
    }
}

/// A cluster has one entry for a principal, whatever the entries are called. That of hybrid nodes is made for their role.
///
/// Source: Amazon EKS API Reference, `CreateAccessEntry`.
fn principals(cluster: &Cluster, findings: &mut Findings) {
    let nodes = cluster.hybrid_nodes.as_ref();
    let role = nodes.and_then(|nodes| nodes.role.as_ref());
    let mut seen: BTreeMap<&str, Origin> = BTreeMap::new();
    for entry in &cluster.access {
        let At { value, origin } = &entry.principal;
        let (first, note, help) = if let Some(role) = role.filter(|role| role.value == *value) {
            (
                role.origin,
                "the stack makes the entry of hybrid nodes, by which the role is for machines alone",
                "leave this entry out, or give it to another role",
            )
        } else if let Some(first) = seen.insert(value, *origin) {
            (
                first,
                "EKS takes one entry for each principal, and refuses the second",
                "put the policies and groups into one entry",
            )
        } else {
            continue;
        };
        findings.push(
            rules::SPEC012
                .at(*origin, format!("`{value}` has two access entries"))
                .related(first, "the first one")
                .note(note)
                .help(help),
        );
    }
}
