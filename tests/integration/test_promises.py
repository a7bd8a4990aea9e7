# SPDX-License-Identifier: Apache-2.0
"""What holds all other tests' answers to the OpenAPI document: it looks where it should, and nowhere else."""

import collections
import concurrent.futures
import http.server
import threading

import httpx
import pytest

from support.promises import MAX_CHECKED, Promises, Watch
from support.processes import Gateway

DOCUMENT = {
    "components": {},
    "paths": {
        path: {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}}}
        for path in ("/things/{id}", "/things")
    },
}


def answer(path, body):
    return httpx.Response(200, json=body, request=httpx.Request("GET", f"http://127.0.0.1{path}"))


def test_bodies_are_counted_by_route_and_gateway():
    promises, checked = Promises(DOCUMENT), collections.Counter()
    for n in range(MAX_CHECKED):
        promises.hold(answer(f"/things/{n}", {}), checked)
    promises.hold(answer("/things/another", []), checked)
    with pytest.raises(AssertionError, match="/things/another"):
        promises.hold(answer("/things/another", []), collections.Counter())
    with pytest.raises(AssertionError, match="/things: 200"):
        promises.hold(answer("/things", []), checked)


@pytest.fixture
def gateway(tmp_path):
    running = Gateway(tmp_path, {"Tasks": 1, "Accounts": 1}, ready=False)
    yield running
    running.stop()


def test_a_document_is_fetched_once(gateway, tmp_path):
    watch = Watch(tmp_path)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        fetched = list(pool.map(watch.promises_of, [gateway.made_of] * 4))
    assert {id(promises) for promises in fetched} == {id(watch.promises_of(gateway.made_of))}


def test_who_has_the_port_of_a_gateway_that_ended_promised_nothing(gateway):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(299)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    assert httpx.get(f"{gateway.url}/v1/tasks", timeout=60).status_code == 401
    gateway.popen.terminate()
    gateway.popen.wait()
    with http.server.ThreadingHTTPServer(("127.0.0.1", gateway.port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert httpx.get(f"{gateway.url}/v1/tasks", timeout=60).status_code == 299
        finally:
            server.shutdown()
            thread.join()
