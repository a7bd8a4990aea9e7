# SPDX-License-Identifier: Apache-2.0
"""No acknowledged write is ever lost."""

import sqlite3
import threading

import httpx
import pytest

from support.load import names
from support.people import Person
from support.processes import PATIENCE_S, Stack, eventually
from support.stores import on_both_stores

CLIENTS = 8


@pytest.fixture
def stack(tmp_path, store):
    running = Stack(tmp_path, store=store)
    yield running
    assert running.stop() == []


@pytest.mark.concurrent
@on_both_stores
def test_kill_9_while_clients_add(stack):
    acknowledged, lock, enough, over = [], threading.Lock(), threading.Event(), threading.Event()
    with Person(stack.url) as somebody:

        def add(number):
            headers = {"Authorization": f"Bearer {somebody.access_token}"}
            with httpx.Client(base_url=stack.url, headers=headers, timeout=PATIENCE_S) as client:
                for n in range(10_000):
                    if over.is_set():
                        return
                    try:
                        answer = client.post("/v1/tasks", json={"name": f"{number}-{n}"})
                    except httpx.TransportError:
                        continue
                    if answer.status_code == 201:
                        with lock:
                            acknowledged.append(f"{number}-{n}")
                            if len(acknowledged) >= 300:
                                enough.set()
                    elif enough.is_set():
                        return

        threads = [threading.Thread(target=add, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        assert enough.wait(PATIENCE_S)
        stack.tasks.kill()
        over.set()
        for thread in threads:
            thread.join()
        stack.restart_tasks()
        eventually(lambda: somebody.client.get("/v1/tasks").status_code == 200, "the service to be used again")
        found = names(somebody)
        assert set(acknowledged) <= set(found)
        assert len(found) == len(set(found)), "an add was made twice"


@on_both_stores
def test_all_is_there_after_a_restart(stack):
    with Person(stack.url) as somebody:
        for n in range(5):
            somebody.add(f"task {n}")
        before = somebody.client.get("/v1/tasks").json()
        for process in reversed(stack.started):
            assert process.stop() == 0
        stack.restart_tasks()
        stack.restart_accounts()
        gateway = stack.start_gateway(name="gateway-again")
        headers = {"Authorization": f"Bearer {somebody.access_token}"}
        after = httpx.get(f"{gateway.url}/v1/tasks", headers=headers, timeout=PATIENCE_S)
        assert after.json() == before


def test_the_databases_are_in_wal_mode(stack):
    """What the connection that writes is set to (synchronous=FULL) it reads back itself at its start; the journal mode
    is the file's."""
    for name in ("tasks.db", "accounts.db"):
        database = sqlite3.connect(f"file:{stack.folder / 'data' / name}?mode=ro", uri=True)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        database.close()
