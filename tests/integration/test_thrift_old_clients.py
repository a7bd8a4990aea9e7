# SPDX-License-Identifier: Apache-2.0
"""A client made from the four-method contract, by another Thrift implementation, works without change."""

import re

import pytest
from thriftpy2.thrift import TApplicationException

from support.stores import on_both_stores
from support.thrift import ENCODINGS, client, old_tasks

pytestmark = on_both_stores

UNKNOWN_IDS = ["0123456789abcdef01234567", "not an id", "", "x" * 10_000]


@pytest.fixture(params=ENCODINGS, ids="-".join)
def old(stack, request):
    with client(old_tasks.Tasks, stack.tasks.port, *request.param) as connection:
        yield connection


@pytest.fixture
def user(request):
    return f"user of {request.node.name}"


def refused(code, call, *arguments):
    with pytest.raises(old_tasks.BaseException) as caught:
        call(*arguments)
    assert caught.value.code == code
    return caught.value.message


def test_add_and_all_newest_first(old, user):
    assert old.all(user) == []
    added = [old.add(user, name) for name in ("first", "second", "drei ✓ 𝄞")]
    listed = old.all(user)
    assert [task.name for task in listed] == ["drei ✓ 𝄞", "second", "first"]
    assert sorted(task.id for task in listed) == sorted(task.id for task in added)
    for task in listed:
        assert re.fullmatch(r"[0-9a-f]{24}", task.id)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", task.createdOn)
        assert task.userId == user
        assert task.done is False


def test_update_sets_both(old, user):
    task = old.add(user, "before")
    changed = old.update(task.id, "after", True, user)
    assert (changed.id, changed.name, changed.done, changed.createdOn) == (task.id, "after", True, task.createdOn)
    assert old.update(task.id, "again", False, user).done is False
    assert [(t.name, t.done) for t in old.all(user)] == [("again", False)]


def test_upsert_without_id_adds(old, user):
    task = old.upsert(old_tasks.Task(userId=user, name="new", done=True))
    assert (task.name, task.done, task.userId) == ("new", True, user)
    assert [t.id for t in old.all(user)] == [task.id]
    refused(400, old.upsert, old_tasks.Task(userId=user))
    refused(400, old.upsert, old_tasks.Task(userId=user, name=""))
    assert len(old.all(user)) == 1


def test_upsert_with_id_leaves_what_is_absent(old, user):
    """The client always sends the default name, "": that must not wipe anything."""
    task = old.add(user, "keep me")
    assert old.upsert(old_tasks.Task(id=task.id, userId=user, done=True)).name == "keep me"
    changed = old.upsert(old_tasks.Task(id=task.id, userId=user, name="renamed"))
    assert (changed.name, changed.done) == ("renamed", True)


def test_unknown_malformed_and_foreign_ids_are_the_same(old, user):
    theirs = old.add(user + "'s neighbour", "theirs")
    for task_id in [*UNKNOWN_IDS, theirs.id]:
        assert refused(404, old.update, task_id, "name", True, user) == "Task not found"
    for task_id in [UNKNOWN_IDS[0], UNKNOWN_IDS[1], theirs.id]:
        assert refused(404, old.upsert, old_tasks.Task(id=task_id, userId=user, name="x")) == "Task not found"
    assert [t.name for t in old.all(user + "'s neighbour")] == ["theirs"]


def test_limits_hold_for_clients_past_the_edge(old, user):
    task = old.add(user, "n" * 500)
    for name in ("", "n" * 501, "two\nlines", "nul\0", "\x7f", "\x9b"):
        assert "name" in refused(400, old.update, task.id, name, True, user)
        with pytest.raises(TApplicationException) as caught:
            old.add(user, name)
        assert "name" in str(caught.value)
    for bad_user in ("", "u" * 129, "é" * 65):
        assert "userId" in refused(400, old.update, task.id, "x", True, bad_user)
        with pytest.raises(TApplicationException):
            old.all(bad_user)
    old.add("é" * 64, "128 bytes are allowed")
    assert "name" in refused(400, old.upsert, old_tasks.Task(userId=user, name="n" * 501))
    assert len(old.all(user)) == 1
