"""AWS, emulated on the loopback interface: moto, with what our networks need of it mended, and an EKS of our own.

    emulator.py PORT        serves until it is ended

`Emulator()` serves from a thread of this process, so that the tests can empty it and put into it what examples expect.
Each mend says what moto 5.2.1 does without it; when a newer moto does it right, the mend goes.
"""

import json
import sys
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from threading import Thread
from unittest import mock

from moto import core  # noqa: F401  (before the backends, which import each other)
from moto.core.responses import ActionResult, EmptyResult
from moto.directconnect.responses import DirectConnectResponse
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.transit_gateway import TransitGateway
from moto.ec2.models.transit_gateway_attachments import TransitGatewayAttachmentBackend
from moto.ec2.models.vpn_connections import VPNConnection
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.responses.route_tables import RouteTables
from moto.ec2.responses.transit_gateway_attachments import TransitGatewayAttachment
from moto.ec2.responses.vpn_connections import VPNConnections
from moto.iam.models import IAMBackend, iam_backends
from moto.logs.models import logs_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

sys.path.insert(0, str(Path(__file__).parent))
from eks import Eks  # noqa: E402  (beside this file)
from mend import mend  # noqa: E402

ACCOUNT = "123456789012"


# AWS's own policies are read anew for every partition whenever the cloud is emptied, which takes seconds.
_POLICIES = {}


@mend(IAMBackend)
def _init_aws_policies(original, backend):
    if backend.region_name not in _POLICIES:
        _POLICIES[backend.region_name] = original(backend)
    # A policy counts what it is attached to.
    return [copy(policy) for policy in _POLICIES[backend.region_name]]


# The provider waits for a subnet's IPv6 range by a filter that moto refuses, and reads its state as a text.
@mend(Subnet)
def get_filter_value(original, subnet, name, method=None):
    if name == "ipv6-cidr-block-association.association-id":
        return list(subnet.ipv6_cidr_block_associations)
    return original(subnet, name, method)


Subnet.ipv6_cidr_block_association_set = property(lambda subnet: [
    {**entry, "ipv6CidrBlockState": {"state": entry["ipv6CidrBlockState"]["State"]}}
    for entry in subnet.ipv6_cidr_block_associations.values()
    if entry["ipv6CidrBlockState"]["State"] == "associated"
])

# The description of a rule whose peer is a group or a prefix list is lost.
SecurityGroupRule.description = property(lambda rule: (rule.ip_range or rule.source_group or {}).get("Description"))


# Tags of a launch template come back as tags of what it launches, too.
@mend(LaunchTemplates)
def create_launch_template(original, request):
    answer = original(request)
    made = request.ec2_backend.launch_templates[answer.result["LaunchTemplate"]["LaunchTemplateId"]]
    for version in made.versions:
        wanted = [entry for entry in version.data.pop("TagSpecifications", []) if entry["ResourceType"] != "launch-template"]
        version.data |= {"TagSpecifications": wanted} if wanted else {}
    return answer


# Propagation of a gateway's routes is not there at all.
def _propagate(request, on):
    table = request.ec2_backend.get_route_table(request._get_param("RouteTableId"))
    others = [entry for entry in getattr(table, "propagating_vgws", []) if entry["GatewayId"] != request._get_param("GatewayId")]
    table.propagating_vgws = others + [{"GatewayId": request._get_param("GatewayId")}] * on
    return EmptyResult()


RouteTables.enable_vgw_route_propagation = lambda request: _propagate(request, True)
RouteTables.disable_vgw_route_propagation = lambda request: _propagate(request, False)


# An attachment to a transit gateway loses its tags, and is gone at once when deleted, where the provider waits to see
# it as deleted.
@mend(TransitGatewayAttachment)
def create_transit_gateway_vpc_attachment(original, request):
    answer = original(request)
    answer.result["TransitGatewayVpcAttachment"].add_tags(request._parse_tag_specification().get("transit-gateway-attachment", {}))
    return answer


@mend(TransitGatewayAttachmentBackend)
def delete_transit_gateway_vpc_attachment(original, backend, transit_gateway_attachment_id):
    gone = original(backend, transit_gateway_attachment_id)
    backend.transit_gateway_attachments[transit_gateway_attachment_id] = gone
    return gone


# A transit gateway's description lacks an option that is off without being asked for, and its route table stays behind.
TransitGateway.DEFAULT_OPTIONS = TransitGateway.DEFAULT_OPTIONS | {"SecurityGroupReferencingSupport": "disable"}


@mend(EC2Backend)
def delete_transit_gateway(original, backend, transit_gateway_id):
    del backend.transit_gateways_route_tables[backend.transit_gateways[transit_gateway_id].default_route_table.id]
    return original(backend, transit_gateway_id)


# A VPN connection forgets its options, its tunnels and its routes, without which every plan replaces it; the provider looks
# for its routes by filters that moto refuses.
@mend(VPNConnections)
def create_vpn_connection(original, request):
    answer = original(request)
    options = request._get_param("Options") or {}
    tunnels = [{"OutsideIpAddress": f"198.51.100.{n}", "TunnelInsideCidr": f"169.254.{n}.0/30", "PreSharedKey": "emulated"} for n in (1, 2)]
    made = answer.result["VpnConnection"]
    made.options = {
        "EnableAcceleration": False, "StaticRoutesOnly": str(options.get("StaticRoutesOnly")).lower() == "true",
        "LocalIpv4NetworkCidr": "0.0.0.0/0", "RemoteIpv4NetworkCidr": "0.0.0.0/0", "TunnelInsideIpVersion": "ipv4", "TunnelOptions": tunnels,
    }
    made.routes = []
    return answer


