# SPDX-License-Identifier: Apache-2.0
"""A flood of logins that all come from one address, as other people's do."""

import concurrent.futures
import os
import threading

import httpx
import pytest

from support.people import Person


@pytest.mark.concurrent
def test_a_flood_on_one_account_keeps_nobody_else_out(stack, person):
    """60 clients with wrong passwords, where all come from one address."""
    n_clients, over = 60, threading.Event()

    def flood(number):
        statuses = []
        with httpx.Client(base_url=stack.url, timeout=60) as client:
            while len(statuses) < 20 and not (statuses and over.is_set()):
                body = {"email": person.email, "password": "wrong password"}
                statuses.append(client.post("/v1/sessions", json=body).status_code)
        return statuses

    with concurrent.futures.ThreadPoolExecutor(n_clients) as pool:
        flooders = [pool.submit(flood, number) for number in range(n_clients)]
        try:
            for _ in range(10):
                with Person(stack.url) as other:
                    other.log_in()
        finally:
            over.set()
        statuses = [status for flooder in flooders for status in flooder.result()]
    # As many more as are hashed at one time can be under way when the last one that is allowed fails.
    assert 20 <= statuses.count(401) <= 20 + os.cpu_count()
    assert set(statuses) <= {401, 429, 503}
