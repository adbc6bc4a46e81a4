//! Network policies: who enforces them, and the tenants that they keep apart.

use ipnet::Ipv4Net;

use super::at::At;

/// Who enforces network policies. One engine at a time: two would undo each other's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyEngine {
    /// The VPC CNI itself, by eBPF on every node of EC2.
    ///
    /// Source: Amazon EKS User Guide, "Limit pod traffic with Kubernetes network policies".
    VpcCni(PolicyMode),
    /// Calico beside the VPC CNI, for its policies only: pods keep their addresses of the VPC.
    ///
    /// Source: Calico documentation, "Amazon Elastic Kubernetes Service (EKS)", with Amazon VPC networking.
    Calico,
}

/// What happens to a pod of which no policy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PolicyMode {
    /// It is open, and for a moment after its start so is every pod.
    #[default]
    Standard,
    /// It is closed, both ways, from its start. Everything needs a policy then, what runs in `kube-system` too: the manifests
    /// have one for `CoreDNS`, and what else is installed needs its own.
    Strict,
}

/// Namespaces of one owner, closed to everything but themselves, names, the Kubernetes API and the agent of Pod Identity.
///
/// ```
/// use eksnet::prelude::*;
///
/// let cluster = Cluster::new("prod", "1.35")
///     .network_policy(PolicyEngine::VpcCni(PolicyMode::Standard))
///     .tenant(Tenant::new("shop").reaches("payments").from_namespace("ingress-nginx"))
///     .tenant(Tenant::new("payments").egress(cidr!("10.250.0.0/16")));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a tenant is part of a cluster only once `Cluster::tenant` took it"]
pub struct Tenant {
    pub(crate) name: At<String>,
    pub(crate) namespaces: Vec<At<String>>,
    pub(crate) reaches: Vec<At<String>>,
    pub(crate) from: Vec<At<String>>,
    pub(crate) to: Vec<At<String>>,
    pub(crate) ingress: Vec<At<Ipv4Net>>,
    pub(crate) egress: Vec<At<Ipv4Net>>,
}

impl Tenant {
    /// A tenant, with a namespace of its name where no other is given.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Self::named(At::caller(name.into()))
    }

    pub(crate) fn named(name: At<String>) -> Self {
        Self {
            name,
            namespaces: Vec::new(),
            reaches: Vec::new(),
            from: Vec::new(),
            to: Vec::new(),
            ingress: Vec::new(),
            egress: Vec::new(),
        }
    }

    /// One of its namespaces. All of a tenant's see each other.
    #[track_caller]
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespaces.push(At::caller(name.into()));
        self
    }

    /// Another tenant, by name, whose pods its own may call. The way back is not open.
    #[track_caller]
    pub fn reaches(mut self, tenant: impl Into<String>) -> Self {
        self.reaches.push(At::caller(tenant.into()));
        self
    }

    /// A namespace of no tenant whose pods may call its own, such as that of an ingress controller.
    #[track_caller]
    pub fn from_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.from.push(At::caller(namespace.into()));
        self
    }

    /// A namespace of no tenant whose pods its own may call.
    #[track_caller]
    pub fn to_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.to.push(At::caller(namespace.into()));
        self
    }

    /// A range of addresses that may call its pods, such as the subnets of load balancers.
    #[track_caller]
    pub fn ingress(mut self, range: Ipv4Net) -> Self {
        self.ingress.push(At::caller(range));
        self
    }

    /// A range of addresses that its pods may call, such as that of a database, or `0.0.0.0/0`.
    #[track_caller]
    pub fn egress(mut self, range: Ipv4Net) -> Self {
        self.egress.push(At::caller(range));
        self
    }

    /// Its namespaces, by name.
    pub(crate) fn own(&self) -> Vec<&str> {
        let mut own: Vec<_> = self.namespaces.iter().map(|at| at.value.as_str()).collect();
        if own.is_empty() {
            own.push(&self.name.value);
        }
        own.sort_unstable();
        own.dedup();
        own
    }
}
