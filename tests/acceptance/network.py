"""A deployed network, read back through the API: what is there, with names in place of the ids that AWS made up.

Everything that a description says is kept, but for what AWS chooses by itself (`CHOSEN`). So a difference that nobody
thought of is a difference.
"""

import json
import re
from dataclasses import dataclass
from ipaddress import ip_network

from cloud import client

# Ids, addresses and times that no template states.
CHOSEN = set("""
    AssociationId RouteTableAssociationId NetworkAclAssociationId SecurityGroupRuleId SecurityGroupRuleArn NetworkInterfaceId
    NetworkInterfaceIds PublicIp PrivateIp PrivateIpAddress DnsEntries CreateTime CreationTime CreationTimestamp CreateDate
    CreationDate creationTime createdAt modifiedAt associatedAt ModificationTime RoleId RoleLastUsed AvailableIpAddressCount
    SubnetArn SecurityGroupArn NetworkInterfaceOwnerId ResponseMetadata HostId storedBytes logGroupArn ExpirationTime CustomerGatewayConfiguration
    VgwTelemetry CreatorRequestId StatusMessage ID IpAddressCount IpId Ip ThumbprintList
""".split())
# moto calls the first subnet of a zone its default, which in a VPC of one's own none is.
CHOSEN |= {"DefaultForAz"}
# The group's rules: `rule` has each of them with a name of its own.
CHOSEN |= {"IpPermissions", "IpPermissionsEgress"}
# A rule that matches nothing: how a template says that a group has no way out.
NOTHING = ("255.255.255.255/32", "icmp", 252, 86)
GONE = {"deleted", "deleting", "PendingDeletion"}


@dataclass
class Read:
    """A list of things: what a description of all of them answers, and by what each is told from the others."""

    kind: str
    service: str
    operation: str
    member: str
    id: str
    named: object = None  # thing -> its name, where that is not its tag


