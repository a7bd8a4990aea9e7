# SPDX-License-Identifier: Apache-2.0
"""The requests of --orders. Each first answer is looked at once as a whole, before anything is measured: which tasks, in
which order."""

import urllib.parse

import httpx

from bench.api import Request
from bench.check import expect
from bench.load import Answer, Requests
from bench.orders_data import in_order, names

PAGE = 50
LONG_PAGE = 200
MIDST = 4  # in this part of the whole is a page from the midst: half of the tasks have what they are sorted by


def anything(_):
    return True


class Asking:
    """For users of one kind; `fits` tells which rows a query finds."""

    def __init__(self, data, tokens, url):
        self.data = data
        self.tokens = tokens
        self.client = httpx.Client(base_url=url, timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()

    def own(self, kind, query, fits=anything, is_midst=False):
        """Of those that the user has."""
        rows = {user: ({}, self.data.rows(user)) for user in names(kind)}
        return self._pages(rows, query, fits, is_midst)

    def of_list(self, kind, query, fits=anything):
        """Of the first list of each "sorted" user, by users of a kind of whom there are as many."""
        rows = {}
        for owner, user in zip(names("sorted"), names(kind), strict=True):
            list_id, found = self.data.list_of(owner)
            rows[user] = ({"listId": list_id}, found)
        return self._pages(rows, query, fits)

    def of_several(self, query):
        """Of all that those see who have tasks, and are in lists of others."""
        rows = {user: ({}, [*self.data.rows(user), *self.data.shared_with(user)]) for user in names("busy")}
        return self._pages(rows, query, anything)

    def _pages(self, rows, query, fits, is_midst=False):
        """A request for each user, of whom `rows` has what else to ask for, and what it is of."""
        requests, known, lengths = [], [], set()
        for user, (more, of) in rows.items():
            asked = {**query, **more}
            wanted = in_order(filter(fits, of), query.get("sort", "created"))
            at, cursor = self._walk_to_midst(user, asked, wanted) if is_midst else (0, {})
            request, page = self._ask(user, {**asked, **cursor, "limit": PAGE}, wanted[at : at + PAGE])
            requests.append(request)
            known += [task["id"] for task in page["tasks"][:1]]
            lengths.add(len(page["tasks"]))
        return Requests(requests, [Answer(200, n, "known" if n > 0 else "any") for n in lengths], known)

    def _walk_to_midst(self, user, asked, wanted):
        """How many come before it, and the cursor there."""
        at, cursor = 0, {}
        while at < max(len(wanted) // MIDST, 1):
            _, page = self._ask(user, {**asked, **cursor, "limit": LONG_PAGE}, wanted[at : at + LONG_PAGE])
            at, cursor = at + LONG_PAGE, {"cursor": page["nextCursor"]}
        return at, cursor

    def _ask(self, user, query, wanted):
        request = Request("GET", "/v1/tasks?" + urllib.parse.urlencode(query), self.tokens[user])
        answer = self.client.get(request.target, headers=request.headers())
        expect(answer.status_code == 200, request.target, answer.status_code, answer.text)
        page = answer.json()
        found, wanted = [task["id"] for task in page["tasks"]], [row.id.hex() for row in wanted]
        expect(found == wanted, f"a page of {query}", found, wanted)
        return request, page
