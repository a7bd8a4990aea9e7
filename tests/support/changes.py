# SPDX-License-Identifier: Apache-2.0
"""What somebody knows of their tasks and lists who asks for changes, held to what the other routes say."""

import collections
import time


def patiently(client, path, **query):
    """The answer; asked again while the server says that it is overloaded."""
    for _ in range(60):
        answer = client.get(path, params=query)
        if answer.status_code != 503:
            break
        time.sleep(float(answer.headers["retry-after"]))
    return answer


class Mirror:
    """The state that is built from nothing but changes. It may be copied at any moment, and the copy go on by itself."""

    def __init__(self, token=None):
        self.tasks, self.lists, self.members = {}, {}, {}
        self.token = token
        self.versions = collections.Counter()  # the highest that was told of each thing since it was deleted

    def copy(self):
        other = Mirror(self.token)
        other.tasks, other.lists, other.members = dict(self.tasks), dict(self.lists), dict(self.members)
        other.versions = collections.Counter(self.versions)
        return other

    def apply(self, answer):
        """Takes an answer in, and holds it to what holds of every answer."""
        told = [(change["kind"], change["id"]) for change in answer["changes"]]
        assert len(told) == len(set(told)), f"told twice: {collections.Counter(told).most_common(1)}"
        gone = {change["id"] for change in answer["changes"] if (change["kind"], change["op"]) == ("list", "delete")}
        for change in answer["changes"]:
            self._apply_one(change)
            assert change["kind"] != "task" or change.get("task", {}).get("listId") not in gone, change
        self.token = answer["syncToken"]

    def _apply_one(self, change):
        kind, name = change["kind"], change["id"]
        kept = {"task": self.tasks, "list": self.lists, "member": self.members}[kind]
        if change["op"] == "delete":
            assert set(change) == {"kind", "op", "id"}, change
            kept.pop(name, None)
            if kind == "list":
                self.tasks = {key: task for key, task in self.tasks.items() if task.get("listId") != name}
                self.members = {key: member for key, member in self.members.items() if not key.startswith(f"{name}/")}
            return
        assert change["op"] == "put" and set(change) == {"kind", "op", "id", "version", kind}, change
        assert change["version"] >= self.versions[kind, name], change
        self.versions[kind, name] = change["version"]
        kept[name] = change[kind]
        if kind != "member":
            assert change[kind]["id"] == name and change[kind]["version"] == change["version"]
        else:
            assert name.endswith("/" + change[kind]["userId"])

    def ask(self, somebody, limit=200):
        query = {"limit": limit} | ({"since": self.token} if self.token else {})
        answer = patiently(somebody.client, "/v1/changes", **query)
        if answer.status_code == 200:
            assert len(answer.json()["changes"]) <= limit
            self.apply(answer.json())
        return answer

    def follow(self, somebody, limit=200, most=2000):
        """Asks until there is no more."""
        for _ in range(most):
            answer = self.ask(somebody, limit)
            assert answer.status_code == 200, answer.text
            if not answer.json()["more"]:
                return self
        raise AssertionError("there is always more")

    def state(self):
        return {"tasks": self.tasks, "lists": self.lists, "members": self.members}


def mirror(somebody, limit=200):
    return Mirror().follow(somebody, limit)


def full_state(somebody):
    """The same by the other routes, while nobody changes anything."""
    tasks, cursor = {}, None
    while True:
        query = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = patiently(somebody.client, "/v1/tasks", **query).json()
        tasks |= {task["id"]: task for task in page["tasks"]}
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    lists = {made["id"]: made for made in patiently(somebody.client, "/v1/lists").json()["lists"]}
    members = {f"{made}/{member['userId']}": member for made in lists
               for member in patiently(somebody.client, f"/v1/lists/{made}/members").json()["members"]}  # fmt: skip
    return {"tasks": tasks, "lists": lists, "members": members}


def agree(mirrored, somebody):
    """With somebody's full state, or with one that was asked for before."""
    state, full = mirrored.state(), somebody if isinstance(somebody, dict) else full_state(somebody)
    for kind, kept in full.items():
        assert state[kind] == kept, (kind, {key: (state[kind].get(key), kept.get(key)) for key in set(kept) | set(state[kind])
                                            if state[kind].get(key) != kept.get(key)})  # fmt: skip
