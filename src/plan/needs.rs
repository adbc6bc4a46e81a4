//! Which VPC endpoints a network has, each with the reasons for it.
//!
//! A fully private network gets those that its cluster needs; every other one has those that somebody named, and the rules
//! hold them against the same needs where nodes have no way to the internet.

use std::fmt;

use crate::diagnostic::Origin;
use crate::network::{AddonName, Cluster, EndpointKind, EndpointService, Software, Stack};

/// Who calls a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// Somebody named the endpoint.
    Asked,
    /// The default of networks that name none.
    Default,
    /// Nodes, as they start and pull images.
    Nodes,
    /// Fargate, as it starts pods.
    Fargate,
    /// The VPC CNI.
    VpcCni,
    /// EKS Pod Identity.
    PodIdentity,
    /// IAM roles for service accounts.
    ServiceAccounts,
    /// Karpenter.
    Karpenter,
    /// Software that runs in the cluster.
    Software(Software),
}

impl Caller {
    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Asked => "you",
            Self::Default => "eksnet",
            Self::Nodes => "nodes",
            Self::Fargate => "Fargate",
            Self::VpcCni => "the VPC CNI",
            Self::PodIdentity => "Pod Identity",
            Self::ServiceAccounts => "roles of service accounts",
            Self::Karpenter => "Karpenter",
            Self::Software(software) => software.title(),
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.title())
    }
}

/// Why an endpoint is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// Who calls the service.
    pub caller: Caller,
    /// What for.
    pub why: &'static str,
}

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedEndpoint {
    /// The service.
    pub service: EndpointService,
    /// Where it was asked for.
    pub origin: Origin,
    /// Why it is there; at least one.
    pub reasons: Vec<Reason>,
}

impl PlannedEndpoint {
    /// Whether it is a gateway or an interface.
    pub fn kind(&self) -> EndpointKind {
        self.service.kind()
    }
}

/// A service that a cluster calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) service: &'static str,
    pub(crate) reason: Reason,
    /// Whether the caller does not work without it.
    pub(crate) required: bool,
}

const fn need(service: &'static str, caller: Caller, why: &'static str) -> Need {
    Need {
        service,
        reason: Reason { caller, why },
        required: true,
    }
}

const fn wish(service: &'static str, caller: Caller, why: &'static str) -> Need {
    Need {
        required: false,
        ..need(service, caller, why)
    }
}

/// Images, on nodes and on Fargate.
const fn images(caller: Caller) -> [Need; 3] {
    [
        need("ecr.api", caller, "credentials for the registry of images"),
        need("ecr.dkr", caller, "manifests of images"),
        need("s3", caller, "layers of images, which ECR keeps in S3"),
    ]
}

/// What a cluster calls, where it has nodes without a way to the internet, or Fargate pods.
///
/// Source: EKS user guide, "Deploy private clusters with limited internet access"; of nodes that start, nodeadm
/// (awslabs/amazon-eks-ami) and pluto (bottlerocket-os/bottlerocket-core-kit); Karpenter, "Private clusters".
pub(crate) fn needs(cluster: &Cluster, nodes: bool, fargate: bool) -> Vec<Need> {
    use Caller::{Fargate, Karpenter, Nodes, PodIdentity, ServiceAccounts, VpcCni};
    let has = |addon| !cluster.without_addons.contains(&addon);
    let mut needs = Vec::new();
    if nodes {
        needs.push(need(
            "ec2",
            Nodes,
            "a node asks for its own name as it starts",
        ));
        needs.extend(images(Nodes));
        needs.push(wish(
            "eks",
            Nodes,
            "Bottlerocket asks for the range of services as it starts",
        ));
        if has(AddonName::VpcCni) && !cluster.is_auto_alone() {
            needs.push(need(
                "ec2",
                VpcCni,
                "network interfaces and addresses of pods",
            ));
        }
        if has(AddonName::PodIdentityAgent) || cluster.auto().is_some() {
            needs.push(need("eks-auth", PodIdentity, "credentials of pods"));
        }
    }
    if fargate {
        needs.extend(images(Fargate));
        needs.push(wish(
            "logs",
            Fargate,
            "the log router, where it is turned on",
        ));
    }
    if cluster.oidc_provider {
        needs.push(need("sts", ServiceAccounts, "credentials of pods"));
    }
    let caller = if nodes { Nodes } else { Fargate };
    needs.push(need("sts", caller, "credentials of roles"));
    if cluster.karpenter {
        needs.extend([
            need("ec2", Karpenter, "starts and ends nodes"),
            need("eks", Karpenter, "asks for the address of the API"),
            need("sqs", Karpenter, "hears of interruptions"),
            need("ssm", Karpenter, "asks for the ids of images"),
            need("sts", Karpenter, "credentials of roles"),
        ]);
    }
    for software in &cluster.uses {
        let software = software.value;
        let calls = software.calls().iter();
        needs.extend(calls.map(|(service, why)| need(service, Caller::Software(software), why)));
    }
    needs
}

/// What the cluster of a fully private network needs, whether or not it exists in the region.
pub(crate) fn private_needs(stack: &Stack) -> Vec<Need> {
    let private = stack.network.fully_private.is_some();
    let Some(cluster) = stack.cluster.as_ref().filter(|_| private) else {
        return Vec::new();
    };
    let fargate = !cluster.fargate.is_empty();
    // A cluster without any node yet will have some, unless Fargate runs all of it.
    let nodes = !cluster.node_groups.is_empty()
        || cluster.karpenter
        || cluster.auto().is_some()
        || !fargate;
    needs(cluster, nodes, fargate)
}

/// All endpoints of a stack, by service.
pub(crate) fn endpoints(stack: &Stack) -> Vec<PlannedEndpoint> {
    let stated = stack.network.endpoints.parsed();
    let mut endpoints: Vec<PlannedEndpoint> = stated
        .map(|(service, origin)| PlannedEndpoint {
            service,
            origin,
            reasons: vec![if origin == Origin::Default {
                Reason {
                    caller: Caller::Default,
                    why: "the gateway is free, and NAT is not",
                }
            } else {
                Reason {
                    caller: Caller::Asked,
                    why: "it is named in `endpoints`",
                }
            }],
        })
        .collect();
    let origin = stack.network.fully_private.unwrap_or_default();
    for need in private_needs(stack) {
        let known = endpoints
            .iter_mut()
            .find(|known| known.service.short_name() == need.service);
        if let Some(known) = known {
            // What is needed anyway is no default of ours.
            known
                .reasons
                .retain(|reason| reason.caller != Caller::Default);
            if !known.reasons.contains(&need.reason) {
                known.reasons.push(need.reason);
            }
            continue;
        }
        let Ok(service) = EndpointService::parse(need.service) else {
            continue;
        };
        if service.is_offered_in(stack.region.value) {
            endpoints.push(PlannedEndpoint {
                service,
                origin,
                reasons: vec![need.reason],
            });
        }
    }
    for endpoint in &mut endpoints {
        endpoint
            .reasons
            .sort_by_key(|reason| (reason.caller, reason.why));
    }
    endpoints.sort_by(|a, z| a.service.as_str().cmp(z.service.as_str()));
    endpoints
}

/// Where the first interface endpoint is asked for, if there is one.
pub(crate) fn first_interface(stack: &Stack) -> Option<Origin> {
    let stated = stack.network.endpoints.first_interface();
    // Every cluster needs interfaces where there is no internet.
    let private = stack.network.fully_private;
    stated.or(private.filter(|_| stack.cluster.is_some()))
}
