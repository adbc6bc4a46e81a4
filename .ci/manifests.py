#!/usr/bin/env python3
"""Holds the manifests of every example against what Kubernetes takes.

    manifests.py [EXAMPLE ...]    an EXAMPLE is the stem of a spec in examples/; without any, all

read      two readers of YAML, of versions 1.1 and 1.2 where one is there, see the same
validate  Kubernetes' own kinds by kubernetes-validate, the others by their schemas in tests/kubernetes/
mutants   the same manifests with a mistake each: every one must be refused, or the validator proves nothing

$EKSNET_BIN names another binary.
"""

import copy
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / ".ci"))

import jsonschema  # noqa: E402
import kubernetes_validate  # noqa: E402
import yaml  # noqa: E402
from acceptance import SPECS, binary  # noqa: E402

VERSION = "1.35"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
# Of an object of any kind; schemas of kinds leave it to Kubernetes.
METADATA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "namespace": {"type": "string"}, "labels": TEXTS, "annotations": TEXTS},
}
OWN = {}
for path in sorted((REPO / "tests" / "kubernetes").glob("*.yaml")):
    schema = yaml.safe_load(path.read_text())
    OWN[f"{schema['group']}/{schema['version']}", schema["kind"]] = schema


def render(spec):
    """The text of an example's manifests; empty where it has none."""
    with tempfile.TemporaryDirectory(prefix="eksnet-manifests-") as scratch:
        ledger = Path(scratch) / "eksnet.lock"
        command = [binary(), "synth", str(spec), "--format", "kubernetes", "--ledger", str(ledger)]
        done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        sys.exit(f"{spec.name}: {done.stderr}")
    return done.stdout


def validator(schema):
    return jsonschema.Draft202012Validator(schema)


def faults(document):
    """What is wrong with an object; nothing where it would be taken."""
    kind = (document.get("apiVersion"), document.get("kind"))
    if not all(isinstance(name, str) for name in kind):
        return [f"{kind} is no kind"]
    if schema := OWN.get(kind):
        errors = [*validator(schema["schema"]).iter_errors(document), *validator(METADATA).iter_errors(document.get("metadata"))]
        found = [f"{error.json_path}: {error.message}" for error in errors]
        has = "namespace" in (document.get("metadata") or ())
        if has != (schema["scope"] == "Namespaced"):
            found.append(f"$.metadata: the kind is {schema['scope']}")
        return found
    try:
        kubernetes_validate.validate(document, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message}"]
    except kubernetes_validate.SchemaNotFoundError as error:
        return [f"no schema knows it: {error}"]
    return []


def places(value, path=()):
    """Every value of a document, with the way to it."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def mutants(document):
    """The document with a mistake each: a key misspelt, a text where a list or map is, a list where a text is."""
    for path, value in places(document):
        # Names of labels and settings, and what they are set to, are the user's.
        if not path or {"data", "labels", "matchLabels"} & set(path[:-1]):
            continue
        if isinstance(path[-1], str) and path[-1] not in ("apiVersion", "kind"):
            yield path, change(document, path, lambda parent, key: parent.update({f"{key}x": parent.pop(key)}))
        wrong = "text" if isinstance(value, (dict, list)) else [value]
        yield path, change(document, path, lambda parent, key, wrong=wrong: parent.__setitem__(key, wrong))


def change(document, path, how):
    mutant = copy.deepcopy(document)
    parent = mutant
    for key in path[:-1]:
        parent = parent[key]
    how(parent, path[-1])
    return mutant


def readers():
    yield "PyYAML", lambda text: list(yaml.safe_load_all(text))
    try:
        from ruamel.yaml import YAML
    except ImportError:
        return
    yield "ruamel.yaml", lambda text: list(YAML(typ="safe", pure=True).load_all(text))


def main():
    wanted = sys.argv[1:]
    specs = [p for p in sorted((REPO / "examples").glob("*")) if p.suffix in SPECS]
    if unknown := set(wanted) - {p.stem for p in specs}:
        sys.exit(f"no such example: {', '.join(sorted(unknown))}")
    specs = [p for p in specs if not wanted or p.stem in wanted]
    wrong, objects, refused, kinds = [], 0, 0, set()
    for spec in specs:
        text = render(spec)
        if not text:
            continue
        seen = {name: read(text) for name, read in readers()}
        documents = seen["PyYAML"]
        wrong += [f"{spec.name}: {name} reads another text" for name, read in seen.items() if read != documents]
        for document in documents:
            name = f"{spec.name}: {document.get('kind')} {document.get('metadata', {}).get('name')}"
            wrong += [f"{name}: {fault}" for fault in faults(document)]
            objects += 1
            kind = (document["apiVersion"], document["kind"])
            if kind in kinds:
                continue
            kinds.add(kind)
            for path, mutant in mutants(document):
                if faults(mutant):
                    refused += 1
                else:
                    wrong.append(f"{name}: a mistake at {'.'.join(map(str, path))} is not seen")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{objects} objects of {len(kinds)} kinds are right, {refused} mistakes are seen")
    if not objects and not wanted:
        sys.exit("no example has manifests")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
