# SPDX-License-Identifier: Apache-2.0
"""/openapi.json is made from the IDL, is valid, and says what the gateway does."""

import httpx
import jsonschema
import openapi_spec_validator
import pytest

from support.lists import Party, invite
from support.people import PASSWORD, Person, new_email
from support.processes import BUILD, Gateway, Stack
from support.promises import Promises

ROUTES = {
    ("/v1/accounts", "post", "201"),
    ("/v1/sessions", "post", "201"),
    ("/v1/sessions/refresh", "post", "200"),
    ("/v1/sessions/current", "delete", "204"),
    ("/v1/account", "get", "200"),
    ("/v1/tasks", "get", "200"),
    ("/v1/tasks", "post", "201"),
    ("/v1/tasks/{id}", "get", "200"),
    ("/v1/tasks/{id}", "patch", "200"),
    ("/v1/tasks/{id}", "delete", "204"),
    ("/v1/tasks:batch", "post", "200"),
    ("/v1/tasks/{id}/history", "get", "200"),
    ("/v1/changes", "get", "200"),
    ("/v1/events", "get", "200"),
    ("/v1/lists", "get", "200"),
    ("/v1/lists", "post", "201"),
    ("/v1/lists/{id}", "get", "200"),
    ("/v1/lists/{id}", "patch", "200"),
    ("/v1/lists/{id}", "delete", "204"),
    ("/v1/lists/{id}/members", "get", "200"),
    ("/v1/lists/{id}/members/{userId}", "patch", "200"),
    ("/v1/lists/{id}/members/{userId}", "delete", "204"),
    ("/v1/lists/{id}/join", "post", "200"),
    ("/v1/lists/{id}/invitations", "get", "200"),
    ("/v1/lists/{id}/invitations", "post", "201"),
    ("/v1/lists/{id}/invitations/{invitationId}", "delete", "204"),
    ("/v1/invitations:look", "post", "200"),
    ("/v1/invitations:accept", "post", "200"),
}

OPEN_TO_ALL = {
    ("/v1/accounts", "post"), ("/v1/sessions", "post"), ("/v1/sessions/refresh", "post"),
    ("/v1/invitations:look", "post"),
}  # fmt: skip


@pytest.fixture(scope="module")
def answer(stack):
    return httpx.get(f"{stack.url}/openapi.json", timeout=60)


@pytest.fixture(scope="module")
def document(answer):
    return answer.json()


def test_is_valid(document):
    assert document["openapi"].startswith("3.1")
    openapi_spec_validator.validate(document)


def test_has_every_route_and_no_other(document):
    found = {
        (path, verb, status)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        if verb in ("get", "post", "put", "patch", "delete")
        for status in operation["responses"]
        if status.startswith("2")
    }
    assert found == ROUTES


def test_says_the_limits(document):
    (limit,) = [p for p in document["paths"]["/v1/tasks"]["get"]["parameters"] if p["name"] == "limit"]
    assert limit["in"] == "query" and not limit.get("required", False)
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"], limit["schema"]["default"]) == (1, 200, 50)


def test_claims_and_what_is_internal_are_no_part_of_it(document):
    text = str(document)
    assert "ownerId" not in text and "codeHash" not in text and "formerListId" not in text
    with_user = {name for name, schema in document["components"]["schemas"].items() if "userId" in str(schema)}
    assert with_user == {"Member"}, "who else is in a list is none of the caller's claims"


def test_says_who_needs_a_token(document):
    for path, verb, _ in ROUTES:
        operation = document["paths"][path][verb]
        security = operation.get("security", document.get("security", []))
        assert (not security or security == [{}]) == ((path, verb) in OPEN_TO_ALL), (path, verb)


def test_is_cacheable(stack, answer):
    again = httpx.get(f"{stack.url}/openapi.json", headers={"If-None-Match": answer.headers["etag"]}, timeout=60)
    assert (again.status_code, again.content) == (304, b"")


# All of it is said


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """The document of an IDL that is not ours."""
    idl = BUILD / "tests" / "idl" / "address-book.json"
    gateway = Gateway(tmp_path_factory.mktemp("foreign"), {"AddressBook": 1}, arguments=["--idl", idl], ready=False)
    yield httpx.get(f"{gateway.url}/openapi.json", timeout=60).json()
    assert gateway.stop() == 0, gateway.log


