#!/usr/bin/env python3
"""Holds the published JSON Schema against an independent validator: every example passes, every misspelt one fails."""

import copy
import json
import sys
import tomllib
from pathlib import Path

import jsonschema
import yaml

REPO = Path(__file__).resolve().parents[1]
READ = {".yaml": yaml.safe_load, ".json": json.loads, ".toml": tomllib.loads}


def maps(value):
    """Every map of keys that eksnet knows: not those whose keys the user chose."""
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            named = key in {"tiers", "node-groups", "fargate", "entries", "tags", "labels", "cidrs"}
            for found in inner.values() if named and isinstance(inner, dict) else [inner]:
                yield from maps(found)
    elif isinstance(value, list):
        for inner in value:
            yield from maps(inner)


def main():
    schema = json.loads((REPO / "docs/spec.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong, specs, misspelt = [], 0, 0
    for path in sorted((REPO / "examples").iterdir()):
        if path.suffix not in READ:
            continue
        spec = READ[path.suffix](path.read_text())
        specs += 1
        wrong += [f"{path.name}: {error.message}" for error in validator.iter_errors(spec)]
        for n in range(len(list(maps(spec)))):
            broken = copy.deepcopy(spec)
            list(maps(broken))[n]["misspelt"] = 1
            misspelt += 1
            if validator.is_valid(broken):
                wrong.append(f"{path.name}: a misspelt key in map {n} is not noticed")
    print("\n".join(wrong) or f"{specs} specs pass, {misspelt} with a misspelt key do not")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
