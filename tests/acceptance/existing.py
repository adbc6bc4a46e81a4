"""What examples expect to be there before them: ids of things that somebody else made."""

from emulator import ACCOUNT, DIRECT_CONNECT, identified
from moto.ec2.models import ec2_backends, elastic_ip_addresses, route_tables, subnets, transit_gateway, vpc_peering_connections, vpcs
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone

# Another company, with which one peers.
OTHERS = "111122223333"


def vpc(region, id, cidr, account=ACCOUNT):
    with identified(vpcs, "random_vpc_id", id):
        made = ec2_backends[account][region].create_vpc(cidr)
    made.add_tag("Name", id)
    return made


def existing_vpc(region):
    cloud, home = ec2_backends[ACCOUNT][region], vpc(region, "vpc-0a1b2c3d4e5f60718", "10.40.0.0/16").id
    zones = {zone.zone_id: zone.name for zone in cloud.describe_availability_zones()}
    for n, zone in enumerate(("euc1-az1", "euc1-az2", "euc1-az3"), 1):
        for kind, cidr in (("a", f"10.40.{32 * (n - 1)}.0/19"), ("b", f"10.40.240.{32 * (n - 1)}/27")):
            with identified(subnets, "random_subnet_id", f"subnet-0a1b2c3d4e5f60{kind}0{n}"):
                made = cloud.create_subnet(home, cidr, availability_zone=zones[zone])
            made.add_tag("Name", f"existing-{kind}-{n}")
        with identified(route_tables, "random_route_table_id", f"rtb-0a1b2c3d4e5f60c0{n}"):
            table = cloud.create_route_table(home)
        table.add_tag("Name", f"existing-{n}")
        cloud.associate_route_table(table.id, f"subnet-0a1b2c3d4e5f60a0{n}")


def elastic_ips(region):
    for id in ("eipalloc-0a1b2c3d4e5f60718", "eipalloc-0b1c2d3e4f5061728", "eipalloc-0c1d2e3f405162738"):
        with identified(elastic_ip_addresses, "random_eip_allocation_id", id):
            ec2_backends[ACCOUNT][region].allocate_address("vpc").add_tag("Name", id)


def hub(region):
    with identified(transit_gateway, "random_transit_gateway_id", "tgw-0f1e2d3c4b5a69788"):
        ec2_backends[ACCOUNT][region].create_transit_gateway("The head office's", tags=[{"Key": "Name", "Value": "hub"}])


def peers(region):
    """The VPC of the build tools, the one of the data lake, and the partner's request, which waits for an answer."""
    tools = vpc(region, "vpc-0a1b2c3d4e5f60718", "10.90.0.0/16")
    vpc("eu-west-1", "vpc-09f8e7d6c5b4a3021", "10.91.0.0/16", OTHERS)
    partner = vpc(region, "vpc-0aaaabbbbccccdddd", "172.31.64.0/20", OTHERS)
    cloud = ec2_backends[ACCOUNT][region]
    with identified(vpc_peering_connections, "random_vpc_peering_connection_id", "pcx-0123456789abcdef0"):
        cloud.create_vpc_peering_connection(partner, tools)


def direct_connect(_):
    DIRECT_CONNECT["gateways"].add("5f294f92-bafb-4011-916d-9b0be4a17c33")


def los_angeles(region):
    """The account has opted in to a Local Zone."""
    zones = RegionsAndZonesBackend.zones[region]
    if all(zone.zone_id != "usw2-lax1-az1" for zone in zones):
        zones.append(Zone("us-west-2-lax-1a", region, "usw2-lax1-az1", "local-zone"))


# The stem of an example -> what is there before it, made in its region.
BEFORE = {
    "bank": [hub], "external-snat": [hub], "restricted": [hub], "transit-gateway": [hub], "local-zones": [los_angeles],
    "elastic-ips": [elastic_ips], "existing-vpc": [existing_vpc], "peering": [peers], "vpn-and-direct-connect": [direct_connect],
}


def prepare(example, region):
    for make in BEFORE.get(example, []):
        make(region)
