# SPDX-License-Identifier: Apache-2.0
"""Who a client is: the limit for each address, the proxies that are believed, and the address in the access log."""

import re
import socket

import httpx
import pytest

from support import raw_http
from support.processes import Gateway, eventually

ASK = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def own_address():
    """One of this machine's that is not a loopback one: connections from there to 127.0.0.1 are a stranger's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as finder:
        finder.connect(("192.0.2.1", 9))  # sends nothing
        return finder.getsockname()[0]


@pytest.fixture
def gateway(tmp_path, request):
    """It needs no service for what is asked here."""
    running = Gateway(tmp_path, {"Tasks": 1, "Accounts": 1}, arguments=request.param, ready=False)
    yield running
    assert running.stop() == 0, running.log


def is_served(connection):
    """Whether the gateway has kept it: asks, and leaves it open."""
    try:
        connection.sendall(ASK.replace(b"GET", b"HEAD").replace(b"Connection: close\r\n", b""))
        return connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    except (ConnectionResetError, BrokenPipeError):
        return False


@pytest.mark.parametrize("gateway", [["--workers", "4", "--max-connections-per-client", "20"]], indirect=True)
def test_one_address_has_so_many_connections_over_all_workers(gateway):
    stranger = own_address()
    held = [raw_http.connect(gateway.url, stranger) for _ in range(20)]
    assert all(is_served(connection) for connection in held)
    with raw_http.connect(gateway.url, stranger) as one_more:
        assert not is_served(one_more)
    # Others come in all the same, and loopback is not counted.
    local = [raw_http.connect(gateway.url) for _ in range(40)]
    assert all(is_served(connection) for connection in local)
    held.pop().close()

    def is_let_in():
        with raw_http.connect(gateway.url, stranger) as again:
            return is_served(again)

    eventually(is_let_in, "the place to be free again")
    for connection in held + local:
        connection.close()


@pytest.mark.parametrize(
    "gateway", [["--max-connections-per-client", "2", "--trusted-proxies", "0.0.0.0/1,128.0.0.0/1"]], indirect=True
)
def test_trusted_proxies_are_not_counted(gateway):
    held = [raw_http.connect(gateway.url, own_address()) for _ in range(20)]
    assert all(is_served(connection) for connection in held)
    for connection in held:
        connection.close()


def logged_clients(gateway):
    """Of the access log: method, path, status, milliseconds, id, client."""
    return re.findall(r'msg="GET /openapi\.json 200 \d+ms [\w.-]+ (\S+)"', gateway.log)


SAID = [
    ({}, "peer"),
    ({"X-Forwarded-For": "198.51.100.9, 203.0.113.5"}, "203.0.113.5"),
    ({"X-Forwarded-For": "198.51.100.9, 203.0.113.5, 10.1.2.3"}, "203.0.113.5"),
    ({"Forwarded": 'for=192.0.2.60;proto=http, for="[2001:DB8::17]:4711";by=203.0.113.43'}, "2001:db8::17"),
    ({"Forwarded": "for=203.0.113.5, for=unknown"}, "peer"),
    ({"Forwarded": "for=_hidden"}, "peer"),
    ({"Forwarded": "for=203.0.113.5", "X-Forwarded-For": "198.51.100.9"}, "peer"),
    ({"X-Forwarded-For": "nonsense"}, "peer"),
]


def said(gateway):
    """What the log says of each of SAID, which come one after the other."""
    for n, (headers, _) in enumerate(SAID):
        assert httpx.get(f"{gateway.url}/openapi.json", headers=headers).status_code == 200
        eventually(lambda: len(logged_clients(gateway)) > n, "the request to be logged")
    return logged_clients(gateway)


@pytest.mark.parametrize("gateway", [[], ["--trusted-proxies", "10.0.0.0/8"]], indirect=True)
def test_nobody_is_believed_unless_trusted(gateway):
    """Not loopback either."""
    assert said(gateway) == ["127.0.0.1"] * len(SAID)


@pytest.mark.parametrize("gateway", [["--trusted-proxies", "127.0.0.0/8, 10.0.0.0/8"]], indirect=True)
def test_trusted_proxies_are_believed(gateway):
    assert said(gateway) == ["127.0.0.1" if client == "peer" else client for _, client in SAID]


def test_what_is_no_network_stops_the_start(tmp_path):
    with pytest.raises(AssertionError, match="10.0.0.0/99"):
        Gateway(tmp_path, {"Tasks": 1, "Accounts": 1}, arguments=["--trusted-proxies", "10.0.0.0/99"], ready=False)
