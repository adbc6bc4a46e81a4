#!/usr/bin/env python3
"""Deploys examples by Terraform and by CloudFormation on an emulated AWS, and compares what there is then.

    run.py [EXAMPLE …]      an EXAMPLE is the stem of a spec in examples/, or of one beside this file in specs/; without any, as
                            few as have every resource type
    run.py --full           all of them (also with EKSNET_ACCEPTANCE=full)
    run.py --only STAGES    some of: tests, deploy, mutations, growth, checkov

tests       pytest on the harness itself
deploy      Terraform: applied, a second plan that is empty, destroyed; CloudFormation: created, deleted; read back and
            compared in between, and nothing is left of either
mutations   faults put into one of the two, each of which the comparison must see (mutations.py)
growth      production.yaml, deployed, grown by a zone and by a tier, planned again: nothing is replaced (growth.py)
checkov     what Checkov says of both outputs, and docs/security.md answers (security.py)

Its tools are installed into target/ with pip; terraform and its AWS provider must be on the machine. $EKSNET_BIN names
another binary than target/'s.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
STAGES = ("tests", "deploy", "mutations", "growth", "checkov")
TYPES = REPO / "tests" / "conformance" / "types.txt"
# Types of the tables that nothing here deploys, with the reason. What moto does not have of the others, emulator.py adds.
NOT_DEPLOYED = {
    "aws_s3_bucket_ownership_controls": "only its facts are vendored: no output has it",
}
COLUMNS = ("tf apply", "empty plan", "destroy", "cfn", "equal", "delete", "checkov")


def environment(name, *requirements):
    """A virtual environment in target/ with what the files ask for."""
    folder = REPO / "target" / name
    stamp, wanted = folder / "requirements.txt", "".join(path.read_text() for path in requirements)
    if not (stamp.is_file() and stamp.read_text() == wanted):
        asked = [argument for path in requirements for argument in ("-r", path)]
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *asked], check=True)
        stamp.write_text(wanted)
    return folder / "bin" / "python"


if __name__ == "__main__":
    python = environment("acceptance-venv", REPO / ".ci" / "requirements.txt", HERE / "requirements.txt")
    if Path(sys.prefix) != python.parents[1]:
        os.execv(python, [str(python), *sys.argv])
    # moto reads it when it is imported. Without them a policy that does not exist could be attached.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

sys.path[:0] = [str(HERE), str(REPO / ".ci")]
import acceptance  # noqa: E402  (after the path to it)
from botocore.exceptions import ClientError  # noqa: E402
import compare  # noqa: E402
import existing  # noqa: E402
import growth  # noqa: E402
import mutations  # noqa: E402
import security  # noqa: E402
from emulator import Emulator  # noqa: E402
from network import Network  # noqa: E402
from stack import Stack  # noqa: E402
from template import Wrong  # noqa: E402
from terraform import Fault, Missing, Provider, Terraform, environment as terraform_environment  # noqa: E402


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


class Bench:
    """One cloud and one provider process for everything."""

    def __init__(self, emulator, provider):
        self.emulator, self.provider = emulator, provider

    def start(self, case):
        """The cloud as the example expects it. -> what is there"""
        self.emulator.reset()
        existing.prepare(case.name, case.region)
        return self.read(case)

    def read(self, case):
        return Network(self.emulator.url, case.region).read()

    def stack(self, case, template=None):
        return Stack(template or case.template, case.region, self.emulator.url)

    def terraform(self, case):
        return Terraform(case.folder, self.provider.env)


def deploy(bench, case):
    before = bench.start(case)
    with bench.terraform(case) as terraform:
        with case.stage("tf apply"):
            case.plan = terraform.plan()
            terraform.apply("plan")
        case.networks["terraform"] = bench.read(case)
        if not case.faults:
            with case.stage("empty plan") as faults:
                faults += terraform.drift()
            with case.stage("destroy") as faults:
                terraform.destroy()
                faults += compare.left(before, bench.read(case))
    before = bench.start(case)
    stack = bench.stack(case)
    with case.stage("cfn"):
        stack.create()
    case.networks["cloudformation"] = bench.read(case)
    if not case.faults:
        with case.stage("equal") as faults:
            unexpected, case.met = compare.judge(case.networks["terraform"], case.networks["cloudformation"])
            faults += map(str, unexpected)
        with case.stage("delete") as faults:
            stack.delete()
            faults += compare.left(before, bench.read(case))


def cover(cases):
    """As few as have every type that any of them has, those that mutations are for among them."""
    seen, rest = set(), {case.name: case.types() for case in cases}
    chosen = [name for name in mutations.EXAMPLES if name in rest]
    while True:
        for name in chosen:
            seen |= rest.pop(name, set())
        if not (fresh := {name: types - seen for name, types in rest.items() if types - seen}):
            return [case for case in cases if case.name in chosen]
        chosen.append(max(sorted(fresh), key=lambda name: len(fresh[name])))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", default=os.environ.get("EKSNET_ACCEPTANCE") == "full")
    parser.add_argument("--only", default=",".join(STAGES), metavar="STAGES")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE")
    given = parser.parse_args()
    given.only = given.only.split(",")
    if unknown := set(given.only) - set(STAGES):
        sys.exit(f"no such stage: {', '.join(sorted(unknown))}")
    return given


def rendered(given, scratch):
    # Rendering writes the ledger beside a spec; of these nobody wants it.
    others = shutil.copytree(HERE / "specs", Path(scratch) / "specs")
    specs = [path for folder in (REPO / "examples", others) for path in sorted(folder.iterdir()) if path.suffix in acceptance.SPECS]
    if unknown := set(given.examples) - {path.stem for path in specs}:
        sys.exit(f"no such example: {', '.join(sorted(unknown))}")
    cases = [Case(path, Path(scratch) / path.name) for path in specs if path.stem in (given.examples or [path.stem])]
    for case in cases:
        if not acceptance.synth(case):
            sys.exit("\n".join(case.faults))
    if not given.examples:
        wanted = set(re.findall(r"^(?:AWS::|aws_)[\w:]+$", TYPES.read_text(), re.MULTILINE)) - set().union(*(case.types() for case in cases))
        if wanted != set(NOT_DEPLOYED):
            sys.exit(f"types that no example has: {sorted(wanted)}; those with a reason: {sorted(NOT_DEPLOYED)}")
    for case in [case for case in cases if case.newer]:
        print(f"{case.name}: not deployed: it asks for provider {case.newer}, which is not at hand, and moto does not have it either")
        cases.remove(case)
    return cases if given.full or given.examples else cover(cases)


def table(cases):
    width = max(len(case.name) for case in cases)
    print(f"\n{'example':{width}}  " + "  ".join(f"{column:12}" for column in COLUMNS))
    for case in cases:
        print(f"{case.name:{width}}  " + "  ".join(f"{case.cells.get(column, '-'):12}" for column in COLUMNS))


def main():
    given, begin, faults = arguments(), time.monotonic(), []
    if "tests" in given.only:
        code = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", HERE]).returncode
        faults += ["tests: pytest failed"] if code else []
    with tempfile.TemporaryDirectory(prefix="eksnet-acceptance-") as scratch:
        cases = rendered(given, scratch)
        with Emulator() as emulator, Provider(terraform_environment(**emulator.settings("us-east-1"))) as provider:
            bench = Bench(emulator, provider)
            if "deploy" in given.only:
                for case in cases:
                    deploy(bench, case)
                if given.full:
                    met = set().union(*(case.met for case in cases))
                    faults += [f"equal: no example has it any more: {known.path}" for known in compare.KNOWN if known not in met]
            if "mutations" in given.only:
                faults += mutations.run(bench, cases)
            if "growth" in given.only and (case := next((case for case in cases if case.name == growth.EXAMPLE), None)):
                faults += growth.run(bench, case)
            if "checkov" in given.only:
                python = environment("checkov-venv", HERE / "requirements-checkov.txt")
                faults += security.run(bench, cases, python, Path(scratch), given.full)
    table(cases)
    faults += [f"{case.name}: {line}" for case in cases for line in case.faults]
    print("", *faults, f"{len(cases)} examples, {time.monotonic() - begin:.0f} s: {len(faults)} faults", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Missing as tool:
        sys.exit(f"{tool}")
