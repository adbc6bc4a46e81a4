//! What Terraform is told about a resource besides its arguments.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::graph::{Entry, Resource};

/// What Terraform is told about a resource besides its arguments.
#[derive(Clone, Copy, Default)]
pub(super) struct Lifecycle {
    prevent_destroy: bool,
    /// An argument that something else changes while the stack lives.
    ignore: Option<&'static str>,
}

impl Lifecycle {
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            prevent_destroy: entry.retain,
            ignore: match &entry.resource {
                // An autoscaler's number of nodes is not to be undone by the next apply. What is ignored is sent as it was,
                // and EKS refuses less than the least: where no autoscaler has a choice, the number follows the spec.
                Resource::NodeGroup(group) => {
                    (group.min < group.max).then_some("scaling_config[0].desired_size")
                }
                Resource::Vpc(_)
                | Resource::VpcCidr(_)
                | Resource::SubnetReservation(_)
                | Resource::DefaultSecurityGroup(_)
                | Resource::Subnet(_)
                | Resource::Ec2Tag(_)
                | Resource::InternetGateway(_)
                | Resource::EgressOnlyInternetGateway(_)
                | Resource::ElasticIp(_)
                | Resource::NatGateway(_)
                | Resource::RouteTable(_)
                | Resource::Route(_)
                | Resource::RouteTableAssociation(_)
                | Resource::VpnGateway(_)
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
                | Resource::FargateProfile(_)
                | Resource::PodIdentityAssociation(_)
                | Resource::Addon(_)
                | Resource::AccessEntry(_)
                | Resource::OidcProvider(_) => None,
            },
        }
    }
}

impl Lifecycle {
    pub(super) fn says_nothing(self) -> bool {
        !self.prevent_destroy && self.ignore.is_none()
    }
}

impl Serialize for Lifecycle {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        if let Some(ignore) = self.ignore {
            map.serialize_entry("ignore_changes", &[ignore])?;
        }
        if self.prevent_destroy {
            map.serialize_entry("prevent_destroy", &true)?;
        }
        map.end()
    }
}
