# SPDX-License-Identifier: Apache-2.0
"""Ours, with more and more in the store. At most 100 users are asked for, evenly out of all: how many tokens there are
is another question."""

from bench.dataset import Dataset
from bench.rounds import run_rounds
from bench.systems import Ours

WORKLOADS = ["W1", "W2", "W3"]
SIZES = {"10³": (10, 100), "10⁵": (100, 1000), "10⁷": (10_000, 1000)}  # users, tasks of each


def run(build, rounds, plan):
    """Every run; its system's name says how many tasks there were."""
    sizes = [(Ours(build, name=f"{name} tasks"), Dataset(build, *size)) for name, size in SIZES.items()]
    return [
        {**one, "round": number}
        for number in range(1, rounds + 1)
        for system, data in sizes
        for one in run_rounds([system], WORKLOADS, 1, data, plan, at_once=True)
    ]
