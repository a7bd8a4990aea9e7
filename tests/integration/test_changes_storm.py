# SPDX-License-Identifier: Apache-2.0
"""GET /v1/changes under many who write, with services that are killed in between: nothing is missed, nothing is told out of
order, and nothing that is not so. At length: `-m thorough`."""

import itertools

import pytest

from support.mongodb import own_database
from support.processes import Stack, eventually
from support.storm import UNLIMITED, Storm

pytestmark = pytest.mark.concurrent

BRIEFLY = {"sqlite": {"writes": 400, "kept": 30, "kills": 2}, "mongodb": {"writes": 100, "kept": 8, "kills": 2}}
AT_LENGTH = {"sqlite": {"writes": 1_000_000, "writers": 16, "readers": 6, "kept": 30, "kills": 40, "batch": 100},
             "mongodb": {"writes": 100_000, "writers": 16, "readers": 6, "kept": 30, "kills": 20, "batch": 100}}  # fmt: skip


def run(stack, seed, **more):
    turns = itertools.cycle(range(len(stack.tasks_services)))

    def kill():
        service = stack.tasks_services[next(turns)]
        service.kill()
        stack.restart(service)

    with Storm(stack.url, seed, kill=kill, **more) as storm:
        # What is made of them is seen by all before anything happens.
        storm.run()
        eventually(lambda: storm.people[0].client.get("/v1/tasks?limit=1").status_code == 200, "all to be served")
        assert storm.settle() > 0 and len(storm.sure) > 0


@pytest.mark.parametrize("lengths", [BRIEFLY, pytest.param(AT_LENGTH, marks=pytest.mark.thorough)], ids=["briefly", "at-length"])
def test_on_sqlite(tmp_path, lengths):
    with Stack(tmp_path, gateway_arguments=UNLIMITED) as stack:
        run(stack, 1, **lengths["sqlite"])


@pytest.mark.parametrize("lengths", [BRIEFLY, pytest.param(AT_LENGTH, marks=pytest.mark.thorough)], ids=["briefly", "at-length"])
def test_on_mongodb_with_several_instances(tmp_path, mongodb_uri, lengths):
    with own_database(mongodb_uri) as store:
        with Stack(tmp_path, store=store, tasks_services=2, gateway_arguments=UNLIMITED) as stack:
            run(stack, 2, **lengths["mongodb"])
