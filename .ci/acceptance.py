#!/usr/bin/env python3
"""Judges the output of every example with the tools that its users have.

    acceptance.py [--no-judge] [EXAMPLE ...]    an EXAMPLE is the stem of a spec in examples/; without any, all
    acceptance.py --no-judge --specs DIR        the specs of another directory

synth     eksnet renders the spec as CloudFormation and as Terraform
lint      cfn-lint in the spec's own region: no error, no warning
validate  terraform validate with the real AWS provider. Where a stack asks for a newer one than is at hand, it must refuse just
          the arguments that are newer, of which tests/conformance/newer.json has the facts
judge     both deployed on an emulated AWS: applied, second plan empty, read back equal, destroyed (us-east-1 only,
          two minutes each, several at once; the judge is in $EKSNET_LAB, by default ../shared/lab). Without named examples: as few as
          use every argument that any of them uses; all with EKSNET_ACCEPTANCE=full

A missing tool skips its column, or fails the run when EKSNET_REQUIRE_TOOLS=1. $EKSNET_BIN names another binary.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests" / "conformance"))
import engine  # noqa: E402  (after the path to it)

COLUMNS = ("synth", "lint", "validate", "judge")
SPECS = (".yaml", ".yml", ".toml", ".json")


@dataclass
class Example:
    spec: Path
    out: Path
    cells: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)

    @property
    def region(self):
        """As written in the spec; the text is enough, and eksnet has read it properly by then."""
        found = re.search(r"""^[\s{,]*["']?region["']?\s*[:=]\s*["']?([a-z]{2}(?:-[a-z]+)+-\d)""", self.spec.read_text(), re.MULTILINE)
        return found[1] if found else None

    # Where `synth --out` puts things: DIR/STACK.template.json and DIR/STACK/*.tf.json.

    def synth(self):
        formats = ("--format", "cloudformation", "--format", "terraform")
        return [binary(), "synth", str(self.spec), *formats, "--out", str(self.out)]

    @property
    def templates(self):
        return sorted(self.out.glob("*.template.json"))

    @property
    def configurations(self):
        return sorted({path.parent for path in self.out.glob("*/*.tf.json")})

    @property
    def pairs(self):
        """One (Terraform folder, template) a stack."""
        return [(self.out / t.name.removesuffix(".template.json"), t) for t in self.templates]

    @property
    def newer(self):
        """The oldest provider that its stacks ask for, where that is newer than the one at hand."""
        asked = []
        for folder in self.configurations:
            text = (folder / "versions.tf.json").read_text()
            version = json.loads(text)["terraform"]["required_providers"]["aws"]["version"]
            asked.append(re.fullmatch(r">= (\d+)\.(\d+), < \d+", version).groups())
        oldest = max((tuple(map(int, version)) for version in asked), default=(0, 0))
        at_hand = tuple(map(int, engine.PROVIDER_VERSION.split(".")))[:2]
        return f"{oldest[0]}.{oldest[1]}" if oldest > at_hand else None

    def say(self, column, seconds, faults):
        self.cells[column] = f"{'FAULT' if faults else 'ok'} {seconds:.1f} s"
        self.faults += [f"{column}: {line}" for line in faults]


def binary():
    if named := os.environ.get("EKSNET_BIN"):
        return named
    built = [path for kind in ("debug", "release") if (path := REPO / "target" / kind / "eksnet").is_file()]
    if not built:
        sys.exit("no eksnet binary: run `cargo build`")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def run(command, **more):
    begin = time.monotonic()
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    return done.returncode, done.stdout, time.monotonic() - begin


def tail(output, lines=20):
    return [line for line in output.splitlines() if line.strip()][-lines:]


def synth(example):
    code, output, seconds = run(example.synth())
    faults = tail(output) or [f"exit {code}"] if code else []
    if not code:
        if not example.templates:
            faults.append(f"no *.template.json in {example.out}")
        if [folder for folder, _ in example.pairs] != example.configurations:
            faults.append(f"the stacks of *.template.json and */*.tf.json in {example.out} are not the same")
    example.say("synth", seconds, faults)
    return not faults


def lint(examples):
    """One cfn-lint process a region; its start is most of its time."""
    try:
        import cfnlint  # noqa: F401
    except ImportError:
        raise engine.Missing("cfn-lint not found") from None
    regions = defaultdict(list)
    for example in examples:
        if example.region:
            regions[example.region].append(example)
        else:
            example.say("lint", 0, ["the spec names no region"])
    for region, group in sorted(regions.items()):
        files = [str(t) for example in group for t in example.templates]
        start = "import sys; from cfnlint.runner import main; sys.exit(main())"
        command = [sys.executable, "-c", start, "--regions", region, "--format", "json", "--non-zero-exit-code", "warning", "--", *files]
        begin = time.monotonic()
        done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True)
        seconds = (time.monotonic() - begin) / len(group)
        try:
            found = json.loads(done.stdout)
        except ValueError:
            found = None
        for example in group:
            mine = [m for m in found or [] if Path(m["Filename"]) in example.templates]
            faults = [f"{m['Rule']['Id']} {'/'.join(map(str, m['Location']['Path'] or []))}: {m['Message']}" for m in mine]
            if found is None or (done.returncode and not found):
                faults = tail(done.stdout + done.stderr)
            example.say("lint", seconds, faults)


def newer_arguments(folder):
    """What a provider as old as the one at hand says of the folder's newer arguments: (resource, summary, argument)."""
    facts = json.loads((REPO / "tests" / "conformance" / "newer.json").read_text())
    resources = json.loads((folder / "main.tf.json").read_text())["resource"]
    for kind, known in facts.items():
        for name, body in resources.get(kind, {}).items() if not kind.startswith("$") else ():
            for argument in body.keys() & known["properties"].keys():
                yield f"resource.{kind}.{name}", "Extraneous JSON object property", argument
            for argument in set(known.get("no_longer_required", [])) - body.keys():
                yield f"resource.{kind}.{name}", "Missing required argument", argument


def named(diagnostic):
    """The same of a diagnostic."""
    argument = re.search(r'"(\w+)"', diagnostic.get("detail", ""))
    return (diagnostic.get("snippet") or {}).get("context"), diagnostic["summary"], argument and argument[1]


def validate(examples):
    """Every folder against one provider process: no `terraform init`."""
    env = engine.environment()
    engine.terraform()
    with engine.Provider(env) as provider:
        for example in examples:
            begin, faults = time.monotonic(), []
            for folder in example.configurations:
                code, output, _ = run([engine.terraform(), "validate", "-json"], cwd=folder, env=provider.env)
                try:
                    result = json.loads(output)
                except ValueError:
                    faults += tail(output)
                    continue
                expected = set(newer_arguments(folder)) if example.newer else set()
                found = {named(d): d for d in result["diagnostics"]}
                strange = [d for d in result["diagnostics"] if named(d) not in expected]
                faults += [f"{d['severity']}: {d['summary']}: {d.get('detail', '')} ({place(d)})" for d in strange]
                faults += [f"not refused by provider {engine.PROVIDER_VERSION}: {' '.join(one)}" for one in sorted(expected - found.keys())]
                if code and not result["diagnostics"]:
                    faults.append(f"exit {code}")
            example.say("validate", time.monotonic() - begin, faults)


def place(diagnostic):
    found = diagnostic.get("range") or {}
    return f"{found.get('filename', '?')}:{found.get('start', {}).get('line', '?')}"


IDS = re.compile(r"(subnet|sg|tgw)-[0-9a-f]*|:key/[0-9a-f-]*")


def numbered(texts):
    """The texts with the nth id of all of them as the nth, so that only what is wired alike is equal."""
    numbers = {}
    return [IDS.sub(lambda id: f"{id[1] or 'key'}#{numbers.setdefault(id[0], len(numbers))}", text) for text in texts]


def only_ids_differ(output):
    """Whether all that the two deployments differ in is ids that AWS makes up: inside of a text, such as an add-on's
    settings, or of a key of the stack's own.

    The judge gives names to most ids that are values, and compares texts as they are. In these an id of one deployment
    stands for one of the other wherever it stands; which of several it is where each stands once, the judge cannot tell."""
    lines = [line.strip() for line in output.splitlines()]
    faults = {line.split(":")[0] for line in lines if ": FAULT" in line}
    said = re.search(r"; ([0-9]+) differences", output)
    pairs = [(a[4:], b[4:]) for a, b in zip(lines, lines[1:]) if a.startswith("tf  ") and b.startswith("cfn ")]
    same = numbered(a for a, _ in pairs) == numbered(b for _, b in pairs)
    return faults == {"equal"} and said is not None and len(pairs) == int(said[1]) and same


def arguments_used(example):
    """-> every `type.argument` of its Terraform, blocks with theirs."""
    def inside(prefix, value):
        if isinstance(value, dict):
            for key, below in value.items():
                yield f"{prefix}.{key}"
                # Names that users chose, not arguments.
                if key not in ("tags", "labels"):
                    yield from inside(f"{prefix}.{key}", below)
        elif isinstance(value, list):
            for below in value:
                yield from inside(prefix, below)

    used = set()
    for folder in example.configurations:
        resources = json.loads((folder / "main.tf.json").read_text()).get("resource", {})
        for kind, named in resources.items():
            used.add(kind)
            for body in named.values():
                used.update(inside(kind, body))
    return used


def cover(examples):
    """As few examples as together use all arguments that any of them uses: always the one that adds most."""
    left = {example.spec.name: arguments_used(example) for example in examples}
    chosen, seen = [], set()
    while fresh := {name: used - seen for name, used in left.items() if used - seen}:
        best = max(sorted(fresh), key=lambda name: len(fresh[name]))
        chosen.append(best)
        seen |= left.pop(best)
    return set(chosen)


def judge(examples, everything):
    """Two a core at once: of a judge's two minutes most is the provider's own waiting, and each has a cloud of its own."""
    script = engine.lab() / "judge.py"
    if not script.is_file():
        raise engine.Missing(f"{script} not found")
    engine.terraform()
    env = os.environ | {"TF_PLUGIN_DIR": str(engine.plugin_dir()), "GOGC": engine.GOGC}
    here = [example for example in examples if example.region == "us-east-1" and not example.newer]
    chosen = {example.spec.name for example in here} if everything else cover(here)
    for example in examples:
        if example.region != "us-east-1":
            example.cells["judge"] = "- (not us-east-1)"
        elif example.newer:
            example.cells["judge"] = f"- (provider {example.newer})"
        elif example.spec.name not in chosen:
            example.cells["judge"] = "- (covered)"
    asked = [example for example in here if example.spec.name in chosen]
    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as judges:
        faulty = [example for example, good in zip(asked, judges.map(lambda example: judge_one(script, env, example), asked)) if not good]
    # On a busy machine the provider repeats a request whose answer is late, and the judge's cloud, unlike AWS, does it twice. A
    # fault of the output is there again.
    for example in faulty:
        print(f"judge {example.spec.stem}: again, alone", flush=True)
        example.faults = [fault for fault in example.faults if not fault.startswith("judge: ")]
        judge_one(script, env, example)


def judge_one(script, env, example):
    """-> whether it agrees"""
    begin, faults = time.monotonic(), []
    for folder, template in example.pairs:
        try:
            code, output, _ = run([sys.executable, str(script), str(folder), str(template), "--skip", "lint"], env=env, timeout=1800)
        except subprocess.TimeoutExpired:
            code, output = 1, "no verdict within half an hour"
        faults += tail(output, 40) if code and not only_ids_differ(output) else []
    example.say("judge", time.monotonic() - begin, faults)
    print(f"judge {example.spec.stem}: {example.cells['judge']}", flush=True)
    return not faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-judge", action="store_true", help="do not deploy")
    parser.add_argument("--specs", type=Path, default=REPO / "examples", metavar="DIR", help="judge these instead")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE")
    arguments = parser.parse_args()
    specs = [p for p in sorted(arguments.specs.glob("*")) if p.suffix in SPECS and p.is_file()]
    if unknown := set(arguments.examples) - {p.stem for p in specs}:
        sys.exit(f"no such example: {', '.join(sorted(unknown))}")
    specs = [p for p in specs if not arguments.examples or p.stem in arguments.examples]
    if not specs:
        sys.exit(f"no specs in {arguments.specs}")

    required, missing = os.environ.get("EKSNET_REQUIRE_TOOLS") == "1", []
    with tempfile.TemporaryDirectory(prefix="eksnet-acceptance-") as scratch:
        examples = [Example(p, Path(scratch) / p.name) for p in specs]
        rendered = [example for example in examples if synth(example)]
        everything = bool(arguments.examples) or os.environ.get("EKSNET_ACCEPTANCE") == "full"
        stages = {"lint": lint, "validate": validate, "judge": lambda group: judge(group, everything)}
        if arguments.no_judge:
            del stages["judge"]
        for name, stage in stages.items():
            try:
                if rendered:
                    stage(rendered)
            except engine.Missing as tool:
                missing.append(f"{name}: skipped: {tool}")

    width = max(len(p.name) for p in specs)
    print(f"{'example':{width}}  " + "  ".join(f"{column:16}" for column in COLUMNS))
    for example in examples:
        print(f"{example.spec.name:{width}}  " + "  ".join(f"{example.cells.get(column, '-'):16}" for column in COLUMNS))
    for example in examples:
        for line in example.faults:
            print(f"{example.spec.name}: {line}")
    print(*missing, sep="\n", end="\n" if missing else "")
    sys.exit(any(example.faults for example in examples) or (required and bool(missing)))


if __name__ == "__main__":
    main()
