# SPDX-License-Identifier: Apache-2.0
"""What schemathesis can't be told by its configuration; it loads this by itself."""

import time

import requests
import schemathesis

AWAY = (503, 504)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A machine that stands still for a moment is answered 503 or 504, as it should be: no fault, if the same request
    gets another answer afterwards."""
    if response.status_code not in AWAY:
        return True
    with requests.Session() as session:
        for _ in range(60):
            if session.send(response.request, timeout=60).status_code not in AWAY:
                return False
            time.sleep(1)
    return True
