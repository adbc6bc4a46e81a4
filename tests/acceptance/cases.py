"""The examples, rendered, and which of them are deployed."""

import json
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import acceptance
import growth
from botocore.exceptions import ClientError
from template import Wrong
from terraform import Fault

HERE = Path(__file__).resolve().parent
TYPES = acceptance.REPO / "tests" / "conformance" / "types.txt"
NOT_CARRIED = json.loads((HERE / "not_carried.json").read_text())


class Case(acceptance.Example):
    """An example, and what it is like once it is deployed: engine -> network."""

    def __init__(self, spec, out):
        super().__init__(spec, out)
        self.networks, self.plan, self.met = {}, None, set()

    @property
    def name(self):
        return self.spec.stem

    @property
    def folder(self):
        return self.pairs[0][0]

    @property
    def template(self):
        return json.loads(self.pairs[0][1].read_text())

    def types(self):
        terraform = json.loads((self.folder / "main.tf.json").read_text())["resource"]
        return set(terraform) | {resource["Type"] for resource in self.template["Resources"].values()}

    @contextmanager
    def stage(self, column):
        """Times it; what it adds to the list, or raises, is its fault."""
        begin, faults = time.monotonic(), []
        try:
            yield faults
        except (Fault, Wrong, ClientError, subprocess.TimeoutExpired) as error:
            faults.append(str(error))
        self.say(column, time.monotonic() - begin, faults)
        print(f"{self.name}: {column}: {self.cells[column]}", *faults, sep="\n    ", flush=True)


def rendered(names, scratch):
    """The examples of these names, or all. A copy of their folder takes the ledgers that rendering writes."""
    others = shutil.copytree(HERE / "specs", Path(scratch) / "specs")
    specs = [path for folder in (acceptance.REPO / "examples", others) for path in sorted(folder.iterdir()) if path.suffix in acceptance.SPECS]
    if unknown := set(names) - {path.stem for path in specs}:
        sys.exit(f"no such example: {', '.join(sorted(unknown))}")
    cases = [Case(path, Path(scratch) / path.name) for path in specs if path.stem in (names or [path.stem])]
    for case in cases:
        if not acceptance.synth(case):
            sys.exit("\n".join(case.faults))
    return cases


def carried(cases):
    """-> those that can be deployed, those that cannot"""
    return [case for case in cases if not case.newer], [case for case in cases if case.newer]


def wrongly_listed(cases):
    """What not_carried.json says and is not so, or does not say and is: of all cases."""
    deployed, others = carried(cases)
    types = set(re.findall(r"^(?:AWS::|aws_)[\w:]+$", TYPES.read_text(), re.MULTILINE))
    for what, missing in (
        ("types", types - set().union(*(case.types() for case in deployed))),
        ("examples", {case.name for case in others}),
    ):
        listed = set(NOT_CARRIED[what])
        yield from (f"not_carried.json: {name} is deployed, and need not be there" for name in sorted(listed - missing))
        yield from (f"not_carried.json: {name} is not deployed, and has no reason there" for name in sorted(missing - listed))


def judge_otherwise(cases):
    """Of those that cannot be deployed: cfn-lint, terraform validate but for what newer.json has, and the reading back."""
    acceptance.lint(cases)
    acceptance.validate(cases)
    for case in cases:
        code, output, seconds = acceptance.run([acceptance.binary(), "verify", str(case.out)])
        case.say("verify", seconds, acceptance.tail(output) if code else [])


def cover(cases):
    """As few as have every type that any of them has; the one that is grown among them."""
    seen, rest = set(), {case.name: case.types() for case in cases}
    chosen = [name for name in (growth.EXAMPLE,) if name in rest]
    while True:
        for name in chosen:
            seen |= rest.pop(name, set())
        if not (fresh := {name: types - seen for name, types in rest.items() if types - seen}):
            return [case for case in cases if case.name in chosen]
        chosen.append(max(sorted(fresh), key=lambda name: len(fresh[name])))
