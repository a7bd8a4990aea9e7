# SPDX-License-Identifier: Apache-2.0
"""Who may have something new: what an instance of tasks-service says of its own commits to whoever waits."""

import contextlib
import threading

import pytest

from support.lists import Party, join, make_list
from support.people import Person
from support.processes import PATIENCE_S, PROJECT, Service
from support.stores import on_both_stores
from support.thrift import client, load

tasks = load(PROJECT / "idl" / "tasks.thrift")
WAIT_MS = 2000

pytestmark = on_both_stores


class Listener:
    """Who has been named since this was made."""

    def __init__(self, port):
        self.port = port
        with self.asking() as service:
            answer = service.hints(0, WAIT_MS)
        assert answer.all and answer.users == []
        self.at = answer.at

    def asking(self):
        return client(tasks.Tasks, self.port)

    def hear(self, wanted):
        """Asks until all of `wanted` have been named; everybody who was."""
        heard = set()
        with self.asking() as service:
            while not set(wanted) <= heard:
                answer = service.hints(self.at, WAIT_MS)
                assert not answer.all
                assert answer.at >= self.at
                assert answer.at - self.at == len(answer.users)
                self.at = answer.at
                heard |= set(answer.users)
        return heard


@pytest.fixture
def listener(stack):
    return Listener(stack.tasks.port)


@pytest.fixture
def party(stack):
    with Party(stack.url) as people:
        yield people


def id_of(person):
    return person.client.get("/v1/account").json()["id"]


def test_whose_task_it_is(stack, listener):
    with Person(stack.url) as somebody, Person(stack.url) as other:
        task = somebody.add("x")
        assert id_of(other) not in listener.hear([id_of(somebody)])
        assert somebody.client.patch(f"/v1/tasks/{task['id']}", json={"done": True}).status_code == 200
        assert id_of(other) not in listener.hear([id_of(somebody)])
        assert somebody.client.delete(f"/v1/tasks/{task['id']}").status_code == 204
        assert id_of(other) not in listener.hear([id_of(somebody)])


def test_all_who_are_in_the_list(party, listener):
    everybody = {id_of(who) for who in (party.owner, party.editor, party.viewer)}
    party.editor.add("shared", listId=party.list["id"])
    assert listener.hear(everybody) >= everybody
    assert party.owner.client.patch(f"/v1/lists/{party.list['id']}", json={"name": "renamed"}).status_code == 200
    assert id_of(party.stranger) not in listener.hear(everybody)


def test_who_is_let_in_and_who_leaves(party, stack):
    listener = Listener(stack.tasks.port)
    everybody = {id_of(who) for who in (party.owner, party.editor, party.viewer)}
    with Person(stack.url) as guest:
        join(party.owner, guest, party.list, "viewer")
        listener.hear(everybody | {id_of(guest)})
        assert guest.client.delete(f"/v1/lists/{party.list['id']}/members/me").status_code == 204
        listener.hear(everybody | {id_of(guest)})


def test_everybody_when_the_list_is_deleted(party, stack):
    everybody = {id_of(who) for who in (party.owner, party.editor, party.viewer)}
    made = make_list(party.owner)
    join(party.owner, party.editor, made, "editor")
    listener = Listener(stack.tasks.port)
    assert party.owner.client.delete(f"/v1/lists/{party.list['id']}").status_code == 204
    listener.hear(everybody)


def test_a_call_waits_and_is_answered_empty(stack, listener):
    with listener.asking() as service:
        answer = service.hints(listener.at, 50)
        while answer.users:  # what is left to do of lists that other tests have deleted
            answer = service.hints(answer.at, 50)
        again = service.hints(answer.at, 50)
        assert (answer.users, answer.all) == ([], False)
        assert again.at - answer.at == len(again.users)


def test_what_is_not_known_is_everybody(stack, listener):
    with listener.asking() as service:
        for after in (0, 1, -1, listener.at - 1_000_000, listener.at + 1_000_000, 2**62):
            answer = service.hints(after, WAIT_MS)
            assert answer.all and answer.users == []
            assert answer.at >= listener.at


def test_many_wait_and_all_hear(stack, listener):
    heard = []

    def wait():
        with listener.asking() as service:
            heard.append(service.hints(listener.at, 30_000))

    threads = [threading.Thread(target=wait) for _ in range(5)]
    for thread in threads:
        thread.start()
    with Person(stack.url) as somebody:
        # They are answered by whichever commit comes when they wait.
        while any(thread.is_alive() for thread in threads):
            somebody.add("x")
            for thread in threads:
                thread.join(0.05)
        assert all(id_of(somebody) in answer.users for answer in heard) and len(heard) == 5


def test_a_service_that_stops_lets_nobody_wait(tmp_path, store):
    with contextlib.ExitStack() as ended:
        service = Service("tasks-service", tmp_path, store=store)
        ended.callback(service.kill)
        listener = Listener(service.port)
        found = []

        def wait():
            with listener.asking() as asked:
                found.append(asked.hints(listener.at, 30_000))

        waiting = threading.Thread(target=wait)
        waiting.start()
        with listener.asking() as asked:  # on the same thread of the service's as the one before, and behind it
            asked.hints(listener.at, 100)
        assert service.stop() == 0, service.log
        waiting.join(PATIENCE_S)
        assert not waiting.is_alive()
        assert [answer.users for answer in found] in ([[]], [])
