#!/usr/bin/env python3
"""Validates what `eksnet check --format sarif` prints against the published schema of SARIF 2.1.0.

The specs are all broken ones of the tests, and examples; a program is one of the examples. Logs with a fault must fail.
"""

import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema

REPO = Path(__file__).resolve().parents[1]
SCHEMA = REPO / "tests/sarif/sarif-schema-2.1.0.json"
EKSNET = REPO / "target/debug/eksnet"
PROGRAM = ["cargo", "run", "--quiet", "--example", "restricted", "--"]


def check(command, path=""):
    """The log of a run, which must end with 0 or 1."""
    arguments = [*command, "check", *filter(None, [path]), "--format", "sarif"]
    run = subprocess.run(arguments, cwd=REPO, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit(f"{arguments}: {run.returncode}\n{run.stderr}")
    return json.loads(run.stdout)


def results(log):
    return log["runs"][0]["results"]


ALLOWING = """
stack: prod
region: us-east-1
allow: { EKS138: a sandbox }
network: { cidr: 10.20.0.0/16, flow-logs: none }
"""

# What must be among the logs, or they would show little.
KINDS = {
    "an edit": lambda result: result["fixes"],
    "a related place": lambda result: result["relatedLocations"],
    "a suppression": lambda result: result["suppressions"],
    "no location": lambda result: not result["locations"],
    "a line of a program": lambda result: any(
        place["physicalLocation"]["artifactLocation"]["uri"].endswith(".rs") for place in result["locations"]
    ),
    "an error": lambda result: result["level"] == "error",
    "a warning": lambda result: result["level"] == "warning",
    "a note": lambda result: result["level"] == "note",
}


def faults():
    """Changes of a log with a result and a rule, each of which makes it a wrong one."""
    yield "another version", lambda log: log.update(version="2.0.0")
    yield "an unknown level", lambda log: results(log)[0].update(level="fatal")
    yield "line 0", lambda log: results(log)[0]["locations"][0]["physicalLocation"]["region"].update(startLine=0)
    yield "no message", lambda log: results(log)[0].pop("message")
    yield "a place that is null", lambda log: results(log)[0]["locations"][0].update(message=None)
    yield "a rule without an id", lambda log: log["runs"][0]["tool"]["driver"]["rules"][0].pop("id")
    yield "a URI that is no text", lambda log: results(log)[0]["locations"][0]["physicalLocation"]["artifactLocation"].update(uri=7)


def main():
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    specs = sorted((REPO / "tests/broken").iterdir()) + sorted((REPO / "examples").glob("*.yaml"))
    logs = {path.name: check([EKSNET], path) for path in specs}
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "größe 1.yaml"
        empty.write_text("")
        logs[empty.name] = check([EKSNET], empty)
        allowing = Path(folder) / "allowing.yaml"
        allowing.write_text(ALLOWING)
        logs[allowing.name] = check([EKSNET], allowing)
    logs["a program"] = check(PROGRAM)
    wrong = [f"{name}: {error.message}" for name, log in logs.items() for error in validator.iter_errors(log)]
    found = [result for log in logs.values() for result in results(log)]
    wrong += [f"no finding with {kind}" for kind, holds in KINDS.items() if not any(map(holds, found))]
    sound, seen = logs["misspelt-keys.yaml"], 0
    for name, change in faults():
        log = copy.deepcopy(sound)
        change(log)
        seen += 1
        if validator.is_valid(log):
            wrong.append(f"a log with {name} passes")
    print("\n".join(wrong) or f"{len(logs)} logs with {len(found)} results pass, {seen} with a fault do not")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
