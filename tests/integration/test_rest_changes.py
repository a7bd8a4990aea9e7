# SPDX-License-Identifier: Apache-2.0
"""GET /v1/changes, as somebody who uses the REST interface sees it."""

import random

import httpx
import pytest

from support.changes import Mirror, agree, full_state, mirror
from support.lists import Party, invite, join, make_list
from support.people import problem
from support.stores import on_both_stores

pytestmark = on_both_stores


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


def ok(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def told(mirrored, somebody, limit=200):
    """(kind, op, id) of the next answer."""
    return [(change["kind"], change["op"], change["id"]) for change in ok(mirrored.ask(somebody, limit))["changes"]]


def test_the_full_state_and_what_comes_after(party):
    owner = party.owner
    tasks = [owner.add(f"task {i}", **({"listId": party.list["id"]} if i % 2 else {})) for i in range(7)]
    full = mirror(owner)
    agree(full, owner)
    assert len(full.tasks) == 7 and len(full.members) == 3
    assert told(full, owner) == []
    ok(owner.client.patch(f"/v1/tasks/{tasks[0]['id']}", json={"name": "other"}))
    ok(owner.client.delete(f"/v1/tasks/{tasks[1]['id']}"), 204)
    new = owner.add("new")
    assert told(full, owner) == [
        ("task", "delete", tasks[1]["id"]), ("task", "put", tasks[0]["id"]), ("task", "put", new["id"])]  # fmt: skip
    agree(full, owner)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
def test_any_limit_tells_all(party, limit):
    for i in range(5):
        party.owner.add(f"mine {i}")
        party.editor.add(f"shared {i}", listId=party.list["id"])
    for somebody in (party.owner, party.editor, party.viewer, party.stranger):
        agree(mirror(somebody, limit), somebody)
    begun = [mirror(somebody) for somebody in (party.owner, party.editor)]
    for i in range(9):
        party.editor.add(f"later {i}", listId=party.list["id"])
    for before, somebody in zip(begun, (party.owner, party.editor)):
        agree(before.follow(somebody, limit), somebody)


def kinds(changes):
    return [(kind, op) for kind, op, _ in changes]


def add_in(somebody, made, name="n"):
    return somebody.add(name, listId=made["id"])


def test_a_list_that_is_left_and_joined_again(party):
    task = add_in(party.editor, party.list)
    follower = mirror(party.editor)
    assert list(follower.tasks) == [task["id"]] and party.list["id"] in follower.lists
    ok(party.editor.client.delete(f"/v1/lists/{party.list['id']}/members/me"), 204)
    add_in(party.owner, party.list, "not seen")
    assert told(follower, party.editor) == [("list", "delete", party.list["id"])]
    ok(party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"done": True}))
    assert told(follower, party.editor) == []
    assert follower.state() == {"tasks": {}, "lists": {}, "members": {}}
    join(party.owner, party.editor, party.list, "viewer")
    assert kinds(told(follower, party.editor))[0] == ("list", "put")
    agree(follower, party.editor)
    assert len(follower.tasks) == 2 and follower.lists[party.list["id"]]["role"] == "viewer"


def test_left_and_joined_again_between_two_answers(party):
    add_in(party.owner, party.list)
    follower = mirror(party.viewer)
    ok(party.viewer.client.delete(f"/v1/lists/{party.list['id']}/members/me"), 204)
    task = add_in(party.owner, party.list, "meanwhile")
    join(party.owner, party.viewer, party.list, "editor", "another name")
    assert ("task", "put", task["id"]) in told(follower, party.viewer)
    agree(follower, party.viewer)


def test_others_hear_who_comes_goes_and_what_they_are(party):
    follower, name = mirror(party.viewer), f"{party.list['id']}/{party.editor.id}"
    ok(party.owner.client.patch(f"/v1/lists/{party.list['id']}/members/{party.editor.id}", json={"role": "viewer"}))
    assert told(follower, party.viewer) == [("member", "put", name)]
    ok(party.owner.client.delete(f"/v1/lists/{party.list['id']}/members/{party.editor.id}"), 204)
    assert told(follower, party.viewer) == [("member", "delete", name), ("list", "put", party.list["id"])]
    join(party.owner, party.stranger, party.list, "editor")
    assert told(follower, party.viewer) == [
        ("list", "put", party.list["id"]), ("member", "put", f"{party.list['id']}/{party.stranger.id}")]  # fmt: skip
    agree(follower, party.viewer)


