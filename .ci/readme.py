#!/usr/bin/env python3
"""Runs the commands that a Markdown file shows and compares what they print.

    readme.py FILE...

Looks at fenced blocks marked `console`: a line `$ eksnet ...` is a command, the lines up to the next one its output
(standard output, then standard error), `? N` as the first of them its exit status, `...` alone any lines. Commands
run in a scratch copy of the tracked files, one shell each, in order. Other programs' commands are not run.
"""

import fnmatch
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]


def commands(text):
    """-> (line number, command, expected status, expected lines or None if none are shown)"""
    for block in re.finditer(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        first = text.count("\n", 0, block.start(1)) + 1
        current = None
        for number, line in enumerate(block[1].splitlines(), first):
            if line.startswith("$ "):
                if current:
                    yield current
                current = [number, line[2:], 0, []]
            elif current and not current[3] and (status := re.fullmatch(r"\? (\d+)", line)):
                current[2] = int(status[1])
            elif current and current[1].endswith("\\"):
                current[1] = current[1][:-1] + line.removeprefix("> ").lstrip()
            elif current:
                current[3].append(line)
        if current:
            yield current


def matches(shown, printed):
    """Whether the lines are the same, with `...` for any number of lines and at an end for the rest of a line."""
    if not shown:
        return not printed
    if shown[0].strip() == "...":
        return any(matches(shown[1:], printed[n:]) for n in range(len(printed) + 1))
    if not printed:
        return False
    pattern = re.sub(r"([*?\[])", r"[\1]", shown[0].rstrip())
    pattern = pattern[:-3] + "*" if pattern.endswith("...") else pattern
    return fnmatch.fnmatchcase(printed[0].rstrip(), pattern) and matches(shown[1:], printed[1:])


def main(files):
    ran, wrong = 0, 0
    with tempfile.TemporaryDirectory(prefix="eksnet-readme-") as scratch:
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, check=True, capture_output=True).stdout
        archive = subprocess.run(["tar", "-c", "--null", "-T", "-"], cwd=REPO, input=tracked, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x"], cwd=scratch, input=archive, check=True)
        env = os.environ | {"PATH": f"{REPO / 'target' / 'debug'}:{os.environ['PATH']}", "NO_COLOR": "1", "COLUMNS": "100"}
        for name in files:
            for line, command, status, shown in commands((REPO / name).read_text()):
                if not command.startswith("eksnet "):
                    print(f"{name}:{line}: not run: {command}")
                    continue
                done = subprocess.run(["bash", "-c", command], cwd=scratch, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
                ran += 1
                printed = (done.stdout + done.stderr).rstrip().splitlines()
                if done.returncode != status or (shown and not matches(shown, printed)):
                    wrong += 1
                    print(f"{name}:{line}: `{command}` ended with {done.returncode}, not {status}" if done.returncode != status else f"{name}:{line}: `{command}` printed")
                    print("\n".join(f"    {text}" for text in printed[:40]))
    print(f"{ran} commands run, {wrong} not as shown")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
