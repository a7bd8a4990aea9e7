# SPDX-License-Identifier: Apache-2.0
"""Looks, while something is measured, whether answers still are what the data set says: a few a second, whole."""

import random
import threading

import httpx

from bench.check import Asker, Wrong, expect, same_tasks

PAUSE_S = 0.25


class Probe:
    """`faults` has what was wrong, once it has ended."""

    def __init__(self, url, api, tasks, users, pages_change):
        self.url = url
        self.api = api
        self.tasks = tasks
        self.users = users
        self.pages_change = pages_change
        self.random = random.Random(5)
        self.asked = 0
        self.faults = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _ask_once(self, ask):
        user = self.random.choice(self.users)
        task = self.random.choice(self.tasks[user])
        found = self.api.task_of(ask(self.api.task(user, task["id"]), 200).json())
        expect(found == task, "one task, during the run", found, task)
        page = ask(self.api.page(user), 200)
        if self.pages_change:
            expect(len(self.api.tasks_of(page.json())) == 20, "a page, during the run", page.text)
        else:
            same_tasks(self.api, page, self.tasks[user][:20], "a page, during the run")
        self.asked += 2

    def _run(self):
        with Asker(self.url, keep_alive=True) as ask:
            while not self.over.wait(PAUSE_S):
                try:
                    self._ask_once(ask)
                except (Wrong, httpx.HTTPError, KeyError, TypeError, ValueError) as error:
                    self.faults.append(str(error) or repr(error))
                    return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