def test_ones_own_role_and_name(party):
    follower, name = mirror(party.editor), f"{party.list['id']}/{party.editor.id}"
    ok(party.owner.client.patch(f"/v1/lists/{party.list['id']}/members/{party.editor.id}", json={"role": "viewer"}))
    assert told(follower, party.editor) == [("list", "put", party.list["id"]), ("member", "put", name)]
    assert follower.lists[party.list["id"]]["role"] == "viewer"
    ok(party.editor.client.patch(f"/v1/lists/{party.list['id']}/members/me", json={"displayName": "Ed"}))
    assert told(follower, party.editor) == [("member", "put", name)]
    agree(follower, party.editor)


def test_a_position_is_nobody_elses(party):
    editor, owner, viewer = (mirror(somebody) for somebody in (party.editor, party.owner, party.viewer))
    ok(party.editor.client.patch(f"/v1/lists/{party.list['id']}", json={"position": 4.5}))
    assert told(editor, party.editor) == [("list", "put", party.list["id"])]
    assert editor.lists[party.list["id"]]["position"] == 4.5
    assert told(owner, party.owner) == told(viewer, party.viewer) == []
    ok(party.owner.client.patch(f"/v1/lists/{party.list['id']}", json={"position": -1}))
    assert told(owner, party.owner) == [("list", "put", party.list["id"])]
    assert told(editor, party.editor) == told(viewer, party.viewer) == []


def test_a_list_that_is_deleted_stands_for_all_in_it(party):
    for i in range(30):
        add_in(party.editor, party.list, f"{i}")
    followers = [(mirror(somebody), somebody) for somebody in (party.owner, party.editor, party.viewer)]
    ok(party.owner.client.delete(f"/v1/lists/{party.list['id']}"), 204)
    for follower, somebody in followers:
        heard = told(follower, somebody)
        assert [change for change in heard if change[1] == "delete"] == [("list", "delete", party.list["id"])] == heard
        # What lies in it goes one after the other, of which nobody hears.
        follower.follow(somebody)
        assert follower.state() == {"tasks": {}, "lists": {}, "members": {}}


def test_a_task_that_moves_is_put_to_some_and_deleted_for_others(party):
    other = make_list(party.owner, "another")
    join(party.owner, party.viewer, other, "viewer")
    task = add_in(party.owner, party.list)
    hidden = party.owner.add("in the inbox")
    owner, editor, viewer = (mirror(somebody) for somebody in (party.owner, party.editor, party.viewer))
    ok(party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"listId": other["id"]}))
    assert told(owner, party.owner) == told(viewer, party.viewer) == [("task", "put", task["id"])]
    assert told(editor, party.editor) == [("task", "delete", task["id"])]
    # Of what lies in the inbox, and goes, nobody else hears, nor of what they never saw.
    ok(party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"listId": None}))
    ok(party.owner.client.patch(f"/v1/tasks/{hidden['id']}", json={"done": True}))
    ok(party.owner.client.delete(f"/v1/tasks/{hidden['id']}"), 204)
    assert told(editor, party.editor) == []
    assert told(viewer, party.viewer) == [("task", "delete", task["id"])]
    ok(party.owner.client.delete(f"/v1/tasks/{task['id']}"), 204)
    assert told(viewer, party.viewer) == told(editor, party.editor) == []
    assert told(owner, party.owner) == [("task", "delete", hidden["id"]), ("task", "delete", task["id"])]


def test_a_task_that_moves_to_another_owner(party):
    task = party.editor.add("the editor's")
    owner, editor, viewer = (mirror(somebody) for somebody in (party.owner, party.editor, party.viewer))
    ok(party.editor.client.patch(f"/v1/tasks/{task['id']}", json={"listId": party.list["id"]}))
    for follower, somebody in ((owner, party.owner), (editor, party.editor), (viewer, party.viewer)):
        assert told(follower, somebody) == [("task", "put", task["id"])]
        agree(follower, somebody)
    ok(party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"listId": None}))
    assert told(editor, party.editor) == told(viewer, party.viewer) == [("task", "delete", task["id"])]
    agree(owner.follow(party.owner), party.owner)


def test_what_is_internal_is_not_told(party):
    follower = mirror(party.owner)
    code = invite(party.owner, party.list, "viewer")
    assert told(follower, party.owner) == []
    ok(party.owner.client.delete(f"/v1/lists/{party.list['id']}/invitations/{code['id']}"), 204)
    assert told(follower, party.owner) == []
    text = party.editor.client.get("/v1/changes").text
    assert party.owner.id in text and "ownerId" not in text and "membership" not in text and "guestId" not in text


