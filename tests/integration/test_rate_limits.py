# SPDX-License-Identifier: Apache-2.0
"""How often one may ask: per address before the token is looked at, per account after it. The windows are so long that
nothing flows back while a test runs, however slow that is."""

import base64
import json
import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from support import raw_http
from support.people import Person, claims, problem, sign
from support.processes import Gateway, Stack

QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
FREE = ["--requests-per-address", "0"]
TRUSTING = ["--trusted-proxies", "127.0.0.1"]


@pytest.fixture
def stack(tmp_path, request):
    running = Stack(tmp_path, gateway_arguments=request.param)
    yield running
    assert running.stop() == []


@pytest.fixture
def gateway(tmp_path, request):
    """It needs no service for what is asked here."""
    running = Gateway(tmp_path, {"Tasks": 1, "Accounts": 1}, arguments=request.param, ready=False)
    yield running
    assert running.stop() == 0, running.log


def stranger(url):
    """Somebody without a token, who comes by another connection each time."""
    return httpx.Client(base_url=url, headers={"Connection": "close"}, timeout=60)


def items(value):
    """A structured field that is a list of strings with whole numbers as parameters (RFC 9651, section 3.1)."""
    item = r'"([a-z]+)"((?:;[a-z]+=\d+)+)'
    assert re.fullmatch(rf"{item}(, {item})*", value), value
    return {
        name: {key: int(number) for key, number in re.findall(r";([a-z]+)=(\d+)", parameters)}
        for name, parameters in re.findall(item, value)
    }


def told(answer):
    """What is left, by policy; holds both headers to each other."""
    if "ratelimit" not in answer.headers:
        assert "ratelimit-policy" not in answer.headers
        return {}
    policies, left = items(answer.headers["ratelimit-policy"]), items(answer.headers["ratelimit"])
    assert policies.keys() == left.keys()
    for name, policy in policies.items():
        assert policy.keys() == {"q", "w"} and left[name].keys() == {"r", "t"}
        assert 0 <= left[name]["r"] < policy["q"]
        assert 1 <= left[name]["t"] <= policy["w"]
    return {name: (policies[name]["q"], policies[name]["w"], left[name]["r"]) for name in policies}


def refused(answer, policy):
    members = problem(answer, 429)
    assert members["type"] == QUOTA_EXCEEDED
    assert members["violated-policies"] == [policy]
    assert policy in members["detail"]
    assert told(answer)[policy][2] == 0
    assert re.fullmatch("[1-9][0-9]*", answer.headers["retry-after"])
    assert int(answer.headers["retry-after"]) == items(answer.headers["ratelimit"])[policy]["t"]


@pytest.mark.parametrize("stack", [[]], indirect=True)
def test_each_answer_tells_what_is_left(stack):
    """By default already, on the same machine too."""
    with Person(stack.url) as somebody:
        client = somebody.client
        task = somebody.add("one")["id"]
        wrong = {"email": somebody.email, "password": "wrong password"}
        by_both = [
            client.get("/v1/tasks"),
            client.head("/v1/tasks"),
            client.get(f"/v1/tasks/{'0' * 24}"),
            client.get("/v1/tasks?limit=x"),
            client.post("/v1/tasks", json={"name": ""}),
            client.post("/v1/tasks", content="x", headers={"Content-Type": "text/plain"}),
            client.patch(f"/v1/tasks/{task}", json={"done": True}),
            client.delete(f"/v1/tasks/{task}"),
        ]
        by_address = [
            client.put("/v1/tasks"),
            client.options("/v1/tasks"),
            client.get("/nothing-there"),
            client.get("/openapi.json"),
            client.get("/"),
            httpx.get(f"{stack.url}/v1/tasks", timeout=60),
            httpx.get(f"{stack.url}/v1/tasks", headers={"Authorization": "Bearer x"}, timeout=60),
            httpx.post(f"{stack.url}/v1/sessions", json=wrong, timeout=60),
        ]
    assert [answer.status_code for answer in by_both] == [200, 200, 404, 400, 400, 415, 200, 204]
    assert [answer.status_code for answer in by_address] == [405, 204, 404, 200, 200, 401, 401, 401]
    assert all(told(answer).keys() == {"address", "account"} for answer in by_both)
    assert all(told(answer).keys() == {"address"} for answer in by_address)


