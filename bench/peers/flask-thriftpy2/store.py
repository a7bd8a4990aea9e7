# SPDX-License-Identifier: Apache-2.0
"""Tasks in the SQLite file of tasks-service: its table, its queries. sqlite3 keeps each connection's statements
prepared."""

import sqlite3
import threading

COLUMNS = "id, created_ms, updated_ms, version, done, name"
# SQLite compares a position with each row, which the first page does without.
BEHIND = "AND (created_ms, id) < (?, ?)"
NEWEST_FIRST = "ORDER BY created_ms DESC, id DESC LIMIT ?"
ONE = f"SELECT {COLUMNS} FROM tasks WHERE id = ? AND user_id = ?"
ANY = f"SELECT {COLUMNS} FROM tasks WHERE user_id = ?"
BY_DONE = f"SELECT {COLUMNS} FROM tasks INDEXED BY tasks_by_done WHERE user_id = ? AND done = ?"
INSERT = f"INSERT INTO tasks ({COLUMNS}, user_id) VALUES (?, ?, ?, ?, ?, ?, ?)"


class Store:
    """A connection for each thread."""

    def __init__(self, path, synchronous):
        self.path = path
        self.synchronous = synchronous
        self.local = threading.local()
        self.writing = threading.Lock()  # taken in turn, while SQLite's own would be asked for again and again

    @property
    def db(self):
        try:
            return self.local.db
        except AttributeError:
            self.local.db = db = sqlite3.connect(self.path, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(f"PRAGMA synchronous = {self.synchronous}")
            return db

    def get(self, user_id, identity):
        return self.db.execute(ONE, (identity, user_id)).fetchone()

    def list(self, user_id, done, after, limit):
        query, arguments = (ANY, (user_id,)) if done is None else (BY_DONE, (user_id, 1 if done else 0))
        if after is None:
            return self.db.execute(f"{query} {NEWEST_FIRST}", (*arguments, limit)).fetchall()
        return self.db.execute(f"{query} {BEHIND} {NEWEST_FIRST}", (*arguments, *after, limit)).fetchall()

    def insert(self, user_id, row):
        with self.writing:
            self.db.execute(INSERT, (*row, user_id))
