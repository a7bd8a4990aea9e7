# SPDX-License-Identifier: Apache-2.0
"""Sync tokens where the data has been brought back, or brought elsewhere: one that knows more than there is, is told so."""

import shutil
import threading

import pymongo
import pytest

from support.backups import backed_up, restored
from support.changes import Mirror, agree, full_state, mirror
from support.copying import copied
from support.lists import join, make_list
from support.mongodb import own_database
from support.people import Person, problem
from support.processes import Stack


def gone(answer):
    assert problem(answer, 410)["type"] == "/docs#sync-token-gone"


def change(person, made, n):
    """Adds, changes and removes, in the inbox and in a list."""
    for number in range(n):
        task = person.add(f"task {number}", **({"listId": made["id"]} if number % 2 else {}))
        assert person.client.patch(f"/v1/tasks/{task['id']}", json={"done": True}).status_code == 200
        if number % 3 == 0:
            assert person.client.delete(f"/v1/tasks/{task['id']}").status_code == 204


def tokens_of(people):
    return [(somebody, mirror(somebody, limit)) for somebody in people for limit in (3, 200)]


def assert_told(mirrors):
    """Each is refused, or ends with what is so."""
    told = {"good": 0, "gone": 0}
    full = {}
    for somebody, follower in mirrors:
        full[somebody.id] = full.get(somebody.id) or full_state(somebody)
        answer = follower.ask(somebody, 1000)
        while answer.status_code == 200 and answer.json()["more"]:
            answer = follower.ask(somebody, 1000)
        if answer.status_code == 200:
            agree(follower, full[somebody.id])
            told["good"] += 1
        else:
            gone(answer)
            told["gone"] += 1
    return told


def walked_a_little(somebody):
    """The tokens of a first load, as it goes on."""
    follower, seen = Mirror(), []
    while True:
        more = follower.ask(somebody, 2).json()["more"]
        seen.append((somebody, follower.copy()))
        if not more:
            return seen


class Life:
    """Two people, and a list of the one's that both are in."""

    def __init__(self, stack):
        self.ada, self.bob = Person(stack.url), Person(stack.url)
        self.list = make_list(self.ada)
        join(self.ada, self.bob, self.list, "editor")
        change(self.ada, self.list, 4)
        change(self.bob, self.list, 3)

    @property
    def people(self):
        return self.ada, self.bob

    def again(self, stack):
        """With the same accounts."""
        for somebody in self.people:
            somebody.client.base_url = stack.url
            somebody.take(somebody.log_in())
        return self


@pytest.mark.parametrize("later", [pytest.param(0, marks=pytest.mark.thorough), 3, pytest.param(30, marks=pytest.mark.thorough)])
def test_a_backup_that_was_restored(tmp_path, later):
    """Tokens from before it go on, those from after it don't, whether the log is shorter than they know, or as long again."""
    with Stack(tmp_path) as stack:
        life = Life(stack)
        before = tokens_of(life.people)
        backed_up(tmp_path / "data", tmp_path / "backup.tar")
        change(life.ada, life.list, 2)
        change(life.bob, life.list, 2)
        after = tokens_of(life.people)
    shutil.rmtree(tmp_path / "data")
    restored(tmp_path / "backup.tar", tmp_path / "data")
    with Stack(tmp_path) as stack:
        life.again(stack)
        for _ in range(later):
            change(life.ada, life.list, 1)
            change(life.bob, life.list, 1)
        assert assert_told(before) == {"good": len(before), "gone": 0}
        assert assert_told(after) == {"good": 0, "gone": len(after)}


def test_a_backup_of_while_somebody_followed(tmp_path):
    """An answer that was made across it may have what never was."""
    with Stack(tmp_path) as stack:
        life = Life(stack)
        over, kept = threading.Event(), []

        def write(somebody):
            while not over.is_set():
                change(somebody, life.list, 1)

        def follow(somebody):
            follower = Mirror()
            while not over.is_set():
                assert follower.ask(somebody, 200).status_code == 200
                kept.append((somebody, follower.copy()))

        threads = [threading.Thread(target=run, args=(somebody,)) for somebody in life.people for run in (write, follow)]
        for thread in threads:
            thread.start()
        while len(kept) < 20:
            over.wait(0.01)
        backed_up(tmp_path / "data", tmp_path / "backup.tar")
        n = len(kept)
        while len(kept) < n + 20:
            over.wait(0.01)
        over.set()
        for thread in threads:
            thread.join()
    shutil.rmtree(tmp_path / "data")
    restored(tmp_path / "backup.tar", tmp_path / "data")
    with Stack(tmp_path) as stack:
        life.again(stack)
        told = assert_told(kept)
        assert told["good"] > 0 and told["gone"] > 0


@pytest.mark.parametrize("later", [0, pytest.param(40, marks=pytest.mark.thorough)])
def test_a_folder_that_was_put_back(tmp_path, later):
    with Stack(tmp_path) as stack:
        life = Life(stack)
        before = tokens_of(life.people)
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    with Stack(tmp_path) as stack:
        life.again(stack)
        change(life.ada, life.list, 2)
        # Also what is being loaded: that has no end to be compared with.
        after = tokens_of([life.ada]) + walked_a_little(life.ada)
    shutil.rmtree(tmp_path / "data")
    shutil.copytree(tmp_path / "copy", tmp_path / "data")
    with Stack(tmp_path) as stack:
        life.again(stack)
        change(life.ada, life.list, later)
        assert assert_told(before)["gone"] == 0
        assert assert_told(after)["good"] == 0


def test_data_that_was_copied(tmp_path, mongodb_uri):
    """There and back: neither is the store that the tokens are of."""
    with own_database(mongodb_uri) as database:
        (tmp_path / "one").mkdir()
        with Stack(tmp_path / "one") as stack:
            life = Life(stack)
            tokens = tokens_of(life.people)
        (tmp_path / "other" / "data").mkdir(parents=True)
        copied(f"sqlite:{tmp_path}/one/data/tasks.db", database, "--only", "tasks")
        copied(database, f"sqlite:{tmp_path}/other/data/tasks.db", "--only", "tasks")
        shutil.copy(tmp_path / "one" / "data" / "accounts.db", tmp_path / "other" / "data" / "accounts.db")
        with Stack(tmp_path / "other") as stack:
            life.again(stack)
            change(life.ada, life.list, 9)
            assert assert_told(tokens) == {"good": 0, "gone": len(tokens)}
            for somebody in life.people:
                agree(mirror(somebody), somebody)


@pytest.mark.parametrize("later", [pytest.param(0, marks=pytest.mark.thorough), 9])
def test_a_database_that_was_put_back(tmp_path, mongodb_uri, later):
    """As mongorestore does it."""
    with own_database(mongodb_uri) as store, pymongo.MongoClient(store) as client:
        database = client.get_default_database()
        with Stack(tmp_path, store=store) as stack:
            life = Life(stack)
            before = tokens_of(life.people)
        kept = {name: list(database[name].find()) for name in database.list_collection_names()}
        with Stack(tmp_path, store=store) as stack:
            life.again(stack)
            change(life.ada, life.list, 2)
            after = tokens_of([life.ada])
        for name in database.list_collection_names():
            database[name].delete_many({})
            if kept.get(name):
                database[name].insert_many(kept[name])
        with Stack(tmp_path, store=store) as stack:
            life.again(stack)
            change(life.ada, life.list, later)
            assert assert_told(before)["gone"] == 0
            assert assert_told(after)["good"] == 0
