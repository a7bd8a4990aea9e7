# SPDX-License-Identifier: Apache-2.0
"""All systems in turn, several times: what is compared has run one after the other."""

import sys

from bench.measure import measure
from bench.workloads import GROUPS, WORKLOADS


def groups(wanted, at_once):
    """Lists of workloads that share a start of each system: all of them where that has to be quick, else those that are
    compared with each other."""
    if at_once:
        return [[workload for workload in WORKLOADS if workload.name in wanted]]
    by_name = {workload.name: workload for workload in WORKLOADS}
    found = [[by_name[name] for name in group if name in wanted] for group in GROUPS]
    return [group for group in found if group]


def takes(system, workload):
    if system.is_limit:
        return workload.name in system.workloads
    return system.is_ours or not workload.ours_alone


def say(run):
    figures = f"{run['requests_per_s']:>10,.0f}/s" if "requests_per_s" in run else ""
    figures += f"  {run['cpu_ms_per_request']:.4f} ms CPU" if "cpu_ms_per_request" in run else ""
    print(f"  {run['workload']:6} {run['system']:24} {figures} {'; '.join(run['faults'])}", file=sys.stderr, flush=True)


def run_rounds(systems, wanted, rounds, data, plan, at_once=False, beside=None):
    """Every run, with its round's number. Every other round goes the other way round. `beside(data, plan, workloads)`
    adds the runs of what takes no requests over HTTP."""
    runs = []
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
        for group in groups(wanted, at_once):
            for system in systems if number % 2 else systems[::-1]:
                taken = [workload for workload in group if takes(system, workload)]
                for run in measure(system, taken, data, plan) if taken else []:
                    runs.append({"round": number, **run})
                    say(runs[-1])
            if beside is not None:
                for run in beside(data, plan, [workload.name for workload in group]):
                    runs.append({"round": number, **run})
                    say(runs[-1])
    return runs
