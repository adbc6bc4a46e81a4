"""Where examples are deployed: a few lanes, each a process with one emulated cloud and one provider process for all that it is
given. Of a deployment's time most is the provider's own waiting, so there are more lanes than cores.

A provider knows one cloud, and a cloud is emptied between examples, so neither can be shared by two at once.
"""

import multiprocessing
import os
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import existing
from emulator import Emulator
from network import Network
from stack import Stack
from terraform import Provider, Terraform, environment

LANES = 3 * (os.cpu_count() or 1)


class Bench:
    def __init__(self, emulator, provider):
        self.emulator, self.provider = emulator, provider

    def start(self, case):
        """The cloud as the example expects it. -> what is there"""
        self.emulator.reset()
        existing.prepare(case.name, case.region)
        return self.read(case)

    def read(self, case):
        return Network(self.emulator.url, case.region).read() | {"asked": self.emulator.eks.asked()}

    def stack(self, case, template=None):
        return Stack(template or case.template, case.region, self.emulator.url)

    def terraform(self, case):
        return Terraform(case.folder, self.provider.env)


@dataclass
class Done:
    """What came of a job: what the table has of it, what is wrong, and what is to be told at the end."""

    name: str
    cells: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    said: list = field(default_factory=list)
    mutated: int = 0
    caught: int = 0
    met: set = field(default_factory=set)
    plan: dict | None = None


_lane = None


def _open():
    global _lane
    emulator = Emulator().__enter__()
    _lane = Bench(emulator, Provider(environment(**emulator.settings("us-east-1"))))


def _do(job, case, arguments):
    try:
        return job(_lane, case, *arguments)
    except Exception:  # noqa: BLE001  (whatever it is, the other examples have their verdict)
        return Done(case.name, faults=[f"{job.__name__}: {traceback.format_exc()}"])


def run(jobs, lanes=LANES):
    """Jobs are (function of a bench, a case and more, case, more); what takes longest comes first. -> what came of each"""
    with ProcessPoolExecutor(min(lanes, len(jobs)) or 1, multiprocessing.get_context("fork"), _open) as pool:
        waiting = [pool.submit(_do, job, case, arguments) for job, case, *arguments in jobs]
        return [future.result() for future in waiting]
