//! Amazon EC2 and VPC.

use ipnet::{Ipv4Net, Ipv6Net};

use super::connections::{PeeringConnection, TransitGateway};
use super::policy::Policy;
use super::reference::{AllocationId, Arn, Deferred, GroupId, Ipv6Range, Ref, Text};
use super::table::resource;
use super::tags::Tags;
use super::value::{block, words};
use crate::network::ZoneId;

resource! {
    /// A private network.
    Vpc: "AWS::EC2::VPC" / "aws_vpc" {
        /// Its primary range of addresses.
        cidr: Ipv4Net = "CidrBlock" / "cidr_block", replaces;
        /// Whether Amazon gives it an IPv6 range, a /56; never `false`.
        ///
        /// CloudFormation associates the range by a resource of its own, [`Ipv6CidrBlock`].
        amazon_ipv6: Option<bool> = none / "assign_generated_ipv6_cidr_block", updates;
        /// Whether instances get host names; EKS nodes cannot register without.
        dns_hostnames: bool = "EnableDnsHostnames" / "enable_dns_hostnames", updates;
        /// Whether the VPC's resolver answers.
        dns_support: bool = "EnableDnsSupport" / "enable_dns_support", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// Gives a [`Vpc`] its IPv6 range where the VPC itself does not ask for one.
    Ipv6CidrBlock: "AWS::EC2::VPCCidrBlock" / none {
        /// The network.
        vpc: Ref<Vpc> = "VpcId" / none, replaces;
        /// Always true: Amazon chooses the range.
        amazon_provided: bool = "AmazonProvidedIpv6CidrBlock" / none, replaces;
    }
}

resource! {
    /// A further block of IPv4 addresses of a VPC.
    VpcCidr: "AWS::EC2::VPCCidrBlock" / "aws_vpc_ipv4_cidr_block_association" {
        /// The network that it joins.
        vpc: Ref<Vpc> = "VpcId" / "vpc_id", replaces;
        /// Its addresses.
        cidr: Ipv4Net = "CidrBlock" / "cidr_block", replaces;
    }
}

resource! {
    /// Keeps a part of a subnet for prefixes of interfaces, so that no single address is put between them.
    ///
    /// CloudFormation has `AWS::EC2::SubnetCidrReservation` since September 2026; the schemas that the tables are held
    /// against do not know it yet, so rule EKS712 says that nothing is reserved there.
    SubnetReservation: none / "aws_ec2_subnet_cidr_reservation" {
        /// The subnet.
        subnet: Ref<Subnet> = none / "subnet_id", replaces;
        /// The part.
        cidr: Ipv4Net = none / "cidr_block", replaces;
        /// Always `prefix`: AWS gives its addresses out, as prefixes.
        reservation_type: &'static str = none / "reservation_type", replaces;
    }
}

resource! {
    /// A range of a VPC's addresses in one zone.
    Subnet: "AWS::EC2::Subnet" / "aws_subnet" {
        /// The network that the range is part of.
        vpc: Ref<Vpc> = "VpcId" / "vpc_id", replaces;
        /// The zone, by id, since names differ between accounts.
        zone: ZoneId = "AvailabilityZoneId" / "availability_zone_id", replaces;
        /// The range.
        cidr: Ipv4Net = "CidrBlock" / "cidr_block", replaces;
        /// Whether instances get a public address.
        public_addresses: bool = "MapPublicIpOnLaunch" / "map_public_ip_on_launch", updates;
        /// Its part of the VPC's IPv6 range; what has one waits for the VPC, see [`Attr::Ipv6Range`].
        ///
        /// [`Attr::Ipv6Range`]: super::Attr::Ipv6Range
        ipv6: Option<Ipv6Range> = "Ipv6CidrBlock" / "ipv6_cidr_block", sometimes / updates;
        /// Whether network interfaces get an IPv6 address; `true` wherever there is a range.
        ipv6_addresses: Option<bool> = "AssignIpv6AddressOnCreation" / "assign_ipv6_address_on_creation", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// A tag of something that the stack uses and did not make, such as a subnet.
    ///
    /// CloudFormation tags only what it makes.
    Ec2Tag: none / "aws_ec2_tag" {
        /// What is tagged, by its id.
        resource: String = none / "resource_id", replaces;
        /// The tag's name.
        key: String = none / "key", replaces;
        /// Its value.
        value: String = none / "value", updates;
    }
}

resource! {
    /// The way between a VPC and the internet.
    ///
    /// Attached when made in Terraform; CloudFormation attaches it by a resource of its own,
    /// [`InternetGatewayAttachment`].
    InternetGateway: "AWS::EC2::InternetGateway" / "aws_internet_gateway" {
        /// The network that it is attached to.
        vpc: Ref<Vpc> = none / "vpc_id", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// Attaches an [`InternetGateway`] where the gateway itself does not say to which VPC.
    InternetGatewayAttachment: "AWS::EC2::VPCGatewayAttachment" / none {
        /// The network.
        vpc: Ref<Vpc> = "VpcId" / none, replaces;
        /// The gateway.
        gateway: Ref<InternetGateway> = "InternetGatewayId" / none, updates;
    }
}

resource! {
    /// Lets private subnets reach the internet by IPv6, and nobody reach them. A VPC has one at most.
    EgressOnlyInternetGateway: "AWS::EC2::EgressOnlyInternetGateway" / "aws_egress_only_internet_gateway" {
        /// The network.
        vpc: Ref<Vpc> = "VpcId" / "vpc_id", replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// A public address that stays.
    ElasticIp: "AWS::EC2::EIP" by "AllocationId" / "aws_eip" by "allocation_id" {
        /// Always `vpc`.
        domain: &'static str = "Domain" / "domain", updates / replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// Lets private subnets reach the internet, and nobody reach them; made by the functions below, which give it either a
    /// subnet and an address or a network.
    NatGateway: "AWS::EC2::NatGateway" / "aws_nat_gateway" {
        /// `regional` for one that serves the whole VPC; AWS takes those without for gateways of a zone.
        availability: Option<&'static str> = "AvailabilityMode" / "availability_mode" since (6, 24), replaces;
        /// The Elastic IP that the outside sees, of a gateway of a zone.
        address: Option<Deferred<AllocationId>> = "AllocationId" / "allocation_id", replaces;
        /// The public subnet that it stands in, of a gateway of a zone.
        subnet: Option<Ref<Subnet>> = "SubnetId" / "subnet_id", replaces;
        /// The network, of a regional gateway.
        vpc: Option<Ref<Vpc>> = "VpcId" / "vpc_id" since (6, 24), replaces;
        /// Always `public`.
        connectivity: &'static str = "ConnectivityType" / "connectivity_type", replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

impl NatGateway {
    /// A gateway that stands in a public subnet.
    pub fn zonal(address: Deferred<AllocationId>, subnet: Ref<Subnet>, tags: Tags) -> Self {
        Self {
            availability: None,
            address: Some(address),
            subnet: Some(subnet),
            vpc: None,
            connectivity: "public",
            tags,
        }
    }

    /// A gateway of a whole network, to which AWS gives its addresses.
    pub fn regional(vpc: Ref<Vpc>, tags: Tags) -> Self {
        Self {
            availability: Some("regional"),
            address: None,
            subnet: None,
            vpc: Some(vpc),
            connectivity: "public",
            tags,
        }
    }
}

resource! {
    /// Where packets that leave a subnet go.
    RouteTable: "AWS::EC2::RouteTable" / "aws_route_table" {
        /// The network.
        vpc: Ref<Vpc> = "VpcId" / "vpc_id", replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// One line of a route table; made by the functions below, which give it exactly one destination and one target.
    Route: "AWS::EC2::Route" / "aws_route" {
        /// The table.
        table: Ref<RouteTable> = "RouteTableId" / "route_table_id", replaces;
        /// Which packets it is for.
        destination: Option<Ipv4Net> = "DestinationCidrBlock" / "destination_cidr_block", replaces;
        /// Which packets it is for, by IPv6.
        destination_ipv6: Option<Ipv6Net> = "DestinationIpv6CidrBlock" / "destination_ipv6_cidr_block", replaces;
        /// To the internet.
        gateway: Option<Ref<InternetGateway>> = "GatewayId" / "gateway_id", updates;
        /// To the internet by IPv6, with no way back in.
        egress_only: Option<Ref<EgressOnlyInternetGateway>> = "EgressOnlyInternetGatewayId" / "egress_only_gateway_id", updates;
        /// To a NAT gateway.
        nat: Option<Ref<NatGateway>> = "NatGatewayId" / "nat_gateway_id", updates;
        /// To a transit gateway; what has one waits for the attachment, which it does not refer to.
        transit_gateway: Option<Ref<TransitGateway>> = "TransitGatewayId" / "transit_gateway_id", updates;
        /// To a peered VPC.
        peering: Option<Ref<PeeringConnection>> = "VpcPeeringConnectionId" / "vpc_peering_connection_id", updates;
    }
}

impl Route {
    /// A route of everything through an internet gateway.
    pub fn internet(table: Ref<RouteTable>, gateway: Ref<InternetGateway>) -> Self {
        Self {
            destination: Some(Ipv4Net::default()),
            gateway: Some(gateway),
            ..Self::nowhere(table)
        }
    }

    /// A route of everything by IPv6 through an internet gateway.
    pub fn internet_ipv6(table: Ref<RouteTable>, gateway: Ref<InternetGateway>) -> Self {
        Self {
            destination_ipv6: Some(Ipv6Net::default()),
            gateway: Some(gateway),
            ..Self::nowhere(table)
        }
    }

    /// A route of everything through a NAT gateway.
    pub fn nat(table: Ref<RouteTable>, nat: Ref<NatGateway>) -> Self {
        Self {
            destination: Some(Ipv4Net::default()),
            nat: Some(nat),
            ..Self::nowhere(table)
        }
    }

    /// A route of everything by IPv6 through an egress-only internet gateway, which knows nothing else.
    pub fn egress_only(table: Ref<RouteTable>, gateway: Ref<EgressOnlyInternetGateway>) -> Self {
        Self {
            destination_ipv6: Some(Ipv6Net::default()),
            egress_only: Some(gateway),
            ..Self::nowhere(table)
        }
    }

    /// A route of a range through a transit gateway.
    pub fn transit(
        table: Ref<RouteTable>,
        destination: Ipv4Net,
        gateway: Ref<TransitGateway>,
    ) -> Self {
        Self {
            destination: Some(destination),
            transit_gateway: Some(gateway),
            ..Self::nowhere(table)
        }
    }

    /// A route of a range to a peered VPC.
    pub fn peering(
        table: Ref<RouteTable>,
        destination: Ipv4Net,
        peering: Ref<PeeringConnection>,
    ) -> Self {
        Self {
            destination: Some(destination),
            peering: Some(peering),
            ..Self::nowhere(table)
        }
    }

    const fn nowhere(table: Ref<RouteTable>) -> Self {
        Self {
            table,
            destination: None,
            destination_ipv6: None,
            gateway: None,
            egress_only: None,
            nat: None,
            transit_gateway: None,
            peering: None,
        }
    }
}

resource! {
    /// Which route table a subnet uses.
    RouteTableAssociation: "AWS::EC2::SubnetRouteTableAssociation" / "aws_route_table_association" {
        /// The subnet.
        subnet: Ref<Subnet> = "SubnetId" / "subnet_id", replaces;
        /// The table.
        table: Ref<RouteTable> = "RouteTableId" / "route_table_id", replaces / updates;
    }
}

resource! {
    /// A rule that stands inside a security group.
    InlineRule: none / none {
        /// The protocol by name or number, `-1` for all.
        protocol: &'static str = "IpProtocol" / none, updates;
        /// The first port, or the ICMP type.
        from_port: i32 = "FromPort" / none, updates;
        /// The last port, or the ICMP code.
        to_port: i32 = "ToPort" / none, updates;
        /// The addresses on the other side.
        cidr: &'static str = "CidrIp" / none, updates;
        /// What it is for.
        description: &'static str = "Description" / none, updates;
    }
}
block!(InlineRule);

resource! {
    /// A set of rules about which packets may reach and leave network interfaces.
    ///
    /// Its rules are resources of their own, so that groups can name each other.
    SecurityGroup: "AWS::EC2::SecurityGroup" by "GroupId" / "aws_security_group" {
        /// Its name, unique in the VPC.
        name: String = "GroupName" / "name", replaces;
        /// What it is for.
        description: String = "GroupDescription" / "description", replaces;
        /// The network.
        vpc: Ref<Vpc> = "VpcId" / "vpc_id", replaces;
        /// One rule that matches nothing: a group that states no outbound rule inline gets one from AWS that allows
        /// everything. Terraform removes that rule by itself.
        inline_egress: Vec<InlineRule> = "SecurityGroupEgress" / none, updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

impl SecurityGroup {
    /// A group without any rule, not even the outbound one that AWS adds.
    pub fn closed(name: String, description: String, vpc: Ref<Vpc>, tags: Tags) -> Self {
        Self {
            name,
            description,
            vpc,
            inline_egress: vec![InlineRule {
                protocol: "icmp",
                from_port: 252,
                to_port: 86,
                cidr: "255.255.255.255/32",
                description: "Disallow all traffic",
            }],
            tags,
        }
    }
}

resource! {
    /// The group that AWS makes with every VPC, taken over so that it has no rules.
    ///
    /// CloudFormation has no such resource.
    DefaultSecurityGroup: none / "aws_default_security_group" {
        /// The network.
        vpc: Ref<Vpc> = none / "vpc_id", replaces;
        /// Its tags.
        tags: Tags = none / "tags", updates;
    }
}

resource! {
    /// Packets that a security group lets in; exactly one of the sources is set.
    IngressRule: "AWS::EC2::SecurityGroupIngress" / "aws_vpc_security_group_ingress_rule" {
        /// The group.
        group: Deferred<GroupId> = "GroupId" / "security_group_id", replaces;
        /// What it is for.
        description: String = "Description" / "description", updates;
        /// The protocol by name, `-1` for all.
        protocol: &'static str = "IpProtocol" / "ip_protocol", replaces / updates;
        /// The first port.
        from_port: Option<u16> = "FromPort" / "from_port", replaces / updates;
        /// The last port.
        to_port: Option<u16> = "ToPort" / "to_port", replaces / updates;
        /// From these addresses.
        cidr: Option<Ipv4Net> = "CidrIp" / "cidr_ipv4", replaces / sometimes;
        /// From these addresses, by IPv6.
        cidr_ipv6: Option<Ipv6Net> = "CidrIpv6" / "cidr_ipv6", replaces / sometimes;
        /// From interfaces that carry this group.
        peer: Option<Deferred<GroupId>> = "SourceSecurityGroupId" / "referenced_security_group_id", replaces / sometimes;
        /// From the addresses of this prefix list.
        prefix_list: Option<String> = "SourcePrefixListId" / "prefix_list_id", replaces / sometimes;
    }
}

resource! {
    /// Packets that a security group lets out; exactly one of the destinations is set.
    EgressRule: "AWS::EC2::SecurityGroupEgress" / "aws_vpc_security_group_egress_rule" {
        /// The group.
        group: Deferred<GroupId> = "GroupId" / "security_group_id", replaces;
        /// What it is for.
        description: String = "Description" / "description", updates;
        /// The protocol by name, `-1` for all.
        protocol: &'static str = "IpProtocol" / "ip_protocol", replaces / updates;
        /// The first port.
        from_port: Option<u16> = "FromPort" / "from_port", replaces / updates;
        /// The last port.
        to_port: Option<u16> = "ToPort" / "to_port", replaces / updates;
        /// To these addresses.
        cidr: Option<Ipv4Net> = "CidrIp" / "cidr_ipv4", replaces / sometimes;
        /// To these addresses, by IPv6.
        cidr_ipv6: Option<Ipv6Net> = "CidrIpv6" / "cidr_ipv6", replaces / sometimes;
        /// To interfaces that carry this group.
        peer: Option<Deferred<GroupId>> = "DestinationSecurityGroupId" / "referenced_security_group_id", replaces / sometimes;
        /// To the addresses of this prefix list.
        prefix_list: Option<String> = "DestinationPrefixListId" / "prefix_list_id", replaces / sometimes;
    }
}

words! {
    /// How a VPC endpoint is reached.
    EndpointType {
        /// By routes, free; S3 and DynamoDB only.
        Gateway = "Gateway",
        /// By network interfaces in subnets.
        Interface = "Interface",
    }
}

resource! {
    /// A way to an AWS service that does not leave the network.
    VpcEndpoint: "AWS::EC2::VPCEndpoint" / "aws_vpc_endpoint" {
        /// The network.
        vpc: Ref<Vpc> = "VpcId" / "vpc_id", replaces;
        /// The service's full name.
        service: String = "ServiceName" / "service_name", replaces;
        /// Where it runs, if not in the endpoint's own region.
        service_region: Option<&'static str> = "ServiceRegion" / "service_region", replaces;
        /// Gateway or interface; always stated, since the API would take a gateway.
        endpoint_type: EndpointType = "VpcEndpointType" / "vpc_endpoint_type", replaces;
        /// The tables that a gateway endpoint adds its route to.
        tables: Vec<Ref<RouteTable>> = "RouteTableIds" / "route_table_ids", updates;
        /// The subnets that an interface endpoint has an interface in.
        subnets: Vec<Ref<Subnet>> = "SubnetIds" / "subnet_ids", updates;
        /// The groups of those interfaces.
        groups: Vec<Deferred<GroupId>> = "SecurityGroupIds" / "security_group_ids", updates;
        /// Whether the service's public name leads here.
        private_dns: Option<bool> = "PrivateDnsEnabled" / "private_dns_enabled", updates;
        /// What may be done through it.
        policy: Option<Policy> = "PolicyDocument" / "policy", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

words! {
    /// Where flow logs go.
    LogDestination {
        /// A log group.
        CloudWatch = "cloud-watch-logs",
        /// A bucket.
        S3 = "s3",
    }
}

words! {
    /// Which traffic is logged.
    TrafficType {
        /// Accepted and rejected.
        All = "ALL",
        /// What groups and ACLs let through.
        Accept = "ACCEPT",
        /// What they drop.
        Reject = "REJECT",
    }
}

resource! {
    /// A log of who talked to whom.
    FlowLog: "AWS::EC2::FlowLog" / "aws_flow_log" {
        /// The network that is watched.
        vpc: Ref<Vpc> = "ResourceId" / "vpc_id", replaces;
        /// Always `VPC`; Terraform has an argument for each type instead.
        resource_type: &'static str = "ResourceType" / none, replaces;
        /// Which traffic.
        traffic: TrafficType = "TrafficType" / "traffic_type", replaces;
        /// Where to.
        destination_type: LogDestination = "LogDestinationType" / "log_destination_type", replaces;
        /// The log group or bucket.
        destination: Text = "LogDestination" / "log_destination", replaces;
        /// The role that may write to the log group.
        role: Option<Deferred<Arn>> = "DeliverLogsPermissionArn" / "iam_role_arn", replaces;
        /// Seconds that are gathered into one record: 60 or 600.
        interval: u32 = "MaxAggregationInterval" / "max_aggregation_interval", replaces;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// A disk of an instance.
    BlockDevice: none / none {
        /// The name under which the image expects it.
        device: &'static str = "DeviceName" / "device_name", updates;
        /// GiB.
        size: u32 = "Ebs.VolumeSize" / "ebs.volume_size", updates;
        /// The kind of disk.
        volume_type: &'static str = "Ebs.VolumeType" / "ebs.volume_type", updates;
        /// Always true.
        encrypted: bool = "Ebs.Encrypted" / "ebs.encrypted", updates;
        /// With this key; with the account's own one for EBS when left out.
        key: Option<Deferred<Arn>> = "Ebs.KmsKeyId" / "ebs.kms_key_id", updates;
        /// Always true: a node's disk is worth nothing without the node.
        delete_on_termination: bool = "Ebs.DeleteOnTermination" / "ebs.delete_on_termination", updates;
    }
}

resource! {
    /// Tags for what a launch template makes.
    TagSpecification: none / none {
        /// `instance`, `volume`, `network-interface`.
        resource_type: &'static str = "ResourceType" / "resource_type", updates;
        /// The tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}
block!(BlockDevice, TagSpecification);

resource! {
    /// How the instances of a node group are made.
    LaunchTemplate: "AWS::EC2::LaunchTemplate" / "aws_launch_template" {
        /// Its name.
        name: String = "LaunchTemplateName" / "name", replaces;
        /// Always true: the newest version is the default one.
        update_default: bool = none / "update_default_version", updates;
        /// The groups that the nodes carry.
        groups: Vec<Deferred<GroupId>> = "LaunchTemplateData.SecurityGroupIds" / "vpc_security_group_ids", updates;
        /// Always `enabled`.
        metadata_endpoint: &'static str = "LaunchTemplateData.MetadataOptions.HttpEndpoint" / "metadata_options.http_endpoint", updates;
        /// Always `required`: only version 2 of the instance metadata service answers.
        metadata_tokens: &'static str = "LaunchTemplateData.MetadataOptions.HttpTokens" / "metadata_options.http_tokens", updates;
        /// How many hops an answer of the metadata service may take; pods are two away.
        metadata_hops: u8 = "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit" / "metadata_options.http_put_response_hop_limit", updates;
        /// The disks.
        disks: Vec<BlockDevice> = "LaunchTemplateData.BlockDeviceMappings" / "block_device_mappings", updates;
        /// Tags of instances, disks and interfaces.
        made: Vec<TagSpecification> = "LaunchTemplateData.TagSpecifications" / "tag_specifications", updates;
        /// The template's own tags.
        tags: Tags = "TagSpecifications[ResourceType=launch-template].Tags" / "tags", updates;
    }
}
