# SPDX-License-Identifier: Apache-2.0
"""Pages of other origins: who may use the API from a browser, and what they are told."""

import subprocess

import httpx
import pytest

from support.people import PASSWORD, Person, new_email, problem
from support.processes import BUILD, Gateway, Stack

PAGE = "https://page.example"
ASKING = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
EXPOSED = {"ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack(
        tmp_path_factory.mktemp("cors"), gateway_arguments=["--cors-origin", PAGE, "--cors-origin", "http://localhost:3000"]
    ) as running:
        yield running


def said(answer):
    """What the answer says of CORS."""
    return {
        name.removeprefix("access-control-"): value
        for name, value in answer.headers.items()
        if name.startswith("access-control-")
    }


def names(text):
    return set(text.split(", "))


def test_a_preflight_is_allowed_what_the_route_has(stack):
    for path, verbs in (("/v1/tasks", {"GET", "POST"}), ("/v1/tasks/x", {"GET", "PATCH", "DELETE"})):
        answer = httpx.options(f"{stack.url}{path}", headers=ASKING, timeout=60)
        assert answer.status_code == 204 and answer.content == b""
        told = said(answer)
        assert set(told) == {"allow-origin", "allow-methods", "allow-headers", "max-age"}
        assert told["allow-origin"] == PAGE
        assert names(told["allow-methods"]) - {"HEAD", "OPTIONS"} == verbs
        assert {"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"} <= names(told["allow-headers"])
        assert int(told["max-age"]) > 0
        assert answer.headers["vary"] == "Origin"


