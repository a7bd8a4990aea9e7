# SPDX-License-Identifier: Apache-2.0
"""Holds what a gateway answers to what its /openapi.json says of it."""

import collections
import functools
import json
import re
import threading
import weakref

import httpx
import jsonschema

from support.processes import PATIENCE_S, Gateway

SEND = httpx.Client.send

MAX_CHECKED = 200  # bodies of a gateway's route and status: those that follow are as these are, and load is to be load


# What a document does not say: HTTP's own, what answers scripts of other origins, and what is of no use to who calls.
UNSAID = {
    "access-control-allow-credentials", "access-control-allow-origin", "access-control-expose-headers", "connection",
    "content-encoding", "content-length", "content-security-policy", "content-type", "cross-origin-resource-policy", "date", "transfer-encoding",
    "x-accel-buffering", "x-content-type-options",
}  # fmt: skip


class Promises:
    """An OpenAPI document."""

    def __init__(self, document):
        self.document = document
        # What stands for itself wins over a parameter.
        paths = sorted(document["paths"], key=lambda path: path.count("{"))
        self.paths = [(re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))), path) for path in paths]

    def resolve(self, node):
        while "$ref" in node:
            found = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            node = found
        return node

    def template(self, path):
        """The path of the document that a request's path is of, or None."""
        return next((template for pattern, template in self.paths if pattern.fullmatch(path)), None)

    def hold(self, answer, checked):
        """Fails where an httpx answer is of a route and not as the document says. `checked` counts by kind."""
        request = answer.request
        template = self.template(request.url.raw_path.decode().split("?")[0])
        operation = self.document["paths"].get(template, {}).get(request.method.lower())
        if operation is not None:
            kind = (template, request.method, answer.status_code)
            checked[kind] += 1
            self.hold_to(operation, answer, with_body=checked[kind] <= MAX_CHECKED)

    def hold_to(self, operation, answer, with_body=True):
        status = str(answer.status_code)
        what = f"{answer.request.method} {answer.request.url.path}: {status}"
        answers = operation["responses"]
        assert status in answers or "default" in answers, f"{what} is not in the document"
        declared = self.resolve(answers.get(status) or answers["default"])
        self.hold_headers(what, declared, answer)
        if "content" in declared:
            self.hold_body(what, declared["content"], answer, with_body)
        elif answer.is_success and answer.is_closed:
            assert answer.content == b"", what

    def hold_headers(self, what, declared, answer):
        if answer.status_code in (414, 431):
            return  # libmicrohttpd may have said it by itself, so that none are promised
        known = {name.lower() for name in declared.get("headers", {})}
        more = set(answer.headers) - known - UNSAID
        assert more == set(), f"{what} has {more}, which is not in the document"
        for name in {"location", "www-authenticate"} & known:
            assert name in answer.headers, f"{what} has no {name}"
        if answer.status_code in (429, 503):
            assert answer.headers.get("retry-after", "").isdecimal(), what

    def hold_body(self, what, content, answer, with_body):
        kind = answer.headers.get("content-type")
        assert kind in content, f"{what} is {kind}"
        if answer.is_closed and with_body and kind != "text/event-stream":
            errors = list(self.validator(json.dumps(content[kind]["schema"])).iter_errors(answer.json()))
            assert errors == [], f"{what}: {errors}"

    @functools.cache
    def validator(self, schema):
        # The document's own references are those of the whole.
        whole = {"components": self.document["components"], **json.loads(schema)}
        return jsonschema.Draft202012Validator(whole)


class Watch:
    """Once it looks, every answer that httpx gets from a gateway of the tests is held to that gateway's document."""

    def __init__(self, folder):
        self.folder = folder
        self.broken = []
        self.promises = {}
        self.one_at_a_time = threading.Lock()
        self.checked = weakref.WeakKeyDictionary()  # by gateway: how many answers of each kind

    def promises_of(self, made_of):
        with self.one_at_a_time:
            if made_of not in self.promises:
                self.promises[made_of] = self.fetch(*made_of)
            return self.promises[made_of]

    def fetch(self, build, services, arguments):
        """From a gateway that does nothing else: a test may count what its own is asked."""
        gateway = Gateway(self.folder, dict.fromkeys(services, 1), arguments=arguments, ready=False, build=build)
        try:
            with httpx.Client(timeout=PATIENCE_S) as client:
                return Promises(SEND(client, client.build_request("GET", f"{gateway.url}/openapi.json")).json())
        finally:
            gateway.stop()

    def send(self, client, request, **more):
        gateway = Gateway.at(f"{request.url.scheme}://{request.url.host}:{request.url.port}")
        answer = SEND(client, request, **more)
        if gateway is not None:
            promises = self.promises_of(gateway.made_of)
            try:
                promises.hold(answer, self.checked.setdefault(gateway, collections.Counter()))
            except AssertionError as error:
                self.broken.append(str(error))
                raise
        return answer
