# SPDX-License-Identifier: Apache-2.0
"""A disk that hangs, or a whole service: who only reads is answered, and what was told not to have been done is not done later."""

import http.client
import json
import selectors
import socket
import threading
import time

import pytest

from support.load import names
from support.people import Person
from support.processes import PATIENCE_S, Stack, eventually, freeze, thaw
from support.slow_disk import SlowDisk

STALL_S = PATIENCE_S  # longer than any call waits; the tests let it go on before
READS = 12  # that are answered meanwhile
CREATES = 1500
SIGN_UPS = 12
CREATES_UNSEEN = 300
NOT_DONE = {503, 504}


@pytest.fixture
def disk(tmp_path):
    return SlowDisk(tmp_path)


@pytest.fixture
def stack(tmp_path):
    running = Stack(tmp_path)
    yield running
    assert running.stop() == []


class Reader:
    """Reads what it is told in turn, on one connection each, and keeps what each answer was."""

    def __init__(self, person, *targets):
        self.person = person
        self.statuses = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.read, args=(target,)) for target in targets]

    def read(self, target):
        headers = {"Authorization": f"Bearer {self.person.access_token}"}
        url = self.person.client.base_url
        connection = http.client.HTTPConnection(url.host, url.port, timeout=PATIENCE_S)
        while not self.over.wait(0.05):
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            answer.read()
            self.statuses.append(answer.status)
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def post_all(url, target, bodies, token=None):
    """Sends all at once, each on a connection of its own; the statuses, in their order, once all are answered."""
    statuses, selector = [None] * len(bodies), selectors.DefaultSelector()
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    for number, body in enumerate(bodies):
        content = json.dumps(body).encode()
        head = (
            f"POST {target} HTTP/1.1\r\nHost: {url.netloc.decode()}\r\n{authorization}"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        peer = socket.create_connection((url.host, url.port), timeout=PATIENCE_S)
        peer.sendall(head.encode() + content)
        selector.register(peer, selectors.EVENT_READ, number)
    deadline = time.monotonic() + PATIENCE_S
    while selector.get_map():
        assert time.monotonic() < deadline, "not all were answered"
        for key, _ in selector.select(1):
            statuses[key.data] = int(key.fileobj.recv(64).split()[1])
            selector.unregister(key.fileobj)
            key.fileobj.close()
    return statuses


class InBackground(threading.Thread):
    """A call that is made meanwhile, and what it gave."""

    def __init__(self, call, *arguments):
        super().__init__()
        self.call, self.arguments, self.result = call, arguments, None
        self.start()

    def run(self):
        self.result = self.call(*self.arguments)

    def wait(self):
        self.join()
        return self.result


def assert_all_were_read(reader):
    """One that waited for the disk would have been given up, as what was to be written was."""
    assert set(reader.statuses) == {200}


def test_a_stalled_disk_of_tasks(stack, disk):
    assert stack.tasks.stop() == 0
    stack.restart_tasks(environment=disk.environment)
    with Person(stack.url) as somebody:
        eventually(lambda: somebody.client.get("/v1/tasks").status_code == 200, "the service to be used again")
        url, token = somebody.client.base_url, somebody.access_token
        known = somebody.add("before")
        disk.stall(STALL_S)
        synced = InBackground(post_all, url, "/v1/tasks", [{"name": "synced"}], token)
        disk.wait_until_stalled()
        with Reader(somebody, "/v1/tasks?limit=10", f"/v1/tasks/{known['id']}", "/v1/account") as reader:
            begun = time.monotonic()
            wanted = [str(number) for number in range(CREATES)]
            statuses = post_all(url, "/v1/tasks", [{"name": name} for name in wanted], token)
            eventually(lambda: len(reader.statuses) > READS, "others to read")
            assert time.monotonic() - begun < STALL_S, "somebody waited for the disk"
            disk.release()
            eventually(lambda: not synced.is_alive(), "the first one to be answered")
        assert set(statuses) <= NOT_DONE
        # What is written now comes behind all that had waited.
        assert somebody.add("after")["name"] == "after"
        # Only what was being synced is done although it was told otherwise.
        assert synced.wait()[0] in NOT_DONE
        assert sorted(names(somebody)) == ["after", "before", "synced"]
        assert_all_were_read(reader)


def test_a_stalled_disk_of_accounts(stack, disk):
    assert stack.accounts.stop() == 0
    stack.restart_accounts(environment=disk.environment)
    eventually(stack.gateway.is_ready, "the gateway to be ready again")
    with Person(stack.url) as somebody:
        url = somebody.client.base_url
        people = [
            {"email": f"somebody-{number}@example.org", "password": "a long enough password"}
            for number in range(SIGN_UPS)
        ]
        disk.stall(STALL_S)
        synced = InBackground(post_all, url, "/v1/accounts", people[:1])
        disk.wait_until_stalled()
        with Reader(somebody, "/v1/tasks?limit=10", "/v1/account") as reader:
            begun = time.monotonic()
            statuses = post_all(url, "/v1/accounts", people[1:])
            eventually(lambda: len(reader.statuses) > READS, "others to read")
            assert time.monotonic() - begun < STALL_S, "somebody waited for the disk"
            disk.release()
            eventually(lambda: not synced.is_alive(), "the first one to be answered")
        assert set(statuses) <= NOT_DONE
        # Whoever was told that there is no account can make one.
        assert {post_all(url, "/v1/accounts", [one])[0] for one in people[1:]} == {201}
        assert_all_were_read(reader)


def test_a_service_that_stands_still(stack):
    """What it finds when it goes on has been given up: the kernel took it."""
    with Person(stack.url) as somebody, Person(stack.url) as reader:
        url, token = somebody.client.base_url, somebody.access_token
        kept = reader.add("kept")
        somebody.add("before")
        freeze(stack.tasks.popen)
        statuses = post_all(url, "/v1/tasks", [{"name": str(number)} for number in range(CREATES_UNSEEN)], token)
        read = InBackground(reader.client.get, f"/v1/tasks/{kept['id']}")
        time.sleep(0.5)  # it is on its way
        thaw(stack.tasks.popen)
        assert set(statuses) <= NOT_DONE
        assert read.wait().status_code == 200
        eventually(
            lambda: somebody.client.post("/v1/tasks", json={"name": "after"}).status_code == 201,
            "the gateway to ask it again",
        )
        assert sorted(names(somebody)) == ["after", "before"]
