# SPDX-License-Identifier: Apache-2.0
"""What an older service left in tasks-db.tasks, {userId, name, createdOn, done} alone, is served as it stands."""

import datetime

import bson
import pytest

from support.mongodb import MongoServer
from support.people import Person

MADE = datetime.datetime(2019, 5, 4, 12, 30, 15, 250_000, tzinfo=datetime.timezone.utc)
MADE_TEXT = "2019-05-04T12:30:15.250Z"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """A server of its own: the database's name is the one that the older service used."""
    with MongoServer(tmp_path_factory.mktemp("older")) as server:
        yield server


@pytest.fixture(scope="module")
def store(database):
    return database.uri


@pytest.fixture
def tasks(database):
    with database.client(tz_aware=True) as client:
        yield client["tasks-db"]["tasks"]


def put(tasks, person, name, **more):
    """As the older service did. Gives the id."""
    document = {"userId": person.id, "name": name, "createdOn": MADE, "done": False, **more}
    return str(tasks.insert_one(document).inserted_id)


def fields(tasks, task_id):
    return tasks.find_one({"_id": bson.ObjectId(task_id)})


def test_served_as_it_stands(person, tasks):
    task_id = put(tasks, person, "old", done=True)
    before = fields(tasks, task_id)
    expected = {
        "id": task_id, "name": "old", "createdOn": MADE_TEXT, "updatedOn": MADE_TEXT, "done": True, "version": 1,
    }  # fmt: skip
    assert person.client.get(f"/v1/tasks/{task_id}").json() == expected
    assert person.client.get("/v1/tasks").json()["tasks"] == [expected]
    assert person.client.get("/v1/tasks?done=true").json()["tasks"] == [expected]
    assert fields(tasks, task_id) == before, "reading has changed it"


def test_a_name_that_would_be_refused_today(person, tasks):
    for name in ("", " ", "\u200b", "two\nlines", "n" * 501):
        task_id = put(tasks, person, name)
        url = f"/v1/tasks/{task_id}"
        assert person.client.get(url).json()["name"] == name
        assert person.client.patch(url, json={"done": True}).json()["name"] == name


def test_without_done_it_is_open(person, tasks):
    task_id = put(tasks, person, "never finished")
    tasks.update_one({"_id": bson.ObjectId(task_id)}, {"$unset": {"done": ""}})
    assert person.client.get(f"/v1/tasks/{task_id}").json()["done"] is False
    assert [task["id"] for task in person.client.get("/v1/tasks?done=false").json()["tasks"]] == [task_id]
    assert person.client.get("/v1/tasks?done=true").json()["tasks"] == []


def test_the_first_change_sets_the_rest(person, tasks):
    task_id = put(tasks, person, "old")
    changed = person.client.patch(f"/v1/tasks/{task_id}", json={"done": True}).json()
    assert (changed["name"], changed["done"], changed["version"]) == ("old", True, 2)
    assert changed["createdOn"] == MADE_TEXT < changed["updatedOn"]
    document = fields(tasks, task_id)
    assert set(document) == {"_id", "userId", "name", "createdOn", "done", "updatedOn", "version", "completedOn"}
    assert (document["createdOn"], document["done"], document["version"]) == (MADE, True, 2)
    assert document["updatedOn"] > MADE
    assert person.client.get(f"/v1/tasks/{task_id}").json() == changed


def test_the_first_change_sets_done_too(person, tasks):
    task_id = put(tasks, person, "old")
    tasks.update_one({"_id": bson.ObjectId(task_id)}, {"$unset": {"done": ""}})
    assert person.client.patch(f"/v1/tasks/{task_id}", json={"name": "new"}).json()["done"] is False
    assert fields(tasks, task_id)["done"] is False


