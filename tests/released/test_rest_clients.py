# SPDX-License-Identifier: Apache-2.0
"""REST clients of every release find all that they know: the OpenAPI document of each is held to the one of today."""

import copy
import json

import httpx
import pytest

from support.processes import Gateway

from .releases import IDL, RELEASED, exceptions, releases
from .rest_changes import changes
from .thrift_changes import compiler_json


@pytest.fixture(scope="module")
def document(stack):
    return httpx.get(f"{stack.url}/openapi.json", timeout=60).json()


@pytest.fixture(scope="module")
def findings(document):
    return {
        f"{version} REST: {line}"
        for version in releases()
        for line in changes(json.loads((RELEASED / version / "openapi.json").read_text()), document)
    }


def test_nothing_is_broken_but_what_has_a_reason(findings):
    assert findings - exceptions().keys() == set()


def test_every_exception_is_needed_still(findings):
    assert {line for line in exceptions() if " REST: " in line} - findings == set()


# What is compared, on a document that has one of everything


def answer(schema, **more):
    return {"description": "", "content": {"application/json": {"schema": schema}}, **more}


SAMPLE = {
    "openapi": "3.1.0",
    "paths": {
        "/things/{id}": {
            "patch": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}},
                    {
                        "name": "limit",
                        "in": "query",
                        "schema": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 9, "default": 5},
                    },
                    {"name": "If-Match", "in": "header", "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Changes"}},
                        "application/merge-patch+json": {"schema": {"$ref": "#/components/schemas/Changes"}},
                    },
                    "required": False,
                },
                "responses": {
                    "200": answer(
                        {
                            "allOf": [
                                {"$ref": "#/components/schemas/Thing"},
                                {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "thing"}}},
                            ]
                        },
                        headers={"Location": {"schema": {"type": "string"}}},
                    ),
                    "404": {"description": ""},
                },
                "security": [{"bearer": []}],
            },
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Place"}}},
                    "required": True,
                },
                "responses": {
                    "201": answer({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}),
                    "default": {"description": ""},
                },
                "security": [],
            },
            "get": {"responses": {"200": {"description": ""}}, "security": []},
        },
    },
    "components": {
        "schemas": {
            "Changes": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 500, "pattern": "^[a-z]*$", "allOf": [{"pattern": "a"}]},
                    "size": {"type": ["integer", "null"], "enum": [1, 5, 9, None]},
                    "words": {"type": "array", "maxItems": 3, "items": {"type": "string", "minLength": 1}},
                    "parts": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Changes"}},
                },
            },
            "Place": {
                "oneOf": [
                    {"type": "object", "required": ["street"], "properties": {"street": {"type": "string"}}},
                    {"type": "object", "required": ["box"], "properties": {"box": {"type": "integer"}}},
                ]
            },
            "Thing": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "size": {"type": "integer"},
                    "words": {"type": "array", "items": {"type": "string"}},
                    "state": {"type": ["string", "null"], "enum": ["open", "done", None]},
                    "parts": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Thing"}},
                    "owner": {
                        "type": "object",
                        "required": ["id"],
                        "properties": {"id": {"type": "string"}},
                        "anyOf": [
                            {"required": ["name"], "properties": {"name": {"type": "string"}}},
                            {"required": ["team"], "properties": {"team": {"$ref": "#/components/schemas/Thing"}}},
                        ],
                    },
                },
            },
        }
    },
}

PATCH = ("paths", "/things/{id}", "patch")
POST = ("paths", "/things/{id}", "post")
GET = ("paths", "/things/{id}", "get")
CHANGES = ("components", "schemas", "Changes")
THING = ("components", "schemas", "Thing")
OWNER = (*THING, "properties", "owner")
GONE = object()
BODY = "PATCH /things/{id}: body"
ANSWER = "PATCH /things/{id}: 200"

