# SPDX-License-Identifier: Apache-2.0
"""A database that wants a user and a password (SCRAM): they come through the URI, and are seen by nobody."""

import pathlib
import urllib.parse

import httpx
import pytest

from support.mongodb import MongoServer
from support.people import Person, problem
from support.processes import PATIENCE_S, Stack, eventually

USER = "task wire"
PASSWORD = "p@ss:w/o?r#d%2Fö"
WRONG = "wr0ng-but-secret"
WAITING = "waiting for it"


@pytest.fixture
def database(tmp_path):
    with MongoServer(tmp_path, user=(USER, PASSWORD)) as server:
        yield server


def assert_unseen(processes, *texts):
    """Neither what was said nor what `ps` shows holds the passwords, in any of the ways to write them."""
    for password in (PASSWORD, WRONG):
        for secret in (password, urllib.parse.quote(password, safe=""), urllib.parse.quote(password)):
            for process in processes:
                assert secret not in process.log
                assert secret.encode() not in pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
            assert not [text for text in texts if secret in text]


def walk(stack):
    with Person(stack.url) as somebody:
        task = somebody.add("behind a password")
        assert somebody.client.get("/v1/tasks").json()["tasks"] == [task]


def test_through_the_environment(tmp_path, database):
    with Stack(tmp_path, store=database.uri) as stack:
        walk(stack)
        assert_unseen(stack.started)


def test_through_a_file(tmp_path, database):
    secret = tmp_path / "store"
    secret.touch(mode=0o600)
    secret.write_text(f"{database.uri}\n")
    with Stack(tmp_path, service_arguments=["--store-file", secret]) as stack:
        walk(stack)
        assert_unseen(stack.started)


def test_wrong_until_an_operator_puts_it_right(tmp_path, database):
    """The services wait for the database as if it were away, and come in without being started again."""
    uri = database.uri.replace(urllib.parse.quote(PASSWORD, safe=""), WRONG)
    assert uri != database.uri
    with Stack(tmp_path, store=uri, ready=False) as stack:
        services = [stack.tasks, stack.accounts]
        for service in services:
            eventually(lambda: WAITING in service.log, f"{service.name} to say that it waits")
        credentials = {"email": "somebody@example.org", "password": "long enough"}
        refused = httpx.post(f"{stack.url}/v1/sessions", json=credentials, timeout=PATIENCE_S)
        problem(refused, 503)
        not_ready = httpx.get(f"{stack.gateway.admin_url}/readyz", timeout=PATIENCE_S)
        problem(not_ready, 503)
        assert_unseen(stack.started, refused.text, not_ready.text)

        with database.client() as client:
            client.admin.command("updateUser", USER, pwd=WRONG)
        eventually(stack.gateway.is_ready, "the stack to be ready")
        walk(stack)
        for service in services:
            assert service.log.count(WAITING) == 1, service.log
        assert_unseen(stack.started)
