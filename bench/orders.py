# SPDX-License-Identifier: Apache-2.0
"""What --orders measures: pages in every order beside W1's of the same length, a member's beside the owner's, filters
that look at all tasks of somebody, and a create with an Idempotency-Key beside one without. Cases in a group share a
start of ours, and each is held against another one of them, or against milliseconds."""

import dataclasses
import sys
from functools import partial

from bench.check import Wrong
from bench.dataset import Dataset
from bench.load import Requests
from bench.measure import Measurement
from bench.orders_asking import PAGE, Asking
from bench.orders_data import TASKS_A_USER, OrdersData
from bench.rounds import say
from bench.systems import Ours
from bench.workloads import BY_NAME, Workload

KEYS = ("created", "due", "priority", "name", "manual")
SORTS = [sign + key for key in KEYS for sign in ("", "-")]
AT_ONCE = 8  # connections, where a request takes milliseconds
UUID = "00000000-0000-0000-0000-000000000000"  # of which wrk.lua makes another one for each request
QUICK_TASKS_A_USER = 1000
FILTER_MS, SEARCH_MS = 10, 20


@dataclasses.dataclass(frozen=True)
class Case:
    """It may take so many `times` the CPU of the case `against`, which stands before it, or `ms`, where there is a
    limit."""

    name: str
    requests: object = None  # a function of an Asking; without it `workload` is there
    against: str | None = None
    times: float | None = None
    ms: float | None = None
    workload: Workload | None = None

    def made(self, asking):
        """The workload. It is not probed: a few pages more would be most of what some cases consist of."""
        if self.workload is not None:
            return self.workload
        requests = self.requests(asking)
        connections = Workload.connections if self.ms is None else AT_ONCE
        return Workload(self.name, self.name, lambda *_: requests, connections=connections, is_probed=False)


def is_done(row):
    return row.done == 1


def is_open(row):
    return row.done == 0


def nobodys(row):
    return False


W1 = Case(f"W1's page, of {PAGE}", partial(Asking.own, kind="sorted", query={}))
BARE = Case("the same of tasks with nothing set", partial(Asking.own, kind="plain", query={}), W1.name)


def sorted_by(sort):
    query = {"sort": sort}
    own, of_list = partial(Asking.own, kind="sorted"), partial(Asking.of_list, kind="sorted")
    ways = {
        "": partial(own, query=query),
        ", from the midst": partial(own, query=query, is_midst=True),
        ", done": partial(own, query={**query, "done": "true"}, fits=is_done),
        ", open": partial(own, query={**query, "done": "false"}, fits=is_open),
        ", a list": partial(of_list, query=query),
        ", a list, done": partial(of_list, query={**query, "done": "true"}, fits=is_done),
    }
    return [Case(sort + way, requests, W1.name, times=2) for way, requests in ways.items()]


def owner_and_member(sort):
    owner = Case(f"{sort}, a list, the owner", partial(Asking.of_list, kind="sorted", query={"sort": sort}))
    requests = partial(Asking.of_list, kind="guest", query={"sort": sort})
    return [owner, Case(f"{sort}, a list, a member", requests, owner.name, times=1.2)]


def of_several(sort):
    return Case(f"{sort}, one's own and lists of others", partial(Asking.of_several, query={"sort": sort}), W1.name)


def has(text):
    """Whether one of a task's words begins with it."""
    return lambda row: any(word.startswith(text) for word in f"{row.name} {row.notes or ''}".split())


FILTERS = [
    ("written", {"label": "nobody"}, nobodys, FILTER_MS),
    ("written", {"label": "büro"}, lambda row: row.labels is not None and "Büro".encode() in row.labels, FILTER_MS),
    ("written", {"priority": 4}, nobodys, FILTER_MS),
    ("written", {"priority": 1, "sort": "-due"}, lambda row: row.priority == 1, FILTER_MS),
    ("written", {"assigneeId": "nobody"}, nobodys, FILTER_MS),
    ("written", {"dueAfter": "2030-01-01"}, nobodys, FILTER_MS),
    ("written", {"dueBefore": "2030-01-01", "sort": "name"}, lambda row: row.due is not None, FILTER_MS),
    ("written", {"listId": "inbox", "label": "nobody", "done": "true"}, nobodys, FILTER_MS),
    ("written", {"q": "nobody"}, nobodys, SEARCH_MS),
    ("written", {"q": "call nobody", "sort": "name"}, nobodys, SEARCH_MS),
    ("written", {"q": "cafe", "sort": "-priority"}, has("Café"), SEARCH_MS),
    ("foreign", {"q": "никто"}, nobodys, SEARCH_MS),
]


def filtered(kind, query, fits, ms):
    name = "&".join(f"{member}={value}" for member, value in query.items())
    requests = partial(Asking.own, kind=kind, query=query, fits=fits)
    return Case(name, requests, ms=ms)


def keyed(api, tasks, users):
    without = BY_NAME["W3"].requests(api, tasks, users)
    requests = [dataclasses.replace(request, key=UUID) for request in without.requests]
    return Requests(requests, without.answers, without.known)


CREATE = Case("W3, a create", workload=dataclasses.replace(BY_NAME["W3"], name="W3, a create"))
KEYED_CREATE = Case(
    "with an Idempotency-Key",
    against=CREATE.name,
    times=1.2,
    workload=dataclasses.replace(BY_NAME["W3"], name="with an Idempotency-Key", requests=keyed),
)

GROUPS = {
    **{f"by {key}": [W1, BARE, *sorted_by(key), *sorted_by(f"-{key}")] for key in KEYS},
    "members": [case for sort in SORTS for case in owner_and_member(sort)],
    "several lists": [W1, *map(of_several, SORTS)],
    "filters": [filtered(*one) for one in FILTERS],
    "creates": [CREATE, KEYED_CREATE],
}


def few(cases):
    """Some of each group."""
    return [*cases[:2], *cases[2::4]]


def run_case(case, asking, measurement):
    try:
        return measurement.run(case.made(asking))
    except Wrong as error:
        return {"workload": case.name, "system": Ours.name, "faults": [str(error)]}


def run_group(cases, data, plan):
    """Each case and its run, of one start. One that is answered wrongly is a run that does not count."""
    try:
        with (
            Measurement(Ours(), data, plan) as measurement,
            Asking(data, measurement.api.tokens, measurement.running.url) as asking,
        ):
            return [(case, run_case(case, asking, measurement)) for case in cases]
    except Wrong as error:
        return [(case, {"workload": case.name, "system": Ours.name, "faults": [str(error)]}) for case in cases]


def run(build, wanted, rounds, plan, quick):
    """Every run, with its round, its group, and what it is held against. Every other round goes the other way round. When
    it has to be quick, of fewer cases, with fewer tasks."""
    data = OrdersData(build, QUICK_TASKS_A_USER if quick else TASKS_A_USER)
    creating = Dataset(build)
    runs = []
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
        for group in wanted:
            cases = few(GROUPS[group]) if quick else GROUPS[group]
            cases = cases[:: 1 if number % 2 else -1]
            for case, measured in run_group(cases, creating if group == "creates" else data, plan):
                held = {"against": case.against, "times": case.times, "ms": case.ms}
                runs.append({"round": number, "group": group, **held, **measured})
                say(runs[-1])
    return runs
