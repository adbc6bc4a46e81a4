"""What AWS refuses and moto lets pass: mistakes of order above all, which a stack makes when it does not say what it waits for."""

from moto.core.responses import ActionResult  # noqa: F401  (before the models, which import each other)
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses.nat_gateways import NatGateways
from moto.ec2.responses.route_tables import RouteTables
from moto.ec2.responses.vpcs import VPCs

from mend import mend

TARGETS = (
    "GatewayId", "NatGatewayId", "EgressOnlyInternetGatewayId", "TransitGatewayId", "VpcPeeringConnectionId",
    "NetworkInterfaceId", "InstanceId", "CarrierGatewayId", "VpcEndpointId",
)


def refuse_unless(condition, code, message):
    if not condition:
        raise EC2ClientError(code, message)


def attached(backend, gateway, vpc):
    """Whether a gateway of either kind is the VPC's."""
    if gateway.startswith("igw-"):
        found = backend.internet_gateways.get(gateway)
        return bool(found and found.vpc and found.vpc.id == vpc)
    found = backend.vpn_gateways.get(gateway)
    return bool(found and vpc in found.attachments and found.attachments[vpc].state == "attached")


@mend(RouteTables)
def create_route(original, request):
    targets = [request._get_param(name) for name in TARGETS if request._get_param(name)]
    refuse_unless(len(targets) == 1, "InvalidParameterCombination", f"a route has one target, not {targets}")
    backend, target = request.ec2_backend, targets[0]
    vpc = backend.get_route_table(request._get_param("RouteTableId")).vpc_id
    if target.startswith(("igw-", "vgw-")):
        refuse_unless(attached(backend, target, vpc), "InvalidParameterValue", f"{target} is not attached to {vpc}")
    if target.startswith("tgw-"):
        of_vpc = backend.describe_transit_gateway_vpc_attachments(filters={"vpc-id": [vpc], "transit-gateway-id": [target]})
        there = any(attachment.state == "available" for attachment in of_vpc)
        refuse_unless(there, "InvalidTransitGatewayID.NotFound", f"{vpc} is not attached to {target}")
    return original(request)


@mend(RouteTables)
def enable_vgw_route_propagation(original, request):
    vpc = request.ec2_backend.get_route_table(request._get_param("RouteTableId")).vpc_id
    gateway = request._get_param("GatewayId")
    refuse_unless(attached(request.ec2_backend, gateway, vpc), "Gateway.NotAttached", f"{gateway} is not attached to {vpc}")
    return original(request)


@mend(NatGateways)
def create_nat_gateway(original, request):
    if request._get_param("ConnectivityType") != "private":
        vpc = request.ec2_backend.get_subnet(request._get_param("SubnetId")).vpc_id
        gateways = request.ec2_backend.internet_gateways.values()
        refuse_unless(request._get_param("AllocationId"), "MissingParameter", "a public NAT gateway has an AllocationId")
        there = any(gateway.vpc and gateway.vpc.id == vpc for gateway in gateways)
        refuse_unless(there, "Gateway.NotAttached", f"Network {vpc} has no Internet gateway attached")
    return original(request)


@mend(VPCs)
def create_vpc_endpoint(original, request):
    gateway = (request._get_param("VpcEndpointType") or "Gateway") == "Gateway"
    service = request._get_param("ServiceName")
    refuse_unless(not gateway or service.endswith((".s3", ".dynamodb")), "InvalidParameter", f"{service} has no gateway endpoint")
    return original(request)


@mend(SecurityGroupRule)
def __init__(original, rule, *given, **named):
    original(rule, *given, **named)
    ordered = rule.ip_protocol not in ("tcp", "udp") or rule.from_port <= rule.to_port
    refuse_unless(ordered, "InvalidParameterValue", f"ports {rule.from_port} to {rule.to_port}")


@mend(EC2Backend)
def delete_vpc(original, backend, vpc_id):
    here = {"vpc-id": vpc_id}
    left = [group.name for group in backend.describe_security_groups(filters=here) if group.name != "default"]
    left += [endpoint.id for endpoint in backend.describe_vpc_endpoints(None, here) if endpoint.state != "deleted"]
    left += [gateway.id for gateway in backend.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id]
    refuse_unless(not left, "DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted: {left}")
    # … which moto leaves behind.
    for acl in backend.describe_network_acls(filters=here):
        del backend.network_acls[acl.id]
    return original(backend, vpc_id)
