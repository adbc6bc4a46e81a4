#!/usr/bin/env python3
"""Deploys examples by Terraform and by CloudFormation on an emulated AWS, and compares what there is then.

    run.py [EXAMPLE …]      an EXAMPLE is the stem of a spec in examples/, or of one beside this file in specs/; without any, as
                            few as have every resource type
    run.py --full           all of them (also with EKSNET_ACCEPTANCE=full)
    run.py --only STAGES    some of: tests, deploy, mutations, growth, checkov
    run.py --lanes N        N examples at once, by default three for each core: mostly they wait

tests       pytest on the harness itself
deploy      Terraform: applied, a second plan that is empty, destroyed; CloudFormation: created, deleted; read back and
            compared in between, and nothing is left of either. What cannot be deployed (not_carried.json) is judged by
            cfn-lint, terraform validate and eksnet verify
mutations   faults put into one of the two, each of which the comparison must see (mutations.py)
growth      production.yaml, deployed, grown by a zone and by a tier, planned again: nothing is replaced (growth.py)
checkov     what Checkov says of both outputs, and docs/security.md answers (security.py)

Its tools are installed into target/ with pip; terraform and its AWS provider must be on the machine. $EKSNET_BIN names
another binary than target/'s.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
STAGES = ("tests", "deploy", "mutations", "growth", "checkov")
COLUMNS = ("tf apply", "empty plan", "destroy", "cfn", "equal", "delete", "checkov")
OTHERWISE = ("lint", "validate", "verify")


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
    os.environ |= {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}

sys.path[:0] = [str(HERE), str(REPO / ".ci")]
import bench  # noqa: E402  (after the path to it)
import cases as examples  # noqa: E402
import compare  # noqa: E402
import deploy  # noqa: E402
import engine  # noqa: E402
import growth  # noqa: E402
import mutations  # noqa: E402
import security  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", default=os.environ.get("EKSNET_ACCEPTANCE") == "full")
    parser.add_argument("--only", default=",".join(STAGES), metavar="STAGES")
    parser.add_argument("--lanes", type=int, default=bench.LANES, metavar="N")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE")
    given = parser.parse_args()
    given.only = given.only.split(",")
    if unknown := set(given.only) - set(STAGES):
        sys.exit(f"no such stage: {', '.join(sorted(unknown))}")
    return given


def jobs(only, cases, chosen):
    """What takes longest first: at the end, nothing waits for a long one."""
    named = {case.name: case for case in cases}
    if "growth" in only and growth.EXAMPLE in named:
        yield growth.grow, named[growth.EXAMPLE]
    if "mutations" in only:
        yield from ((mutations.in_terraform, named[name]) for name in mutations.TERRAFORM_EXAMPLES if name in named)
    if "deploy" in only:
        for case in chosen:
            yield deploy.deploy, case, "mutations" in only and case.name in mutations.EXAMPLES
    elif "checkov" in only:
        yield from ((deploy.plan, case) for case in chosen)
    if "mutations" in only:
        alone = [name for name in mutations.EXAMPLES if name in named and not ("deploy" in only and named[name] in chosen)]
        yield from ((mutations.in_cloudformation, named[name]) for name in alone)


def carry_out(given, cases, chosen):
    """-> faults; cells of the table and plans go to their cases."""
    done = bench.run(list(jobs(given.only, cases, chosen)), given.lanes)
    named = {case.name: case for case in cases}
    for one in done:
        case = named[one.name]
        case.cells |= one.cells
        case.faults += one.faults
        case.plan = one.plan or case.plan
        print(*one.said, sep="\n", end="\n" if one.said else "")
    if "mutations" in given.only:
        print(f"\nmutations: {sum(one.caught for one in done)} of {sum(one.mutated for one in done)} seen or refused")
    if "deploy" in given.only and given.full:
        met = set().union(*(one.met for one in done))
        return [f"equal: no example has it any more: {known.path}" for known in compare.KNOWN if known not in met]
    return []


def table(cases, columns):
    width = max(len(case.name) for case in cases)
    print(f"\n{'example':{width}}  " + "  ".join(f"{column:12}" for column in columns))
    for case in cases:
        print(f"{case.name:{width}}  " + "  ".join(f"{case.cells.get(column, '-'):12}" for column in columns))


def main():
    given, begin, faults = arguments(), time.monotonic(), []
    engine.terraform(), engine.plugin_dir()
    if "tests" in given.only:
        code = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", HERE]).returncode
        faults += ["tests: pytest failed"] if code else []
    with tempfile.TemporaryDirectory(prefix="eksnet-acceptance-") as scratch:
        cases = examples.rendered(given.examples, scratch)
        if not given.examples:
            faults += examples.wrongly_listed(cases)
        cases, others = examples.carried(cases)
        chosen = cases if given.full or given.examples else examples.cover(cases)
        if "deploy" in given.only and others:
            examples.judge_otherwise(others)
        faults += carry_out(given, cases, chosen)
        if "checkov" in given.only and chosen:
            python = environment("checkov-venv", HERE / "requirements-checkov.txt")
            faults += security.run(chosen, python, Path(scratch), given.full)
    if chosen:
        table(chosen, COLUMNS)
    if "deploy" in given.only and others:
        print("\nnot deployed, see not_carried.json")
        table(others, OTHERWISE)
    faults += [f"{case.name}: {line}" for case in cases + others for line in case.faults]
    print("", *faults, f"{len(chosen)} examples, {time.monotonic() - begin:.0f} s: {len(faults)} faults", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except engine.Missing as tool:
        sys.exit(f"{tool}")
