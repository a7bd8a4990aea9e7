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


@schemathesis.hook
def before_call(context, case, kwargs):
    """OpenAPI has no words for who may be assigned a task, nor for labels that are alike but for case and accents: what
    is right as far as it can say is made right."""
    body = case.body
    if not case.operation.path.startswith("/v1/tasks") or not isinstance(body, dict):
        return
    if isinstance(body.get("assigneeId"), str) and 0 < len(body["assigneeId"].encode()) <= 128:
        del body["assigneeId"]
    labels = body.get("labels")
    if isinstance(labels, list) and all(isinstance(label, str) for label in labels) and len(set(labels)) == len(labels):
        body["labels"] = list({folded(label): label for label in labels}.values())
