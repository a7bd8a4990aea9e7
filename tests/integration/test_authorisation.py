# SPDX-License-Identifier: Apache-2.0
"""Who may do what: every route of the IDL, asked by everybody about somebody's object. A route that has no row fails."""

import json

import httpx
import pytest

from support.lists import Party, invite, join, make_list
from support.people import PASSWORD, Person, new_email
from support.processes import BUILD, PATIENCE_S

VERBS = ("get", "post", "put", "patch", "delete")

# Who asks. `former` has been in the list, and left; `stranger` never was.
EVERYBODY = ("nobody", "stranger", "former", "viewer", "editor", "owner")


def row(nobody, stranger, former, viewer, editor, owner):
    return dict(zip(EVERYBODY, (nobody, stranger, former, viewer, editor, owner), strict=True))


ANYBODY_IN = row(401, 404, 404, 200, 200, 200)
OWNER_ALONE = row(401, 404, 404, 403, 403, 200)
ONES_OWN = row(401, 404, 404, 404, 404, 200)
SIGNED_IN = row(401, 200, 200, 200, 200, 200)


def gives(status, cells):
    """The same where what may be done has this status."""
    return {who: status if cell == 200 else cell for who, cell in cells.items()}


# What each is about: a list of the owner's in which the others are what they are called; a task in the owner's inbox;
# oneself. Some need a body, or an object of their own, since they end it.
ROWS = {
    "post /v1/accounts": (lambda about: {"email": new_email(), "password": PASSWORD}, row(201, 201, 201, 201, 201, 201)),
    "post /v1/sessions": (lambda about: {"email": about.email, "password": PASSWORD}, row(201, 201, 201, 201, 201, 201)),
    "post /v1/sessions/refresh": (lambda about: {"refreshToken": "A" * 80}, row(401, 401, 401, 401, 401, 401)),
    "delete /v1/sessions/current": (None, gives(204, SIGNED_IN)),
    "get /v1/account": (None, SIGNED_IN),
    "get /v1/tasks": (None, SIGNED_IN),
    "post /v1/tasks": ({"name": "mine"}, gives(201, SIGNED_IN)),
    "get /v1/tasks/:id": (None, ONES_OWN),
    "patch /v1/tasks/:id": ({"done": True}, ONES_OWN),
    "delete /v1/tasks/:id": (None, gives(204, ONES_OWN)),
    "post /v1/tasks:batch": (
        lambda about: {"operations": [{"op": "patch", "id": about.task["id"], "task": {"done": True}}]}, ONES_OWN),
    "get /v1/tasks/:id/history": (None, ONES_OWN),
    "get /v1/changes": (None, SIGNED_IN),
    "get /v1/events": (None, SIGNED_IN),
    "get /v1/lists": (None, SIGNED_IN),
    "post /v1/lists": ({"name": "mine"}, gives(201, SIGNED_IN)),
    "get /v1/lists/:id": (None, ANYBODY_IN),
    "patch /v1/lists/:id": ({"name": "renamed"}, OWNER_ALONE),
    "delete /v1/lists/:id": (None, gives(204, OWNER_ALONE)),
    "get /v1/lists/:id/members": (None, ANYBODY_IN),
    "patch /v1/lists/:id/members/:userId": ({"role": "viewer"}, OWNER_ALONE),
    "delete /v1/lists/:id/members/:userId": (None, gives(204, OWNER_ALONE)),
    "post /v1/lists/:id/join": ({"displayName": "x"}, ANYBODY_IN),
    "get /v1/lists/:id/invitations": (None, OWNER_ALONE),
    "post /v1/lists/:id/invitations": ({"role": "viewer"}, gives(201, OWNER_ALONE)),
    "delete /v1/lists/:id/invitations/:invitationId": (None, gives(204, OWNER_ALONE)),
    "post /v1/invitations:look": (lambda about: {"code": about.code}, row(200, 200, 200, 200, 200, 200)),
    "post /v1/invitations:accept": (lambda about: {"code": about.code, "displayName": "x"}, SIGNED_IN),
}  # fmt: skip

STREAMS = {"get /v1/events"}

# The same of oneself, in the list.
OF_ONESELF = {
    "patch /v1/lists/:id": ({"position": 3}, ANYBODY_IN),
    "patch /v1/lists/:id/members/me": ({"displayName": "x"}, ANYBODY_IN),
    "delete /v1/lists/:id/members/me": (None, row(401, 404, 404, 204, 204, 409)),
}


# The same of a task of the list, and of the list by its tasks.
EDITORS_ALONE = row(401, 404, 404, 403, 200, 200)
IN_THE_LIST = {
    "get /v1/tasks?listId=": (None, ANYBODY_IN),
    "post /v1/tasks": (lambda about: {"name": "shared", "listId": about.list["id"]}, gives(201, EDITORS_ALONE)),
    "get /v1/tasks/:id": (None, ANYBODY_IN),
    "patch /v1/tasks/:id": ({"done": True}, EDITORS_ALONE),
    "delete /v1/tasks/:id": (None, gives(204, EDITORS_ALONE)),
    "post /v1/tasks:batch": (
        lambda about: {"operations": [{"op": "patch", "id": about.shared["id"], "task": {"done": True}}]}, EDITORS_ALONE),
}  # fmt: skip


