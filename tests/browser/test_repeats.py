# SPDX-License-Identifier: Apache-2.0
"""The page's requests that change something have keys: the same one when they come again, else one of their own."""

import re

import pytest
from playwright.sync_api import expect

from support.people import PASSWORD


@pytest.fixture
def visitor(visit):
    somebody = visit()
    somebody.sign_up()
    return somebody


def keys_of(visitor, verb, path="/v1/tasks"):
    return [
        request.headers.get("idempotency-key")
        for request in visitor.requests
        if request.method == verb and re.search(rf"{path}(/[0-9a-f]+)?$", request.url)
    ]


def add(visitor, name):
    visitor.new_task.fill(name)
    visitor.button("Add").click()


def test_each_change_has_a_key_of_its_own(visitor):
    for name in ("one", "two", "two"):
        visitor.add(name)
    expect(visitor.names).to_have_text(["two", "two", "one"])
    visitor.tick_box("one").check()
    visitor.expect_saved("one")
    keys = keys_of(visitor, "POST") + keys_of(visitor, "PATCH") + keys_of(visitor, "POST", "/v1/accounts")
    assert len(keys) == len(set(keys)) == 5
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', key) for key in keys)
    assert all("idempotency-key" not in request.headers for request in visitor.requests if request.method == "GET")


@pytest.mark.parametrize("fail", ["abort", 504])
def test_what_was_not_answered_comes_again_with_its_key(visitor, fail):
    def handle(route):
        if fail == "abort":
            route.abort()
        else:
            route.fulfill(status=fail, json={"status": fail, "title": "No", "detail": "Not now."})

    visitor.page.route("**/v1/tasks", handle)
    add(visitor, "again")
    expect(visitor.notice).to_be_visible()
    visitor.page.unroute("**/v1/tasks")
    visitor.button("Add").click()
    expect(visitor.names).to_have_text(["again"])
    visitor.add("another")
    first, second, third = keys_of(visitor, "POST")
    assert first == second != third


def test_what_was_done_without_an_answer_is_done_once(visitor):
    """The answer is lost on its way. The list knows the task already when it is added again."""

    def lose(route):
        route.fetch()
        route.abort()

    visitor.page.route("**/v1/tasks", lose)
    add(visitor, "once")
    expect(visitor.notice).to_be_visible()
    visitor.page.unroute("**/v1/tasks")
    visitor.button("Add").click()
    expect(visitor.names.first).to_have_text("once")
    first, second = keys_of(visitor, "POST")
    assert first == second


def test_something_else_has_another_key(visitor):
    visitor.page.route("**/v1/tasks", lambda route: route.abort())
    add(visitor, "this")
    expect(visitor.notice).to_be_visible()
    visitor.page.unroute("**/v1/tasks")
    add(visitor, "that")
    expect(visitor.names).to_have_text(["that"])
    visitor.add("this")
    assert len(set(keys_of(visitor, "POST"))) == 3


def test_a_refusal_is_an_answer(visitor):
    refused = {"status": 409, "title": "Conflict", "detail": "No."}
    visitor.page.route("**/v1/tasks", lambda route: route.fulfill(status=409, json=refused))
    add(visitor, "no")
    expect(visitor.notice).to_be_visible()
    visitor.page.unroute("**/v1/tasks")
    visitor.button("Add").click()
    expect(visitor.names).to_have_text(["no"])
    assert len(set(keys_of(visitor, "POST"))) == 2


def test_a_new_token_changes_no_key(visitor):
    over = {"status": 401, "title": "Unauthorized"}
    visitor.page.route("**/v1/tasks", lambda route: route.fulfill(status=401, json=over), times=1)
    visitor.add("renewed")
    first, second = keys_of(visitor, "POST")
    assert first == second


def test_signing_up_again_has_the_same_key(visit):
    visitor = visit()
    visitor.button("Create an account").click()
    visitor.page.route("**/v1/accounts", lambda route: route.abort())
    visitor.field("Email").fill(visitor.email)
    visitor.password.fill(PASSWORD)
    visitor.button("Create account").click()
    expect(visitor.notice).to_be_visible()
    visitor.page.unroute("**/v1/accounts")
    visitor.button("Create account").click()
    expect(visitor.new_task).to_be_visible()
    first, second = keys_of(visitor, "POST", "/v1/accounts")
    assert first == second
