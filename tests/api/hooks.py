# SPDX-License-Identifier: Apache-2.0
"""What schemathesis can't be told by its configuration; it loads this by itself."""

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


@schemathesis.hook
def before_call(context, case, kwargs):
    """OpenAPI has no words for who may be assigned a task, nor for labels that are alike but for case and accents: what
    is right as far as it can say is made right."""
    for task in tasks_in(case.body) if case.operation.path.startswith("/v1/tasks") else []:
        if isinstance(task.get("assigneeId"), str) and 0 < len(task["assigneeId"].encode()) <= 128:
            del task["assigneeId"]
        labels = task.get("labels")
        if isinstance(labels, list) and all(isinstance(one, str) for one in labels) and len(set(labels)) == len(labels):
            task["labels"] = list({folded(label): label for label in labels}.values())
