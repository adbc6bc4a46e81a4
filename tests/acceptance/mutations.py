"""Faults put into one of the two outputs. The comparison must see each, where it is, and nothing else.

Faults of one output do not touch each other, so one deployment has all of them: each must be seen at its own path, and
every difference must be the doing of one.
"""

import copy
from dataclasses import dataclass

from bench import Done
from compare import judge
from template import Wrong
from terraform import Fault

# In place of a value: the key, the entry of the list, or the whole resource goes.
GONE = object()


@dataclass(frozen=True, eq=False)
class Mutation:
    name: str
    where: str  # RESOURCE.Property.0.Member, in Terraform TYPE.NAME.argument
    value: object
    seen: str | tuple  # where the comparison must see it: how the path begins


PRODUCTION = (
    Mutation("a route to another zone's NAT gateway", "RouteNodesUse1Az2Internet.NatGatewayId", {"Ref": "NatGatewayPublicUse1Az1"},
             "route-table > prod-nodes-use1-az2 > Routes > 0.0.0.0/0 > NatGatewayId"),
    Mutation("a tag missing of a subnet", "SubnetNodesUse1Az1.Tags.-1", GONE, "subnet > prod-nodes-use1-az1 > Tags"),
    Mutation("public addresses in another tier", "SubnetControlPlaneUse1Az2.MapPublicIpOnLaunch", True,
             "subnet > prod-control-plane-use1-az2 > MapPublicIpOnLaunch"),
    Mutation("a subnet's range", "SubnetControlPlaneUse1Az4.CidrBlock", "10.20.100.0/27", "subnet > prod-control-plane-use1-az4 > CidrBlock"),
    Mutation("a subnet's zone", "SubnetNodesUse1Az4.AvailabilityZoneId", "use1-az5", "subnet > prod-nodes-use1-az4 > AvailabilityZone"),
    Mutation("no route table for a subnet", "RouteTableAssociationPublicUse1Az4", GONE, "route-table > prod-public > Associations"),
    Mutation("no DNS names in the VPC", "Vpc.EnableDnsHostnames", False, "vpc > prod > enableDnsHostnames"),
    Mutation("a tag missing of the VPC", "Vpc.Tags.-1", GONE, "vpc > prod > Tags"),
    Mutation("a rule's port", "IngressRuleNodesFromControlPlaneTcp9443.FromPort", 9442, "rule > group prod-nodes from group prod-control-plane tcp"),
    Mutation("a rule's description", "IngressRuleControlPlaneFrom10x20x96x022Tcp443.Description", "Another",
             "rule > group prod-control-plane from 10.20.96.0/22 tcp 443-443 > Description"),
    Mutation("a rule missing", "EgressRuleNodesToControlPlaneAll", GONE, "rule > group prod-nodes to group prod-control-plane"),
    Mutation("the default egress left on", "SecurityGroupEndpoints.SecurityGroupEgress", GONE, "rule > group prod-endpoints to 0.0.0.0/0"),
    Mutation("a rule for everybody", "IngressRuleEndpointsFrom10x20x0x016Tcp443.CidrIp", "0.0.0.0/0", "rule > group prod-endpoints from"),
    Mutation("a rule's other group", "EgressRuleControlPlaneToNodesAll.DestinationSecurityGroupId",
             {"Fn::GetAtt": ["SecurityGroupEndpoints", "GroupId"]}, "rule > group prod-control-plane to"),
    Mutation("a group's description", "SecurityGroupNodes.GroupDescription", "Another", "group > prod-nodes > Description"),
    Mutation("an endpoint in two of three subnets", "VpcEndpointEcrApi.SubnetIds.-1", GONE, "endpoint > prod-ecr-api > SubnetIds"),
    Mutation("an endpoint without private DNS", "VpcEndpointSts.PrivateDnsEnabled", False, "endpoint > prod-sts > PrivateDnsEnabled"),
    Mutation("an endpoint's group", "VpcEndpointEcrDkr.SecurityGroupIds.0", {"Fn::GetAtt": ["SecurityGroupNodes", "GroupId"]},
             "endpoint > prod-ecr-dkr > Groups"),
    Mutation("an endpoint's policy", "VpcEndpointDynamodb.PolicyDocument", {"Version": "2012-10-17", "Statement": []},
             "endpoint > prod-dynamodb > PolicyDocument"),
    Mutation("a NAT gateway in another zone", "NatGatewayPublicUse1Az4.SubnetId", {"Ref": "SubnetPublicUse1Az1"},
             "nat-gateway > prod-nat-use1-az4 > SubnetId"),
    Mutation("a tag missing of an address", "ElasticIpPublicUse1Az1.Tags.-1", GONE, "elastic-ip > prod-nat-use1-az1 > Tags"),
    Mutation("a tag missing of the internet gateway", "InternetGateway.Tags.-1", GONE, "internet-gateway > prod > Tags"),
    Mutation("a tag missing of a route table", "RouteTableControlPlane.Tags.-1", GONE, "route-table > prod-control-plane > Tags"),
    Mutation("a range's name without nodes", "SubnetNodesUse1Az2.Tags.2", GONE, "subnet > prod-nodes-use1-az2 > Tags"),
    Mutation("traffic told of less often", "FlowLog.MaxAggregationInterval", 600, "flow-log > prod-flow-logs > MaxAggregationInterval"),
    Mutation("secrets without a key", "Cluster.EncryptionConfig", GONE, "cluster > prod > encryptionConfig"),
    Mutation("another version of Kubernetes", "Cluster.Version", "1.34", "cluster > prod > version"),
    Mutation("how long versions are supported", "Cluster.UpgradePolicy.SupportType", "STANDARD", "cluster > prod > upgradePolicy"),
    Mutation("the cluster without its group", "Cluster.ResourcesVpcConfig.SecurityGroupIds", GONE, "cluster > prod > resourcesVpcConfig > securityGroupIds"),
    Mutation("nodes on the spot market", "NodeGroupWorkers.CapacityType", "SPOT", "node-group > prod workers > capacityType"),
    Mutation("other images of nodes", "NodeGroupSystem.AmiType", "BOTTLEROCKET_x86_64", "node-group > prod system > amiType"),
    Mutation("how many nodes change at once", "NodeGroupWorkers.UpdateConfig.MaxUnavailablePercentage", 50, "node-group > prod workers > updateConfig"),
    Mutation("refused traffic only", "FlowLog.TrafficType", "REJECT", "flow-log > prod-flow-logs > TrafficType"),
    Mutation("how long logs are kept", "LogGroupFlowLogs.RetentionInDays", 30, "log-group > /aws/vpc/prod/flow-logs > retentionInDays"),
    Mutation("logs without a key", "LogGroupControlPlane.KmsKeyId", GONE, "log-group > /aws/eks/prod/cluster > kmsKeyId"),
    Mutation("a key that stays", "KmsKeyLogs.EnableKeyRotation", False, "key > prod-logs > Rotates"),
    Mutation("a statement missing of a key's policy", "KmsKeyLogs.KeyPolicy.Statement.-1", GONE, "key > prod-logs > Policy"),
    Mutation("a role for every cluster", "RoleCluster.AssumeRolePolicyDocument.Statement.0.Condition", GONE,
             "role > prod-use1-cluster > AssumeRolePolicyDocument"),
    Mutation("a managed policy missing", "RoleNodes.ManagedPolicyArns.-1", GONE, "role > prod-use1-nodes > Attached"),
    Mutation("a statement missing of a role's policy", "RoleFlowLogs.Policies.0.PolicyDocument.Statement.0", GONE,
             "role > prod-use1-flow-logs > Inline"),
    Mutation("the API not in the VPC", "Cluster.ResourcesVpcConfig.EndpointPrivateAccess", False,
             "cluster > prod > resourcesVpcConfig > endpointPrivateAccess"),
    Mutation("the API for everybody", "Cluster.ResourcesVpcConfig.PublicAccessCidrs", GONE, "cluster > prod > resourcesVpcConfig > publicAccessCidrs"),
    Mutation("the cluster in two subnets of three", "Cluster.ResourcesVpcConfig.SubnetIds.-1", GONE, "cluster > prod > resourcesVpcConfig > subnetIds"),
    Mutation("how users are known", "Cluster.AccessConfig.AuthenticationMode", "API_AND_CONFIG_MAP", "cluster > prod > accessConfig > authenticationMode"),
    Mutation("a log missing", "Cluster.Logging.ClusterLogging.EnabledTypes.0", GONE, "cluster > prod > logging"),
    Mutation("the services' addresses", "Cluster.KubernetesNetworkConfig.ServiceIpv4Cidr", "172.21.0.0/16",
             "cluster > prod > kubernetesNetworkConfig > serviceIpv4Cidr"),
    Mutation("add-ons that EKS installs by itself", "Cluster.BootstrapSelfManagedAddons", True, "asked > cluster prod > bootstrapSelfManagedAddons"),
    Mutation("an add-on that yields", "AddonKubeProxy.ResolveConflicts", "NONE", "asked > addon prod kube-proxy > resolveConflicts"),
    Mutation("more nodes", "NodeGroupWorkers.ScalingConfig.MaxSize", 31, "node-group > prod workers > scalingConfig"),
    Mutation("a label missing", "NodeGroupWorkers.Labels", GONE, "node-group > prod workers > labels"),
    Mutation("a taint missing", "NodeGroupSystem.Taints", GONE, "node-group > prod system > taints"),
    Mutation("nodes in two zones of three", "NodeGroupSystem.Subnets.-1", GONE, "node-group > prod system > subnets"),
    Mutation("instance metadata of version 1", "LaunchTemplateSystem.LaunchTemplateData.MetadataOptions.HttpTokens", "optional",
             "launch-template > prod-system > Data > MetadataOptions"),
    Mutation("a disk in the clear", "LaunchTemplateWorkers.LaunchTemplateData.BlockDeviceMappings.0.Ebs.Encrypted", False,
             "launch-template > prod-workers > Data > BlockDeviceMappings"),
    Mutation("nodes without the nodes' group", "LaunchTemplateSystem.LaunchTemplateData.SecurityGroupIds.-1", GONE,
             "launch-template > prod-system > Data > SecurityGroupIds"),
    Mutation("an add-on's version", "AddonVpcCni.AddonVersion", "v1.19.0-eksbuild.1", "addon > prod vpc-cni > addonVersion"),
    Mutation("an add-on missing", "AddonCoredns", GONE, ("addon > prod coredns", "asked > addon prod coredns")),
    Mutation("who may use the API", "AccessEntryPlatform.KubernetesGroups.0", "system:masters", "access-entry > prod arn"),
    Mutation("whose pods have the role", "PodIdentityAssociationVpcCni.ServiceAccount", "default", "pod-identity > prod kube-system"),
    Mutation("whom the cluster's tokens are for", "OidcProvider.ClientIdList.0", "example.com", "oidc-provider > "),
)

