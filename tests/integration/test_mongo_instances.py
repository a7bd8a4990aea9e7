# SPDX-License-Identifier: Apache-2.0
"""Two of each service, started together on one database, and two gateways: it does not matter who answers."""

import concurrent.futures

import pymongo
import pytest

from support.mongodb import own_database
from support.people import Person, claims, problem
from support.processes import Stack, eventually
from support.thrift import IDL, client, load

pytestmark = pytest.mark.concurrent

accounts_idl = load(IDL / "accounts.thrift")
tasks_idl = load(IDL / "tasks.thrift")


@pytest.fixture(scope="module")
def store(mongodb_uri):
    with own_database(mongodb_uri) as uri:
        yield uri


@pytest.fixture(scope="module")
def stack(tmp_path_factory, store):
    folder = tmp_path_factory.mktemp("instances")
    with Stack(folder, gateways=2, store=store, tasks_services=2, accounts_services=2) as running:
        for service in running.tasks_services:
            eventually(lambda: _is_well(tasks_idl.Tasks, service), "a tasks-service to be well")
        for service in running.accounts_services:
            eventually(lambda: _is_well(accounts_idl.Accounts, service), "an accounts-service to be well")
        yield running


def _is_well(service, instance):
    with client(service, instance.port) as connection:
        return connection.check().ok


def at_each(services, idl, call, times=1):
    """The results of `call(connection, number)` at each service, `times` times, all at once."""

    def ask(number):
        with client(idl, services[number % len(services)].port) as connection:
            return call(connection, number)

    with concurrent.futures.ThreadPoolExecutor(len(services) * times) as pool:
        return list(pool.map(ask, range(len(services) * times)))


def test_indexes_are_made_once(stack, store):
    with pymongo.MongoClient(store) as connection:
        database = connection.get_default_database()
        tasks = database["tasks"].index_information()
        accounts = database["accounts"].index_information()
    assert [("userId", 1), ("createdOn", -1), ("_id", -1)] in [index["key"] for index in tasks.values()]
    assert [index["key"] for index in accounts.values() if index.get("unique")] == [[("email", 1)]]
    for service in (*stack.tasks_services, *stack.accounts_services):
        assert "level=error" not in service.log and "level=warning" not in service.log


def test_what_one_writes_the_other_reads(stack):
    user = "somebody with two services"
    made = at_each(stack.tasks_services, tasks_idl.Tasks, lambda tasks, n: tasks.add(user, f"task {n}"), times=8)
    first, second = at_each(stack.tasks_services, tasks_idl.Tasks, lambda tasks, _: tasks.all(user))
    assert first == second
    assert sorted(task.id for task in first) == sorted(task.id for task in made)


def test_of_changes_at_both_none_is_lost(stack):
    """Each change is one more version, whoever makes it."""
    user = "somebody who is in a hurry"
    (task, _) = at_each(stack.tasks_services, tasks_idl.Tasks, lambda tasks, n: tasks.add(user, f"task {n}"))

    def change(tasks, number):
        return tasks.patch(user, task.id, tasks_idl.TaskChanges(name=f"change {number}")).version

    assert sorted(at_each(stack.tasks_services, tasks_idl.Tasks, change, times=10)) == list(range(2, 22))


def test_an_address_is_taken_once(stack):
    def sign_up(accounts, number):
        try:
            accounts.signup(accounts_idl.NewAccount(email="only-one@example.org", password=f"password {number}"))
            return "signed up"
        except accounts_idl.common.BaseException as refused:
            return refused.code

    assert sorted(at_each(stack.accounts_services, accounts_idl.Accounts, sign_up, times=4), key=str) == [
        *[409] * 7, "signed up",
    ]  # fmt: skip


