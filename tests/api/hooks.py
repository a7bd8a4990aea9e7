# SPDX-License-Identifier: Apache-2.0
"""What schemathesis can't be told by its configuration; it loads this by itself."""

import collections
import itertools
import json
import os
import time
import unicodedata

import requests
import schemathesis

AWAY = (503, 504)

SEND = requests.Session.send


class Patience:
    """How long is waited for answers in all of the run: what is away for longer is a fault, and told soon."""

    left_s = 600


def send(session, request, **more):
    """A machine that stands still for a moment is answered 503 or 504, as it should be, whether a case is asked or
    somebody signs in: no fault, if the same request gets another answer afterwards."""
    answer = SEND(session, request, **more)
    while answer.status_code in AWAY and Patience.left_s > 0:
        answer.close()
        began = time.monotonic()
        time.sleep(1)
        answer = SEND(session, request, **more)
        Patience.left_s -= time.monotonic() - began
    return answer


requests.Session.send = send


def folded(text):
    """As the services compare labels."""
    letters = (one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return "".join(letters).casefold()


def tasks_in(body):
    """What a request says of tasks: its body, or its operations' tasks."""
    if not isinstance(body, dict):
        return []
    operations = body.get("operations")
    inside = [one.get("task") for one in operations if isinstance(one, dict)] if isinstance(operations, list) else []
    return [task for task in (body, *inside) if isinstance(task, dict)]


class Seen:
    """What is there, of one or the other: ids of tasks and lists, the newest last."""

    tasks = collections.deque(maxlen=6)
    lists = collections.deque(maxlen=6)
    turn = itertools.count(1)

    @classmethod
    def one_of(cls, ids, instead):
        """Another one each time."""
        return ids[next(cls.turn) % len(ids)] if ids else instead


def use(task):
    """A list that is there."""
    if isinstance(task.get("listId"), str):
        task["listId"] = Seen.one_of(Seen.lists, task["listId"])


def make_possible(operation):
    """What an operation has to have depends on what it is."""
    if operation.get("op") == "create":
        operation.pop("id", None)
        operation.pop("version", None)
    else:
        operation["id"] = Seen.one_of(Seen.tasks, operation.get("id", "0" * 24))
    if operation.get("op") == "remove":
        operation.pop("task", None)
    else:
        operation["task"] = operation.get("task") or {"name": "One"}
        use(operation["task"])


def is_right(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs):
    """OpenAPI has no words for who may be assigned a task, nor for labels that are alike but for case and accents: what
    is right as far as it can say is made right. Nor for what is there, for a cursor, which is of one filter and sort, and
    for a key, which is of one request."""
    if case.operation.path.startswith("/v1/tasks") and is_right(case):
        for task in tasks_in(case.body):
            use(task)
        if case.operation.path == "/v1/tasks:batch":
            for operation in case.body["operations"] if isinstance(case.body, dict) else []:
                make_possible(operation)
        if case.method == "GET":
            (case.query or {}).pop("cursor", None)
            use(case.query or {})
    if is_right(case) and "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f'"key {next(Seen.turn)}"'
    for task in tasks_in(case.body) if case.operation.path.startswith("/v1/tasks") else []:
        if isinstance(task.get("assigneeId"), str) and 0 < len(task["assigneeId"].encode()) <= 128:
            del task["assigneeId"]
        labels = task.get("labels")
        if isinstance(labels, list) and all(isinstance(one, str) for one in labels) and len(set(labels)) == len(labels):
            task["labels"] = list({folded(label): label for label in labels}.values())


@schemathesis.hook
def after_call(context, case, response):
    """Notes what came of it, for tests/integration/test_schemathesis.py too."""
    if response.request.method == case.operation.method.upper():
        with open(os.environ["ANSWERED"], "a", encoding="ascii") as answered:
            answered.write(f"{case.operation.label}\t{response.status_code}\n")
    if response.status_code == 201 and case.operation.path in ("/v1/tasks", "/v1/lists"):
        ids = Seen.tasks if case.operation.path == "/v1/tasks" else Seen.lists
        ids.append(json.loads(response.content)["id"])
