# SPDX-License-Identifier: Apache-2.0
"""A day with the client that openapi-python-client makes of /openapi.json: client.py URL EMAIL."""

import sys
import time

from taskwire_client import AuthenticatedClient, Client
from taskwire_client.api.accounts import (
    accounts_get,
    accounts_login,
    accounts_logout,
    accounts_refresh,
    accounts_signup,
)
from taskwire_client.api.tasks import tasks_create, tasks_get, tasks_page, tasks_patch, tasks_remove
from taskwire_client.models import Credentials, NewAccount, NewTask, Problem, RefreshRequest, TaskChanges
from taskwire_client.types import UNSET

PASSWORD = "correct horse battery"


MAX_DAYS = 60


class AwayError(Exception):
    """The server says that it can't answer now, as it may on a machine that stands still."""


def look(answer):
    if answer.status_code in (503, 504):
        raise AwayError(answer.status_code)


PATIENT = {"httpx_args": {"event_hooks": {"response": [look]}}}


def got(answer, status):
    """What was answered, as one of the client's own types."""
    assert answer.status_code == status, answer.content
    return answer.parsed


def spend_day(url, email):
    anybody = Client(base_url=url, **PATIENT)
    signed_up = got(accounts_signup.sync_detailed(client=anybody, body=NewAccount(email, PASSWORD, name="Zoë")), 201)
    assert (signed_up.account.email, signed_up.account.name) == (email, "Zoë")
    assert accounts_signup.sync_detailed(client=anybody, body=NewAccount(email, "another one")).status_code == 409
    session = got(accounts_login.sync_detailed(client=anybody, body=Credentials(email, PASSWORD)), 201)
    problem = got(tasks_page.sync_detailed(client=AuthenticatedClient(url, "none", **PATIENT)), 401)
    assert isinstance(problem, Problem) and problem.status == 401

    somebody = AuthenticatedClient(base_url=url, token=session.access_token, **PATIENT)
    assert got(accounts_get.sync_detailed(client=somebody), 200) == signed_up.account
    names = ["one", "zwei ✓", "three"]
    tasks = [got(tasks_create.sync_detailed(client=somebody, body=NewTask(name)), 201) for name in names]
    assert [task.name for task in tasks] == names and {task.version for task in tasks} == {1}
    page = got(tasks_page.sync_detailed(client=somebody, limit=2, done=False), 200)
    assert [task.name for task in page.tasks] == ["three", "zwei ✓"]
    rest = got(tasks_page.sync_detailed(client=somebody, limit=2, done=False, cursor=page.next_cursor), 200)
    assert [task.name for task in rest.tasks] == ["one"] and rest.next_cursor is UNSET

    first, second = tasks[0].id, tasks[1].id
    seen = tasks_get.sync_detailed(first, client=somebody)
    assert got(seen, 200) == tasks[0]
    tag = seen.headers["etag"]
    answer = tasks_patch.sync_detailed(first, client=somebody, body=TaskChanges(done=True), if_match=tag)
    changed = got(answer, 200)
    assert (changed.name, changed.done, changed.version) == ("one", True, 2)
    stale = tasks_patch.sync_detailed(first, client=somebody, body=TaskChanges(name="late"), if_match=tag)
    problem = got(stale, 412)
    assert isinstance(problem, Problem) and problem.title == "Precondition Failed"
    assert answer.headers["etag"] != tag
    assert got(tasks_get.sync_detailed(first, client=somebody), 200) == changed
    problem = got(tasks_patch.sync_detailed(first, client=somebody, body=TaskChanges(name="")), 400)
    assert [error.location for error in problem.errors] == ["body.name"]
    assert tasks_remove.sync_detailed(second, client=somebody).status_code == 204
    assert got(tasks_get.sync_detailed(second, client=somebody), 404).title == "Not Found"

    renewed = got(accounts_refresh.sync_detailed(client=anybody, body=RefreshRequest(session.refresh_token)), 200)
    somebody = AuthenticatedClient(base_url=url, token=renewed.access_token, **PATIENT)
    assert accounts_logout.sync_detailed(client=somebody).status_code == 204
    assert accounts_get.sync_detailed(client=somebody).status_code == 401


def main(url, email):
    """Nobody knows how far a day came in which an answer did not come, so that it is begun again, by somebody else."""
    for day in range(MAX_DAYS):
        try:
            spend_day(url, f"day{day}-{email}")
        except AwayError:
            time.sleep(1)
        else:
            print("all of it worked")
            return
    sys.exit("away each day")


if __name__ == "__main__":
    main(*sys.argv[1:])
