# SPDX-License-Identifier: Apache-2.0
"""The task routes, as somebody who uses them sees them."""

import re
import threading

import pytest

from support.people import Person, problem
from support.stores import on_both_stores

pytestmark = on_both_stores

UNKNOWN_ID = "0123456789abcdef01234567"


def test_add_get_and_what_is_in_it(person):
    answer = person.client.post("/v1/tasks", json={"name": "Buy milk ✓"})
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    task = answer.json()
    assert set(task) == {"id", "name", "createdOn", "updatedOn", "done", "version"}
    assert re.fullmatch(r"[0-9a-f]{24}", task["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", task["createdOn"])
    assert (task["name"], task["done"], task["version"]) == ("Buy milk ✓", False, 1)
    assert answer.headers["location"] == f"/v1/tasks/{task['id']}"
    assert person.client.get(answer.headers["location"]).json() == task
    assert person.add("done already", done=True)["done"] is True


def test_pages_newest_first(person):
    names = [f"task {n}" for n in range(7)]
    for n, name in enumerate(names):
        person.add(name, done=n % 2 == 0)
    seen, query = [], "?limit=3"
    for _ in range(3):
        page = person.client.get(f"/v1/tasks{query}").json()
        seen += [task["name"] for task in page["tasks"]]
        if "nextCursor" not in page:
            break
        query = f"?limit=3&cursor={page['nextCursor']}"
    assert seen == names[::-1]
    assert "nextCursor" not in page
    assert [t["name"] for t in person.client.get("/v1/tasks?done=true").json()["tasks"]] == names[::-2]
    assert [t["name"] for t in person.client.get("/v1/tasks?done=false").json()["tasks"]] == names[-2::-2]
    assert len(person.client.get("/v1/tasks").json()["tasks"]) == 7


def test_links_lead_through_all_pages(person):
    for n in range(5):
        person.add(f"task {n}")
    path, seen = "/v1/tasks?done=false&limit=2", []
    for _ in range(3):
        page = person.client.get(path)
        seen += [task["name"] for task in page.json()["tasks"]]
        path = page.links.get("next", {}).get("url")
        expected = f"/v1/tasks?done=false&limit=2&cursor={page.json().get('nextCursor')}"
        assert path == (expected if "nextCursor" in page.json() else None)
        assert page.headers["cache-control"] == "no-store"
    assert path is None and seen == [f"task {n}" for n in range(5)][::-1]
    assert "link" not in person.client.get("/v1/tasks?limit=5").headers


def test_default_page_is_fifty(person):
    for n in range(51):
        person.add(f"task {n}")
    page = person.client.get("/v1/tasks").json()
    assert len(page["tasks"]) == 50 and "nextCursor" in page
    assert len(person.client.get("/v1/tasks?limit=200").json()["tasks"]) == 51


def test_a_page_by_the_numbers_value(person):
    for n in range(12):
        person.add(f"task {n}")
    for limit in ("10", "10.0", "1e1", "1.0E%2B1", "100e-1"):
        assert len(person.client.get(f"/v1/tasks?limit={limit}").json()["tasks"]) == 10, limit


def test_rows_added_meanwhile_do_not_shift_a_page(person):
    for n in range(4):
        person.add(f"old {n}")
    first = person.client.get("/v1/tasks?limit=2").json()
    person.add("new")
    second = person.client.get(f"/v1/tasks?limit=2&cursor={first['nextCursor']}").json()
    assert [t["name"] for t in second["tasks"]] == ["old 1", "old 0"]


def test_patch_changes_only_what_it_names(person):
    task = person.add("before")
    url = f"/v1/tasks/{task['id']}"
    done = person.client.patch(url, json={"done": True}).json()
    assert (done["name"], done["done"], done["version"]) == ("before", True, 2)
    renamed = person.client.patch(
        url, content='{"name": "after"}', headers={"Content-Type": "application/merge-patch+json"}
    ).json()
    assert (renamed["name"], renamed["done"], renamed["version"]) == ("after", True, 3)
    assert renamed["createdOn"] == task["createdOn"] and renamed["updatedOn"] >= task["updatedOn"]
    assert person.client.get(url).json() == renamed


def test_null_is_refused_where_nothing_can_be_cleared(person):
    task = person.add("keep")
    answer = person.client.patch(f"/v1/tasks/{task['id']}", json={"name": None, "done": True})
    assert [e["location"] for e in problem(answer, 400)["errors"]] == ["body.name"]
    assert person.client.get(f"/v1/tasks/{task['id']}").json() == task


def test_delete(person):
    task = person.add("gone soon")
    answer = person.client.delete(f"/v1/tasks/{task['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    problem(person.client.get(f"/v1/tasks/{task['id']}"), 404)
    problem(person.client.delete(f"/v1/tasks/{task['id']}"), 404)


def test_what_is_not_yours_is_not_there(stack, person):
    with Person(stack.url) as other:
        theirs = other.add("theirs")
        answers = []
        for task_id in (theirs["id"], UNKNOWN_ID, "malformed"):
            url = f"/v1/tasks/{task_id}"
            answers += [
                problem(person.client.get(url), 404),
                problem(person.client.patch(url, json={"name": "mine now"}), 404),
                problem(person.client.delete(url), 404),
            ]
        for answer in answers:
            answer.pop("instance", None)
        assert all(answer == answers[0] for answer in answers)
        assert answers[0]["detail"] == "Task not found"
        cursor = _cursor_of(other)
        page = person.client.get(f"/v1/tasks?cursor={cursor}")
        assert page.status_code == 200 and page.json()["tasks"] == []
        assert other.client.get(f"/v1/tasks/{theirs['id']}").json() == theirs


def _cursor_of(person):
    person.add("one more")
    return person.client.get("/v1/tasks?limit=1").json()["nextCursor"]


def test_head_and_options(person):
    task = person.add("look")
    url = f"/v1/tasks/{task['id']}"
    got, head = person.client.get(url), person.client.head(url)
    assert head.status_code == 200 and head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]
    options = person.client.options(url)
    assert options.status_code == 204
    allowed = set(re.split(r",\s*", options.headers["allow"]))
    assert allowed == {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}
    assert "access-control-allow-origin" not in options.headers


def test_request_id_is_echoed_or_made(person):
    assert person.client.get("/v1/tasks", headers={"X-Request-Id": "abc-123"}).headers["x-request-id"] == "abc-123"
    made = {person.client.get("/v1/tasks").headers["x-request-id"] for _ in range(2)}
    assert len(made) == 2
    forged = person.client.get("/v1/tasks", headers={"X-Request-Id": "two words"}).headers["x-request-id"]
    assert forged and forged != "two words"


def test_names_of_every_kind(person):
    for name in ("x", "n" * 500, "𝄞" * 500, '"quotes" \\ and / <b>&amp;</b>', "a\u2028\u2029b", "عربى", "e\u0301"):
        task = person.add(name)
        assert task["name"] == name
        assert person.client.get(f"/v1/tasks/{task['id']}").json()["name"] == name


def add_for_sure(somebody, name):
    return somebody.ask("POST", "/v1/tasks", json={"name": name}, headers={"Idempotency-Key": name}).json()


@pytest.mark.concurrent
def test_many_at_once(stack):
    """Many people, each with a list of their own: nobody sees another's, nothing is lost. Fewer where the stand-in for
    MongoDB runs one command at a time, and each has 3 s."""
    failures = []

    def use(number):
        try:
            with Person(stack.url) as somebody:
                made = [add_for_sure(somebody, f"{number}-{n}") for n in range(10)]
                somebody.ask("PATCH", f"/v1/tasks/{made[0]['id']}", json={"done": True})
                somebody.ask("DELETE", f"/v1/tasks/{made[1]['id']}")
                left = somebody.ask("GET", "/v1/tasks").json()["tasks"]
                expected = [f"{number}-{n}" for n in range(9, 1, -1)] + [f"{number}-0"]
                assert [t["name"] for t in left] == expected
                assert [t["done"] for t in left] == [False] * 8 + [True]
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=use, args=(n,)) for n in range(8 if stack.store else 32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
