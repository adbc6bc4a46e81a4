#!/usr/bin/env python3
"""Asks the real AWS provider, attribute by attribute, whether changing it replaces the resource.

    probe.py                  apply the network of probes.py on an emulated AWS, plan every case, write probed.json
    probe.py aws_eks_cluster  only the cases of addresses that start so; updates their entries alone

The provider's schema has no such flag, so a plan is the only witness. Run it with a Python that has moto; about two
minutes for all cases. Exit 0 also when the provider and replacement.json disagree: the point is to list it.
"""

import copy
import json
import sys
import time
from pathlib import Path

import engine
from probes import CASES, RESOURCES

HERE = Path(__file__).resolve().parent
OUTPUT = HERE / "probed.json"


def document(resources):
    aws = {"source": engine.PROVIDER, "version": engine.PROVIDER_VERSION}
    return {"terraform": {"required_providers": {"aws": aws}}, "provider": {"aws": {"region": "us-east-1"}}, "resource": resources}


def put(resource, path, value):
    """Sets one attribute, inside blocks if its path is dotted, and returns what was there. Makes the blocks it misses."""
    *blocks, name = path.split(".")
    for block in blocks:
        resource = resource.setdefault(block, [{}])[0]
    before = resource.pop(name, None)
    if value is not None:
        resource[name] = value
    return before


def plain(path):
    """A path of a plan, such as ["vpc_config", 0, "subnet_ids"], in dotted form."""
    return ".".join(step for step in path if isinstance(step, str))


def judge(change, attribute):
    """What one resource's planned change says of the attribute; None if something else changes it too."""
    top = attribute.partition(".")[0]
    before, after, unknown = (change.get(key) or {} for key in ("before", "after", "after_unknown"))
    if before.get(top) == after.get(top) and not unknown.get(top):
        return None
    if "delete" not in change["actions"]:
        return "in place"
    causes = {plain(path) for path in change.get("replace_paths", [])}
    if any(cause == attribute or cause.startswith(attribute + ".") or attribute.startswith(cause + ".") for cause in causes):
        return "replaces"
    return None


def plan(workspace, cases):
    """Plans all cases at once; -> ({index of a case: answer}, {index: old value})

    A case that another one disturbs has no answer yet; a single case always has one, if only why there is none.
    """
    resources, olds = copy.deepcopy(RESOURCES), {}
    for index, (address, attribute, new, *more) in cases.items():
        type_name, name = address.split(".")
        olds[index] = put(resources[type_name][name], attribute, new)
        for path, value in (more[0] if more else {}).items():
            put(resources[type_name][name], path, value)
    workspace.write(document(resources))
    code, output = workspace.run("plan", "-json", "-refresh=false", "-lock=false", "-parallelism=30", "-out=plan")
    if code and len(cases) > 1:
        half, answers = len(cases) // 2, {}
        for part in (dict(list(cases.items())[:half]), dict(list(cases.items())[half:])):
            answers |= plan(workspace, part)[0]
        return answers, olds
    if code:
        return {next(iter(cases)): "refused: " + (engine.errors(output) or [output[-200:]])[0][:200]}, olds
    shown = json.loads(workspace.run("show", "-json", "plan")[1])
    changes = {c["address"]: c["change"] for c in shown["resource_changes"]}
    answers = {index: judge(changes[case[0]], case[1]) for index, case in cases.items()}
    if len(cases) == 1:
        index, case = next(iter(cases.items()))
        why = "no change" if changes[case[0]]["actions"] == ["no-op"] else "changed, but not by this attribute"
        return {index: answers[index] or why}, olds
    return {index: answer for index, answer in answers.items() if answer}, olds


