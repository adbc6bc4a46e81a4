//! Roles of service accounts, by EKS Pod Identity.

use super::at::At;

/// Where the role of a service account comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdentityRole {
    /// A role that exists already, by ARN.
    Existing(At<String>),
    /// A role that the stack makes, with these policies, by ARN.
    New(Vec<At<String>>),
}

/// Gives the pods of a service account a role.
///
/// The role's credentials come from an agent on the node, so that nothing is written into the service account, and the
/// role needs no provider of the cluster's own. Pods on Fargate have no such agent (rule PLAN036).
///
/// Source: EKS user guide, "Learn how EKS Pod Identity grants pods access to AWS services".
///
/// ```
/// use eksnet::prelude::*;
///
/// let net = Network::new(cidr!("10.20.0.0/16"));
/// let reports = PodIdentity::new("reports", "finance", "reports")
///     .policy("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess");
/// let cluster = Cluster::new("prod", "1.35").pod_identity(reports);
/// let stack = Stack::new("prod", Region::UsEast1, net, cluster);
/// let template = stack.synthesize().expect("a network without errors").cloudformation();
/// assert!(template.contains("PodIdentityAssociationReports"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "an identity is part of a cluster only once `Cluster::pod_identity` took it"]
pub struct PodIdentity {
    pub(crate) name: At<String>,
    pub(crate) namespace: At<String>,
    pub(crate) service_account: At<String>,
    pub(crate) role: IdentityRole,
}

impl PodIdentity {
    /// The pods of a service account in a namespace; `name` is what the identity is called here. Its role is one that the
    /// stack makes, until [`PodIdentity::role`] names another.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        namespace: impl Into<String>,
        service_account: impl Into<String>,
    ) -> Self {
        Self {
            name: At::caller(name.into()),
            namespace: At::caller(namespace.into()),
            service_account: At::caller(service_account.into()),
            role: IdentityRole::New(Vec::new()),
        }
    }

    /// A role that exists already, by ARN. It must trust `pods.eks.amazonaws.com`.
    #[track_caller]
    pub fn role(mut self, arn: impl Into<String>) -> Self {
        self.role = IdentityRole::Existing(At::caller(arn.into()));
        self
    }

    /// A policy of the role that the stack makes, by ARN; one more for each call.
    #[track_caller]
    pub fn policy(mut self, arn: impl Into<String>) -> Self {
        let policy = At::caller(arn.into());
        match &mut self.role {
            IdentityRole::New(policies) => policies.push(policy),
            IdentityRole::Existing(_) => self.role = IdentityRole::New(vec![policy]),
        }
        self
    }
}
