"""How each CloudFormation type is made through the API: a table of calls, and what does not fit into one.

A property is the parameter of the same name, unless `renamed`, `shape` or `after` says otherwise. `stack.py` refuses
what the API's own model does not know, so that a property cannot be lost.
"""

from dataclasses import dataclass, field

from template import require


@dataclass
class Kind:
    service: str
    create: str  # the call, as boto3 spells it
    id: str  # where the physical id stands in its answer
    delete: tuple  # (call, {parameter: where its value stands in the answer; ?NAME is a property, id the physical id})
    tags: str | None = None  # the kind of thing in TagSpecifications
    renamed: dict = field(default_factory=dict)
    shape: object = None  # (stack, properties) -> parameters
    after: dict = field(default_factory=dict)  # property -> (stack, properties, answer, value), once the thing is there
    attributes: dict = field(default_factory=dict)  # GetAtt -> where it stands in the answer, or (stack, properties, answer)
    made: object = None  # (properties, answer) -> the physical id, where the answer has none


def thing(noun, member, id, tags=None, **more):
    """EC2's usual: create_NOUN answers {Member: {Id}}, and delete_NOUN takes the Id."""
    path = f"{member}.{id}"
    return Kind("ec2", f"create_{noun}", path, (f"delete_{noun}", {id: path}), tags, **more)


def child(noun, member, key, **more):
    """A cluster's, by its name and the cluster's."""
    place = {name: f"{member}.{name}" for name in ("clusterName", key)}
    return Kind("eks", f"create_{noun}", f"{member}.{key}", (f"delete_{noun}", place), **more)


def then(service, operation, parameters):
    """A property that is a call of its own: `parameters` is a function of (properties, answer, value)."""
    return lambda stack, properties, answer, value: stack.call(service, operation, parameters(properties, answer, value))


def each(service, make, take, parameters, more=lambda value: {}):
    """A property that is a list of calls, each of which is taken back on its own."""
    def put(stack, properties, answer, values):
        for value in values:
            stack.call(service, make, parameters(answer, value) | more(value))
            stack.later(service, take, parameters(answer, value))
    return put


def vpc_attribute(name):
    return then("ec2", "modify_vpc_attribute", lambda _, answer, value: {"VpcId": answer["Vpc"]["VpcId"], name: {"Value": value}})


def subnet_attribute(name):
    return then("ec2", "modify_subnet_attribute", lambda _, answer, value: {"SubnetId": answer["Subnet"]["SubnetId"], name: {"Value": value}})


def ipv6_ranges(stack, properties, answer):
    found = stack.client("ec2").describe_vpcs(VpcIds=[answer["Vpc"]["VpcId"]])["Vpcs"][0]
    return [entry["Ipv6CidrBlock"] for entry in found.get("Ipv6CidrBlockAssociationSet", [])]


PEERS = {
    "CidrIp": ("IpRanges", "CidrIp"), "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"), "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"), "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
}


def permission(stack, rule):
    named = [name for name in PEERS if name in rule]
    require(len(named) == 1, f"a rule has one peer, not {named}")
    place, member = PEERS[named[0]]
    peer = {member: rule[named[0]]} | ({"Description": rule["Description"]} if "Description" in rule else {})
    rest = {name: value for name, value in rule.items() if name not in ("GroupId", "Description", named[0])}
    return {"GroupId": rule["GroupId"], "IpPermissions": [rest | {place: [peer]}]}


def rule(direction):
    id = "SecurityGroupRules.0.SecurityGroupRuleId"
    undo = (f"revoke_security_group_{direction}", {"GroupId": "?GroupId", "SecurityGroupRuleIds": id})
    return Kind("ec2", f"authorize_security_group_{direction}", id, undo, shape=permission, attributes={"Id": id})


def inline_rules(direction):
    def put(stack, properties, answer, rules):
        group = answer["GroupId"]
        if direction == "egress" and rules:
            # The rule that AWS adds goes only when others are stated inside of the group. A SecurityGroupEgress beside it
            # is just one more.
            client = stack.client("ec2")
            added = client.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"]
            client.revoke_security_group_egress(GroupId=group, IpPermissions=added)
        for stated in rules:
            stack.call("ec2", f"authorize_security_group_{direction}", permission(stack, {"GroupId": group, **stated}))
    return put


def accept(stack, properties, answer, _):
    """CloudFormation accepts its own account's peerings, and others' with the role that it is given."""
    peering, role = answer["VpcPeeringConnection"], properties.get("PeerRoleArn")
    other, credentials = peering["AccepterVpcInfo"], None
    if role:
        credentials = stack.client("sts").assume_role(RoleArn=role, RoleSessionName="accept")["Credentials"]
    if role or other["OwnerId"] == stack.account:
        client = stack.client("ec2", other.get("Region"), credentials)
        client.accept_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])


