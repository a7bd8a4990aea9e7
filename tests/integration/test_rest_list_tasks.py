# SPDX-License-Identifier: Apache-2.0
"""Tasks in lists that people share, as somebody who uses the REST interface sees them."""

import itertools
import threading

import pytest

from support.lists import Party, join, make_list
from support.orders import FILTERS, LIMITS, SORTS, fill, in_order, pages
from support.people import Person, locations, problem
from support.stores import on_both_stores

pytestmark = on_both_stores

UNKNOWN_ID = "0123456789abcdef01234567"


@pytest.fixture
def party(stack):
    with Party(stack.url) as everybody:
        yield everybody


def url(task):
    return f"/v1/tasks/{task['id']}"


def add(somebody, made, name="a task", **more):
    return somebody.add(name, listId=made["id"], **more)


def names(somebody, **query):
    answer = somebody.client.get("/v1/tasks", params=query)
    assert answer.status_code == 200, answer.text
    return [task["name"] for task in answer.json()["tasks"]]


def located(answer, status):
    return problem(answer, status)["errors"][0]["location"]


def batch(somebody, *operations, **more):
    return somebody.client.post("/v1/tasks:batch", json={"operations": list(operations), **more})


def test_task_of_a_member_lies_with_the_owner(party):
    made = add(party.editor, party.list, "by the editor", notes="n")
    assert (made["listId"], made["createdBy"], made["version"]) == (party.list["id"], party.editor.id, 1)
    own = add(party.owner, party.list, "by the owner")
    assert "createdBy" not in own
    for somebody in (party.owner, party.editor, party.viewer):
        assert somebody.client.get(url(made)).json() == made
        assert somebody.client.get(url(own)).json() == own
        assert names(somebody, listId=party.list["id"]) == ["by the owner", "by the editor"]
        assert names(somebody) == ["by the owner", "by the editor"]
        assert names(somebody, listId="inbox") == []
    changed = party.editor.client.patch(url(own), json={"done": True}).json()
    assert (changed["version"], changed["done"]) == (2, True)
    assert party.owner.client.get(url(own)).json() == changed
    assert party.owner.client.patch(url(made), json={"name": "changed"}).json()["createdBy"] == party.editor.id
    assert party.editor.client.delete(url(own)).status_code == 204
    for somebody in (party.owner, party.editor, party.viewer):
        assert problem(somebody.client.get(url(own)), 404)["detail"] == "Task not found"


def test_viewer_reads_and_stranger_sees_nothing(party):
    made = add(party.owner, party.list)
    for answer in (party.viewer.client.patch(url(made), json={"done": True}), party.viewer.client.delete(url(made)),
                   party.viewer.client.patch(url(made), json={"listId": None})):  # fmt: skip
        assert problem(answer, 403)["detail"] == "Only the list's editors may do that"
    refused = party.viewer.client.post("/v1/tasks", json={"name": "x", "listId": party.list["id"]})
    assert located(refused, 403) == "body.listId"
    unknown = {"id": UNKNOWN_ID}
    for verb, body in (("GET", None), ("PATCH", {"done": True}), ("DELETE", None)):
        there, not_there = (party.stranger.client.request(verb, url(which), json=body) for which in (made, unknown))
        assert problem(there, 404) == problem(not_there, 404)
    for list_id in (party.list["id"], UNKNOWN_ID):
        refused = party.stranger.client.post("/v1/tasks", json={"name": "x", "listId": list_id})
        assert located(refused, 404) == "body.listId" and refused.json()["detail"] == "List not found"
        refused = party.stranger.client.get("/v1/tasks", params={"listId": list_id})
        assert located(refused, 404) == "query.listId" and refused.json()["detail"] == "List not found"
    assert party.owner.client.get(url(made)).json() == made


