"""A deployed network that grows: what there is stays, but for what names the subnets of a tier."""

import re
import shutil
import time

import acceptance
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


def unexpected(plan):
    """What the plan does beside making things: `address: actions, arguments`."""
    for change in plan["resource_changes"]:
        actions = change["change"]["actions"]
        if actions in (["create"], ["no-op"], ["read"]):
            continue
        before, after = change["change"]["before"] or {}, change["change"]["after"] or {}
        unknown = change["change"]["after_unknown"] or {}
        # What is not known yet is worked out by AWS, such as the id of what is replaced; a list with new subnets is not.
        changed = {name for name in before if before[name] != after.get(name) and (name in after or unknown.get(name) is not True or (change["type"], name) in LISTS)}
        excused = {name for name in changed if actions == LISTS.get((change["type"], name))}
        if not changed or changed - excused:
            yield f"{change['address']}: {'/'.join(actions)} for {', '.join(sorted(changed - excused)) or 'nothing'}"


def run(bench, case):
    begin = time.monotonic()
    bench.start(case)
    with bench.terraform(case) as terraform:
        try:
            terraform.apply()
            terraform.take(grown(case))
            plan = terraform.plan()
        except Fault as error:
            return [f"growth: {error}"]
    actions = ["/".join(change["change"]["actions"]) for change in plan["resource_changes"]]
    faults = [f"growth: {line}" for line in unexpected(plan)]
    counts = ", ".join(f"{actions.count(action)} {action}" for action in sorted(set(actions)))
    print(f"growth: {case.name} by a zone and a tier: {counts}; {len(faults)} faults, {time.monotonic() - begin:.0f} s", flush=True)
    return faults
