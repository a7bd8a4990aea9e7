# SPDX-License-Identifier: Apache-2.0
"""A session that ends at one gateway ends at all of them: two gateways of two workers each."""

import concurrent.futures
import socket
import time

import httpx
import pytest

from support.people import Person, problem
from support.processes import Stack, eventually
from support.stores import on_both_stores

pytestmark = [pytest.mark.concurrent, on_both_stores]

PROMISE_S = 5


@pytest.fixture(scope="module")
def stack(tmp_path_factory, store):
    folder = tmp_path_factory.mktemp("two-gateways")
    running = Stack(folder, gateways=2, gateway_arguments=["--workers", "2"], store=store)
    yield running
    assert running.stop() == []


def ask(url, token):
    """On a connection of its own, so that any of the workers may get it."""
    return httpx.get(f"{url}/v1/account", headers={"Authorization": f"Bearer {token}"}, timeout=60)


def ask_all_workers(url, token):
    return {ask(url, token).status_code for _ in range(16)}


def wait_until_refused(url, token):
    eventually(lambda: ask(url, token).status_code == 401, "the other gateway to refuse the token")
    assert ask_all_workers(url, token) == {401}


def test_tokens_of_one_gateway_hold_at_the_other(stack):
    with Person(stack.url) as somebody:
        for gateway in stack.gateways:
            assert ask_all_workers(gateway.url, somebody.access_token) == {200}


def test_log_out_here_at_once_there_soon(stack):
    first, second = stack.gateways
    with Person(first.url) as somebody:
        assert ask_all_workers(second.url, somebody.access_token) == {200}
        assert somebody.client.delete("/v1/sessions/current").status_code == 204
        assert ask_all_workers(first.url, somebody.access_token) == {401}
        before = time.monotonic()
        wait_until_refused(second.url, somebody.access_token)
        print(f"refused at the other gateway after {time.monotonic() - before:.1f} s; promised: {PROMISE_S} s")


def test_reuse_of_a_refresh_token_is_seen_everywhere(stack):
    first, second = stack.gateways
    with Person(first.url) as somebody:
        used = somebody.refresh_token
        for _ in range(2):
            somebody.take(somebody.refresh())
        problem(httpx.post(f"{second.url}/v1/sessions/refresh", json={"refreshToken": used}, timeout=60), 401)
        assert ask_all_workers(second.url, somebody.access_token) == {401}
        wait_until_refused(first.url, somebody.access_token)


def test_a_gateway_that_starts_later_knows_what_ended_before(stack):
    first, second = stack.gateways
    with Person(first.url) as ended, Person(first.url) as open_:
        ended.client.delete("/v1/sessions/current")
        port, admin_port = second.port, second.admin_port
        assert second.stop() == 0
        stack.gateways[1] = second = stack.start_gateway(port=port, admin_port=admin_port, name="gateway-again")
        assert ask_all_workers(second.url, ended.access_token) == {401}
        assert ask_all_workers(second.url, open_.access_token) == {200}


def test_parallel_refreshes_at_both_gateways(stack):
    with Person(stack.url) as somebody:
        token = somebody.refresh_token

        def refresh(number):
            url = stack.gateways[number % 2].url
            answer = httpx.post(f"{url}/v1/sessions/refresh", json={"refreshToken": token}, timeout=60)
            return answer.status_code, answer.json().get("refreshToken")

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            ((status, _),) = set(pool.map(refresh, range(16)))
        assert status == 200


def test_while_accounts_service_is_away(stack):
    """Tokens that were issued stay good; what ended stays ended; nothing new is issued."""
    with Person(stack.url) as somebody, Person(stack.url) as ended:
        ended.client.delete("/v1/sessions/current")
        stack.accounts.kill()
        answer = somebody.client.get("/v1/tasks")
        assert answer.status_code == 200
        problem(ended.client.get("/v1/tasks"), 401)
        refused = somebody.client.post("/v1/sessions/refresh", json={"refreshToken": somebody.refresh_token})
        problem(refused, 503)
        assert int(refused.headers["retry-after"]) >= 1
        stack.restart_accounts()
        eventually(lambda: somebody.client.get("/v1/account").status_code == 200, "accounts-service to be used again")
        problem(ended.client.get("/v1/tasks"), 401)