def test_changing_nothing_is_for_those_who_may_change(party):
    made = add(party.owner, party.list)
    for headers in ({}, {"Idempotency-Key": "nothing"}, {"If-Match": "*"}):
        for somebody in (party.owner, party.editor):
            answer = somebody.client.patch(url(made), json={}, headers=headers)
            assert (answer.status_code, answer.json()) == (200, made)
        refused = party.viewer.client.patch(url(made), json={}, headers=headers)
        assert problem(refused, 403)["detail"] == "Only the list's editors may do that"
        assert problem(party.stranger.client.patch(url(made), json={}, headers=headers), 404)["detail"] == "Task not found"
    assert problem(party.editor.client.patch(f"/v1/tasks/{UNKNOWN_ID}", json={}), 404)["detail"] == "Task not found"
    assert party.owner.client.get(url(made)).json() == made


def test_who_has_left_sees_and_does_nothing_more(party):
    made = add(party.owner, party.list)
    party.editor.add("mine")
    assert party.editor.client.get(url(made)).status_code == 200
    assert party.editor.client.delete(f"/v1/lists/{party.list['id']}/members/me").status_code == 204
    problem(party.editor.client.get(url(made)), 404)
    problem(party.editor.client.patch(url(made), json={"done": True}), 404)
    problem(party.editor.client.delete(url(made)), 404)
    problem(party.editor.client.get("/v1/tasks", params={"listId": party.list["id"]}), 404)
    problem(party.editor.client.post("/v1/tasks", json={"name": "x", "listId": party.list["id"]}), 404)
    assert names(party.editor) == ["mine"]


def test_inbox_of_the_owner_is_nobody_elses(party):
    made = party.owner.add("private")
    private = make_list(party.owner, "private")
    other = add(party.owner, private, "in another list")
    for task, verb in itertools.product((made, other), ("GET", "DELETE")):
        problem(party.editor.client.request(verb, url(task)), 404)
    assert names(party.editor) == []


def test_somebody_in_the_list_is_to_do_it(party):
    here = party.list["id"]
    made = add(party.editor, party.list, assigneeId=party.viewer.id)
    assert made["assigneeId"] == party.viewer.id
    assert [names(who, assigneeId=party.viewer.id) for who in (party.owner, party.editor, party.viewer)] == [["a task"]] * 3
    for assignee in (party.stranger.id, "somebody"):
        refused = party.editor.client.post("/v1/tasks", json={"name": "x", "listId": here, "assigneeId": assignee})
        assert locations(refused) == {"body.assigneeId"}
        assert locations(party.owner.client.patch(url(made), json={"assigneeId": assignee})) == {"body.assigneeId"}
    changed = party.owner.client.patch(url(made), json={"assigneeId": party.owner.id}).json()
    assert changed["assigneeId"] == party.owner.id
    assert "assigneeId" not in party.editor.client.patch(url(made), json={"assigneeId": None}).json()


def test_moves_among_the_lists_of_one_owner(party):
    other = make_list(party.owner, "another")
    task = party.owner.add("mine", assigneeId=party.owner.id)
    moved = party.owner.client.patch(url(task), json={"listId": party.list["id"].upper()}).json()
    assert (moved["listId"], moved["version"], moved["assigneeId"]) == (party.list["id"], 2, party.owner.id)
    assert party.viewer.client.get(url(task)).json() == moved
    given = party.editor.client.patch(url(task), json={"assigneeId": party.viewer.id}).json()
    # The editor is not in the other list; in the inbox nobody but the owner puts anything.
    assert located(party.editor.client.patch(url(task), json={"listId": other["id"]}), 404) == "body.listId"
    assert located(party.editor.client.patch(url(task), json={"listId": None}), 403) == "body.listId"
    assert party.owner.client.get(url(task)).json() == given
    join(party.owner, party.editor, other, "viewer")
    assert located(party.editor.client.patch(url(task), json={"listId": other["id"]}), 403) == "body.listId"
    away = party.owner.client.patch(url(task), json={"listId": other["id"]}).json()
    assert "assigneeId" not in away and away["version"] == 4
    problem(party.viewer.client.get(url(task)), 404)
    assert party.editor.client.get(url(task)).json() == away
    inbox = party.owner.client.patch(url(task), json={"listId": None}).json()
    assert "listId" not in inbox and inbox["version"] == 5
    problem(party.editor.client.get(url(task)), 404)