@pytest.mark.parametrize("stack", [["--requests-per-account", "4/86400", *FREE]], indirect=True)
def test_an_account_may_ask_so_often_and_others_are_not_touched(stack):
    with Person(stack.url) as ann, Person(stack.url) as bob:
        for left in (3, 2, 1, 0):
            answer = ann.client.get("/v1/tasks")
            assert answer.status_code == 200
            assert told(answer) == {"account": (4, 86400, left)}
        refused(ann.client.get("/v1/tasks"), "account")
        # Whatever it asks for, with another token of the same account too.
        refused(ann.client.post("/v1/tasks", json={"name": "one"}), "account")
        with Person.of(stack.url, ann.email) as again:
            assert again.access_token != ann.access_token
            refused(again.client.get("/v1/tasks"), "account")
        # What needs no token is nobody's: signing in goes on.
        assert ann.refresh()["accessToken"]
        assert told(bob.client.get("/v1/tasks")) == {"account": (4, 86400, 3)}
        assert bob.client.get("/v1/tasks").json()["tasks"] == []


@pytest.mark.parametrize("stack", [["--requests-per-account", "2/86400", *FREE]], indirect=True)
def test_a_connection_goes_on_behind_a_refusal(stack):
    with Person(stack.url) as ann:
        for _ in range(2):
            assert ann.client.get("/v1/tasks").status_code == 200
        token = f"Authorization: Bearer {ann.access_token}\r\n"
        body = json.dumps({"name": "one"})
        asks = [
            f"POST /v1/tasks HTTP/1.1\r\nHost: x\r\n{token}Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}",
            f"GET /openapi.json HTTP/1.1\r\nHost: x\r\n{token}Connection: close\r\n\r\n",
        ]
        with raw_http.connect(stack.url) as connection:
            connection.sendall("".join(asks).encode())
            answers = b""
            while piece := connection.recv(65536):
                answers += piece
    assert re.findall(rb"HTTP/1\.1 (\d+) ", answers) == [b"429", b"200"]


def forged(token, change):
    head, payload, signature = token.split(".")
    return change(head, payload, signature)


