# SPDX-License-Identifier: Apache-2.0
"""Several changes of tasks that are asked for at once."""

import pytest

from support.people import Person, problem
from support.stores import on_both_stores

pytestmark = on_both_stores


def names(person):
    return [task["name"] for task in person.ask("GET", "/v1/tasks").json()["tasks"]]


def ask(person, *operations, **more):
    return person.client.post("/v1/tasks:batch", json={"operations": list(operations), **more})


def location(answer, status):
    return problem(answer, status)["errors"][0]["location"]


def create(name, **more):
    return {"op": "create", "task": {"name": name, **more}}


def test_makes_changes_and_removes_in_one_go(person):
    one, two = person.add("one"), person.add("two")
    answer = ask(
        person,
        create("three", priority=1, labels=["a"]),
        {"op": "patch", "id": one["id"], "task": {"name": "first", "notes": "n"}},
        {"op": "remove", "id": two["id"]},
    )
    assert answer.status_code == 200, answer.text
    made, changed, removed = answer.json()["results"]
    assert (made["status"], changed["status"], removed) == (201, 200, {"status": 204})
    assert made["task"]["name"] == "three" and made["task"]["labels"] == ["a"] and made["task"]["version"] == 1
    assert changed["task"] == person.ask("GET", f"/v1/tasks/{one['id']}").json()
    assert changed["task"]["version"] == 2
    assert names(person) == ["three", "first"]


def test_null_clears_inside_of_a_batch(person):
    task = person.add("one", notes="n", priority=2)
    answer = ask(person, {"op": "patch", "id": task["id"], "task": {"notes": None}})
    (result,) = answer.json()["results"]
    assert "notes" not in result["task"] and result["task"]["priority"] == 2
    refused = ask(person, {"op": "patch", "id": task["id"], "task": {"name": None}})
    assert location(refused, 400) == "body.operations[0].task.name"


@pytest.mark.parametrize("atomic", [{}, {"atomic": True}])
def test_is_done_as_a_whole_or_not_at_all(person, atomic):
    task = person.add("one")
    answer = ask(person, create("two"), {"op": "remove", "id": "0" * 24}, {"op": "remove", "id": task["id"]}, **atomic)
    assert location(answer, 404) == "body.operations[1]"
    assert names(person) == ["one"]


def test_does_what_it_can_where_that_is_asked_for(person):
    task = person.add("one")
    answer = ask(
        person,
        {"op": "remove", "id": "0" * 24},
        {"op": "patch", "id": "no id", "task": {"name": "x"}},
        {"op": "patch", "id": task["id"], "version": 7, "task": {"name": "x"}},
        create("two", assigneeId="somebody"),
        create("three"),
        atomic=False,
    )
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["status"] for result in results] == [404, 404, 412, 400, 201]
    assert results[0]["problem"] == {"title": "Not Found", "status": 404, "detail": "Task not found"}
    assert "task" not in results[0]
    assert names(person) == ["three", "one"]


def test_a_version_that_is_over_is_a_412(person):
    task = person.add("one")
    operation = {"op": "patch", "id": task["id"], "version": 1, "task": {"done": True}}
    assert ask(person, operation).status_code == 200
    answer = ask(person, operation)
    assert location(answer, 412) == "body.operations[0]"


@pytest.mark.parametrize("atomic", [True, False])
@pytest.mark.parametrize(
    ("operation", "place"),
    [
        ({"op": "create"}, "task"),
        ({"op": "create", "task": {}}, "task.name"),
        ({"op": "create", "task": {"name": ""}}, "task.name"),
        ({"op": "create", "task": {"name": "x" * 501}}, "task.name"),
        ({"op": "create", "task": {"name": "x", "priority": 5}}, "task.priority"),
        ({"op": "create", "task": {"name": "x", "dueOn": "2026-02-30"}}, "task.dueOn"),
        ({"op": "create", "task": {"name": "x", "labels": ["a", "A"]}}, "task.labels[1]"),
        ({"op": "create", "task": {"name": "x", "version": 1}}, "task.version"),
        ({"op": "create", "id": "0" * 24, "task": {"name": "x"}}, "id"),
        ({"op": "create", "version": 1, "task": {"name": "x"}}, "version"),
        ({"op": "patch", "task": {"name": "x"}}, "id"),
        ({"op": "patch", "id": "0" * 24, "version": 0, "task": {"name": "x"}}, "version"),
        ({"op": "remove"}, "id"),
        ({"op": "remove", "id": "0" * 24, "task": {"name": "x"}}, "task"),
        ({"op": "upsert", "id": "0" * 24}, "op"),
        ({"id": "0" * 24}, "op"),
        ({"op": "remove", "id": "0" * 24, "more": 1}, "more"),
    ],
)
def test_what_breaks_a_limit_is_refused_as_a_whole(person, operation, place, atomic):
    answer = ask(person, create("fine"), operation, atomic=atomic)
    assert f"body.operations[1].{place}" in [error["location"] for error in problem(answer, 400)["errors"]]
    assert names(person) == []


