# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a stack of real processes, shared by a module's tests, and a person who has just signed up."""

import os

import pytest

from support.mongodb import MongoServer, own_database
from support.people import Person
from support.processes import Stack


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