RESTRICTED = (
    Mutation("other pods on Fargate", "FargateProfileBatch.Selectors.0.Namespace", "default", "fargate-profile > vault batch > selectors"),
    Mutation("a bucket in the clear", "BucketFlowLogs.BucketEncryption", GONE, "bucket > vault-flow-logs-123456789012-eu-central-1 > encryption"),
    Mutation("a bucket that may be public", "BucketFlowLogs.PublicAccessBlockConfiguration.BlockPublicPolicy", False,
             "bucket > vault-flow-logs-123456789012-eu-central-1 > public_access_block"),
    Mutation("logs that stay", "BucketFlowLogs.LifecycleConfiguration.Rules.0.ExpirationInDays", 7310,
             "bucket > vault-flow-logs-123456789012-eu-central-1 > lifecycle_configuration"),
    Mutation("a statement missing of a bucket's policy", "BucketPolicyFlowLogs.PolicyDocument.Statement.-1", GONE,
             "bucket > vault-flow-logs-123456789012-eu-central-1 > policy"),
    Mutation("an access policy missing", "AccessEntryAuditors.AccessPolicies", GONE, "access-entry > vault"),
    Mutation("an alias for another key", "KmsAliasLogs.TargetKeyId", {"Ref": "KmsKeySecrets"}, "alias > alias/vault-logs > TargetKeyId"),
)

