# SPDX-License-Identifier: Apache-2.0
"""The README's example with nothing but Python's standard library, for a machine that has nothing else:
walk.py [URL]. Fails with an assertion."""

import json
import secrets
import sys
import urllib.error
import urllib.request

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"


def call(verb, path, body=None, token=None, expect=200):
    request = urllib.request.Request(URL + path, method=verb)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, data, timeout=30) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    assert status == expect, (verb, path, status, text)
    return json.loads(text) if text else None


def main():
    person = {"email": f"walker-{secrets.token_hex(8)}@example.org", "password": "correct horse battery"}
    account = call("POST", "/v1/accounts", person, expect=201)["account"]
    token = call("POST", "/v1/sessions", person, expect=201)["accessToken"]
    assert call("GET", "/v1/account", token=token) == account
    tasks = [call("POST", "/v1/tasks", {"name": f"task {n}"}, token, 201) for n in range(3)]
    page = call("GET", "/v1/tasks?limit=2", token=token)
    assert [task["name"] for task in page["tasks"]] == ["task 2", "task 1"]
    rest = call("GET", f"/v1/tasks?limit=2&cursor={page['nextCursor']}", token=token)
    assert [task["name"] for task in rest["tasks"]] == ["task 0"] and "nextCursor" not in rest
    done = call("PATCH", f"/v1/tasks/{tasks[0]['id']}", {"done": True}, token)
    assert done["done"] and done["name"] == "task 0" and done["version"] == 2
    call("DELETE", f"/v1/tasks/{tasks[1]['id']}", token=token, expect=204)
    call("GET", f"/v1/tasks/{tasks[1]['id']}", token=token, expect=404)
    call("DELETE", "/v1/sessions/current", token=token, expect=204)
    call("GET", "/v1/account", token=token, expect=401)
    print(f"walked through {URL}")


if __name__ == "__main__":
    main()
