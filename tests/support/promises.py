# SPDX-License-Identifier: Apache-2.0
"""Holds what a gateway answers to what its /openapi.json says of it."""

import collections
import functools
import json
import re

import httpx
import jsonschema

from support.processes import Gateway

SEND = httpx.Client.send

MAX_CHECKED = 50  # bodies of one route and status: those that follow are as these are, and load is to be load


class Promises:
    """An OpenAPI document."""

    def __init__(self, document):
        self.document = document
        # What stands for itself wins over a parameter.
        paths = sorted(document["paths"], key=lambda path: path.count("{"))
        self.checked = collections.Counter()
        self.paths = [(re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))), path) for path in paths]

    def resolve(self, node):
        while "$ref" in node:
            found = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            node = found
        return node

    def operation(self, verb, path):
        """What the document says of a request; None where it is of no route."""
        for pattern, template in self.paths:
            if pattern.fullmatch(path):
                return self.document["paths"][template].get(verb.lower())
        return None

    def hold(self, answer):
        """Fails where an httpx answer is of a route and not as the document says."""
        request = answer.request
        operation = self.operation(request.method, request.url.raw_path.decode().split("?")[0])
        if operation is not None:
            self.hold_to(operation, answer)

    def hold_to(self, operation, answer):
        status = str(answer.status_code)
        what = f"{answer.request.method} {answer.request.url.path}: {status}"
        answers = operation["responses"]
        assert status in answers or "default" in answers, f"{what} is not in the document"
        declared = self.resolve(answers.get(status) or answers["default"])
        self.hold_headers(what, declared, answer)
        if "content" in declared:
            self.hold_body(what, declared["content"], answer)
        elif answer.is_success and answer.is_closed:
            assert answer.content == b"", what

    def hold_headers(self, what, declared, answer):
        known = {name.lower() for name in declared.get("headers", {})}
        named = ("location", "retry-after", "www-authenticate", "allow", "accept", "set-cookie", "ratelimit")
        for name in (*named, "ratelimit-policy"):
            assert name in known or name not in answer.headers, f"{what} has {name}, which is not in the document"
        for name in {"location", "www-authenticate"} & known:
            assert name in answer.headers, f"{what} has no {name}"
        if answer.status_code in (429, 503):
            assert answer.headers.get("retry-after", "").isdecimal(), what

    def hold_body(self, what, content, answer):
        kind = answer.headers.get("content-type")
        assert kind in content, f"{what} is {kind}"
        self.checked[what] += 1
        if answer.is_closed and self.checked[what] <= MAX_CHECKED:
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

    @functools.cache
    def promises_of(self, build, services, arguments):
        """From a gateway that does nothing else: a test may count what its own is asked."""
        gateway = Gateway(self.folder, dict.fromkeys(services, 1), arguments=arguments, ready=False, build=build)
        try:
            return Promises(SEND(httpx.Client(), httpx.Request("GET", f"{gateway.url}/openapi.json")).json())
        finally:
            gateway.stop()

    def send(self, client, request, **more):
        answer = SEND(client, request, **more)
        gateway = Gateway.running.get(f"{request.url.scheme}://{request.url.host}:{request.url.port}")
        if gateway is not None:
            try:
                self.promises_of(*gateway.made_of).hold(answer)
            except AssertionError as error:
                self.broken.append(str(error))
                raise
        return answer
