# SPDX-License-Identifier: Apache-2.0
"""The model's own steps (commit.py) against a server: writers race for two partitions, and are killed at any command.

    cd tests && PYTHONPATH=. ../.cache/venv/bin/python -m support.mongodb run -- \\
        ../.cache/venv/bin/python -m model.race [LIVES [WISHES]]

Three writers work at a time, each a process, on the server that MONGODB_URI names, in a database that is dropped
afterwards. LIVES processes are killed, each about a command that was drawn before (before it is sent, while the server
works, or after), and followed by another; then three finish WISHES changes each. Whether the model's conditions hold is
asked of what is in the database then, before and after somebody settles it. Prints how many commands a
change took.
"""

from __future__ import annotations

import collections
import json
import multiprocessing
import multiprocessing.connection
import os
import random
import secrets
import signal
import statistics
import sys
import tempfile
import threading

import pymongo
import pymongo.errors
import pymongo.monitoring

from support.mongodb import own_database

from . import commit
from .commit import Change, Entry, Head, Look, Record, Shared, Sweep, Wish
from .explore import End

PARTITIONS = ("p", "q")
RECORDS = 3  # of each partition, that all writers change
WRITERS = 3
PATIENCE_S = 300
commit.BUCKET = 8


class Commands(pymongo.monitoring.CommandListener):
    """Counts commands; at `last` the process has at most some milliseconds left."""

    def __init__(self, last: int | None):
        self.n = 0
        self.last = last

    def started(self, event):
        self.n += 1
        if self.n == self.last:
            threading.Timer(random.uniform(0, 0.004), os.kill, (os.getpid(), signal.SIGKILL)).start()

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


def documents_of(entries: tuple[Entry, ...]) -> list:
    """FerretDB has no arrays in arrays."""
    return [{"changes": [change._asdict() for change in entry]} for entry in entries]


def entries_from(documents: list) -> tuple[Entry, ...]:
    return tuple(tuple(Change(**change) for change in entry["changes"]) for entry in documents)


def record_of(task: dict) -> Record:
    value = commit.TOMBSTONE if "gone" in task else " ".join(sorted(task["value"].values()))
    return Record(task["version"], value, tuple(task["at"]), task["owner"])


class Database:
    """What Shared is in the model: each of its commands is one of the server's."""

    def __init__(self, uri: str, tell, listener: Commands | None = None):
        # What is sent again, behind our back, would be a command that nobody counts.
        self.client = pymongo.MongoClient(
            uri, retryWrites=False, retryReads=False, maxPoolSize=1, event_listeners=[listener] if listener else []
        )
        database = self.client.get_default_database()
        self.heads, self.log, self.tasks = database.heads, database.log, database.tasks
        self.tell = tell
        self.claims = 0

    def head(self, partition):
        head = self.heads.find_one({"_id": partition})
        return Head(head["n"], head["settled"], entries_from(head["entries"])) if head else Head()

    def record(self, name):
        task = self.tasks.find_one({"_id": name})
        return record_of(task) if task else None

    def claim(self, partition, n, settled, entry, anew):
        self.claims += 1
        numbers, entries = {"n": n + 1, "settled": settled}, documents_of((entry,))
        more = {"$set": numbers, "$push": {"entries": entries[0]}}
        update = {"$set": numbers | {"entries": entries}} if anew or n == 0 else more
        try:
            before = self.heads.find_one_and_update({"_id": partition, "n": n}, update, upsert=n == 0)
        except pymongo.errors.DuplicateKeyError:
            return self, False
        return self, n == 0 or before is not None

    def write_records(self, partition, numbered):
        statements = []
        for n, change in numbered:
            before = {"_id": change.record, "version": change.version - 1}
            made = {"version": change.version, "at": [partition, n], "owner": change.to or partition}
            if change.value == commit.TOMBSTONE:
                statements.append(pymongo.ReplaceOne(before, made | {"gone": True}))
            elif change.version == 1:
                made["value"] = {change.value[0]: change.value}
                statements.append(pymongo.UpdateOne({"_id": change.record}, {"$setOnInsert": made}, upsert=True))
            else:
                made[f"value.{change.value[0]}"] = change.value
                statements.append(pymongo.UpdateOne(before, {"$set": made, "$unset": {"gone": ""}}))
        self.tasks.bulk_write(statements)
        return self, ()

    def tell_settled(self, partition, n):
        self.heads.update_one({"_id": partition, "n": n}, {"$set": {"settled": n}})
        return self

    def archive(self, partition, head):
        bucket = {"_id": {"partition": partition, "first": head.first}, "entries": documents_of(head.entries)}
        try:
            self.log.insert_one(bucket)
        except pymongo.errors.DuplicateKeyError:
            pass
        return self

    def buckets(self, partition):
        found = self.log.find({"_id.partition": partition})
        return [(bucket["_id"]["first"], entries_from(bucket["entries"])) for bucket in found]

    def acknowledge(self, partition, n):
        self.tell(["acknowledged", partition, n])
        return self

    def as_it_is(self, acknowledged) -> Shared:
        """All of it, as the model's value. Nobody else may be writing."""
        tasks = {task["_id"]: record_of(task) for task in self.tasks.find()}
        return Shared(
            heads=tuple((p, self.head(p)) for p in PARTITIONS),
            log=frozenset((p, *bucket) for p in PARTITIONS for bucket in self.buckets(p)),
            records=tuple(sorted(tasks.items())),
            acknowledged=frozenset(acknowledged),
        )


