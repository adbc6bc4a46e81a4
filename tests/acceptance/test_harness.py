"""The harness, tested where a mistake of its own would hide one of eksnet's."""

import json
import re
from types import SimpleNamespace

import pytest

import acceptance
import cases
import mutations
import security
from compare import KNOWN, STAYS, differences, judge, left
from eks import Eks, Refused
from growth import unexpected
from network import CLUSTERS, READS, Network, pattern
from resources import KINDS, permission
from stack import shaped
from template import Template, Wrong

ENGINES = (security.ANSWERS.parent / "engines.md").read_text()


def template(resources):
    return Template({"Resources": resources}, "eu-west-1", "123456789012", "test")


def test_functions():
    made = template({"A": {"Type": "T"}})
    made.ids["A"], made.made["A"] = "id-1", {"Arn": lambda: "arn:1"}
    join = {"Fn::Join": ["-", [{"Ref": "A"}, {"Fn::GetAtt": ["A", "Arn"]}, {"Ref": "AWS::Region"}]]}
    assert made.value(join) == "id-1-arn:1-eu-west-1"
    assert made.value({"Fn::Sub": "${A} ${A.Arn} ${!Kept} ${AWS::Partition}"}) == "id-1 arn:1 ${Kept} aws"
    assert made.value({"Fn::Select": [1, {"Fn::Cidr": ["2001:db8::/56", 3, 64]}]}) == "2001:db8:0:1::/64"
    assert made.value({"Fn::Select": ["0", {"Fn::Split": [",", "a,b"]}]}) == "a"


@pytest.mark.parametrize("written", [
    {"Ref": "Nobody"}, {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::Transform": {}}, {"Fn::Select": [3, ["a"]]}, {"Fn::Join": ["", [["list"]]]},
])
def test_refuses_functions(written):
    with pytest.raises(Wrong):
        template({"A": {"Type": "T"}}).value(written)


def test_order():
    resources = {
        "Last": {"Type": "T", "DependsOn": ["Middle"]},
        "Middle": {"Type": "T", "Properties": {"X": {"Fn::Sub": "${First.Arn}"}}},
        "First": {"Type": "T"},
    }
    assert template(resources).order() == ["First", "Middle", "Last"]
    with pytest.raises(Wrong, match="circular"):
        template({"A": {"Type": "T", "DependsOn": "B"}, "B": {"Type": "T", "DependsOn": "A"}}).order()
    with pytest.raises(Wrong, match="not in the template"):
        template({"A": {"Type": "T", "DependsOn": "Nobody"}}).order()


def test_refuses_what_the_template_may_not_have():
    with pytest.raises(Wrong):
        template({"A": {"Type": "T", "CreationPolicy": {}}})
    with pytest.raises(Wrong):
        template({"a-b": {"Type": "T"}})


def test_refuses_a_property_that_the_api_does_not_know():
    import boto3

    shape = boto3.client("ec2", region_name="eu-west-1").meta.service_model.operation_model("CreateSubnet").input_shape
    assert shaped({"vpcid": "v", "CidrBlock": "c"}, shape, "Subnet") == {"VpcId": "v", "CidrBlock": "c"}
    with pytest.raises(Wrong, match="VpcIdentity"):
        shaped({"VpcIdentity": "v"}, shape, "Subnet")
    with pytest.raises(Wrong, match="not a text"):
        shaped({"VpcId": ["v"]}, shape, "Subnet")


def test_a_rule_has_one_peer():
    group = {"GroupId": "sg", "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2}
    assert permission(None, group | {"CidrIp": "10.0.0.0/8", "Description": "d"})["IpPermissions"] == [
        {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "d"}]}
    ]
    for peers in ({}, {"CidrIp": "10.0.0.0/8", "SourceSecurityGroupId": "sg"}):
        with pytest.raises(Wrong):
            permission(None, group | peers)


def test_plain():
    network = Network("http://127.0.0.1:1", "eu-west-1")
    network.names = {"vpc-1": "vpc main", "vpc-12": "vpc other", "1.2.3.4": "address of nat"}
    network.pattern = pattern(network.names)
    read = {"VpcId": "vpc-12", "PublicIp": "1.2.3.4", "Tags": [{"Key": "b", "Value": ""}, {"Key": "aws:x", "Value": "y"}], "Empty": [], "No": False}
    assert network.plain(read) == {"VpcId": "vpc other", "Tags": {"b": ""}, "No": False}
    # Order means nothing, settings in a text are settings, and an id inside of a text is an id.
    assert network.plain({"Cidr": "1.2.3.4/32", "Other": "11.2.3.4/32", "Longer": "1.2.3.41/32"}) == {
        "Cidr": "address of nat/32", "Other": "11.2.3.4/32", "Longer": "1.2.3.41/32"}
    assert network.plain({"L": ["b", "a"], "T": '{"x": ["vpc-1"]}'}) == {"L": ["a", "b"], "T": {"x": ["vpc main"]}}


def test_differences():
    left = {"a": {"x": 1, "l": [1, 2]}, "b": {}}
    right = {"a": {"x": 2, "l": [2, 3]}, "c": {}}
    found = [(" > ".join(one.path), one.terraform, one.cloudformation) for one in differences(left, right)]
    assert found == [("a > l", 1, None), ("a > l", None, 3), ("a > x", 1, 2), ("b", {}, None), ("c", None, {})]
    # As often as on the other side.
    assert len(list(differences({"l": [1, 1]}, {"l": [1]}))) == 1


