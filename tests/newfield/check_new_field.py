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


def names_of(client, **query):
    """The names on all pages of two tasks."""
    names, cursor = [], {}
    while cursor is not None:
        answer = client.get("/v1/tasks", params={**query, "limit": 2, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        names += [task["name"] for task in page["tasks"]]
        cursor = {"cursor": page["nextCursor"]} if "nextCursor" in page else None
    return "".join(names)


def fill(client):
    """Tasks a to f, each newer than the one before it, not all of which have what is asked for."""
    places, ranks, weights = ("Ulm", "ulm", None, "Köln", "Äpfel", "Ulm"), (3, 0, None, 3, 1, 3), (1, 0.5, 0.25, None, -2, 1)
    starts = ("2026-12-24T00:00:00Z", "2026-12-23T23:59:59.999Z", None, "2026-12-25T01:00:00+01:00", None, "2027-01-01T00:00:00Z")
    for i, name in enumerate("abcdef"):
        task = {"place": places[i], "rank": ranks[i], "weight": weights[i], "startOn": starts[i], "done": i == 3}
        made = client.post("/v1/tasks", json={"name": name, **{key: value for key, value in task.items() if value is not None}})
        assert made.status_code == 201, made.text


@on_both_stores
def test_tasks_are_found_by_them(person):
    client = person.client
    fill(client)
    assert names_of(client) == "fedcba"
    assert names_of(client, rank=3) == "fda"
    assert names_of(client, rank=0) == "b"
    assert names_of(client, rank=9) == ""
    assert names_of(client, rank=3, done="false") == "fa"
    assert names_of(client, place="Ulm") == "fa"
    assert names_of(client, place="Ulm", sort="name") == "af"
    assert names_of(client, lighter=1) == "ecb"
    assert names_of(client, startAfter="2026-12-24") == "fda"
    assert names_of(client, startAfter="2026-12-25T00:00:00.001Z", rank=3, listId="inbox", q="f") == "f"


@on_both_stores
def test_tasks_are_sorted_by_them(person):
    client = person.client
    fill(client)
    assert names_of(client, sort="rank") == "befdac"
    assert names_of(client, sort="-rank") == "fdaebc"
    assert names_of(client, sort="place") == "edfbac"
    assert names_of(client, sort="-place", rank=3) == "fad"
    assert names_of(client, sort="place", done="false") == "efbac"


@on_both_stores
def test_tasks_are_found_by_what_was_there(person):
    """Along an index where the order is that of the filter."""
    client = person.client
    for name, position, priority in (("a", 2, 2), ("b", 1, 1), ("c", None, None), ("d", 3, 2), ("e", 1, 4), ("f", -0.5, None)):
        task = {"position": position, "priority": priority}
        client.post("/v1/tasks", json={"name": name, **{key: value for key, value in task.items() if value is not None}})
    assert names_of(client, below=2) == "feb"
    assert names_of(client, below=2, sort="manual") == "feb"
    assert names_of(client, below=3, sort="-manual") == "aebf"
    assert names_of(client, notBelow=1, below=3, sort="manual") == "eba"
    assert names_of(client, notBelow=3, sort="-manual") == "d"
    assert names_of(client, notBelow=4, below=3, sort="manual") == ""
    assert names_of(client, mostUrgent=2, sort="priority") == "bda"
    assert names_of(client, mostUrgent=2, sort="-priority") == "dab"
    assert names_of(client, mostUrgent=4, below=2, sort="priority") == "be"
    assert names_of(client, priority=2, mostUrgent=4, sort="-priority") == "da"
    assert names_of(client, priority=2, mostUrgent=1) == ""
    assert names_of(client, priority=0, sort="priority") == "fc"
    changed = client.get("/v1/tasks", params={"limit": 1}).json()["tasks"][0]["updatedOn"]
    assert names_of(client, changedAfter=changed) == ""
    assert names_of(client, changedAfter="2020-01-01") == "fedcba"


@on_both_stores
def test_their_filters_have_limits_and_cursors_of_their_own(person):
    client = person.client
    fill(client)
    for query in ({"rank": 10}, {"rank": "x"}, {"place": "x" * 51}, {"startAfter": "2026-02-30"}, {"lighter": "much"}, {"sort": "weight"}):
        assert problem(client.get("/v1/tasks", params=query), 400), query
    asked = [{}, {"rank": 3}, {"rank": 1}, {"place": "Ulm"}, {"place": "ulm"}, {"lighter": 2}, {"lighter": 2.5},
             {"startAfter": "2026-12-20"}, {"startAfter": "2026-12-21"}, {"sort": "rank"}, {"sort": "-rank"}, {"sort": "place"}]  # fmt: skip
    for i, query in enumerate(asked):
        cursor = client.get("/v1/tasks", params={**query, "limit": 1}).json().get("nextCursor")
        for j, other in enumerate(asked):
            answer = client.get("/v1/tasks", params={**other, "cursor": cursor}) if cursor else None
            assert answer is None or answer.status_code == (200 if i == j else 400), (query, other)
            assert answer is None or i == j or "another filter or sort" in answer.text


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
    run("--json", "create", "--userId", "cli", "--name", "other", "--rank", "4")
    found = json.loads(run("--json", "page", "--userId", "cli", "--rank", "3", "--sort", "-rank"))
    assert found["tasks"] == [made]
    assert "--startAfter" in run("page", "--help")
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
