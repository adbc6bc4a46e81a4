#!/usr/bin/env python3
"""Holds what eksnet renders for eksctl against eksctl's schema: every ClusterConfig of the tests is one, what it comes to
as a spec and back is one, and so is what the example renders. $EKSNET_BIN names another binary."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / ".ci"))

import jsonschema  # noqa: E402
import yaml  # noqa: E402
from acceptance import binary  # noqa: E402

ZONES = {
    "us-east-1": ["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"],
    "us-west-2": ["usw2-az1", "usw2-az2", "usw2-az3"],
    "eu-central-1": ["euc1-az2", "euc1-az3", "euc1-az1"],
    "eu-west-1": ["euw1-az1", "euw1-az2", "euw1-az3"],
}


def run(*arguments):
    return subprocess.run([binary(), *arguments], check=True, capture_output=True, text=True).stdout


def rendered(spec):
    return yaml.safe_load(run("synth", spec, "--format", "eksctl", "--ledger", spec.with_suffix(".lock")))


def main():
    schema = json.loads((REPO / "tests/eksctl/schema/clusterconfig.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong, checked = [], 0

    def check(name, config):
        nonlocal checked
        checked += 1
        wrong.extend(f"{name}: {'.'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(config))

    zones = [f"--zone={region}{chr(97 + n)}={id}" for region, ids in ZONES.items() for n, id in enumerate(ids)]
    with tempfile.TemporaryDirectory(prefix="eksnet-eksctl-") as scratch:
        for path in sorted((REPO / "tests/eksctl").glob("*.*")):
            # It has a misspelt key on purpose, and taints of old.
            if path.stem != "losses":
                check(path.name, yaml.safe_load(path.read_text()))
            spec = Path(scratch) / f"{path.stem}.yaml"
            # Neither IPv6 clusters nor hybrid nodes are for eksctl on a network that it did not make (SPEC056).
            if path.stem in {"ipv6", "losses"}:
                continue
            run("import", path, "--keep-eksctl", "--out", spec, *zones)
            check(f"{path.name} and back", rendered(spec))
        spec = Path(scratch) / "example.yaml"
        spec.write_text((REPO / "examples/eksctl.yaml").read_text())
        check("examples/eksctl.yaml", rendered(spec))
    print("\n".join(wrong) or f"{checked} ClusterConfigs pass")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
