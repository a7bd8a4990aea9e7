# SPDX-License-Identifier: Apache-2.0
"""Clients that go on while something happens to what they use."""

import threading

import httpx

from support.processes import PATIENCE_S, eventually

CLIENTS = 6
IN_A_ROW = 50


class Load:
    """Clients that add and read, each on a connection of its own; every answer's status is kept."""

    def __init__(self, person):
        self.person = person
        self.statuses = set()
        self.added = []
        self.answers = 0
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(CLIENTS)]

    def run(self, number):
        headers = {"Authorization": f"Bearer {self.person.access_token}"}
        with httpx.Client(base_url=self.person.client.base_url, headers=headers, timeout=PATIENCE_S) as client:
            n = 0
            while not self.over.is_set():
                n += 1
                added = client.post("/v1/tasks", json={"name": f"{number}-{n}"})
                others = [client.get("/v1/tasks?limit=1"), client.get("/v1/account")]
                with self.lock:
                    self.statuses |= {answer.status_code for answer in (added, *others)}
                    self.answers += 1
                    if added.status_code == 201:
                        self.added.append(added.json()["name"])

    def wait_for_more(self):
        enough = self.answers + 20
        eventually(lambda: self.answers >= enough, "clients to go on")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def is_served(person):
    """Many in a row, of both services: more than could be answered well by chance while an address is dead."""
    return all(
        person.client.get(url).status_code == 200 for _ in range(IN_A_ROW) for url in ("/v1/tasks?limit=1", "/v1/account")
    )


def names(person):
    """Of all tasks, page by page."""
    found, query = [], "/v1/tasks?limit=200"
    while query:
        page = person.client.get(query).json()
        found += [task["name"] for task in page["tasks"]]
        query = page.get("nextCursor") and f"/v1/tasks?limit=200&cursor={page['nextCursor']}"
    return found
