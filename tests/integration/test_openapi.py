# SPDX-License-Identifier: Apache-2.0
"""/openapi.json is made from the IDL, is valid, and says what the gateway does."""

import httpx
import openapi_spec_validator
import pytest

ROUTES = {
    ("/v1/accounts", "post", "201"),
    ("/v1/sessions", "post", "201"),
    ("/v1/sessions/refresh", "post", "200"),
    ("/v1/sessions/current", "delete", "204"),
    ("/v1/account", "get", "200"),
    ("/v1/tasks", "get", "200"),
    ("/v1/tasks", "post", "201"),
    ("/v1/tasks/{id}", "get", "200"),
    ("/v1/tasks/{id}", "patch", "200"),
    ("/v1/tasks/{id}", "delete", "204"),
}


@pytest.fixture(scope="module")
def answer(stack):
    return httpx.get(f"{stack.url}/openapi.json", timeout=60)


@pytest.fixture(scope="module")
def document(answer):
    return answer.json()


def test_is_valid(document):
    assert document["openapi"].startswith("3.1")
    openapi_spec_validator.validate(document)


def test_has_every_route_and_no_other(document):
    found = {
        (path, verb, status)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        if verb in ("get", "post", "put", "patch", "delete")
        for status in operation["responses"]
        if status.startswith("2")
    }
    assert found == ROUTES


def test_says_the_limits(document):
    (limit,) = [p for p in document["paths"]["/v1/tasks"]["get"]["parameters"] if p["name"] == "limit"]
    assert limit["in"] == "query" and not limit.get("required", False)
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"], limit["schema"]["default"]) == (1, 200, 50)
    text = str(document)
    assert "userId" not in text, "claims are no part of the REST interface"


def test_says_who_needs_a_token(document):
    for path, verb, _ in ROUTES:
        operation = document["paths"][path][verb]
        open_to_all = (path, verb) in {("/v1/accounts", "post"), ("/v1/sessions", "post"), ("/v1/sessions/refresh", "post")}
        security = operation.get("security", document.get("security", []))
        assert (not security or security == [{}]) == open_to_all, (path, verb)


def test_is_cacheable(stack, answer):
    again = httpx.get(f"{stack.url}/openapi.json", headers={"If-None-Match": answer.headers["etag"]}, timeout=60)
    assert (again.status_code, again.content) == (304, b"")
