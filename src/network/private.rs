//! Networks without a way to the internet, and who may use their endpoints.

use super::at::At;
use super::vpc::Network;
use crate::diagnostic::Origin;

/// Who may use the VPC endpoints of a network, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointPolicies {
    /// AWS's own policy: everyone who comes with credentials of any account, for everything.
    Open,
    /// Only principals of the stack's account; through the endpoints of S3 and `DynamoDB` only what belongs to that
    /// account, too, besides what image pulls need and the buckets that are named.
    ThisAccount,
}

impl Network {
    /// Fully private: no internet gateway, no NAT gateway, and the endpoints that the cluster needs, worked out from what
    /// the stack knows of it and from [`Cluster::uses`].
    ///
    /// Without tiers of its own the network gets `nodes` and `control-plane`. A public tier or a NAT gateway beside it is an
    /// error (rule SPEC030), and so is a cluster without the private side of its API (EKS617). What
    /// [`endpoints`](Self::endpoints) names is added. [`EndpointPolicies::ThisAccount`] is the default here.
    ///
    /// Source: EKS user guide, "Deploy private clusters with limited internet access".
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let net = Network::new(cidr!("10.20.0.0/16")).fully_private();
    /// let stack = Stack::new("bank", Region::UsEast1, net, Cluster::new("bank", "1.35"));
    /// let synthesis = stack.synthesize().expect("no errors");
    /// let ecr = synthesis.plan().endpoints.iter().find(|e| e.service.as_str() == "ecr.dkr");
    /// assert_eq!(ecr.expect("an endpoint for images").reasons[0].why, "manifests of images");
    /// ```
    ///
    /// [`Cluster::uses`]: crate::network::Cluster::uses
    #[track_caller]
    pub fn fully_private(mut self) -> Self {
        self.fully_private = Some(Origin::caller());
        self
    }

    /// Who may use the VPC endpoints. Without a call everyone, except in a [fully private](Self::fully_private) network.
    #[track_caller]
    pub fn endpoint_policies(mut self, policies: EndpointPolicies) -> Self {
        self.endpoints.policies = Some(At::caller(policies));
        self
    }

    /// Buckets of other accounts whose objects can be read through the S3 endpoint, by anyone, where
    /// [`EndpointPolicies::ThisAccount`] holds: `al2023-repos-us-east-1-de612dc2` for packages of Amazon Linux.
    #[track_caller]
    pub fn endpoint_buckets(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let origin = Origin::caller();
        self.endpoints.buckets = names
            .into_iter()
            .map(|name| At::new(name.into(), origin))
            .collect();
        self
    }

    /// Who may use the endpoints, whoever decided it.
    pub(crate) fn policies(&self) -> EndpointPolicies {
        let default = if self.fully_private.is_some() {
            EndpointPolicies::ThisAccount
        } else {
            EndpointPolicies::Open
        };
        self.endpoints.policies.map_or(default, |asked| asked.value)
    }
}