STRANGE = {
    "notes": [5, None, ["x"], {}],
    "dueOn": ["tomorrow", "2026-02-30", 20261224, MADE, None],
    "remindOn": ["2026-12-24T10:00:00Z", 5, None],
    "priority": ["1", [1], None, 2**40],
    "labels": ["home", {}, [], [5, None], None],
    "completedOn": ["2019-05-04T12:30:15.250Z", True],
    "listId": ["0" * 24, 5, None],
    "assigneeId": [5, bson.ObjectId()],
    "createdBy": [5, []],
    "position": ["1", True, None],
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_somebody_else_wrote_strangely_is_not_there(person, tasks, name):
    for value in STRANGE[name]:
        task_id = put(tasks, person, "strange", **{name: value})
        task = person.client.get(f"/v1/tasks/{task_id}").json()
        assert task.keys() == {"id", "name", "createdOn", "updatedOn", "done", "version"}, value
        changed = person.client.patch(f"/v1/tasks/{task_id}", json={"priority": 3}).json()
        assert changed.keys() == task.keys() | {"priority"}, value


def test_what_somebody_else_wrote_otherwise_is_understood(person, tasks):
    task_id = put(tasks, person, "otherwise", priority=2.0, position=bson.Int64(7), labels=["a", 5, "b"],
                  dueOn="2026-12-24T10:00:00+01:00", remindOn=MADE)  # fmt: skip
    task = person.client.get(f"/v1/tasks/{task_id}").json()
    expected = {"priority": 2, "position": 7, "labels": ["a", "b"], "dueOn": "2026-12-24T09:00:00.000Z",
                "remindOn": MADE_TEXT}  # fmt: skip
    assert task.items() >= expected.items()


@pytest.mark.parametrize(
    "sort, name, values, expected",
    [
        ("priority", "priority", (0, 2, 0.5, None, 1, "1"), "eb"),
        ("due", "dueOn", (5, "2026-12-25", MADE, None, "2026-12-24", True), "eb"),
        ("manual", "position", ("1", 2.5, MADE, None, 1, True), "eb"),
    ],
)
def test_what_is_no_key_comes_last(person, tasks, sort, name, values, expected):
    for task, value in zip("abcdef", values, strict=True):
        put(tasks, person, task, **{name: value})
    for sign, first in (("", expected), ("-", expected[::-1])):
        found, cursor = [], {}
        while cursor is not None:
            page = person.client.get("/v1/tasks", params={"sort": sign + sort, "limit": 2, **cursor}).json()
            found += [task["name"] for task in page["tasks"]]
            cursor = {"cursor": page["nextCursor"]} if "nextCursor" in page else None
        assert "".join(found[:2]) == first
        assert sorted(found[2:]) == sorted(set("abcdef") - set(expected))


def test_what_was_done_before_has_no_time_of_it(person, tasks):
    task_id = put(tasks, person, "done", done=True)
    url = f"/v1/tasks/{task_id}"
    assert "completedOn" not in person.client.patch(url, json={"name": "still done", "done": True}).json()
    assert "completedOn" not in person.client.patch(url, json={"done": False}).json()
    anew = person.client.patch(url, json={"done": True}).json()
    assert anew["completedOn"] == anew["updatedOn"]


def test_it_can_be_deleted(person, tasks):
    task_id = put(tasks, person, "old")
    assert person.client.delete(f"/v1/tasks/{task_id}").status_code == 204
    # Nothing is left of it but that it is gone, and programs that look for a user's tasks don't find that.
    assert fields(tasks, task_id).keys() == {"_id", "version", "gone"}
    assert person.client.get(f"/v1/tasks/{task_id}").status_code == 404
    assert person.client.get("/v1/tasks").json()["tasks"] == []


def test_pages_of_old_and_new(person, tasks):
    """The old ones have one time all together: pages go on by their ids, and none is lost or shown twice."""
    old = [put(tasks, person, f"old {n}") for n in range(5)]
    new = [person.add(f"new {n}")["id"] for n in range(3)]
    seen, query = [], "?limit=2"
    while query:
        page = person.client.get(f"/v1/tasks{query}").json()
        seen += [task["id"] for task in page["tasks"]]
        query = page.get("nextCursor") and f"?limit=2&cursor={page['nextCursor']}"
    assert seen == new[::-1] + sorted(old, reverse=True)


def test_another_persons_is_not_there(stack, person, tasks):
    with Person(stack.url) as other:
        task_id = put(tasks, other, "theirs")
        assert person.client.get(f"/v1/tasks/{task_id}").status_code == 404
        assert person.client.patch(f"/v1/tasks/{task_id}", json={"done": True}).status_code == 404
        assert person.client.get("/v1/tasks").json()["tasks"] == []
