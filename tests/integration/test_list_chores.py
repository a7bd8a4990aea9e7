# SPDX-License-Identifier: Apache-2.0
"""What lay in a list that was deleted goes, whatever happens meanwhile."""

import pymongo
import pytest

from support.copying import rows
from support.lists import invite, join, make_list
from support.people import Person, problem
from support.processes import Stack, eventually
from support.stores import on_both_stores


@pytest.fixture
def stack(tmp_path, store):
    running = Stack(tmp_path, store=store)
    yield running
    assert running.stop() == []


def kept(tmp_path, store):
    """How many records there are of each kind that lists have."""
    kinds = ("lists", "members", "invitations", "chores")
    if store is None:
        tables = rows(tmp_path / "data" / "tasks.db")
        return {kind: len(tables[kind]) for kind in kinds}
    with pymongo.MongoClient(store) as client:
        database = client.get_default_database()
        return {kind: database[kind].count_documents({"createdOn": {"$type": "date"}}) for kind in kinds}


@on_both_stores
def test_killed_while_it_is_removed(stack, tmp_path, store):
    """At whichever moment: the list is gone, and so is in the end what lay in it; another is as it was."""
    with Person(stack.url) as owner, Person(stack.url) as guest:
        stays = make_list(owner, "stays")
        join(owner, guest, stays, "editor")
        for n in range(4):
            gone = make_list(owner, f"goes {n}")
            join(owner, guest, gone, "editor")
            for _ in range(10):
                invite(owner, gone, "viewer")
            assert owner.client.delete(f"/v1/lists/{gone['id']}").status_code == 204
            stack.tasks.kill()
            stack.restart_tasks()
            eventually(lambda: owner.client.get("/v1/lists").status_code == 200, "the service to be used again")
            for somebody in (owner, guest):
                problem(somebody.client.get(f"/v1/lists/{gone['id']}"), 404)
                assert [one["name"] for one in somebody.client.get("/v1/lists").json()["lists"]] == ["stays"]
        expected = {"lists": 1, "members": 2, "invitations": 1, "chores": 0}
        eventually(lambda: kept(tmp_path, store) == expected, "what is left to go")
        assert len(guest.client.get(f"/v1/lists/{stays['id']}/members").json()["members"]) == 2
