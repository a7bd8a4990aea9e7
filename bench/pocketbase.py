# SPDX-License-Identifier: Apache-2.0
"""PocketBase has an API, a database and tokens of its own: https://pocketbase.io/docs/api-records/."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import urllib.parse

from bench.api import Request, Rest
from bench.places import CACHE
from bench.systems import Peer
from bench.tokens import sign

RECORDS = "/api/collections/tasks/records"
FIELDS = ("id", "name", "createdOn", "done", "updatedOn", "version")


class Records(Rest):
    """Tasks are the records of a collection; users see their own by its rules."""

    created = 200

    @classmethod
    def open(cls, users, key, running):
        """With the tokens that its users would get by logging in: signed with the user's key and the collection's."""
        with contextlib.closing(sqlite3.connect(f"file:{running.database}?mode=ro", uri=True)) as database:
            found = database.execute("SELECT id, options FROM _collections WHERE name = 'users'").fetchone()
            token_keys = dict(database.execute("SELECT id, tokenKey FROM users"))
        collection, options = found
        secret = json.loads(options)["authToken"]["secret"]
        claims = {"type": "auth", "collectionId": collection, "refreshable": True}
        return cls({user: sign({**claims, "id": user}, (token_keys[user] + secret).encode()) for user in users})

    def page(self, user, limit=20, page=1):
        query = urllib.parse.urlencode({"perPage": limit, "page": page, "sort": "-createdOn,-id", "skipTotal": 1})
        return Request("GET", f"{RECORDS}?{query}", self.tokens.get(user))

    def next_page(self, user, answer, limit=20):
        return self.page(user, limit, answer["page"] + 1)

    def task(self, user, id_):
        return Request("GET", f"{RECORDS}/{id_}", self.tokens.get(user))

    def create(self, user, name):
        return Request("POST", RECORDS, self.tokens.get(user), json.dumps({"name": name, "userId": user}).encode())

    def bad_create(self, user):
        return self.create(user, "")

    def is_refusal(self, answer):
        """A request without a good token is a guest's, who sees no records and may make none."""
        return answer.status_code == 400 or (answer.status_code == 200 and answer.json().get("items") == [])

    def tasks_of(self, answer):
        return answer["items"]

    def task_of(self, answer):
        task = {name: answer[name] for name in FIELDS}
        return {**task, **{name: task[name].replace(" ", "T") for name in ("createdOn", "updatedOn")}}


class PocketBase(Peer):
    api = Records

    def __init__(self):
        super().__init__("pocketbase")
        self.filled = None

    def put_database(self, folder, data):
        """What its `fill` has made, once in a run of the benchmark."""
        if self.filled is None:
            self.filled = tempfile.TemporaryDirectory(dir=CACHE, prefix="pocketbase-filled-")
            path = CACHE / self.filled.name / "tasks.db"
            data.copy_tasks(path)
            environment = {**os.environ, "BENCH_BUILD": str(self.built)}
            subprocess.run([self.folder / "fill", path], check=True, stdout=2, env=environment)
        shutil.copytree(CACHE / self.filled.name / "pb_data", folder / "pb_data")
        return folder / "tasks.db"

    def database_of(self, path):
        return path.parent / "pb_data" / "data.db"
