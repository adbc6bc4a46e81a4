//! The keys of a connection under `network.connected`.

use serde::Deserialize;

use super::List;
use crate::spec::{Either, Field};

/// A connection to another network.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct ConnectionSpec {
    /// The ranges of the other network.
    pub cidrs: List<String>,
    /// What connects the two. Without, the ranges are known and nothing is built.
    pub by: Field<WaySpec>,
    /// The tiers whose route tables lead there: those of nodes, pods and internal load balancers by default, and the control
    /// plane's where `api` is on.
    pub tiers: List<String>,
    /// Whether the ranges reach the private side of the cluster's API. Off by default.
    pub api: Field<bool>,
}

/// What connects two networks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "kebab-case",
    expecting = "one of them with its settings, such as `{ transit-gateway: tgw-… }`"
)]
pub enum WaySpec {
    /// A VPN over the internet, between the VPC's virtual private gateway and a device on the other side.
    Vpn(VpnSpec),
    /// The id of a Direct Connect gateway, which the VPC's virtual private gateway is associated with.
    DirectConnectGateway(Field<String>),
    /// A transit gateway that the VPC is attached to: its id, `create` for one of the stack's own, or a map.
    TransitGateway(Either<Field<String>, TransitGatewaySpec>),
    /// A peering with one other VPC.
    Peering(PeeringSpec),
}

/// A VPN.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct VpnSpec {
    /// The device on the other side: `{ address: 198.18.7.9, asn: 65010 }`, or the id of a customer gateway that exists.
    pub customer_gateway: Field<Either<Field<String>, CustomerGatewaySpec>>,
    /// For a device without BGP: the ranges of the connection are its routes. Off by default.
    pub static_routes: Field<bool>,
}

/// The device on the other side of a VPN.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct CustomerGatewaySpec {
    /// Its public IPv4 address.
    pub address: Field<String>,
    /// Its BGP number, 65000 by default.
    pub asn: Field<u32>,
}

/// An attachment to a transit gateway.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct TransitGatewaySpec {
    /// The id of a transit gateway, or `create` for one of the stack's own.
    pub id: Field<String>,
    /// Whether the internet, too, is reached through it, by private tiers with `nat: none`. Off by default.
    pub internet: Field<bool>,
    /// Whether both directions of a flow go through the same zone, as stateful appliances need it. Off by default.
    pub appliance_mode: Field<bool>,
    /// The tier that takes the attachment's interfaces. By default the one called `transit`, which the plan adds where there
    /// is none: a /28 in every zone.
    pub tier: Field<String>,
}

/// A peering: with a VPC that is asked, or at the request of the other side.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default)]
pub struct PeeringSpec {
    /// The VPC that is asked: `vpc-…`.
    pub vpc: Field<String>,
    /// Its region, where it is another.
    pub region: Field<String>,
    /// Its account, where it is another: twelve digits in quotes.
    pub account: Field<String>,
    /// The role of the other account that lets CloudFormation accept there. Terraform has no use for it.
    pub accept_role: Field<String>,
    /// Instead of `vpc`: the request of the other side, `pcx-…`.
    pub accept: Field<String>,
}
