//! The keys of `cluster.network-policy` and `cluster.tenants`.

use serde::Deserialize;

use super::List;
use crate::spec::Field;

/// Who enforces network policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PolicyEngineSpec {
    /// The VPC CNI.
    VpcCni,
    /// Calico, beside the VPC CNI.
    Calico,
    /// Nobody.
    None,
}

/// What happens to a pod of which no policy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PolicyModeSpec {
    /// It is open.
    Standard,
    /// It is closed.
    Strict,
}

/// Who enforces network policies, and how.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct NetworkPolicySpec {
    /// `vpc-cni`, `calico` or `none`.
    pub engine: Field<PolicyEngineSpec>,
    /// What happens to a pod of which no policy speaks: `standard` (the default) leaves it open, `strict` closes it. For
    /// `vpc-cni`.
    pub mode: Field<PolicyModeSpec>,
}

/// Namespaces of one owner, closed to everything but themselves, names, and the Kubernetes API.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct TenantSpec {
    /// Its namespaces; one of its name by default.
    pub namespaces: List<String>,
    /// Other tenants whose pods its own may call.
    pub reaches: List<String>,
    /// Namespaces of no tenant whose pods may call its own, such as that of an ingress controller.
    pub from: List<String>,
    /// Namespaces of no tenant whose pods its own may call.
    pub to: List<String>,
    /// Ranges of addresses that may call its pods, such as the subnets of load balancers.
    pub ingress: List<String>,
    /// Ranges of addresses that its pods may call, such as that of a database, or `0.0.0.0/0`.
    pub egress: List<String>,
}
