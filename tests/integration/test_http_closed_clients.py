# SPDX-License-Identifier: Apache-2.0
"""Clients that are gone, or have said that they send no more, hold no place; who waits for an answer gets it."""

import multiprocessing
import os
import socket
import time

import pytest

from support import raw_http
from support.people import Person
from support.processes import PATIENCE_S, Stack, eventually

CLIENTS = 9000
LONGEST_S = 5  # whoever waits for a place to be free waits ten
CLOSE_WAIT = "08"
ASK = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """One worker: a bit over 8,000 places in all."""
    running = Stack(tmp_path_factory.mktemp("stack"), gateway_arguments=["--workers", "1"])
    yield running
    assert running.stop() == []


def in_close_wait(stack):
    """How many of the gateway's connections have been closed by the client alone."""
    port = f":{stack.gateway.port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table]
    return sum(row[1].endswith(port) and row[3] == CLOSE_WAIT for row in rows[1:])


def send_and_close(address, sent, n):
    """With what processor time others leave: it is about places, and not about who is faster."""
    os.nice(19)
    for i in range(n):
        with socket.create_connection(address, PATIENCE_S) as connection:
            connection.sendall(sent[i % len(sent)])


def ask_anew(stack):
    return raw_http.ask_one(stack.url, ASK + b"Connection: close\r\n\r\n").status


A_BYTE = b"G"
HALF_A_HEAD = ASK
HALF_A_BODY = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nContent-Type: application/json\r\n\r\n{"
A_REQUEST = ASK + b"\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([A_BYTE, HALF_A_HEAD, HALF_A_BODY, A_REQUEST], id="all kinds"),
        pytest.param([A_BYTE], id="a byte", marks=pytest.mark.thorough),
        pytest.param([HALF_A_HEAD, HALF_A_BODY], id="half a request", marks=pytest.mark.thorough),
        pytest.param([A_REQUEST], id="a request", marks=pytest.mark.thorough),
    ],
)
def test_nobody_waits_for_those_who_send_and_close(stack, sent):
    """The other asks on a connection of its own each time, and on one that stays."""
    crowd = multiprocessing.get_context("spawn").Process(
        target=send_and_close, args=(raw_http.address_of(stack.url), sent, CLIENTS)
    )
    longest, n = 0, 0
    with Person(stack.url) as somebody:
        crowd.start()
        while crowd.is_alive():
            for ask in (lambda: somebody.client.get("/v1/tasks?limit=1").status_code, lambda: ask_anew(stack)):
                begun = time.monotonic()
                assert ask() == 200
                longest, n = max(longest, time.monotonic() - begun), n + 1
    crowd.join()
    assert crowd.exitcode == 0
    assert n > 10
    assert longest < LONGEST_S
    eventually(lambda: in_close_wait(stack) == 0, "all places to be free")


@pytest.mark.parametrize("n", [1, 3])
def test_half_closed_client_gets_its_answers_and_then_the_end(stack, n):
    answers = raw_http.ask(stack.url, (ASK + b"\r\n") * n, half_close=True)
    assert [answer.status for answer in answers] == [200] * n
    assert all(answer.json()["openapi"] for answer in answers)


def test_half_closed_client_gets_what_a_service_answers(stack):
    with Person(stack.url) as somebody:
        head = f"GET /v1/account HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {somebody.access_token}\r\n\r\n"
        (answer,) = raw_http.ask(stack.url, head.encode(), half_close=True)
        assert answer.status == 200 and answer.json()["email"] == somebody.email


@pytest.mark.parametrize("sent", [b"", b"GET", ASK, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n1"])
def test_half_closed_client_that_lacks_something_is_let_go(stack, sent):
    with raw_http.connect(stack.url) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert raw_http.receive_all(connection) == b""


def test_bytes_that_are_no_request_line_are_waited_for_ten_seconds(stack):
    """Also on a connection that has served; who sends nothing keeps his place."""
    with raw_http.connect(stack.url) as fresh, raw_http.connect(stack.url) as kept, raw_http.connect(stack.url) as idle:
        for connection in (kept, idle):
            connection.sendall(ASK.replace(b"GET", b"HEAD") + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        begun = time.monotonic()
        fresh.sendall(b"\x16\x03\x01")
        kept.sendall(b"GE")
        assert raw_http.receive_all(fresh) == b"" and raw_http.receive_all(kept) == b""
        assert time.monotonic() - begun > 8
        idle.sendall(ASK.replace(b"GET", b"HEAD") + b"Connection: close\r\n\r\n")
        assert raw_http.receive_all(idle).startswith(b"HTTP/1.1 200 ")