VPN = (
    Mutation("routes of a gateway that stay away", "RoutePropagationNodesEuw1Az2", GONE, "route-table > factory-nodes-euw1-az2 > PropagatingVgws"),
    Mutation("a static route missing", "VpnRouteOldFactoryTo192x168x201x024", GONE, "vpn > factory-old-factory > Routes"),
    Mutation("another device at the other end", "CustomerGatewayDataCenterBackup.IpAddress", "198.18.8.18",
             "customer-gateway > factory-data-center-backup > IpAddress"),
    Mutation("a tag of the virtual private gateway", "VpnGateway.Tags.0.Value", "other", ("vpn-gateway > ", *(
        f"route-table > factory-{tier} > PropagatingVgws" for tier in ("control-plane", "nodes-euw1-az1", "nodes-euw1-az3")),
        "vpn > factory-old-factory > VpnGatewayId")),
    Mutation("a VPN's tag", "VpnConnectionDataCenterBackup.Tags.0.Value", "other", ("vpn > factory-data-center-backup", "vpn > other")),
    Mutation("no Direct Connect", "DirectConnectAssociationDataCenter", GONE, "direct-connect > "),
)

BANK = (
    Mutation("an attachment in two zones of three", "TransitGatewayAttachmentHeadOffice.SubnetIds.-1", GONE,
             "transit-gateway-attachment > bank-head-office > SubnetIds"),
    Mutation("an attachment's option", "TransitGatewayAttachmentHeadOffice.Options.ApplianceModeSupport", "enable",
             "transit-gateway-attachment > bank-head-office > Options"),
    Mutation("a route's destination", "RouteNodesEuc1Az2To10x128x0x012.DestinationCidrBlock", "10.128.0.0/13",
             "route-table > bank-nodes-euc1-az2 > Routes > 10.128.0.0/"),
    Mutation("a resolver in two subnets of three", "ResolverEndpointInboundResolver.IpAddresses.-1", GONE, "resolver > bank-inbound-resolver"),
)