READS = (
    Read("vpc", "ec2", "describe_vpcs", "Vpcs", "VpcId"),
    Read("subnet", "ec2", "describe_subnets", "Subnets", "SubnetId"),
    Read("route-table", "ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    Read("internet-gateway", "ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    Read("egress-only-gateway", "ec2", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
    Read("nat-gateway", "ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
    Read("elastic-ip", "ec2", "describe_addresses", "Addresses", "AllocationId"),
    Read("group", "ec2", "describe_security_groups", "SecurityGroups", "GroupId", lambda group: group["GroupName"]),
    Read("endpoint", "ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    Read("acl", "ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    Read("dhcp-options", "ec2", "describe_dhcp_options", "DhcpOptions", "DhcpOptionsId"),
    Read("flow-log", "ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    Read("launch-template", "ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId", lambda made: made["LaunchTemplateName"]),
    Read("prefix-list", "ec2", "describe_managed_prefix_lists", "PrefixLists", "PrefixListId", lambda made: made["PrefixListName"]),
    Read("peering", "ec2", "describe_vpc_peering_connections", "VpcPeeringConnections", "VpcPeeringConnectionId"),
    Read("transit-gateway", "ec2", "describe_transit_gateways", "TransitGateways", "TransitGatewayId"),
    Read("transit-gateway-attachment", "ec2", "describe_transit_gateway_vpc_attachments", "TransitGatewayVpcAttachments", "TransitGatewayAttachmentId"),
    Read("transit-gateway-route-table", "ec2", "describe_transit_gateway_route_tables", "TransitGatewayRouteTables", "TransitGatewayRouteTableId",
         lambda table: "of a transit gateway"),
    Read("customer-gateway", "ec2", "describe_customer_gateways", "CustomerGateways", "CustomerGatewayId"),
    Read("vpn-gateway", "ec2", "describe_vpn_gateways", "VpnGateways", "VpnGatewayId"),
    Read("vpn", "ec2", "describe_vpn_connections", "VpnConnections", "VpnConnectionId"),
    Read("direct-connect", "directconnect", "describe_direct_connect_gateway_associations", "directConnectGatewayAssociations", "associationId",
         lambda made: made["directConnectGatewayId"]),
    Read("role", "iam", "list_roles", "Roles", "RoleName", lambda role: role["RoleName"]),
    Read("oidc-provider", "iam", "list_open_id_connect_providers", "OpenIDConnectProviderList", "Arn", lambda made: made["Arn"]),
    Read("key", "kms", "list_keys", "Keys", "KeyId"),
    Read("alias", "kms", "list_aliases", "Aliases", "AliasName", lambda alias: alias["AliasName"]),
    Read("log-group", "logs", "describe_log_groups", "logGroups", "logGroupName", lambda group: group["logGroupName"]),
    Read("resolver", "route53resolver", "list_resolver_endpoints", "ResolverEndpoints", "Id", lambda made: made["Name"]),
    Read("bucket", "s3", "list_buckets", "Buckets", "Name", lambda bucket: bucket["Name"]),
)

# … and what is read with a cluster.
CLUSTERS = ("cluster", "node-group", "fargate-profile", "addon", "access-entry", "pod-identity")


def tags(thing):
    for member in ("Tags", "TagSet", "tags"):
        if member in thing:
            found = thing[member]
            return {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue")) for tag in found} if isinstance(found, list) else found
    return {}


def pattern(names):
    """Finds each of them, but for what is part of a longer one."""
    among = "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or "(?!)"
    return re.compile(rf"(?<![\w.])(?:{among})(?![\w]|\.\d)")


class Network:
    def __init__(self, url, region):
        self.client = lambda service: client(url, service, region)
        self.things = {}  # kind -> its things as described
        self.names = {}  # id -> "kind NAME"
        self.ranges = []  # IPv6 ranges that AWS gave out, with their VPC's name

    def read(self):
        """-> kind -> name -> what it is"""
        for read in READS:
            self.things[read.kind] = [thing for thing in self.all(read) if not self.gone(thing)]
        self.look_closer()
        default = {vpc["VpcId"] for vpc in self.things["vpc"] if vpc["IsDefault"]}
        for read in READS:
            mine = self.things[read.kind] = [thing for thing in self.things[read.kind] if thing.get("VpcId") not in default]
            for thing in mine:
                thing["name"] = self.name(read, thing)
                if thing["name"] != thing[read.id]:
                    self.names[thing[read.id]] = f"{read.kind} {thing['name']}"
        for vpc in self.things["vpc"]:
            for entry in vpc.get("Ipv6CidrBlockAssociationSet", []):
                self.ranges.append((ip_network(entry["Ipv6CidrBlock"]), self.names[vpc["VpcId"]]))
        for address in self.things["elastic-ip"]:
            # Also where it is but a text: in the ranges that may use an API.
            self.names[address["PublicIp"]] = f"address of elastic-ip {address['name']}"
        self.pattern = pattern(self.names)
        state = {}
        for read in READS:
            named = state[read.kind] = {}
            for thing in self.things[read.kind]:
                name = thing.pop("name")
                while name in named:
                    name += " (another)"
                named[name] = self.plain({key: value for key, value in thing.items() if key != read.id})
        state["rule"] = self.rules()
        state |= self.clusters()
        return state

    def all(self, read):
        service = self.client(read.service)
        if service.can_paginate(read.operation):
            return [thing for page in service.get_paginator(read.operation).paginate() for thing in page.get(read.member, [])]
        return getattr(service, read.operation)().get(read.member, [])

    @staticmethod
    def gone(thing):
        status = thing.get("State") or thing.get("Status") or ""
        return (status["Code"] if isinstance(status, dict) else status) in GONE

    def name(self, read, thing):
        if read.kind == "peering":
            # Either side may tag it, and names it as it likes.
            sides = [thing[side]["VpcId"] for side in ("RequesterVpcInfo", "AccepterVpcInfo")]
            return " with ".join(self.names.get(id, id) for id in sides)
        if thing.get("IsDefault") or thing.get("GroupName") == "default" or any(a.get("Main") for a in thing.get("Associations", [])):
            return f"default of {self.names.get(thing['VpcId'], thing['VpcId'])}"
        return read.named(thing) if read.named else tags(thing).get("Name") or f"of {self.names.get(thing.get('VpcId'), 'none')}"

    # What a list of them does not say.

    def look_closer(self):
        ec2, iam, kms, logs = map(self.client, ("ec2", "iam", "kms", "logs"))
        for vpc in self.things["vpc"]:
            for attribute in ("enableDnsSupport", "enableDnsHostnames"):
                found = ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)
                vpc[attribute] = found[attribute[0].upper() + attribute[1:]]["Value"]
        for endpoint in self.things["endpoint"]:
            # Only those with interfaces can have it.
            if endpoint["VpcEndpointType"] == "Gateway":
                del endpoint["PrivateDnsEnabled"]
        for subnet in self.things["subnet"]:
            found = ec2.get_subnet_cidr_reservations(SubnetId=subnet["SubnetId"])["SubnetIpv4CidrReservations"]
            subnet["Reserved"] = [f"{part['Cidr']} {part['ReservationType']}" for part in found]
        for made in self.things["launch-template"]:
            found = ec2.describe_launch_template_versions(LaunchTemplateId=made["LaunchTemplateId"], Versions=["$Latest"])
            made["Data"] = found["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        for role in self.things["role"]:
            named = {"RoleName": role["RoleName"]}
            role["Attached"] = sorted(policy["PolicyArn"] for policy in iam.list_attached_role_policies(**named)["AttachedPolicies"])
            inline = iam.list_role_policies(**named)["PolicyNames"]
            role["Inline"] = {name: iam.get_role_policy(**named, PolicyName=name)["PolicyDocument"] for name in inline}
            role["Tags"] = iam.list_role_tags(**named)["Tags"]
            role["Profiles"] = [p["InstanceProfileName"] for p in iam.list_instance_profiles_for_role(**named)["InstanceProfiles"]]
        for provider in self.things["oidc-provider"]:
            provider |= iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])
        for key in list(self.things["key"]):
            named = {"KeyId": key["KeyId"]}
            key |= kms.describe_key(**named)["KeyMetadata"]
            if key["KeyState"] in GONE or key["KeyManager"] == "AWS":
                self.things["key"].remove(key)
                continue
            key["Rotates"] = kms.get_key_rotation_status(**named)["KeyRotationEnabled"]
            key["Policy"] = json.loads(kms.get_key_policy(**named, PolicyName="default")["Policy"])
            key["Tags"] = kms.list_resource_tags(**named)["Tags"]
        self.things["alias"] = [alias for alias in self.things["alias"] if not alias["AliasName"].startswith("alias/aws/")]
        for group in self.things["log-group"]:
            group["tags"] = logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
        for resolver in self.things["resolver"]:
            service = self.client("route53resolver")
            resolver["Addresses"] = service.list_resolver_endpoint_ip_addresses(ResolverEndpointId=resolver["Id"])["IpAddresses"]
            resolver["Tags"] = service.list_tags_for_resource(ResourceArn=resolver["Arn"])["Tags"]
        for bucket in self.things["bucket"]:
            bucket |= self.bucket({"Bucket": bucket["Name"]})

    def bucket(self, named):
        s3, said = self.client("s3"), {}
        for part in ("encryption", "lifecycle_configuration", "policy", "tagging", "versioning", "acl", "ownership_controls"):
            said[part] = self.unless_absent(getattr(s3, f"get_bucket_{part}"), named)
        said["public_access_block"] = self.unless_absent(s3.get_public_access_block, named)
        said["policy"] = json.loads((said["policy"] or {}).get("Policy", "null"))
        return said

    def unless_absent(self, operation, named):
        try:
            return operation(**named)
        except self.client("s3").exceptions.ClientError as error:
            if not re.search("NotFound|NoSuch", error.response["Error"]["Code"]):
                raise
            return None

    def rules(self):
        """Rules of groups have no name but what they let through."""
        found = {}
        for rule in self.all(Read("rule", "ec2", "describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId")):
            if rule["GroupId"] not in self.names:
                continue
            peer = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId") or rule["ReferencedGroupInfo"]["GroupId"]
            if (peer, rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")) == NOTHING:
                continue
            ports = f"{rule.get('FromPort', -1)}-{rule.get('ToPort', -1)}"
            name = f"{rule['GroupId']} {'to' if rule['IsEgress'] else 'from'} {peer} {rule['IpProtocol']} {ports}"
            found[self.plain(name)] = self.plain(rule)
        return found

    def clusters(self):
        eks = self.client("eks")
        found = {kind: {} for kind in CLUSTERS}
        for cluster in eks.list_clusters()["clusters"]:
            of = {"clusterName": cluster}
            found["cluster"][cluster] = self.plain(eks.describe_cluster(name=cluster)["cluster"])
            for kind, names, member, key in (
                ("node-group", "nodegroups", "nodegroup", "nodegroupName"),
                ("fargate-profile", "fargate_profiles", "fargateProfile", "fargateProfileName"),
                ("addon", "addons", "addon", "addonName"),
                ("access-entry", "access_entries", "accessEntry", "principalArn"),
            ):
                singular = re.sub("(?<!a)s$", "", names).replace("entrie", "entry")
                listed = getattr(eks, f"list_{names}")(**of)
                for name in next(value for name, value in listed.items() if isinstance(value, list)):
                    described = getattr(eks, f"describe_{singular}")(**of, **{key: name})[member]
                    if kind == "access-entry":
                        described["policies"] = eks.list_associated_access_policies(**of, principalArn=name)["associatedAccessPolicies"]
                    found[kind][f"{cluster} {self.plain(name)}"] = self.plain(described)
            for entry in eks.list_pod_identity_associations(**of)["associations"]:
                described = eks.describe_pod_identity_association(**of, associationId=entry["associationId"])["association"]
                found["pod-identity"][f"{cluster} {entry['namespace']} {entry['serviceAccount']}"] = self.plain(described)
        return found

    # From descriptions to what can be compared.

    def plain(self, value, key=None):
        if isinstance(value, dict):
            said = {name: self.plain(part, name) for name, part in value.items() if name not in CHOSEN}
            # Absent, empty and null are told apart by nobody.
            return {name: part for name, part in said.items() if part not in (None, "", [], {})}
        if isinstance(value, list):
            if value and all(isinstance(part, dict) and {"Key", "Value"} == set(part) for part in value):
                return {tag["Key"]: tag["Value"] for tag in value if not tag["Key"].startswith("aws:")}
            parts = [self.plain(part) for part in value]
            if key == "Routes":
                return {self.destination(route): route for route in parts}
            return sorted(parts, key=lambda part: json.dumps(part, sort_keys=True, default=str))
        if isinstance(value, str):
            return self.text(value)
        return value if isinstance(value, (bool, int, float, type(None))) else str(value)

    @staticmethod
    def destination(route):
        return route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock") or route.get("DestinationPrefixListId")

    def text(self, text):
        if text[:1] in "{[":
            try:
                return self.plain(json.loads(text))
            except ValueError:
                pass
        if ":" in text and "/" in text and " " not in text and not text.startswith("arn:"):
            text = self.range(text)
        return self.pattern.sub(lambda match: self.names[match[0]], text)

    def range(self, text):
        try:
            network = ip_network(text)
        except ValueError:
            return text
        for given, vpc in self.ranges:
            if network.version == 6 and network.subnet_of(given):
                nth = (int(network.network_address) - int(given.network_address)) >> (128 - network.prefixlen)
                return f"/{network.prefixlen} number {nth} of {vpc}"
        return text