def test_a_task_is_named_once(person):
    task = person.add("one")
    again = {"op": "patch", "id": task["id"].upper(), "task": {"done": True}}
    answer = ask(person, {"op": "remove", "id": task["id"]}, again)
    assert location(answer, 400) == "body.operations[1].id"
    assert names(person) == ["one"]


@pytest.mark.parametrize("operations", [[], [create("x")] * 101])
def test_has_from_one_to_a_hundred(person, operations):
    answer = ask(person, *operations)
    assert location(answer, 400) == "body.operations"


def test_a_hundred_are_done(person):
    answer = ask(person, *[create(f"{i:03}") for i in range(100)])
    assert answer.status_code == 200
    assert [result["task"]["name"] for result in answer.json()["results"]] == [f"{i:03}" for i in range(100)]
    assert len(person.ask("GET", "/v1/tasks?limit=200").json()["tasks"]) == 100


def test_is_at_most_a_mebibyte(person):
    long = [create("x", notes="é" * 10000)] * 60
    answer = ask(person, *long)
    assert answer.status_code == 413


def test_anothers_task_is_not_there(person, stack):
    with Person(stack.url) as other:
        task = other.add("theirs")
        assert location(ask(person, {"op": "remove", "id": task["id"]}), 404) == "body.operations[0]"
        assert names(other) == ["theirs"]


def test_a_key_does_it_once(person):
    task = person.add("one")
    operations = [create("two"), {"op": "patch", "id": task["id"], "version": 1, "task": {"done": True}}]
    first, again = (
        person.client.post("/v1/tasks:batch", json={"operations": operations}, headers={"Idempotency-Key": '"batch-1"'})
        for _ in range(2)
    )
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert names(person) == ["two", "one"]
    other = person.client.post(
        "/v1/tasks:batch", json={"operations": operations[:1]}, headers={"Idempotency-Key": '"batch-1"'}
    )
    problem(other, 422)


def test_a_key_says_again_what_was_done_and_what_was_not(person):
    task, gone = person.add("one"), person.add("two")
    operations = [
        create("nobody's", assigneeId="nobody"),
        create("A"),
        {"op": "remove", "id": "0" * 24},
        {"op": "patch", "id": task["id"], "version": 1, "task": {"done": True}},
        create("B", assigneeId="nobody"),
        {"op": "remove", "id": gone["id"].upper(), "version": 2},
        create("C"),
    ]

    def send():
        answer = person.client.post("/v1/tasks:batch", json={"atomic": False, "operations": operations},
                                    headers={"Idempotency-Key": "partly"})  # fmt: skip
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    first = send()
    assert [result["status"] for result in first] == [400, 201, 404, 200, 400, 412, 201]
    again = send()
    assert [result["status"] for result in again] == [400, 201, 404, 200, 400, 412, 201]
    for one, other in zip(first, again, strict=True):
        assert one.get("task") == other.get("task")
        if "problem" in other:
            assert {**other["problem"], "detail": ""} == {**one["problem"], "detail": ""}
    assert names(person) == ["C", "A", "two", "one"]
    # As the tasks are now; and what has become possible since is not done.
    made = first[1]["task"]
    changed = person.client.patch(f"/v1/tasks/{made['id']}", json={"name": "A, renamed"}).json()
    person.client.patch(f"/v1/tasks/{gone['id']}", json={"done": True})
    person.client.delete(f"/v1/tasks/{first[6]['task']['id']}")
    third = send()
    assert [result["status"] for result in third] == [400, 201, 404, 200, 400, 412, 404]
    assert third[1]["task"] == changed
    assert names(person) == ["A, renamed", "two", "one"]


def test_a_key_says_again_what_had_nothing_to_change(person):
    task = person.add("one")
    operations = [{"op": "patch", "id": task["id"], "task": {}}, create("A"), create("B", assigneeId="nobody")]
    first, again = (
        person.client.post(
            "/v1/tasks:batch", json={"atomic": False, "operations": operations}, headers={"Idempotency-Key": "nothing"}
        ).json()["results"]
        for _ in range(2)
    )
    assert [result["status"] for result in first] == [result["status"] for result in again] == [200, 201, 400]
    assert again[:2] == first[:2] and again[0]["task"] == task


def test_a_hundred_of_which_some_fail_are_told_again(person):
    operations = [create(f"{i:03}", **({"assigneeId": "nobody"} if i % 3 else {})) for i in range(100)]
    first, again = (
        person.client.post(
            "/v1/tasks:batch", json={"atomic": False, "operations": operations}, headers={"Idempotency-Key": "hundred"}
        ).json()["results"]
        for _ in range(2)
    )
    assert [result["status"] for result in first] == [400 if i % 3 else 201 for i in range(100)]
    assert [(result["status"], result.get("task")) for result in again] == [
        (result["status"], result.get("task")) for result in first
    ]