IPV6 = (
    Mutation("the VPC's range", "Vpc.CidrBlock", "10.96.0.0/19", ("vpc > six > CidrBlock", *(
        f"route-table > {name} > Routes > 10.96.0.0/"
        for name in ("default of vpc six", "six-control-plane", "six-nodes-use1-az1", "six-nodes-use1-az2", "six-public")))),
    Mutation("an egress-only gateway's name", "EgressOnlyInternetGateway.Tags.0.Value", "other",
             ("egress-only-gateway > ", "route-table > six-nodes-use1-az1 > Routes > ::/0")),
    Mutation("no way out by IPv6", "RouteNodesUse1Az2InternetIpv6", GONE, "route-table > six-nodes-use1-az2 > Routes > ::/0"),
    Mutation("another of the ranges", "SubnetPublicUse1Az2.Ipv6CidrBlock.Fn::Select.0", 7, "subnet > six-public-use1-az2 > Ipv6CidrBlockAssociationSet"),
    Mutation("nodes without IPv6 addresses", "SubnetNodesUse1Az1.AssignIpv6AddressOnCreation", False,
             "subnet > six-nodes-use1-az1 > AssignIpv6AddressOnCreation"),
    Mutation("an IPv6 rule missing", "EgressRuleNodesTo0x0x0x00Tcp443Ipv6", GONE, "rule > group six-nodes to ::/0"),
)

PEERING = (
    Mutation("a route to another peering", "RouteNodesEuc1Az2To10x90x0x016.VpcPeeringConnectionId", {"Ref": "PeeringConnectionDataLake"},
             "route-table > shop-nodes-euc1-az2 > Routes > 10.90.0.0/16 > VpcPeeringConnectionId"),
    Mutation("no route to a peering", "RouteControlPlaneTo10x90x0x016", GONE, "route-table > shop-control-plane > Routes > 10.90.0.0/16"),
    Mutation("a tag of a peering", "PeeringConnectionTools.Tags.0.Value", "other", "peering > vpc shop with vpc-0a1b2c3d4e5f60718 > Tags"),
)

