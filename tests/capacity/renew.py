#!/usr/bin/env python3
"""Renews what eksnet knows of instance types: src/capacity/instances.tsv and the published figures beside this file.

    aws ec2 describe-instance-types --region us-east-1 > us-east-1.json        # further regions know further types
    python3 tests/capacity/renew.py --ec2 us-east-1.json --limits instance-info.jsonl --max-pods eni-max-pods.txt \\
        --source "EC2 DescribeInstanceTypes in us-east-1, 2026-10-27"

--ec2       what EC2 answers, JSON; may be gzipped, given several times (the last answer holds), and be the map by type
            that moto ships (`moto/ec2/resources/instance_types.json.gz`).
--limits    AWS's published limits: `nodeadm/internal/kubelet/instance-info.jsonl` of awslabs/amazon-eks-ami, or
            `pkg/vpc/vpc_ip_resource_limit.go` of aws/amazon-vpc-cni-k8s. Nodes read the former before they ask EC2, so it
            wins where the two differ; each difference is printed.
--max-pods  AWS's published figures: `misc/eni-max-pods.txt` of aws/amazon-vpc-cni-k8s.

A type that no source has any longer stays: somebody's nodes may still be of it.
"""

import argparse
import gzip
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "src/capacity/instances.tsv"
LIMITS = ROOT / "tests/capacity/limits.tsv"
MAX_PODS = ROOT / "tests/capacity/eni-max-pods.txt"


def rows(path):
    """The rows of one of our files, by type."""
    if not path.exists():
        return {}
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {fields[0]: fields[1:] for fields in (line.split() for line in lines)}


def heading(path):
    """The comments at the top of one of our files."""
    if not path.exists():
        return []
    return [line for line in path.read_text().splitlines() if line.startswith("#")]


def described(path):
    """Type: vCPUs, interfaces of the default network card, IPv4 addresses of each, hypervisor; from EC2's answer."""
    opened = gzip.open(path) if str(path).endswith(".gz") else open(path, "rb")
    with opened as file:
        answer = json.load(file)
    types = answer.get("InstanceTypes", answer.values())
    table = {}
    for entry in types:
        network = entry["NetworkInfo"]
        default = network.get("DefaultNetworkCardIndex", 0)
        interfaces = next(
            card["MaximumNetworkInterfaces"]
            for card in network["NetworkCards"]
            if card["NetworkCardIndex"] == default
        )
        hypervisor = "metal" if entry["BareMetal"] else entry["Hypervisor"]
        vcpus = entry["VCpuInfo"]["DefaultVCpus"]
        fields = (vcpus, interfaces, network["Ipv4AddressesPerInterface"], hypervisor)
        table[entry["InstanceType"]] = [str(field) for field in fields]
    return table


def published(path):
    """Type: interfaces, IPv4 addresses of each; from one of AWS's lists."""
    text = path.read_text()
    if path.suffix == ".go":
        entry = re.compile(r'^\s*"([a-z0-9.-]+)":\s*\{\s*ENILimit:\s*(\d+),\s*IPv4Limit:\s*(\d+)', re.MULTILINE)
        return {name: [interfaces, addresses] for name, interfaces, addresses in entry.findall(text)}
    table = {}
    for line in filter(None, text.splitlines()):
        entry = json.loads(line)
        limits = entry["defaultMaxENIs"], entry["ipv4AddressesPerInterface"]
        table[entry["instanceType"]] = [str(limit) for limit in limits]
    return table


def write(path, comments, table):
    lines = ["\t".join([name, *table[name]]) for name in sorted(table)]
    path.write_text("\n".join([*comments, *lines]) + "\n")
    print(f"{path.relative_to(ROOT)}: {len(table)} types")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ec2", action="append", default=[], type=Path)
    parser.add_argument("--limits", type=Path)
    parser.add_argument("--max-pods", type=Path)
    parser.add_argument("--source", action="append", default=[], help="a line for the heading: which source, of when")
    options = parser.parse_args()

    table = rows(TABLE)
    for path in options.ec2:
        table.update(described(path))
    limits = published(options.limits) if options.limits else rows(LIMITS)
    for name, (interfaces, addresses) in sorted(limits.items()):
        if name not in table:
            print(f"{name}: nothing is known of its vCPUs and hypervisor; left out")
            continue
        if table[name][1:3] != [interfaces, addresses]:
            print(f"{name}: EC2 says {table[name][1:3]}, AWS's list {[interfaces, addresses]}, which holds")
            table[name][1:3] = interfaces, addresses

    comments = heading(TABLE)
    if options.source:
        about = [line for line in comments if not line.startswith("# Source: ")]
        comments = about[:-1] + [f"# Source: {line}" for line in options.source] + about[-1:]
    write(TABLE, comments, table)
    if options.limits:
        write(LIMITS, heading(LIMITS), limits)
    if options.max_pods:
        write(MAX_PODS, heading(MAX_PODS), rows(options.max_pods))


if __name__ == "__main__":
    main()
