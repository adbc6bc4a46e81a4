//! Amazon Route 53 Resolver.

use super::ec2::Subnet;
use super::reference::{Deferred, GroupId, Ref};
use super::table::resource;
use super::tags::Tags;
use super::value::{block, words};

words! {
    /// Which way questions go.
    ResolverDirection {
        /// From connected networks into the VPC.
        Inbound = "INBOUND",
    }
}

resource! {
    /// Where a resolver endpoint has an address; which one, AWS decides.
    ResolverAddress: none / none {
        /// The subnet.
        subnet: Ref<Subnet> = "SubnetId" / "subnet_id", updates;
    }
}
block!(ResolverAddress);

resource! {
    /// Addresses in a VPC at which others ask its resolver.
    ResolverEndpoint: "AWS::Route53Resolver::ResolverEndpoint" / "aws_route53_resolver_endpoint" {
        /// Its name.
        name: String = "Name" / "name", updates;
        /// Always inbound.
        direction: ResolverDirection = "Direction" / "direction", replaces;
        /// The groups of its interfaces.
        groups: Vec<Deferred<GroupId>> = "SecurityGroupIds" / "security_group_ids", replaces;
        /// Where it has addresses, two at least.
        addresses: Vec<ResolverAddress> = "IpAddresses" / "ip_address", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}
