# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a stack of real processes, shared by a module's tests, and a person who has just signed up."""

import pytest

from support.people import Person
from support.processes import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    running = Stack(tmp_path_factory.mktemp("stack"))
    yield running
    assert running.stop() == []


@pytest.fixture
def person(stack):
    with Person(stack.url) as somebody:
        yield somebody
