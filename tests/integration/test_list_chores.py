# SPDX-License-Identifier: Apache-2.0
"""What lay in a list that was deleted goes, whatever happens meanwhile."""

import contextlib
import sqlite3
import threading

import bson
import httpx
import pymongo
import pytest

from support.copying import rows
from support.lists import invite, join, make_list
from support.people import Person, problem
from support.processes import Stack, eventually
from support.stores import on_both_stores
from support.thrift import client, old_tasks


@pytest.fixture
def stack(tmp_path, store):
    # What take_list() writes would be noticed late: nobody but the service itself is expected to.
    running = Stack(tmp_path, store=store, service_arguments=["--plain", "sieve"])
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


def batch(somebody, *operations):
    answer = somebody.client.post("/v1/tasks:batch", json={"operations": list(operations)})
    assert answer.status_code == 200, answer.text


def fill(somebody, made, n, **more):
    """So many tasks in the list."""
    for first in range(0, n, 25):
        batch(somebody, *({"op": "create", "task": {"name": f"{k}", "listId": made["id"], **more}}
                          for k in range(first, min(first + 25, n))))  # fmt: skip


def tasks_of(somebody, **query):
    return somebody.ask("GET", "/v1/tasks", params={"limit": 200, **query}).json()["tasks"]


def delete_while_killed(stack, somebody, path):
    """The service dies while it does it, or before, or behind it. Whether it was done is seen, or asked for again."""

    def ask():
        try:
            somebody.client.delete(path)
        except httpx.HTTPError:
            pass

    asking = threading.Thread(target=ask)
    asking.start()
    stack.tasks.kill()
    asking.join()
    stack.restart_tasks()
    eventually(lambda: somebody.client.get("/v1/lists").status_code == 200, "the service to be used again")
    assert somebody.client.delete(path).status_code in (204, 404)


@on_both_stores
def test_tasks_of_a_list_go_though_the_service_is_killed(stack, tmp_path, store):
    with Person(stack.url) as owner, Person(stack.url) as guest:
        stays = make_list(owner, "stays")
        join(owner, guest, stays, "editor")
        fill(guest, stays, 5)
        before = kept(tmp_path, store)
        for n in range(2):
            gone = make_list(owner, f"goes {n}")
            join(owner, guest, gone, "editor")
            fill(guest, gone, 50)
            assert len(tasks_of(guest)) == 55
            delete_while_killed(stack, owner, f"/v1/lists/{gone['id']}")
            # Gone at once, though some are there still. On MongoDB what was begun may become visible a moment later.
            if store is not None:
                eventually(lambda: len(tasks_of(guest)) == len(tasks_of(owner)) == 5, "the list to be gone")
            assert len(tasks_of(guest)) == len(tasks_of(owner)) == 5
            problem(guest.client.get("/v1/tasks", params={"listId": gone["id"]}), 404)
        eventually(lambda: kept(tmp_path, store) == before, "nothing to be left to do")
        assert len(tasks_of(owner)) == 5


@on_both_stores
def test_a_move_is_finished_though_the_service_is_killed(stack, tmp_path, store):
    """To a list of another owner, at whichever moment: sent again with its key it is done once."""
    with Person(stack.url) as owner, Person(stack.url) as guest:
        made = make_list(owner)
        join(owner, guest, made, "editor")
        for n in range(3):
            task = guest.add(f"{n}", assigneeId=guest.id)

            def ask(task=task, n=n):
                try:
                    return guest.client.patch(f"/v1/tasks/{task['id']}", json={"listId": made["id"]},
                                              headers={"idempotency-key": f"{n}"})  # fmt: skip
                except httpx.HTTPError:
                    return None

            asking = threading.Thread(target=ask)
            asking.start()
            stack.tasks.kill()
            asking.join()
            stack.restart_tasks()
            eventually(lambda: guest.client.get("/v1/lists").status_code == 200, "the service to be used again")
            eventually(lambda ask=ask: ask().status_code == 200, "the move to be answered")
            moved = ask().json()
            assert (moved["listId"], moved["version"], moved["assigneeId"]) == (made["id"], 3, guest.id)
            assert owner.client.get(f"/v1/tasks/{task['id']}").json() == moved
            assert len(tasks_of(guest)) == len(tasks_of(owner)) == n + 1
        eventually(lambda: kept(tmp_path, store)["chores"] == 0, "nothing to be left to do")
        assert {task["version"] for task in tasks_of(owner)} == {3}


