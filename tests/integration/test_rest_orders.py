# SPDX-License-Identifier: Apache-2.0
"""Orders, filters and pages of tasks, held to what Python makes of the same tasks."""

import base64
import datetime
import itertools
import random

import pytest

from support.orders import DUE, FILTERS, LIMITS, NAMES, SORTS, fill, in_order, pages
from support.people import problem
from support.stores import on_both_stores

pytestmark = on_both_stores


def test_every_sort_with_every_filter(person):
    made = fill(person)
    for sort in SORTS:
        for query, fits in FILTERS:
            found = pages(person, {**query, "sort": sort}, next(LIMITS))
            expected = in_order(filter(fits, made), sort)
            assert [task["name"] for task in found] == [task["name"] for task in expected], (sort, query)
            assert found == expected, (sort, query)
    assert pages(person, {}, 4) == in_order(made, "created")


def test_mine_to_do(person):
    for n in range(3):
        person.client.post("/v1/tasks", json={"name": f"{n}", **({"assigneeId": person.id} if n != 1 else {})})
    assert [task["name"] for task in pages(person, {"assigneeId": person.id}, 1)] == ["2", "0"]


def test_cursor_is_of_one_filter_and_sort(person):
    for n in range(3):
        person.client.post("/v1/tasks", json={"name": f"task {n}", "labels": ["a", "b"], "dueOn": f"2026-01-0{n + 1}"})
    questions = [
        {}, {"sort": "-created"}, {"sort": "due"}, {"sort": "-due"}, {"sort": "name"}, {"done": "false"}, {"label": "a"},
        {"label": "b"}, {"q": "task"}, {"listId": "inbox"}, {"dueAfter": "2025-01-01"}, {"dueBefore": "2027-01-01"},
        {"priority": "0"}, {"priority": "0", "sort": "due"},
    ]  # fmt: skip
    cursors = []
    for question in questions:
        page = person.client.get("/v1/tasks", params={**question, "limit": 1}).json()
        cursors.append(page["nextCursor"])
    for (i, question), (j, cursor) in itertools.product(enumerate(questions), enumerate(cursors)):
        answer = person.client.get("/v1/tasks", params={**question, "cursor": cursor, "limit": 200})
        if i == j:
            assert len(answer.json()["tasks"]) == 2
            continue
        assert "cursor" in problem(answer, 400)["detail"]
        assert [error["location"] for error in answer.json()["errors"]] == ["query.cursor"]


def test_cursors_of_a_release_go_on(person):
    tasks = [person.add(f"task {n}", done=n < 2) for n in range(4)]

    def old(task):
        made_ms = int(datetime.datetime.fromisoformat(task["createdOn"].replace("Z", "+00:00")).timestamp() * 1000 + 0.5)
        return base64.urlsafe_b64encode(b"\1" + made_ms.to_bytes(8, "big") + bytes.fromhex(task["id"])).decode()

    def names(**query):
        answer = person.client.get("/v1/tasks", params=query)
        return [task["name"] for task in answer.json()["tasks"]] if answer.status_code == 200 else answer.status_code

    assert names(cursor=old(tasks[2])) == ["task 1", "task 0"]
    assert names(cursor=old(tasks[2]), sort="created", done="true") == ["task 1", "task 0"]
    assert names(cursor=old(tasks[2]), sort="name") == 400
    assert names(cursor=old(tasks[2]), label="a") == 400


def test_pages_while_tasks_change(person):
    """Whatever happens to others, a task that was there throughout comes once."""
    chance = random.Random(4)
    for sort in ("-created", "due", "-name"):
        stay = fill(person)
        others = fill(person)
        seen, cursor = [], None
        while cursor is not None or not seen:
            query = {"sort": sort, "limit": 5, **({"cursor": cursor} if cursor else {})}
            page = person.client.get("/v1/tasks", params=query).json()
            seen += [task["id"] for task in page["tasks"]]
            cursor = page.get("nextCursor")
            task = others.pop(chance.randrange(len(others))) if others else None
            if task and chance.random() < 0.5:
                person.client.delete(f"/v1/tasks/{task['id']}")
            elif task:
                change = {"name": chance.choice(NAMES), "dueOn": chance.choice(DUE), "priority": 3, "done": not task["done"]}
                assert person.client.patch(f"/v1/tasks/{task['id']}", json=change).status_code == 200
        known = {task["id"] for task in stay}
        assert [i for i in seen if i in known] == [task["id"] for task in in_order(stay, sort)], sort
        for task in person.client.get("/v1/tasks?limit=200").json()["tasks"]:
            person.client.delete(f"/v1/tasks/{task['id']}")


def test_links_keep_the_question(person):
    for n in range(3):
        person.client.post("/v1/tasks", json={"name": f"é & {n}", "priority": 1})
    path, seen = "/v1/tasks?sort=-name&q=%C3%A9&priority=1&limit=2", []
    for _ in range(2):
        page = person.client.get(path)
        seen += [task["name"] for task in page.json()["tasks"]]
        path = page.links.get("next", {}).get("url")
    assert path is None and seen == ["é & 2", "é & 1", "é & 0"]


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("sort=size", "query.sort"),
        ("sort=", "query.sort"),
        ("sort=Due", "query.sort"),
        ("sort=--due", "query.sort"),
        ("priority=5", "query.priority"),
        ("priority=-1", "query.priority"),
        ("priority=high", "query.priority"),
        ("label=", "query.label"),
        ("label=" + "x" * 51, "query.label"),
        ("assigneeId=", "query.assigneeId"),
        ("assigneeId=" + "x" * 129, "query.assigneeId"),
        ("dueBefore=soon", "query.dueBefore"),
        ("dueBefore=2026-02-30", "query.dueBefore"),
        ("dueAfter=2026-02-03T25:00:00Z", "query.dueAfter"),
        ("dueAfter=2026-02-03T10:00:00", "query.dueAfter"),
        ("q=" + "x" * 201, "query.q"),
        ("listId=outbox", "query.listId"),
        ("listId=0123", "query.listId"),
        ("sort=due&sort=name", "query.sort"),
        ("cursor=AjZ0TK3yYQAAAaIsFFQO", "query.cursor"),
        ("cursor=AjZ0TK3yYQAAAaIsFFQOaw1VEy-OEUb5KS5g", "query.cursor"),
    ],
)
def test_what_is_asked_wrongly(person, query, location):
    assert [error["location"] for error in problem(person.client.get(f"/v1/tasks?{query}"), 400)["errors"]] == [location]


def test_words(person):
    for name, notes in (("CAFÉ", None), ("cafe", None), ("Lange Straße 5", "in Łódź"), ("decaf", "un-cafe"), ("हिन्दी", None)):
        person.client.post("/v1/tasks", json={"name": name, **({"notes": notes} if notes else {})})

    def found(q):
        return {task["name"] for task in person.client.get("/v1/tasks", params={"q": q}).json()["tasks"]}

    assert found("CAFÉ") == found("cafe") == found("caf") == {"CAFÉ", "cafe", "decaf"}
    assert found("strasse") == found("Straße") == found("STRASSE 5 łód") == {"Lange Straße 5"}
    assert found("asse") == found("strasse cafe") == found("लाल") == set()
    assert found("हिन्") == {"हिन्दी"}
    assert found("") == found(" - ") == found("\u3000") == {"CAFÉ", "cafe", "Lange Straße 5", "decaf", "हिन्दी"}
