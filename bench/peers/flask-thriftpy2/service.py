# SPDX-License-Identifier: Apache-2.0
"""The Thrift service: owns the tasks."""

import datetime
import itertools
import os
import re
import secrets
import signal
import sys
import time

from cursor import decode_cursor, encode_cursor
from idl import HOST, PORT, Refusal, rpc, tasks
from store import Store
from thriftpy2.rpc import make_server

ID = re.compile(r"[0-9a-fA-F]{24}")


def to_time(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def to_task(user_id, row):
    identity, created_ms, updated_ms, version, done, name = row
    created_on = to_time(created_ms)
    return tasks.Task(
        id=identity.hex(),
        userId=user_id,
        name=name,
        createdOn=created_on,
        done=done != 0,
        updatedOn=created_on if updated_ms == created_ms else to_time(updated_ms),
        version=version,
    )


class Ids:
    """As MongoDB's: seconds, five bytes that are this process', a counter."""

    def __init__(self):
        self.process_part = secrets.token_bytes(5)
        self.counter = itertools.count(secrets.randbelow(1 << 24))

    def new(self, ms):
        counter = next(self.counter) & 0xFFFFFF
        return (ms // 1000).to_bytes(4, "big") + self.process_part + counter.to_bytes(3, "big")


class Handler:
    def __init__(self, store):
        self.store = store
        self.ids = Ids()

    def get(self, userId, id):
        row = self.store.get(userId, bytes.fromhex(id)) if ID.fullmatch(id) else None
        if row is None:
            raise Refusal(code=404, message="Task not found")
        return to_task(userId, row)

    def page(self, userId, request):
        try:
            after = decode_cursor(request.cursor) if request.cursor else None
        except ValueError as error:
            raise Refusal(code=400, message=str(error)) from None
        # One row more than is shown tells whether there is another page.
        rows = self.store.list(userId, request.done, after, request.limit + 1)
        more = len(rows) > request.limit
        rows = rows[: request.limit]
        return tasks.TaskPage(
            tasks=[to_task(userId, row) for row in rows],
            nextCursor=encode_cursor(rows[-1]) if more else None,
        )

    def create(self, userId, task, options=None):
        now_ms = time.time_ns() // 1_000_000
        row = (self.ids.new(now_ms), now_ms, now_ms, 1, 1 if task.done else 0, task.name)
        self.store.insert(userId, row)
        return to_task(userId, row)


def main():
    store = Store(os.environ["BENCH_DATABASE"], os.environ["BENCH_SYNCHRONOUS"])
    server = make_server(tasks.Tasks, Handler(store), HOST, PORT, client_timeout=None, **rpc())
    server.daemon = True  # its threads: open connections don't keep the process from ending
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server.serve()


main()
