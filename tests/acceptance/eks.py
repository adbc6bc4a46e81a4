"""An EKS in memory, since moto's keeps half of a cluster's settings and has neither add-ons nor access entries.

Requests are routed, and their parameters checked, by botocore's own model of the service; then come the rules that
the EKS user guide and API reference state. Every answer follows from the request alone (no random ids, no clock), so
that two deployments of one network answer alike.
"""

import hashlib
import json
import re
from ipaddress import ip_network
from urllib.parse import parse_qsl, unquote

import botocore.session
from botocore.validate import ParamValidator

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
# The clients need a time, and two deployments need the same.
MADE = {"createdAt": 1_750_000_000, "modifiedAt": 1_750_000_000}
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
# What each child of a cluster is called: operation's noun -> (key in requests, member of answers, member of lists).
CHILDREN = {
    "Nodegroup": ("nodegroupName", "nodegroup", "nodegroups"),
    "FargateProfile": ("fargateProfileName", "fargateProfile", "fargateProfileNames"),
    "Addon": ("addonName", "addon", "addons"),
    "AccessEntry": ("principalArn", "accessEntry", "accessEntries"),
    "PodIdentityAssociation": ("associationId", "association", "associations"),
}


class Refused(Exception):
    """An error as the API answers it."""

    def __init__(self, message, code="InvalidParameterException", status=400):
        super().__init__(message)
        self.code, self.status = code, status


def require(condition, message):
    if not condition:
        raise Refused(message)


def digest(*parts):
    return hashlib.sha256("/".join(parts).encode()).hexdigest()


def private(network):
    return network.version == 4 and any(network.subnet_of(ip_network(cidr)) for cidr in PRIVATE)


def routes(model):
    for name in model.operation_names:
        operation = model.operation_model(name)
        uri = re.escape(operation.http["requestUri"].split("?")[0])
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", uri)
        yield operation.http["method"], re.compile(pattern), operation