def test_has_an_example_of_everything_that_fits_its_schema(document, foreign):
    for whole in (document, foreign):
        n = 0
        for holder in holders(whole, Promises(whole)):
            schema = {"components": whole["components"], **holder["schema"]}
            jsonschema.validate(holder["example"], schema, jsonschema.Draft202012Validator)
            n += 1
        assert n > 100


def holders(document, promises):
    """All that has a schema of a whole value: parameters, bodies, answers, headers."""
    for verbs in document["paths"].values():
        for operation in verbs.values():
            yield from operation.get("parameters", [])
            yield from operation.get("requestBody", {}).get("content", {}).values()
            for answer in map(promises.resolve, operation["responses"].values()):
                yield from answer.get("content", {}).values()
                yield from map(promises.resolve, answer.get("headers", {}).values())


def test_leaves_no_status_open(document):
    """Each can be refused by the gateway, and says all that the service refuses it with."""
    for verbs in document["paths"].values():
        for operation in verbs.values():
            assert {"400", "429", "500", "503", "504"} < set(operation["responses"])
            assert "default" not in operation["responses"]


def test_says_which_headers_come_with_a_refusal(document):
    promises = Promises(document)
    for status, name in (("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After"), ("415", "Accept")):
        answer = promises.resolve(document["paths"]["/v1/tasks"]["post"]["responses"][status])
        assert {name, "X-Request-Id"} <= set(answer["headers"])


# Real answers, held to the document. (Those that any other test gets are held to it too: support/promises.py.)


class Witness:
    """Sends requests and holds each answer to what the document says of it."""

    def __init__(self, document, client):
        self.document = document
        self.promises = Promises(document)
        self.client = client

    def ask(self, verb, template, status, path=None, **request):
        answer = self.client.request(verb, path or template, **request)
        assert answer.status_code == status, answer.text
        operation = self.document["paths"][template][verb.lower()]
        assert "default" not in operation["responses"]
        self.promises.hold_to(operation, answer)
        declared = self.promises.resolve(operation["responses"][str(status)])
        for media in declared.get("content", {}).values():
            self.check_names(answer.json(), media["schema"])
        return answer

    def check_names(self, value, schema):
        """An output may grow members some day; today it has none that the document does not know."""
        known = self.properties(schema)
        for name, member in value.items() if known and isinstance(value, dict) else ():
            assert name in known, name
            self.check_names(member, known[name])

    def properties(self, schema):
        schema = self.promises.resolve(schema)
        found = dict(schema.get("properties", {}))
        for part in schema.get("allOf", []):
            found.update(self.properties(part))
        return found


@pytest.fixture
def witness(document, stack):
    with Person(stack.url) as somebody:
        yield Witness(document, somebody.client)


def test_answers_of_accounts_are_as_it_says(witness):
    account = {"email": new_email(), "password": PASSWORD, "name": "Zoë"}
    credentials = {"email": account["email"], "password": PASSWORD}
    witness.ask("POST", "/v1/accounts", 201, json=account)
    witness.ask("POST", "/v1/accounts", 409, json=account)
    witness.ask("POST", "/v1/accounts", 400, json={"email": "nobody", "more": 1})
    witness.ask("POST", "/v1/accounts", 413, json={**account, "name": "x" * 100_000})
    witness.ask("POST", "/v1/accounts", 415, content=b"x")
    session = witness.ask("POST", "/v1/sessions", 201, json=credentials).json()
    witness.ask("POST", "/v1/sessions", 401, json={**credentials, "password": "wrong"})
    witness.ask("POST", "/v1/sessions", 400, json={})
    refresh = {"refreshToken": session["refreshToken"]}
    successor = witness.ask("POST", "/v1/sessions/refresh", 200, json=refresh).json()["refreshToken"]
    witness.ask("POST", "/v1/sessions/refresh", 200, json={"refreshToken": successor})
    witness.ask("POST", "/v1/sessions/refresh", 401, json=refresh)
    witness.ask("POST", "/v1/sessions/refresh", 400, json={"refreshToken": 5})
    witness.ask("GET", "/v1/account", 200)
    witness.ask("GET", "/v1/account", 400, path="/v1/account?x=1")
    witness.ask("DELETE", "/v1/sessions/current", 204)
    for verb, path in [("GET", "/v1/account"), ("DELETE", "/v1/sessions/current"), ("GET", "/v1/tasks")]:
        assert "www-authenticate" in witness.ask(verb, path, 401).headers