def _vpn_route(request, on):
    connection = request.ec2_backend.vpn_connections[request._get_param("VpnConnectionId")]
    cidr = request._get_param("DestinationCidrBlock")
    others = [route for route in connection.routes if route["DestinationCidrBlock"] != cidr]
    connection.routes = others + [{"DestinationCidrBlock": cidr, "Source": "Static", "State": "available"}] * on
    return EmptyResult()


VPNConnections.create_vpn_connection_route = lambda request: _vpn_route(request, True)
VPNConnections.delete_vpn_connection_route = lambda request: _vpn_route(request, False)


@mend(VPNConnection)
def get_filter_value(original, connection, name, method=None):
    if name == "route.destination-cidr-block":
        return [route["DestinationCidrBlock"] for route in connection.routes]
    return connection.id if name == "vpn-connection-id" else original(connection, name, method)


# Of Direct Connect's gateways moto has none. Which there are, and what is associated with them: id -> association.
DIRECT_CONNECT = {"gateways": set(), "associations": {}}


def _dx_create(request):
    given = json.loads(request.body)
    if given["directConnectGatewayId"] not in DIRECT_CONNECT["gateways"]:
        return 400, {}, json.dumps({"__type": "DirectConnectClientException", "message": f"no gateway {given['directConnectGatewayId']}"})
    gateway = given["gatewayId"]
    made = {
        "associationId": f"dxa-{gateway}", "associationState": "associated", "directConnectGatewayId": given["directConnectGatewayId"],
        "directConnectGatewayOwnerAccount": ACCOUNT, "allowedPrefixesToDirectConnectGateway": [],
        "associatedGateway": {"id": gateway, "type": "virtualPrivateGateway", "ownerAccount": ACCOUNT, "region": request.region},
    }
    DIRECT_CONNECT["associations"][made["associationId"]] = made
    return json.dumps({"directConnectGatewayAssociation": made})


def _dx_describe(request):
    wanted = json.loads(request.body)
    found = [
        entry for entry in DIRECT_CONNECT["associations"].values()
        if entry["associationId"] == wanted.get("associationId", entry["associationId"])
        and entry["associatedGateway"]["id"] == wanted.get("associatedGatewayId", entry["associatedGateway"]["id"])
        and entry["directConnectGatewayId"] == wanted.get("directConnectGatewayId", entry["directConnectGatewayId"])
    ]
    return json.dumps({"directConnectGatewayAssociations": found})


def _dx_delete(request):
    gone = DIRECT_CONNECT["associations"].pop(json.loads(request.body)["associationId"])
    return json.dumps({"directConnectGatewayAssociation": {**gone, "associationState": "disassociated"}})


DirectConnectResponse.create_direct_connect_gateway_association = _dx_create
DirectConnectResponse.describe_direct_connect_gateway_associations = _dx_describe
DirectConnectResponse.delete_direct_connect_gateway_association = _dx_delete


import strict  # noqa: E402, F401  (after what it makes stricter)


@contextmanager
def identified(module, maker, id):
    """Inside of it moto gives its next thing this id."""
    with mock.patch.object(module, maker, lambda *_: id):
        yield


class _Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


class Emulator:
    """A cloud, empty but for what AWS gives every account."""

    def __init__(self, port=0):
        self.eks = Eks(ACCOUNT, lambda region: ec2_backends[ACCOUNT][region], self.role_exists, self.log_group)
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", port, self.application, threaded=True, request_handler=_Quiet)
        # Of what moto stumbles over, its last line says enough.
        self.server.log = lambda kind, message, *given: print(f"moto: {(message % given if given else message).strip().splitlines()[-1]}", flush=True)
        self.url = f"http://127.0.0.1:{self.server.port}"

    @staticmethod
    def role_exists(arn):
        return any(role.arn == arn for partition in iam_backends[ACCOUNT].values() for role in partition.roles.values())

    @staticmethod
    def log_group(region, name):
        """Makes it, as services do whose logs have nowhere to go."""
        groups = logs_backends[ACCOUNT][region]
        if name not in groups.groups:
            groups.create_log_group(name, {})

    def application(self, environ, start_response):
        if "/eks/aws4_request" in environ.get("HTTP_AUTHORIZATION", ""):
            return self.eks(environ, start_response)
        return self.moto(environ, start_response)

    def reset(self):
        moto_api_backend.reset()
        self.eks.reset()
        DIRECT_CONNECT["gateways"].clear()
        DIRECT_CONNECT["associations"].clear()

    def __enter__(self):
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    def settings(self, region):
        """What turns an AWS client to this cloud, and to nothing of the user's own."""
        return {
            "AWS_ENDPOINT_URL": self.url, "AWS_REGION": region, "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
            # An action that moto does not have is a 500, which the provider would repeat for minutes.
            "AWS_MAX_ATTEMPTS": "2", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }


if __name__ == "__main__":
    Emulator(int(sys.argv[1])).server.serve_forever()