def answer(workspace, cases):
    """-> [(case, (answer, old value))], from as few plans as it takes: one case of each resource at a time."""
    pending, answers, olds = dict(enumerate(cases)), {}, {}
    alone = False
    while pending:
        chosen, seen = {}, set()
        for index, case in pending.items():
            if case[0] not in seen and not (alone and chosen):
                chosen[index] = case
                seen.add(case[0])
        found, old = plan(workspace, chosen)
        alone = not found
        answers |= found
        olds |= old
        # What was disturbed goes to the back, so that the next round brings other company.
        late = {i: pending.pop(i) for i in chosen if i in pending}
        pending |= {i: case for i, case in late.items() if i not in found}
        for index in found:
            print(f"{cases[index][0]} {cases[index][1]}: {found[index]}", flush=True)
    return [(case, (answers[i], olds[i])) for i, case in enumerate(cases)]


def table_says(table, type_name, attribute):
    """The table's answer for an attribute or, where it names no nested ones, for the block it is in."""
    attributes = {path.replace("[]", ""): fact for path, fact in table.get(type_name, {}).get("properties", {}).items()}
    while attribute:
        if attribute in attributes:
            return attributes[attribute]["replaces"]
        attribute = attribute.rpartition(".")[0]
    return None


def answered_as(fact):
    if "changes" in fact:
        return "; ".join(f"{c['old']} -> {c['new']} {c['found']}" for c in fact["changes"])
    return "replaces" if fact["replaces"] else "in place"


def collect(table, answers):
    """One entry an attribute. One that answers both, changed in several ways, lists them under `changes`."""
    facts = {}
    for (address, attribute, new, *_), (found, old) in answers:
        type_name = address.split(".")[0]
        fact = facts.setdefault(f"{type_name}.{attribute}", {"replaces": None, "provider": engine.PROVIDER_VERSION})
        said = table_says(table, type_name, attribute)
        fact["tsv"] = said
        fact.setdefault("changes", []).append({"old": old, "new": new, "found": found})
    for key, fact in facts.items():
        found = {c["found"] for c in fact["changes"]} & {"replaces", "in place"}
        if not found:
            del fact["replaces"]
            continue
        fact["replaces"] = "replaces" in found
        if len(found) == 1:
            del fact["changes"]
        if fact["tsv"] is not None:
            fact["agrees"] = fact["tsv"] == "conditional" or found == {"replaces" if fact["tsv"] == "yes" else "in place"}
    return facts


def main(only):
    cases = [case for case in CASES if not only or case[0].startswith(tuple(only))]
    table = json.loads((HERE / "replacement.json").read_text())
    started = time.monotonic()
    with engine.Cloud() as cloud, engine.Provider(engine.environment(**cloud.settings())) as provider:
        if not cloud.patched:
            print(f"note: plain moto, {engine.lab()} not found")
        with engine.Workspace(provider.env) as workspace:
            workspace.write(document(RESOURCES))
            code, output = workspace.run("apply", "-json", "-auto-approve", "-parallelism=30", timeout=900)
            if code:
                sys.exit("\n".join(engine.errors(output)) or output[-2000:])
            print(f"applied in {time.monotonic() - started:.0f} s; {len(cases)} cases", flush=True)
            # A resource that already plans a change would lend it to every case.
            code, output = workspace.run("plan", "-json", "-refresh=false", "-detailed-exitcode")
            if code:
                sys.exit("not settled after apply:\n" + output[-2000:])
            answers = answer(workspace, cases)
    facts = collect(table, answers)
    everything = (json.loads(OUTPUT.read_text()) if only and OUTPUT.exists() else {}) | facts
    rows = ",\n".join(f" {json.dumps(key)}:{json.dumps(fact, separators=(',', ':'))}" for key, fact in sorted(everything.items()))
    OUTPUT.write_text("{\n" + rows + "\n}\n")
    answered = [fact for fact in facts.values() if "replaces" in fact]
    print(f"{len(facts)} attributes, {len(answered)} answered, {sum('agrees' in f for f in answered)} also in the table, {time.monotonic() - started:.0f} s")
    for key, fact in sorted(facts.items()):
        if fact.get("agrees") is False:
            print(f"DISAGREE {key}: table {fact['tsv']}, provider {engine.PROVIDER_VERSION} {answered_as(fact)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except engine.Missing as missing:
        sys.exit(str(missing))
