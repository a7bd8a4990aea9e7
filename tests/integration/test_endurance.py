# SPDX-License-Identifier: Apache-2.0
"""32 clients, mixing the task routes: no error that is not theirs, and memory stays where it is."""

import http.client
import json
import threading
import time

import pytest

from support.people import Person
from support.processes import resident_bytes
from support.script_server import ScriptServer

CLIENTS = 32
BRIEFLY_S = 8
LOOKS_S = (20, 35)
# SQLite's caches fill with the log for as long as that takes; 126,000 requests that lost 48 bytes each were more.
ALLOWED_GROWTH = 6 * 1024 * 1024

pytestmark = pytest.mark.release


@pytest.fixture
def server(tmp_path):
    running = ScriptServer(tmp_path)
    yield running
    assert running.stop() == 0, running.log


class Client(threading.Thread):
    """One person's session: adds, looks, pages, changes and deletes, and keeps the list at about 50 tasks.

    With http.client, which costs a tenth of what httpx does: the times are to be the server's."""

    def __init__(self, person, until):
        super().__init__()
        self.until = until
        self.connection = http.client.HTTPConnection(person.client.base_url.host, person.client.base_url.port, timeout=60)
        self.headers = {"Authorization": f"Bearer {person.access_token}", "Content-Type": "application/json"}
        self.times_ms, self.failures = [], []

    def timed(self, verb, path, expect, body=None):
        before = time.perf_counter()
        self.connection.request(verb, path, body and json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        self.times_ms.append((time.perf_counter() - before) * 1000)
        if answer.status != expect:
            self.failures.append((verb, path, answer.status, text[:200]))
        return json.loads(text) if text else None

    def run(self):
        kept = []
        try:
            while time.monotonic() < self.until and not self.failures:
                task = self.timed("POST", "/v1/tasks", 201, {"name": f"task {len(self.times_ms)}"})
                kept.append(task["id"])
                self.timed("GET", f"/v1/tasks/{task['id']}", 200)
                page = self.timed("GET", "/v1/tasks?limit=20", 200)
                if page["tasks"][0]["id"] != task["id"]:
                    self.failures.append(("the newest is not first", page["tasks"][0], task))
                self.timed("PATCH", f"/v1/tasks/{task['id']}", 200, {"done": True})
                self.timed("GET", "/v1/tasks?limit=20&done=true", 200)
                self.timed("GET", "/v1/tasks/0123456789abcdef01234567", 404)
                self.timed("POST", "/v1/tasks", 400, {"name": ""})
                if len(kept) > 50:
                    self.timed("DELETE", f"/v1/tasks/{kept.pop(0)}", 204)
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(repr(error))


def mix(server, *looks_s):
    """Has the clients do all that for as long as the last look says; gives what each of the processes held at each."""
    people = [Person(server.url) for _ in range(CLIENTS)]
    processes = server.children()
    assert len(processes) == 3
    start = time.monotonic()
    clients = [Client(person, start + looks_s[-1] + 1) for person in people]
    for client in clients:
        client.start()
    held = []
    for look_s in looks_s:
        time.sleep(max(0, start + look_s - time.monotonic()))
        held.append({name: resident_bytes(pid) for name, pid in processes.items()})
    for client in clients:
        client.join()
    for person in people:
        person.close()

    times = sorted(t for client in clients for t in client.times_ms)
    print(f"{len(times)} requests; p50 {times[len(times) // 2]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms; {held}")
    assert [failure for client in clients for failure in client.failures] == []
    return held


def test_32_clients(server):
    mix(server, BRIEFLY_S)


@pytest.mark.thorough
def test_32_clients_take_no_more_memory_with_time(server):
    early, late = mix(server, *LOOKS_S)
    for name in early:
        assert late[name] - early[name] <= ALLOWED_GROWTH, name
