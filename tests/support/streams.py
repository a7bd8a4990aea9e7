# SPDX-License-Identifier: Apache-2.0
"""Reads server-sent events as they come."""

import collections
import json
import queue
import threading

import httpx

from support.processes import PATIENCE_S

Event = collections.namedtuple("Event", "name id data")
END = object()


def events_of(lines, comments=None):
    """As https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation has it."""
    name, last_id, data = "message", "", []
    for line in lines:
        if line == "":
            if data:
                yield Event(name, last_id, json.loads("\n".join(data)))
            name, data = "message", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "" and comments is not None:
            comments.append(value)
        elif field == "event":
            name = value
        elif field == "id":
            last_id = value
        elif field == "data":
            data.append(value)


class Stream:
    """An open stream, read by a thread of its own. What it is answered with is there when this is made."""

    def __init__(self, url, token=None, last=None, **params):
        headers = {"Accept": "text/event-stream"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if last is not None:
            headers["Last-Event-ID"] = last
        self.client = httpx.Client(timeout=PATIENCE_S)
        request = self.client.build_request("GET", url, headers=headers, params=params)
        self.answer = self.client.send(request, stream=True)
        self.status = self.answer.status_code
        self.comments = []
        self.failure = None
        self.events = queue.Queue()
        if self.status != 200:
            self.problem = json.loads(self.answer.read())
            return
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        try:
            for event in events_of(self.answer.iter_lines(), self.comments):
                self.events.put(event)
        except Exception as failure:  # whatever it is, whoever waits is told
            self.failure = failure
        self.events.put(END)

    def next(self):
        event = self.events.get(timeout=PATIENCE_S)
        assert event is not END, f"the stream has ended: {self.failure}"
        return event

    def until(self, condition):
        """Events up to the first for which the condition holds."""
        found = []
        while not found or not condition(found[-1]):
            found.append(self.next())
        return found

    def wait_for_end(self):
        """What came until the stream ended, as it does when nothing breaks."""
        rest = []
        while (event := self.events.get(timeout=PATIENCE_S)) is not END:
            rest.append(event)
        assert self.failure is None, self.failure
        return rest

    def close(self):
        """As a client that goes away."""
        stream = self.answer.extensions.get("network_stream")
        if self.status == 200 and stream is not None:
            sock = stream.get_extra_info("socket")
            if sock is not None:
                try:
                    sock.shutdown(2)
                except OSError:
                    pass
            self.thread.join(PATIENCE_S)
        self.client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Mirror:
    """What a client knows that applies all that it is told, as docs/live.md says. Fails where it is told what it may not be."""

    def __init__(self):
        self.lists, self.tasks, self.members = {}, {}, {}
        self.last = None  # how far it is

    def kept(self, kind):
        return {"list": self.lists, "task": self.tasks, "member": self.members}[kind]

    def put(self, change):
        known = self.kept(change["kind"]).get(change["id"])
        assert known is None or known["version"] <= change["version"], f"{change} after {known}"
        self.kept(change["kind"])[change["id"]] = {**change[change["kind"]], "version": change["version"]}

    def delete(self, change):
        self.kept(change["kind"]).pop(change["id"], None)
        if change["kind"] == "list":
            self.tasks = {id: task for id, task in self.tasks.items() if task.get("listId") != change["id"]}
            self.members = {id: one for id, one in self.members.items() if id.split("/")[0] != change["id"]}

    def apply(self, event):
        if event.name == "refetch":
            self.__init__()
            return
        assert event.name == "changes" and event.id == event.data["syncToken"]
        for change in event.data["changes"]:
            (self.put if change["op"] == "put" else self.delete)(change)
        self.last = event.id
