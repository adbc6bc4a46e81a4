"""Makes the plans and states here, by the real Terraform on an emulated AWS.

    target/ci-venv/bin/python tests/terraform/renew.py [NAME ...]

Needs terraform, its AWS provider, and the patched moto server of the lab ($EKSNET_LAB, by default ../shared/lab).
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
sys.path.insert(0, str(REPO / "tests" / "conformance"))
import engine  # noqa: E402  (after the path to it)

SPECS = ("network-only", "production")


def configurations(work):
    """Each name with the folder of its configuration."""
    binary = os.environ.get("EKSNET_BIN") or REPO / "target" / "debug" / "eksnet"
    for name in SPECS:
        out = work / f"{name}-out"
        command = [binary, "synth", REPO / "examples" / f"{name}.yaml", "--format", "terraform", "--out", out, "--ledger", work / f"{name}.lock"]
        subprocess.run(command, check=True)
        yield name, next(out.glob("*/main.tf.json"), next(out.glob("*/*.tf.json"))).parent
    copy = work / "modules"
    shutil.copytree(HERE / "modules", copy)
    yield "modules", copy


def make(name, folder):
    with engine.Cloud() as cloud, engine.Provider(engine.environment(**cloud.settings())) as provider:
        def terraform(*arguments):
            done = subprocess.run([engine.terraform(), *arguments], cwd=folder, env=provider.env, text=True, capture_output=True)
            if done.returncode:
                sys.exit(f"{name}: terraform {arguments[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
            return done.stdout

        def show(kind, *arguments):
            shown = json.loads(terraform("show", "-json", *arguments))
            # As terraform prints it, but for the time of the plan.
            shown.pop("timestamp", None)
            (HERE / f"{name}.{kind}.json").write_text(json.dumps(shown, separators=(",", ":")) + "\n")

        if name == "modules":
            terraform("get")
        terraform("plan", "-out=p")
        show("plan", "p")
        terraform("apply", "-auto-approve", "p")
        show("state")
        terraform("plan", "-out=again")
        show("again", "again")


def main():
    work = REPO / "target" / "scratch" / "terraform"
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True)
    for name, folder in configurations(work):
        if not sys.argv[1:] or name in sys.argv[1:]:
            make(name, folder)
            print(name, flush=True)


if __name__ == "__main__":
    main()