class Eks:
    """The service, as a WSGI application. `ec2(region)` and `role_exists(arn)` look at the rest of the cloud, and
    `log_group(region, name)` sees that there is one."""

    def __init__(self, account, ec2, role_exists, log_group):
        self.account, self.ec2, self.role_exists, self.log_group = account, ec2, role_exists, log_group
        self.routes = list(routes(botocore.session.get_session().get_service_model("eks")))
        self.reset()

    def reset(self):
        self.clusters = {}  # (region, name) -> cluster
        self.answers = {}  # token of a request that makes something -> its answer
        self.children = {}  # (noun, region, cluster, key) -> child

    def asked(self):
        """What was asked for and no client reads in a description."""
        addons = {where: child for where, child in self.children.items() if where[0] == "Addon"}
        return {
            **{f"cluster {name}": {"bootstrapSelfManagedAddons": made["bootstrapSelfManagedAddons"]} for (_, name), made in self.clusters.items()},
            **{f"addon {of} {name}": {"resolveConflicts": made["resolveConflicts"]} for (_, _, of, name), made in addons.items()},
        }

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = json.loads(environ["wsgi.input"].read(length) or b"{}")
        # PATH_INFO is decoded already, and an ARN in it would be cut at its slashes.
        path, _, query = (environ.get("REQUEST_URI") or environ["PATH_INFO"]).partition("?")
        region = re.search(r"/(\w+-\w+-\d)/eks/", environ["HTTP_AUTHORIZATION"])[1]
        headers = [("Content-Type", "application/json")]
        try:
            status, answer = 200, self.answer(region, environ["REQUEST_METHOD"], path, query, body)
        except Refused as error:
            status, answer = error.status, {"message": str(error)}
            headers.append(("x-amzn-ErrorType", error.code))
        start_response(f"{status} -", headers)
        return [json.dumps(answer).encode()]

    def answer(self, region, method, path, query, body):
        found = next(((m, o) for verb, p, o in self.routes if verb == method and (m := p.fullmatch(path))), None)
        require(found, f"no operation is {method} {path}")
        match, operation = found
        given = dict(body)
        for member, shape in operation.input_shape.members.items():
            place, name = shape.serialization.get("location"), shape.serialization.get("name", member)
            if place == "uri":
                given[member] = unquote(match[name])
            elif place == "querystring":
                values = [value for key, value in parse_qsl(query) if key == name]
                if values and shape.type_name == "list":
                    given[member] = values
                elif values:
                    given[member] = int(values[0]) if shape.type_name == "integer" else values[0]
        report = ParamValidator().validate(given, operation.input_shape)
        require(not report.has_errors(), report.generate_report())
        # A request that is repeated, since its answer was lost, is answered again.
        token = (operation.name, given.pop("clientRequestToken", None))
        if token[1] is None:
            return self.perform(region, operation.name, given)
        if token not in self.answers:
            self.answers[token] = self.perform(region, operation.name, given)
        return self.answers[token]

    def perform(self, region, name, given):
        """Children share one create, describe, list and delete; everything else is a method of its own."""
        verb, noun = re.fullmatch(r"([A-Z][a-z]+)(\w+)", name).groups()
        own = getattr(self, re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower(), None)
        if own:
            return own(region, given)
        singular = next((n for n in CHILDREN if name in (f"List{n}s", f"List{n[:-1]}ies")), noun)
        require(singular in CHILDREN, f"{name} is not carried by this EKS")
        key, member, plural = CHILDREN[singular]
        place = (singular, region, self.cluster(region, given["clusterName"])["name"])
        if verb == "Create":
            child = MADE | getattr(self, f"new_{member.lower()}")(region, given)
            # Only an association's key is not in the request.
            where = (*place, child[key])
            if where in self.children:
                raise Refused(f"{singular} {child[key]} exists already", "ResourceInUseException", 409)
            self.children[where] = child
            return {member: child}
        if verb == "List":
            mine = [child for where, child in self.children.items() if where[:3] == place]
            return {plural: mine if singular == "PodIdentityAssociation" else sorted(child[key] for child in mine)}
        where = (*place, given[key])
        if where not in self.children:
            raise Refused(f"no {singular} {given[key]}", "ResourceNotFoundException", 404)
        require(verb in ("Describe", "Delete"), f"{name} is not carried by this EKS")
        return {member: self.children.pop(where) if verb == "Delete" else self.children[where]}

    # What requests may say of the rest of the cloud.

    def cluster(self, region, name):
        if (region, name) not in self.clusters:
            raise Refused(f"No cluster found for name: {name}.", "ResourceNotFoundException", 404)
        return self.clusters[region, name]

    def arn(self, region, *path):
        partition = "aws-cn" if region.startswith("cn-") else "aws"
        return f"arn:{partition}:eks:{region}:{self.account}:{'/'.join(path)}"

    def subnets(self, region, ids):
        known = {subnet.id: subnet for subnet in self.ec2(region).describe_subnets()}
        require(ids, "subnets are required")
        require(set(ids) <= set(known), f"The subnet ID {set(ids) - set(known)} does not exist")
        found = [known[id] for id in ids]
        require(len({subnet.vpc_id for subnet in found}) == 1, "Subnets must be in one VPC")
        return found

    def require_role(self, arn):
        require(self.role_exists(arn), f"Role {arn} does not exist or cannot be assumed")

    # Clusters.

    def list_clusters(self, region, _):
        return {"clusters": sorted(name for where, name in self.clusters if where == region)}

    def describe_cluster(self, region, given):
        return {"cluster": self.cluster(region, given["name"])}

    def delete_cluster(self, region, given):
        cluster = self.cluster(region, given["name"])
        for noun in ("Nodegroup", "FargateProfile"):
            left = [where[3] for where in self.children if where[:3] == (noun, region, cluster["name"])]
            if left:
                raise Refused(f"Cluster has {noun} {left}", "ResourceInUseException", 409)
        self.ec2(region).delete_security_group(group_id=cluster["resourcesVpcConfig"]["clusterSecurityGroupId"])
        self.children = {where: child for where, child in self.children.items() if where[1:3] != (region, cluster["name"])}
        del self.clusters[region, cluster["name"]]
        return {"cluster": {**cluster, "status": "DELETING"}}

    def create_cluster(self, region, given):
        name = given["name"]
        require(re.fullmatch(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", name), f"{name} is not a name of a cluster")
        if (region, name) in self.clusters:
            raise Refused(f"Cluster already exists with name: {name}", "ResourceInUseException", 409)
        self.require_role(given["roleArn"])
        network, ranges = self.placed(region, given["resourcesVpcConfig"])
        addresses = self.addresses(region, given.get("kubernetesNetworkConfig", {}), network, ranges)
        for side in given.get("remoteNetworkConfig", {}).values():
            for cidr in (cidr for group in side for cidr in group["cidrs"]):
                require(not any(ip_network(cidr).overlaps(own) for own in ranges), f"remote network {cidr} overlaps the VPC")
        group = self.ec2(region).create_security_group(
            f"eks-cluster-sg-{name}", "EKS created security group", network["vpcId"],
            tags={"Name": f"eks-cluster-sg-{name}", f"kubernetes.io/cluster/{name}": "owned"},
        )
        on = {kind for entry in given.get("logging", {}).get("clusterLogging", []) if entry.get("enabled") for kind in entry["types"]}
        if on:
            # Whoever makes it after the cluster is refused.
            self.log_group(region, f"/aws/eks/{name}/cluster")
        id = digest(self.account, region, name)[:32].upper()
        cluster = {
            "version": "1.35", "bootstrapSelfManagedAddons": True, "platformVersion": "eks.1", "status": "ACTIVE", "tags": {}, "encryptionConfig": [],
            "health": {"issues": []}, "deletionProtection": False, "createdAt": MADE["createdAt"], **given,
            "arn": self.arn(region, f"cluster/{name}"),
            "endpoint": f"https://{id}.gr7.{region}.eks.amazonaws.com",
            "certificateAuthority": {"data": "LS0tLS1CRUdJTg=="},
            "identity": {"oidc": {"issuer": f"https://oidc.eks.{region}.amazonaws.com/id/{id}"}},
            "resourcesVpcConfig": network | {"clusterSecurityGroupId": group.id},
            "kubernetesNetworkConfig": addresses,
            "accessConfig": {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True} | given.get("accessConfig", {}),
            "upgradePolicy": {"supportType": "EXTENDED"} | given.get("upgradePolicy", {}),
            "logging": {"clusterLogging": [
                {"types": types, "enabled": state}
                for state in (True, False) if (types := [kind for kind in LOG_TYPES if (kind in on) == state])
            ]},
        }
        self.clusters[region, name] = cluster
        return {"cluster": cluster}

    def placed(self, region, asked):
        """-> the cluster's network as described, and the ranges of its VPC"""
        subnets = self.subnets(region, asked.get("subnetIds"))
        require(len({subnet.availability_zone for subnet in subnets}) > 1, "Subnets must be in at least two zones")
        vpc = self.ec2(region).get_vpc(subnets[0].vpc_id)
        public = asked.get("endpointPublicAccess", True)
        network = {
            "subnetIds": asked["subnetIds"], "vpcId": vpc.id, "securityGroupIds": asked.get("securityGroupIds", []),
            "endpointPublicAccess": public, "endpointPrivateAccess": asked.get("endpointPrivateAccess", False),
            "publicAccessCidrs": asked.get("publicAccessCidrs") or (["0.0.0.0/0"] if public else []),
        }
        require(public or network["endpointPrivateAccess"], "Private and public endpoint access cannot both be false")
        for cidr in network["publicAccessCidrs"]:
            require(not private(ip_network(cidr)), f"{cidr} is not allowed in publicAccessCidrs")
        for id in network["securityGroupIds"]:
            group = self.ec2(region).get_security_group_from_id(id)
            require(group and group.vpc_id == vpc.id, f"Security group {id} is not in {vpc.id}")
        return network, [ip_network(entry["cidr_block"]) for entry in vpc.get_cidr_block_association_set()]

    def addresses(self, region, asked, network, ranges):
        described = {"ipFamily": "ipv4", "elasticLoadBalancing": {"enabled": False}} | asked
        if described["ipFamily"] == "ipv6":
            require("serviceIpv4Cidr" not in described, "an IPv6 cluster has no serviceIpv4Cidr")
            bare = [s.id for s in self.subnets(region, network["subnetIds"]) if not s.ipv6_cidr_block_associations]
            require(not bare, f"an IPv6 cluster needs IPv6 ranges in {bare}")
            return described | {"serviceIpv6Cidr": "fd30:1c53:5f8a::/108"}
        ten = any(own.subnet_of(ip_network("10.0.0.0/8")) for own in ranges)
        service = ip_network(described.setdefault("serviceIpv4Cidr", "172.20.0.0/16" if ten else "10.100.0.0/16"))
        require(12 <= service.prefixlen <= 24, "serviceIpv4Cidr must be between /24 and /12")
        require(private(service), "serviceIpv4Cidr must be a private range")
        require(not any(service.overlaps(own) for own in ranges), "serviceIpv4Cidr overlaps with the VPC")
        return described

    # Children: each method says what the API adds to the request.

    def new_nodegroup(self, region, given):
        cluster = self.cluster(region, given["clusterName"])
        self.require_role(given["nodeRole"])
        subnets = self.subnets(region, given["subnets"])
        require(subnets[0].vpc_id == cluster["resourcesVpcConfig"]["vpcId"], "node group's subnets are in another VPC")
        described = {
            "capacityType": "ON_DEMAND", "amiType": "AL2023_x86_64_STANDARD", "labels": {}, "taints": [], "tags": {},
            "updateConfig": {"maxUnavailable": 1}, "version": cluster["version"], **given,
            "scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 2} | given.get("scalingConfig", {}),
        }
        scaling = described["scalingConfig"]
        require(scaling["minSize"] <= scaling["desiredSize"] <= scaling["maxSize"], f"not in order: {scaling}")
        if template := given.get("launchTemplate"):
            described["launchTemplate"] = self.launch_template(region, given, template)
        else:
            described.setdefault("diskSize", 20)
        described.setdefault("instanceTypes", ["t3.medium"])
        name = given["nodegroupName"]
        return described | {
            "nodegroupArn": self.arn(region, "nodegroup", cluster["name"], name, digest(cluster["name"], name)[:8]),
            "status": "ACTIVE", "health": {"issues": []}, "releaseVersion": f"{described['version']}-20260901",
            "resources": {"autoScalingGroups": [{"name": f"eks-{name}"}]},
        }

    def launch_template(self, region, given, template):
        require(not given.get("diskSize"), "Disk size must be specified within the launch template.")
        require(not given.get("remoteAccess"), "Remote access configuration cannot be specified with a launch template.")
        require(("id" in template) != ("name" in template), "launchTemplate has exactly one of id and name")
        named = {"template_ids": [template["id"]]} if "id" in template else {"template_names": [template["name"]]}
        found = self.ec2(region).describe_launch_templates(**named)[0]
        version = template.get("version") or str(found.default_version_number)
        data = found.get_version(int(version)).data
        require(not data.get("IamInstanceProfile"), "The launch template must not have an instance profile")
        require(not (data.get("InstanceType") and given.get("instanceTypes")), "instance types are in both")
        return {"id": found.id, "name": found.name, "version": version}

    def new_fargateprofile(self, region, given):
        self.require_role(given["podExecutionRoleArn"])
        require(1 <= len(given.get("selectors", [])) <= 5, "a Fargate profile has one to five selectors")
        public = [s.id for s in self.subnets(region, given["subnets"]) if str(s.map_public_ip_on_launch).lower() == "true"]
        require(not public, f"Subnets {public} of the Fargate profile are not private")
        name = given["fargateProfileName"]
        arn = self.arn(region, "fargateprofile", given["clusterName"], name, digest(given["clusterName"], name)[:8])
        return {"tags": {}, **given, "fargateProfileArn": arn, "status": "ACTIVE", "health": {"issues": []}}

    def new_addon(self, region, given):
        name = given["addonName"]
        if "configurationValues" in given:
            require(isinstance(json.loads(given["configurationValues"]), dict), "configurationValues is not an object")
        arn = self.arn(region, "addon", given["clusterName"], name, digest(given["clusterName"], name)[:8])
        return {"tags": {}, "addonVersion": "v1.0.0-eksbuild.1", "resolveConflicts": "NONE", **given, "addonArn": arn, "status": "ACTIVE", "health": {"issues": []}}

    def new_accessentry(self, region, given):
        cluster = self.cluster(region, given["clusterName"])
        require(cluster["accessConfig"]["authenticationMode"] != "CONFIG_MAP", "the cluster takes no access entries")
        kind, principal = given.get("type", "STANDARD"), given["principalArn"]
        fixed = {"kubernetesGroups", "username"} & set(given)
        require(kind == "STANDARD" or not fixed, f"{fixed} cannot be given for type {kind}")
        nodes = {"kubernetesGroups": ["system:nodes"], "username": "system:node:{{EC2PrivateDNSName}}"}
        usual = {"kubernetesGroups": [], "username": principal} if kind == "STANDARD" else nodes
        arn = self.arn(region, "access-entry", cluster["name"], digest(principal)[:8])
        return {"type": kind, "tags": {}, **usual, **given, "accessEntryArn": arn}

    def new_association(self, region, given):
        id = "a-" + digest(given["clusterName"], given["namespace"], given["serviceAccount"])[:17]
        arn = self.arn(region, "podidentityassociation", given["clusterName"], id)
        return {"tags": {}, "disableSessionTags": False, **given, "associationArn": arn, "associationId": id}

    # Policies of access entries.

    def entry(self, region, given):
        found = self.children.get(("AccessEntry", region, given["clusterName"], given["principalArn"]))
        if not found:
            raise Refused(f"no access entry of {given['principalArn']}", "ResourceNotFoundException", 404)
        return self.children.setdefault(("AccessPolicies", region, given["clusterName"], given["principalArn"]), {})

    def associate_access_policy(self, region, given):
        policies, policy = self.entry(region, given), given["policyArn"]
        require(re.fullmatch(r"arn:aws[\w-]*:eks::aws:cluster-access-policy/Amazon\w+", policy), f"{policy} is no access policy")
        policies[policy] = {"policyArn": policy, "accessScope": {"namespaces": []} | given["accessScope"]}
        return {"clusterName": given["clusterName"], "principalArn": given["principalArn"], "associatedAccessPolicy": policies[policy]}

    def list_associated_access_policies(self, region, given):
        policies = self.entry(region, given)
        return {"clusterName": given["clusterName"], "principalArn": given["principalArn"], "associatedAccessPolicies": list(policies.values())}

    def disassociate_access_policy(self, region, given):
        self.entry(region, given).pop(given["policyArn"], None)
        return {}

    def list_tags_for_resource(self, _, given):
        for thing in (*self.clusters.values(), *self.children.values()):
            if given["resourceArn"] in [thing.get(key) for key in thing if key.lower().endswith("arn")]:
                return {"tags": thing["tags"]}
        raise Refused(f"no {given['resourceArn']}", "NotFoundException", 404)
