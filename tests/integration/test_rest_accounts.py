# SPDX-License-Identifier: Apache-2.0
"""Signing up, in and out over REST."""

import concurrent.futures

import httpx
import pytest

from support.people import PASSWORD, Person, claims, locations, new_email, problem, sign
from support.processes import eventually
from support.stores import on_both_stores

pytestmark = on_both_stores


def test_sign_up(stack, person):
    answer = person.client.post(
        "/v1/accounts", json={"email": "Mixed.Case+tag@Example.ORG", "password": PASSWORD, "name": "Zoë"}
    )
    assert answer.status_code == 201
    session = answer.json()
    assert set(session) == {"account", "accessToken", "tokenType", "expiresIn", "refreshToken"}
    account = session["account"]
    assert set(account) == {"id", "email", "name", "createdOn"}
    assert (account["email"], account["name"]) == ("mixed.case+tag@example.org", "Zoë")
    assert (session["tokenType"], session["expiresIn"]) == ("Bearer", 900)
    token = claims(session["accessToken"])
    assert set(token) == {"iss", "aud", "sub", "sid", "iat", "exp"}
    assert token["sub"] == account["id"] and token["exp"] - token["iat"] == 900
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    assert person.client.get("/v1/account", headers=headers).json() == account
    assert answer.headers["cache-control"] == "no-store"


def test_address_can_be_taken_once(person):
    for email in (person.email, person.email.upper()):
        problem(person.client.post("/v1/accounts", json={"email": email, "password": PASSWORD}), 409)


@pytest.mark.concurrent
def test_address_is_taken_once_by_many(stack, person):
    email = new_email()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(
            lambda _: person.client.post("/v1/accounts", json={"email": email, "password": PASSWORD}).status_code,
            range(8),
        ))  # fmt: skip
    assert sorted(statuses) == [201] + [409] * 7


@pytest.mark.parametrize(
    "email",
    ["", "x", "@example.org", "x@", "x@y@z", '"quoted"@example.org', "x@[127.0.0.1]", "é@example.org", "x y@example.org",
     "a..b@example.org", ".a@example.org", "x@-example.org", "x@example..org", "a@b\n", "a" * 250 + "@b.org"],
)  # fmt: skip
def test_bad_address(stack, person, email):
    assert locations(person.client.post("/v1/accounts", json={"email": email, "password": PASSWORD})) == {"body.email"}


@pytest.mark.parametrize("password", ["", "short 7", "é" * 7, "p" * 1025, "é" * 513])
def test_bad_password(person, password):
    answer = person.client.post("/v1/accounts", json={"email": new_email(), "password": password})
    assert locations(answer) == {"body.password"}


def test_passwords_of_every_kind(stack):
    for password in ("é" * 8, "p" * 1024, "with\nnewline", "日本語のパスワード", "        "):
        with Person(stack.url, password=password) as somebody:
            somebody.log_in()


def test_all_that_is_wrong_at_once(person):
    answer = person.client.post("/v1/accounts", json={"email": "x", "password": "short", "name": "", "admin": True})
    assert locations(answer) == {"body.email", "body.password", "body.name", "body.admin"}


def test_unknown_and_wrong_are_the_same(person):
    wrong = person.client.post("/v1/sessions", json={"email": person.email, "password": "wrong password"})
    unknown = person.client.post("/v1/sessions", json={"email": new_email(), "password": "wrong password"})
    first, second = problem(wrong, 401), problem(unknown, 401)
    assert {k: v for k, v in first.items() if k != "instance"} == {k: v for k, v in second.items() if k != "instance"}
    assert set(wrong.headers) == set(unknown.headers)


def test_log_in_shape_and_case(person):
    answer = person.client.post("/v1/sessions", json={"email": person.email.upper(), "password": PASSWORD})
    assert answer.status_code == 201
    assert set(answer.json()) == {"accessToken", "tokenType", "expiresIn", "refreshToken"}
    assert claims(answer.json()["accessToken"])["sub"] == person.id