def test_move_with_who_is_to_do_it(party):
    other = make_list(party.owner, "another")
    join(party.owner, party.editor, other, "editor")
    task = add(party.owner, party.list, assigneeId=party.editor.id)
    kept = party.editor.client.patch(url(task), json={"listId": other["id"]}).json()
    assert (kept["listId"], kept["assigneeId"]) == (other["id"], party.editor.id)
    refused = party.owner.client.patch(url(task), json={"assigneeId": party.viewer.id})
    assert locations(refused) == {"body.assigneeId"}
    both = party.owner.client.patch(url(task), json={"listId": party.list["id"], "assigneeId": party.viewer.id}).json()
    assert (both["listId"], both["assigneeId"]) == (party.list["id"], party.viewer.id)


def test_tags_of_a_task_of_others(party):
    made = add(party.owner, party.list)
    tag = party.viewer.client.get(url(made)).headers["etag"]
    assert party.editor.client.get(url(made), headers={"if-none-match": tag}).status_code == 304
    changed = party.editor.client.patch(url(made), json={"done": True}, headers={"if-match": tag})
    assert changed.status_code == 200 and changed.headers["etag"] != tag
    problem(party.editor.client.patch(url(made), json={"done": False}, headers={"if-match": tag}), 412)
    problem(party.viewer.client.patch(url(made), json={"done": False}, headers={"if-match": tag}), 403)
    problem(party.editor.client.delete(url(made), headers={"if-match": tag}), 412)


def test_keys_of_changes_of_others_tasks(party):
    key = {"idempotency-key": "a-key"}
    body = {"name": "once", "listId": party.list["id"]}
    made = party.editor.client.post("/v1/tasks", json=body, headers=key)
    assert made.status_code == 201
    again = party.editor.client.post("/v1/tasks", json=body, headers=key)
    assert (again.status_code, again.json()) == (201, made.json())
    problem(party.editor.client.post("/v1/tasks", json={**body, "name": "other"}, headers=key), 422)
    assert names(party.owner) == ["once"]
    key = {"idempotency-key": "another"}
    changed = party.editor.client.patch(url(made.json()), json={"done": True}, headers=key)
    again = party.editor.client.patch(url(made.json()), json={"done": True}, headers=key)
    assert again.json() == changed.json() and changed.json()["version"] == 2
    key = {"idempotency-key": "a-third"}
    for _ in range(2):
        assert party.editor.client.delete(url(made.json()), headers=key).status_code == 204
    key = {"idempotency-key": "a-fourth"}
    assert batch(party.editor, {"op": "create", "task": body}).status_code == 200
    operations = {"operations": [{"op": "create", "task": body}]}
    first = party.editor.client.post("/v1/tasks:batch", json=operations, headers=key).json()
    assert party.editor.client.post("/v1/tasks:batch", json=operations, headers=key).json() == first
    assert names(party.owner) == ["once", "once"]
    # What one may no more see is not shown to who made it either.
    assert party.editor.client.delete(f"/v1/lists/{party.list['id']}/members/me").status_code == 204
    (result,) = party.editor.client.post("/v1/tasks:batch", json=operations, headers=key).json()["results"]
    assert (result["status"], "task" in result) == (404, False)


def test_keys_of_batches_of_others_tasks_of_which_some_failed(party):
    here = {"listId": party.list["id"]}
    task, gone = add(party.owner, party.list, "there"), add(party.owner, party.list, "to go")
    operations = [
        {"op": "create", "task": {"name": "A", **here, "assigneeId": party.stranger.id}},
        {"op": "create", "task": {"name": "B", **here}},
        {"op": "remove", "id": UNKNOWN_ID},
        {"op": "patch", "id": task["id"], "version": 7, "task": {"done": True}},
        {"op": "remove", "id": gone["id"]},
    ]
    first, again = (
        party.editor.client.post("/v1/tasks:batch", json={"operations": operations, "atomic": False},
                                 headers={"idempotency-key": "some"}).json()["results"]
        for _ in range(2)
    )  # fmt: skip
    assert [result["status"] for result in first] == [400, 201, 404, 412, 204]
    assert [result["status"] for result in again] == [400, 201, 404, 412, 204]
    assert again[1]["task"] == first[1]["task"]
    assert names(party.owner) == ["B", "there"]


