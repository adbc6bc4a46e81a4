//! Pinned versions of add-ons.

use super::pods::release;
use crate::check::rules;
use crate::diagnostic::Findings;
use crate::network::{AddonName, KubernetesVersion, Stack};

/// A pinned kube-proxy is of the cluster's minor version, or of up to three before it.
///
/// Source: Amazon EKS User Guide, "Manage kube-proxy in Amazon EKS clusters"; Kubernetes documentation, "Version Skew Policy".
pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let Some(pinned) = cluster.addon_versions.get(&AddonName::KubeProxy) else {
        return;
    };
    let Some((1, minor, _)) = release(&pinned.value) else {
        return;
    };
    let Ok(version) = KubernetesVersion::parse(&cluster.version.value) else {
        return;
    };
    let of_cluster = u16::from(version.minor);
    if minor > of_cluster || minor + 3 < of_cluster {
        findings.push(
            rules::EKS768
                .at(
                    pinned.origin,
                    format!("{} of kube-proxy does not go with Kubernetes {version}", pinned.value),
                )
                .related(cluster.version.origin, "the cluster's version")
                .note("kube-proxy is of the cluster's minor version, or of one of the three before it")
                .help(format!(
                    "leave the version out, for AWS's default, or pin one that begins with `v{version}.`"
                )),
        );
    }
}
