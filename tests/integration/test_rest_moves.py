# SPDX-License-Identifier: Apache-2.0
"""Tasks that move to a list of another owner, as somebody who uses the REST interface sees them."""

import itertools
import threading

import pytest

from support.lists import Party, join, make_list
from support.people import locations, problem
from support.processes import eventually
from support.stores import on_both_stores

pytestmark = on_both_stores

UNKNOWN_ID = "0123456789abcdef01234567"


@pytest.fixture(scope="module")
def everybody(stack):
    with Party(stack.url) as people:
        people.tidy()
        yield people


@pytest.fixture
def party(everybody):
    """The same people in each test, with a new list, and nothing else."""
    everybody.share()
    yield everybody
    everybody.tidy()


def url(task):
    return f"/v1/tasks/{task['id']}"


def patch(somebody, task, body, **headers):
    return somebody.client.patch(url(task), json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def move(somebody, task, made, **more):
    answer = patch(somebody, task, {"listId": made["id"] if made else None, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def get(somebody, task):
    return somebody.client.get(url(task))


def located(answer, status):
    return problem(answer, status)["errors"][0]["location"]


def names(somebody, **query):
    answer = somebody.client.get("/v1/tasks", params=query)
    assert answer.status_code == 200, answer.text
    return [task["name"] for task in answer.json()["tasks"]]


def test_from_ones_inbox_to_anothers_list(party):
    task = party.editor.add("mine", notes="n", assigneeId=party.editor.id)
    other = party.editor.add("stays")
    moved = move(party.editor, task, party.list)
    assert moved == task | {key: moved[key] for key in ("userId", "updatedOn") if key in moved} | {
        "listId": party.list["id"], "version": 3, "createdBy": party.editor.id}  # fmt: skip
    for somebody in (party.owner, party.editor, party.viewer):
        answer = get(somebody, task)
        assert answer.json() == moved and answer.headers["etag"] == '"3"'
        assert names(somebody, listId=party.list["id"]) == ["mine"]
    problem(get(party.stranger, task), 404)
    assert names(party.editor, listId="inbox") == ["stays"] and names(party.editor) == ["stays", "mine"]
    assert names(party.owner) == ["mine"]
    # It lies with its owner as any other task of the list.
    assert patch(party.viewer, task, {"done": True}).status_code == 403
    assert patch(party.owner, task, {"done": True}).json()["version"] == 4
    assert move(party.owner, task, None)["version"] == 5
    problem(get(party.editor, task), 404)
    assert get(party.editor, other).json() == other


def test_out_of_anothers_list_to_ones_own(party):
    """Into a list, since an inbox is its owner's alone; and from there on to one's inbox."""
    mine = make_list(party.editor, "the editor's")
    task = party.owner.add("theirs", listId=party.list["id"], assigneeId=party.viewer.id, labels=["l"], dueOn="2026-12-24")
    assert located(patch(party.editor, task, {"listId": None}), 403) == "body.listId"
    moved = move(party.editor, task, mine)
    assert (moved["version"], moved["listId"], moved["createdBy"]) == (3, mine["id"], party.owner.id)
    assert (moved["labels"], moved["dueOn"]) == (["l"], "2026-12-24") and "assigneeId" not in moved
    for somebody in (party.owner, party.viewer):
        problem(get(somebody, task), 404)
        problem(patch(somebody, task, {"done": True}), 404)
        problem(somebody.client.delete(url(task)), 404)
        assert names(somebody) == []
    inbox = move(party.editor, task, None)
    assert "listId" not in inbox and inbox["version"] == 4
    assert get(party.editor, task).json() == inbox
    assert party.editor.client.delete(url(task)).status_code == 204
    problem(get(party.editor, task), 404)


def test_there_and_back_again(party):
    mine = make_list(party.editor, "the editor's")
    task, version = party.editor.add("mine", listId=mine["id"]), 1
    for made in [party.list, mine] * 4:
        version += 2
        moved = move(party.editor, task, made)
        assert moved["version"] == version and ("createdBy" in moved) == (made is party.list)
        assert get(party.editor, task).json() == moved
        assert (get(party.owner, task).status_code == 200) == (made is party.list)
        for each in (party.list, mine):
            assert names(party.editor, listId=each["id"]) == (["mine"] if each is made else [])


def test_between_lists_of_two_others(party):
    """By somebody to whom neither belongs."""
    theirs = make_list(party.stranger, "the stranger's")
    join(party.stranger, party.editor, theirs, "editor")
    join(party.stranger, party.viewer, theirs, "viewer")
    task = party.owner.add("a task", listId=party.list["id"], assigneeId=party.viewer.id)
    moved = move(party.editor, task, theirs, name="another name", priority=1)
    assert (moved["assigneeId"], moved["name"], moved["priority"]) == (party.viewer.id, "another name", 1)
    assert get(party.stranger, task).json() == moved
    problem(get(party.owner, task), 404)
    back = move(party.editor, task, party.list, done=True)
    assert back["done"] and back["completedOn"] and "createdBy" not in back
    assert get(party.viewer, task).json() == back


def test_who_is_to_do_it_is_somebody_there(party):
    mine = make_list(party.editor, "the editor's")
    join(party.editor, party.viewer, mine, "viewer")
    task = party.owner.add("a task", listId=party.list["id"], assigneeId=party.owner.id)
    for assignee in (party.owner.id, party.stranger.id, "somebody"):
        refused = patch(party.editor, task, {"listId": mine["id"], "assigneeId": assignee})
        assert locations(refused) == {"body.assigneeId"}
    assert get(party.editor, task).json() == task
    assert move(party.editor, task, mine, assigneeId=party.viewer.id)["assigneeId"] == party.viewer.id
    assert move(party.editor, task, party.list)["assigneeId"] == party.viewer.id
    assert move(party.editor, task, mine, assigneeId=party.editor.id)["assigneeId"] == party.editor.id
    assert "assigneeId" not in move(party.editor, task, party.list, assigneeId=None)


def test_who_may_not(party):
    """What one does not see is a 404, at the list where it is the list; and what is refused changes nothing."""
    theirs, mine = make_list(party.stranger, "the stranger's"), make_list(party.viewer, "the viewer's")
    task, own = party.owner.add("a task", listId=party.list["id"]), party.editor.add("own")
    inbox = party.owner.add("in the inbox")
    for which, (task_of, made) in itertools.product((task, own), ((party.editor, theirs), (party.editor, {"id": UNKNOWN_ID}))):
        assert located(patch(task_of, which, {"listId": made["id"]}), 404) == "body.listId"
    join(party.stranger, party.editor, theirs, "viewer")
    for which in (task, own):
        assert located(patch(party.editor, which, {"listId": theirs["id"]}), 403) == "body.listId"
        # What it depends on is looked at first, as where a task stays with its owner.
        problem(patch(party.editor, which, {"listId": theirs["id"]}, if_match='"9"'), 412)
    # A viewer takes nothing out, and nobody what is not in a list of theirs.
    assert "errors" not in problem(patch(party.viewer, task, {"listId": mine["id"]}), 403)
    there, not_there = (patch(party.viewer, {"id": which}, {"listId": mine["id"]}) for which in (inbox["id"], UNKNOWN_ID))
    assert problem(there, 404) == problem(not_there, 404)
    assert get(party.owner, task).json() == task and get(party.editor, own).json() == own


def test_tags_of_what_moves(party):
    task = party.editor.add("mine")
    problem(patch(party.editor, task, {"listId": party.list["id"]}, if_match='"2"'), 412)
    answer = patch(party.editor, task, {"listId": party.list["id"]}, if_match='"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    problem(patch(party.editor, task, {"done": True}, if_match='"1"'), 412)
    assert patch(party.editor, task, {"done": True}, if_match='"3"').status_code == 200


def test_keys_of_what_moves(party):
    mine = make_list(party.editor, "the editor's")
    task = party.editor.add("mine")
    body, key = {"listId": party.list["id"], "name": "moved"}, {"idempotency_key": "a-key", "if_match": '"1"'}
    first = patch(party.editor, task, body, **key)
    assert first.status_code == 200
    for _ in range(2):
        again = patch(party.editor, task, body, **key)
        assert (again.status_code, again.json()) == (200, first.json())
    problem(patch(party.editor, task, {"listId": mine["id"]}, **key), 422)
    # As it is now, wherever that is.
    assert move(party.owner, task, None)["version"] == 4
    problem(patch(party.editor, task, body, **key), 404)
    assert move(party.owner, task, party.list)["version"] == 5
    theirs = make_list(party.stranger, "the stranger's")
    join(party.stranger, party.editor, theirs, "editor")
    now = move(party.editor, task, theirs)
    assert patch(party.editor, task, body, **key).json() == now
    now = move(party.editor, task, mine)
    assert patch(party.editor, task, body, **key).json() == now
    assert party.editor.client.delete(url(task)).status_code == 204
    assert problem(patch(party.editor, task, body, **key), 404)["detail"] == "What was done with this key has been removed since"
    assert names(party.editor) == []


def test_a_batch_sent_again_finds_what_has_moved(party):
    """Each task wherever it is, as far as one sees it."""
    mine, theirs = make_list(party.editor, "the editor's"), make_list(party.owner, "the owner's")
    join(party.owner, party.editor, theirs, "editor")
    gone, seen = party.editor.add("changed"), party.editor.add("removed")
    operations = [{"op": "create", "task": {"name": "stays", "listId": mine["id"]}}, {"op": "create", "task": {"name": "moves"}},
                  {"op": "patch", "id": gone["id"], "task": {"done": True}}, {"op": "remove", "id": seen["id"]}]  # fmt: skip

    def ask():
        answer = party.editor.client.post("/v1/tasks:batch", json={"operations": operations}, headers={"idempotency-key": "k"})
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    first = ask()
    assert ask() == first
    first[1]["task"] = move(party.editor, first[1]["task"], party.list)
    assert ask() == first
    move(party.editor, gone, theirs)
    assert party.editor.client.delete(f"/v1/lists/{theirs['id']}/members/me").status_code == 204
    again = ask()
    assert [result["status"] for result in again] == [201, 201, 404, 204] and again[:2] == first[:2]
    assert names(party.editor) == ["moves", "stays"]


def test_a_batch_moves_nothing_to_another_owner(party):
    mine = make_list(party.editor, "the editor's")
    own, there = party.editor.add("own"), party.owner.add("there", listId=party.list["id"])
    for (task, made), atomic in itertools.product(((own, party.list), (there, mine)), (True, False)):
        operation = {"op": "patch", "id": task["id"], "task": {"listId": made["id"]}}
        for operations in ([operation], [operation, {"op": "remove", "id": UNKNOWN_ID}]):
            answer = party.editor.client.post("/v1/tasks:batch", json={"operations": operations, "atomic": atomic})
            assert located(answer, 400) == "body.operations[0]"
        assert get(party.editor, task).json() == task


def at_once(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_moves_and_changes_that_race(party):
    """Whoever may finds it, wherever it is at the moment, and each change is there in the end."""
    mine = make_list(party.editor, "the editor's")
    join(party.editor, party.owner, mine, "editor")
    task, answers = party.owner.add("a task", listId=party.list["id"]), []

    def moves():
        for made in [mine, party.list] * 5:
            answers.append((2, patch(party.editor, task, {"listId": made["id"]})))

    def changes():
        for n in range(10):
            answers.append((1, patch(party.owner, task, {"notes": f"{n}"})))
            answers.append((0, get(party.owner, task)))

    at_once(moves, changes)
    assert [answer.status_code for _, answer in answers] == [200] * len(answers)
    now = get(party.owner, task).json()
    # A move counts two, or one, where a change came before it had arrived.
    moved, changed = (sum(1 for versions, _ in answers if versions == n) for n in (2, 1))
    assert now["notes"] == "9" and 1 + moved + changed <= now["version"] <= 1 + 2 * moved + changed
    assert now["listId"] == party.list["id"] and names(party.owner) == names(party.editor) == ["a task"]


def test_two_who_move_one_task_with_one_tag(party):
    """Exactly one of them does."""
    theirs = [make_list(who, who.email) for who in (party.owner, party.viewer)]
    for made, who in zip(theirs, (party.owner, party.viewer), strict=True):
        join(who, party.editor, made, "editor")
    for _ in range(3):
        task, answers = party.editor.add("mine"), []
        at_once(*(lambda made=made: answers.append(patch(party.editor, task, {"listId": made["id"]}, if_match='"1"'))
                  for made in theirs))  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        (won,) = (answer.json() for answer in answers if answer.status_code == 200)
        assert get(party.editor, task).json() == won
        assert sum(get(who, task).status_code == 200 for who in (party.owner, party.viewer)) == 1


def test_a_move_and_a_removal_that_race(party):
    """It is gone, whichever was first."""
    for remover in (party.editor, party.owner):
        task, answers = party.editor.add("mine"), []
        at_once(lambda task=task, answers=answers: answers.append(patch(party.editor, task, {"listId": party.list["id"]})),
                lambda task=task, remover=remover: remover.client.delete(url(task)))  # fmt: skip
        assert answers[0].status_code in (200, 404)
        party.editor.client.delete(url(task))
        problem(get(party.editor, task), 404)
        problem(get(party.owner, task), 404)


def test_a_move_to_a_list_that_goes(party):
    for _ in range(3):
        made = make_list(party.owner, "goes")
        join(party.owner, party.editor, made, "editor")
        task, answers = party.editor.add("mine"), []
        at_once(lambda task=task, made=made, answers=answers: answers.append(patch(party.editor, task, {"listId": made["id"]})),
                lambda made=made: party.owner.client.delete(f"/v1/lists/{made['id']}"))  # fmt: skip
        if answers[0].status_code == 200:
            for who in (party.editor, party.owner):
                eventually(lambda who=who, task=task: get(who, task).status_code == 404, "the task to be gone with its list")
        else:
            assert located(answers[0], 404) == "body.listId"
            assert get(party.editor, task).json() == task
            party.editor.client.delete(url(task))
    assert names(party.owner) == names(party.editor) == []