def test_answers_of_tasks_are_as_it_says(witness):
    one = "/v1/tasks/{id}"
    task = witness.ask("POST", "/v1/tasks", 201, json={"name": "One"}).json()
    here, away = f"/v1/tasks/{task['id']}", f"/v1/tasks/{'0' * 24}"
    witness.ask("POST", "/v1/tasks", 400, json={"name": ""})
    witness.ask("POST", "/v1/tasks", 413, json={"name": "x" * 200_000})
    witness.ask("POST", "/v1/tasks", 415, content=b"x")
    witness.ask("POST", "/v1/tasks", 201, json={"name": "Two", "done": True})
    page = witness.ask("GET", "/v1/tasks", 200, path="/v1/tasks?limit=1").json()
    witness.ask("GET", "/v1/tasks", 200, path=f"/v1/tasks?cursor={page['nextCursor']}")
    witness.ask("GET", "/v1/tasks", 400, path="/v1/tasks?limit=0")
    witness.ask("GET", "/v1/tasks", 400, path="/v1/tasks?cursor=x")
    witness.ask("GET", one, 200, path=here)
    witness.ask("GET", one, 404, path=away)
    witness.ask("GET", one, 400, path=f"{here}?x=1")
    witness.ask("PATCH", one, 200, path=here, json={"done": True})
    witness.ask("PATCH", one, 404, path=away, json={"done": True})
    witness.ask("PATCH", one, 400, path=here, json={"name": None})
    witness.ask("PATCH", one, 413, path=here, json={"name": "x" * 200_000})
    witness.ask("PATCH", one, 415, path=here, content=b"x")
    witness.ask("DELETE", one, 400, path=here, content=b"x")
    witness.ask("DELETE", one, 204, path=here)
    witness.ask("DELETE", one, 404, path=here)


@pytest.fixture
def party(document, stack):
    """Four people, each of whom is a witness; and a list."""
    with Party(stack.url) as party:
        yield party, *(Witness(document, who.client) for who in (party.owner, party.editor, party.viewer, party.stranger))


def test_answers_of_lists_are_as_it_says(party):
    party, owner, editor, _, stranger = party
    one, away = "/v1/lists/{id}", f"/v1/lists/{'0' * 24}"
    key = {"Idempotency-Key": "one-list"}
    made = owner.ask("POST", "/v1/lists", 201, json={"name": "One", "color": "#3366ff"}, headers=key)
    here = f"/v1/lists/{made.json()['id']}"
    assert made.headers["location"] == here and "etag" in made.headers
    owner.ask("POST", "/v1/lists", 422, json={"name": "Another"}, headers=key)
    owner.ask("POST", "/v1/lists", 400, json={"name": "", "color": "blue"})
    owner.ask("POST", "/v1/lists", 413, json={"name": "x" * 100_000})
    owner.ask("POST", "/v1/lists", 415, content=b"x")
    assert len(owner.ask("GET", "/v1/lists", 200).json()["lists"]) == 2
    owner.ask("GET", "/v1/lists", 400, path="/v1/lists?x=1")
    seen = owner.ask("GET", one, 200, path=here)
    owner.ask("GET", one, 304, path=here, headers={"If-None-Match": seen.headers["etag"]})
    owner.ask("GET", one, 412, path=here, headers={"If-Match": '"x"'})
    stranger.ask("GET", one, 404, path=here)
    changed = owner.ask("PATCH", one, 200, path=here, json={"name": "1"}, headers={"If-Match": seen.headers["etag"]})
    assert changed.headers["etag"] != seen.headers["etag"]
    owner.ask("PATCH", one, 412, path=here, json={"name": "2"}, headers={"If-Match": seen.headers["etag"]})
    owner.ask("PATCH", one, 400, path=here, json={"name": None})
    owner.ask("PATCH", one, 404, path=away, json={"name": "2"})
    shared = f"/v1/lists/{party.list['id']}"
    editor.ask("PATCH", one, 403, path=shared, json={"name": "mine"})
    editor.ask("DELETE", one, 403, path=shared)
    owner.ask("DELETE", one, 412, path=here, headers={"If-Match": '"x"'})
    owner.ask("DELETE", one, 204, path=here, headers={"Idempotency-Key": "gone"})
    owner.ask("DELETE", one, 204, path=here, headers={"Idempotency-Key": "gone"})
    owner.ask("DELETE", one, 404, path=here)
    owner.ask("POST", "/v1/lists", 404, json={"name": "One", "color": "#3366ff"}, headers=key)


