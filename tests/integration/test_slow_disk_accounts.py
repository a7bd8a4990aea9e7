# SPDX-License-Identifier: Apache-2.0
"""accounts-service on a disk that stalls: nobody is signed out, and what was asked can be asked again."""

import httpx
import pytest

from support.people import Person, new_email, problem
from support.processes import Stack
from support.slow_disk import SlowDisk

STALL_S = 30  # longer than any call waits; the tests let it go on before


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    return SlowDisk(tmp_path_factory.mktemp("disk"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory, disk):
    with Stack(tmp_path_factory.mktemp("stack"), accounts_environment=disk.environment) as running:
        yield running


def post_on_stalled_disk(client, disk, url, body):
    """Sends a request whose answer does not come in time: whether it is done, nobody can say."""
    disk.stall(STALL_S)
    try:
        answer = client.post(url, json=body)
    finally:
        disk.release()
    problem(answer, 504 if answer.status_code == 504 else 503)


def test_a_refresh_that_took_too_long_can_be_asked_again(stack, disk):
    with Person(stack.url) as somebody:
        body = {"refreshToken": somebody.refresh_token}
        post_on_stalled_disk(somebody.client, disk, "/v1/sessions/refresh", body)
        for _ in range(2):
            answer = somebody.client.post("/v1/sessions/refresh", json=body)
            assert answer.status_code == 200, answer.text
        somebody.take(answer.json())
        assert somebody.client.get("/v1/account").status_code == 200
        somebody.take(somebody.refresh())
        assert somebody.client.get("/v1/account").status_code == 200


def test_signing_up_that_took_too_long_can_be_asked_again(stack, disk):
    body = {"email": new_email(), "password": "correct horse battery", "name": "Ann"}
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        post_on_stalled_disk(client, disk, "/v1/accounts", body)
        first, again = (client.post("/v1/accounts", json=body) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201), first.text + again.text
        assert first.json()["account"] == again.json()["account"]
        assert first.json()["refreshToken"] != again.json()["refreshToken"]
        problem(client.post("/v1/accounts", json={**body, "password": "another password"}), 409)