def test_a_session_that_ends_while_a_body_comes_has_ended(stack):
    """The 100 says that head and token were taken; the body comes when the session is over."""
    gateway = stack.gateways[0]
    with Person(gateway.url) as somebody:
        body = b'{"name": "too late"}'
        head = (
            f"POST /v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {somebody.access_token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", httpx.URL(gateway.url).port), timeout=60) as slow:
            slow.sendall(head.encode())
            assert slow.recv(1000).startswith(b"HTTP/1.1 100 ")
            assert somebody.client.delete("/v1/sessions/current").status_code == 204
            slow.sendall(body)
            assert slow.recv(1000).startswith(b"HTTP/1.1 401 ")
        somebody.take(somebody.log_in())
        assert somebody.client.get("/v1/tasks").json()["tasks"] == []


def log_out(stack):
    """Somebody whose session has ended, and somebody whose has not."""
    with Person(stack.url) as ended, Person(stack.url) as open_:
        assert ended.client.delete("/v1/sessions/current").status_code == 204
        return ended, open_


def assert_not_known(url, token):
    answer = ask_tasks(url, token)
    assert "sessions" in problem(answer, 503)["detail"]
    assert int(answer.headers["retry-after"]) >= 1


def ask_tasks(url, token):
    """What accounts-service has no part in."""
    return httpx.get(f"{url}/v1/tasks", headers={"Authorization": f"Bearer {token}"}, timeout=60)


def readiness(gateway):
    return httpx.get(f"{gateway.admin_url}/readyz", timeout=60)


def test_a_gateway_that_has_not_heard_who_left_takes_nobody(tmp_path, store):
    with Stack(tmp_path, store=store) as stack:
        ended, open_ = log_out(stack)
        stack.accounts.kill()
        late = stack.start_gateway(name="late", ready=False)
        for token in (ended.access_token, open_.access_token):
            assert_not_known(late.url, token)
            assert ask_tasks(stack.url, token).status_code in (200, 401)
        problem(ask_tasks(late.url, "no token"), 401)
        problem(httpx.post(f"{late.url}/v1/accounts", json={"email": "a@example.org", "password": "password"}), 503)
        assert httpx.get(late.url, timeout=60).status_code == httpx.get(f"{late.url}/openapi.json").status_code == 200
        problem(readiness(late), 503)
        stack.restart_accounts()
        eventually(lambda: ask_tasks(late.url, open_.access_token).status_code == 200, "the list to be loaded")
        assert ask_all_workers(late.url, ended.access_token) == {401}
        eventually(late.is_ready, "the gateway to say that it is ready")


def test_a_list_that_is_too_old_is_none(tmp_path, store):
    """Where the option says so; with 0 it never is."""
    with Stack(tmp_path, store=store, gateway_arguments=["--revocations-max-age", "1"]) as stack:
        patient = stack.start_gateway(name="patient", extra=["--revocations-max-age", "0"])
        ended, open_ = log_out(stack)
        wait_until_refused(patient.url, ended.access_token)
        assert ask_tasks(stack.url, open_.access_token).status_code == 200
        stack.accounts.kill()
        eventually(lambda: ask_tasks(stack.url, open_.access_token).status_code == 503, "the list to be too old")
        assert_not_known(stack.url, open_.access_token)
        problem(ask_tasks(stack.url, ended.access_token), 401)
        problem(readiness(stack.gateway), 503)
        assert ask_tasks(patient.url, open_.access_token).status_code == 200
        problem(ask_tasks(patient.url, ended.access_token), 401)
        stack.restart_accounts()
        eventually(lambda: ask_tasks(stack.url, open_.access_token).status_code == 200, "the list to be loaded again")
        eventually(stack.gateway.is_ready, "the gateway to be ready again")
        problem(ask_tasks(stack.url, ended.access_token), 401)