HYBRID = (
    Mutation("another network of pods elsewhere", "Cluster.RemoteNetworkConfig.RemotePodNetworks.0.Cidrs.0", "192.168.128.0/17",
             "cluster > hybrid > remoteNetworkConfig"),
    Mutation("a transit gateway's description", "TransitGatewayPlant.Description", "other", "transit-gateway > hybrid-plant > Description"),
)

AUTO = (
    Mutation("a node pool of AWS's", "Cluster.ComputeConfig.NodePools", ["system"], "cluster > auto > computeConfig > nodePools"),
    Mutation("load balancers that somebody else makes", "Cluster.KubernetesNetworkConfig.ElasticLoadBalancing.Enabled", False,
             "cluster > auto > kubernetesNetworkConfig > elasticLoadBalancing"),
    Mutation("no disks", "Cluster.StorageConfig.BlockStorage.Enabled", False, "cluster > auto > storageConfig"),
    Mutation("nodes of another kind", "AccessEntryAutoNodes.Type", "EC2_LINUX", "access-entry > auto arn"),
)

PODS = (
    Mutation("pods in another zone's subnet", "AddonVpcCni.ConfigurationValues.Fn::Join.1.1", {"Ref": "SubnetPodsUse1Az2"},
             "addon > custom vpc-cni > configurationValues"),
)

EXISTING = (
    Mutation("an endpoint in two of three route tables", "VpcEndpointS3.RouteTableIds.-1", GONE,
             ("endpoint > payments-s3 > RouteTableIds", "route-table > existing-3 > Routes > prefix-list")),
)

ADDRESSES = (
    Mutation("another of the addresses", "NatGatewayPublicEuw2Az1.AllocationId", "eipalloc-0c1d2e3f405162738", "nat-gateway > partners-nat-euw2-az1 > "),
    Mutation("its own elsewhere", "NatGatewayPublicEuw2Az3.AllocationId", "eipalloc-0a1b2c3d4e5f60718", "nat-gateway > partners-nat-euw2-az3 > "),
)

LOCAL = (
    Mutation("a Local Zone's way out through another zone", "RouteEdgeUsw2Lax1Az1Internet.NatGatewayId", {"Ref": "NatGatewayPublicUsw2Az1"},
             "route-table > game-edge-usw2-lax1-az1 > Routes > 0.0.0.0/0 > NatGatewayId"),
)

TERRAFORM = (
    Mutation("a route to another zone's NAT gateway", "aws_route.nodes_use1_az4_internet.nat_gateway_id", "${aws_nat_gateway.public_use1_az2.id}",
             "route-table > prod-nodes-use1-az4 > Routes > 0.0.0.0/0 > NatGatewayId"),
    Mutation("a tag missing of a subnet", "aws_subnet.nodes_use1_az4.tags.owner", GONE, "subnet > prod-nodes-use1-az4 > Tags"),
    Mutation("a rule missing", "aws_vpc_security_group_ingress_rule.control_plane_from_10x20x96x0_22_tcp_443", GONE,
             "rule > group prod-control-plane from 10.20.96.0/22"),
    Mutation("an endpoint in one of three subnets", "aws_vpc_endpoint.sts.subnet_ids", ["${aws_subnet.nodes_use1_az1.id}"], "endpoint > prod-sts > SubnetIds"),
    Mutation("a subnet in another route table", "aws_route_table_association.control_plane_use1_az2.route_table_id", "${aws_route_table.public.id}",
             ("route-table > prod-control-plane > Associations", "route-table > prod-public > Associations")),
    Mutation("a managed policy missing", "aws_iam_role_policy_attachment.nodes_AmazonEC2ContainerRegistryPullOnly", GONE, "role > prod-use1-nodes > Attached"),
    Mutation("how long logs are kept", "aws_cloudwatch_log_group.control_plane.retention_in_days", 30, "log-group > /aws/eks/prod/cluster > retentionInDays"),
    Mutation("instance types", "aws_eks_node_group.workers.instance_types", ["m6i.xlarge"], "node-group > prod workers > instanceTypes"),
    Mutation("an add-on's settings", "aws_eks_addon.vpc_cni.configuration_values", "{\"env\":{\"A\":\"1\"}}", "addon > prod vpc-cni > configurationValues"),
    Mutation("the VPC's DNS", "aws_vpc.main.enable_dns_hostnames", False, "vpc > prod > enableDnsHostnames"),
)