def test_tokens_of_others_and_what_is_none(party, stack):
    mine, others = mirror(party.owner), mirror(party.editor)
    for since in (others.token, mine.token[:-1] + ("A" if mine.token[-1] != "A" else "E"), mine.token.split(".")[0] + ".AAAA", "a.b",
                  "x", "", "é", mine.token * 30):  # fmt: skip
        answer = party.owner.client.get("/v1/changes", params={"since": since})
        assert problem(answer, 400)["errors"][0]["location"] == "query.since"
        assert "type" not in answer.json()
    store, sealed = mine.token.split(".")
    answer = party.owner.client.get("/v1/changes", params={"since": f"{'A' * len(store)}.{sealed}"})
    assert problem(answer, 410)["type"] == "/docs#sync-token-gone"
    for limit in (0, 1001, "x"):
        problem(party.owner.client.get("/v1/changes", params={"limit": limit}), 400)
    problem(httpx.get(f"{stack.url}/v1/changes"), 401)


def test_long_ones_come_in_several_answers(party):
    """Where an answer would be too long it is shorter."""
    notes = "ü" * 10000
    operations = [{"op": "create", "task": {"name": "n", "notes": notes, "listId": party.list["id"]}} for _ in range(10)]
    for _ in range(7):
        ok(party.owner.client.post("/v1/tasks:batch", json={"operations": operations}))
    before = Mirror()
    answer = ok(before.ask(party.viewer, 1000))
    assert answer["more"] and 10 < len(answer["changes"]) < 70
    agree(before.follow(party.viewer, 1000), party.viewer)
    for task in list(before.tasks)[::7]:
        ok(party.owner.client.patch(f"/v1/tasks/{task}", json={"done": True}))
    agree(before.follow(party.viewer, 1000), party.viewer)


# A task's history


def history(somebody, task, **query):
    return ok(somebody.client.get(f"/v1/tasks/{task['id']}/history", params=query))


def test_history(party):
    task = add_in(party.owner, party.list, "first")
    ok(party.editor.client.patch(f"/v1/tasks/{task['id']}", json={"done": True, "name": "second"}))
    party.owner.add("another")
    ok(party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"notes": "n"}))
    for somebody in (party.owner, party.viewer):
        entries = history(somebody, task)["entries"]
        assert [(e["op"], e["version"], e["by"]) for e in entries] == [
            ("change", 3, party.owner.id), ("change", 2, party.editor.id), ("create", 1, party.owner.id)]  # fmt: skip
        assert [e["changes"] for e in entries] == [["notes"], ["name", "done", "completedOn"], ["name", "done", "listId"]]
        assert [e["at"] for e in entries] == sorted((e["at"] for e in entries), reverse=True)
    assert entries[-1]["at"] == task["createdOn"]
    problem(party.stranger.client.get(f"/v1/tasks/{task['id']}/history"), 404)
    problem(party.owner.client.get("/v1/tasks/0123456789abcdef01234567/history"), 404)
    problem(party.owner.client.get("/v1/tasks/x/history"), 404)


def test_history_by_pages(party):
    task = party.owner.add("0")
    for i in range(1, 8):
        ok(party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"name": f"{i}"}))
        party.owner.add("another")
    versions, query = [], {"limit": 3}
    while query:
        answer = party.owner.client.get(f"/v1/tasks/{task['id']}/history", params=query)
        page = ok(answer)
        assert len(page["entries"]) <= 3
        versions += [entry["version"] for entry in page["entries"]]
        query = page.get("nextCursor") and {"limit": 3, "cursor": page["nextCursor"]}
        assert ("link" in answer.headers) == bool(query)
    assert versions == list(range(8, 0, -1))
    for cursor in ("A", "AAAA", "x" * 22):
        answer = party.owner.client.get(f"/v1/tasks/{task['id']}/history", params={"cursor": cursor})
        assert answer.status_code == 400 or answer.json()["entries"] == []


