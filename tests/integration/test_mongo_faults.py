# SPDX-License-Identifier: Apache-2.0
"""The database is away, stands still, or is behind a bad network: nothing hangs, what can't be done is a 503 (a 504 would
mean that the service did not give up before the gateway), and all goes on by itself afterwards."""

import time

import httpx
import pytest

from support.load import Load, is_served, names
from support.mongodb import MongoServer
from support.people import Person, new_email, problem
from support.processes import PATIENCE_S, Stack, eventually
from support.toxiproxy import Toxiproxy

AWAY = "waiting for it"
WELL_OR_UNAVAILABLE = {200, 201, 503}


@pytest.fixture
def database(tmp_path):
    with MongoServer(tmp_path) as server:
        yield server


@pytest.fixture
def stack(tmp_path, database):
    running = Stack(tmp_path, store=database.uri)
    yield running
    database.thaw()
    assert running.stop() == []


def ready(stack):
    return httpx.get(f"{stack.gateway.admin_url}/readyz", timeout=PATIENCE_S)


def services(stack):
    return [*stack.tasks_services, *stack.accounts_services]


def assert_nothing_lost(load, person):
    assert load.statuses <= WELL_OR_UNAVAILABLE
    found = names(person)
    assert set(load.added) <= set(found)
    assert len(found) == len(set(found)), "an add was made twice"


def test_away_at_start(tmp_path, database):
    database.kill()
    stack = Stack(tmp_path, store=database.uri, ready=False)
    try:
        for service in services(stack):
            service.wait_for(AWAY)
        assert {"Tasks", "Accounts"} <= set(str(problem(ready(stack), 503)).replace(":", " ").replace("'", " ").split())
        answer = httpx.post(
            f"{stack.url}/v1/accounts", json={"email": "a@example.org", "password": "correct horse"}, timeout=PATIENCE_S
        )
        assert "mongo" not in problem(answer, 503)["detail"].lower()
        assert int(answer.headers["retry-after"]) >= 1
        database.start()
        eventually(lambda: ready(stack).status_code == 200, "the services to find the database")
        with Person(stack.url) as somebody:
            somebody.add("at last")
        for service in services(stack):
            assert service.log.count(AWAY) == 1
    finally:
        assert stack.stop() == []


def test_stopped_and_started_under_load(stack, database):
    with Person(stack.url) as somebody:
        with Load(somebody) as load:
            load.wait_for_more()
            database.kill()
            eventually(lambda: ready(stack).status_code == 503, "readiness to end")
            load.wait_for_more()
            database.start()
            eventually(lambda: is_served(somebody), "the services to use the database again")
            load.wait_for_more()
        assert 503 in load.statuses
        assert_nothing_lost(load, somebody)
        for service in services(stack):
            assert service.popen.poll() is None


def test_restarted_under_load(stack, database):
    with Person(stack.url) as somebody:
        with Load(somebody) as load:
            load.wait_for_more()
            database.restart()
            eventually(lambda: is_served(somebody), "the services to use the database again")
            load.wait_for_more()
        assert_nothing_lost(load, somebody)


def test_frozen_under_load(stack, database):
    with Person(stack.url) as somebody:
        with Load(somebody) as load:
            load.wait_for_more()
            database.freeze()
            eventually(lambda: ready(stack).status_code == 503, "readiness to end")
            load.wait_for_more()
            database.thaw()
            eventually(lambda: is_served(somebody), "the services to use the database again")
            load.wait_for_more()
        assert 503 in load.statuses
        assert_nothing_lost(load, somebody)


def test_frozen_and_one_asks(stack, database):
    """Nobody has noticed yet that it stands still: also the first to ask is told before the gateway's own deadline."""
    with Person(stack.url) as somebody:
        task = somebody.add("before")
        database.freeze()
        problem(somebody.client.get(f"/v1/tasks/{task['id']}"), 503)
        problem(somebody.client.post("/v1/tasks", json={"name": "meanwhile"}), 503)
        problem(somebody.client.patch(f"/v1/tasks/{task['id']}", json={"done": True}), 503)
        problem(somebody.client.get("/v1/account"), 503)
        database.thaw()
        eventually(lambda: is_served(somebody), "the services to use the database again")
        assert "before" in names(somebody)


@pytest.fixture
def network(tmp_path, database):
    """What stands between the services and the database."""
    with Toxiproxy(tmp_path) as toxiproxy:
        yield toxiproxy.proxy(database.address)