def test_known_differences_are_told():
    assert all(known.said in ENGINES for known in KNOWN)
    found, met = judge({"group": {"default of vpc v": {"Tags": {}}}}, {"group": {"default of vpc v": {}}})
    assert not found and met == {KNOWN[0]}


def test_what_is_left_is_told():
    peering = "vpc-0aaaabbbbccccdddd with vpc-1"
    assert left({"vpc": {}}, {"vpc": {"v": {}}}) == ["left: vpc > v"]
    assert left({"peering": {peering: {}}}, {"peering": {peering: {"Tags": {"Name": "n"}}}}) == [] and len(STAYS) == 1


def test_the_stand_in_for_eks_refuses():
    one_zone = SimpleNamespace(id="subnet-1", vpc_id="vpc-1", availability_zone="eu-west-1a")
    eks = Eks("123456789012", lambda _: SimpleNamespace(describe_subnets=lambda: [one_zone]), lambda arn: arn == "arn:known", None)
    asked = {"name": "c", "roleArn": "arn:known", "resourcesVpcConfig": {"subnetIds": ["subnet-1"]}}
    for change, said in (
        ({"roleArn": "arn:nobody"}, "does not exist"), ({}, "two zones"), ({"name": "a b"}, "not a name"), ({"nom": "c"}, "Unknown parameter"),
        ({"resourcesVpcConfig": {"subnetIds": ["subnet-2"]}}, "does not exist"),
    ):
        with pytest.raises(Refused, match=said):
            eks.answer("eu-west-1", "POST", "/clusters", "", asked | change)
    with pytest.raises(Refused, match="No cluster"):
        eks.answer("eu-west-1", "GET", "/clusters/c/addons/vpc-cni", "", {})


def test_mutations():
    named = [(example, engine, mutation.name) for example, engine, group in mutations.GROUPS for mutation in group]
    assert len(named) >= 40 and len(set(named)) == len(named)
    by, strange = mutations.seen(mutations.BANK, [SimpleNamespace(path=("vpc", "v"))])
    assert strange and not any(by.values())
    with pytest.raises(LookupError):
        mutations.put({"a": 1}, ["a"], 1)


def test_every_kind_of_thing_has_a_fault_that_is_seen_in_it():
    # What no template has; it is compared all the same.
    without = {"acl", "dhcp-options", "prefix-list", "transit-gateway-route-table"}
    paths = [path for *_, group in mutations.GROUPS for one in group for path in ([one.seen] if isinstance(one.seen, str) else one.seen)]
    assert {path.split(" > ")[0] for path in paths} == ({read.kind for read in READS} | {"rule", "asked", *CLUSTERS}) - without


def test_the_list_of_what_is_not_deployed_can_only_shrink():
    listed = next(iter(cases.NOT_CARRIED["types"]))
    every = set(re.findall(r"^(?:AWS::|aws_)[\w:]+$", cases.TYPES.read_text(), re.MULTILINE))

    def example(name, newer=None, without=(listed,)):
        return SimpleNamespace(name=name, newer=newer, types=lambda: every - set(without))

    others = [example(name, "9.0") for name in cases.NOT_CARRIED["examples"]]
    assert not list(cases.wrongly_listed([example("a"), *others]))
    for wrong, said in (
        ([example("a", without=())], f"{listed} is deployed"), ([example("a", without=(listed, "AWS::EC2::VPC"))], "AWS::EC2::VPC is not deployed"),
        ([example("a"), example("b", "9.0")], "b is not deployed"),
    ):
        found, = cases.wrongly_listed([*wrong, *others])
        assert said in found
    found, = cases.wrongly_listed([example("a"), *(example(one.name) for one in others)])
    assert "is deployed, and need not be there" in found


def test_newer_arguments_are_refused_by_name(tmp_path):
    gateways = {"aws_nat_gateway": {"regional": {"availability_mode": "regional"}, "zonal": {"subnet_id": "s"}}}
    (tmp_path / "main.tf.json").write_text(json.dumps({"resource": gateways}))
    of = "resource.aws_nat_gateway.regional"
    assert set(acceptance.newer_arguments(tmp_path)) == {
        (of, "Extraneous JSON object property", "availability_mode"), (of, "Missing required argument", "subnet_id")}
    said = {"summary": "Missing required argument", "detail": 'The argument "subnet_id" is required, but …', "snippet": {"context": of}}
    assert acceptance.named(said) in set(acceptance.newer_arguments(tmp_path))


def test_growth():
    def change(kind, actions, before, after, unknown=()):
        return {"resource_changes": [{"type": kind, "address": kind, "change": {
            "actions": actions, "before": before, "after": after, "after_unknown": dict.fromkeys(unknown, True)}}]}

    assert not list(unexpected(change("aws_vpc", ["create"], None, {})))
    assert not list(unexpected(change("aws_vpc_endpoint", ["update"], {"subnet_ids": [1]}, {}, ["subnet_ids"])))
    assert list(unexpected(change("aws_vpc_endpoint", ["update"], {"policy": 1}, {"policy": 2})))
    assert list(unexpected(change("aws_vpc_endpoint", ["delete", "create"], {"subnet_ids": [1]}, {}, ["subnet_ids"])))
    assert list(unexpected(change("aws_vpc", ["delete"], {"a": 1}, None)))
    replaced = change("aws_eks_node_group", ["delete", "create"], {"subnet_ids": [1]}, {})
    assert list(unexpected(replaced))
    replaced["resource_changes"][0]["change"]["replace_paths"] = [["subnet_ids"]]
    assert not list(unexpected(replaced))


def test_every_kind_says_how_it_goes():
    for name, kind in KINDS.items():
        assert kind.delete[1], name
