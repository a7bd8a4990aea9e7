# SPDX-License-Identifier: Apache-2.0
"""The page at a gateway that wants to be told, of what is changed, which state of it is known."""

import pytest
from playwright.sync_api import expect

from support.lists import Party
from support.processes import eventually


@pytest.fixture(scope="module")
def strict(stack):
    """Another gateway of the same services. Whoever sends no If-Match is refused there."""
    return stack.start_gateway(extra=["--require-if-match"]).url


@pytest.fixture
def visitor(visit, strict, person):
    somebody = visit(strict, follows=False)
    somebody.sign_in(person.email)
    return somebody


@pytest.fixture
def elsewhere(person):
    """The same person, with another client."""
    return person.client


def change(client, which, **changes):
    (task,) = (task for task in client.get("/v1/tasks").json()["tasks"] if task["name"] == which)
    answer = client.patch(f"/v1/tasks/{task['id']}", json=changes, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def named(client):
    return [task["name"] for task in client.get("/v1/tasks").json()["tasks"]]


def tags_of(visitor, verb):
    return [request.headers.get("if-match") for request in visitor.requests if request.method == verb]


def keys_of(visitor, verb):
    return [request.headers.get("idempotency-key") for request in visitor.requests if request.method == verb]


def rename(visitor, name, to):
    visitor.begin_rename(name).fill(to)
    visitor.button("Save").click()


def delete(visitor, name):
    visitor.begin_delete(name)
    visitor.button("Delete").click()


def test_everything_can_be_done_with_a_task(visitor, elsewhere):
    path = f"{visitor.url}/v1/tasks/{'0' * 24}"
    assert elsewhere.patch(path, json={}).status_code == 428, "it is wanted"
    visitor.add("one")
    visitor.tick_box("one").check()
    visitor.expect_saved("one")
    rename(visitor, "one", "two")
    expect(visitor.names).to_have_text(["two"])
    visitor.tick_box("two").uncheck()
    visitor.expect_saved("two")
    delete(visitor, "two")
    expect(visitor.names).to_have_count(0)
    assert tags_of(visitor, "PATCH") == ["*", '"2"', "*"] and tags_of(visitor, "DELETE") == ['"4"']
    assert named(elsewhere) == []


def test_a_tick_is_no_matter_of_what_else_has_changed(visitor, elsewhere):
    visitor.add("one")
    change(elsewhere, "one", name="renamed")
    visitor.tick_box("one").check()
    expect(visitor.names).to_have_text(["renamed"])
    expect(visitor.notice).to_be_hidden()
    assert [task["done"] for task in elsewhere.get("/v1/tasks").json()["tasks"]] == [True]


def test_what_is_renamed_or_deleted_may_have_changed_otherwise(visitor, elsewhere):
    """Somebody has ticked it meanwhile: the name is still the one that was seen."""
    visitor.add("one")
    change(elsewhere, "one", done=True)
    rename(visitor, "one", "two")
    expect(visitor.names).to_have_text(["two"])
    expect(visitor.tick_box("two")).to_be_checked()
    change(elsewhere, "two", done=False)
    delete(visitor, "two")
    expect(visitor.names).to_have_count(0)
    expect(visitor.notice).to_be_hidden()
    assert tags_of(visitor, "PATCH") == ['"1"', '"2"'] and tags_of(visitor, "DELETE") == ['"3"', '"4"']


def test_who_did_not_know_the_name_is_told(visitor, elsewhere):
    visitor.add("one")
    change(elsewhere, "one", name="renamed")
    rename(visitor, "one", "mine")
    expect(visitor.notice).to_contain_text("It has been renamed meanwhile, to “\u2068renamed\u2069”. Nothing was changed.")
    expect(visitor.button("Try again")).to_be_hidden()
    assert named(elsewhere) == ["renamed"]
    # What was typed is still there; who saves it once more means it.
    expect(visitor.field("New name")).to_have_value("mine")
    visitor.button("Save").click()
    expect(visitor.names).to_have_text(["mine"])
    change(elsewhere, "mine", name="renamed again")
    delete(visitor, "mine")
    expect(visitor.notice).to_contain_text("renamed again")
    expect(visitor.names).to_have_text(["renamed again"])
    assert named(elsewhere) == ["renamed again"]
    delete(visitor, "renamed again")
    expect(visitor.names).to_have_count(0)


def test_a_change_whose_answer_was_lost_is_known_by_its_key(visitor, elsewhere):
    """It has changed the tag itself, so that the second request would not fit."""

    def lose(route):
        route.fetch()
        route.abort()

    visitor.add("one")
    visitor.page.route("**/v1/tasks/*", lose)
    rename(visitor, "one", "two")
    expect(visitor.notice).to_contain_text("can't be reached")
    visitor.page.unroute("**/v1/tasks/*")
    change(elsewhere, "two", done=True)
    visitor.button("Save").click()
    expect(visitor.names).to_have_text(["two"])
    expect(visitor.tick_box("two")).to_be_checked()
    first, second = keys_of(visitor, "PATCH")
    assert first == second and tags_of(visitor, "PATCH") == ['"1"', '"1"']


def test_two_changes_under_way_are_both_done(visitor, elsewhere):
    """The rename knows nothing of the tick, which is done first."""
    visitor.add("one")
    waiting = []
    visitor.page.route("**/v1/tasks/*", lambda route: waiting.append(route) if len(waiting) < 2 else route.continue_())
    visitor.tick_box("one").click()
    rename(visitor, "one", "two")
    eventually(lambda: visitor.page.wait_for_timeout(50) or len(waiting) == 2, "both requests")
    waiting[0].continue_()
    visitor.expect_saved("one")
    waiting[1].continue_()
    expect(visitor.names).to_have_text(["two"])
    expect(visitor.tick_box("two")).to_be_checked()
    assert [(task["name"], task["done"]) for task in elsewhere.get("/v1/tasks").json()["tasks"]] == [("two", True)]


def test_what_one_may_not_is_not_tried_again(visit, strict):
    """Nor by the button of what went wrong before."""
    with Party(strict) as party:
        party.owner.add("theirs", listId=party.list["id"])
        visitor = visit(strict)
        visitor.page.route("**/v1/tasks?*", lambda route: route.abort())
        visitor.sign_in(party.viewer.email)
        expect(visitor.button("Try again")).to_be_visible()
        visitor.page.unroute("**/v1/tasks?*")
        visitor.button("Try again").click()
        visitor.tick_box("theirs").click()
        expect(visitor.notice).to_contain_text("Only the list's editors may do that.")
        expect(visitor.button("Try again")).to_be_hidden()
        expect(visitor.tick_box("theirs")).not_to_be_checked()