# (example, the output that has the faults, the faults)
GROUPS = (
    ("production", "cloudformation", PRODUCTION),
    ("restricted", "cloudformation", RESTRICTED),
    ("vpn-and-direct-connect", "cloudformation", VPN),
    ("bank", "cloudformation", BANK),
    ("ipv6-cluster", "cloudformation", IPV6),
    ("peering", "cloudformation", PEERING),
    ("hybrid-nodes", "cloudformation", HYBRID),
    ("auto-mode", "cloudformation", AUTO),
    ("custom-networking", "cloudformation", PODS),
    ("existing-vpc", "cloudformation", EXISTING),
    ("elastic-ips", "cloudformation", ADDRESSES),
    ("local-zones", "cloudformation", LOCAL),
    ("production", "terraform", TERRAFORM),
)
# Faults that no network shows, since none comes to be. cfn-lint sees none of them. Each is deployed alone, and must be refused
# at its own resource.
REFUSED = (
    ("custom-networking", Mutation("a further block that is not the subnets'", "VpcCidrBlock100x64x0x016.CidrBlock", "100.65.0.0/16",
                                   "SubnetPodsUse1Az")),
    ("production", Mutation("a route that does not wait for its gateway", "RoutePublicInternet.DependsOn", GONE, "RoutePublicInternet ")),
    ("production", Mutation("a cluster that does not wait for its logs", "Cluster.DependsOn", GONE, "LogGroupControlPlane ")),
    ("production", Mutation("a route with two targets", "RoutePublicInternet.NatGatewayId", {"Ref": "NatGatewayPublicUse1Az1"}, "RoutePublicInternet ")),
    ("production", Mutation("a route with none", "RoutePublicInternet.GatewayId", GONE, "RoutePublicInternet ")),
    ("production", Mutation("a public NAT gateway without an address", "NatGatewayPublicUse1Az2.AllocationId", GONE, "NatGatewayPublicUse1Az2 ")),
    ("production", Mutation("ports that end before they begin", "IngressRuleNodesFromControlPlaneTcp9443.FromPort", 9444,
                            "IngressRuleNodesFromControlPlaneTcp9443 ")),
    ("production", Mutation("an endpoint by routes that has none", "VpcEndpointS3.ServiceName", "com.amazonaws.us-east-1.sts", "VpcEndpointS3 ")),
    ("vpn-and-direct-connect", Mutation("propagation that does not wait for its gateway", "RoutePropagationControlPlane.DependsOn", GONE,
                                        "RoutePropagationControlPlane ")),
    ("bank", Mutation("a route that does not wait for its attachment", "RouteNodesEuc1Az2To10x128x0x012.DependsOn", GONE,
                      "RouteNodesEuc1Az2To10x128x0x012 ")),
)
EXAMPLES = sorted({example for example, engine, _ in GROUPS if engine == "cloudformation"})
TERRAFORM_EXAMPLES = sorted({example for example, engine, _ in GROUPS if engine == "terraform"})


def put(document, path, value):
    """Changes it in place. What is not there cannot be changed: a mutation that lost its place is an error."""
    try:
        change(document, path, value)
    except (LookupError, TypeError) as error:
        raise LookupError(f"{'.'.join(path)} is not there to be changed: {error!r}") from None


def change(document, path, value):
    *steps, last = [int(step) if step.lstrip("-").isdigit() else step for step in path]
    for step in steps:
        document = document[step]
    before = document.get(last) if isinstance(document, dict) else document[last]
    if before == value or (value is GONE and before is None):
        raise LookupError("nothing is changed")
    if value is GONE:
        del document[last]
    else:
        document[last] = value


