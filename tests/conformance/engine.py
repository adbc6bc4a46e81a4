"""Terraform, its AWS provider and an emulated AWS, each started once and stopped again.

Shared by probe.py and by .ci/acceptance.py.
"""

import ctypes
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
REGISTRY = "registry.terraform.io"
PROVIDER = "hashicorp/aws"
PROVIDER_VERSION = "5.100.0"
# Of Terraform and its provider: a quarter less work, for memory that is there.
GOGC = "400"


class Missing(Exception):
    """A tool that is not on this machine."""


def lab():
    """The folder with the patched moto server and the judge; not part of this repository."""
    return Path(os.environ.get("EKSNET_LAB") or REPO.parent / "shared" / "lab")


def terraform():
    found = shutil.which("terraform")
    if not found:
        raise Missing("terraform not found")
    return found


def plugin_dir():
    """The folder that holds `registry.terraform.io/`: $TF_PLUGIN_DIR, else a mirror two levels below the root."""
    named = os.environ.get("TF_PLUGIN_DIR")
    candidates = [named] if named else sorted(str(Path(p).parent) for p in glob.glob(f"/*/*/{REGISTRY}"))
    for folder in candidates:
        if (Path(folder) / REGISTRY / PROVIDER / PROVIDER_VERSION).is_dir():
            return Path(folder)
    raise Missing(f"terraform provider {PROVIDER} {PROVIDER_VERSION} not found (set TF_PLUGIN_DIR)")


def environment(**extra):
    """This process's environment without the user's own AWS and Terraform settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))}
    # /dev/null and not a missing file: Terraform warns about the latter on standard output.
    return kept | {"GOGC": GOGC, "TF_CLI_CONFIG_FILE": "/dev/null", "TF_INPUT": "0", "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"} | extra


def _end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class _Process:
    process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Provider(_Process):
    """One provider process that every terraform command attaches to: no `init`, and two seconds less a command."""

    def __init__(self, env, log=subprocess.DEVNULL):
        folder = plugin_dir() / REGISTRY / PROVIDER / PROVIDER_VERSION
        binary = next(iter(sorted(folder.glob("*/terraform-provider-aws_*"))), None)
        if binary is None:
            raise Missing(f"no provider binary under {folder}")
        # Served for debugging, it would tell everything that it does.
        quiet = {f"TF_LOG_{part}": "ERROR" for part in ("PROVIDER", "PROVIDER_AWS", "SDK", "SDK_PROTO")}
        self.process = subprocess.Popen(
            [str(binary), "-debug"], env=env | quiet, text=True, preexec_fn=_end_with_parent,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
        )
        for line in self.process.stdout:
            if found := re.search(r"TF_REATTACH_PROVIDERS='(.*)'", line):
                self.env = env | {"TF_REATTACH_PROVIDERS": found[1]}
                return
        raise Missing("the AWS provider did not start")


class Cloud(_Process):
    """An AWS emulated on the loopback interface: the lab's patched moto where there is one, else moto itself."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        patched = lab() / "moto_patched.py"
        self.patched = patched.is_file()
        command = [str(patched), str(port)] if self.patched else ["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(
            [sys.executable, *command], env=os.environ | {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
            preexec_fn=_end_with_parent, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            if self.process.poll() is not None:
                raise Missing("moto did not start (is it installed in this Python?)")
            try:
                urllib.request.urlopen(f"{self.url}/moto-api/data.json", timeout=5).read()
                return
            except OSError:
                time.sleep(0.1)
        raise Missing("moto did not answer within a minute")

    def settings(self):
        return {
            "AWS_ENDPOINT_URL": self.url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "2",
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }


class Workspace:
    """A temporary folder in which terraform runs."""

    def __init__(self, env):
        self.env = env
        self.binary = terraform()
        self._folder = tempfile.TemporaryDirectory(prefix="eksnet-tf-")
        self.path = Path(self._folder.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def write(self, document):
        (self.path / "main.tf.json").write_text(json.dumps(document))

    def run(self, *args, cwd=None, timeout=600):
        """-> (exit code, standard output and error)"""
        done = subprocess.run(
            [self.binary, *args], cwd=cwd or self.path, env=self.env, text=True, timeout=timeout,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=_end_with_parent,
        )
        return done.returncode, done.stdout


def errors(output):
    """The error diagnostics in `terraform … -json` output, one line each."""
    found = []
    for line in output.splitlines():
        try:
            diagnostic = json.loads(line).get("diagnostic") or {}
        except (ValueError, AttributeError):
            continue
        if diagnostic.get("severity") == "error":
            text = f"{diagnostic.get('address') or ''} {diagnostic['summary']}: {diagnostic.get('detail', '')}"
            found.append(re.sub(r"\s+", " ", text).strip())
    return found
