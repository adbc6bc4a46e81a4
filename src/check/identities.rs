//! Roles of service accounts.

use std::collections::BTreeMap;

use super::arn::{ArnOf, arn};
use super::auto_mode::lacks;
use super::names::is_dns_label;
use crate::check::rules;
use crate::diagnostic::Findings;
use crate::network::{AddonName, At, Cluster, IdentityRole, PodIdentity, Stack};

/// What IAM takes for the name of a role.
const LONGEST_ROLE_NAME: usize = 64;

pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    for identity in &cluster.pod_identities {
        rights(stack, identity, findings);
        kubernetes_name(&identity.namespace, "namespace", 63, findings);
        kubernetes_name(&identity.service_account, "service account", 253, findings);
        on_fargate(cluster, identity, findings);
    }
    twice(cluster, findings);
    without_agent(cluster, findings);
}

fn rights(stack: &Stack, identity: &PodIdentity, findings: &mut Findings) {
    let policies = match &identity.role {
        IdentityRole::Existing(role) => {
            arn(stack, role, ArnOf::Role, findings);
            return;
        }
        IdentityRole::New(policies) => policies,
    };
    for policy in policies {
        arn(stack, policy, ArnOf::Policy, findings);
    }
    let At {
        value: name,
        origin,
    } = &identity.name;
    if policies.is_empty() {
        findings.push(
            rules::SPEC016
                .at(*origin, format!("identity `{name}` has a role without rights"))
                .help_in(
                    "name its policies: `policies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]`, or an existing `role`",
                    "call `.policy(\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\")`, or `.role(…)` for one that exists",
                ),
        );
    }
    let prefix = stack.region.value.zone_prefix();
    let whole = format!("{}-{prefix}-{name}", stack.name.value);
    if whole.len() > LONGEST_ROLE_NAME {
        findings.push(
            rules::SPEC011
                .at(
                    *origin,
                    format!("the role of identity `{name}` would be called `{whole}`"),
                )
                .note("IAM takes 64 characters for the name of a role")
                .help(format!(
                    "shorten it by {} characters",
                    whole.len() - LONGEST_ROLE_NAME
                )),
        );
    }
}

/// Source: Kubernetes documentation, "Object Names and IDs".
fn kubernetes_name(name: &At<String>, what: &str, longest: usize, findings: &mut Findings) {
    let text = &name.value;
    let ok = if longest > 63 {
        text.len() <= longest && text.split('.').all(is_dns_label)
    } else {
        is_dns_label(text)
    };
    if !ok {
        findings.push(
            rules::SPEC015
                .at(name.origin, format!("`{text}` is not the name of a {what}"))
                .note(format!(
                    "Kubernetes takes 1 to {longest} lower-case letters, digits and hyphens, not at the ends"
                ))
                .help("write the name that `kubectl` shows"),
        );
    }
}

/// Source: EKS user guide, "EKS Pod Identity restrictions".
fn on_fargate(cluster: &Cluster, identity: &PodIdentity, findings: &mut Findings) {
    let takes = cluster.fargate.iter().find(|profile| {
        profile
            .selectors
            .iter()
            .any(|selector| selector.takes(&identity.namespace.value, &[]))
    });
    let Some(profile) = takes else {
        return;
    };
    findings.push(
        rules::PLAN036
            .at(
                identity.namespace.origin,
                format!(
                    "pods of namespace `{}` run on Fargate, where identity `{}` gives them no role",
                    identity.namespace.value, identity.name.value
                ),
            )
            .related(
                profile.name.origin,
                "the profile that takes the whole namespace",
            )
            .note("the agent of Pod Identity runs on nodes")
            .help("use roles of service accounts there (`oidc-provider: true`), or run these pods on nodes"),
    );
}

/// The VPC CNI's identity is the stack's own.
fn twice(cluster: &Cluster, findings: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str), &PodIdentity> = BTreeMap::new();
    for identity in &cluster.pod_identities {
        let account = (&*identity.namespace.value, &*identity.service_account.value);
        let origin = identity.service_account.origin;
        if account == ("kube-system", "aws-node") {
            findings.push(
                rules::PLAN035
                    .at(origin, "the VPC CNI has its identity already")
                    .note("EKS takes one association for each service account")
                    .help("leave this one out"),
            );
        } else if let Some(first) = seen.insert(account, identity) {
            let (namespace, name) = account;
            findings.push(
                rules::PLAN035
                    .at(
                        origin,
                        format!("service account `{namespace}/{name}` has two roles"),
                    )
                    .related(first.service_account.origin, "the first one")
                    .note("EKS takes one association for each service account")
                    .help("one service account has one role: put the policies together"),
            );
        }
    }
}

fn without_agent(cluster: &Cluster, findings: &mut Findings) {
    let agent = !lacks(cluster, AddonName::PodIdentityAgent);
    if let Some(first) = cluster.pod_identities.first().filter(|_| !agent) {
        findings.push(
            rules::PLAN037
                .at(
                    first.name.origin,
                    "without the agent of Pod Identity, no pod gets its role",
                )
                .note("the add-on `eks-pod-identity-agent` hands out the credentials")
                .help_in(
                    "leave `eks-pod-identity-agent: none` out",
                    "leave `.without_addon(AddonName::PodIdentityAgent)` out",
                ),
        );
    }
}
