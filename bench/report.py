# SPDX-License-Identifier: Apache-2.0
"""One table, as Markdown for people and as JSON with every single run."""

import json

from bench import mongo_driver, summary
from bench.workloads import WORKLOADS

HEAD = ["workload", "system", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "resident MiB", "errors", "runs"]


def number(value, digits=2):
    """With so many digits that matter, and commas from a thousand on."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.{digits}f}"


def spread(found, digits=2):
    return "{median:.{n}f} ({least:.{n}f}–{most:.{n}f})".format(**found, n=digits) if found else ""


def table(head, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *lines])


def _memory(figures):
    """Of all processes; in parentheses, where that is another figure, of those that the workload needs."""
    whole, core = figures.get("resident_mib"), figures.get("core_resident_mib")
    return number(whole, 0) + (f" ({number(core, 0)})" if core and core < whole else "")


def _line(key, figures, against):
    ratio = against.get(key, {})
    runs = figures["counted"] + figures["not_counted"]
    return [
        *key,
        number(figures.get("requests_per_s")),
        number(figures.get("p50_ms")),
        number(figures.get("p99_ms")),
        number(figures.get("cpu_ms_per_request"), 4),
        _memory(figures),
        str(figures["errors"]),
        f"{figures['counted']} of {runs}" if figures["not_counted"] else str(runs),
        spread(ratio.get("requests_per_s")),
        spread(ratio.get("cpu_ms_per_request")),
    ]


def _order(runs):
    """The workloads and the systems that there are, as they are told about."""
    workloads = [workload.name for workload in WORKLOADS if any(run["workload"] == workload.name for run in runs)]
    return sorted(workloads), list(dict.fromkeys(run["system"] for run in runs))


def markdown(document, reference):
    runs = document["runs"]
    workloads, systems = _order(runs)
    medians, against = summary.medians(runs), summary.against(runs, reference, workloads, systems)
    keys = [(workload, system) for workload in workloads for system in systems if (workload, system) in medians]
    head = [*HEAD, f"requests/s, {reference} ÷ this", f"CPU, {reference} ÷ this"]
    parts = [
        "\n".join(f"- {what}: {value}" for what, value in {**document["machine"], **document["settings"]}.items()),
        table(head, [_line(key, medians[key], against) for key in keys]),
        "Medians; a ratio is that of two runs in the same round: the median of all rounds (least–most).",
        "\n".join(f"- {workload.name}: {workload.title}" for workload in WORKLOADS if workload.name in workloads),
    ]
    if beside := summary.beside(runs, systems):
        lines = [[system, f"{figure}, {one} ÷ {other}", spread(found)] for system, one, other, figure, found in beside]
        parts.append(table(["system", "within a round", "ratio"], lines))
    added = {name: summary.added(runs, workloads, name, mongo_driver.DRIVER) for name in mongo_driver.SERVICES}
    if any(added.values()):
        parts.append(_added(added))
    if notes := _notes(runs):
        parts.append("\n".join(notes))
    return "\n\n".join(parts) + "\n"


def _added(added):
    head = ["workload", "system", "CPU ms of the driver's round trip", "what it adds to that", "added ÷ driver's"]
    lines = [
        [workload, system, spread(found["own_ms"], 4), spread(found["added_ms"], 4), spread(found["share"])]
        for system, workloads in added.items()
        for workload, found in workloads.items()
    ]
    return table(head, lines)


def _notes(runs):
    notes = []
    for run in runs:
        where = f"- round {run['round']}, {run['workload']}, {run['system']}"
        if run["faults"]:
            notes.append(f"{where} does not count: {'; '.join(run['faults'])}")
        elif run.get("idle_left", 0) < run.get("idle_opened", 0):
            notes.append(f"{where}: of {run['idle_opened']} idle connections {run['idle_left']} were left at the end")
    return notes


def write(document, reference, path):
    """PATH.json and PATH.md; gives the Markdown back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = markdown(document, reference)
    path.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
    path.with_suffix(".md").write_text(text)
    return text
