"""A stack, deployed by Terraform with the real AWS provider."""

import json
import shutil
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tests" / "conformance"))
from engine import Missing, Provider, Workspace, environment, errors  # noqa: E402, F401  (after the path to it)

# Of the provider's waiting, most is by the clock: many at once cost little.
AT_ONCE = "-parallelism=30"


class Fault(Exception):
    """What terraform refused, or did not do."""


class Terraform:
    """One configuration, in a folder of its own, with its state."""

    def __init__(self, rendered, env):
        self.workspace = Workspace(env)
        self.folder = self.workspace.path
        self.take(rendered)

    def take(self, rendered):
        """The rendered files in place of those that are there; the state stays."""
        for path in Path(rendered).glob("*.tf.json"):
            shutil.copy(path, self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.workspace.__exit__()

    def edit(self, change):
        path = self.folder / "main.tf.json"
        document = json.loads(path.read_text())
        change(document["resource"])
        path.write_text(json.dumps(document))

    def run(self, *arguments, codes=(0,)):
        code, output = self.workspace.run(*arguments, timeout=900)
        if code not in codes:
            raise Fault("; ".join(errors(output)) or output.strip()[-2000:] or f"exit {code}")
        return code, output

    def plan(self):
        """-> the plan, as `terraform show -json` has it"""
        self.run("plan", "-json", "-out=plan", AT_ONCE)
        return json.loads(self.run("show", "-json", "plan")[1])

    def apply(self, *what):
        self.run("apply", "-json", "-auto-approve", AT_ONCE, *what)

    def drift(self):
        """What a second plan would change: nothing."""
        code, output = self.run("plan", "-json", "-detailed-exitcode", AT_ONCE, codes=(0, 2))
        lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        changes = [f"{line['change']['action']} {line['change']['resource']['addr']}" for line in lines if line.get("type") == "planned_change"]
        return changes or ([] if code == 0 else [f"exit {code}"])

    def destroy(self):
        # What is retained is refused here, rightly; this is a rehearsal.
        self.edit(forget_prevention)
        # The second plan has just looked at everything.
        self.run("destroy", "-json", "-auto-approve", "-refresh=false", AT_ONCE)


def forget_prevention(resources):
    for named in resources.values():
        for body in named.values():
            body.get("lifecycle", {}).pop("prevent_destroy", None)
