# SPDX-License-Identifier: Apache-2.0
"""Guessing passwords is slow, locks nobody out where they sign in, and keeps nobody else from signing in."""

import concurrent.futures
import struct
import threading

import httpx
import pytest

from support.people import PASSWORD, Person, new_email, problem
from support.stores import on_both_stores
from support.thrift import I32, STOP, STRING, STRUCT, connect, field, framed, message, string

pytestmark = on_both_stores

CONTEXT_ID, CLIENT_ID = 32767, 4  # rpc/tw-context-field.h
FAILURES_ORIGIN, FAILURES_STRANGE = 20, 100


def receive(connection, n):
    data = b""
    while len(data) < n:
        some = connection.recv(n - len(data))
        assert some, "the service has closed the connection"
        data += some
    return data


class Caller:
    """Somebody whose address a gateway says, on a connection of their own to the service."""

    def __init__(self, port):
        self.connection = connect(port)

    def log_in(self, client, email, password):
        """The status that a login from the address `client` ends with."""
        context = field(STRUCT, CONTEXT_ID, field(STRING, CLIENT_ID, string(client)) + bytes([STOP]))
        credentials = field(STRING, 1, string(email)) + field(STRING, 2, string(password)) + bytes([STOP])
        self.connection.sendall(framed(message("login", context + field(STRUCT, 1, credentials))))
        (length,) = struct.unpack(">i", receive(self.connection, 4))
        reply = receive(self.connection, length)
        result = reply[4 + len(string("login")) + 4 :]
        type_, id_ = struct.unpack_from(">bh", result)
        assert type_ == STRUCT
        if id_ == 0:
            return 201
        type_, id_, status = struct.unpack_from(">bhi", result, 3)
        assert (type_, id_) == (I32, 1)
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


def post_login(stack, email, password):
    return httpx.post(f"{stack.url}/v1/sessions", json={"email": email, "password": password}, timeout=60)


@pytest.mark.parametrize("exists", [True, False])
def test_failing_too_often_is_told_when_to_try_again(stack, person, exists):
    email = person.email if exists else new_email()
    for _ in range(FAILURES_ORIGIN):
        problem(post_login(stack, email, "wrong password"), 401)
    for password in ("wrong password", PASSWORD):
        answer = post_login(stack, email, password)
        assert "too often" in problem(answer, 429)["detail"]
        (seconds,) = answer.headers.get_list("retry-after")
        assert 3000 < int(seconds) <= 3600
    # Nobody else is meant, and who is signed in stays so.
    with Person(stack.url) as other:
        other.log_in()
    assert person.client.get("/v1/account").status_code == 200
    person.refresh()


def test_strangers_lock_nobody_out_at_home(stack, person):
    with Caller(stack.accounts.port) as caller:
        assert caller.log_in("203.0.113.7", person.email, PASSWORD) == 201
        for i in range(FAILURES_STRANGE):
            assert caller.log_in(f"198.51.100.{i % 25}", person.email, "wrong password") == 401
        for password in ("wrong password", PASSWORD):
            assert caller.log_in("192.0.2.1", person.email, password) == 429
        assert caller.log_in("203.0.113.7", person.email, "wrong password") == 401
        assert caller.log_in("203.0.113.7", person.email, PASSWORD) == 201


@pytest.mark.concurrent
def test_a_flood_from_one_address_keeps_nobody_else_out(stack):
    """60 clients that try one account after the other, as fast as they can; other people sign in meanwhile."""
    n_clients, over = 60, threading.Event()
    begun = threading.Barrier(n_clients + 1)

    def flood(number):
        statuses = set()
        with Caller(stack.accounts.port) as caller:
            begun.wait()
            while not over.is_set():
                statuses.add(caller.log_in("192.0.2.66", new_email(), "wrong password"))
        return statuses

    people = [Person(stack.url) for _ in range(4)]
    with concurrent.futures.ThreadPoolExecutor(n_clients) as pool:
        flooders = [pool.submit(flood, number) for number in range(n_clients)]
        try:
            begun.wait()
            with Caller(stack.accounts.port) as caller:
                statuses = [caller.log_in(f"203.0.113.{i}", people[i % 4].email, PASSWORD) for i in range(38)]
        finally:
            over.set()
        flooded = set().union(*(flooder.result() for flooder in flooders))
    for somebody in people:
        somebody.close()
    assert statuses == [201] * 38
    assert 401 in flooded and flooded <= {401, 503}


def test_text_is_compared_as_people_type_it(stack):
    composed, decomposed = "pässwörd-hünd", "pa\u0308sswo\u0308rd-hu\u0308nd"
    for first, then in ((composed, decomposed), (decomposed, composed)):
        with Person(stack.url, password=first) as somebody:
            assert post_login(stack, somebody.email, then).status_code == 201
            problem(post_login(stack, somebody.email, "passwort-hund"), 401)


@pytest.mark.parametrize("password", ["e\u0301" * 7, "\u1112\u1161\u11ab" * 3])
def test_short_is_what_people_see_as_short(stack, password):
    """14 and 9 code points, 7 and 3 characters."""
    answer = httpx.post(f"{stack.url}/v1/accounts", json={"email": new_email(), "password": password}, timeout=60)
    assert [entry["location"] for entry in problem(answer, 400)["errors"]] == ["body.password"]
