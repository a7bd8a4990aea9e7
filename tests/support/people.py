# SPDX-License-Identifier: Apache-2.0
"""Somebody who uses the REST interface."""

import base64
import hashlib
import hmac
import itertools
import json
import os
import time

import httpx

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def new_email():
    return f"person-{os.getpid()}-{next(_numbers)}@example.org"


def claims(token):
    """What an access token says."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def _base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def sign(key_file, **more):
    """A token that the key in `key_file` signs rightly, for 15 minutes, with these claims, whatever they are."""
    key_id, secret = key_file.read_text().split("\n")[0].split()
    now = int(time.time())
    said = {"aud": "taskwire", "exp": now + 900, "iat": now, "iss": "taskwire", **more}
    parts = [{"alg": "HS256", "kid": key_id, "typ": "JWT"}, said]
    signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    key = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return f"{signed}.{_base64url(hmac.digest(key, signed.encode(), hashlib.sha256))}"


def _ask(client, method, path, **more):
    """Sent again while the server says that it is overloaded."""
    for _ in range(60):
        answer = client.request(method, path, **more)
        if answer.status_code != 503:
            break
        time.sleep(float(answer.headers["retry-after"]))
    return answer


class Person:
    """An account with an open session. Requests are httpx's, with the token."""

    def __init__(self, url, email=None, password=PASSWORD, timeout_s=60):
        self.email = email or new_email()
        self.password = password
        self.client = httpx.Client(base_url=url, timeout=timeout_s)
        answer = _ask(self.client, "POST", "/v1/accounts", json={"email": self.email, "password": password})
        assert answer.status_code == 201, answer.text
        self.take(answer.json())
        self.id = answer.json()["account"]["id"]

    @classmethod
    def of(cls, url, email):
        """Somebody who has an account already."""
        somebody = cls.__new__(cls)
        somebody.email, somebody.password = email, PASSWORD
        somebody.client = httpx.Client(base_url=url, timeout=60)
        somebody.take(somebody.log_in())
        return somebody

    def take(self, session):
        """Goes on with the tokens of a session."""
        self.access_token = session["accessToken"]
        self.refresh_token = session["refreshToken"]
        self.client.headers["Authorization"] = f"Bearer {self.access_token}"

    def log_in(self):
        answer = self.client.post("/v1/sessions", json={"email": self.email, "password": self.password})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def refresh(self):
        """The tokens that follow; they are not taken."""
        answer = self.client.post("/v1/sessions/refresh", json={"refreshToken": self.refresh_token})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def add(self, name, **more):
        answer = self.client.post("/v1/tasks", json={"name": name, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def ask(self, method, path, **more):
        """A request that may be sent twice."""
        answer = _ask(self.client, method, path, **more)
        assert answer.is_success, answer.text
        return answer

    def close(self):
        self.client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def problem(answer, status):
    """Holds an error answer to RFC 9457 and gives its members back."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    members = answer.json()
    assert members["status"] == status
    assert members["title"]
    return members


def locations(answer):
    """The places that a 400 names."""
    return {entry["location"] for entry in problem(answer, 400)["errors"]}