def test_many_parallel_refreshes_give_the_same_refresh_token(stack):
    with Person(stack.url) as somebody:
        request = accounts_idl.RefreshRequest(refreshToken=somebody.refresh_token)

        def refresh(accounts, _):
            return accounts.refresh(request).refreshToken

        (successor,) = set(at_each(stack.accounts_services, accounts_idl.Accounts, refresh, times=8))
        request = accounts_idl.RefreshRequest(refreshToken=successor)
        assert len(set(at_each(stack.accounts_services, accounts_idl.Accounts, refresh))) == 1


def test_an_old_refresh_token_ends_the_session_everywhere(stack):
    with Person(stack.url) as somebody:
        old = somebody.refresh_token
        for _ in range(2):
            somebody.take(somebody.refresh())
        with client(accounts_idl.Accounts, stack.accounts_services[1].port) as connection:
            with pytest.raises(accounts_idl.RefreshRefused):
                connection.refresh(accounts_idl.RefreshRequest(refreshToken=old))
        # It was shown at a service: both gateways learn of it.
        for gateway in stack.gateways:
            url = f"{gateway.url}/v1/account"
            eventually(lambda: somebody.client.get(url).status_code == 401, "the session to be over")


def test_a_session_that_ends_at_one_is_listed_by_both(stack):
    with Person(stack.url) as somebody:
        sid = claims(somebody.access_token)["sid"]
        with client(accounts_idl.Accounts, stack.accounts_services[0].port) as connection:
            connection.logout(somebody.id, sid)
        lists = at_each(stack.accounts_services, accounts_idl.Accounts, lambda accounts, _: accounts.revocations(0))
        for revocations in lists:
            assert sid in [revocation.sessionId for revocation in revocations.ended]
        assert lists[0].position == lists[1].position


def test_of_sessions_that_end_at_both_at_once_every_poll_sees_all(stack):
    """A reader that goes on from position to position, while they end, misses none; nor do the gateways."""
    people = [Person(stack.gateways[n % 2].url) for n in range(16)]
    try:
        sessions = [(person.id, claims(person.access_token)["sid"]) for person in people]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            reading = pool.submit(read_revocations_until, stack, {sid for _, sid in sessions})
            at_each(
                stack.accounts_services, accounts_idl.Accounts,
                lambda accounts, number: accounts.logout(*sessions[number]), times=8,
            )  # fmt: skip
            reading.result()
        for person in people:
            for gateway in stack.gateways:
                url = f"{gateway.url}/v1/account"
                eventually(lambda: person.client.get(url).status_code == 401, "the session to be over")
    finally:
        for person in people:
            person.close()


def read_revocations_until(stack, wanted):
    """Asks the two services in turn, each time from where the answer before ended."""
    position, seen = 0, set()

    def look():
        nonlocal position
        for service in stack.accounts_services:
            with client(accounts_idl.Accounts, service.port) as connection:
                answer = connection.revocations(position)
            assert answer.position >= position
            position = answer.position
            seen.update(revocation.sessionId for revocation in answer.ended)
        return wanted <= seen

    eventually(look, "every session that ended to be listed")


def test_both_gateways_serve_one_person(stack):
    first, second = stack.gateways
    with Person(first.url) as somebody:
        names = [f"task {n}" for n in range(20)]
        for n, name in enumerate(names):
            answer = somebody.client.post(f"{stack.gateways[n % 2].url}/v1/tasks", json={"name": name})
            assert answer.status_code == 201
        for gateway in (first, second):
            listed = somebody.client.get(f"{gateway.url}/v1/tasks").json()["tasks"]
            assert [task["name"] for task in listed] == names[::-1]
        somebody.take(somebody.client.post(f"{second.url}/v1/sessions/refresh",
                                           json={"refreshToken": somebody.refresh_token}).json())
        assert somebody.client.get(f"{first.url}/v1/account").status_code == 200
        assert somebody.client.delete(f"{second.url}/v1/sessions/current").status_code == 204
        eventually(lambda: somebody.client.get("/v1/tasks").status_code == 401, "the first gateway to know")
        problem(somebody.client.get("/v1/tasks"), 401)
