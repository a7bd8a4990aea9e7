# SPDX-License-Identifier: Apache-2.0
"""Answers in gzip: what is, who gets it, and what never is."""

import gzip

import httpx
import pytest

from support.people import PASSWORD, Person, new_email, problem
from support.raw_http import ask_one

LONG = "n" * 500


@pytest.fixture(scope="module")
def reader(stack):
    """Somebody with a page of more than 1 KiB."""
    with Person(stack.url) as somebody:
        for _ in range(3):
            somebody.add(LONG)
        yield somebody


def get(reader, path, accepts=None, verb="GET"):
    """The answer as it came, for httpx would undo the coding."""
    wish = f"Accept-Encoding: {accepts}\r\n" if accepts is not None else ""
    head = f"{verb} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {reader.access_token}\r\n{wish}Connection: close\r\n\r\n"
    return ask_one(str(reader.client.base_url).rstrip("/"), head.encode(), verb)


@pytest.mark.parametrize("path", ["/v1/tasks", "/openapi.json", "/", "/style.css"])
def test_long_answers_for_who_asks(reader, path):
    plain, coded = get(reader, path), get(reader, path, "deflate, gzip;q=0.9, br")
    assert plain.status == coded.status == 200
    assert plain.headers["Content-Encoding"] is None and coded.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == coded.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(coded.body) == plain.body
    assert int(coded.headers["Content-Length"]) == len(coded.body) < len(plain.body) / 2
    assert plain.headers["Content-Type"] == coded.headers["Content-Type"]


@pytest.mark.parametrize("path", ["/v1/tasks", "/openapi.json", "/style.css"])
@pytest.mark.parametrize("accepts", [None, "gzip"])
def test_head_has_the_same_headers(reader, path, accepts):
    with_body, head = get(reader, path, accepts), get(reader, path, accepts, "HEAD")
    mine = {"Date", "RateLimit", "X-Request-Id"}
    assert head.body == b""
    assert {name: value for name, value in head.headers.items() if name not in mine} == {
        name: value for name, value in with_body.headers.items() if name not in mine
    }


@pytest.mark.parametrize("accepts", ["", "identity", "br", "gzip;q=0", "identity, gzip;q=0.5", "gzip;q=2"])
def test_nobody_gets_what_they_did_not_ask_for(reader, accepts):
    for path in ("/v1/tasks", "/openapi.json"):
        answer = get(reader, path, accepts)
        assert answer.status == 200 and answer.headers["Content-Encoding"] is None
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.json()


def test_short_answers_stay_as_they_are(reader):
    for path, status in (("/v1/account", 200), ("/v1/tasks/none", 404), ("/nothing", 404)):
        answer = get(reader, path, "gzip")
        assert answer.status == status
        assert answer.headers["Content-Encoding"] is None and answer.headers["Vary"] is None
        assert answer.headers["Cache-Control"] == "no-store"


def test_long_problems_too(reader):
    query = "&".join(f"unknown{n}=x" for n in range(60))
    plain, coded = get(reader, f"/v1/tasks?{query}"), get(reader, f"/v1/tasks?{query}", "gzip")
    assert plain.status == coded.status == 400
    assert coded.headers["Content-Type"] == "application/problem+json"
    assert gzip.decompress(coded.body) == plain.body


def test_what_deals_in_secrets_is_never_compressed(stack):
    """Signing up, in and on: also an answer that says nothing but what was wrong."""
    email = new_email()
    name = "a" * 400 + "é" * 100
    long_names = {f"unknown{n:050}": 1 for n in range(40)}
    with httpx.Client(base_url=stack.url, headers={"Accept-Encoding": "gzip"}, timeout=60) as client:
        made = client.post("/v1/accounts", json={"email": email, "password": PASSWORD, "name": name})
        assert made.status_code == 201 and len(made.content) > 1024
        refresh = {"refreshToken": made.json()["refreshToken"]}
        answers = [
            made,
            client.post("/v1/sessions", json={"email": email, "password": PASSWORD}),
            client.post("/v1/sessions/refresh", json=refresh),
            client.post("/v1/accounts", json={"email": email, "password": PASSWORD, **long_names}),
            client.post("/v1/sessions", json={"email": email, "password": "wrong", **long_names}),
        ]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 400, 400]
    assert len(answers[-1].content) > 1024
    for answer in answers:
        assert "content-encoding" not in answer.headers and "vary" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_each_coding_of_a_file_has_a_tag_of_its_own(reader):
    plain, coded = get(reader, "/style.css"), get(reader, "/style.css", "gzip")
    assert plain.headers["ETag"] != coded.headers["ETag"]
    for answer, accepts in ((plain, "identity"), (coded, "gzip")):
        headers = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": accepts}
        again = reader.client.get("/style.css", headers=headers)
        assert again.status_code == 304 and again.headers["etag"] == answer.headers["ETag"]
        assert (again.headers["vary"], again.headers["cache-control"]) == ("Accept-Encoding", "no-cache")
    stranger = {"If-None-Match": coded.headers["ETag"], "Accept-Encoding": "identity"}
    assert reader.client.get("/style.css", headers=stranger).status_code == 200


@pytest.mark.parametrize(
    "codings", [["gzip"], ["identity", "gzip"], ["gzip", "identity"], ["deflate"], ["identity, gzip"], ["br", ""]]
)
def test_bodies_in_a_coding_are_refused(reader, codings):
    headers = [("Content-Type", "application/json"), *(("Content-Encoding", coding) for coding in codings)]
    answer = reader.client.post("/v1/tasks", content=gzip.compress(b'{"name": "x"}'), headers=headers)
    problem(answer, 415)
    assert answer.headers["accept-encoding"] == "identity"
