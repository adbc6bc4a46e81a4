//! The resources that only CloudFormation has.

use crate::graph::{
    Entry, InternetGatewayAttachment, Ipv6CidrBlock, NodeId, Ref, Resource, Table,
    VpnGatewayAttachment,
};

/// What CloudFormation attaches by a resource of its own: an internet gateway and a virtual private one, so that one gateway
/// can change VPCs, and the IPv6 range of a VPC.
pub(super) fn attachment(id: NodeId, entry: &Entry) -> Option<Box<dyn Table>> {
    match &entry.resource {
        Resource::InternetGateway(gateway) => Some(Box::new(InternetGatewayAttachment {
            vpc: gateway.vpc.clone(),
            gateway: Ref::here(id),
        })),
        Resource::VpnGateway(gateway) => Some(Box::new(VpnGatewayAttachment {
            vpc: gateway.vpc.clone(),
            gateway: Ref::here(id),
        })),
        Resource::Vpc(vpc) => vpc.amazon_ipv6.map(|amazon_provided| {
            let block = Ipv6CidrBlock {
                vpc: Ref::here(id),
                amazon_provided,
            };
            Box::new(block) as Box<dyn Table>
        }),
        Resource::VpcCidr(_)
        | Resource::SubnetReservation(_)
        | Resource::DefaultSecurityGroup(_)
        | Resource::Subnet(_)
        | Resource::Ec2Tag(_)
        | Resource::EgressOnlyInternetGateway(_)
        | Resource::ElasticIp(_)
        | Resource::NatGateway(_)
        | Resource::RouteTable(_)
        | Resource::Route(_)
        | Resource::RouteTableAssociation(_)
        | Resource::CustomerGateway(_)
        | Resource::VpnConnection(_)
        | Resource::VpnRoute(_)
        | Resource::RoutePropagation(_)
        | Resource::DirectConnectAssociation(_)
        | Resource::TransitGateway(_)
        | Resource::TransitGatewayAttachment(_)
        | Resource::PeeringConnection(_)
        | Resource::PeeringAcceptance(_)
        | Resource::SecurityGroup(_)
        | Resource::IngressRule(_)
        | Resource::EgressRule(_)
        | Resource::VpcEndpoint(_)
        | Resource::ResolverEndpoint(_)
        | Resource::KmsKey(_)
        | Resource::KmsAlias(_)
        | Resource::LogGroup(_)
        | Resource::Bucket(_)
        | Resource::BucketPolicy(_)
        | Resource::Role(_)
        | Resource::FlowLog(_)
        | Resource::Cluster(_)
        | Resource::LaunchTemplate(_)
        | Resource::NodeGroup(_)
        | Resource::FargateProfile(_)
        | Resource::PodIdentityAssociation(_)
        | Resource::Addon(_)
        | Resource::AccessEntry(_)
        | Resource::OidcProvider(_) => None,
    }
}