def in_template(template, mutations):
    mutated = copy.deepcopy(template)
    resources = mutated["Resources"]
    for mutation in mutations:
        name, *path = mutation.where.split(".")
        put(resources, [name, "Properties", *path] if path and path != ["DependsOn"] else [name, *path], mutation.value)
    for resource in resources.values():
        if "DependsOn" in resource:
            resource["DependsOn"] = [name for name in resource["DependsOn"] if name in resources]
    return mutated


def in_configuration(resources, mutations):
    for mutation in mutations:
        put(resources, mutation.where.split("."), mutation.value)
    gone = {mutation.where for mutation in mutations if mutation.value is GONE and mutation.where.count(".") == 1}
    for named in resources.values():
        for body in named.values():
            if "depends_on" in body:
                body["depends_on"] = [name for name in body["depends_on"] if name not in gone]


def deployed(bench, case, engine, mutations):
    bench.start(case)
    if engine == "cloudformation":
        bench.stack(case, in_template(case.template, mutations)).create()
        return bench.read(case)
    with bench.terraform(case) as terraform:
        terraform.edit(lambda resources: in_configuration(resources, mutations))
        terraform.apply()
        return bench.read(case)


def seen(mutations, found):
    """-> what each mutation was seen by, and the differences that none of them made"""
    by, strange = {mutation: [] for mutation in mutations}, []
    for difference in found:
        path = " > ".join(difference.path)
        owners = [mutation for mutation in mutations if path.startswith(mutation.seen)]
        if len(owners) == 1:
            by[owners[0]].append(path)
        else:
            strange.append(str(difference))
    return by, strange


def refused(bench, case, done):
    """Faults of the template that no network shows, since none comes to be."""
    for mutation in (mutation for example, mutation in REFUSED if example == case.name):
        bench.start(case)
        try:
            bench.stack(case, in_template(case.template, [mutation])).create()
            said = "was deployed"
        except (Wrong, LookupError) as error:
            said = str(error)
        good = said.startswith(mutation.seen)
        done.mutated, done.caught = done.mutated + 1, done.caught + good
        done.said.append(f"  {mutation.name:46} {'refused: ' + said.splitlines()[0][:150] if good else 'NOT REFUSED'}")
        done.faults += [] if good else [f"mutations: not refused: {mutation.name}: {said}"]


def compared(bench, case, engine, mutations, done):
    """Faults that the comparison with the other engine must see."""
    other = {"cloudformation": "terraform", "terraform": "cloudformation"}[engine]
    # The other engine's, where it was deployed; else the template's, which was found equal or is the other engine's.
    reference = case.networks.get(other) or deployed(bench, case, "cloudformation", ())
    done.said.append(f"\n{case.name}: faults in {engine}")
    done.mutated += len(mutations)
    try:
        network = deployed(bench, case, engine, mutations)
    except (Fault, Wrong, LookupError) as error:
        done.faults.append(f"mutations: {engine}: {error!r}")
        return
    pair = {other: reference, engine: network}
    by, strange = seen(mutations, judge(pair["terraform"], pair["cloudformation"])[0])
    for mutation, paths in by.items():
        done.said.append(f"  {mutation.name:46} {paths[0] if paths else 'NOT SEEN'}")
    done.caught += sum(map(bool, by.values()))
    done.faults += [f"mutations: {engine}: not seen: {mutation.name}" for mutation, paths in by.items() if not paths]
    done.faults += [f"mutations: {engine}: nobody's: {line}" for line in strange]


def in_cloudformation(bench, case):
    done = Done(case.name)
    for example, engine, mutations in GROUPS:
        if (example, engine) == (case.name, "cloudformation"):
            compared(bench, case, engine, mutations, done)
    refused(bench, case, done)
    return done


def in_terraform(bench, case):
    done = Done(case.name)
    for example, engine, mutations in GROUPS:
        if (example, engine) == (case.name, "terraform"):
            compared(bench, case, engine, mutations, done)
    return done
