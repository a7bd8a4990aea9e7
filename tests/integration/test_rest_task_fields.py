# SPDX-License-Identifier: Apache-2.0
"""What a task may have beside its name: set, changed and cleared over REST; and what is no such value."""

import pytest

from support.people import Person, locations, problem
from support.stores import on_both_stores
from support.thrift import client, old_tasks

pytestmark = on_both_stores

NOTES = "Both sides:\r\n\t– «ja»\n\u2028🐙 <b>&"
FIELDS = {
    "notes": NOTES,
    "dueOn": "2026-12-24",
    "remindOn": "2026-12-23T17:00:00.250Z",
    "priority": 1,
    "labels": ["zuletzt", "Straße", "a b", "🐙"],
    "position": -0.1,
}
A_TIME = "2026-01-01T00:00:00.000Z"
SERVICES_OWN = {"completedOn": A_TIME, "createdBy": "somebody", "version": 7, "updatedOn": A_TIME, "createdOn": A_TIME,
                "id": "0" * 24}  # fmt: skip


def url(task):
    return f"/v1/tasks/{task['id']}"


def changed(person, task, **changes):
    answer = person.client.patch(url(task), json=changes)
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert person.client.get(url(task)).json() == now
    assert person.client.get("/v1/tasks?limit=1").json()["tasks"] == [now]
    return now


def test_all_are_kept_as_they_were_said(person):
    task = person.add("whole", **FIELDS, assigneeId=person.id)
    assert {name: task[name] for name in FIELDS} == FIELDS
    assert task["assigneeId"] == person.id
    assert person.client.get(url(task)).json() == task
    assert person.client.get("/v1/tasks").json()["tasks"] == [task]
    bare = person.add("bare")
    assert bare.keys() == {"id", "name", "createdOn", "updatedOn", "done", "version"}
    assert person.client.get("/v1/tasks").json()["tasks"] == [bare, task]


def test_null_is_absent_in_a_new_task(person):
    task = person.add("bare", **{name: None for name in (*FIELDS, "assigneeId", "listId")})
    assert task.keys() == {"id", "name", "createdOn", "updatedOn", "done", "version"}


@pytest.mark.parametrize("name", FIELDS)
def test_each_is_set_and_cleared_alone(person, name):
    task = person.add("one")
    now = changed(person, task, **{name: FIELDS[name]})
    assert now == {**task, name: FIELDS[name], "version": 2, "updatedOn": now["updatedOn"]}
    now = changed(person, task, **{name: None})
    assert now == {**task, "version": 3, "updatedOn": now["updatedOn"]}


def test_the_others_stay_as_they_are(person):
    task = person.add("whole", **FIELDS, assigneeId=person.id)
    for name in (*FIELDS, "assigneeId"):
        now = changed(person, task, **{name: None})
        assert now == {**{key: value for key, value in task.items() if key != name}, "version": now["version"],
                       "updatedOn": now["updatedOn"]}  # fmt: skip
        task = now
    assert changed(person, task, **FIELDS).items() >= FIELDS.items()


