"""What Checkov says of both outputs: every failed check has its answer in docs/security.md."""

import json
import os
import re
import subprocess
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import acceptance

ANSWERS = acceptance.REPO / "docs" / "security.md"
FRAMEWORKS = {"cloudformation": "cloudformation", "terraform": "terraform_plan"}


def answers():
    """The checks that docs/security.md answers: the first cells of the table's rows."""
    return set(re.findall(r"^\| (CKV2?_AWS_\d+) \|", ANSWERS.read_text(), re.MULTILINE))


def asked(python, folder, framework):
    """-> [(check, example, resource, what the check wants)]"""
    command = [python, "-m", "checkov.main", "-d", folder, "--framework", framework, "--skip-download", "--quiet", "--compact", "--output", "json"]
    # Its own environment, and nobody to report to.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BC_", "PRISMA_", "CKV_"))}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment)
    report = json.loads(done.stdout)
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        raise ValueError(f"checkov read nothing of {framework}: {report['summary']}")
    return [(found["check_id"], Path(found["file_path"]).stem, found["resource"], found["check_name"]) for found in report["results"]["failed_checks"]]


def written(cases, engine, scratch):
    folder = scratch / engine
    folder.mkdir()
    for case in cases:
        # No plan where the deployment failed, which is a fault already.
        if document := case.template if engine == "cloudformation" else case.plan:
            (folder / f"{case.name}.json").write_text(json.dumps(document))
    return folder


def run(cases, python, scratch, everything):
    begin, failed, faults = time.monotonic(), defaultdict(set), []
    with ThreadPoolExecutor() as both:
        reports = {
            engine: both.submit(asked, python, written(cases, engine, scratch), framework) for engine, framework in FRAMEWORKS.items()
        }
    for engine, report in reports.items():
        for check, example, resource, wanted in report.result():
            failed[check].add((example, engine, resource, wanted))
    answered, seconds = answers(), time.monotonic() - begin
    for check, found in sorted(failed.items()):
        if check not in answered:
            example, engine, resource, wanted = min(found)
            faults.append(f"checkov: {check} of {resource} in {example} ({engine}) and {len(found) - 1} more is not answered: {wanted}")
    if everything:
        faults += [f"checkov: {check} fails no more: docs/security.md need not answer it" for check in sorted(answered - set(failed))]
    for case in cases:
        mine = {check for check, found in failed.items() for example, *_ in found if example == case.name}
        case.cells["checkov"] = f"{'FAULT' if mine - answered else 'ok'} {len(mine)} answered"
    print(f"checkov: {len(failed)} checks fail in {len(cases)} examples, {len(faults)} faults, {seconds:.0f} s", flush=True)
    return faults