@on_both_stores
def test_who_leaves_is_cleared_though_the_service_is_killed(stack, tmp_path, store):
    with Person(stack.url) as owner, Person(stack.url) as guest:
        stays, left = make_list(owner, "stays"), make_list(owner, "left")
        for made in (stays, left):
            join(owner, guest, made, "editor")
        fill(owner, stays, 3, assigneeId=guest.id)
        fill(owner, left, 50, assigneeId=guest.id)
        delete_while_killed(stack, owner, f"/v1/lists/{left['id']}/members/{guest.id}")
        # What was written down of it when the service died may become visible only now.
        eventually(lambda: len(tasks_of(owner, assigneeId=guest.id)) == 3, "the tasks to be nobody's to do")
        eventually(lambda: kept(tmp_path, store)["chores"] == 0, "nothing to be left to do")
        assert {task["version"] for task in tasks_of(owner, listId=left["id"])} == {2}
        assert {task["version"] for task in tasks_of(owner, listId=stays["id"])} == {1}


def take_list(tmp_path, store, made, owner):
    """The list as it is right after the step that removes it, and nobody does what is left to do."""
    if store is None:
        with contextlib.closing(sqlite3.connect(tmp_path / "data" / "tasks.db")) as database, database:
            database.execute("DELETE FROM lists WHERE id = ?", [bytes.fromhex(made["id"])])
            database.execute("UPDATE members SET former_list_id = list_id, list_id = NULL, guest_id = user_id,"
                             " user_id = '', role = '' WHERE user_id = ? AND list_id = ?",
                             [owner.id, bytes.fromhex(made["id"])])  # fmt: skip
        return
    with pymongo.MongoClient(store) as connection:
        database, list_id = connection.get_default_database(), bson.ObjectId(made["id"])
        assert database.lists.delete_one({"_id": list_id}).deleted_count == 1
        left = {"formerListId": list_id, "guestId": owner.id, "userId": "", "role": ""}
        assert database.members.update_one({"userId": owner.id, "listId": list_id},
                                           {"$set": left, "$unset": {"listId": ""}}).modified_count == 1  # fmt: skip


@on_both_stores
def test_tasks_of_a_list_are_gone_with_it_in_every_way(stack, tmp_path, store):
    with Person(stack.url) as owner, Person(stack.url) as guest:
        stays, gone = make_list(owner, "stays"), make_list(owner, "goes")
        for made in (stays, gone):
            join(owner, guest, made, "editor")
        kept, lost = owner.add("kept", listId=stays["id"]), owner.add("lost", listId=gone["id"])
        inbox = owner.add("inbox")
        paths = [f"/v1/tasks/{lost['id']}", f"/v1/lists/{gone['id']}", f"/v1/lists/{gone['id']}/members",
                 f"/v1/tasks?listId={gone['id']}"]  # fmt: skip
        for somebody in (owner, guest):
            assert all(somebody.client.get(path).status_code == 200 for path in paths)
        stack.tasks.stop()
        take_list(tmp_path, store, gone, owner)
        stack.restart_tasks()
        eventually(lambda: owner.client.get("/v1/lists").status_code == 200, "the service to be used again")
        for somebody in (owner, guest):
            for path in paths:
                problem(somebody.client.get(path), 404)
            problem(somebody.client.patch(paths[0], json={"name": "x"}), 404)
            problem(somebody.client.patch(paths[0], json={}), 404)
            problem(somebody.client.patch(paths[0], json={"listId": stays["id"]}), 404)
            problem(somebody.client.delete(paths[0]), 404)
            mine = somebody.add("mine")
            refused = problem(somebody.client.patch(f"/v1/tasks/{mine['id']}", json={"listId": gone["id"]}), 404)
            assert [entry["location"] for entry in refused["errors"]] == ["body.listId"]
            assert somebody.client.get(f"/v1/tasks/{mine['id']}").json() == mine
            assert somebody.client.delete(f"/v1/tasks/{mine['id']}").status_code == 204
            for operation in ({"op": "patch", "task": {"done": True}}, {"op": "remove"}):
                both = [{**operation, "id": kept["id"]}, {**operation, "id": lost["id"]}]
                problem(somebody.client.post("/v1/tasks:batch", json={"operations": both}), 404)
            assert [made["name"] for made in somebody.client.get("/v1/lists").json()["lists"]] == ["stays"]
            assert "lost" not in [task["name"] for sort in ("created", "name", "-due")
                                  for task in tasks_of(somebody, sort=sort)]  # fmt: skip
            problem(somebody.client.patch(f"/v1/lists/{gone['id']}", json={"position": 1}), 404)
            problem(somebody.client.patch(f"/v1/lists/{gone['id']}/members/me", json={"displayName": "x"}), 404)
            problem(somebody.client.delete(f"/v1/lists/{gone['id']}/members/me"), 404)
            assert somebody.client.get(f"/v1/tasks/{kept['id']}").json() == kept
        with client(old_tasks.Tasks, stack.tasks.port) as old:
            assert [task.name for task in old.all(owner.id)] == ["inbox", "kept"]
            with pytest.raises(old_tasks.BaseException):
                old.update(lost["id"], "x", True, owner.id)
            with pytest.raises(old_tasks.BaseException):
                old.upsert(old_tasks.Task(userId=owner.id, id=lost["id"]))
        assert owner.client.get(f"/v1/tasks/{inbox['id']}").json() == inbox
