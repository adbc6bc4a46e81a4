//! Route 53 Resolver endpoints: names of the VPC for those outside it.

use ipnet::Ipv4Net;

use super::at::At;
use super::local_zone::InAvailabilityZones;
use super::tier::{AnyTier, TierId};
use super::vpc::Network;
use crate::diagnostic::Origin;

/// Addresses in the VPC at which a connected network asks for names.
#[derive(Debug, Clone)]
pub(crate) struct InboundResolver {
    pub(crate) origin: Origin,
    /// The tier that it stands in; that of the workload where none is named.
    pub(crate) tier: Option<At<AnyTier>>,
    /// Who may ask.
    pub(crate) from: Vec<At<Ipv4Net>>,
}

impl Network {
    /// A Route 53 Resolver inbound endpoint in a tier, with an address in each of its zones, which answers these ranges.
    ///
    /// For DNS servers of a connected network: they forward the domain of the API's name, and those of interface endpoints,
    /// to these addresses. Without, an API with both sides has its public addresses outside the VPC; one with the private
    /// side alone has its private ones in public DNS, too. To reach the API itself, a rule must let clients into the control
    /// plane's group as well ([`Network::allow`]).
    ///
    /// Source: Route 53 developer guide, "Forwarding inbound DNS queries to your VPCs"; EKS user guide, "Cluster API server
    /// endpoint".
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let mut net = Network::new(cidr!("10.20.0.0/16"));
    /// let public = net.add(Tier::public("public"));
    /// let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
    /// let control = net.add(Tier::isolated("control-plane"));
    /// net.inbound_resolver(&nodes, [cidr!("192.168.0.0/16")]);
    /// ```
    #[track_caller]
    pub fn inbound_resolver<A: InAvailabilityZones>(
        &mut self,
        tier: &TierId<A>,
        from: impl IntoIterator<Item = Ipv4Net>,
    ) {
        let origin = Origin::caller();
        self.resolver = Some(InboundResolver {
            origin,
            tier: Some(At::new(tier.any, origin)),
            from: from
                .into_iter()
                .map(|range| At::new(range, origin))
                .collect(),
        });
    }
}
