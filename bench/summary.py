# SPDX-License-Identifier: Apache-2.0
"""What many runs say together. A run with a fault in it says nothing."""

import statistics

FIGURES = (
    "requests_per_s", "p50_ms", "p99_ms", "cpu_ms_per_request", "resident_mib", "proportional_mib", "core_resident_mib",
)  # fmt: skip


def counts(run):
    return not run["faults"] and "requests_per_s" in run


def spread(values):
    """Median, least and most."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values)} if values else None


def medians(runs):
    """(workload, system) → each figure's median, and how many runs count and how many don't."""
    found = {}
    for run in runs:
        found.setdefault((run["workload"], run["system"]), []).append(run)
    return {
        key: {
            **{
                figure: statistics.median(values)
                for figure in FIGURES
                if (values := [run[figure] for run in group if counts(run) and figure in run])
            },
            "errors": sum(run.get("errors", 0) for run in group),
            "counted": sum(map(counts, group)),
            "not_counted": sum(not counts(run) for run in group),
        }
        for key, group in found.items()
    }


def pairs(runs, figure, one, other):
    """Both figures of each round in which both runs count; each of the two is (workload, system)."""
    by_round = {
        (run["round"], run["workload"], run["system"]): run[figure] for run in runs if counts(run) and run.get(figure)
    }
    rounds = sorted({number for number, *_ in by_round})
    return [
        (by_round[number, *one], by_round[number, *other])
        for number in rounds
        if (number, *one) in by_round and (number, *other) in by_round
    ]


def ratios(runs, figure, numerator, denominator):
    """One for each round in which both runs count."""
    return [mine / theirs for mine, theirs in pairs(runs, figure, numerator, denominator)]


def against(runs, reference, workloads, systems):
    """(workload, system) → the reference's by the system's, of requests a second and of CPU, as spreads."""
    return {
        (workload, system): {
            figure: spread(ratios(runs, figure, (workload, reference), (workload, system)))
            for figure in ("requests_per_s", "cpu_ms_per_request")
        }
        for workload in workloads
        for system in systems
        if system != reference
    }


# What is compared within a system: a workload, what it is held against, and the figure.
BESIDE = [("W5", "W2", "requests_per_s"), ("W5", "W2", "cpu_ms_per_request"), ("W7-W2", "W2", "p99_ms")]


def beside(runs, systems):
    return [
        (system, workload, other, figure, found)
        for system in systems
        for workload, other, figure in BESIDE
        if (found := spread(ratios(runs, figure, (workload, system), (other, system))))
    ]


def added(runs, workloads, whole, part):
    """workload → CPU of the system `part`, and what the system `whole`, which does the same by it, takes besides: in
    milliseconds, and as a share of the part's own. Spreads."""
    found = {}
    for workload in workloads:
        both = pairs(runs, "cpu_ms_per_request", (workload, whole), (workload, part))
        if both:
            found[workload] = {
                "own_ms": spread([own for _, own in both]),
                "added_ms": spread([all_ - own for all_, own in both]),
                "share": spread([(all_ - own) / own for all_, own in both]),
            }
    return found
