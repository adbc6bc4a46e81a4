"""A CloudFormation template as the engine understands it: its functions, and the order in which resources are made.

Only what templates of eksnet use is understood; anything else is an error, so that nothing is ever skipped.
"""

import re
from graphlib import CycleError, TopologicalSorter
from ipaddress import ip_network

SECTIONS = {"AWSTemplateFormatVersion", "Description", "Metadata", "Rules", "Resources", "Outputs"}
ATTRIBUTES = {"Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"}
# What others wait for without naming it.
WAITED_FOR = {
    "AWS::EC2::VPCGatewayAttachment", "AWS::EC2::VPCCidrBlock", "AWS::EC2::TransitGatewayAttachment", "AWS::EC2::Route",
    "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress", "AWS::Logs::LogGroup", "AWS::S3::BucketPolicy",
}
PARTITIONS = {"cn-": ("aws-cn", "amazonaws.com.cn"), "us-gov-": ("aws-us-gov", "amazonaws.com")}


class Wrong(Exception):
    """What CloudFormation would refuse."""


def require(condition, message):
    if not condition:
        raise Wrong(message)


class Template:
    def __init__(self, document, region, account, stack):
        self.document, self.resources = document, document["Resources"]
        require(set(document) <= SECTIONS, f"sections not understood: {set(document) - SECTIONS}")
        for name, resource in self.resources.items():
            require(re.fullmatch("[A-Za-z0-9]+", name), f"{name} is not a logical name")
            require(set(resource) <= ATTRIBUTES, f"{name}: not understood: {set(resource) - ATTRIBUTES}")
        partition, suffix = next((v for k, v in PARTITIONS.items() if region.startswith(k)), ("aws", "amazonaws.com"))
        self.pseudo = {
            "AWS::Region": region, "AWS::AccountId": account, "AWS::Partition": partition,
            "AWS::URLSuffix": suffix, "AWS::StackName": stack,
        }
        # What resources are once they are made: name -> physical id, name -> attribute -> function that looks it up.
        self.ids, self.made = {}, {}

    def check_rules(self):
        for name, rule in self.document.get("Rules", {}).items():
            for assertion in rule["Assertions"]:
                require(self.value(assertion["Assert"]), f"rule {name}: {assertion['AssertDescription']}")

    def order(self):
        """The resources' names, each after what it refers to and what it depends on."""
        needs = {}
        for name, resource in self.resources.items():
            stated = resource.get("DependsOn", [])
            needs[name] = set(references(resource.get("Properties", {}))) - set(self.pseudo)
            needs[name] |= {stated} if isinstance(stated, str) else set(stated)
            require(needs[name] <= set(self.resources), f"{name} needs {needs[name] - set(self.resources)}, which is not in the template")
        sorter = TopologicalSorter(needs)
        place = {name: (self.resources[name]["Type"] not in WAITED_FOR, n) for n, name in enumerate(self.resources)}
        try:
            sorter.prepare()
        except CycleError as error:
            raise Wrong(f"circular dependency: {error.args[1]}") from None
        # Of what could be made, always what others wait for last, and else the last in the template: what waits and does
        # not say so comes too early, which with the service happens now and then.
        order, ready = [], set()
        while sorter.is_active():
            ready.update(sorter.get_ready())
            order.append(max(ready, key=place.get))
            ready.remove(order[-1])
            sorter.done(order[-1])
        return order

    def outputs(self):
        return {name: self.value(output["Value"]) for name, output in self.document.get("Outputs", {}).items()}

    def value(self, written):
        """What is written, with its functions carried out."""
        if isinstance(written, list):
            return [self.value(part) for part in written]
        if not isinstance(written, dict):
            return written
        if len(written) == 1:
            (name, argument), = written.items()
            if name == "Ref":
                return self.reference(argument)
            if name.startswith("Fn::"):
                function = getattr(self, f"fn_{name[4:].lower()}", None)
                require(function, f"{name} is not understood")
                return function(argument)
        return {key: self.value(part) for key, part in written.items()}

    def reference(self, name):
        known = self.pseudo | self.ids
        require(name in known, f"Ref of {name}, which is not made yet")
        return known[name]

    def fn_getatt(self, argument):
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        require(name in self.made, f"GetAtt of {name}, which is not made yet")
        require(attribute in self.made[name], f"{name} has no attribute {attribute}, but {sorted(self.made[name])}")
        return self.made[name][attribute]()

    def fn_sub(self, argument):
        text, own = (argument, {}) if isinstance(argument, str) else (argument[0], self.value(argument[1]))

        def one(match):
            name = match[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in own:
                return str(own[name])
            return str(self.fn_getatt(name) if "." in name else self.reference(name))

        return re.sub(r"\$\{([^}]+)\}", one, text)

    def fn_join(self, argument):
        parts = self.value(argument[1])
        require(all(isinstance(part, (str, int)) for part in parts), f"Fn::Join of {parts}")
        return argument[0].join(map(str, parts))

    def fn_split(self, argument):
        return self.value(argument[1]).split(argument[0])

    def fn_select(self, argument):
        index, among = int(argument[0]), self.value(argument[1])
        require(index < len(among), f"Fn::Select of {index} among {among}")
        return among[index]

    def fn_cidr(self, argument):
        block, count, bits = self.value(argument)
        network = ip_network(block)
        parts = network.subnets(new_prefix=network.max_prefixlen - int(bits))
        return [str(part) for part, _ in zip(parts, range(int(count)))]

    def fn_contains(self, argument):
        among, wanted = self.value(argument)
        return wanted in among


def references(written):
    """Every name that a Ref, GetAtt or Sub in it names."""
    if isinstance(written, list):
        for part in written:
            yield from references(part)
    elif isinstance(written, dict):
        for key, part in written.items():
            if key == "Ref":
                yield part
            elif key == "Fn::GetAtt":
                yield part.split(".")[0] if isinstance(part, str) else part[0]
            elif key == "Fn::Sub":
                text, own = (part, {}) if isinstance(part, str) else part
                yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", text) if name not in own)
                yield from references(own)
            else:
                yield from references(part)
