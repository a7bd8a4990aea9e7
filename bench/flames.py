# SPDX-License-Identifier: Apache-2.0
"""Where gateway and tasks-service spend their time: a flame graph of each workload, ours as it is and as it was."""

import pathlib
import subprocess
import sys
import tempfile

from bench import compare, machine, perf
from bench.check import Wrong
from bench.dataset import Dataset
from bench.measure import Measurement
from bench.places import BENCH, BUILD, CACHE
from bench.rounds import say
from bench.systems import Ours, make
from bench.workloads import WORKLOADS

FOLDER = BUILD / "flames"
DRAWING = CACHE / "flame-graph"
PATIENCE_S = 60


def compared(commits):
    """What is looked at, and what a graph's title says that it is."""
    olds = [Ours(compare.build(commit), name=commit[:7]) for commit in commits]
    return [(Ours(), machine.revision()), *((old, old.name) for old in olds)]


def draw(title, recording, processes, cpu_ms_per_request, folded):
    """The graph's text. `processes` has the names, by process id. What accounts-service uses is nothing to speak of, so
    that a request's CPU is divided between them as the samples are."""
    stacks = {pid: recording.write_stacks(pid) for pid in processes}
    samples = {pid: perf.samples(path) for pid, path in stacks.items()}
    total = sum(samples.values())
    if not total:
        raise Wrong("perf has recorded nothing")
    named = [
        f"{processes[pid]}, {cpu_ms_per_request * samples[pid] / total:.4f} ms of CPU a request={path}"
        for pid, path in stacks.items()
    ]
    command = [DRAWING / "release" / "flame-graph", title, folded, *named]
    return subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S).stdout


def record(system, revision, workloads, data, plan, output):
    """One start of a system: a graph for each workload that went without a fault. Gives the runs back."""
    runs = []
    with Measurement(system, data, plan) as measurement:
        processes = {process.pid: process.name for process in (system.stack.gateway, system.stack.tasks)}
        for workload in workloads:
            recording = perf.Recording(measurement.folder / f"{workload.name}.data", processes)
            runs.append(measurement.run(workload, recording))
            say(runs[-1])
            if runs[-1]["faults"]:
                continue
            name = f"{workload.name}-{system.name}"
            title = f"{workload.name}: {workload.title} ({revision})"
            folded = FOLDER / f"{name}.folded"
            graph = draw(title, recording, processes, runs[-1]["cpu_ms_per_request"], folded)
            path = output / f"{name}.svg"
            path.write_bytes(graph)
            print(f"{path}: {len(graph) / 1000:.0f} kB", flush=True)
            recording.path.unlink()
    return runs


def run(revisions, wanted, plan, output):
    """The exit status: 0 if there is a graph of everything."""
    with tempfile.TemporaryDirectory() as folder:
        perf.check(pathlib.Path(folder))
    make(BENCH / "flame-graph", DRAWING)
    commits = [compare.resolve(revision) for revision in revisions]
    systems = compared(commits)
    output = output or FOLDER
    for folder in (FOLDER, output):
        folder.mkdir(parents=True, exist_ok=True)
    data = compare.dataset(commits) if commits else Dataset(BUILD)
    workloads = [workload for workload in WORKLOADS if workload.name in wanted]
    runs = []
    for system, revision in systems:
        try:
            runs += record(system, revision, workloads, data, plan, output)
        except Wrong as error:
            sys.exit(f"script/bench: {system.name}: {error}")
    return 1 if any(run["faults"] for run in runs) else 0