@pytest.fixture
def far_stack(tmp_path, database, network):
    running = Stack(tmp_path, store=database.uri.replace(database.address, network.address))
    yield running
    assert running.stop() == []


def test_latency_is_waited_for(far_stack, network):
    with Person(far_stack.url) as somebody:
        toxic = network.add("latency", latency=300)
        task = somebody.add("slow but sure")
        assert somebody.client.get(f"/v1/tasks/{task['id']}").json() == task
        assert is_served_once(somebody)
        network.remove(toxic)


def test_what_took_too_long_can_be_tried_again(far_stack, network):
    """So slow that a refresh, which takes several steps, is given up: the token is still good, and its session open."""
    with Person(far_stack.url) as somebody:
        url = "/v1/sessions/refresh"
        body = {"refreshToken": somebody.refresh_token}
        toxic = network.add("latency", latency=1100)
        problem(somebody.client.post(url, json=body), 503)
        time.sleep(2)  # what is under way all the same
        network.remove(toxic)
        eventually(lambda: is_served_once(somebody), "the services to use the database again")
        again = somebody.client.post(url, json=body)
        assert again.status_code == 200, again.text


def test_several_slow_steps_are_given_up_together(far_stack, network):
    """Signing in asks the database several times: the service gives up before the gateway does all the same, and a
    sign-up that was given up can be done again."""
    with Person(far_stack.url) as somebody:
        new = {"email": new_email(), "password": "long enough"}
        toxic = network.add("latency", latency=1150)
        created = False
        for _ in range(4):
            for url in ("/v1/sessions", "/v1/accounts"):
                body = new if url == "/v1/accounts" else {"email": somebody.email, "password": somebody.password}
                started = time.monotonic()
                status = somebody.client.post(url, json=body).status_code
                assert status in (201, 503) or (status, url, created) == (409, "/v1/accounts", True)
                created = created or (status, url) == (201, "/v1/accounts")
                assert time.monotonic() - started < 4.5
        time.sleep(2)  # what is under way all the same
        network.remove(toxic)
        eventually(lambda: is_served_once(somebody), "the services to use the database again")
        assert created or somebody.client.post("/v1/accounts", json=new).status_code == 201


def is_served_once(person):
    return all(person.client.get(url).status_code == 200 for url in ("/v1/tasks", "/v1/account"))


@pytest.mark.parametrize(
    ("kind", "stream", "attributes"),
    [
        ("reset_peer", "downstream", {"timeout": 20}),
        ("timeout", "upstream", {"timeout": 0}),
        pytest.param("latency", "downstream", {"latency": 30_000}, marks=pytest.mark.thorough),
        pytest.param("reset_peer", "upstream", {"timeout": 0}, marks=pytest.mark.thorough),
        pytest.param("bandwidth", "downstream", {"rate": 0}, marks=pytest.mark.thorough),
        pytest.param("timeout", "downstream", {"timeout": 0}, marks=pytest.mark.thorough),
    ],
)
def test_bad_network_under_load(far_stack, network, kind, stream, attributes):
    """Latency beyond any deadline; resets, before and after a command has arrived; no bandwidth; half-open connections
    (what is sent in one direction is lost)."""
    with Person(far_stack.url) as somebody:
        with Load(somebody) as load:
            load.wait_for_more()
            toxic = network.add(kind, stream=stream, **attributes)
            eventually(lambda: 503 in load.statuses, "a call to fail")
            load.wait_for_more()
            network.remove(toxic)
            eventually(lambda: is_served(somebody), "the services to use the database again")
            load.wait_for_more()
        assert_nothing_lost(load, somebody)


def test_a_trickle_is_given_up(far_stack, network):
    """Bytes come all the time, and never enough: no timeout of a socket strikes."""
    with Person(far_stack.url) as somebody:
        for n in range(40):
            somebody.add(f"{n} " + "x" * 450)
        toxic = network.add("bandwidth", stream="downstream", rate=1)
        problem(somebody.client.get("/v1/tasks?limit=200"), 503)
        network.remove(toxic)
        eventually(lambda: is_served(somebody), "the services to use the database again")


def test_lost_answers_make_no_second_task(far_stack, network):
    """The command arrives and its answer does not: whoever sends it again must not make another task."""
    with Person(far_stack.url) as somebody:
        for n in range(5):
            toxic = network.add("reset_peer", stream="downstream", timeout=0)
            somebody.client.post("/v1/tasks", json={"name": f"task {n}"})
            network.remove(toxic)
            eventually(lambda: is_served_once(somebody), "the services to use the database again")
        found = names(somebody)
        assert len(found) == len(set(found))