def routes_of_the_idl():
    found = set()
    for document in ("tasks", "accounts"):
        for service in json.loads((BUILD / "gen" / f"{document}.json").read_text())["services"]:
            for function in service["functions"]:
                for key, path in function.get("annotations", {}).items():
                    if key == "tw.stream":
                        found.add(f"get {path.split(';')[0]}")
                    if key.startswith("api.") and key.removeprefix("api.") in VERBS:
                        found.add(f"{key.removeprefix('api.')} {path}")
    return found


class About:
    """What the rows are about: made anew where somebody has ended it."""

    def __init__(self, url):
        self.party = Party(url)
        self.former, self.other = Person(url), Person(url)
        self.people = {"stranger": self.party.stranger, "former": self.former, "viewer": self.party.viewer,
                       "editor": self.party.editor, "owner": self.party.owner}  # fmt: skip
        self.email = self.party.owner.email
        self.renew(self.party.list)
        self.elsewhere = make_list(self.other)
        for somebody in self.people.values():
            join(self.other, somebody, self.elsewhere, "editor")

    def renew(self, made=None):
        """A list with all its people, another member to be changed, and a task in the owner's inbox."""
        owner = self.party.owner
        self.list = made or make_list(owner)
        if made is None:
            join(owner, self.party.editor, self.list, "editor")
            join(owner, self.party.viewer, self.list, "viewer")
        join(owner, self.former, self.list, "editor")
        assert self.former.client.delete(f"/v1/lists/{self.list['id']}/members/me").status_code == 204
        join(owner, self.other, self.list, "viewer")
        invitation = invite(owner, self.list, "viewer", uses=100)
        self.code = invitation["code"]
        self.task = owner.add("the owner's")
        self.shared = owner.add("of all in the list", listId=self.list["id"])
        self.ids = {":id": self.list["id"], ":userId": self.other.id, ":invitationId": invitation["id"]}

    def ask(self, route, body, who, task):
        verb, path = route.split(" ")
        ids = {**self.ids, ":id": task["id"]} if path.startswith("/v1/tasks") else self.ids
        path = path.replace("?listId=", f"?listId={self.list['id']}")
        url = "/".join(ids.get(part, part) for part in path.split("/"))
        client = self.people[who].client if who != "nobody" else self.signed_out
        if route in STREAMS:  # its head, since it has no end
            with client.stream(verb.upper(), url) as answer:
                return answer
        return client.request(verb.upper(), url, json=body(self) if callable(body) else body)

    def restore(self, route, who):
        """Whatever the request has ended is there again."""
        if route == "delete /v1/sessions/current":
            self.people[who].take(self.people[who].log_in())
        elif route in ("post /v1/invitations:accept", "delete /v1/lists/:id/members/me") or route.startswith("delete /v1/"):
            self.renew()

    def close(self):
        self.party.__exit__()
        for somebody in (self.former, self.other):
            somebody.close()


@pytest.fixture(scope="module")
def about(stack):
    made = About(stack.url)
    with httpx.Client(base_url=stack.url, timeout=PATIENCE_S) as made.signed_out:
        yield made
    made.close()


def test_every_route_has_a_row():
    assert ROWS.keys() == routes_of_the_idl()


def hold(about, route, body, cells, is_shared=False):
    for who in EVERYBODY:
        answer = about.ask(route, body, who, about.shared if is_shared else about.task)
        assert answer.status_code == cells[who], (route, who, route in STREAMS or answer.text)
        if answer.is_success and who != "nobody":
            about.restore(route, who)


@pytest.mark.parametrize("route", sorted(ROWS))
def test_who_may(about, route):
    hold(about, route, *ROWS[route])


@pytest.mark.parametrize("route", sorted(OF_ONESELF))
def test_who_may_of_themselves(about, route):
    hold(about, route, *OF_ONESELF[route])


@pytest.mark.parametrize("route", sorted(IN_THE_LIST))
def test_who_may_in_the_list(about, route):
    hold(about, route, *IN_THE_LIST[route], is_shared=True)


def test_who_may_move_out_of_the_list(about):
    """To one of another owner, in which they may all change tasks."""
    route, body = "patch /v1/tasks/:id", {"listId": about.elsewhere["id"]}
    for who in EVERYBODY:
        about.shared = about.party.owner.add("of all in the list", listId=about.list["id"])
        assert about.ask(route, body, who, about.shared).status_code == EDITORS_ALONE[who], who
        assert about.ask(route, body, who, about.task).status_code == ONES_OWN[who], who
        if ONES_OWN[who] == 200:
            about.task = about.party.owner.add("the owner's")


def test_who_may_move_into_the_list(about):
    """Out of a list of another owner, in which they may all change tasks; and what is their own."""
    route, body = "patch /v1/tasks/:id", {"listId": about.list["id"]}
    for who in EVERYBODY:
        asks = about.people.get(who, about.other)
        for task in (asks.add("own"), about.other.add("another's", listId=about.elsewhere["id"])):
            answer = about.ask(route, body, who, task)
            assert answer.status_code == EDITORS_ALONE[who], who
            if EDITORS_ALONE[who] in (403, 404):
                assert answer.json()["errors"][0]["location"] == "body.listId"
