# SPDX-License-Identifier: Apache-2.0
"""What is asked for, and in what mixture: fixed lists of requests, shuffled in the same way for every system."""

import dataclasses
import random

from bench.check import CHECKED_USER
from bench.load import CONNECTIONS, Answer, Requests

PAGE = 20
BIG_PAGE = 200
TASKS_ASKED_FOR = 5000  # of all, by id
NAMES_A_USER = 20  # that are created, over and over
MIXED = 2000
IDLE_CONNECTIONS = 5000
LOGINS = 64
LOGIN_CONNECTIONS = 16  # twice as many are the passwords that may wait: those of clients that have gone are checked too


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    title: str
    requests: object  # a function of (api, tasks, users)
    writes: str = ""  # "all" of them, "some", or none
    beside: str = ""  # what goes on at the same time
    ours_alone: bool = False
    connections: int = CONNECTIONS
    least_s: int = 0
    is_probed: bool = True  # whether pages and tasks are asked for, and looked at, while it is measured


def _shuffled(items, seed):
    items = list(items)
    random.Random(seed).shuffle(items)
    return items


def _pages(limit):
    def requests(api, tasks, users):
        known = [tasks[user][0]["id"] for user in users]
        return Requests([api.page(user, limit) for user in _shuffled(users, 1)], [Answer(200, limit, "known")], known)

    return requests


def _one(api, tasks, users):
    everything = [(user, task["id"]) for user in users for task in tasks[user]]
    chosen = _shuffled(everything, 2)[:TASKS_ASKED_FOR]
    known = [id_ for _, id_ in chosen]
    return Requests([api.task(user, id_) for user, id_ in chosen], [Answer(200, 1, "known")], known)


def _creates(api, tasks, users):
    names = [f"Book a room for {number:02} people" for number in range(NAMES_A_USER)]
    chosen = _shuffled([(user, name) for user in users for name in names], 3)
    return Requests([api.create(user, name) for user, name in chosen], [Answer(api.created, 1, "new")], [])


def _mixture(api, tasks, users):
    """Of ten requests one is a create, and the rest is half pages and half single tasks."""
    some = random.Random(4)
    kinds = _shuffled(["page"] * (MIXED * 45 // 100) + ["one"] * (MIXED * 45 // 100) + ["create"] * (MIXED // 10), 4)
    requests, known = [], []
    for number, kind in enumerate(kinds):
        user = some.choice(users)
        if kind == "page":
            requests.append(api.page(user, PAGE))
        elif kind == "create":
            requests.append(api.create(user, f"Book a room for {number:04}"))
        else:
            known.append(some.choice(tasks[user])["id"])
            requests.append(api.task(user, known[-1]))
    # What is one task is either known or new; a page begins with anything.
    answers = [Answer(200, PAGE, "any"), Answer(200, 1, "any"), Answer(api.created, 1, "any")]
    return Requests(requests, answers, known)


def _logins(api, tasks, users):
    return Requests([api.login(number) for number in range(LOGINS)], [Answer(201, 0, "any")], [])


# In the order in which one start of a system may go through them: what writes comes last.
WORKLOADS = [
    Workload("W1", f"a page of {PAGE}", _pages(PAGE)),
    Workload("W2", "one task by id", _one),
    Workload("W5", f"W2 beside {IDLE_CONNECTIONS:,} idle connections", _one, beside="idle"),
    Workload("W6", f"a page of {BIG_PAGE}", _pages(BIG_PAGE)),
    Workload("W7", "login", _logins, ours_alone=True, connections=LOGIN_CONNECTIONS, least_s=3),
    Workload("W7-W2", "W2 beside logins", _one, beside="logins", ours_alone=True),
    Workload("W4", "90% W1 and W2, 10% W3", _mixture, writes="some"),
    Workload("W3", "create", _creates, writes="all"),
]
BY_NAME = {workload.name: workload for workload in WORKLOADS}

# What is measured in one start of a system: a workload, and what has to be compared with it.
GROUPS = [["W1"], ["W2", "W5", "W7-W2"], ["W6"], ["W7"], ["W4"], ["W3"]]


def users_asked(users):
    """All but the one that the check has added to: its newest tasks are not the data set's."""
    return [user for user in users if user != users[CHECKED_USER]]
