# SPDX-License-Identifier: Apache-2.0
"""GET /v1/events: what somebody may see, as it changes."""

import threading

import httpx
import pytest

from support.lists import Party, join, make_list
from support.people import Person
from support.processes import PATIENCE_S, Stack, eventually
from support.stores import on_both_stores
from support.streams import Mirror, Stream

pytestmark = on_both_stores


@pytest.fixture
def party(stack):
    with Party(stack.url) as people:
        yield people


def token_of(person):
    return person.client.headers["Authorization"].split()[1]


def open_stream(person, url=None, last=None, **params):
    return Stream(f"{url or str(person.client.base_url).rstrip('/')}/v1/events", token_of(person), last, **params)


def tasks_of(client):
    """All that GET /v1/tasks shows, by id."""
    found, cursor = {}, None
    while True:
        answer = client.get("/v1/tasks", params={"limit": 200, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found |= {task["id"]: task for task in answer.json()["tasks"]}
        cursor = answer.json().get("nextCursor")
        if cursor is None:
            return found


def follow(stream, mirror, condition):
    """Applies what comes until the condition holds, which it does in the end."""
    while not condition():
        mirror.apply(stream.next())


def test_a_change_in_a_list_reaches_all_who_are_in_it(party):
    everybody = (party.owner, party.editor, party.viewer)
    streams = [open_stream(who) for who in everybody]
    mirrors = [Mirror() for _ in everybody]
    try:
        for stream, mirror in zip(streams, mirrors, strict=True):
            follow(stream, mirror, lambda mirror=mirror: party.list["id"] in mirror.lists)
        task = party.editor.add("shared", listId=party.list["id"])
        for stream, mirror in zip(streams, mirrors, strict=True):
            follow(stream, mirror, lambda mirror=mirror: task["id"] in mirror.tasks)
            assert mirror.tasks[task["id"]] == task
        assert party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"done": True}).status_code == 200
        for stream, mirror in zip(streams, mirrors, strict=True):
            follow(stream, mirror, lambda mirror=mirror: mirror.tasks[task["id"]]["done"])
        assert party.editor.client.delete(f"/v1/tasks/{task['id']}").status_code == 204
        for stream, mirror in zip(streams, mirrors, strict=True):
            follow(stream, mirror, lambda mirror=mirror: task["id"] not in mirror.tasks)
        assert party.owner.client.delete(f"/v1/lists/{party.list['id']}").status_code == 204
        for stream, mirror in zip(streams, mirrors, strict=True):
            follow(stream, mirror, lambda mirror=mirror: party.list["id"] not in mirror.lists)
    finally:
        for stream in streams:
            stream.close()


def test_who_is_let_in_sees_all_of_it_and_who_leaves_nothing_more(party, stack):
    task = party.owner.add("shared", listId=party.list["id"])
    with Person(stack.url) as guest, open_stream(guest) as stream:
        mirror = Mirror()
        mirror.apply(stream.next())
        assert not mirror.tasks
        join(party.owner, guest, party.list, "viewer")
        follow(stream, mirror, lambda: task["id"] in mirror.tasks and party.list["id"] in mirror.lists)
        assert guest.client.delete(f"/v1/lists/{party.list['id']}/members/me").status_code == 204
        follow(stream, mirror, lambda: party.list["id"] not in mirror.lists)
        assert not mirror.tasks
        party.owner.add("behind their back", listId=party.list["id"])
        mine = guest.add("my own")
        follow(stream, mirror, lambda: mine["id"] in mirror.tasks)
        assert set(mirror.tasks) == {mine["id"]} and not mirror.lists


def test_it_goes_on_where_it_was(party):
    mirror = Mirror()
    with open_stream(party.owner) as stream:
        follow(stream, mirror, lambda: party.list["id"] in mirror.lists)
    missed = party.editor.add("missed", listId=party.list["id"])
    with open_stream(party.owner, last=mirror.last) as stream:
        event = stream.next()
        assert [change["id"] for change in event.data["changes"]] == [missed["id"]]
    with open_stream(party.owner, since=mirror.last) as stream:
        assert stream.next().data["changes"] == event.data["changes"]


def test_what_is_no_token_of_theirs_is_refused(party):
    with open_stream(party.owner) as stream:
        token = stream.next().id
    for last in (f"{token}x", token[:-2] + ("AA" if not token.endswith("AA") else "BB"), "nonsense"):
        refused = open_stream(party.owner, last=last)
        assert refused.status == 400, last
        refused.close()
    refused = open_stream(party.editor, last=token)
    assert refused.status == 400
    refused.close()


def test_one_of_another_store_has_all_come_again(party):
    task = party.owner.add("a task")
    with open_stream(party.owner) as stream:
        token = stream.next().id
    store, _, sealed = token.partition(".")
    other = ("A" if store[0] != "A" else "B") + store[1:]
    with open_stream(party.owner, last=f"{other}.{sealed}") as stream:
        assert stream.next() == ("refetch", "", {})
        mirror = Mirror()
        follow(stream, mirror, lambda: task["id"] in mirror.tasks)


def test_the_tasks_of_many_changes_are_those_that_there_are(party):
    """Two write, three follow, and all end up with what there is."""
    everybody = (party.owner, party.editor, party.viewer)
    streams = [open_stream(who) for who in everybody]
    mirrors = [Mirror() for _ in everybody]

    def write(who):
        for n in range(12):
            task = who.add(f"task {n}", listId=party.list["id"])
            if n % 3 == 0:
                assert who.client.patch(f"/v1/tasks/{task['id']}", json={"done": True}).status_code == 200
            if n % 5 == 0:
                assert who.client.delete(f"/v1/tasks/{task['id']}").status_code == 204

    try:
        writers = [threading.Thread(target=write, args=(who,)) for who in (party.owner, party.editor)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(PATIENCE_S)
        for who, stream, mirror in zip(everybody, streams, mirrors, strict=True):
            there = tasks_of(who.client)
            assert len(there) == 18
            follow(stream, mirror, lambda mirror=mirror, there=there: mirror.tasks == there)
    finally:
        for stream in streams:
            stream.close()


def test_a_service_that_is_killed_and_comes_back(tmp_path, store):
    """With a writer all the time: streams stay open, and miss nothing that was acknowledged."""
    with Stack(tmp_path, store=store) as stack, Person(stack.url) as somebody, open_stream(somebody) as stream:
        mirror, stop = Mirror(), threading.Event()

        def write():
            while not stop.is_set():
                try:
                    somebody.client.post("/v1/tasks", json={"name": "x"})
                except httpx.HTTPError:
                    pass

        writer = threading.Thread(target=write)
        writer.start()
        try:
            follow(stream, mirror, lambda: len(mirror.tasks) > 10)
            for _ in range(2):
                stack.tasks.kill()
                stack.restart_tasks()
                n = len(mirror.tasks)
                follow(stream, mirror, lambda n=n: len(mirror.tasks) > n + 10)
        finally:
            stop.set()
            writer.join(PATIENCE_S)
        # What was written and not acknowledged may still come, for a moment.
        eventually(lambda: somebody.client.get("/v1/tasks").status_code == 200, "the service to answer")
        follow(stream, mirror, lambda: mirror.tasks == tasks_of(somebody.client))
