"""A deployed network that grows: what there is stays, but for what names the subnets of a tier."""

import re
import shutil
import time

import acceptance
from bench import Done
from terraform import Fault

EXAMPLE = "production"
# By a zone, and by a tier.
EDITS = (
    (r"zones: 3", "zones: 4"),
    (r"( +)control-plane: \{ access: isolated.*", r"\g<0>\n\1data: { access: isolated, prefix: 24 }"),
)
# (type, argument) -> what becomes of those that have such a list.
LISTS = {
    ("aws_vpc_endpoint", "subnet_ids"): ["update"],
    ("aws_vpc_endpoint", "route_table_ids"): ["update"],
    ("aws_eks_cluster", "vpc_config"): ["update"],
    # EKS changes the subnets of no node group: rule PLAN014 says it, and how to do it without a gap.
    ("aws_eks_node_group", "subnet_ids"): ["delete", "create"],
}


def grown(case):
    """-> the folder of the Terraform of the same spec, grown"""
    home = case.out / "grown"
    home.mkdir()
    text = case.spec.read_text()
    for pattern, replacement in EDITS:
        text, count = re.subn(pattern, replacement, text, count=1)
        assert count, f"{case.spec.name} has no {pattern}"
    (home / case.spec.name).write_text(text)
    shutil.copy(case.spec.parent / "eksnet.lock", home)
    command = [acceptance.binary(), "synth", str(home / case.spec.name), "--format", "terraform", "--out", str(home)]
    code, output, _ = acceptance.run(command)
    if code:
        raise Fault(output)
    return next(home.glob("*/main.tf.json")).parent


def changed(kind, change):
    """The arguments that are not what they were; of what is replaced, those that are the reason."""
    if "delete" in change["actions"]:
        yield from sorted({path[0] for path in change.get("replace_paths", [])})
        return
    before, after = change["before"] or {}, change["after"] or {}
    for name, value in before.items():
        # What AWS works out is not known yet and not there; so is a list with subnets that are not there yet.
        if value != after[name] if name in after else (kind, name) in LISTS:
            yield name


def unexpected(plan):
    """What the plan does beside making things: `address: actions for arguments`."""
    for found in plan["resource_changes"]:
        kind, actions = found["type"], found["change"]["actions"]
        if actions in (["create"], ["no-op"], ["read"]):
            continue
        names = list(changed(kind, found["change"]))
        strange = [name for name in names if actions != LISTS.get((kind, name))]
        if strange or not names:
            yield f"{found['address']}: {'/'.join(actions)} for {', '.join(strange) or 'nothing'}"


def grow(bench, case):
    begin = time.monotonic()
    bench.start(case)
    with bench.terraform(case) as terraform:
        try:
            terraform.apply()
            terraform.take(grown(case))
            plan = terraform.plan()
        except Fault as error:
            return Done(case.name, faults=[f"growth: {error}"])
    actions = ["/".join(change["change"]["actions"]) for change in plan["resource_changes"]]
    faults = [f"growth: {line}" for line in unexpected(plan)]
    counts = ", ".join(f"{actions.count(action)} {action}" for action in sorted(set(actions)))
    said = f"\ngrowth: {case.name} by a zone and a tier: {counts}; {len(faults)} faults, {time.monotonic() - begin:.0f} s"
    return Done(case.name, faults=faults, said=[said])
