# SPDX-License-Identifier: Apache-2.0
"""What tests/integration/test_new_field.py has run against the programs of a copy in which tasks have more fields."""

import json
import subprocess

import httpx

from support.copying import copied, moved
from support.mongodb import own_database
from support.people import Person, problem
from support.processes import BUILD, PATIENCE_S, Stack
from support.rebuilding import on_older_data
from support.stores import on_both_stores

NEW = {"place": "the shop – «Zürich»", "rank": 7, "weight": 0.25, "startOn": "2026-12-24T10:00:00.250Z"}


@on_both_stores
def test_rest_keeps_them(person):
    client = person.client
    made = client.post("/v1/tasks", json={"name": "with", **NEW})
    assert made.status_code == 201, made.text
    task = made.json()
    assert {name: task[name] for name in NEW} == NEW
    assert client.get(f"/v1/tasks/{task['id']}").json() == task
    without = client.post("/v1/tasks", json={"name": "without"}).json()
    assert NEW.keys() & without.keys() == set()
    assert client.get("/v1/tasks").json()["tasks"] == [without, task]
    changes = {"rank": 0, "startOn": "2026-12-24T11:00:00+01:00"}
    changed = client.patch(f"/v1/tasks/{without['id']}", json=changes).json()
    assert changed == {**without, "rank": 0, "startOn": "2026-12-24T10:00:00.000Z", "version": 2,
                       "updatedOn": changed["updatedOn"]}  # fmt: skip
    assert client.get(f"/v1/tasks/{without['id']}").json() == changed
    done = client.patch(f"/v1/tasks/{task['id']}", json={"done": True}).json()
    assert {name: done[name] for name in NEW} == NEW


@on_both_stores
def test_their_limits_hold(person):
    for field, value in (("place", "x" * 51), ("rank", 10), ("weight", "heavy"), ("startOn", "tomorrow")):
        answer = person.client.post("/v1/tasks", json={"name": "x", field: value})
        assert problem(answer, 400), field
        assert field in answer.text


def test_openapi_has_them(stack):
    schemas = httpx.get(f"{stack.url}/openapi.json", timeout=60).json()["components"]["schemas"]
    assert NEW.keys() <= schemas["Task"]["properties"].keys()
    assert schemas["Task"]["properties"]["place"]["type"] == "string"


def test_command_line_has_them(stack):
    def run(*arguments):
        command = [BUILD / "cli/tasks", "--port", str(stack.tasks.port), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout

    assert "--place" in run("create", "--help")
    made = json.loads(run("--json", "create", "--userId", "cli", "--name", "x", "--place", "here", "--rank", "3"))
    assert (made["place"], made["rank"]) == ("here", 3)
    assert json.loads(run("--json", "get", "--userId", "cli", "--id", made["id"])) == made
    start = run("--json", "upsert", "--userId", "cli", "--id", made["id"], "--startOn", NEW["startOn"])
    assert json.loads(start)["startOn"] == NEW["startOn"]
    older = json.loads(run("--json", "upsert", "--userId", "cli", "--id", made["id"], "--name", "y"))
    assert (older["name"], older["place"], older["rank"]) == ("y", "here", 3)


def test_copy_carries_them_both_ways(tmp_path, mongodb_uri):
    stack = Stack(tmp_path)
    with Person(stack.url) as ada:
        ada.client.post("/v1/tasks", json={"name": "with", **NEW})
        ada.client.post("/v1/tasks", json={"name": "without"})
    assert stack.stop() == []
    with own_database(mongodb_uri) as uri:
        there = copied(f"sqlite:{tmp_path / 'data'}", uri)
        assert copied(uri, f"sqlite:{tmp_path / 'back'}") == there
    kept = moved(tmp_path / "back/tasks.db")
    assert kept == moved(tmp_path / "data/tasks.db")
    assert sum(NEW["place"] in row and NEW["weight"] in row for row in kept["tasks"]) == 1


def test_data_of_the_version_before_is_brought_up_to_date(tmp_path):
    with on_older_data(tmp_path) as (run, made):
        assert run("patch", "--userId", "ann", "--id", made["id"], "--place", "here")["place"] == "here"
