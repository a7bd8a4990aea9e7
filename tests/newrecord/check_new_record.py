# SPDX-License-Identifier: Apache-2.0
"""What tests/integration/test_new_record.py has run against the programs of a copy in which there are notes."""

import concurrent.futures
import contextlib
import json
import sqlite3
import subprocess

import httpx
import pymongo

from support.copying import copied, moved, rows
from support.mongodb import own_database
from support.people import Person, problem
from support.processes import BUILD, PATIENCE_S, Stack
from support.rebuilding import on_older_data
from support.stores import on_both_stores

WHOLE = {"text": "the shop – «Zürich»", "color": "red", "words": ["a b", "ß"], "showOn": "2026-12-24", "pinned": True,
         "taskId": "0123456789abcdef01234567"}  # fmt: skip


def make(person, **note):
    answer = person.client.post("/v1/notes", json=note)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/notes/{answer.json()['id']}"
    return answer.json()


def pages(person, limit):
    """Everything, page by page, by the Link that each has."""
    url, found = f"/v1/notes?limit={limit}", []
    while url is not None:
        answer = person.client.get(url)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["notes"]) <= limit
        found += answer.json()["notes"]
        assert ("nextCursor" in answer.json()) == ("next" in answer.links)
        url = answer.links["next"]["url"] if "next" in answer.links else None
    return found


@on_both_stores
def test_rest_keeps_them(person):
    note = make(person, **WHOLE)
    times = {"createdOn": note["createdOn"], "updatedOn": note["createdOn"]}
    assert note == {"id": note["id"], **WHOLE, "reads": 0, "version": 1, **times}
    answer = person.client.get(f"/v1/notes/{note['id']}")
    assert (answer.status_code, answer.json(), answer.headers["ETag"]) == (200, note, '"1"')
    again = person.client.get(f"/v1/notes/{note['id']}", headers={"If-None-Match": '"1"'})
    assert again.status_code == 304
    bare = make(person, text="bare")
    assert bare.keys() == {"id", "text", "reads", "pinned", "version", "createdOn", "updatedOn"}
    changes = {"text": "other", "color": None, "words": []}
    changed = person.client.patch(f"/v1/notes/{note['id']}", json=changes).json()
    kept = {name: value for name, value in note.items() if name not in changes}
    assert changed == {**kept, "text": "other", "version": 2, "updatedOn": changed["updatedOn"]}
    assert person.client.patch(f"/v1/notes/{note['id']}", json={}).json() == changed
    assert person.client.get(f"/v1/notes/{note['id']}").json() == changed
    assert person.client.delete(f"/v1/notes/{note['id']}").status_code == 204
    problem(person.client.get(f"/v1/notes/{note['id']}"), 404)
    problem(person.client.delete(f"/v1/notes/{note['id']}"), 404)
    problem(person.client.patch(f"/v1/notes/{note['id']}", json={"text": "x"}), 404)


@on_both_stores
def test_they_are_listed_newest_first(stack):
    with Person(stack.url) as ada, Person(stack.url) as bob:
        made = [make(ada, text=f"note {i}") for i in range(7)]
        other = make(bob, text="another's")
        assert pages(ada, 200) == made[::-1]
        for limit in (1, 3, 7):
            assert pages(ada, limit) == made[::-1]
        assert pages(bob, 3) == [other]
        problem(ada.client.get("/v1/notes?limit=0"), 400)
        problem(ada.client.get("/v1/notes?cursor=x"), 400)


@on_both_stores
def test_what_is_anothers_is_not_there(stack):
    with Person(stack.url) as ada, Person(stack.url) as bob:
        note = make(ada, text="hers")
        path = f"/v1/notes/{note['id']}"
        for ask in (lambda: bob.client.get(path), lambda: bob.client.patch(path, json={"text": "his"}),
                    lambda: bob.client.delete(path)):  # fmt: skip
            problem(ask(), 404)
        problem(httpx.get(f"{stack.url}{path}"), 401)
        problem(ada.client.get("/v1/notes/nonsense"), 404)
        assert ada.client.get(path).json() == note


@on_both_stores
def test_their_limits_hold(person):
    for field, value in (("text", ""), ("text", "x" * 101), ("color", "blue"), ("showOn", "tomorrow"), ("words", ["x"] * 6),
                         ("ownerId", "me"), ("version", 3)):  # fmt: skip
        answer = person.client.post("/v1/notes", json={"text": "x", field: value})
        assert problem(answer, 400), field
        assert field in answer.text
    assert pages(person, 9) == []


