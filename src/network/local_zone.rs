//! Local Zones: a part of a region in another city, which takes nodes and little else.
//!
//! Source: AWS Local Zones User Guide, "How AWS Local Zones work"; Amazon EKS User Guide, "Launch low-latency EKS clusters
//! with AWS Local Zones".

use std::marker::PhantomData;

use super::at::At;
use super::tier::sealed::Sealed;
use super::tier::{Access, Isolated, Private, Public, Tier, TierAccess};
use crate::diagnostic::Origin;

/// A Local Zone of a tier, as the user writes it.
#[derive(Debug, Clone)]
pub(crate) struct LocalZone {
    /// Its id, such as `usw2-lax1-az1`.
    pub(crate) id: At<String>,
    /// The Availability Zone that it is tied to, by id: its traffic for the region enters there.
    pub(crate) parent: At<String>,
}

/// Marks a tier in Local Zones in the type of its handle, with the access that it has.
#[derive(Debug, Clone, Copy)]
pub struct Local<A>(PhantomData<fn() -> A>);

macro_rules! local {
    ($($access:ident),*) => { $(
        impl Sealed for Local<$access> {
            const ACCESS: Access = Access::$access;
        }
        impl TierAccess for Local<$access> {}
        impl InAvailabilityZones for $access {}
    )* };
}
local!(Public, Private, Isolated);

/// Tiers that what AWS keeps to Availability Zones can stand in: the control plane's interfaces, interface endpoints,
/// resolvers and attachments to transit gateways.
#[diagnostic::on_unimplemented(
    message = "this stands in Availability Zones only",
    label = "this tier is in Local Zones",
    note = "a Local Zone takes nodes and their load balancers: name a tier in Availability Zones"
)]
pub trait InAvailabilityZones: TierAccess {}

impl<A: InAvailabilityZones> Tier<A> {
    /// In these Local Zones, each with the Availability Zone that is its parent, all by id.
    ///
    /// The tier is in no Availability Zone then, unless [`Tier::in_zones`] lists some, which is for a tier of pods. It takes
    /// node groups; what AWS keeps to Availability Zones does not compile with its handle. A private tier leaves through
    /// the NAT gateway of the parent.
    ///
    /// `aws ec2 describe-availability-zones --all-availability-zones --filters Name=zone-type,Values=local-zone --query
    /// 'AvailabilityZones[].[ZoneId,ParentZoneId]'` shows both ids.
    ///
    /// ```
    /// use eksnet::prelude::*;
    ///
    /// let mut net = Network::new(cidr!("10.20.0.0/16")).zones(3);
    /// let public = net.add(Tier::public("public"));
    /// let edge = net.add(
    ///     Tier::private("edge", Nat::per_zone(&public)).in_local_zones([("usw2-lax1-az1", "usw2-az2")]),
    /// );
    /// let group = NodeGroup::new("edge", &edge);
    /// ```
    ///
    /// Source: AWS Local Zones User Guide, "Available Local Zones".
    #[track_caller]
    pub fn in_local_zones(
        self,
        zones: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Tier<Local<A>>
    where
        Local<A>: TierAccess,
    {
        let origin = Origin::caller();
        let mut model = self.model;
        model.local_zones = Some(
            zones
                .into_iter()
                .map(|(id, parent)| LocalZone {
                    id: At::new(id.into(), origin),
                    parent: At::new(parent.into(), origin),
                })
                .collect(),
        );
        Tier::of(model)
    }
}
