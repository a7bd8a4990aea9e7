# SPDX-License-Identifier: Apache-2.0
"""Whether a system answers as it should, status and content, before anything is measured."""

import dataclasses

import httpx

CHECKED_USER = -1  # the last of them, to whose tasks the check adds one; during a run only the others are asked for
NEW_NAME = 'Grüße an „Zoë“ \\ "quoted" / 漢字 😀'


class Wrong(Exception):
    """An answer that is not what the data set says."""


def expect(condition, what, *details):
    if not condition:
        raise Wrong(": ".join([what, *(str(detail)[:300] for detail in details)]))


class Asker:
    """Asks one request at a time, on one connection or on one for each: who refuses a body unread may close it."""

    def __init__(self, url, keep_alive):
        limits = httpx.Limits(max_keepalive_connections=None if keep_alive else 0)
        self.client = httpx.Client(base_url=url, timeout=10, limits=limits)

    def __call__(self, request, status=None):
        answer = self.client.request(request.method, request.target, headers=request.headers(), content=request.body)
        what = f"{request.method} {request.target}: not {status}"
        expect(status in (None, answer.status_code), what, answer.status_code, answer.text)
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()


def same_tasks(api, answer, wanted, what):
    found = [api.task_of(task) for task in api.tasks_of(answer.json())]
    expect(found == wanted, what, found, wanted)


def check_reading(ask, api, tasks, user, other):
    first = ask(api.page(user), 200)
    same_tasks(api, first, tasks[user][:20], "the first page")
    second = ask(api.next_page(user, first.json()), 200)
    same_tasks(api, second, tasks[user][20:40], "the next page")
    same_tasks(api, ask(api.page(user, 200), 200), tasks[user][:200], "a page of 200")
    one = tasks[user][len(tasks[user]) // 2]
    expect(api.task_of(ask(api.task(user, one["id"]), 200).json()) == one, "one task", one)
    ask(api.task(other, one["id"]), 404)
    ask(api.task(user, "0" * len(one["id"])), 404)


def check_tokens(ask, api, user, bad_tokens):
    page = api.page(user)
    broken = page.token[:-4] + ("AAAA" if page.token[-4:] != "AAAA" else "BBBB")
    for token in (None, "x", broken, *bad_tokens):
        for request in (page, api.create(user, "by nobody")):
            answer = ask(dataclasses.replace(request, token=token))
            expect(api.is_refusal(answer), "without a good token", answer.status_code, answer.text)


def check_creating(ask, api, tasks, user):
    ask(api.bad_create(user), 400)
    ask(dataclasses.replace(api.create(user, "x"), body=b'{"name"'), 400)
    made = api.task_of(ask(api.create(user, NEW_NAME), api.created).json())
    expect(made["name"] == NEW_NAME and made["done"] is False and made["version"] == 1, "what was created", made)
    found = api.task_of(ask(api.task(user, made["id"]), 200).json())
    expect(found == made, "a task that was created", found, made)
    same_tasks(api, ask(api.page(user), 200), [made, *tasks[user][:19]], "a page with a new task")


def check(url, api, data, bad_tokens):
    """All of it; raises Wrong."""
    user, other, tasks = data.users[CHECKED_USER], data.users[0], data.tasks
    with Asker(url, keep_alive=False) as ask:
        check_reading(ask, api, tasks, user, other)
        check_reading(ask, api, tasks, other, user)
        check_tokens(ask, api, user, bad_tokens)
        check_creating(ask, api, tasks, user)
