# SPDX-License-Identifier: Apache-2.0
"""A service that is down, slow, or comes back."""

import pathlib
import signal
import threading

import httpx
import pytest

from support.people import Person, problem
from support.processes import PATIENCE_S, Stack, eventually, freeze, thaw


@pytest.fixture
def stack(tmp_path):
    running = Stack(tmp_path, gateway_arguments=["--upstream-timeout-ms", "1500"])
    yield running
    assert running.stop() == []


def ready(stack):
    return httpx.get(f"{stack.gateway.admin_url}/readyz", timeout=60)


def test_down_and_back(stack):
    with Person(stack.url) as somebody:
        task = somebody.add("before")
        stack.tasks.kill()
        answer = somebody.client.get("/v1/tasks")
        detail = problem(answer, 503)["detail"]
        assert int(answer.headers["retry-after"]) >= 1
        assert "127.0.0.1" not in detail and str(stack.tasks.port) not in detail
        assert somebody.client.get("/v1/account").status_code == 200
        not_ready = problem(ready(stack), 503)
        assert "Tasks" in str(not_ready) and "Accounts" not in str(not_ready)
        assert httpx.get(f"{stack.gateway.admin_url}/healthz").status_code == 200
        stack.restart_tasks()
        eventually(lambda: somebody.client.get("/v1/tasks").status_code == 200, "the service to be used again")
        assert somebody.client.get(f"/v1/tasks/{task['id']}").json() == task
        eventually(lambda: ready(stack).status_code == 200, "the gateway to be ready again")


def test_too_slow(stack):
    with Person(stack.url) as somebody:
        somebody.add("before")
        freeze(stack.tasks.popen)
        try:
            problem(somebody.client.get("/v1/tasks"), 504)
        finally:
            thaw(stack.tasks.popen)
        eventually(lambda: somebody.client.get("/v1/tasks").status_code == 200, "the service to answer again")
        assert len(somebody.client.get("/v1/tasks").json()["tasks"]) == 1


def test_what_is_asked_while_the_gateway_stops_is_answered(stack):
    """SIGTERM finishes what is running, then ends with 0."""
    statuses = []
    with Person(stack.url) as somebody:
        freeze(stack.tasks.popen)
        asked = threading.Thread(target=lambda: statuses.append(somebody.client.get("/v1/tasks").status_code))
        asked.start()
        eventually(lambda: _unread_bytes(stack.tasks.port), "the call to have reached the service, which stands still")
        stack.gateway.popen.send_signal(signal.SIGTERM)
        thaw(stack.tasks.popen)
        asked.join()
    assert stack.gateway.popen.wait(PATIENCE_S) == 0
    assert statuses in ([200], [504])


def _unread_bytes(port):
    """What waits in the kernel for whoever listens on the port: proc(5), /proc/net/tcp, rx_queue."""
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[4].split(":")[1], 16) for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01")
