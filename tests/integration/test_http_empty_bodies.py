# SPDX-License-Identifier: Apache-2.0
"""An empty body is no body, however it is announced."""

import json
import sys

import httpx
import pytest

from support import raw_http
from support.processes import BUILD, PROJECT, Gateway, Process

EMPTY = b"0\r\n\r\n"
FULL = b"2\r\n{}\r\n0\r\n\r\n"


def send(url, verb, path, token, body, headers=b""):
    head = f"{verb} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n".encode()
    answers = raw_http.ask(url, head + headers + b"Transfer-Encoding: chunked\r\n\r\n" + body, verbs=[verb])
    (answer,) = answers
    return answer


def test_method_without_a_body_takes_an_empty_one(stack, person):
    task = person.add("one")
    for verb in ("GET", "HEAD"):
        assert send(stack.url, verb, f"/v1/tasks/{task['id']}", person.access_token, EMPTY).status == 200
        assert send(stack.url, verb, "/openapi.json", person.access_token, EMPTY).status == 200
    assert send(stack.url, "OPTIONS", "/v1/tasks", person.access_token, EMPTY).status == 204
    # What it would be, if it were there, is nothing to anybody.
    odd = b"Content-Type: text/plain\r\nContent-Encoding: gzip\r\n"
    assert send(stack.url, "GET", "/v1/tasks", person.access_token, EMPTY, odd).status == 200
    assert send(stack.url, "DELETE", f"/v1/tasks/{task['id']}", person.access_token, EMPTY).status == 204
    assert person.client.get(f"/v1/tasks/{task['id']}").status_code == 404


def test_method_without_a_body_refuses_one(stack, person):
    task = person.add("one")
    for verb in ("GET", "DELETE"):
        for body in (FULL, b"1\r\n \r\n0\r\n\r\n"):
            answer = send(stack.url, verb, f"/v1/tasks/{task['id']}", person.access_token, body)
            assert answer.status == 400 and "no body" in answer.json()["detail"]
    assert person.client.get(f"/v1/tasks/{task['id']}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [b"", b"Content-Type: text/plain\r\n", b"Content-Type: application/json\r\n", b"Content-Encoding: gzip\r\n"],
)
def test_method_that_needs_fields_names_them(stack, person, headers):
    answer = send(stack.url, "POST", "/v1/tasks", person.access_token, EMPTY, headers)
    assert answer.status == 400
    assert {error["location"] for error in answer.json()["errors"]} == {"body.name"}


@pytest.mark.parametrize(
    "headers",
    [b"", b"Content-Type: text/plain\r\n", b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n"],
)
def test_body_of_another_kind_is_still_refused(stack, person, headers):
    body = b'd\r\n{"name": "x"}\r\n0\r\n\r\n'
    assert send(stack.url, "POST", "/v1/tasks", person.access_token, body, headers).status == 415
    assert person.client.get("/v1/tasks").json()["tasks"] == []


def test_who_waits_for_a_100_has_a_body(stack, person):
    """So it is refused before it comes."""
    head = (
        f"POST /v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.access_token}\r\n"
        "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    (answer,) = raw_http.ask(stack.url, head.encode())
    assert answer.status == 415


def test_connection_goes_on_behind_an_empty_body(stack, person):
    head = f"GET /v1/tasks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.access_token}\r\n".encode()
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n" + EMPTY
    answers = raw_http.ask(stack.url, chunked + chunked + head + b"Connection: close\r\n\r\n")
    assert [answer.status for answer in answers] == [200, 200, 200]


@pytest.fixture(scope="module")
def book_with_an_action(tmp_path_factory):
    """The address book, where striking somebody out is a POST that takes nothing."""
    folder = tmp_path_factory.mktemp("book")
    text = (BUILD / "tests" / "idl" / "address-book.json").read_text()
    idl = json.loads(text)
    (strike,) = [f for service in idl["services"] for f in service["functions"] if f["name"] == "strike"]
    del strike["annotations"]["api.delete"]
    strike["annotations"]["api.post"] = "/v1/contacts/:key/strike"
    (folder / "book.json").write_text(json.dumps(idl))
    service = Process(
        "address-book", [sys.executable, "-m", "support.address_book"], folder, {"PYTHONPATH": str(PROJECT / "tests")}
    )
    port = int(service.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))
    gateway = Gateway(folder, {"AddressBook": port}, arguments=["--idl", folder / "book.json"])
    yield gateway
    assert gateway.stop() == 0, gateway.log
    service.kill()


def test_post_that_takes_nothing_takes_an_empty_body(book_with_an_action):
    url = book_with_an_action.url
    session = httpx.post(f"{url}/v1/visits", json={"visitor": "ada", "word": "open sesame"}, timeout=60).json()
    token = session["accessToken"]
    missing = "/v1/contacts/nobody/strike"
    assert send(url, "POST", missing, token, EMPTY).status == 404
    answer = send(url, "POST", missing, token, FULL)
    assert answer.status == 400 and "no body" in answer.json()["detail"]