def run(step, database, local):
    while not isinstance(local, End):
        database, local = step(database, local)
    return local.answer


# --- A writer: its memory is the head of each partition, as its own last change left it. ---


def draw() -> tuple[str, str, Wish]:
    partition = random.choice(PARTITIONS)
    name = f"{partition}-{random.randrange(RECORDS)}"
    value = secrets.token_hex(4)
    match random.choice(("create", "create", "change", "change", "change", "change", "remove", "both")):
        case "create":  # ids are random: nobody else makes this one
            return (
                "create",
                partition,
                Wish(partition, ((f"{partition}-{secrets.token_hex(8)}", value),), create=True, fresh=True),
            )
        case "remove":
            return "remove", partition, Wish(partition, ((name, None),))
        case "both":
            other = f"{partition}-{RECORDS}"
            return "change of two", partition, Wish(partition, ((name, value), (other, value)))
    return "change", partition, Wish(partition, ((name, value),))


def grant(database: Database, listener: Commands, known: dict[str, Head]) -> None:
    kind, partition, wish = draw()
    head, before, claims = known.get(partition), listener.n, database.claims
    answer = run(commit.writer, database, commit.begin(wish, head) if head else Look(wish))
    took = listener.n - before
    if answer == "not found":  # somebody removed it: it is made anew, as who has left a list may join it again
        answer = run(commit.writer, database, Look(wish._replace(create=True)))
    elif answer[0] == "done":
        how = "raced for" if database.claims > claims + 1 else "knowing the head" if head else "not knowing the head"
        database.tell(["took", kind, how, took])
    if answer[0] == "done":
        known[partition] = answer[2]


def write(uri: str, report: str, wishes: int | None, last: int | None) -> None:
    """A process: to the end of its wishes, or of its life."""
    signal.alarm(PATIENCE_S)
    random.seed()
    listener = Commands(last)
    file = os.open(report, os.O_WRONLY | os.O_APPEND)
    database = Database(uri, lambda line: os.write(file, (json.dumps(line) + "\n").encode()), listener)
    known: dict[str, Head] = {}
    n = 0
    while wishes is None or n < wishes:
        n += 1
        if n % 8 == 0:
            run(commit.reader, database, Sweep(random.choice(PARTITIONS)))
        grant(database, listener, known)


def setup(uri: str) -> None:
    database = Database(uri, lambda line: None)
    for partition in PARTITIONS:
        names = [f"{partition}-{i}" for i in range(RECORDS + 1)]
        run(commit.writer, database, Look(Wish(partition, tuple((name, "first") for name in names), create=True)))


def race(uri: str, lives: int, wishes: int) -> list:
    """What the writers told."""
    fork = multiprocessing.get_context("fork")  # so that none of them has to be begun anew: nothing is open here yet
    plans = [(None, random.randint(1, 60)) for _ in range(lives)] + [(wishes, None)] * WRITERS
    with tempfile.NamedTemporaryFile(prefix="taskwire-race-") as report:
        running = []

        def start(target, *arguments):
            process = fork.Process(target=target, args=(uri, *arguments))
            process.start()
            return process

        first = start(setup)
        first.join()
        assert first.exitcode == 0, "the records could not be made"
        while plans or running:
            while plans and len(running) < WRITERS:
                plan = plans.pop(0)
                running.append((start(write, report.name, *plan), plan))
            multiprocessing.connection.wait([process.sentinel for process, _ in running])
            for process, (_, last) in [ended for ended in running if not ended[0].is_alive()]:
                expected = -signal.SIGKILL if last else 0
                if process.exitcode != expected:
                    for other, _ in running:
                        other.kill()
                    sys.exit(f"a writer ended with {process.exitcode}, not {expected}")
                process.join()
            running = [(process, plan) for process, plan in running if process.is_alive()]
        return [json.loads(line) for line in report]


def check(uri: str, told: list) -> str:
    acknowledged = [(p, n) for what, p, n in (line for line in told if line[0] == "acknowledged")]
    assert len(acknowledged) == len(set(acknowledged)), "a number was acknowledged twice"
    database = Database(uri, lambda line: None)
    left = database.as_it_is(acknowledged)
    commit.always(left, ())
    for partition in PARTITIONS:
        run(commit.reader, database, Sweep(partition))
    after = database.as_it_is(acknowledged)
    commit.finally_(after, ())
    assert after.records == commit.recovered(left).records, "the server settled something else than the model"
    half = sum(
        1 for p, head in left.heads for m, c in head.unsettled() if left.record(c.record) != after.record(c.record)
    )
    return f"{len(commit.entries_of(after))} entries, {len(acknowledged)} acknowledged, {half} half done at the end"


def main(arguments: list[str]) -> None:
    lives, wishes = (int(n) for n in (arguments + ["60", "200"][len(arguments) :]))
    with own_database(os.environ["MONGODB_URI"]) as uri:
        told = race(uri, lives, wishes)
        print(f"{lives} writers killed; {check(uri, told)}")
    took = collections.defaultdict(list)
    for _, kind, how, n in (line for line in told if line[0] == "took"):
        took[kind, how].append(n)
    for (kind, how), numbers in sorted(took.items()):
        median, most = statistics.median(numbers), max(numbers)
        print(f"{kind}, {how}: {median:g} commands (at most {most}; {len(numbers)} of them)")


if __name__ == "__main__":
    main(sys.argv[1:])