@pytest.mark.parametrize("stack", [["--requests-per-account", "3/86400", *FREE]], indirect=True)
def test_a_token_that_is_not_good_takes_nothing_of_an_account(stack):
    with Person(stack.url) as ann:
        key = stack.folder / "data" / "token.key"
        said = claims(ann.access_token)
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
        ended = ann.log_in()["accessToken"]
        bad = [
            forged(ann.access_token, lambda head, payload, signature: f"{head}.{payload}.{signature[::-1]}"),
            forged(ann.access_token, lambda head, payload, signature: f"{none}.{payload}."),
            sign(key, **{**said, "exp": said["iat"] - 1, "iat": said["iat"] - 900}),
            sign(key, **{**said, "aud": "somebody else"}),
            sign(key, **{name: value for name, value in said.items() if name != "sid"}),
        ]
        answer = httpx.request("DELETE", f"{stack.url}/v1/sessions/current",
                               headers={"Authorization": f"Bearer {ended}"}, timeout=60)
        assert answer.status_code == 204
        assert told(answer) == {"account": (3, 86400, 2)}
        with stranger(stack.url) as client:
            for token in [*bad, ended] * 5:
                answer = client.get("/v1/tasks", headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 401
                assert told(answer) == {}
        assert told(ann.client.get("/v1/tasks")) == {"account": (3, 86400, 1)}


@pytest.mark.parametrize("gateway", [["--requests-per-address", "4/86400", *TRUSTING]], indirect=True)
def test_an_address_may_ask_so_often_whatever_it_asks_for(gateway):
    by_proxy = {"X-Forwarded-For": "192.0.2.1"}
    with httpx.Client(base_url=gateway.url, headers=by_proxy, timeout=60) as client:
        answers = [
            client.get("/openapi.json"),
            client.options("/v1/tasks"),
            client.get("/nothing-there"),
            client.get("/v1/tasks", headers={"Authorization": "Bearer x"}),
        ]
        assert [told(answer) for answer in answers] == [{"address": (4, 86400, left)} for left in (3, 2, 1, 0)]
        for path in ("/openapi.json", "/", "/v1/tasks", "/nothing-there"):
            refused(client.get(path), "address")
        # Before anybody looks at the token, or the body.
        answer = client.post("/v1/tasks", json={}, headers={"Authorization": "Bearer x"})
        refused(answer, "address")
        # Who watches is never counted.
        for _ in range(10):
            answer = httpx.get(f"{gateway.admin_url}/healthz", headers=by_proxy, timeout=60)
            assert answer.status_code == 200
            assert told(answer) == {}


@pytest.mark.parametrize("gateway", [["--requests-per-address", "3/86400", *TRUSTING]], indirect=True)
def test_an_address_is_whom_a_trusted_proxy_names(gateway):
    client = stranger(gateway.url)

    def ask(header, value):
        return client.get("/openapi.json", headers={header: value}).status_code

    # One subscriber has a /64, spelled and named as one likes.
    assert ask("X-Forwarded-For", "2001:db8:0:1::1") == 200
    assert ask("X-Forwarded-For", "2001:DB8:0:1:ffff:ffff:ffff:ffff") == 200
    assert ask("Forwarded", 'for="[2001:db8:0:1::2]:4711"') == 200
    assert ask("X-Forwarded-For", "2001:db8:0:1::3") == 429
    assert ask("X-Forwarded-For", "2001:db8:0:2::1") == 200
    # What the client itself wrote stands at the left, and changes nothing.
    assert [ask("X-Forwarded-For", f"198.51.100.{n}, 192.0.2.1") for n in range(4)] == [200, 200, 200, 429]
    assert ask("X-Forwarded-For", "192.0.2.2") == 200
    # Those whom nobody can tell apart are one, and take nothing from the proxy itself.
    nonsense = ["unknown", "_x", "192.0.2.7, nonsense", "192.0.2.8, nonsense"]
    assert [ask("X-Forwarded-For", text) for text in nonsense] == [200, 200, 200, 429]
    assert ask("Forwarded", "for=_x") == 429
    assert [ask("X-Forwarded-For", "") for _ in range(4)] == [200, 200, 200, 429]
    client.close()


@pytest.mark.parametrize("gateway", [["--requests-per-address", "3/86400"]], indirect=True)
def test_nobody_else_names_an_address(gateway):
    """A limit that is given holds on the same machine too."""
    with stranger(gateway.url) as client:
        answers = [client.get("/openapi.json", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


@pytest.mark.parametrize("gateway", [["--requests-per-address", "20/86400", "--workers", "4"]], indirect=True)
def test_workers_share_what_an_address_may_ask(gateway):
    with stranger(gateway.url) as client:
        answers = [client.get("/nothing-there") for _ in range(40)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429] * 20
    assert [told(answer)["address"][2] for answer in answers] == [*range(19, -1, -1), *[0] * 20]


def refusals(gateway):
    """By policy."""
    answer = httpx.get(f"{gateway.admin_url}/metrics", timeout=60)
    (family,) = (
        family
        for family in text_string_to_metric_families(answer.text)
        if family.name == "http_server_rate_limited_requests"
    )
    return {sample.labels["policy"]: sample.value for sample in family.samples}


LIMITS = ["--requests-per-account", "2/86400", "--requests-per-address", "6/86400"]


@pytest.mark.parametrize("stack", [LIMITS], indirect=True)
def test_what_was_refused_is_measured(stack):
    assert refusals(stack.gateway) == {"address": 0, "account": 0}
    with Person(stack.url) as ann:
        statuses = [ann.client.get("/v1/tasks").status_code for _ in range(8)]
    # The account was made by the first of what the address may ask.
    assert statuses == [200] * 2 + [429] * 6
    assert refusals(stack.gateway) == {"address": 3, "account": 3}


@pytest.mark.parametrize("stack", [["--requests-per-account", "0", "--requests-per-address", "0"]], indirect=True)
def test_where_there_is_no_limit_none_is_told(stack):
    with Person(stack.url) as ann:
        answer = ann.client.get("/v1/tasks")
    assert answer.status_code == 200
    assert told(answer) == {}
    assert refusals(stack.gateway) == {}


@pytest.mark.parametrize("flag", ["--requests-per-address", "--requests-per-account"])
@pytest.mark.parametrize("value", ["-1", "many", "5/0", "5/60s", "1000001"])
def test_what_is_no_limit_stops_the_start(tmp_path, flag, value):
    with pytest.raises(AssertionError, match=f"{flag}: "):
        Gateway(tmp_path, {"Tasks": 1, "Accounts": 1}, arguments=[flag, value], ready=False)
