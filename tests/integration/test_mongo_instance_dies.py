# SPDX-License-Identifier: Apache-2.0
"""One of two services on one database is killed: what was being asked of it may fail with a 503, nothing else does; the
gateway leaves its address out, and takes it back when it is there again."""

import pytest

from support.load import Load, is_served, names
from support.mongodb import own_database
from support.people import Person
from support.processes import Stack, eventually

pytestmark = pytest.mark.concurrent


@pytest.fixture
def stack(tmp_path, mongodb_uri):
    with own_database(mongodb_uri) as store:
        with Stack(tmp_path, store=store, tasks_services=2, accounts_services=2) as running:
            yield running


def test_killed_and_back_under_load(stack):
    with Person(stack.url) as somebody:
        with Load(somebody) as load:
            load.wait_for_more()
            stack.tasks_services[0].kill()
            stack.accounts_services[0].kill()
            load.wait_for_more()
            eventually(lambda: is_served(somebody), "the dead addresses to be left out")
            stack.restart(stack.tasks_services[0])
            stack.restart(stack.accounts_services[0])
            load.wait_for_more()
        assert load.statuses <= {200, 201, 503}
        assert set(load.added) <= set(names(somebody))


def test_the_one_that_came_back_takes_over(stack):
    """The only way to be served at last is by those that were dead before."""
    with Person(stack.url) as somebody:
        task = somebody.add("kept by the database")
        for dead, other in ((0, 1), (1, 0)):
            stack.tasks_services[dead].kill()
            stack.accounts_services[dead].kill()
            eventually(lambda: is_served(somebody), "the others to serve")
            assert somebody.client.get(f"/v1/tasks/{task['id']}").json() == task
            stack.restart(stack.tasks_services[dead])
            stack.restart(stack.accounts_services[dead])