def test_answers_of_who_is_in_a_list_are_as_it_says(party):
    party, owner, editor, viewer, stranger = party
    here = f"/v1/lists/{party.list['id']}"
    members, member = "/v1/lists/{id}/members", "/v1/lists/{id}/members/{userId}"
    assert len(viewer.ask("GET", members, 200, path=f"{here}/members").json()["members"]) == 3
    stranger.ask("GET", members, 404, path=f"{here}/members")
    owner.ask("PATCH", member, 200, path=f"{here}/members/{party.viewer.id}", json={"role": "editor"})
    viewer.ask("PATCH", member, 200, path=f"{here}/members/me", json={"displayName": "Zoë"})
    viewer.ask("PATCH", member, 400, path=f"{here}/members/me", json={"role": "king"})
    viewer.ask("PATCH", member, 403, path=f"{here}/members/{party.editor.id}", json={"role": "viewer"})
    owner.ask("PATCH", member, 404, path=f"{here}/members/{party.stranger.id}", json={"role": "viewer"})
    owner.ask("DELETE", member, 409, path=f"{here}/members/me")
    viewer.ask("DELETE", member, 403, path=f"{here}/members/{party.editor.id}")
    viewer.ask("DELETE", member, 204, path=f"{here}/members/me")
    viewer.ask("DELETE", member, 404, path=f"{here}/members/me")

    join = "/v1/lists/{id}/join"
    stranger.ask("POST", join, 404, path=f"{here}/join", json={"displayName": "Sam"})
    owner.ask("PATCH", "/v1/lists/{id}", 200, path=here, json={"public": True})
    assert "etag" in stranger.ask("POST", join, 200, path=f"{here}/join", json={"displayName": "Sam"}).headers
    stranger.ask("POST", join, 400, path=f"{here}/join", json={})
    stranger.ask("GET", members, 200, path=f"{here}/members")


def test_answers_of_invitations_are_as_it_says(party):
    party, owner, editor, _, stranger = party
    here = f"/v1/lists/{party.list['id']}/invitations"
    all_, one = "/v1/lists/{id}/invitations", "/v1/lists/{id}/invitations/{invitationId}"
    made = owner.ask("POST", all_, 201, path=here, json={"role": "viewer", "uses": 1, "email": "a@example.org"}).json()
    owner.ask("POST", all_, 400, path=here, json={"role": "owner"})
    editor.ask("POST", all_, 403, path=here, json={"role": "viewer"})
    stranger.ask("POST", all_, 404, path=here, json={"role": "viewer"})
    assert len(owner.ask("GET", all_, 200, path=here).json()["invitations"]) == 1
    editor.ask("GET", all_, 403, path=here)
    stranger.ask("GET", all_, 404, path=here)
    look, accept = "/v1/invitations:look", "/v1/invitations:accept"
    stranger.ask("POST", look, 200, json={"code": made["code"]})
    stranger.ask("POST", look, 404, json={"code": "x" * len(made["code"])})
    stranger.ask("POST", look, 400, json={})
    taken = stranger.ask("POST", accept, 200, json={"code": made["code"], "displayName": "Sam"})
    assert taken.json()["role"] == "viewer" and "etag" in taken.headers
    editor.ask("POST", accept, 404, json={"code": made["code"] + "x", "displayName": "Ed"})
    stranger.ask("POST", accept, 400, json={"code": made["code"]})
    unused = invite(party.owner, party.list, "editor")["id"]
    editor.ask("DELETE", one, 403, path=f"{here}/{unused}")
    stranger.ask("DELETE", one, 403, path=f"{here}/{unused}")
    owner.ask("DELETE", one, 204, path=f"{here}/{unused}")
    owner.ask("DELETE", one, 404, path=f"{here}/{unused}")


