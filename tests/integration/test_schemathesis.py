# SPDX-License-Identifier: Apache-2.0
"""schemathesis, which makes requests of /openapi.json, right ones and wrong ones, and holds each answer to it, finds
nothing. What it is told is in tests/api."""

import json
import shutil
import time

import httpx
import pytest

from support.api_tools import SOURCES, run
from support.people import PASSWORD
from support.processes import Stack
from support.stores import on_both_stores

NAMES = ("ada", "bob")
# Whoever is in a list there has made it, and can't leave it.
NEVER_DONE = {"DELETE /v1/lists/{id}/members/{userId}"}

# Streams have tests of their own: api/schemathesis.toml leaves them out.
ENDLESS = {"GET /v1/events"}
VERBS = ("get", "put", "post", "delete", "patch")

# How many requests of each kind are made up for each route.
BRIEFLY = 5
AT_LENGTH = 200

PATIENCE_S = 30 * 60  # for a run; a third of it hooks.py may wait


@pytest.fixture(scope="module")
def stack(tmp_path_factory, store):
    believing = ["--trusted-proxies", "127.0.0.0/8"]
    with Stack(tmp_path_factory.mktemp("stack"), store=store, gateway_arguments=believing) as running:
        yield running


def as_person(email):
    """How somebody gets a token, in the words of the Web Fuzzing Commons. They sign in from an address of their own:
    among the requests that are made up are more wrong passwords for them than one address may try."""
    return {
        "headers": [{"name": "X-Forwarded-For", "value": "198.51.100.1"}],
        "endpoint": "/v1/sessions",
        "verb": "POST",
        "contentType": "application/json",
        "payloadRaw": json.dumps({"email": email, "password": PASSWORD}),
        "token": {
            "extractFrom": "body",
            "extractSelector": "/accessToken",
            "sendIn": "header",
            "sendName": "Authorization",
            "sendTemplate": "Bearer {token}",
        },
    }


def sign_up(url, email):
    """Somebody who is there afterwards, whether the first answer came in time or not."""
    asked = []
    while not asked or (asked[-1] in (503, 504) and len(asked) < 60):
        time.sleep(1 if asked else 0)
        answer = httpx.post(f"{url}/v1/accounts", json={"email": email, "password": PASSWORD}, timeout=60)
        asked.append(answer.status_code)
    assert asked[-1] == 201 or (asked[-1] == 409 and len(asked) > 1), answer.text


def lay_out(folder, url):
    """What schemathesis reads, and two people to be."""
    people = []
    for name in NAMES:
        email = f"{name}-{folder.name.lower().replace('_', '-')}@example.org"
        sign_up(url, email)
        people.append({"name": name, "loginEndpointAuth": as_person(email)})
    (folder / "people.json").write_text(json.dumps({"schema_version": "0.2.0", "auth": people}))
    for name in ("schemathesis.toml", "hooks.py"):
        shutil.copy(SOURCES / name, folder)


def ask(folder, location, *arguments, expect=0):
    """Runs it and gives back what it says of its run."""
    command = ["st", "--config-file", "schemathesis.toml", "run", location, "--checks", "all", "--no-color", *arguments]
    hooks = {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": ".", "ANSWERED": "answered"}
    run([*command, "--report-json-path", "report.json"], folder, hooks, expect, PATIENCE_S)
    return json.loads((folder / "report.json").read_text())


def finds_nothing(folder, url, examples):
    lay_out(folder, url)
    report = ask(folder, f"{url}/openapi.json", "--max-examples", examples)
    assert (report["complete"], report["failures"], report["errors"]) == (True, [], [])
    # It looked at all that there is, in each of its ways, as somebody who is signed in.
    document = httpx.get(f"{url}/openapi.json", timeout=60).json()
    operations = {
        f"{verb.upper()} {path}": operation
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        if verb in VERBS and f"{verb.upper()} {path}" not in ENDLESS
    }
    assert report["operations"]["tested"] == len(operations)
    phases = {name: phase["status"] for name, phase in report["phases"].items()}
    assert {phases[name] for name in ("coverage", "fuzzing", "stateful")} == {"success"}
    if examples == AT_LENGTH:
        answered = [line.split("\t") for line in (folder / "answered").read_text().splitlines()]
        assert {label for label, status in answered if status.startswith("2")} >= operations.keys() - NEVER_DONE
    not_let_in = {name for name in report["warnings"]["missing_auth"] if operations[name]["security"] != []}
    assert not_let_in == set() and not report["auth"]["reauth_broke"]


def test_finds_nothing(stack, tmp_path):
    finds_nothing(tmp_path, stack.url, BRIEFLY)


@pytest.mark.thorough
@on_both_stores
def test_finds_nothing_at_length(stack, tmp_path):
    finds_nothing(tmp_path, stack.url, AT_LENGTH)


def test_would_find_something(stack, tmp_path):
    """An answer that is not as the document says, to a request that needs the token."""
    lay_out(tmp_path, stack.url)
    document = httpx.get(f"{stack.url}/openapi.json", timeout=60).json()
    document["paths"] = {"/v1/account": document["paths"]["/v1/account"]}
    document["components"]["schemas"]["Account"]["required"].append("shoeSize")
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    report = ask(tmp_path, "openapi.json", "--url", stack.url, "--phases", "coverage", expect=1)
    assert [(f["type"], f["operations"]) for f in report["failures"]] == [("JsonSchemaError", ["GET /v1/account"])]