def without(*names):
    return lambda stack, properties: {name: value for name, value in properties.items() if name not in names}


def options(stack, properties):
    moved = {"StaticRoutesOnly": properties["StaticRoutesOnly"]} if "StaticRoutesOnly" in properties else {}
    return without("StaticRoutesOnly")(stack, properties) | {"Options": moved}


DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")

EC2 = {
    "VPC": thing(
        "vpc", "Vpc", "VpcId", "vpc", after={name: vpc_attribute(name) for name in ("EnableDnsSupport", "EnableDnsHostnames")},
        attributes={"VpcId": "Vpc.VpcId", "CidrBlock": "Vpc.CidrBlock", "Ipv6CidrBlocks": ipv6_ranges}),
    "VPCCidrBlock": Kind(
        "ec2", "associate_vpc_cidr_block", "", ("disassociate_vpc_cidr_block", {"AssociationId": "id"}),
        made=lambda _, answer: (answer.get("CidrBlockAssociation") or answer["Ipv6CidrBlockAssociation"])["AssociationId"]),
    "Subnet": thing(
        "subnet", "Subnet", "SubnetId", "subnet", attributes={"SubnetId": "Subnet.SubnetId"},
        after={name: subnet_attribute(name) for name in ("MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "EnableDns64")}),
    "InternetGateway": thing("internet_gateway", "InternetGateway", "InternetGatewayId", "internet-gateway"),
    "EgressOnlyInternetGateway": thing(
        "egress_only_internet_gateway", "EgressOnlyInternetGateway", "EgressOnlyInternetGatewayId", "egress-only-internet-gateway"),
    "RouteTable": thing("route_table", "RouteTable", "RouteTableId", "route-table"),
    "SubnetRouteTableAssociation": Kind(
        "ec2", "associate_route_table", "AssociationId", ("disassociate_route_table", {"AssociationId": "AssociationId"})),
    "Route": Kind(
        "ec2", "create_route", "", ("delete_route", {name: f"?{name}" for name in ("RouteTableId", *DESTINATIONS)}),
        made=lambda properties, _: "|".join(properties[name] for name in ("RouteTableId", *DESTINATIONS) if name in properties)),
    "EIP": Kind(
        "ec2", "allocate_address", "PublicIp", ("release_address", {"AllocationId": "AllocationId"}), "elastic-ip",
        attributes={"AllocationId": "AllocationId", "PublicIp": "PublicIp"}),
    "NatGateway": thing("nat_gateway", "NatGateway", "NatGatewayId", "natgateway"),
    "SecurityGroup": Kind(
        "ec2", "create_security_group", "GroupId", ("delete_security_group", {"GroupId": "GroupId"}), "security-group",
        {"GroupDescription": "Description"}, attributes={"GroupId": "GroupId"},
        after={"SecurityGroupIngress": inline_rules("ingress"), "SecurityGroupEgress": inline_rules("egress")}),
    "SecurityGroupIngress": rule("ingress"),
    "SecurityGroupEgress": rule("egress"),
    "VPCEndpoint": Kind(
        "ec2", "create_vpc_endpoint", "VpcEndpoint.VpcEndpointId",
        ("delete_vpc_endpoints", {"VpcEndpointIds": "VpcEndpoint.VpcEndpointId"}), "vpc-endpoint"),
    "FlowLog": Kind(
        "ec2", "create_flow_logs", "FlowLogIds.0", ("delete_flow_logs", {"FlowLogIds": "FlowLogIds"}), "vpc-flow-log",
        shape=lambda _, given: {("ResourceIds" if k == "ResourceId" else k): ([v] if k == "ResourceId" else v) for k, v in given.items()}),
    "LaunchTemplate": thing("launch_template", "LaunchTemplate", "LaunchTemplateId", attributes={
        "LaunchTemplateId": "LaunchTemplate.LaunchTemplateId", "LatestVersionNumber": "LaunchTemplate.LatestVersionNumber"}),
    "CustomerGateway": thing("customer_gateway", "CustomerGateway", "CustomerGatewayId", "customer-gateway"),
    "VPNGateway": thing("vpn_gateway", "VpnGateway", "VpnGatewayId", "vpn-gateway"),
    "VPNConnection": thing("vpn_connection", "VpnConnection", "VpnConnectionId", "vpn-connection", shape=options),
    "VPNConnectionRoute": Kind(
        "ec2", "create_vpn_connection_route", "",
        ("delete_vpn_connection_route", {name: f"?{name}" for name in ("VpnConnectionId", "DestinationCidrBlock")}),
        made=lambda properties, _: f"{properties['VpnConnectionId']}|{properties['DestinationCidrBlock']}"),
    "VPCPeeringConnection": thing(
        "vpc_peering_connection", "VpcPeeringConnection", "VpcPeeringConnectionId", "vpc-peering-connection",
        shape=without("PeerRoleArn"), after={"*": accept}),
    "TransitGateway": thing("transit_gateway", "TransitGateway", "TransitGatewayId", "transit-gateway"),
    "TransitGatewayAttachment": thing(
        "transit_gateway_vpc_attachment", "TransitGatewayVpcAttachment", "TransitGatewayAttachmentId", "transit-gateway-attachment"),
}


def logging(stack, properties):
    """An empty list of types means the same as none, and the API has another form of it."""
    enabled = properties.get("Logging", {}).get("ClusterLogging", {}).get("EnabledTypes", [])
    stated = {"ClusterLogging": [{"Types": [entry["Type"] for entry in enabled], "Enabled": True}]}
    return without("Logging")(stack, properties) | ({"Logging": stated} if enabled else {})


def selectors(stack, properties):
    pairs = [
        {**entry, "Labels": {label["Key"]: label["Value"] for label in entry["Labels"]}} if "Labels" in entry else entry
        for entry in properties["Selectors"]
    ]
    return properties | {"Selectors": pairs}


def access(answer, policy):
    return {"clusterName": answer["accessEntry"]["clusterName"], "principalArn": answer["accessEntry"]["principalArn"], "policyArn": policy["PolicyArn"]}


EKS = {
    "Cluster": Kind("eks", "create_cluster", "cluster.name", ("delete_cluster", {"name": "cluster.name"}), shape=logging, attributes={
        "Arn": "cluster.arn", "Endpoint": "cluster.endpoint", "CertificateAuthorityData": "cluster.certificateAuthority.data",
        "ClusterSecurityGroupId": "cluster.resourcesVpcConfig.clusterSecurityGroupId",
        "OpenIdConnectIssuerUrl": "cluster.identity.oidc.issuer",
        "KubernetesNetworkConfig.ServiceIpv6Cidr": "cluster.kubernetesNetworkConfig.serviceIpv6Cidr"}),
    "Nodegroup": child("nodegroup", "nodegroup", "nodegroupName", attributes={"Arn": "nodegroup.nodegroupArn"}),
    "FargateProfile": child("fargate_profile", "fargateProfile", "fargateProfileName", shape=selectors),
    "Addon": child("addon", "addon", "addonName"),
    "AccessEntry": child("access_entry", "accessEntry", "principalArn", after={"AccessPolicies": each(
        "eks", "associate_access_policy", "disassociate_access_policy", access, lambda policy: {"accessScope": policy["AccessScope"]})}),
    "PodIdentityAssociation": child("pod_identity_association", "association", "associationId"),
}


def attached(answer, arn):
    return {"RoleName": answer["Role"]["RoleName"], "PolicyArn": arn}


def inline(answer, policy):
    return {"RoleName": answer["Role"]["RoleName"], "PolicyName": policy["PolicyName"]}


def key(stack, properties):
    tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags", [])]
    # How long a deleted key waits is said when it is deleted.
    return {"KeyUsage": "ENCRYPT_DECRYPT"} | without("PendingWindowInDays")(stack, properties) | {"Tags": tags}


def rotate(stack, properties, answer, on):
    if on:
        stack.call("kms", "enable_key_rotation", {"KeyId": answer["KeyMetadata"]["KeyId"]})


def located(stack, properties):
    # us-east-1 is the one region that may not be said.
    place = {"CreateBucketConfiguration": {"LocationConstraint": stack.region}} if stack.region != "us-east-1" else {}
    return properties | place


def of_bucket(operation, parameter, change=lambda value: value):
    return then("s3", operation, lambda properties, _, value: {"Bucket": properties["BucketName"], parameter: change(value)})


def encryption(value):
    return {"Rules": [
        {("ApplyServerSideEncryptionByDefault" if name == "ServerSideEncryptionByDefault" else name): part for name, part in entry.items()}
        for entry in value["ServerSideEncryptionConfiguration"]
    ]}


def expiry(value):
    return {"Rules": [
        {"Filter": {"Prefix": ""}, "Expiration": {"Days": entry["ExpirationInDays"]}, "Status": entry["Status"]}
        | {name: part for name, part in entry.items() if name not in ("ExpirationInDays", "Status")}
        for entry in value["Rules"]
    ]}


KINDS = {f"AWS::EC2::{name}": kind for name, kind in EC2.items()} | {f"AWS::EKS::{name}": kind for name, kind in EKS.items()} | {
    "AWS::DirectConnect::DirectConnectGatewayAssociation": Kind(
        "directconnect", "create_direct_connect_gateway_association", "directConnectGatewayAssociation.associationId",
        ("delete_direct_connect_gateway_association", {"associationId": "directConnectGatewayAssociation.associationId"}),
        renamed={"AssociatedGatewayId": "gatewayId"}),
    "AWS::IAM::Role": Kind(
        "iam", "create_role", "Role.RoleName", ("delete_role", {"RoleName": "Role.RoleName"}), attributes={"Arn": "Role.Arn"},
        after={"ManagedPolicyArns": each("iam", "attach_role_policy", "detach_role_policy", attached),
               "Policies": each("iam", "put_role_policy", "delete_role_policy", inline, lambda p: {"PolicyDocument": p["PolicyDocument"]})}),
    "AWS::IAM::OIDCProvider": Kind(
        "iam", "create_open_id_connect_provider", "OpenIDConnectProviderArn",
        ("delete_open_id_connect_provider", {"OpenIDConnectProviderArn": "OpenIDConnectProviderArn"}),
        attributes={"Arn": "OpenIDConnectProviderArn"}),
    "AWS::KMS::Key": Kind(
        "kms", "create_key", "KeyMetadata.KeyId", ("schedule_key_deletion", {"KeyId": "KeyMetadata.KeyId"}), shape=key,
        renamed={"KeyPolicy": "Policy"}, attributes={"Arn": "KeyMetadata.Arn"}, after={"EnableKeyRotation": rotate}),
    "AWS::KMS::Alias": Kind(
        "kms", "create_alias", "", ("delete_alias", {"AliasName": "?AliasName"}), made=lambda properties, _: properties["AliasName"]),
    "AWS::Logs::LogGroup": Kind(
        "logs", "create_log_group", "", ("delete_log_group", {"logGroupName": "?LogGroupName"}),
        made=lambda properties, _: properties["LogGroupName"], after={"RetentionInDays": then(
            "logs", "put_retention_policy", lambda p, _, days: {"logGroupName": p["LogGroupName"], "retentionInDays": days})}),
    "AWS::Route53Resolver::ResolverEndpoint": Kind(
        "route53resolver", "create_resolver_endpoint", "ResolverEndpoint.Id",
        ("delete_resolver_endpoint", {"ResolverEndpointId": "ResolverEndpoint.Id"}),
        shape=lambda _, properties: properties | {"CreatorRequestId": properties["Name"]}),
    "AWS::S3::Bucket": Kind(
        "s3", "create_bucket", "", ("delete_bucket", {"Bucket": "?BucketName"}), shape=located, renamed={"BucketName": "Bucket"},
        made=lambda properties, _: properties["BucketName"], attributes={
            "Arn": lambda stack, properties, _: f"arn:{stack.template.pseudo['AWS::Partition']}:s3:::{properties['BucketName']}"},
        after={"BucketEncryption": of_bucket("put_bucket_encryption", "ServerSideEncryptionConfiguration", encryption),
               "LifecycleConfiguration": of_bucket("put_bucket_lifecycle_configuration", "LifecycleConfiguration", expiry),
               "PublicAccessBlockConfiguration": of_bucket("put_public_access_block", "PublicAccessBlockConfiguration"),
               "Tags": of_bucket("put_bucket_tagging", "Tagging", lambda tags: {"TagSet": tags})}),
    "AWS::S3::BucketPolicy": Kind(
        "s3", "put_bucket_policy", "", ("delete_bucket_policy", {"Bucket": "?Bucket"}), renamed={"PolicyDocument": "Policy"},
        made=lambda properties, _: properties["Bucket"]),
}


def attach(stack, properties):
    """One type for two calls."""
    kinds = {"InternetGatewayId": "internet_gateway", "VpnGatewayId": "vpn_gateway"}
    named = [name for name in kinds if name in properties]
    require(len(named) == 1, f"one gateway is attached, not {named}")
    stack.call("ec2", f"attach_{kinds[named[0]]}", properties)
    stack.later("ec2", f"detach_{kinds[named[0]]}", properties)
    return f"{named[0]}|{properties['VpcId']}"


def propagate(stack, properties):
    """One resource for as many calls as there are tables."""
    require(set(properties) == {"RouteTableIds", "VpnGatewayId"}, f"propagation of {sorted(properties)}")
    for table in properties["RouteTableIds"]:
        pair = {"GatewayId": properties["VpnGatewayId"], "RouteTableId": table}
        stack.call("ec2", "enable_vgw_route_propagation", pair)
        stack.later("ec2", "disable_vgw_route_propagation", pair)
    return "|".join(properties["RouteTableIds"])


WITHOUT_A_CALL_OF_THEIR_OWN = {"AWS::EC2::VPCGatewayAttachment": attach, "AWS::EC2::VPNGatewayRoutePropagation": propagate}
