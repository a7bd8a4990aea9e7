# SPDX-License-Identifier: Apache-2.0
"""tasks-admin copy, and stores with much in them."""

import contextlib
import random
import sqlite3
import subprocess

from support.processes import BUILD, PATIENCE_S, Service

ADMIN = BUILD / "admin" / "tasks-admin"


def copy(source, target, *arguments, environment=None):
    """Runs it and gives what came of it."""
    return subprocess.run(
        [ADMIN, "copy", "--from", source, "--to", target, *arguments],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_S,
        env=environment,
    )


def copied(source, target, *arguments):
    """The same where it has to go well; gives the sums that were printed, by the section's name."""
    done = copy(source, target, *arguments)
    assert done.returncode == 0, done.stderr
    return sums(done.stdout)


def sums(text):
    return {line.split()[0]: line.split(maxsplit=1)[1] for line in text.splitlines()}


def refused(done, why):
    """Holds it to one clear line and the status 1."""
    assert done.returncode == 1, done
    line = done.stderr.splitlines()[-1]
    assert line.startswith("tasks-admin: ") and why in line, done.stderr
    assert done.stdout == ""
    return line


def make_tasks(folder, n, user_id="a" * 24):
    """A data folder with a tasks.db in which there are `n` tasks. Gives the URI of the database."""
    service = Service("tasks-service", folder)
    assert service.stop() == 0
    chance = random.Random(5)
    path = folder / "data" / "tasks.db"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executemany(
            "INSERT INTO tasks (user_id, created_ms, id, updated_ms, version, done, name) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (user_id, 10**12 + i, chance.randbytes(12), 10**12 + 2 * i, i % 7 + 1, i % 2, f"Task № {i}")
                for i in range(n)
            ),
        )
    return f"sqlite:{path}"


def rows(path):
    """Everything in a database of SQLite, by table."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: sorted(database.execute(f"SELECT * FROM {table}")) for table in tables}


LOG = ("log", "log_heads", "log_state", "log_store")


def moved(path):
    """What of a database of SQLite a copy moves: not the log of changes."""
    return {table: of_table for table, of_table in rows(path).items() if table not in LOG}