# Of each kind of break: where something is put, or GONE, and what is said of it.
BREAKS = {
    "a path is gone": (("paths", "/things/{id}"), GONE, "POST /things/{id}: is gone"),
    "a route is gone": (POST, GONE, "POST /things/{id}: is gone"),
    "a route needs a token": ((*POST, "security"), [{"bearer": []}], "POST /things/{id}: needs a token now"),
    "a route needs a token as all do": ((*POST, "security"), GONE, "POST /things/{id}: needs a token now"),
    "a parameter is gone": ((*PATCH, "parameters", 1), GONE, "PATCH /things/{id}: query limit: is gone"),
    "a parameter is new": (
        (*PATCH, "parameters", 3),
        {"name": "x", "in": "query", "required": True, "schema": {}},
        "PATCH /things/{id}: query x: is new, and required",
    ),
    "a header becomes required": (
        (*PATCH, "parameters", 2, "required"),
        True,
        "PATCH /things/{id}: header if-match: has become required",
    ),
    "a parameter takes less": (
        (*PATCH, "parameters", 1, "schema", "maximum"),
        8,
        "PATCH /things/{id}: query limit: maximum was 9, is 8",
    ),
    "a parameter takes no small ones": (
        (*PATCH, "parameters", 1, "schema", "minimum"),
        2,
        "PATCH /things/{id}: query limit: minimum was 1, is 2",
    ),
    "a parameter means something else": (
        (*PATCH, "parameters", 1, "schema", "default"),
        6,
        "PATCH /things/{id}: query limit: means 6 where it is left out, 5 before",
    ),
    "a parameter is of another type": (
        (*PATCH, "parameters", 1, "schema", "type"),
        "boolean",
        "PATCH /things/{id}: query limit: takes no integer now",
    ),
    "a parameter has a form": (
        (*PATCH, "parameters", 2, "schema", "format"),
        "uuid",
        "PATCH /things/{id}: header if-match: has to be of format uuid now",
    ),
    "a body is needed": ((*PATCH, "requestBody", "required"), True, "PATCH /things/{id}: needs a body now"),
    "a body is new, and needed": (
        (*GET, "requestBody"),
        {"content": {}, "required": True},
        "GET /things/{id}: needs a body now",
    ),
    "a body is refused": ((*POST, "requestBody"), GONE, "POST /things/{id}: takes no body now"),
    "a type of body is refused": (
        (*PATCH, "requestBody", "content", "application/merge-patch+json"),
        GONE,
        "PATCH /things/{id}: takes no application/merge-patch+json now",
    ),
    "a member is refused": ((*CHANGES, "properties", "size"), GONE, f"{BODY}.size: is gone"),
    "a member is required": ((*CHANGES, "required", 1), "size", f"{BODY}.size: is required now"),
    "a text is shorter": (
        (*CHANGES, "properties", "name", "maxLength"),
        400,
        f"{BODY}.name: maxLength was 500, is 400",
    ),
    "a text is not empty": ((*CHANGES, "properties", "name", "minLength"), 1, f"{BODY}.name: minLength was None, is 1"),
    "a text has another pattern": (
        (*CHANGES, "properties", "name", "pattern"),
        "^[a-f]*$",
        f"{BODY}.name: has to match ^[a-f]*$ now",
    ),
    "a text has one more pattern": (
        (*CHANGES, "properties", "name", "allOf", 0, "pattern"),
        "b",
        f"{BODY}.name: has to match b now",
    ),
    "null is refused": ((*CHANGES, "properties", "size", "type"), "integer", f"{BODY}.size: takes no null now"),
    "a value is refused": ((*CHANGES, "properties", "size", "enum"), [1, 5], f"{BODY}.size: takes only [1, 5] now"),
    "there is but one value": ((*CHANGES, "properties", "name", "const"), "a", f"{BODY}.name: takes only ['a'] now"),
    "fewer elements": ((*CHANGES, "properties", "words", "maxItems"), 2, f"{BODY}.words: maxItems was 3, is 2"),
    "no element twice": (
        (*CHANGES, "properties", "words", "uniqueItems"),
        True,
        f"{BODY}.words: takes nothing twice now",
    ),
    "elements are longer": (
        (*CHANGES, "properties", "words", "items", "minLength"),
        2,
        f"{BODY}.words[]: minLength was 1, is 2",
    ),
    "no members that are not named": (
        (*CHANGES, "properties", "parts", "additionalProperties"),
        False,
        f"{BODY}.parts: takes no other members now",
    ),
    "members that are not named are of another type": (
        (*CHANGES, "properties", "parts", "additionalProperties"),
        {"type": "string"},
        f"{BODY}.parts.*: takes no object now",
    ),
    "a variant is gone": (
        ("components", "schemas", "Place", "oneOf", 1),
        GONE,
        "POST /things/{id}: body: a variant is gone, or takes less",
    ),
    "a variant takes less": (
        ("components", "schemas", "Place", "oneOf", 1, "properties", "box", "maximum"),
        3,
        "POST /things/{id}: body: a variant is gone, or takes less",
    ),
    "a status is another": (
        (*POST, "responses"),
        {"200": answer({}), "default": {}},
        "POST /things/{id}: is answered with no 201 now",
    ),
    "a status is new": (
        (*POST, "responses", "202"),
        {"description": ""},
        "POST /things/{id}: may be answered with 202 now",
    ),
    "an error is another": ((*PATCH, "responses", "404"), GONE, "PATCH /things/{id}: is answered with no 404 now"),
    "a header is gone": ((*PATCH, "responses", "200", "headers"), GONE, f"{ANSWER}: has no header Location now"),
    "an answer is of another type": (
        (*PATCH, "responses", "200", "content"),
        {"text/plain": {}},
        f"{ANSWER}: is no application/json now",
    ),
    "an answer's member is gone": ((*THING, "properties", "size"), GONE, f"{ANSWER}: body.size: is gone"),
    "an answer's member can be missing": ((*THING, "required"), [], f"{ANSWER}: body.id: can be missing now"),
    "an answer's member may be null": (
        (*THING, "properties", "size", "type"),
        ["integer", "null"],
        f"{ANSWER}: body.size: may be null now",
    ),
    "an answer's member is of another type": (
        (*THING, "properties", "size", "type"),
        "string",
        f"{ANSWER}: body.size: may be string now",
    ),
    "an answer's member has a fraction": (
        (*THING, "properties", "size", "type"),
        "number",
        f"{ANSWER}: body.size: may be number now",
    ),
    "an answer's element is of another type": (
        (*THING, "properties", "words", "items", "type"),
        "integer",
        f"{ANSWER}: body.words[]: may be integer now",
    ),
    "an answer's member has another form": (
        (*THING, "properties", "id", "format"),
        "date",
        f"{ANSWER}: body.id: was of format uuid",
    ),
    "an answer's constant is another": (
        (
            *PATCH,
            "responses",
            "200",
            "content",
            "application/json",
            "schema",
            "allOf",
            1,
            "properties",
            "kind",
            "const",
        ),
        "other",
        f"{ANSWER}: body.kind: was of const thing",
    ),
    "an answer's member may have one more value": (
        (*THING, "properties", "state", "enum"),
        ["open", "done", "late", None],
        f"{ANSWER}: body.state: was one of ['open', 'done'], may be another now",
    ),
    "an answer's member may have any value": (
        (*THING, "properties", "state", "enum"),
        GONE,
        f"{ANSWER}: body.state: was one of ['open', 'done'], may be another now",
    ),
    "an answer has a variant more": (
        (*OWNER, "anyOf", 2),
        {"required": ["robot"], "properties": {"robot": {"type": "string"}}},
        f"{ANSWER}: body.owner: a variant is new, or may be more",
    ),
    "an answer's variant has less": (
        (*OWNER, "anyOf", 0, "required"),
        [],
        f"{ANSWER}: body.owner: a variant is new, or may be more",
    ),
    "an answer's variant is of another type": (
        (*OWNER, "anyOf", 1, "properties", "team"),
        {"type": "string"},
        f"{ANSWER}: body.owner: a variant is new, or may be more",
    ),
    "what all variants of an answer have is gone": (
        (*OWNER, "properties", "id"),
        GONE,
        f"{ANSWER}: body.owner: a variant is new, or may be more",
    ),
    "an answer may be of no variant": (
        (*OWNER, "anyOf"),
        GONE,
        f"{ANSWER}: body.owner: a variant is new, or may be more",
    ),
    "an answer has variants, and one is no longer as it was": (
        (*THING, "properties", "size"),
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        f"{ANSWER}: body.size: a variant is new, or may be more",
    ),
    "an answer in a list": (
        (*POST, "responses", "201", "content", "application/json", "schema", "items"),
        {"type": "string"},
        "POST /things/{id}: 201: body[]: may be string now",
    ),
}