@on_both_stores
def test_tags_and_keys_hold(person):
    note = make(person, text="one")
    path = f"/v1/notes/{note['id']}"
    problem(person.client.patch(path, json={"text": "x"}, headers={"If-Match": '"9"'}), 412)
    problem(person.client.delete(path, headers={"If-Match": '"9"'}), 412)
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        racing = [threads.submit(person.client.patch, path, json={"text": f"by {i}"}, headers={"If-Match": '"1"'})
                  for i in range(4)]  # fmt: skip
        assert sorted(one.result().status_code for one in racing) == [200, 412, 412, 412]
    key = {"Idempotency-Key": "k1"}
    made = person.client.post("/v1/notes", json={"text": "once"}, headers=key).json()
    assert person.client.post("/v1/notes", json={"text": "once"}, headers=key).json() == made
    problem(person.client.post("/v1/notes", json={"text": "another"}, headers=key), 422)
    change = {"Idempotency-Key": "k2", "If-Match": '"1"'}
    for _ in range(2):
        changed = person.client.patch(f"/v1/notes/{made['id']}", json={"text": "changed"}, headers=change)
        assert (changed.status_code, changed.json()["version"]) == (200, 2)
    again = person.client.post("/v1/notes", json={"text": "once"}, headers=key)
    assert (again.status_code, again.json()) == (201, changed.json())
    for _ in range(2):
        assert person.client.delete(f"/v1/notes/{made['id']}", headers={"Idempotency-Key": "k3"}).status_code == 204
    assert "removed since" in person.client.post("/v1/notes", json={"text": "once"}, headers=key).text


def test_openapi_has_them(stack):
    document = httpx.get(f"{stack.url}/openapi.json", timeout=60).json()
    assert document["paths"]["/v1/notes"].keys() >= {"get", "post"}
    assert document["paths"]["/v1/notes/{id}"].keys() >= {"get", "patch", "delete"}
    assert document["components"]["schemas"]["Note"]["properties"].keys() == {*WHOLE, "id", "reads", "version", "createdOn", "updatedOn"}
    assert "412" in document["paths"]["/v1/notes/{id}"]["patch"]["responses"]


def test_command_line_has_them(stack):
    def run(*arguments):
        command = [BUILD / "cli/tasks", "--port", str(stack.tasks.port), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout

    assert "--color" in run("createNote", "--help")
    made = json.loads(run("--json", "createNote", "--userId", "cli", "--text", "x", "--color", "red"))
    assert (made["text"], made["color"]) == ("x", "red")
    assert json.loads(run("--json", "getNote", "--userId", "cli", "--id", made["id"])) == made
    changed = json.loads(run("--json", "patchNote", "--userId", "cli", "--id", made["id"], "--text", "y"))
    assert json.loads(run("--json", "notes", "--userId", "cli"))["notes"] == [changed]
    assert "y" in run("notes", "--userId", "cli")
    run("removeNote", "--userId", "cli", "--id", made["id"])
    assert json.loads(run("--json", "notes", "--userId", "cli"))["notes"] == []


def test_copy_carries_them_both_ways(tmp_path, mongodb_uri):
    stack = Stack(tmp_path)
    with Person(stack.url) as ada:
        make(ada, **WHOLE)
        make(ada, text="bare")
        notes = pages(ada, 9)
    assert stack.stop() == []
    with own_database(mongodb_uri) as uri:
        there = copied(f"sqlite:{tmp_path / 'data'}", uri)
        assert there["notes"].startswith("2 records")
        assert copied(uri, f"sqlite:{tmp_path / 'back'}") == there
        stack = Stack(tmp_path, store=uri)
        ask = {"Authorization": f"Bearer {ada.access_token}"}
        assert httpx.get(f"{stack.url}/v1/notes", headers=ask).json()["notes"] == notes
        assert stack.stop() == []
    assert moved(tmp_path / "back/tasks.db") == moved(tmp_path / "data/tasks.db")
    assert any(WHOLE["text"] in row for row in rows(tmp_path / "back/tasks.db")["notes"])


def test_log_has_an_entry_of_each_change(tmp_path, mongodb_uri):
    def live(stack):
        with Person(stack.url) as ada:
            note = make(ada, text="one")
            ada.client.patch(f"/v1/notes/{note['id']}", json={"text": "two"})
            ada.client.delete(f"/v1/notes/{note['id']}")
        assert stack.stop() == []
        return note["id"]

    note_id = live(Stack(tmp_path))
    with contextlib.closing(sqlite3.connect(tmp_path / "data/tasks.db")) as database:
        log = database.execute("SELECT number, kind, lower (hex (id)), version, gone FROM log ORDER BY seq").fetchall()
    assert log == [(1, "notes", note_id, 1, 0), (2, "notes", note_id, 2, 0), (3, "notes", note_id, 3, 1)]
    with own_database(mongodb_uri) as uri:
        note_id = live(Stack(tmp_path, store=uri))
        with pymongo.MongoClient(uri) as client:
            database = client.get_default_database()
            entries = [entry for head in database["commits"].find() for entry in head.get("entries", [])]
            indexes = [list(index["key"].items()) for index in database["notes"].list_indexes()]
    parts = [(entry["number"], part["collection"], str(part["id"]), part["version"], part["deed"])
             for entry in entries for part in entry["parts"]]  # fmt: skip
    assert parts == [(1, "notes", note_id, 1, "made"), (2, "notes", note_id, 2, "changed"), (3, "notes", note_id, 3, "removed")]
    assert [("ownerId", 1), ("_id", -1)] in indexes


def test_data_of_the_version_before_is_brought_up_to_date(tmp_path):
    with on_older_data(tmp_path) as (run, _):
        assert run("createNote", "--userId", "ann", "--text", "newer")["text"] == "newer"
