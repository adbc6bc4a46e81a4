#!/usr/bin/env python3
"""Renews the facts about AWS resource types that the conformance tests hold the crate's tables against.

    renew.py            write cloudformation.json, terraform.json and replacement.json
    renew.py --check    write nothing; exit 1 if one of them is stale

Run it with a Python that has cfn-lint (its wheel holds the CloudFormation schemas), where `terraform` and the AWS
provider are at hand. The types are listed in types.txt. Flags that are false, and `create_only` when it is "no", are
left out of the output.
"""

import argparse
import difflib
import json
import subprocess
import sys
from pathlib import Path

import engine

HERE = Path(__file__).resolve().parent
CFN_LINT = "1.51.0"
REGION = "us-east-1"
LONGEST_ENUM = 24


def listed():
    lines = [line.split("#")[0].strip() for line in (HERE / "types.txt").read_text().splitlines()]
    types = sorted(line for line in lines if line)
    return [t for t in types if t.startswith("AWS::")], [t for t in types if not t.startswith("AWS::")]


def dump(facts, about):
    """JSON with one line a property: small, and a change of the schemas shows as a readable diff."""
    text = lambda value: json.dumps(value, separators=(",", ":"), sort_keys=True)
    blocks = [f' "$comment":{text(about)}']
    for type_name, entry in sorted(facts.items()):
        scalars = [f"  {text(k)}:{text(v)}" for k, v in entry.items() if k != "properties"]
        rows = ",\n".join(f"   {text(path)}:{text(fact)}" for path, fact in sorted(entry["properties"].items()))
        scalars.append(f'  "properties":{{\n{rows}\n  }}')
        blocks.append(f" {text(type_name)}:{{\n" + ",\n".join(scalars) + "\n }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


# CloudFormation


class Schema:
    """One registry schema, read as a flat list of property paths."""

    def __init__(self, schema):
        self.schema = schema
        flags = {"read_only": "readOnlyProperties", "write_only": "writeOnlyProperties",
                 "yes": "createOnlyProperties", "conditional": "conditionalCreateOnlyProperties"}
        self.flagged = {flag: {self.path_of(p) for p in schema.get(key, [])} for flag, key in flags.items()}
        self.properties = {}
        self.walk("", schema, ())

    @staticmethod
    def path_of(pointer):
        """/properties/Listeners/*/Port, or …/items/properties/Port -> Listeners[].Port"""
        path = ""
        for part in pointer.split("/")[2:]:
            if part in ("*", "items"):
                path += "[]"
            elif part != "properties":
                path += f".{part}" if path else part
        return path

    def has(self, flag, path):
        """Whether the path or one of its parents is flagged. Pointers may leave out the step into an array."""
        plain = lambda p: p.replace("[]", "")
        return any(plain(path) == plain(p) or plain(path).startswith(plain(p) + ".") for p in self.flagged[flag])

    def resolve(self, node):
        while "$ref" in node:
            pointer, target = node["$ref"].removeprefix("#/").split("/"), self.schema
            for part in pointer:
                target = target[part]
            node = {**target, **{k: v for k, v in node.items() if k != "$ref"}}
        return node

    def members(self, node):
        """-> ({name: node}, required names) over the node itself and all arms of its unions."""
        properties, required = dict(node.get("properties", {})), set(node.get("required", []))
        for arm in node.get("allOf", []):
            inner, needed = self.members(self.resolve(arm))
            properties, required = {**inner, **properties}, required | needed
        for union in ("oneOf", "anyOf"):
            arms = [self.members(self.resolve(arm)) for arm in node.get(union, [])]
            for inner, _ in arms:
                properties = {**inner, **properties}
            if arms:
                required |= set.intersection(*(needed for _, needed in arms))
        return properties, required

    def kinds(self, node):
        """The JSON types a node may have."""
        declared = node.get("type", [])
        found = {declared} if isinstance(declared, str) else set(declared)
        if not found:
            for union in ("oneOf", "anyOf", "allOf"):
                for arm in node.get(union, []):
                    found |= self.kinds(self.resolve(arm))
        if not found and node.get("properties"):
            found = {"object"}
        return found or {"json"}

    def type_of(self, node):
        node, kinds = self.resolve(node), self.kinds(self.resolve(node))
        if kinds == {"array"}:
            return f"array<{self.type_of(node['items'])}>" if "items" in node else "array<json>"
        if "object" in kinds and not self.members(node)[0]:
            values = [v for v in node.get("patternProperties", {}).values()]
            return f"map<{self.type_of(values[0])}>" if values else "json"
        return "|".join(sorted(kinds))

    def walk(self, path, node, seen):
        node = self.resolve(node)
        while "array" in self.kinds(node) and "items" in node:
            path, node = path + "[]", self.resolve(node["items"])
        marker = id(node.get("properties")) if "properties" in node else None
        if marker in seen:
            return
        properties, required = self.members(node)
        for name, child in properties.items():
            inner = f"{path}.{name}" if path else name
            self.properties[inner] = self.fact(inner, child, name in required)
            self.walk(inner, child, (*seen, marker) if marker else seen)

    def fact(self, path, node, required):
        fact = {"type": self.type_of(node)}
        if required:
            fact["required"] = True
        for flag in ("read_only", "write_only"):
            if self.has(flag, path):
                fact[flag] = True
        for flag in ("yes", "conditional"):
            if self.has(flag, path):
                fact["create_only"] = flag
                break
        values = self.enum(node)
        if values and len(values) <= LONGEST_ENUM:
            fact["enum"] = values
        return fact

    def enum(self, node):
        node = self.resolve(node)
        while "items" in node and "enum" not in node:
            node = self.resolve(node["items"])
        return node.get("enum")


def cloudformation(types):
    import cfnlint.version
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER as schemas

    if cfnlint.version.__version__ != CFN_LINT:
        sys.exit(f"cfn-lint {CFN_LINT} is needed, this is {cfnlint.version.__version__}")
    facts = {}
    for type_name in types:
        found = schemas.get_resource_schema(REGION, type_name)
        schema = Schema(found.schema)
        facts[type_name] = {
            "get_att": sorted(found.get_atts),
            "identifier": [Schema.path_of(p) for p in found.schema.get("primaryIdentifier", [])],
            "replacement": found.schema.get("replacementStrategy", "create_then_delete"),
            "properties": schema.properties,
        }
    return dump(facts, f"CloudFormation resource schemas in cfn-lint {CFN_LINT}, {REGION}. Written by renew.py.")


# Terraform


def tf_type(shape):
    if isinstance(shape, str):
        return shape
    outer, inner = shape[0], shape[1]
    if outer == "object":
        return "object({" + ",".join(f"{k}={tf_type(v)}" for k, v in sorted(inner.items())) + "})"
    return f"{outer}({tf_type(inner)})"


def tf_block(block, path, facts):
    for name, attribute in block.get("attributes", {}).items():
        flags = ("required", "optional", "computed", "deprecated", "sensitive", "write_only")
        fact = {"type": tf_type(attribute["type"])} | {flag: True for flag in flags if attribute.get(flag)}
        facts[path + name] = fact
    for name, nested in block.get("block_types", {}).items():
        single = nested["nesting_mode"] == "single" or nested.get("max_items") == 1
        fact = {"type": nested["nesting_mode"], "block": True}
        fact["required" if nested.get("min_items") else "optional"] = True
        if "max_items" in nested:
            fact["max_items"] = nested["max_items"]
        facts[path + name] = fact
        tf_block(nested["block"], f"{path}{name}." if single else f"{path}{name}[].", facts)


def terraform(types):
    env = engine.environment()
    with engine.Workspace(env) as workspace:
        workspace.write({"terraform": {"required_providers": {"aws": {"source": engine.PROVIDER, "version": engine.PROVIDER_VERSION}}}})
        code, output = workspace.run("init", "-input=false", f"-plugin-dir={engine.plugin_dir()}")
        if code:
            sys.exit(output)
        done = subprocess.run([workspace.binary, "providers", "schema", "-json"], cwd=workspace.path, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    provider = json.loads(done.stdout)["provider_schemas"][f"{engine.REGISTRY}/{engine.PROVIDER}"]
    facts = {}
    for type_name in types:
        group = "data_source_schemas" if type_name.startswith("data.") else "resource_schemas"
        properties = {}
        tf_block(provider[group][type_name.removeprefix("data.")]["block"], "", properties)
        facts[type_name] = {"properties": properties}
    return dump(facts, f"Terraform provider {engine.PROVIDER} {engine.PROVIDER_VERSION}. Written by renew.py.")


# Replacement


def replacement(types, table):
    """What the table of the provider's source says of each attribute, and which CloudFormation property goes with it."""
    rows = [line.split("\t") for line in table.read_text().splitlines() if line and not line.startswith("#")]
    header, rows = rows[0], [dict(zip(rows[0], row)) for row in rows[1:]]
    assert {"cfn_type", "tf_type", "cfn_property", "tf_attribute", "tf_replaces"} <= set(header), header
    facts = {}
    for row in rows:
        if row["tf_type"] not in types or row["tf_attribute"] == "-" or row["tf_replaces"] == "n/a":
            continue
        # A row may name several attributes that pair with one property.
        for attribute in row["tf_attribute"].split(" / "):
            fact = facts.setdefault(row["tf_type"], {"properties": {}})["properties"].setdefault(attribute, {"replaces": row["tf_replaces"]})
            if fact["replaces"] != row["tf_replaces"]:
                sys.exit(f"{table}: two answers for {row['tf_type']}.{attribute}")
            if row["cfn_property"] != "-":
                fact.setdefault("property", []).append(f"{row['cfn_type']}.{row['cfn_property']}")
    return dump(facts, "Terraform provider hashicorp/aws 6.58.0, from its source. Written by renew.py.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--table", type=Path, default=engine.lab().parent / "replacement.tsv", help="the table of replacements")
    arguments = parser.parse_args()
    cfn_types, tf_types = listed()
    made = {"cloudformation.json": lambda: cloudformation(cfn_types), "terraform.json": lambda: terraform(tf_types)}
    if arguments.table.is_file():
        made["replacement.json"] = lambda: replacement(tf_types, arguments.table)
    else:
        print(f"replacement.json: skipped, {arguments.table} not found")
    stale = []
    for name, make in made.items():
        path, new = HERE / name, make()
        old = path.read_text() if path.exists() else ""
        json.loads(new)
        if new == old:
            print(f"{name}: current, {len(new.encode())} bytes")
        elif arguments.check:
            stale.append(name)
            sys.stdout.writelines(list(difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "renewed", n=0))[:60])
        else:
            path.write_text(new)
            print(f"{name}: written, {len(new.encode())} bytes")
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run {Path(__file__).name}")


if __name__ == "__main__":
    try:
        main()
    except engine.Missing as missing:
        sys.exit(str(missing))
