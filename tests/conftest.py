# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a stack of real processes, shared by a module's tests, and a person who has just signed up."""

import os
import signal

import httpx
import pytest

from support.mongodb import MongoServer, own_database
from support.people import Person
from support.promises import Watch
from support.processes import Stack

# What is started in the background of a script ignores SIGINT, and by nohup SIGHUP; so would all that the tests start,
# and a shell can't trap what was ignored when it started. With a handler here, children have the default.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session", autouse=True)
def promises(tmp_path_factory):
    """What a gateway answers, in whichever test, is as its OpenAPI document says."""
    watch = Watch(tmp_path_factory.mktemp("promises"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.Client, "send", lambda *given, **more: watch.send(*given, **more))
        yield watch
    assert watch.broken == []


@pytest.fixture(scope="session")
def mongodb_uri(tmp_path_factory):
    """A MongoDB for all tests that do nothing to it but use it."""
    if uri := os.environ.get("MONGODB_URI"):
        yield uri
    else:
        with MongoServer(tmp_path_factory.mktemp("mongodb")) as server:
            yield server.uri


@pytest.fixture(scope="module")
def store(request):
    """What a stack keeps its data in: SQLite, unless a test says `on_both_stores`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield None
    else:
        with own_database(request.getfixturevalue("mongodb_uri")) as uri:
            yield uri


@pytest.fixture(scope="module")
def stack(tmp_path_factory, store):
    running = Stack(tmp_path_factory.mktemp("stack"), store=store)
    yield running
    assert running.stop() == []


@pytest.fixture
def person(stack):
    with Person(stack.url) as somebody:
        yield somebody
