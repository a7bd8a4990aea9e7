# SPDX-License-Identifier: Apache-2.0
"""Many who change things at random, and many who follow by changes, while services are killed."""

import contextlib
import itertools
import random
import threading
import time

import httpx

from support.changes import Mirror, agree, full_state
from support.lists import join, make_list
from support.people import Person
from support.processes import eventually

# As often as all need.
UNLIMITED = ("--requests-per-address", "0", "--requests-per-account", "0")

AWAY = (500, 502, 503, 504)

# Of each kind that somebody has: what there is does not grow with what is done.
MOST = 100


def patiently(make, tries=40):
    """What it returns, or the last failure: a service may say that it has too much to do, and one that was killed leaves things
    half done, which another one finishes a moment later."""
    for _ in range(tries - 1):
        with contextlib.suppress(AssertionError):
            return make()
        time.sleep(0.5)
    return make()


class Hands:
    """What a writer has to do with: tasks that are moved about, those that only batches touch, and those that stay."""

    def __init__(self):
        self.mine, self.own, self.sure = [], [], []


class Storm:
    """People who share lists. `writes` changes in all, some of which are a batch of as many as `batch`; each of `readers` follows
    from whichever token of theirs they like. `kill` is called now and then, and has killed and started a service when it returns."""

    def __init__(self, url, seed, writes, writers=6, readers=3, kept=100, kills=4, batch=8, kill=lambda: None):
        self.chance = random.Random(seed)
        self.writes, self.kept, self.kills, self.kill = writes, kept, kills, kill
        self.lock = threading.Lock()
        self.done, self.failed = 0, []
        self.over = threading.Event()
        self.people = [Person(url) for _ in range(3)]
        self.writers, self.readers, self.most_at_once = writers, readers, batch
        self.shared = [patiently(lambda owner=owner: make_list(owner)) for owner in self.people for _ in range(2)]
        for number, made in enumerate(self.shared):
            for guest in self.people:
                patiently(lambda n=number, guest=guest, made=made: join(self.people[n // 2], guest, made, "editor"))
        # What everybody sees for ever: made in lists that nobody leaves, and touched by none but who says so here.
        self.staying = self.shared[::2]
        self.sure = []  # (id, version) in the order in which they were acknowledged

    # What is done

    def client(self, person):
        return httpx.Client(base_url=person.client.base_url, headers=dict(person.client.headers), timeout=60)

    @staticmethod
    def ask(client, verb, path, **more):
        """The answer, or None where there is none that can be relied on."""
        with contextlib.suppress(httpx.TransportError):
            answer = client.request(verb, path, **more)
            if answer.status_code not in AWAY:
                return answer
        return None

    def write(self, number):
        chance, person = random.Random(self.chance.random() + number), self.people[number % len(self.people)]
        hands = Hands()
        with self.client(person) as client:
            while not self.over.is_set():
                with self.lock:
                    if self.done >= self.writes:
                        return
                    self.done += 1
                deed = chance.choice([self.add, self.add, self.move, self.move, self.change, self.change, self.remove,
                                      self.batch, self.be_sure, self.be_sure, self.be_sure, self.leave, self.rename])  # fmt: skip
                deed(client, person, chance, hands)

    def somewhere(self, chance):
        return chance.choice([made["id"] for made in self.shared] + [None])

    def add(self, client, person, chance, hands):
        if len(hands.mine) >= MOST:
            self.remove(client, person, chance, hands)
            return
        where = self.somewhere(chance)
        made = self.ask(client, "POST", "/v1/tasks", json={"name": "n"} | ({"listId": where} if where else {}))
        if made is not None and made.status_code == 201:
            hands.mine.append(made.json()["id"])

    def change(self, client, person, chance, hands):
        if hands.mine:
            self.ask(client, "PATCH", f"/v1/tasks/{chance.choice(hands.mine)}", json={"done": chance.random() < 0.5})

    def move(self, client, person, chance, hands):
        if hands.mine:
            self.ask(client, "PATCH", f"/v1/tasks/{chance.choice(hands.mine)}", json={"listId": self.somewhere(chance)})

    def remove(self, client, person, chance, hands):
        if hands.mine:
            self.ask(client, "DELETE", f"/v1/tasks/{hands.mine.pop(chance.randrange(len(hands.mine)))}")

    def batch(self, client, person, chance, hands):
        """Makes some, changes some and removes some, of those that only batches touch."""
        n = chance.randrange(1, self.most_at_once)
        changed = chance.sample(hands.own, min(n, len(hands.own)))
        removed = changed[: max(0, len(hands.own) - MOST) + len(changed) // 8]
        operations = [{"op": "remove", "id": task} for task in removed]
        operations += [{"op": "patch", "id": task, "task": {"done": chance.random() < 0.5}} for task in changed[len(removed) :]]
        operations += [{"op": "create", "task": {"name": "b"}}] * max(1, n - len(operations))
        made = self.ask(client, "POST", "/v1/tasks:batch", json={"operations": operations})
        with self.lock:
            self.done += len(operations) - 1
        # What had no answer may have been done, or not: it is left as it is.
        hands.own = [task for task in hands.own if task not in changed] if made is None else hands.own
        if made is not None and made.status_code == 200:
            hands.own = [task for task in hands.own if task not in removed]
            hands.own += [result["task"]["id"] for result in made.json()["results"] if result["status"] == 201]

    def leave(self, client, person, chance, hands):
        """And comes again, which is acknowledged or not."""
        made = chance.choice(self.shared[1::2])
        if self.ask(client, "DELETE", f"/v1/lists/{made['id']}/members/me") is not None:
            owner = self.people[self.shared.index(made) // 2]
            with contextlib.suppress(AssertionError, httpx.TransportError):
                join(owner, person, made, "editor")

    def rename(self, client, person, chance, hands):
        made = chance.choice(self.shared)
        body = chance.choice([{"position": chance.random()}, {"name": f"list {chance.random()}"}])
        self.ask(client, "PATCH", f"/v1/lists/{made['id']}", json=body)

    def be_sure(self, client, person, chance, hands):
        """Makes or changes what stays, and notes the version that was acknowledged."""
        if hands.sure and (len(hands.sure) >= MOST or chance.random() < 0.6):
            answer = self.ask(client, "PATCH", f"/v1/tasks/{chance.choice(hands.sure)}", json={"name": f"s {chance.random()}"})
        else:
            where = chance.choice(self.staying)["id"]
            answer = self.ask(client, "POST", "/v1/tasks", json={"name": "sure", "listId": where})
        if answer is None:
            return
        assert answer.status_code in (200, 201), answer.text
        task = answer.json()
        if answer.status_code == 201:
            hands.sure.append(task["id"])
        with self.lock:
            self.sure.append((task["id"], task["version"]))

    # What is read

    def read(self, number):
        chance, person = random.Random(self.chance.random() + number), self.people[number % len(self.people)]
        kept = [Mirror()]
        with self.client(person) as client:
            while not self.over.is_set():
                follower = chance.choice(kept[-10:] if chance.random() < 0.7 else kept).copy()
                for _ in range(chance.randrange(1, 5)):
                    n = len(self.sure)
                    answer = self.ask_changes(client, follower, chance.choice([1, 3, 20, 200, 1000]))
                    if answer is None:
                        break
                    if not answer["more"]:
                        self.look(follower, n)
                    kept.append(follower.copy())
                while len(kept) > self.kept:
                    del kept[chance.randrange(1, len(kept))]
        self.mirrors[number] = kept

    def ask_changes(self, client, follower, limit):
        query = {"limit": limit} | ({"since": follower.token} if follower.token else {})
        answer = self.ask(client, "GET", "/v1/changes", params=query)
        if answer is None:
            return None
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["changes"]) <= limit
        follower.apply(answer.json())
        return answer.json()

    def look(self, follower, n):
        """What had been acknowledged before is there, or newer."""
        for task_id, version in self.sure[:n]:
            assert task_id in follower.tasks, (task_id, version)
            assert follower.tasks[task_id]["version"] >= version, (follower.tasks[task_id], version)

    # All of it

    def guarded(self, run, number):
        try:
            run(number)
        except BaseException as error:
            self.failed.append(error)
            self.over.set()
            raise

    def run(self):
        self.mirrors = {}
        writers = [threading.Thread(target=self.guarded, args=(self.write, number)) for number in range(self.writers)]
        readers = [threading.Thread(target=self.guarded, args=(self.read, number)) for number in range(self.readers)]
        for thread in writers + readers:
            thread.start()
        for killed in range(self.kills):
            while any(thread.is_alive() for thread in writers) and self.done < self.writes * (killed + 1) / (self.kills + 1):
                self.over.wait(0.01)
            self.kill()
        for thread in writers:
            thread.join()
        self.over.set()
        for thread in readers:
            thread.join()
        assert self.failed == []

    def settle(self):
        """All has been read: each of those who followed comes to the same, from wherever they were."""
        followed = 0
        for number, kept in self.mirrors.items():
            person = self.people[number % len(self.people)]
            for follower in kept:
                follower.follow(person, 1000)
                self.look(follower, len(self.sure))
            patiently(lambda person=person, kept=kept: self.agree(person, kept))
            followed += len(kept)
        return followed

    @staticmethod
    def agree(person, kept):
        full = full_state(person)
        for follower in kept:
            agree(follower.follow(person, 1000), full)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for person in self.people:
            person.close()


def run_with_kills(stack, seed, **more):
    """A storm at the gateway, while the instances of tasks-service are killed in turn."""
    turns = itertools.cycle(range(len(stack.tasks_services)))

    def kill():
        service = stack.tasks_services[next(turns)]
        service.kill()
        stack.restart(service)

    with Storm(stack.url, seed, kill=kill, **more) as storm:
        # What is made of them is seen by all before anything happens.
        storm.run()
        eventually(lambda: storm.people[0].client.get("/v1/tasks?limit=1").status_code == 200, "all to be served")
        assert storm.settle() > 0 and len(storm.sure) > 0
