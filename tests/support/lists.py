# SPDX-License-Identifier: Apache-2.0
"""Lists, and people who are in them."""

from support.people import Person


def make_list(owner, name="a list", **more):
    answer = owner.client.post("/v1/lists", json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def invite(owner, made, role, **more):
    answer = owner.client.post(f"/v1/lists/{made['id']}/invitations", json={"role": role, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def join(owner, guest, made, role, name="a guest"):
    """The list, as the guest sees it who has accepted an invitation to it."""
    code = invite(owner, made, role)["code"]
    answer = guest.client.post("/v1/invitations:accept", json={"code": code, "displayName": name})
    assert answer.status_code == 200, answer.text
    return answer.json()


class Party:
    """A list with an owner, an editor and a viewer, and somebody who is not in it."""

    def __init__(self, url):
        self.owner, self.editor, self.viewer, self.stranger = (Person(url) for _ in range(4))
        self.share()

    def share(self):
        self.list = make_list(self.owner)
        join(self.owner, self.editor, self.list, "editor", "editor")
        join(self.owner, self.viewer, self.list, "viewer", "viewer")

    def tidy(self):
        """Nobody has anything any more."""
        for who in (self.owner, self.editor, self.viewer, self.stranger):
            for made in who.client.get("/v1/lists").json()["lists"]:
                if made["role"] == "owner":
                    assert who.client.delete(f"/v1/lists/{made['id']}").status_code == 204
            for task in who.client.get("/v1/tasks", params={"listId": "inbox"}).json()["tasks"]:
                assert who.client.delete(f"/v1/tasks/{task['id']}").status_code == 204

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for somebody in (self.owner, self.editor, self.viewer, self.stranger):
            somebody.close()