def test_a_cursor_is_good_for_the_lists_id_in_any_case(party):
    # Some letter stands in it but once in many thousands of ids, which would show nothing.
    list_id = party.list["id"]
    made = [add(party.owner, party.list, f"{i}") for i in range(3)]
    for one, other in ((list_id, list_id.upper()), (list_id.upper(), list_id)):
        for somebody in (party.owner, party.viewer):
            first = somebody.client.get("/v1/tasks", params={"listId": one, "limit": 2}).json()
            rest = somebody.client.get("/v1/tasks", params={"listId": other, "limit": 2, "cursor": first["nextCursor"]})
            assert rest.status_code == 200, rest.text
            assert [task["id"] for task in first["tasks"] + rest.json()["tasks"]] == [task["id"] for task in reversed(made)]
    first = party.owner.client.get("/v1/tasks", params={"listId": list_id, "limit": 2}).json()
    for other in ({"listId": "inbox"}, {}):
        refused = party.owner.client.get("/v1/tasks", params={**other, "limit": 2, "cursor": first["nextCursor"]})
        assert located(refused, 400) == "query.cursor"


def test_batch_lies_with_one_owner(party):
    here = {"listId": party.list["id"]}
    task, gone = add(party.owner, party.list, "there"), add(party.owner, party.list, "to go")
    own = party.editor.add("the editor's own")
    answer = batch(party.editor, {"op": "create", "task": {"name": "new", **here, "assigneeId": party.viewer.id}},
                   {"op": "patch", "id": task["id"], "task": {"done": True}}, {"op": "remove", "id": gone["id"]})  # fmt: skip
    assert answer.status_code == 200, answer.text
    made, changed, removed = answer.json()["results"]
    assert (made["status"], changed["status"], removed["status"]) == (201, 200, 204)
    assert made["task"]["createdBy"] == party.editor.id
    assert names(party.viewer) == ["new", "there"]
    patch = {"op": "patch", "id": task["id"], "task": {"name": "changed"}}
    for other in ({"op": "patch", "id": own["id"], "task": {"name": "x"}}, {"op": "create", "task": {"name": "x"}},
                  {"op": "remove", "id": own["id"]}):  # fmt: skip
        for atomic in (True, False):
            assert located(batch(party.editor, patch, other, atomic=atomic), 400) == "body.operations[1]"
            assert located(batch(party.editor, other, patch, atomic=atomic), 400) == "body.operations[1]"
    missing = {"op": "remove", "id": UNKNOWN_ID}
    assert located(batch(party.editor, patch, missing), 404) == "body.operations[1]"
    answer = batch(party.editor, missing, patch, {"op": "create", "task": {"name": "x", "listId": UNKNOWN_ID}}, atomic=False)
    assert [result["status"] for result in answer.json()["results"]] == [404, 200, 404]
    answer = batch(party.viewer, patch, atomic=False)
    assert [result["status"] for result in answer.json()["results"]] == [403]
    assert located(batch(party.viewer, patch), 403) == "body.operations[0]"
    assert located(batch(party.stranger, patch), 404) == "body.operations[0]"
    assert located(batch(party.editor, {"op": "create", "task": {"name": "x", **here, "assigneeId": party.stranger.id}}), 400) \
        == "body.operations[0].task.assigneeId"  # fmt: skip
    assert names(party.owner) == ["new", "changed"] and names(party.editor) == ["new", "the editor's own", "changed"]


