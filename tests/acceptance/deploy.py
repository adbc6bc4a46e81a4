"""An example, deployed by both engines, and both networks compared."""

import compare
import mutations
from bench import Done


def deploy(bench, case, mutate):
    """`mutate`: faults of its template are looked for, too, now that there is a network by Terraform to compare with."""
    by_terraform(bench, case)
    before = bench.start(case)
    stack = bench.stack(case)
    with case.stage("cfn"):
        stack.create()
    case.networks["cloudformation"] = bench.read(case)
    if not case.faults:
        with case.stage("equal") as faults:
            unexpected, case.met = compare.judge(case.networks["terraform"], case.networks["cloudformation"])
            faults += map(str, unexpected)
        with case.stage("delete") as faults:
            stack.delete()
            faults += compare.left(before, bench.read(case))
    done = mutations.in_cloudformation(bench, case) if mutate else Done(case.name)
    done.cells, done.met, done.plan = case.cells, case.met, case.plan
    done.faults += case.faults
    return done


def by_terraform(bench, case):
    before = bench.start(case)
    with bench.terraform(case) as terraform:
        with case.stage("tf apply"):
            case.plan = terraform.plan()
            terraform.apply("plan")
        case.networks["terraform"] = bench.read(case)
        if not case.faults:
            with case.stage("empty plan") as faults:
                faults += terraform.drift()
            with case.stage("destroy") as faults:
                terraform.destroy()
                faults += compare.left(before, bench.read(case))


def plan(bench, case):
    """Only that, for Checkov."""
    bench.start(case)
    with bench.terraform(case) as terraform:
        return Done(case.name, plan=terraform.plan())