def test_refresh_rotates(person):
    first = person.refresh_token
    answer = person.client.post("/v1/sessions/refresh", json={"refreshToken": first})
    assert answer.status_code == 200
    assert set(answer.json()) == {"accessToken", "tokenType", "expiresIn", "refreshToken"}
    assert answer.json()["refreshToken"] != first
    old, new = claims(person.access_token), claims(answer.json()["accessToken"])
    assert (old["sub"], old["sid"]) == (new["sub"], new["sid"])
    person.take(answer.json())
    assert person.client.get("/v1/account").status_code == 200


def test_refreshing_again_gives_the_same_refresh_token(person):
    """Whoever did not hear the answer asks again; so do two tabs."""
    body = {"refreshToken": person.refresh_token}
    first = person.client.post("/v1/sessions/refresh", json=body).json()
    again = person.client.post("/v1/sessions/refresh", json=body).json()
    assert again["refreshToken"] == first["refreshToken"]
    for session in (first, again):
        person.take(session)
        assert person.client.get("/v1/account").status_code == 200
    behind = person.client.post("/v1/sessions/refresh", json={"refreshToken": person.refresh_token})
    assert behind.status_code == 200


def test_a_refresh_token_whose_successor_was_used_ends_the_session(person):
    other_session = person.log_in()
    used = person.refresh_token
    for _ in range(2):
        person.take(person.refresh())
    problem(person.client.post("/v1/sessions/refresh", json={"refreshToken": used}), 401)
    problem(person.client.get("/v1/account"), 401)
    problem(person.client.post("/v1/sessions/refresh", json={"refreshToken": person.refresh_token}), 401)
    person.take(other_session)
    assert person.client.get("/v1/account").status_code == 200


def test_bad_refresh_tokens(person):
    for token in ("", "x", "A" * 43, "A" * 80, person.refresh_token[:-1] + "!", "A" * 128):
        problem(person.client.post("/v1/sessions/refresh", json={"refreshToken": token}), 401)
    assert locations(person.client.post("/v1/sessions/refresh", json={"refreshToken": "A" * 129})) == {
        "body.refreshToken"
    }
    assert person.client.get("/v1/account").status_code == 200


# The refresh token as a cookie

COOKIES = {"Use-Cookies": "true"}
ATTRIBUTES = {"Path=/v1/sessions", "HttpOnly", "SameSite=Strict", "Secure"}


def cookie_of(answer):
    (cookie,) = answer.headers.get_list("set-cookie")
    value, *attributes = cookie.split("; ")
    assert set(attributes) == ATTRIBUTES | {"Max-Age=2592000"}
    assert value.startswith("taskwire_refresh=")
    assert "refreshToken" not in answer.json() and value.split("=")[1] not in answer.text
    return {"Cookie": value}


def assert_cookie_dropped(answer):
    (cookie,) = answer.headers.get_list("set-cookie")
    value, *attributes = cookie.split("; ")
    assert value == "taskwire_refresh="
    assert set(attributes) == ATTRIBUTES | {"Max-Age=0"}


def ask_anew(stack, verb, path, **request):
    """Without what httpx would remember."""
    return httpx.request(verb, f"{stack.url}{path}", timeout=60, **request)


def test_a_session_in_a_cookie(stack):
    account = {"email": new_email(), "password": PASSWORD}
    signed_up = ask_anew(stack, "POST", "/v1/accounts", json=account, headers=COOKIES)
    logged_in = ask_anew(stack, "POST", "/v1/sessions", json=account, headers=COOKIES)
    for answer in (signed_up, logged_in):
        assert answer.status_code == 201
        cookie = cookie_of(answer)
        refreshed = ask_anew(stack, "POST", "/v1/sessions/refresh", headers={**COOKIES, **cookie})
        assert refreshed.status_code == 200
        assert set(refreshed.json()) == {"accessToken", "tokenType", "expiresIn"}
        assert cookie_of(refreshed) != cookie
        authorization = {"Authorization": f"Bearer {refreshed.json()['accessToken']}"}
        assert ask_anew(stack, "GET", "/v1/account", headers=authorization).status_code == 200
        left = ask_anew(stack, "DELETE", "/v1/sessions/current", headers={**COOKIES, **authorization})
        assert left.status_code == 204
        assert_cookie_dropped(left)
        refused = ask_anew(stack, "POST", "/v1/sessions/refresh", headers={**COOKIES, **cookie_of(refreshed)})
        problem(refused, 401)
        assert_cookie_dropped(refused)