def test_nothing_is_the_same_as_none(person):
    nothing = {"notes": "", "labels": [], "priority": 0}
    assert nothing.keys() & person.add("x", **nothing).keys() == set()
    task = person.add("whole", **FIELDS)
    now = changed(person, task, **nothing)
    assert now.keys() == task.keys() - nothing.keys()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-12-24", "2026-12-24"),
        ("2024-02-29", "2024-02-29"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("2026-12-24T10:00:00Z", "2026-12-24T10:00:00.000Z"),
        ("2026-12-24T10:00:00+01:00", "2026-12-24T09:00:00.000Z"),
        ("2026-12-24T00:30:00.5+01:00", "2026-12-23T23:30:00.500Z"),
        ("2026-12-31T23:59:59.1239-00:01", "2027-01-01T00:00:59.123Z"),
        ("2026-12-24t10:00:00z", "2026-12-24T10:00:00.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    ],
)
def test_due_is_a_date_or_a_time_in_utc(person, sent, kept):
    task = person.add("due", dueOn=sent)
    assert task["dueOn"] == kept
    assert person.client.get(url(task)).json()["dueOn"] == kept
    if "T" in sent.upper():
        assert person.add("reminded", remindOn=sent)["remindOn"] == kept


def test_limits_are_within_reach(person):
    at_limits = {
        "notes": "🐙" * 10_000,
        "labels": [f"{n:02}" + "🐙" * 48 for n in range(20)],
        "priority": 4,
        "position": 1.7976931348623157e308,
    }
    task = person.add("at its limits", **at_limits)
    assert task.items() >= at_limits.items()
    assert person.client.get(url(task)).json() == task
    assert changed(person, task, position=-1.7976931348623157e308)["position"] == -1.7976931348623157e308
    assert changed(person, task, position=0)["position"] == 0
    assert changed(person, task, labels=["x"])["labels"] == ["x"]


NO_DATES = ["", "tomorrow", "2026-02-30", "2025-02-29", "2026-13-01", "2026-12-00", "0000-01-01", "10000-01-01",
            "2026-1-1", "20261224", "2026-W52-4", "2026-12-24 ", "2026-12-24T10:00:00", "2026-12-24T10:00Z", "2026-12-24 10:00:00Z",
            "2026-12-24T24:00:00Z", "2026-12-24T10:00:00+24:00", "2026-12-24T10:00:00.Z", "9999-12-31T23:59:59-00:01",
            "2026-12-24T10:00:00." + "0" * 50 + "Z", 20261224, True, ["2026-12-24"], {}]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("notes", ["x" * 10_001, "\x07", "\x0b", "\x1f", "\x7f", "\x85", 5, ["x"]]),
        ("dueOn", NO_DATES),
        ("remindOn", [*NO_DATES, "2026-12-24"]),
        ("priority", [-1, 5, 1.5, "1", True, [], 2**31, 10**30]),
        ("position", ["1", True, [], {}]),
        ("listId", ["", "x", "inbox", "0" * 23, "0" * 25, 5]),
        ("assigneeId", ["", "x" * 129, 5, [], "somebody"]),
    ],
)
def test_what_is_no_such_value_is_refused_at_its_place(person, name, values):
    task = person.add("as it was", **FIELDS)
    for value in values:
        assert locations(person.client.post("/v1/tasks", json={"name": "x", name: value})) == {f"body.{name}"}, value
        assert locations(person.client.patch(url(task), json={name: value})) == {f"body.{name}"}, value
    assert person.client.get("/v1/tasks").json()["tasks"] == [task]


@pytest.mark.parametrize("text", ["1e309", "-1e309", "NaN", "Infinity", "0x1"])
def test_what_is_no_finite_number_is_refused(person, text):
    answer = person.client.post("/v1/tasks", content=f'{{"name": "x", "position": {text}}}',
                                headers={"Content-Type": "application/json"})  # fmt: skip
    assert all(place.startswith("body") for place in locations(answer))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("home", {"body.labels"}),
        ({}, {"body.labels"}),
        ([f"label {n}" for n in range(21)], {"body.labels"}),
        ([""], {"body.labels[0]"}),
        (["home", "x" * 51], {"body.labels[1]"}),
        ([" ", "\u200b", "\ufe0f", "\u3164"], {f"body.labels[{n}]" for n in range(4)}),
        (["a\nb", "a\tb", "a\x9bb"], {f"body.labels[{n}]" for n in range(3)}),
        ([1, None, ["x"], {}], {f"body.labels[{n}]" for n in range(4)}),
        (["home", "home"], {"body.labels[1]"}),
        (["Home", "garden", "HOME"], {"body.labels[2]"}),
        (["CAFÉ", "cafe\u0301", "cafe"], {"body.labels[1]", "body.labels[2]"}),
        (["Straße", "STRASSE"], {"body.labels[1]"}),
        (["ﬁne", "fine"], {"body.labels[1]"}),
    ],
)
def test_labels_that_cannot_be_are_named_one_by_one(person, labels, expected):
    task = person.add("as it was", labels=["home"])
    assert locations(person.client.post("/v1/tasks", json={"name": "x", "labels": labels})) == expected
    assert locations(person.client.patch(url(task), json={"labels": labels})) == expected
    assert person.client.get("/v1/tasks").json()["tasks"] == [task]