def test_answers_and_refusals_can_be_read(stack, person):
    """Also those that no route has made."""
    client = person.client
    client.headers["Origin"] = PAGE
    answers = {
        201: client.post("/v1/tasks", json={"name": "x"}),
        200: client.get("/v1/tasks"),
        400: client.post("/v1/tasks", json={}),
        401: client.get("/v1/tasks", headers={"Authorization": "Bearer x"}),
        404: client.get("/nothing"),
        405: client.put("/v1/tasks", json={}),
        413: client.post("/v1/tasks", content=b"x" * 10**6, headers={"Content-Type": "application/json"}),
        415: client.post("/v1/tasks", content=b"x", headers={"Content-Type": "text/plain"}),
        417: client.get("/v1/tasks", headers={"Expect": "x"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        told = said(answer)
        assert told.pop("allow-origin") == PAGE
        assert EXPOSED <= names(told.pop("expose-headers"))
        assert told == {}
        assert answer.headers["vary"] == "Origin"
    for path in ("/openapi.json", "/style.css"):
        answer = client.get(path)
        assert said(answer)["allow-origin"] == PAGE
        assert answer.headers["vary"] == "Accept-Encoding, Origin"


def test_what_is_refused_before_there_is_a_route_can_be_read_with_credentials(stack):
    """As what the route itself refuses."""
    url = f"{stack.url}/v1/sessions"
    twice = [("Origin", PAGE), ("X-Request-Id", "a"), ("X-Request-Id", "b")]
    many = [("Origin", PAGE), *((f"X-{n}", "x") for n in range(64))]
    refused = {
        400: httpx.post(url, headers=twice, timeout=60),
        415: httpx.post(url, content=b"x", headers={"Origin": PAGE, "Content-Type": "text/plain"}, timeout=60),
        417: httpx.post(url, headers={"Origin": PAGE, "Expect": "x"}, timeout=60),
        431: httpx.post(url, headers=many, timeout=60),
    }
    for status, answer in refused.items():
        problem(answer, status)
        assert said(answer)["allow-origin"] == PAGE and said(answer)["allow-credentials"] == "true"
    # Nobody else gets it, nor what has no cookies, nor what is not there.
    for path, origin in (("/v1/sessions", "https://other.example"), ("/v1/tasks", PAGE), ("/v1/nothing", PAGE)):
        answer = httpx.post(f"{stack.url}{path}", headers={"Origin": origin, "Expect": "x"}, timeout=60)
        problem(answer, 417)
        assert "allow-credentials" not in said(answer)


def test_who_asks_too_often_hears_it_by_a_preflight_that_is_allowed(tmp_path):
    arguments = ["--cors-origin", PAGE, "--requests-per-address", "1/86400"]
    gateway = Gateway(tmp_path, {"Tasks": 1, "Accounts": 1}, arguments=arguments, ready=False)
    try:
        with httpx.Client(base_url=gateway.url, timeout=60) as client:
            for _ in range(3):
                answer = client.options("/v1/sessions", headers=ASKING)
                assert answer.status_code == 204 and "ratelimit" not in answer.headers
            assert client.get("/nothing").status_code == 404
            assert client.options("/v1/sessions", headers=ASKING).status_code == 204
            answer = client.post("/v1/sessions", json={}, headers={"Origin": PAGE})
            problem(answer, 429)
            told = said(answer)
            assert told["allow-origin"] == PAGE and told["allow-credentials"] == "true"
            assert "Retry-After" in names(told["expose-headers"]) and int(answer.headers["retry-after"]) > 0
            # What is no preflight of ours counts.
            for path, sent in (
                ("/v1/nothing", ASKING),
                ("/v1/sessions", {**ASKING, "Access-Control-Request-Method": "PUT"}),
                ("/v1/sessions", {**ASKING, "Origin": "https://other.example"}),
                ("/v1/sessions", {"Origin": PAGE}),
                ("/v1/sessions", {}),
            ):
                problem(client.options(path, headers=sent), 429)
    finally:
        assert gateway.stop() == 0


def test_a_service_that_is_away_can_be_read(tmp_path):
    with Stack(tmp_path, gateway_arguments=["--cors-origin", PAGE]) as stack, Person(stack.url) as person:
        stack.tasks.kill()
        answer = person.client.get("/v1/tasks", headers={"Origin": PAGE})
        problem(answer, 503)
        assert said(answer)["allow-origin"] == PAGE and "Retry-After" in names(said(answer)["expose-headers"])


@pytest.mark.parametrize("origin", [None, "null", "https://page.example.evil", "http://page.example", f"{PAGE}:444", f"{PAGE}/"])
def test_strangers_are_told_nothing(stack, person, origin):
    sent = {**ASKING, "Origin": origin} if origin else {}
    for answer in (httpx.options(f"{stack.url}/v1/tasks", headers=sent, timeout=60), person.client.get("/v1/tasks", headers=sent)):
        assert said(answer) == {}
        assert answer.headers["vary"] == "Origin"


def log_in(stack, email, **headers):
    return httpx.post(
        f"{stack.url}/v1/sessions", json={"email": email, "password": PASSWORD}, headers={"Use-Cookies": "true", **headers},
        timeout=60,
    )  # fmt: skip


def test_cookies_for_the_pages_that_are_named(stack, person):
    asking = {**ASKING, "Access-Control-Request-Headers": "content-type,use-cookies"}
    for path in ("/v1/sessions", "/v1/sessions/refresh", "/v1/accounts"):
        told = said(httpx.options(f"{stack.url}{path}", headers=asking, timeout=60))
        assert told["allow-credentials"] == "true" and "use-cookies" in names(told["allow-headers"])
    for site in ({}, {"Sec-Fetch-Site": "same-site"}):
        answer = log_in(stack, person.email, Origin=PAGE, **site)
        assert answer.status_code == 201 and "taskwire_refresh=" in answer.headers["set-cookie"]
        assert said(answer)["allow-credentials"] == "true"
    # Not where there are none.
    told = said(httpx.options(f"{stack.url}/v1/tasks", headers=asking, timeout=60))
    assert "allow-credentials" not in told and "use-cookies" not in names(told["allow-headers"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://other.page.example", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": PAGE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": PAGE, "Sec-Fetch-Site": "none"},
    ],
)
def test_cookies_for_nobody_else(stack, person, headers):
    answer = log_in(stack, person.email, **headers)
    problem(answer, 403)
    assert "set-cookie" not in answer.headers


def test_everybody_may_come_without_cookies(stack, person):
    gateway = stack.start_gateway(["--cors-origin", "*"])
    # It starts with those that are named, so one that is not says what everybody is told.
    stranger = {"Origin": "https://stranger.example"}
    asking = {**ASKING, **stranger, "Access-Control-Request-Headers": "use-cookies"}
    told = said(httpx.options(f"{gateway.url}/v1/sessions", headers=asking, timeout=60))
    assert told["allow-origin"] == "*" and "allow-credentials" not in told
    assert "use-cookies" not in names(told["allow-headers"])
    answer = httpx.get(
        f"{gateway.url}/v1/tasks", headers={**stranger, "Authorization": f"Bearer {person.access_token}"}, timeout=60
    )
    assert answer.status_code == 200
    assert said(answer)["allow-origin"] == "*" and "allow-credentials" not in said(answer)
    refused = httpx.post(
        f"{gateway.url}/v1/sessions", json={"email": new_email(), "password": PASSWORD},
        headers={**stranger, "Use-Cookies": "true", "Sec-Fetch-Site": "cross-site"}, timeout=60,
    )  # fmt: skip
    problem(refused, 403)


@pytest.mark.parametrize("origin", ["null", "page.example", "https://page.example/", "https://*.example", ""])
def test_a_bad_origin_stops_the_start(tmp_path, origin):
    run = subprocess.run(
        [BUILD / "gateway" / "gateway", "--data-dir", tmp_path, "--cors-origin", PAGE, "--cors-origin", origin],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1 and "--cors-origin: " in run.stderr and "is neither * nor an origin" in run.stderr
