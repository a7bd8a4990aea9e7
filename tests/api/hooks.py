# SPDX-License-Identifier: Apache-2.0
"""What schemathesis can't be told by its configuration; it loads this by itself."""

import time

import requests

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
