//! Roles of service accounts, by EKS Pod Identity.

use super::{Builder, sorted};
use crate::diagnostic::Origin;
use crate::graph::{Cluster, InlinePolicy, NodeId, PodIdentityAssociation, Ref, Role, Statement};
use crate::network::{Cluster as Model, IdentityRole};

/// A service account, and what its identity is called.
pub(super) struct Owner<'a> {
    pub(super) name: &'a str,
    pub(super) origin: Origin,
    pub(super) namespace: &'a str,
    pub(super) service_account: &'a str,
}

/// The policies of a role.
pub(super) struct Rights {
    /// AWS's and the user's, by ARN.
    pub(super) managed: Vec<String>,
    pub(super) inline: Vec<InlinePolicy>,
}

/// The user's own, by name.
pub(super) fn build(b: &mut Builder, model: &Model, cluster: &Ref<Cluster>) {
    let mut identities: Vec<_> = model.pod_identities.iter().collect();
    identities.sort_by(|a, z| a.name.value.cmp(&z.name.value));
    for identity in identities {
        let owner = Owner {
            name: &identity.name.value,
            origin: identity.name.origin,
            namespace: &identity.namespace.value,
            service_account: &identity.service_account.value,
        };
        let role = match &identity.role {
            IdentityRole::Existing(arn) => Ref::existing(arn.value.as_str()),
            IdentityRole::New(policies) => {
                let managed = sorted(policies).into_iter().cloned().collect();
                let description = format!(
                    "Of service account {} in namespace {}",
                    owner.service_account, owner.namespace
                );
                let inline = Vec::new();
                role(b, model, &owner, description, Rights { managed, inline })
            }
        };
        associate(b, cluster, &owner, &role);
    }
}

/// A role that only pods of one service account in this cluster can take on.
///
/// Source: EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity".
pub(super) fn role(
    b: &mut Builder,
    model: &Model,
    owner: &Owner,
    description: String,
    rights: Rights,
) -> Ref<Role> {
    let asks_as = [
        ("aws:RequestTag/eks-cluster-name", &*model.name.value),
        ("aws:RequestTag/kubernetes-namespace", owner.namespace),
        (
            "aws:RequestTag/kubernetes-service-account",
            owner.service_account,
        ),
    ];
    let trust = Statement::allow("PodIdentity", ["sts:AssumeRole", "sts:TagSession"])
        .service("pods.eks.amazonaws.com")
        .from_this_account();
    let trust = asks_as.into_iter().fold(trust, |trust, (tag, is)| {
        trust.when("StringEquals", tag, is)
    });
    let tags = b.tags(owner.name);
    b.add(
        owner.name,
        owner.origin,
        Role {
            name: b.global_name(owner.name),
            description,
            trust: trust.into(),
            managed: rights.managed,
            inline: rights.inline,
            tags,
        },
    )
}

/// Made after the role's policies, so that no pod gets a role without rights.
pub(super) fn associate(
    b: &mut Builder,
    cluster: &Ref<Cluster>,
    owner: &Owner,
    role: &Ref<Role>,
) -> Option<NodeId> {
    let tags = b.tags(owner.name);
    b.add_after(
        owner.name,
        owner.origin,
        role.node().into_iter().collect(),
        PodIdentityAssociation {
            cluster: cluster.clone(),
            namespace: owner.namespace.to_owned(),
            service_account: owner.service_account.to_owned(),
            role: role.arn(),
            tags,
        },
    )
    .node()
}