ADDITIONS = {
    "a path": (("paths", "/more"), {"get": {"responses": {}}}),
    "a parameter": ((*PATCH, "parameters", 3), {"name": "x", "in": "query", "schema": {"type": "string"}}),
    "a route without a token": ((*PATCH, "security"), []),
    "a type of body": ((*POST, "requestBody", "content", "text/plain"), {"schema": {}}),
    "a body": ((*GET, "requestBody"), {"content": {}}),
    "a member": ((*CHANGES, "properties", "more"), {"type": "string"}),
    "null": ((*CHANGES, "properties", "name", "type"), ["string", "null"]),
    "longer texts": ((*CHANGES, "properties", "name", "maxLength"), 501),
    "any text": ((*CHANGES, "properties", "name"), {"type": "string"}),
    "a value": ((*CHANGES, "properties", "size", "enum"), [1, 5, 7, 9, None]),
    "fewer required": ((*CHANGES, "required"), []),
    "any members": ((*CHANGES, "additionalProperties"), True),
    "a variant": (
        ("components", "schemas", "Place", "oneOf", 2),
        {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
    ),
    "an answer's member": ((*THING, "properties", "more"), {"type": "string"}),
    "an answer's member that is always there": ((*THING, "required", 1), "size"),
    "a value less in an answer": ((*THING, "properties", "state", "enum"), ["open"]),
    "but one value in an answer": ((*THING, "properties", "state"), {"type": "string", "const": "done"}),
    "an answer's variant that has more": ((*OWNER, "anyOf", 0, "properties", "age"), {"type": "integer"}),
    "a variant less in an answer": ((*OWNER, "anyOf", 1), GONE),
    "variants in another order, and by the other word": (
        OWNER,
        {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["id", word],
                    "properties": {"id": {"type": "string"}, word: known},
                }
                for word, known in (("team", {"$ref": "#/components/schemas/Thing"}), ("name", {"type": "string"}))
            ]
        },
    ),
    "variants of what was one": (
        (*THING, "properties", "size"),
        {"type": "integer", "oneOf": [{"minimum": 5}, {"const": 1}]},
    ),
    "an answer's header": ((*POST, "responses", "201", "headers"), {"ETag": {"schema": {}}}),
    "an error": ((*PATCH, "responses", "412"), {"description": ""}),
    "errors by name": ((*POST, "responses", "default"), GONE),
    "words": ((*THING, "description"), "other words"),
}


