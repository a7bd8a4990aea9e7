# SPDX-License-Identifier: Apache-2.0
"""How tasks are asked for: as the gateway takes it, which most peers take too."""

import dataclasses
import json

from bench.dataset import LOGINS, PASSWORD


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    target: str
    token: str | None = None
    body: bytes | None = None
    key: str | None = None

    def headers(self):
        found = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        found |= {"Idempotency-Key": self.key} if self.key else {}
        return found | ({"Content-Type": "application/json"} if self.body is not None else {})

    def octets(self, host):
        """As they go over the wire."""
        headers = {"Host": host, **self.headers()}
        if self.body is not None:
            headers["Content-Length"] = str(len(self.body))
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([f"{self.method} {self.target} HTTP/1.1", *lines, "", ""])
        return head.encode() + (self.body or b"")


class Rest:
    """Our own. `tokens` has each user's."""

    created = 201

    @classmethod
    def open(cls, users, key, running):
        """For a system that has been started: with a token for each user."""
        return cls({user: key.token(user) for user in users})

    def __init__(self, tokens):
        self.tokens = tokens

    def page(self, user, limit=20, cursor=None):
        more = f"&cursor={cursor}" if cursor else ""
        return Request("GET", f"/v1/tasks?limit={limit}{more}", self.tokens.get(user))

    def next_page(self, user, answer, limit=20):
        return self.page(user, limit, answer["nextCursor"])

    def task(self, user, id_):
        return Request("GET", f"/v1/tasks/{id_}", self.tokens.get(user))

    def create(self, user, name):
        return Request("POST", "/v1/tasks", self.tokens.get(user), json.dumps({"name": name}).encode())

    def bad_create(self, user):
        return Request("POST", "/v1/tasks", self.tokens.get(user), b'{"name": ""}')

    def login(self, number):
        credentials = {"email": LOGINS[number % len(LOGINS)], "password": PASSWORD}
        return Request("POST", "/v1/sessions", None, json.dumps(credentials).encode())

    def is_refusal(self, answer):
        """Whether that is what a client gets that has no token which is good."""
        return answer.status_code == 401

    def tasks_of(self, answer):
        return answer["tasks"]

    def task_of(self, answer):
        """What an answer's object says, in our terms."""
        return answer
