# SPDX-License-Identifier: Apache-2.0
"""The one data set of all systems: users with as many tasks each, in a tasks.db whose tables tasks-service has made,
and in an accounts.db some people who log in. The tasks are put into the table by SQL, in the order of their making, one
user after the other, as a service that all of them use would have done."""

import contextlib
import datetime
import functools
import shutil
import sqlite3
import tempfile

import httpx

from bench.places import CACHE
from support.processes import Stack

USERS = 100
TASKS_A_USER = 1000
LOGINS = [f"login-{number}@example.org" for number in range(8)]
PASSWORD = "correct horse battery"
FORM = "1"  # of what is in the cache: another number makes it anew

FIRST_MS = 1_767_225_600_000  # 2026-01-01
SPAN_MS = 25_000_000_000  # in which all are made: some ten months
PROCESS_PART = bytes.fromhex("5eed5eed5e")

INSERT = "INSERT INTO tasks (user_id, created_ms, id, updated_ms, version, done, name) VALUES (?, ?, ?, ?, ?, ?, ?)"


def rfc3339(ms):
    seconds, ms = divmod(ms, 1000)
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%dT%H:%M:%S}.{ms:03}Z"


def user_name(number):
    return f"bench-user-{number:03}"


def row(number, users, total):
    """The table's row with that number, in the order in which they were made. One in four was finished later. Ids are
    as tasks-service makes them: the second, which process, and a number."""
    nth, user = divmod(number, users)
    created_ms = FIRST_MS + number * (SPAN_MS // total) + number % 1000
    id_ = (created_ms // 1000).to_bytes(4, "big") + PROCESS_PART + number.to_bytes(3, "big")
    done = nth % 4 == 3
    updated_ms = created_ms + 3_600_000 if done else created_ms
    return user_name(user), created_ms, id_, updated_ms, 2 if done else 1, done, f"Call back about offer {nth + 1:04}"


def as_seen(row):
    """The task as a client gets it."""
    _, created_ms, id_, updated_ms, version, done, name = row
    return {
        "id": id_.hex(),
        "name": name,
        "createdOn": rfc3339(created_ms),
        "done": done,
        "updatedOn": rfc3339(updated_ms),
        "version": version,
    }


def fill(path, users, tasks_a_user):
    """Puts the rows into the database of a tasks-service that has stopped, and leaves one file, without a WAL."""
    total = users * tasks_a_user
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -4000000")
        with database:
            database.executemany(INSERT, (row(number, users, total) for number in range(total)))
        database.execute("PRAGMA journal_mode = WAL")


def count_tasks(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute("SELECT count(*) FROM tasks").fetchone()[0]


def copy_databases(source, folder):
    """Makes `folder`, a data folder for our services."""
    folder.mkdir(mode=0o700)
    for name in ("tasks.db", "accounts.db"):
        shutil.copyfile(source / name, folder / name)


class Dataset:
    """What is in the cache, made where it is not. `users` are those that are asked for, at most 100 of all; `tasks` has
    what each of them sees, newest first. Where `build` is a revision's, `revision` says so: what older programs have
    made newer ones can read, and not the reverse."""

    def __init__(self, build, users=USERS, tasks_a_user=TASKS_A_USER, cache=CACHE, revision=None):
        self.all_users = users
        self.tasks_a_user = tasks_a_user
        self.total = users * tasks_a_user
        of_revision = f"-{revision[:12]}" if revision else ""
        self.folder = cache / f"dataset-{FORM}-{users}-{tasks_a_user}{of_revision}"
        if not self.folder.exists():
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache, prefix="dataset-") as made:
                self._make(cache / made, build)
        numbers = range(0, users, max(users // USERS, 1))
        self.tasks = {user_name(number): [as_seen(row) for row in self.rows_of(number)] for number in numbers}
        self.users = list(self.tasks)

    def rows_of(self, user):
        """A user's rows, newest first."""
        newest_first = reversed(range(self.tasks_a_user))
        return [row(nth * self.all_users + user, self.all_users, self.total) for nth in newest_first]

    def _make(self, folder, build):
        with Stack(folder, build=build) as stack:
            for email in LOGINS:
                httpx.post(f"{stack.url}/v1/accounts", json={"email": email, "password": PASSWORD}).raise_for_status()
        fill(folder / "data" / "tasks.db", self.all_users, self.tasks_a_user)
        (folder / "data").rename(self.folder)

    def copy_tasks(self, target):
        """The SQLite file alone, which no process has open."""
        shutil.copyfile(self.folder / "tasks.db", target)

    def copy_all(self, folder):
        """A data folder for our services, without the lock files and the key of those that made it."""
        copy_databases(self.folder, folder)

    @contextlib.contextmanager
    def store(self, folder):
        """Where the systems keep the tasks, if not in a copy of the file: None, or a URI."""
        yield None

    def counter(self, running):
        """A function that says how many tasks are stored."""
        return functools.partial(count_tasks, running.database)