def with_change(document, place, value):
    changed = copy.deepcopy(document)
    node = changed
    for step in place[:-1]:
        node = node[step]
    if value is GONE:
        del node[place[-1]]
    elif isinstance(node, list) and place[-1] == len(node):
        node.append(value)
    else:
        node[place[-1]] = value
    # What needs a token where a route does not say.
    return {**changed, "security": [{"bearer": []}]}


@pytest.mark.parametrize(("place", "value", "said"), BREAKS.values(), ids=BREAKS.keys())
def test_break_is_found(place, value, said):
    assert said in changes(SAMPLE, with_change(SAMPLE, place, value))


@pytest.mark.parametrize(("place", "value"), ADDITIONS.values(), ids=ADDITIONS.keys())
def test_addition_is_fine(place, value):
    assert changes(SAMPLE, with_change(SAMPLE, place, value)) == []


def test_a_document_is_as_itself(document):
    assert changes(document, document) == []


def document_of(folder, text):
    """What a gateway says that is started on an IDL beside common.thrift."""
    folder.mkdir()
    (folder / "accounts.thrift").write_text(text)
    (folder / "common.thrift").write_text((IDL / "common.thrift").read_text())
    compiler_json(folder / "accounts.thrift", folder / "json")
    gateway = Gateway(folder, {"Accounts": 1}, arguments=["--idl", folder / "json" / "accounts.json"], ready=False)
    try:
        return httpx.get(f"{gateway.url}/openapi.json", timeout=60).json()
    finally:
        gateway.stop()


def test_break_in_the_idl_reaches_the_document(tmp_path):
    """What is said of annotations has to show in what the gateway says of itself."""
    text = broken = (IDL / "accounts.thrift").read_text()
    for before, after in (
        ('api.post = "/v1/sessions", tw.auth = "none"', 'api.post = "/v1/sessions"'),
        ('tw.max_bytes = "254"', 'tw.max_bytes = "100"'),
        ("3: optional string name (vt.min", "3: string name (vt.min"),
        ('api.get = "/v1/account"', 'api.get = "/v1/me"'),
        ('"/v1/accounts", tw.auth = "none", tw.status = "201"', '"/v1/accounts", tw.auth = "none"'),
        ("2: string email", "2: optional string email"),
    ):
        assert before in broken
        broken = broken.replace(before, after)
    found = changes(document_of(tmp_path / "before", text), document_of(tmp_path / "after", broken))
    assert set(found) == {
        "POST /v1/sessions: needs a token now",
        "GET /v1/account: is gone",
        "POST /v1/accounts: is answered with no 201 now",
        "POST /v1/accounts: may be answered with 200 now",
        "POST /v1/accounts: body.email: maxLength was 254, is 100",
        "POST /v1/sessions: body.email: maxLength was 254, is 100",
        "POST /v1/accounts: body.name: takes no null now",
        "POST /v1/accounts: body.name: is required now",
        "POST /v1/sessions: 201: body.account.email: can be missing now",
    }