def test_answers_of_tasks_in_lists_are_as_it_says(party):
    party, owner, editor, viewer, stranger = party
    tasks, one, batch = "/v1/tasks", "/v1/tasks/{id}", "/v1/tasks:batch"
    list_id = party.list["id"]
    task = editor.ask("POST", tasks, 201, json={"name": "Milk", "listId": list_id, "assigneeId": party.viewer.id}).json()
    viewer.ask("POST", tasks, 403, json={"name": "Milk", "listId": list_id})
    stranger.ask("POST", tasks, 404, json={"name": "Milk", "listId": list_id})
    editor.ask("POST", tasks, 400, json={"name": "Milk", "listId": list_id, "assigneeId": party.stranger.id})
    viewer.ask("PATCH", one, 403, path=f"/v1/tasks/{task['id']}", json={"done": True})
    stranger.ask("PATCH", one, 404, path=f"/v1/tasks/{task['id']}", json={"done": True})
    viewer.ask("DELETE", one, 403, path=f"/v1/tasks/{task['id']}")
    for query in (f"listId={list_id}", f"listId={list_id}&done=false&sort=due", f"assigneeId={party.viewer.id}&q=mi"):
        assert len(viewer.ask("GET", tasks, 200, path=f"/v1/tasks?{query}").json()["tasks"]) == 1
    stranger.ask("GET", tasks, 404, path=f"/v1/tasks?listId={list_id}")
    editor.ask("POST", tasks, 201, json={"name": "Bread", "listId": list_id})
    page = viewer.ask("GET", tasks, 200, path=f"/v1/tasks?listId={list_id}&limit=1&sort=-name")
    assert 'rel="next"' in page.headers["link"]

    create = {"op": "create", "task": {"name": "One", "listId": list_id}}
    patch = {"op": "patch", "id": task["id"], "version": 1, "task": {"done": True}}
    remove = {"op": "remove", "id": "0" * 24}
    answer = editor.ask("POST", batch, 200, json={"operations": [create, patch]}, headers={"Idempotency-Key": "b"})
    assert [result["status"] for result in answer.json()["results"]] == [201, 200]
    answer = viewer.ask("POST", batch, 200, json={"atomic": False, "operations": [create, patch, remove]})
    assert [result["status"] for result in answer.json()["results"]] == [403, 403, 404]
    editor.ask("POST", batch, 412, json={"operations": [patch]})
    editor.ask("POST", batch, 404, json={"operations": [remove]})
    editor.ask("POST", batch, 422, json={"operations": [remove]}, headers={"Idempotency-Key": "b"})
    viewer.ask("POST", batch, 403, json={"operations": [create]})
    editor.ask("POST", batch, 400, json={"operations": []})


def test_answers_before_a_route_is_looked_at_are_as_it_says(witness):
    """Of a long target and a long head libmicrohttpd says something by itself."""
    witness.ask("GET", "/v1/tasks", 414, path="/v1/tasks?cursor=" + "a" * 12_000)
    witness.ask("GET", "/v1/tasks", 431, headers={"X-Long": "a" * 12_000})
    witness.ask("GET", "/v1/tasks", 431, headers={f"X-{number}": "" for number in range(70)})
    witness.ask("GET", "/v1/tasks", 417, headers={"Expect": "the unexpected"})


def test_answers_to_requests_for_cookies_are_as_it_says(witness):
    refresh = "/v1/sessions/refresh"
    cookies = {"Use-Cookies": "true"}
    account = {"email": new_email(), "password": PASSWORD}
    assert "set-cookie" in witness.ask("POST", "/v1/accounts", 201, json=account, headers=cookies).headers
    witness.client.cookies.clear()
    assert "set-cookie" in witness.ask("POST", refresh, 401, headers=cookies).headers
    witness.ask("POST", refresh, 403, headers={**cookies, "Sec-Fetch-Site": "cross-site"})
    witness.ask("POST", refresh, 400, headers={"Use-Cookies": "maybe"})
    assert "set-cookie" in witness.ask("DELETE", "/v1/sessions/current", 204, headers=cookies).headers


def test_answers_while_a_service_is_away_are_as_it_says(document, tmp_path):
    stack = Stack(tmp_path)
    try:
        with Person(stack.url) as somebody:
            witness = Witness(document, somebody.client)
            stack.tasks.stop()
            assert "retry-after" in witness.ask("GET", "/v1/tasks", 503).headers
            assert "retry-after" in witness.ask("POST", "/v1/tasks", 503, json={"name": "x"}).headers
    finally:
        stack.stop()
