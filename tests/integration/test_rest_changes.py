# SPDX-License-Identifier: Apache-2.0
"""GET /v1/changes, as somebody who uses the REST interface sees it."""

import random

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
