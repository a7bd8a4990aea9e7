# SPDX-License-Identifier: Apache-2.0
"""Signing up again with the same Idempotency-Key."""

import concurrent.futures
import contextlib
import shutil
import signal
import sqlite3

import httpx
import pytest
from thriftpy2.thrift import TException

from support import at_step
from support.people import PASSWORD, new_email, problem
from support.processes import PATIENCE_S, Service
from support.stores import on_both_stores
from support.thrift import IDL, client, load

accounts_idl = load(IDL / "accounts.thrift")


def sign_up(url, email, key="8e03978e-40d5-43dd-bc93-6894a57f9324", password=PASSWORD, name="Ann", **headers):
    body = {"email": email, "password": password, **({"name": name} if name else {})}
    headers = {"Idempotency-Key": key, **headers} if key else headers
    return httpx.post(f"{url}/v1/accounts", json=body, headers=headers, timeout=60)


def is_open(url, session):
    """Whether its access token, and its refresh token, are good: both or none of them."""
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    access = httpx.get(f"{url}/v1/account", headers=headers, timeout=60).status_code
    body = {"refreshToken": session["refreshToken"]}
    refresh = httpx.post(f"{url}/v1/sessions/refresh", json=body, timeout=60).status_code
    assert (access, refresh) in ((200, 200), (401, 401))
    return access == 200


@on_both_stores
def test_same_key_is_the_same_account_and_a_fresh_session(stack):
    email = new_email()
    first, second, third = (sign_up(stack.url, email) for _ in range(3))
    for answer in (first, second, third):
        assert answer.status_code == 201, answer.text
        assert set(answer.json()) == {"account", "accessToken", "tokenType", "expiresIn", "refreshToken"}
        assert answer.json()["account"] == first.json()["account"]
    # At once, at the gateway that said so.
    assert not is_open(stack.url, second.json())
    assert not is_open(stack.url, first.json())
    assert is_open(stack.url, third.json())
    assert sign_up(stack.url, email.upper()).status_code == 201


@on_both_stores
def test_its_cookie_is_the_fresh_one(stack):
    email = new_email()
    first, second = (sign_up(stack.url, email, **{"Use-Cookies": "true"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.cookies["taskwire_refresh"] != second.cookies["taskwire_refresh"]
    answers = [
        httpx.post(f"{stack.url}/v1/sessions/refresh", headers={"Use-Cookies": "true"},
                   cookies={"taskwire_refresh": answer.cookies["taskwire_refresh"]}, timeout=60).status_code
        for answer in (first, second)
    ]  # fmt: skip
    assert answers == [401, 200]


@on_both_stores
def test_anything_else_is_refused(stack):
    email = new_email()
    first = sign_up(stack.url, email)
    problem(sign_up(stack.url, email, password="wrong password"), 409)
    problem(sign_up(stack.url, email, password="wrong password", name="Bob"), 409)
    problem(sign_up(stack.url, email, key="another"), 409)
    problem(sign_up(stack.url, email, key=None), 409)
    for name in ("Bob", None):
        assert "Idempotency-Key" in problem(sign_up(stack.url, email, name=name), 422)["detail"]
    assert is_open(stack.url, first.json())


@on_both_stores
def test_a_key_counts_for_one_address(stack):
    first, other = sign_up(stack.url, new_email()), sign_up(stack.url, new_email())
    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json()["account"]["id"] != other.json()["account"]["id"]
    assert is_open(stack.url, first.json()) and is_open(stack.url, other.json())


@pytest.mark.concurrent
@on_both_stores
def test_many_at_once_make_one_account(stack):
    email = new_email()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: sign_up(stack.url, email), range(6)))
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.json()["account"]["id"] for answer in answers}) == 1
    assert sum(is_open(stack.url, answer.json()) for answer in answers) == 1


@on_both_stores
def test_a_key_given_at_the_thrift_port(stack):
    def sign_up_there(key):
        new = accounts_idl.NewAccount(email=email, password=PASSWORD)
        options = accounts_idl.common.CreateOptions(idempotencyKey=key)
        with client(accounts_idl.Accounts, stack.accounts.port) as accounts:
            return accounts.signup(new, options)

    email = new_email()
    first, second = sign_up_there("k"), sign_up_there("k")
    assert first.userId == second.userId
    assert second.endedSession == first.sessionId and first.endedSession is None
    with pytest.raises(accounts_idl.common.BaseException) as refused:
        sign_up_there("K")
    assert refused.value.code == 409


def sign_up_at(service, key):
    new = accounts_idl.NewAccount(email="ann@example.org", password=PASSWORD, name="Ann")
    with client(accounts_idl.Accounts, service.port) as accounts:
        return accounts.signup(new, accounts_idl.common.CreateOptions(idempotencyKey=key))


def emails(folder):
    with contextlib.closing(sqlite3.connect(folder / "data/accounts.db")) as database:
        return [email for (email,) in database.execute("SELECT email FROM accounts")]


def test_killed_at_any_step_it_makes_one_account(tmp_path):
    """Before each change that the service makes to a file for it."""
    made = tmp_path / "made"
    made.mkdir()
    Service("accounts-service", made).stop()
    killed = 0
    for number in at_step.each_step():
        folder = tmp_path / str(number)
        shutil.copytree(made / "data", folder / "data")
        try:
            service = Service("accounts-service", folder, environment=at_step.environment(number, "kill"))
        except AssertionError:
            continue  # before it listened
        try:
            sign_up_at(service, "first")
        except (TException, EOFError, OSError):
            service.popen.wait(PATIENCE_S)
            assert service.popen.returncode == -signal.SIGKILL
            killed += 1
        else:
            service.kill()
            break
        again = Service("accounts-service", folder)
        assert sign_up_at(again, "first").account.email == "ann@example.org"
        assert again.stop() == 0
        assert emails(folder) == ["ann@example.org"]
    assert killed > 1
