"""Two networks, compared: every difference by its path, but for those that the engines are known to have."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    path: tuple
    terraform: object
    cloudformation: object

    def __str__(self):
        return f"{' > '.join(self.path)}: Terraform {short(self.terraform)}, CloudFormation {short(self.cloudformation)}"


def short(value):
    text = "nothing" if value is None else repr(value)
    return text if len(text) < 200 else f"{text[:200]}…"


def differences(terraform, cloudformation, path=()):
    if terraform == cloudformation:
        return
    if isinstance(terraform, dict) and isinstance(cloudformation, dict):
        for key in sorted(terraform.keys() | cloudformation.keys()):
            yield from differences(terraform.get(key), cloudformation.get(key), (*path, str(key)))
    elif isinstance(terraform, list) and isinstance(cloudformation, list):
        yield from (Difference(path, part, None) for part in terraform if part not in cloudformation)
        yield from (Difference(path, None, part) for part in cloudformation if part not in terraform)
        if all(part in cloudformation for part in terraform) and all(part in terraform for part in cloudformation):
            yield Difference(path, terraform, cloudformation)
    else:
        yield Difference(path, terraform, cloudformation)


@dataclass(frozen=True)
class Known:
    """A difference that one engine cannot help. `said` is where docs/engines.md says so."""

    path: str
    said: str

    def covers(self, difference):
        return re.fullmatch(self.path, " > ".join(difference.path)) is not None


KNOWN = (
    # Terraform takes the VPC's default group over, without rules and with tags; CloudFormation has no resource for it.
    Known(r"group > default of vpc .* > Tags", "the VPC's default security group"),
    Known(r"rule > group default of vpc .* to (0\.0\.0\.0|::)/0 .*", "the VPC's default security group"),
    Known(r"subnet > existing-.* > Tags > (kubernetes\.io|karpenter\.sh)/.*", "tags of existing subnets"),
    Known(r"subnet > .* > Reserved", "room for prefixes in subnets that nodes stand in"),
    # The partner's request, which Terraform accepts and tags; the data lake, in whose account CloudFormation accepts.
    Known(r"peering > vpc-0aaaabbbbccccdddd with .* > (Status|Tags).*", "a peering that the other side asked for (`accept`)"),
    Known(r"peering > .* with vpc-09f8e7d6c5b4a3021 > Status > .*", "a peering with another account"),
)
# What stays when all is destroyed, with the reason.
STAYS = {
    r"peering > vpc-0aaaabbbbccccdddd with .* > (Status|Tags).*": "the provider leaves a peering that it accepted; either side can delete it",
}


def left(before, after):
    """What is there that was not there, or the other way round."""
    paths = [" > ".join(found.path) for found in differences(after, before)]
    return [f"left: {path}" for path in paths if not any(re.fullmatch(stays, path) for stays in STAYS)]


def judge(terraform, cloudformation):
    """-> (differences that nobody expects, the known ones that there are)"""
    unexpected, met = [], set()
    for difference in differences(terraform, cloudformation):
        known = next((known for known in KNOWN if known.covers(difference)), None)
        if known:
            met.add(known)
        else:
            unexpected.append(difference)
    return unexpected, met