def test_history_begins_anew_with_another_owner(party):
    task = party.editor.add("the editor's")
    ok(party.editor.client.patch(f"/v1/tasks/{task['id']}", json={"name": "renamed"}))
    ok(party.editor.client.patch(f"/v1/tasks/{task['id']}", json={"listId": party.list["id"]}))
    assert [entry["version"] for entry in history(party.owner, task)["entries"]] == [4]
    ok(party.owner.client.patch(f"/v1/tasks/{task['id']}", json={"done": True}))
    assert [entry["version"] for entry in history(party.editor, task)["entries"]] == [5, 4]


def test_random_changes_by_several_people(stack, store):
    """Whatever is done, whoever follows from whichever token of theirs comes to the full state."""
    chance = random.Random(7)
    with Party(stack.url) as party:
        people = [party.owner, party.editor, party.viewer, party.stranger]
        lists = [party.list]
        kept = {somebody.id: [Mirror()] for somebody in people}

        def own_lists(somebody):
            return ok(somebody.client.get("/v1/lists"))["lists"]

        def some_task(somebody):
            tasks = ok(somebody.client.get("/v1/tasks", params={"limit": 100}))["tasks"]
            return chance.choice(tasks) if tasks else None

        def add(somebody):
            mine = [made["id"] for made in own_lists(somebody)] + [None]
            where = chance.choice(mine)
            somebody.client.post("/v1/tasks", json={"name": "n", **({"listId": where} if where else {})})

        def change(somebody):
            if task := some_task(somebody):
                somebody.client.patch(f"/v1/tasks/{task['id']}", json={"done": chance.random() < 0.5})

        def move(somebody):
            if task := some_task(somebody):
                where = chance.choice([made["id"] for made in own_lists(somebody)] + [None])
                somebody.client.patch(f"/v1/tasks/{task['id']}", json={"listId": where})

        def remove(somebody):
            if task := some_task(somebody):
                somebody.client.delete(f"/v1/tasks/{task['id']}")

        def batch(somebody):
            somebody.client.post("/v1/tasks:batch", json={"operations": [
                {"op": "create", "task": {"name": f"b{i}"}} for i in range(chance.randrange(1, 8))]})  # fmt: skip

        def new_list(somebody):
            if len(lists) < 8:
                lists.append(make_list(somebody))

        def remove_list(somebody):
            mine = own_lists(somebody)
            if mine and chance.random() < 0.4:
                somebody.client.delete(f"/v1/lists/{chance.choice(mine)['id']}")
                lists[:] = [made for made in lists if any(
                    made["id"] == seen["id"] for other in people for seen in own_lists(other))]  # fmt: skip

        def rename_list(somebody):
            if mine := own_lists(somebody):
                body = chance.choice([{"name": "other"}, {"position": chance.random()}, {"color": "#001122"}])
                somebody.client.patch(f"/v1/lists/{chance.choice(mine)['id']}", json=body)

        def let_in(somebody):
            mine = [made for made in own_lists(somebody) if made["role"] == "owner"]
            if mine:
                join(somebody, chance.choice(people), chance.choice(mine), chance.choice(["editor", "viewer"]))

        def leave(somebody):
            if mine := own_lists(somebody):
                somebody.client.delete(f"/v1/lists/{chance.choice(mine)['id']}/members/me")

        def change_role(somebody):
            mine = [made for made in own_lists(somebody) if made["role"] == "owner"]
            if mine:
                somebody.client.patch(f"/v1/lists/{chance.choice(mine)['id']}/members/{chance.choice(people).id}",
                                      json={"role": chance.choice(["editor", "viewer"])})  # fmt: skip

        def call_oneself(somebody):
            if mine := own_lists(somebody):
                somebody.client.patch(f"/v1/lists/{chance.choice(mine)['id']}/members/me", json={"displayName": "me"})

        deeds = [add] * 5 + [change] * 4 + [move] * 4 + [remove, batch, new_list, remove_list, rename_list, rename_list,
                 let_in, let_in, let_in, leave, change_role, call_oneself]  # fmt: skip
        for _ in range(25 if store is None else 8):
            for _ in range(chance.randrange(1, 8)):
                chance.choice(deeds)(chance.choice(people))
            for somebody in people:
                follower = chance.choice(kept[somebody.id]).copy()
                limit = chance.choice([1, 2, 5, 50, 200])
                for _ in range(chance.randrange(1, 4)):
                    ok(follower.ask(somebody, limit))
                    kept[somebody.id].append(follower.copy())
        for somebody in people:
            full = full_state(somebody)
            for follower in chance.sample(kept[somebody.id], min(25, len(kept[somebody.id]))):
                agree(follower.follow(somebody), full)