def test_null_is_refused_where_there_must_be_something(person):
    task = person.add("keep", **FIELDS)
    for changes in ({"name": None}, {"done": None, "notes": None}):
        assert locations(person.client.patch(url(task), json=changes)) <= {"body.name", "body.done"}
    assert person.client.get(url(task)).json() == task


@pytest.mark.parametrize("name", [*SERVICES_OWN, "userId", "clear"])
def test_what_is_the_services_own_is_not_taken(person, name):
    task = person.add("mine")
    value = SERVICES_OWN.get(name, "somebody")
    assert locations(person.client.post("/v1/tasks", json={"name": "x", name: value})) == {f"body.{name}"}
    for changes in ({name: value}, {name: None}):
        assert locations(person.client.patch(url(task), json=changes)) == {f"body.{name}"}
    assert person.client.get("/v1/tasks").json()["tasks"] == [task]


def test_list_that_is_not_there(person):
    task = person.add("inbox")
    for list_id in ("0" * 24, "665f1f77bcf86cd799439012", task["id"], "ABCDEFabcdef012345678901"):
        for answer in (person.client.post("/v1/tasks", json={"name": "x", "listId": list_id}),
                       person.client.patch(url(task), json={"listId": list_id})):  # fmt: skip
            assert problem(answer, 404)["detail"] == "List not found"
    assert changed(person, task, listId=None)["version"] == 2


def test_in_the_inbox_one_assigns_oneself_alone(stack, person):
    task = person.add("mine", assigneeId=person.id)
    with Person(stack.url) as other:
        said = {"assigneeId": other.id}
        assert locations(person.client.post("/v1/tasks", json={"name": "x", **said})) == {"body.assigneeId"}
        assert locations(person.client.patch(url(task), json=said)) == {"body.assigneeId"}
    assert person.client.get("/v1/tasks").json()["tasks"] == [task]
    assert "assigneeId" not in changed(person, task, assigneeId=None)


def test_completion_follows_done(person):
    task = person.add("to do")
    assert "completedOn" not in task
    done = changed(person, task, done=True)
    assert done["completedOn"] == done["updatedOn"]
    renamed = changed(person, task, name="done", priority=2)
    again = changed(person, task, done=True)
    assert renamed["completedOn"] == again["completedOn"] == done["completedOn"]
    assert "completedOn" not in changed(person, task, done=False)
    assert "completedOn" not in changed(person, task, name="open")
    made = person.add("done when it was made", done=True)
    assert made["completedOn"] == made["createdOn"]
    assert changed(person, made, done=True, notes="x")["completedOn"] == made["completedOn"]


def test_completion_follows_done_in_the_old_methods(stack, person):
    with client(old_tasks.Tasks, stack.tasks.port, "framed", "binary") as old:
        task_id = old.add(person.id, "to do").id

        def now():
            return person.client.get(f"/v1/tasks/{task_id}").json()

        assert "completedOn" not in now()
        old.update(task_id, "done", True, person.id)
        done = now()
        assert done["completedOn"] == done["updatedOn"]
        old.upsert(old_tasks.Task(id=task_id, userId=person.id, name="still done", done=True))
        assert now()["completedOn"] == done["completedOn"]
        old.upsert(old_tasks.Task(id=task_id, userId=person.id, done=False))
        assert "completedOn" not in now()
        old.upsert(old_tasks.Task(id=task_id, userId=person.id, done=True))
        assert now()["completedOn"] == now()["updatedOn"]
        old.update(task_id, "open", False, person.id)
        assert "completedOn" not in now()
        made = old.upsert(old_tasks.Task(userId=person.id, name="made", done=True))
        assert "completedOn" in person.client.get(f"/v1/tasks/{made.id}").json()


def test_old_methods_leave_what_they_do_not_know(stack, person):
    task = person.add("whole", **FIELDS, assigneeId=person.id)
    with client(old_tasks.Tasks, stack.tasks.port, "framed", "compact") as old:
        old.update(task["id"], "renamed", False, person.id)
        old.upsert(old_tasks.Task(id=task["id"], userId=person.id, name="again"))
        assert [one.name for one in old.all(person.id)] == ["again"]
    now = person.client.get(url(task)).json()
    assert now == {**task, "name": "again", "version": 3, "updatedOn": now["updatedOn"]}
