//! Amazon EC2 and Direct Connect: what connects a VPC to other networks.

use ipnet::Ipv4Net;

use super::ec2::{RouteTable, Subnet, Vpc};
use super::reference::Ref;
use super::table::resource;
use super::tags::Tags;
use super::value::words;

resource! {
    /// The VPC's end of VPNs and of Direct Connect; a VPC has one at most.
    ///
    /// Attached when made in Terraform; CloudFormation attaches it by a resource of its own, [`VpnGatewayAttachment`].
    VpnGateway: "AWS::EC2::VPNGateway" / "aws_vpn_gateway" {
        /// The network that it is attached to.
        vpc: Ref<Vpc> = none / "vpc_id", updates;
        /// Always `ipsec.1`.
        protocol: &'static str = "Type" / none, replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// Attaches a [`VpnGateway`] where the gateway itself does not say to which VPC.
    VpnGatewayAttachment: "AWS::EC2::VPCGatewayAttachment" / none {
        /// The network.
        vpc: Ref<Vpc> = "VpcId" / none, replaces;
        /// The gateway.
        gateway: Ref<VpnGateway> = "VpnGatewayId" / none, updates;
    }
}

resource! {
    /// What AWS knows of the device on the other side of a VPN.
    CustomerGateway: "AWS::EC2::CustomerGateway" / "aws_customer_gateway" {
        /// Its public address.
        address: String = "IpAddress" / "ip_address", replaces;
        /// Its BGP number.
        asn: u32 = "BgpAsn" / "bgp_asn", replaces;
        /// Always `ipsec.1`.
        protocol: &'static str = "Type" / "type", replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// The two tunnels between a [`VpnGateway`] and a [`CustomerGateway`]. AWS makes their keys.
    VpnConnection: "AWS::EC2::VPNConnection" / "aws_vpn_connection" {
        /// The VPC's end.
        gateway: Ref<VpnGateway> = "VpnGatewayId" / "vpn_gateway_id", updates;
        /// The other end.
        customer: Ref<CustomerGateway> = "CustomerGatewayId" / "customer_gateway_id", updates;
        /// Always `ipsec.1`.
        protocol: &'static str = "Type" / "type", replaces;
        /// Whether routes are written down, and not learned by BGP.
        fixed: bool = "StaticRoutesOnly" / "static_routes_only", replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// A range behind a VPN without BGP.
    VpnRoute: "AWS::EC2::VPNConnectionRoute" / "aws_vpn_connection_route" {
        /// The VPN.
        connection: Ref<VpnConnection> = "VpnConnectionId" / "vpn_connection_id", replaces;
        /// The range.
        destination: Ipv4Net = "DestinationCidrBlock" / "destination_cidr_block", replaces;
    }
}

resource! {
    /// Lets a [`VpnGateway`] write what it learns into a route table.
    RoutePropagation: "AWS::EC2::VPNGatewayRoutePropagation" / "aws_vpn_gateway_route_propagation" {
        /// The gateway.
        gateway: Ref<VpnGateway> = "VpnGatewayId" / "vpn_gateway_id", updates / replaces;
        /// The table, as the only one of a list.
        tables: Vec<Ref<RouteTable>> = "RouteTableIds" / none, updates;
        /// The same table.
        table: Ref<RouteTable> = none / "route_table_id", replaces;
    }
}

resource! {
    /// Lets a Direct Connect gateway reach a VPC through its [`VpnGateway`].
    DirectConnectAssociation: "AWS::DirectConnect::DirectConnectGatewayAssociation" / "aws_dx_gateway_association" {
        /// The Direct Connect gateway, by id.
        direct_connect: String = "DirectConnectGatewayId" / "dx_gateway_id", replaces;
        /// The VPC's end.
        gateway: Ref<VpnGateway> = "AssociatedGatewayId" / "associated_gateway_id", replaces;
    }
}

resource! {
    /// A router of a region that networks are attached to.
    TransitGateway: "AWS::EC2::TransitGateway" / "aws_ec2_transit_gateway" {
        /// What it is for.
        description: String = "Description" / "description", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

words! {
    /// What is off or on.
    Support {
        /// Off.
        Disabled = "disable",
        /// On.
        Enabled = "enable",
    }
}

resource! {
    /// Attaches a VPC to a [`TransitGateway`], with an interface in each of the subnets.
    TransitGatewayAttachment: "AWS::EC2::TransitGatewayAttachment" / "aws_ec2_transit_gateway_vpc_attachment" {
        /// The transit gateway.
        gateway: Ref<TransitGateway> = "TransitGatewayId" / "transit_gateway_id", replaces;
        /// The network.
        vpc: Ref<Vpc> = "VpcId" / "vpc_id", replaces;
        /// The subnets, one in each zone at most.
        subnets: Vec<Ref<Subnet>> = "SubnetIds" / "subnet_ids", updates;
        /// Whether both directions of a flow go through the same zone.
        appliance_mode: Support = "Options.ApplianceModeSupport" / "appliance_mode_support", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// A private way between two VPCs.
    PeeringConnection: "AWS::EC2::VPCPeeringConnection" / "aws_vpc_peering_connection" {
        /// The VPC that asks.
        vpc: Ref<Vpc> = "VpcId" / "vpc_id", replaces;
        /// The VPC that is asked, by id.
        peer: String = "PeerVpcId" / "peer_vpc_id", replaces;
        /// Its account, where it is another.
        peer_account: Option<String> = "PeerOwnerId" / "peer_owner_id", replaces;
        /// Its region, where it is another.
        peer_region: Option<String> = "PeerRegion" / "peer_region", replaces;
        /// The role that lets CloudFormation accept in another account.
        accept_role: Option<String> = "PeerRoleArn" / none, replaces;
        /// Whether this side may accept for the other; CloudFormation does so by itself.
        auto_accept: Option<bool> = none / "auto_accept", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// Accepts the request of the other side of a peering.
    ///
    /// CloudFormation has no such resource.
    PeeringAcceptance: none / "aws_vpc_peering_connection_accepter" {
        /// The request.
        connection: Ref<PeeringConnection> = none / "vpc_peering_connection_id", replaces;
        /// Always true.
        auto_accept: bool = none / "auto_accept", updates;
        /// The tags of this side.
        tags: Tags = none / "tags", updates;
    }
}