def test_every_sort_with_every_filter_over_all_that_one_sees(stack):
    """Of the own inbox, an own list, and lists of two others: together, and each list by itself."""
    with Person(stack.url) as one, Person(stack.url) as other, Person(stack.url) as reader:
        lists = [make_list(one), make_list(other), make_list(other), make_list(reader)]
        for made, owner in zip(lists, (one, other, other), strict=False):
            join(owner, reader, made, "editor")
        made = fill(reader, [None, *(made["id"] for made in lists)])
        add(one, make_list(one), "not for the reader")
        # Every third of them: test_rest_orders has all of one's own.
        for sort, (query, fits) in itertools.islice(itertools.product(SORTS, FILTERS), 0, None, 3):
            expected = in_order(filter(fits, made), sort)
            if "listId" in query:
                expected = [task for task in expected if "listId" not in task]
            found = pages(reader, {**query, "sort": sort}, next(LIMITS))
            assert [task["name"] for task in found] == [task["name"] for task in expected], (sort, query)
            assert found == expected, (sort, query)
        for sort, shown in itertools.product(SORTS, lists):
            expected = [task for task in in_order(made, sort) if task.get("listId") == shown["id"]]
            assert pages(reader, {"listId": shown["id"], "sort": sort}, next(LIMITS)) == expected
        open_ones = [task for task in in_order(made, "created") if task.get("listId") == lists[1]["id"] and not task["done"]]
        assert pages(other, {"listId": lists[1]["id"].upper(), "done": "false"}, 2) == open_ones


def test_pages_go_on_whatever_comes_and_goes(party):
    """Each task that was there throughout comes once."""
    stays = {add((party.owner, party.editor)[n % 2], party.list, f"stays {n}")["id"] for n in range(6)}
    stays |= {party.editor.add(f"mine {n}")["id"] for n in range(6)}
    for sort in ("created", "-name"):
        query, seen = {"sort": sort, "limit": 5}, []
        while query.get("cursor") is not None or not seen:
            page = party.editor.client.get("/v1/tasks", params=query).json()
            seen += [task["id"] for task in page["tasks"] if task["id"] in stays]
            query["cursor"] = page.get("nextCursor")
            come = add(party.owner, party.list, "stays 3, for a moment")
            assert party.editor.client.delete(url(come)).status_code == 204
            party.editor.add("comes")
        assert len(seen) == len(stays) and set(seen) == stays


def test_who_leaves_has_nothing_to_do_any_more(party):
    theirs = [add(party.owner, party.list, f"{n}", assigneeId=party.editor.id) for n in range(3)]
    other = add(party.owner, party.list, "other", assigneeId=party.viewer.id)
    elsewhere = make_list(party.owner, "elsewhere")
    join(party.owner, party.editor, elsewhere, "editor")
    there = add(party.owner, elsewhere, "there", assigneeId=party.editor.id)
    assert party.editor.client.delete(f"/v1/lists/{party.list['id']}/members/me").status_code == 204
    for task in theirs:
        now = party.owner.client.get(url(task)).json()
        assert "assigneeId" not in now and now["version"] == 2
    assert party.owner.client.get(url(other)).json() == other
    assert party.owner.client.get(url(there)).json() == there
    path = f"/v1/lists/{elsewhere['id']}/members/{party.editor.id}"
    assert party.owner.client.delete(path).status_code == 204
    assert "assigneeId" not in party.owner.client.get(url(there)).json()


def test_list_takes_its_tasks_with_it(party):
    tasks = [add(party.owner, party.list, f"{n}") for n in range(3)]
    kept = party.owner.add("kept")
    saved = party.owner.client.patch(url(tasks[0]), json={"listId": None}).json()
    assert party.owner.client.delete(f"/v1/lists/{party.list['id']}").status_code == 204
    for somebody, task in itertools.product((party.owner, party.editor), tasks[1:]):
        problem(somebody.client.get(url(task)), 404)
    assert names(party.owner) == ["kept", saved["name"]] and kept["version"] == 1
    problem(party.owner.client.post("/v1/tasks", json={"name": "x", "listId": party.list["id"]}), 404)
    problem(party.owner.client.get("/v1/tasks", params={"listId": party.list["id"]}), 404)


def test_two_racing_patches_with_one_tag(party):
    """An owner's and a member's: exactly one wins."""
    for _ in range(3):
        made, answers = add(party.owner, party.list), []

        def change(somebody, made=made, answers=answers):
            answers.append(somebody.client.patch(url(made), json={"name": somebody.id}, headers={"if-match": '"1"'}))

        threads = [threading.Thread(target=change, args=(who,)) for who in (party.owner, party.editor)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        assert party.owner.client.get(url(made)).json()["version"] == 2
