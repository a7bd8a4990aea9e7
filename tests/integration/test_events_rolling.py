# SPDX-License-Identifier: Apache-2.0
"""Two gateways and two services of each kind on one MongoDB, each of which is stopped and started again, one after the other,
while some write and some follow: clients go on elsewhere with what they have, and miss nothing."""

import contextlib
import queue
import threading

import httpx
import pytest

from support.lists import join, make_list
from support.mongodb import own_database
from support.people import Person
from support.processes import PATIENCE_S, Stack
from support.streams import END, Mirror, Stream

from test_events import tasks_of, token_of

pytestmark = pytest.mark.concurrent

N_WRITERS = 3


class Follower:
    """A client: while its stream is there it applies what comes, and else it opens another, wherever one can be had."""

    def __init__(self, person, urls):
        self.person, self.urls = person, urls
        self.mirror = Mirror()
        self.changed = threading.Condition()
        self.wanted, self.opened, self.failure = True, 0, None
        self.stream = None
        self.thread = threading.Thread(target=self.follow)
        self.thread.start()

    def open(self):
        for url in self.urls[self.opened % 2 :] + self.urls[: self.opened % 2]:
            try:
                stream = Stream(f"{url}/v1/events", token_of(self.person), self.mirror.last)
            except httpx.HTTPError:
                continue
            if stream.status == 200:
                self.opened += 1
                return stream
            assert stream.status in (503, 504), stream.problem
            stream.close()
        return None

    def next(self):
        """Whoever waits for something says when it should have come: while nothing happens nothing does."""
        while self.wanted:
            with contextlib.suppress(queue.Empty):
                return self.stream.events.get(timeout=1)
        return END

    def follow(self):
        try:
            while self.wanted:
                self.stream = self.open()
                while self.stream is not None and (event := self.next()) is not END:
                    with self.changed:
                        self.mirror.apply(event)
                        self.changed.notify_all()
                if self.stream is not None:
                    self.stream.close()
        except Exception as failure:  # shown by whoever waits
            self.failure = failure
            with self.changed:
                self.changed.notify_all()

    def wait_for(self, condition):
        with self.changed:
            assert self.changed.wait_for(lambda: self.failure or condition(self.mirror), PATIENCE_S), "nothing came"
        if self.failure:
            raise self.failure

    def end(self):
        self.wanted = False
        if self.stream is not None:
            self.stream.close()
        self.thread.join(PATIENCE_S)


class Writer:
    """Adds tasks to a list at whichever gateway answers; what was acknowledged is remembered."""

    def __init__(self, person, urls, list_id):
        self.person, self.urls, self.list_id = person, urls, list_id
        self.acknowledged = set()
        self.wanted = True
        self.thread = threading.Thread(target=self.write)
        self.thread.start()

    def write(self):
        headers = {"Authorization": f"Bearer {token_of(self.person)}"}
        n = 0
        while self.wanted:
            n += 1
            try:
                answer = httpx.post(
                    f"{self.urls[n % 2]}/v1/tasks", json={"name": f"{n}", "listId": self.list_id}, headers=headers,
                    timeout=PATIENCE_S,
                )  # fmt: skip
            except httpx.HTTPError:
                continue
            if answer.status_code == 201:
                self.acknowledged.add(answer.json()["id"])

    def end(self):
        self.wanted = False
        self.thread.join(PATIENCE_S)


def test_nothing_is_missed_while_all_are_restarted_in_turn(tmp_path, mongodb_uri):
    with (
        own_database(mongodb_uri) as store,
        Stack(tmp_path, gateways=2, store=store, tasks_services=2, accounts_services=2) as stack,
    ):
        urls = [gateway.url for gateway in stack.gateways]
        people = [Person(urls[0]) for _ in range(N_WRITERS)]
        owner = people[0]
        made = make_list(owner)
        for guest in people[1:]:
            join(owner, guest, made, "editor")
        followers = [Follower(person, urls) for person in people]
        writers = [Writer(person, urls, made["id"]) for person in people]
        try:
            for restart in (
                lambda: stack.restart(stopped(stack.tasks_services[0])),
                lambda: stack.restart(stopped(stack.tasks_services[1])),
                lambda: restart_gateway(stack, 0),
                lambda: restart_gateway(stack, 1),
                lambda: stack.restart(stopped(stack.accounts_services[0])),
            ):
                restart()
                # Behind each, all hear of what is written then.
                newest = owner.client.post("/v1/tasks", json={"name": "behind", "listId": made["id"]})
                while newest.status_code != 201:
                    newest = owner.client.post("/v1/tasks", json={"name": "behind", "listId": made["id"]})
                writers[0].acknowledged.add(newest.json()["id"])
                for follower in followers:
                    follower.wait_for(lambda mirror, id=newest.json()["id"]: id in mirror.tasks)
            for writer in writers:
                writer.end()
            acknowledged = set().union(*(writer.acknowledged for writer in writers))
            for follower in followers:
                follower.wait_for(lambda mirror: acknowledged <= set(mirror.tasks))
                follower.wait_for(lambda mirror: mirror.tasks == tasks_of(owner.client))
                assert follower.opened >= 2
        finally:
            for each in (*writers, *followers):
                each.end()
            for person in people:
                person.close()


def stopped(service):
    assert service.stop() == 0, service.log
    return service


def restart_gateway(stack, n):
    gateway = stack.gateways[n]
    assert gateway.stop() == 0, gateway.log
    stack.gateways[n] = stack.start_gateway(port=int(gateway.url.rpartition(":")[2]))
