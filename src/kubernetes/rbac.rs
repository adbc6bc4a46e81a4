//! Rights in the whole cluster.

use super::Metadata;

/// Rights, for whoever a binding gives them to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterRole {
    /// Its name.
    pub metadata: Metadata,
    /// The rights.
    pub rules: Vec<RoleRule>,
}

/// What may be done with resources of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// The API, empty for Kubernetes' own.
    pub group: &'static str,
    /// The resources.
    pub resources: Vec<&'static str>,
    /// What may be done.
    pub verbs: Vec<&'static str>,
}

/// Gives a role to a service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterRoleBinding {
    /// Its name.
    pub metadata: Metadata,
    /// The role's name.
    pub role: String,
    /// The service account's namespace and name.
    pub service_account: (&'static str, &'static str),
}