def test_a_cookie_alone_does_nothing(stack):
    account = {"email": new_email(), "password": PASSWORD}
    cookie = cookie_of(ask_anew(stack, "POST", "/v1/accounts", json=account, headers=COOKIES))
    for request in ({}, {"json": {}}):
        answer = ask_anew(stack, "POST", "/v1/sessions/refresh", headers=cookie, **request)
        assert locations(answer) == {"body.refreshToken"}
    form = {"Content-Type": "application/x-www-form-urlencoded", **cookie}
    problem(ask_anew(stack, "POST", "/v1/sessions/refresh", headers=form, content=b"a=b"), 415)
    other = {**COOKIES, **cookie, "Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"}
    problem(ask_anew(stack, "POST", "/v1/sessions/refresh", headers=other), 403)
    assert ask_anew(stack, "POST", "/v1/sessions/refresh", headers={**COOKIES, **cookie}).status_code == 200


def test_no_cookie_and_no_good_one_are_a_401(stack):
    for cookie in ({}, *({"Cookie": f"taskwire_refresh={value}"} for value in ("", "x", "A" * 129))):
        answer = ask_anew(stack, "POST", "/v1/sessions/refresh", headers={**COOKIES, **cookie})
        problem(answer, 401)
        assert_cookie_dropped(answer)


def test_log_out(person):
    other_session = person.log_in()
    answer = person.client.delete("/v1/sessions/current")
    assert (answer.status_code, answer.content) == (204, b"")
    problem(person.client.get("/v1/account"), 401)
    problem(person.client.delete("/v1/sessions/current"), 401)
    problem(person.client.post("/v1/sessions/refresh", json={"refreshToken": person.refresh_token}), 401)
    person.take(other_session)
    assert person.client.get("/v1/account").status_code == 200


def test_expired_token_is_refused_and_a_refresh_helps(stack):
    gateway = stack.start_gateway(name="short-lived", extra=["--token-lifetime", "1"])
    with Person(gateway.url) as somebody:
        refused = eventually(
            lambda: next((a for a in [somebody.client.get("/v1/account")] if a.status_code != 200), None),
            "the token to expire",
        )
        assert "expired" in problem(refused, 401)["detail"]
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]
        answer = somebody.client.post("/v1/sessions/refresh", json={"refreshToken": somebody.refresh_token})
        assert (answer.status_code, answer.json()["expiresIn"]) == (200, 1)


@pytest.mark.parametrize(
    "bad",
    [
        {"sid": "s"},
        {"sub": "u" * 24},
        *({"sub": value, "sid": "s"} for value in (None, 7, 1.5, True, {}, ["u"], "", "u" * 129)),
        *({"sub": "u" * 24, "sid": value} for value in (None, 7, {}, "")),
    ],
    ids=str,
)
def test_a_token_that_names_nobody_is_no_token(stack, bad):
    """Rightly signed, and whatever else is wrong with the request."""
    headers = {"Authorization": f"Bearer {sign(stack.folder / 'data' / 'token.key', **bad)}"}
    with httpx.Client(base_url=stack.url, headers=headers, timeout=60) as client:
        for answer in (
            client.get("/v1/account"),
            client.get("/v1/tasks?limit=nonsense"),
            client.post("/v1/tasks", json={"name": "x"}),
            client.post("/v1/tasks", content=b"no JSON"),
            client.patch(f"/v1/tasks/{'0' * 24}", json={}),
            client.delete("/v1/sessions/current"),
        ):
            problem(answer, 401)
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_session_of_a_name_that_is_too_long_can_not_be_ended(stack):
    token = sign(stack.folder / "data" / "token.key", sub="u" * 24, sid="s" * 129)
    answer = httpx.delete(
        f"{stack.url}/v1/sessions/current", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    problem(answer, 401)
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.concurrent
def test_many_parallel_refreshes_give_the_same_refresh_token(person):
    token = person.refresh_token
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(
            lambda _: person.client.post("/v1/sessions/refresh", json={"refreshToken": token}), range(16)
        ))  # fmt: skip
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refreshToken"] for answer in answers}) == 1
    for answer in answers:
        person.take(answer.json())
        assert person.client.get("/v1/account").status_code == 200
    person.take(person.refresh())
    assert person.client.get("/v1/account").status_code == 200
