# SPDX-License-Identifier: Apache-2.0
"""The table of --orders: what each case costs, and how many times as much as what it is held against."""

import json
import statistics

from bench import summary
from bench.report import number, spread, table

HEAD = ["", "CPU ms", "gateway", "tasks-service", "of these times", "that of", "at most", "runs"]


def _cases(runs):
    """By group and name, the runs of each case, in the order of the first round."""
    found = {}
    for run in sorted(runs, key=lambda run: run["round"]):
        found.setdefault((run["group"], run["workload"]), []).append(run)
    return found


def _median(runs, figure):
    values = [figure(run) for run in runs if summary.counts(run)]
    return statistics.median(values) if values else None


def ratios(cases, group, name):
    """The case's CPU by that of what it is held against, of each round in which both count."""
    own = cases[group, name]
    other = {run["round"]: run for run in cases.get((group, own[0]["against"]), []) if summary.counts(run)}
    return [
        run["cpu_ms_per_request"] / other[run["round"]]["cpu_ms_per_request"]
        for run in own
        if summary.counts(run) and run["round"] in other
    ]


def is_missed(runs, found):
    """Whether the median is more than it may be."""
    limit = runs[0]
    cpu = _median(runs, lambda run: run["cpu_ms_per_request"])
    if limit["ms"] is not None:
        return cpu is not None and cpu > limit["ms"]
    return limit["times"] is not None and found is not None and found["median"] > limit["times"]


def _line(cases, group, name):
    runs = cases[group, name]
    found = summary.spread(ratios(cases, group, name))
    most = f"{runs[0]['ms']} ms" if runs[0]["ms"] is not None else f"{runs[0]['times']} times" if runs[0]["times"] else ""
    counted = sum(map(summary.counts, runs))
    parts = [
        _median(runs, lambda run, part=part: run["parts_ms_per_request"][part]) for part in ("gateway", "tasks-service")
    ]
    return [
        name,
        number(_median(runs, lambda run: run["cpu_ms_per_request"]), 4),
        *(number(part, 4) for part in parts),
        spread(found),
        runs[0]["against"] or "",
        most + (", missed" if is_missed(runs, found) else ""),
        str(counted) if counted == len(runs) else f"{counted} of {len(runs)}",
    ]


def markdown(document):
    cases = _cases(document["runs"])
    parts = ["\n".join(f"- {what}: {value}" for what, value in {**document["machine"], **document["settings"]}.items())]
    for group in dict.fromkeys(group for group, _ in cases):
        lines = [_line(cases, group, name) for at, name in cases if at == group]
        parts.append(f"**{group}**\n\n" + table(HEAD, lines))
    parts.append(
        "CPU of a request, of all three processes, of the gateway and of tasks-service: medians. How many times that is what it is"
        " held against: of two runs in one start, the median of all rounds (least–most)."
    )
    faults = [
        f"- round {run['round']}, {run['group']}, {run['workload']} does not count: {'; '.join(run['faults'])}"
        for run in document["runs"]
        if run["faults"]
    ]
    return "\n\n".join([*parts, "\n".join(faults)] if faults else parts) + "\n"


def write(document, path):
    """PATH.json and PATH.md; gives the Markdown back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = markdown(document)
    path.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
    path.with_suffix(".md").write_text(text)
    return text
