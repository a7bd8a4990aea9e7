# SPDX-License-Identifier: Apache-2.0
"""A name has a character that can be seen: at the edge, past it, and as the OpenAPI document has it."""

import contextlib
import sqlite3

import httpx
import jsonschema
import pymongo
import pytest
from thriftpy2.thrift import TApplicationException

from support.people import PASSWORD, locations, new_email, problem
from support.stores import on_both_stores
from support.thrift import client, old_tasks

pytestmark = on_both_stores

BLANK = [
    " ", " " * 500, "\u00a0", "\u3000", "\u1680", "\u2003\u2009", "\u202f\u205f", "\u2028\u2029",  # white space
    "\u200b", "\u200c\u200d", "\u200e\u200f", "\u2060", "\u2061\u2062\u2063\u2064", "\ufeff", "\u00ad", "\u180e",
    "\u202a\u202c", "\u202e", "\u2066\u2069", "\u061c", "\u034f", "\ufe0f", "\U000e0100", "\U000e0041\U000e007f",
    "\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u17b4", "\ufff9", "\ufffc", " \u200b\u3000\ufeff ",
]  # fmt: skip

SEEN = [
    "a", " a ", "\u200ba", "😀", "❤️", "👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "1️⃣", "\u0301", "می‌خواهم", "क्‍ष", "日本", "\u202eabc\u202c", "\ufffd", ".",
    "\U0001fae9",  # newer than most tables
]  # fmt: skip


def shown(text):
    return text.encode("unicode_escape").decode()


@pytest.mark.parametrize("name", BLANK, ids=shown)
def test_a_task_cannot_be_called_nothing(person, name):
    made = person.add("before")
    url = f"/v1/tasks/{made['id']}"
    for answer in (person.client.post("/v1/tasks", json={"name": name}), person.client.patch(url, json={"name": name})):
        assert locations(answer) == {"body.name"}
        assert answer.json()["errors"][0]["detail"] == "must have a character that can be seen"
    assert person.client.get("/v1/tasks").json()["tasks"] == [made]


@pytest.mark.parametrize("name", SEEN, ids=shown)
def test_whatever_can_be_seen_is_a_name(person, name):
    made = person.add(name)
    assert made["name"] == name
    assert person.client.patch(f"/v1/tasks/{made['id']}", json={"name": name * 2}).json()["name"] == name * 2


@pytest.mark.parametrize("name", ["\x00", "\x01", "a\tb", "a\x7f", "\x85", "a\x9f"], ids=shown)
def test_controls_are_refused_as_ever(person, name):
    # A NUL is none that JSON may bring.
    assert locations(person.client.post("/v1/tasks", json={"name": name})) == {"body" if name == "\x00" else "body.name"}


def test_nor_can_an_account(stack):
    for name in BLANK:
        account = {"email": new_email(), "password": PASSWORD, "name": name}
        answer = httpx.post(f"{stack.url}/v1/accounts", json=account, timeout=60)
        assert locations(answer) == {"body.name"}, shown(name)
    for name in ("", "a\nb"):
        account = {"email": new_email(), "password": PASSWORD, "name": name}
        assert locations(httpx.post(f"{stack.url}/v1/accounts", json=account, timeout=60)) == {"body.name"}
    account = {"email": new_email(), "password": PASSWORD, "name": "\u200fدنیا 👩‍🚀"}
    answer = httpx.post(f"{stack.url}/v1/accounts", json=account, timeout=60)
    assert answer.json()["account"]["name"] == account["name"]


def test_nor_past_the_edge(stack):
    with client(old_tasks.Tasks, stack.tasks.port, "framed", "binary") as old:
        user = "somebody past the edge"
        task = old.add(user, "keep me")
        for name in BLANK:
            for call in (
                lambda name=name: old.update(task.id, name, True, user),
                lambda name=name: old.upsert(old_tasks.Task(id=task.id, userId=user, name=name)),
                lambda name=name: old.upsert(old_tasks.Task(userId=user, name=name)),
            ):
                with pytest.raises(old_tasks.BaseException) as refused:
                    call()
                assert refused.value.code == 400 and "can be seen" in refused.value.message, shown(name)
            with pytest.raises(TApplicationException) as caught:
                old.add(user, name)
            assert "can be seen" in str(caught.value)
        # Old clients send the default that they know: it leaves the name as it is.
        assert old.upsert(old_tasks.Task(id=task.id, userId=user, name="", done=True)).name == "keep me"
        assert len(old.all(user)) == 1


def test_the_document_says_the_same(stack):
    document = httpx.get(f"{stack.url}/openapi.json", timeout=60)
    assert document.content.isascii(), "a document with invisible characters is hard to read"
    schemas = document.json()["components"]["schemas"]
    for struct in ("NewTask", "TaskChanges", "NewAccount"):
        schema = {**schemas[struct], "components": {"schemas": schemas}}
        rest = {"email": "a@b.example", "password": PASSWORD} if struct == "NewAccount" else {}
        assert "can be seen" in schema["properties"]["name"]["description"]
        judge = jsonschema.Draft202012Validator(schema)
        for name in BLANK:
            # Above the first plane not every reader of patterns has ranges: there the document takes all.
            if min(name) > "\uffff":
                continue
            assert not judge.is_valid({"name": name, **rest}), shown(name)
        for name in SEEN:
            judge.validate({"name": name, **rest})


def test_problem_never_repeats_the_name(person):
    members = problem(person.client.post("/v1/tasks", json={"name": "\u202e\u2066"}), 400)
    assert str(members).isascii()


def rename_behind_the_service(stack, name, new_name):
    if stack.store:
        with pymongo.MongoClient(stack.store) as mongo:
            tasks = mongo.get_default_database().tasks
            changed = tasks.update_one({"name": name}, {"$set": {"name": new_name}}).modified_count
    else:
        with contextlib.closing(sqlite3.connect(stack.folder / "data" / "tasks.db")) as database, database:
            changed = database.execute("UPDATE tasks SET name = ? WHERE name = ?", (new_name, name)).rowcount
    assert changed == 1


@pytest.mark.parametrize("name", ["", "\u200b\u2800", "a\tb", "x" * 501, "\x9f"], ids=lambda name: shown(name)[:20])
def test_what_was_stored_before_is_served(stack, person, name):
    """By an older service, which refused less."""
    made = person.add(f"stored by {new_email()}")
    rename_behind_the_service(stack, made["name"], name)
    url = f"/v1/tasks/{made['id']}"
    assert person.client.get(url).json() == {**made, "name": name}
    assert person.client.get("/v1/tasks").json()["tasks"] == [{**made, "name": name}]
    changed = person.client.patch(url, json={"done": True})
    assert changed.status_code == 200 and changed.json()["name"] == name
    with client(old_tasks.Tasks, stack.tasks.port, "framed", "binary") as old:
        assert [task.name for task in old.all(person.id)] == [name]
