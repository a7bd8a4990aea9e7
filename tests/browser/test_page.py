# SPDX-License-Identifier: Apache-2.0
"""Walks the page in a real browser, as a person would."""

import itertools
import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from support.people import PASSWORD, Person, new_email
from support.processes import eventually
from support.visitor import quoted

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NOTHING_KEPT = {"local": [], "session": [], "databases": [], "caches": [], "cookie": "", "workers": 0}
SIGNED_IN = {"taskwire_refresh": (True, True, "Strict", "/v1/sessions")}
MARKUP = "<img src=x onerror=\"document.title='run'\"><b>bold</b>"


@pytest.fixture
def visitor(visit):
    """Somebody who has just signed up."""
    visitor = visit()
    visitor.sign_up()
    expect(visitor.new_task).to_be_focused()
    return visitor


def account_status(stack, token):
    return httpx.get(f"{stack.url}/v1/account", headers={"Authorization": f"Bearer {token}"}, timeout=60).status_code


# A whole visit


def test_a_whole_visit(visit, stack):
    visitor = visit()
    page = visitor.page
    expect(page).to_have_title("Taskwire")
    expect(visitor.field("Email")).to_be_focused()

    visitor.sign_up(name="Ada Lovelace")
    expect(page.get_by_text("Ada Lovelace")).to_be_visible()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()

    for name in ("Buy milk", "Water the plants", "Book the train"):
        visitor.add(name)
        expect(visitor.new_task).to_have_value("")
        expect(visitor.new_task).to_be_focused()
    expect(visitor.names).to_have_text(["Book the train", "Water the plants", "Buy milk"])

    visitor.tick_box("Water the plants").check()
    visitor.expect_saved("Water the plants")

    visitor.begin_rename("Buy milk").fill("Buy oat milk")
    visitor.button("Save").click()
    expect(visitor.names).to_have_text(["Book the train", "Water the plants", "Buy oat milk"])
    expect(visitor.button(f"Rename {quoted('Buy oat milk')}")).to_be_focused()

    visitor.button(f"Delete {quoted('Book the train')}").click()
    visitor.button("Keep").click()
    expect(visitor.names).to_have_count(3)
    visitor.button(f"Delete {quoted('Book the train')}").click()
    visitor.button("Delete").click()
    expect(visitor.names).to_have_text(["Water the plants", "Buy oat milk"])

    visitor.button("Sign out").click()
    expect(visitor.button("Sign in")).to_be_visible()
    expect(visitor.names).to_have_count(0)
    expect(page.get_by_text("Ada Lovelace")).to_have_count(0)

    visitor.sign_in(visitor.email)
    expect(visitor.names).to_have_text(["Water the plants", "Buy oat milk"])
    expect(visitor.tick_box("Water the plants")).to_be_checked()
    expect(visitor.tick_box("Buy oat milk")).not_to_be_checked()
    assert visitor.kept() == NOTHING_KEPT
    assert visitor.cookies() == SIGNED_IN


def test_the_keyboard_is_enough(visit):
    visitor = visit()
    keys = visitor.page.keyboard

    def press(*names):
        for name in names:
            keys.press(name)

    expect(visitor.field("Email")).to_be_focused()
    press("Tab", "Tab", "Tab")  # from the email over the password and the button to the other form
    expect(visitor.button("Create an account")).to_be_focused()
    press("Enter")
    expect(visitor.field("Email")).to_be_focused()
    keys.type(visitor.email)
    press("Tab", "Tab")
    keys.type(PASSWORD)
    press("Enter")
    expect(visitor.new_task).to_be_focused()
    keys.type("Type this")
    press("Enter")
    expect(visitor.names).to_have_text(["Type this"])
    press("Tab", "Tab")
    expect(visitor.tick_box("Type this")).to_be_focused()
    press("Space")
    visitor.expect_saved("Type this")
    expect(visitor.tick_box("Type this")).to_be_checked()
    expect(visitor.tick_box("Type this")).to_be_focused()
    press("Tab", "Enter")
    keys.type("Typed")
    press("Enter")
    expect(visitor.button(f"Rename {quoted('Typed')}")).to_be_focused()
    press("Enter")
    keys.type("not this")
    press("Escape")
    expect(visitor.names).to_have_text(["Typed"])
    expect(visitor.button(f"Rename {quoted('Typed')}")).to_be_focused()
    press("Tab", "Enter", "Enter")
    expect(visitor.names).to_have_count(0)
    expect(visitor.new_task).to_be_focused()


# Errors, where they belong


def test_what_is_wrong_with_an_account_is_shown_at_its_field(visit):
    visitor = visit()
    visitor.sign_up(email="nobody", password="short")
    expect(visitor.field("Email")).to_be_focused()
    expect(visitor.field("Email")).to_have_attribute("aria-invalid", "true")
    expect(visitor.password).to_have_attribute("aria-invalid", "true")
    assert "address" in visitor.error_of(visitor.field("Email"))
    assert "must be at least 8" in visitor.error_of(visitor.password)
    expect(visitor.notice).to_be_hidden()

    visitor.fill_sign_up(visitor.email, "short")
    expect(visitor.password).to_be_focused()
    expect(visitor.field("Email")).not_to_have_attribute("aria-invalid", "true")
    assert visitor.error_of(visitor.field("Email")) == ""

    visitor.fill_sign_up(visitor.email, PASSWORD)
    expect(visitor.new_task).to_be_visible()


def test_a_taken_address_is_shown_at_the_address(visit, person):
    visitor = visit()
    visitor.sign_up(email=person.email.upper())
    expect(visitor.field("Email")).to_have_attribute("aria-invalid", "true")
    assert visitor.error_of(visitor.field("Email")) != ""
    expect(visitor.password).not_to_have_attribute("aria-invalid", "true")
    expect(visitor.notice).to_be_hidden()


def test_a_wrong_password_and_an_unknown_address_are_told_alike(visit, person):
    texts = []
    for email in (person.email, new_email()):
        visitor = visit()
        visitor.sign_in(email, "not the password")
        error = visitor.page.locator("[data-error-of-form]")
        expect(error).not_to_be_empty()
        texts.append(error.text_content())
        expect(visitor.notice).to_be_hidden()
    assert texts[0] == texts[1]
    visitor.sign_in(person.email)
    expect(visitor.new_task).to_be_visible()


@pytest.mark.parametrize("name", ["", "   ", "x" * 501], ids=["empty", "spaces", "501-characters"])
def test_a_bad_name_is_shown_at_its_field(visitor, name):
    visitor.new_task.fill(name)
    visitor.button("Add").click()
    expect(visitor.new_task).to_have_attribute("aria-invalid", "true")
    expect(visitor.new_task).to_be_focused()
    assert "must be at" in visitor.error_of(visitor.new_task)

    visitor.add("Good")
    assert visitor.error_of(visitor.new_task) == ""
    field = visitor.begin_rename("Good")
    field.fill(name)
    visitor.button("Save").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert "must be at" in visitor.error_of(field)
    visitor.button("Cancel").click()
    expect(visitor.names).to_have_text(["Good"])
    expect(visitor.notice).to_be_hidden()


def test_names_of_500_code_points_are_taken(visitor):
    visitor.add("🐟" * 500)


def test_a_task_deleted_elsewhere_leaves_the_list(visit, stack):
    visitor = visit(follows=False)
    visitor.sign_up()
    visitor.add("Here")
    headers = {"Authorization": f"Bearer {visitor.token()}"}
    with httpx.Client(base_url=stack.url, headers=headers, timeout=60) as client:
        task = client.get("/v1/tasks").json()["tasks"][0]
        assert client.delete(f"/v1/tasks/{task['id']}").status_code == 204
    visitor.tick_box("Here").click()
    expect(visitor.notice).to_contain_text("not found")
    expect(visitor.names).to_have_count(0)
    visitor.button("Dismiss").click()
    expect(visitor.notice).to_be_hidden()


def test_a_service_that_is_away_can_be_tried_again(visit, person, stack):
    person.add("Patience")
    visitor = visit()
    stack.tasks.stop()
    try:
        visitor.sign_in(person.email)
        expect(visitor.notice).to_contain_text("Try again in")
        expect(visitor.button("Try again")).to_be_visible()
    finally:
        stack.restart_tasks()
    eventually(lambda: person.client.get("/v1/tasks").status_code == 200, "tasks to be served again")
    visitor.button("Try again").click()
    expect(visitor.names).to_have_text(["Patience"])
    expect(visitor.notice).to_be_hidden()


def test_guessing_too_often_says_in_minutes_when_to_try_again(visit, person, stack):
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        for guess in range(20):
            wrong = {"email": person.email, "password": f"wrong horse {guess}"}
            assert client.post("/v1/sessions", json=wrong).status_code == 401
    visitor = visit()
    visitor.sign_in(person.email)
    expect(visitor.notice).to_contain_text(re.compile(r"^\s*Signing in has failed too often\. Try again in \d+ minutes\."))


def test_a_list_that_did_not_come_is_not_called_empty(visit, person):
    visitor = visit()
    visitor.page.route("**/v1/tasks?*", lambda route: route.abort())
    visitor.sign_in(person.email)
    expect(visitor.notice).to_contain_text("can't be reached")
    expect(visitor.page.get_by_text("Nothing here yet")).to_be_hidden()
    visitor.page.unroute("**/v1/tasks?*")
    visitor.button("Try again").click()
    expect(visitor.page.get_by_text("Nothing here yet")).to_be_visible()
    expect(visitor.notice).to_be_hidden()


def test_a_task_that_two_requests_miss_leaves_the_list_once(visitor):
    """Both the tick and the rename find that the task is gone; an error in the page would be trouble."""
    visitor.add("Gone")
    waiting = []
    visitor.page.route("**/v1/tasks/*", lambda route: waiting.append(route))
    visitor.tick_box("Gone").click()
    visitor.begin_rename("Gone").fill("Still gone")
    visitor.button("Save").click()
    eventually(lambda: visitor.page.wait_for_timeout(50) or len(waiting) == 2, "both requests")
    for route in waiting:
        route.fulfill(status=404, content_type="application/problem+json", body='{"title":"Not Found","status":404}')
    expect(visitor.names).to_have_count(0)
    expect(visitor.notice).to_contain_text("Not Found")
    expect(visitor.new_task).to_be_focused()


def test_what_is_typed_while_a_task_is_added_stays(visitor):
    waiting = []
    visitor.page.route("**/v1/tasks", lambda route: waiting.append(route))
    visitor.new_task.fill("First")
    visitor.new_task.press("Enter")
    eventually(lambda: visitor.page.wait_for_timeout(50) or waiting, "the request")
    visitor.new_task.fill("Second")
    waiting[0].continue_()
    expect(visitor.names).to_have_text(["First"])
    expect(visitor.new_task).to_have_value("Second")


def test_an_answer_that_comes_late_takes_the_focus_from_nobody(visitor):
    """The stream tells of a change before its answer comes, so that people go on at once."""
    visitor.add("Old")
    keys = visitor.page.keyboard
    held = []

    def hold(path, refuse=False):
        visitor.page.unroute_all()
        visitor.page.route(path, lambda route: held.append((route, None if refuse else route.fetch())))

    def answer():
        eventually(lambda: visitor.page.wait_for_timeout(50) or held, "the request")
        route, response = held.pop()
        with visitor.page.expect_response(route.request.url):
            if response:
                route.fulfill(response=response)
            else:
                route.fulfill(status=400, content_type="application/problem+json",
                              body='{"title":"No","status":400,"errors":[{"detail":"no","location":"body.name"}]}')  # fmt: skip

    hold("**/v1/tasks")
    visitor.new_task.fill("New")
    keys.press("Enter")
    expect(visitor.names).to_have_text(["New", "Old"])
    keys.press("Tab")
    expect(visitor.button("Add")).to_be_focused()
    keys.press("Tab")
    expect(visitor.tick_box("New")).to_be_focused()
    answer()
    expect(visitor.new_task).to_have_value("")
    expect(visitor.tick_box("New")).to_be_focused()

    hold("**/v1/tasks/*")
    visitor.begin_rename("New").fill("Newer")
    keys.press("Enter")
    visitor.tick_box("Old").focus()
    answer()
    expect(visitor.button(f"Rename {quoted('Newer')}")).to_be_visible()
    expect(visitor.tick_box("Old")).to_be_focused()

    hold("**/v1/tasks", refuse=True)
    visitor.new_task.fill("Refused")
    keys.press("Enter")
    visitor.tick_box("Old").focus()
    answer()
    expect(visitor.page.get_by_text("no", exact=True)).to_be_visible()
    expect(visitor.tick_box("Old")).to_be_focused()

    hold("**/v1/tasks/*")
    visitor.begin_delete("Newer")
    keys.press("Enter")
    visitor.new_task.focus()
    answer()
    expect(visitor.names).to_have_text(["Old"])
    expect(visitor.new_task).to_be_focused()


def test_a_rename_under_way_is_not_cancelled(visitor):
    visitor.add("Old")
    waiting = []
    visitor.page.route("**/v1/tasks/*", lambda route: waiting.append(route))
    visitor.begin_rename("Old").fill("New")
    visitor.button("Save").click()
    eventually(lambda: visitor.page.wait_for_timeout(50) or waiting, "the request")
    visitor.button("Cancel").click()
    expect(visitor.field("New name")).to_be_visible()
    waiting[0].continue_()
    expect(visitor.names).to_have_text(["New"])


def test_a_sign_in_that_was_left_does_not_sign_in(visit, person):
    visitor = visit()
    waiting = []
    visitor.page.route("**/v1/sessions", lambda route: waiting.append(route))
    visitor.sign_in(person.email)
    eventually(lambda: visitor.page.wait_for_timeout(50) or waiting, "the request")
    visitor.button("Create an account").click()
    with visitor.page.expect_request("**/v1/sessions/current"):
        waiting[0].continue_()
    expect(visitor.button("Create account")).to_be_visible()


def test_the_focus_stays_after_what_fails(visitor):
    visitor.add("Kept")
    visitor.page.route("**/v1/tasks", lambda route: route.abort())
    visitor.new_task.fill("Lost")
    visitor.button("Add").click()
    expect(visitor.notice).to_contain_text("can't be reached")
    expect(visitor.button("Add")).to_be_focused()
    visitor.button("Dismiss").click()
    expect(visitor.page.get_by_role("main")).to_be_focused()


def test_a_change_that_fails_is_taken_back(visitor):
    visitor.add("Unchanged")
    visitor.page.route("**/v1/tasks/*", lambda route: route.abort())
    visitor.tick_box("Unchanged").click()
    expect(visitor.notice).to_contain_text("can't be reached")
    expect(visitor.tick_box("Unchanged")).not_to_be_checked()
    visitor.page.unroute("**/v1/tasks/*")
    visitor.tick_box("Unchanged").check()
    visitor.expect_saved("Unchanged")


# The list


def test_a_long_list_comes_in_pages(visit, person):
    for number in range(120):
        person.add(f"Task {number}")
    visitor = visit()
    visitor.sign_in(person.email)
    more = visitor.button("Show more")
    expect(visitor.names).to_have_count(50)
    more.click()
    expect(visitor.names).to_have_count(100)
    visitor.add("Meanwhile")
    more.click()
    expect(visitor.names).to_have_text(["Meanwhile"] + [f"Task {number}" for number in reversed(range(120))])
    expect(more).to_be_hidden()


def test_a_name_is_never_markup(visitor):
    visitor.add(MARKUP)
    assert visitor.page.locator(".tasks img, .tasks b").count() == 0
    expect(visitor.page).to_have_title("Taskwire")
    visitor.button(f"Delete {quoted(MARKUP)}").click()
    expect(visitor.page.get_by_text(f"Delete “{MARKUP}”?")).to_be_visible()


# Sessions


def test_two_browsers_know_nothing_of_each_other(visit):
    first, second = visit(), visit()
    first.sign_up()
    first.add("First's own")
    expect(second.button("Sign in")).to_be_visible()
    second.sign_up()
    second.add("Second's own")
    expect(first.names).to_have_text(["First's own"])
    expect(second.names).to_have_text(["Second's own"])
    first.button("Sign out").click()
    second.add("Still here")


def test_a_reload_stays_signed_in(visitor):
    visitor.add("Stays")
    visitor.page.reload()
    expect(visitor.names).to_have_text(["Stays"])
    expect(visitor.page.get_by_text(visitor.email)).to_be_visible()
    expect(visitor.button("Sign in")).to_have_count(0)
    assert visitor.kept() == NOTHING_KEPT
    assert visitor.cookies() == SIGNED_IN


def test_a_browser_that_starts_again_stays_signed_in(visitor, visit):
    visitor.add("Stays")
    kept = visitor.context.storage_state()
    expires = [cookie["expires"] - time.time() for cookie in visitor.context.cookies()]
    assert 29 * 86400 < expires[0] <= 30 * 86400
    again = visit(storage_state=kept)
    expect(again.names).to_have_text(["Stays"])


def test_scripts_never_see_the_refresh_token(visitor):
    (cookie,) = visitor.context.cookies()
    with visitor.page.expect_response("**/v1/sessions/refresh") as resumed:
        visitor.page.reload()
    expect(visitor.page.get_by_text("Nothing here yet")).to_be_visible()
    (renewed,) = visitor.context.cookies()
    assert set(resumed.value.json()) == {"accessToken", "tokenType", "expiresIn"}
    for value in (cookie["value"], renewed["value"]):
        assert value not in resumed.value.text()
    assert visitor.page.evaluate("document.cookie") == ""


def test_signing_out_ends_the_session_at_the_server(visitor, stack):
    visitor.add("Before")
    token = visitor.token()
    assert account_status(stack, token) == 200
    visitor.button("Sign out").click()
    expect(visitor.button("Sign in")).to_be_visible()
    assert account_status(stack, token) == 401
    assert visitor.kept() == NOTHING_KEPT
    assert visitor.cookies() == {}
    visitor.page.reload()
    expect(visitor.field("Email")).to_be_focused()
    expect(visitor.names).to_have_count(0)


def test_an_answer_that_was_lost_signs_nobody_out(visitor):
    """The server has given a new token, and the browser still has the one before."""
    visitor.add("Kept")
    (cookie,) = visitor.context.cookies()
    headers = {"Use-Cookies": "true", "Cookie": f"{cookie['name']}={cookie['value']}"}
    assert httpx.post(f"{visitor.url}/v1/sessions/refresh", headers=headers, timeout=60).status_code == 200
    visitor.page.reload()
    expect(visitor.names).to_have_text(["Kept"])


def test_a_sign_out_that_did_not_arrive_is_made_up_for(visitor, stack):
    visitor.add("Mine")
    token = visitor.token()
    visitor.page.route("**/v1/sessions/**", lambda route: route.abort())
    visitor.button("Sign out").click()
    expect(visitor.notice).to_contain_text("could not be told")
    visitor.page.reload()
    expect(visitor.field("Email")).to_be_focused()
    assert account_status(stack, token) == 200
    visitor.page.unroute("**/v1/sessions/**")
    visitor.page.reload()
    expect(visitor.field("Email")).to_be_focused()
    expect(visitor.names).to_have_count(0)
    assert account_status(stack, token) == 401
    assert visitor.kept() == NOTHING_KEPT
    assert visitor.cookies() == {}


def test_a_server_that_is_away_signs_nobody_out(visitor):
    visitor.add("Mine")
    visitor.page.route("**/v1/sessions/refresh", lambda route: route.abort())
    visitor.page.reload()
    expect(visitor.notice).to_contain_text("can't be reached")
    visitor.page.unroute("**/v1/sessions/refresh")
    visitor.button("Try again").click()
    expect(visitor.names).to_have_text(["Mine"])
    expect(visitor.notice).to_be_hidden()


@pytest.mark.parametrize("status", [403, 500])
def test_a_server_that_fails_signs_nobody_out(visitor, status):
    def fail(route):
        route.fulfill(status=status, json={"status": status, "title": "No", "detail": "It went wrong"})

    def refuse(route):
        route.fulfill(status=401, json={"status": 401, "title": "Unauthorized"})

    visitor.add("Mine")
    visitor.page.route("**/v1/sessions/refresh", fail)
    visitor.page.route("**/v1/tasks", refuse)
    visitor.new_task.fill("Another")
    visitor.button("Add").click()
    expect(visitor.notice).to_contain_text("It went wrong")
    expect(visitor.names).to_have_text(["Mine"])
    visitor.page.reload()
    expect(visitor.notice).to_contain_text("It went wrong")
    visitor.page.unroute("**/v1/sessions/refresh")
    visitor.button("Try again").click()
    expect(visitor.names).to_have_text(["Mine"])


def test_a_session_ended_elsewhere_leads_back_to_signing_in(visitor):
    visitor.add("Before")
    visitor.end_session()
    visitor.new_task.fill("After")
    visitor.button("Add").click()
    expect(visitor.notice).to_contain_text("Your session has ended")
    expect(visitor.field("Email")).to_be_focused()
    expect(visitor.names).to_have_count(0)
    assert visitor.cookies() == {}


def test_what_was_typed_survives_the_session(visitor, person):
    visitor.add("Older")
    visitor.add("Old")
    visitor.new_task.fill("A new one")
    visitor.begin_rename("Old").fill("Not so old")
    visitor.end_session()
    visitor.button("Save").click()
    expect(visitor.field("Email")).to_be_focused()
    visitor.sign_in(visitor.email)
    expect(visitor.field("New name")).to_be_focused()
    expect(visitor.field("New name")).to_have_value("Not so old")
    expect(visitor.new_task).to_have_value("A new one")
    visitor.button("Save").click()
    expect(visitor.names).to_have_text(["Not so old", "Older"])
    visitor.button("Add").click()
    expect(visitor.names).to_have_text(["A new one", "Not so old", "Older"])


def test_whoever_comes_back_finds_what_has_changed(visitor, stack):
    for name in ("Third", "Second", "First"):
        visitor.add(name)
    visitor.new_task.fill("Typed")
    visitor.end_session()
    visitor.button("Add").click()
    with Person.of(stack.url, visitor.email) as elsewhere:
        tasks = {task["name"]: task for task in elsewhere.client.get("/v1/tasks").json()["tasks"]}
        elsewhere.client.delete(f"/v1/tasks/{tasks['Second']['id']}")
        elsewhere.client.patch(f"/v1/tasks/{tasks['Third']['id']}", json={"name": "Third, changed"})
        elsewhere.add("Newest")
        visitor.sign_in(visitor.email)
        expect(visitor.names).to_have_text(["Newest", "First", "Third, changed"])
    expect(visitor.new_task).to_have_value("Typed")


def test_somebody_else_finds_nothing_of_it(visitor, person):
    visitor.add("Private")
    visitor.new_task.fill("More of it")
    visitor.end_session()
    visitor.button("Add").click()
    visitor.sign_in(person.email)
    expect(visitor.page.get_by_text("Nothing here yet")).to_be_visible()
    expect(visitor.new_task).to_have_value("")
    expect(visitor.names).to_have_count(0)
    visitor.button("Sign out").click()
    visitor.sign_in(visitor.email)
    expect(visitor.new_task).to_have_value("")


# Tabs


def test_two_tabs_share_a_session(visitor):
    first = visitor.page
    visitor.add("Shared")
    second = visitor.open()
    expect(visitor.names).to_have_text(["Shared"])
    # Both need a new token at the same time, again and again.
    for tab in (first, second):
        tab.route("**/v1/tasks", refuse_first())
    for number in range(3):
        for tab in (first, second):
            tab.get_by_label("New task").fill(f"{number}")
        for tab in (first, second):
            tab.get_by_role("button", name="Add", exact=True).click(no_wait_after=True)
        for tab in (first, second):
            expect(tab.locator(".task-name").first).to_have_text(f"{number}")
    for tab in (first, second):
        expect(tab.get_by_role("alert")).to_be_hidden()
    assert visitor.sent("POST", "/v1/sessions/refresh") >= 6


def test_two_tabs_that_can_not_wait_for_each_other_share_a_session(visit):
    """As over plain HTTP, where browsers have no locks."""
    visitor = visit()
    visitor.context.add_init_script("delete Navigator.prototype.locks")
    visitor.page.reload()
    visitor.sign_up()
    expect(visitor.new_task).to_be_focused()  # or the other tab, which waits for nobody, is there before the session
    first, second = visitor.page, visitor.open()
    expect(visitor.new_task).to_be_focused()
    waiting = []
    for tab in (first, second):
        tab.route("**/v1/sessions/refresh", lambda route: waiting.append(route))
        tab.route("**/v1/tasks", refuse_first())
        tab.get_by_label("New task").fill("Both at once")
        tab.get_by_role("button", name="Add", exact=True).click()
    eventually(lambda: first.wait_for_timeout(50) or len(waiting) == 2, "both to want a new token")
    assert len({route.request.all_headers()["cookie"] for route in waiting}) == 1
    for route in waiting:
        route.continue_()
    for tab in (first, second):
        expect(tab.locator(".task-name").first).to_have_text("Both at once")
    for tab in (first, second):
        tab.unroute("**/v1/sessions/refresh")
        tab.reload()
        expect(tab.locator(".task-name")).to_have_text(["Both at once"] * 2)


def refuse_first():
    """Answers every other request as if its token were over."""
    seen = itertools.count()

    def handle(route):
        if next(seen) % 2:
            route.continue_()
        else:
            route.fulfill(status=401, json={"status": 401, "title": "Unauthorized"})

    return handle


def test_signing_out_in_one_tab_signs_out_in_the_other(visitor):
    first = visitor.page
    visitor.add("Shared")
    visitor.open()
    expect(visitor.names).to_have_text(["Shared"])
    visitor.button("Sign out").click()
    expect(visitor.field("Email")).to_be_focused()
    expect(first.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(first.locator(".task-name")).to_have_count(0)


def test_a_tab_never_acts_for_whoever_has_signed_in_in_another(visit, person):
    visitor = visit()
    first = visitor.page
    second = visitor.open()
    expect(visitor.field("Email")).to_be_focused()
    visitor.sign_in(person.email)
    expect(visitor.page.get_by_text(person.email)).to_be_visible()
    visitor.page = first
    visitor.sign_up()
    visitor.add("Mine")
    first.route("**/v1/tasks", refuse_first())
    second.route("**/v1/tasks", refuse_first())
    second.get_by_label("New task").fill("Not for the other")
    second.get_by_role("button", name="Add", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("Another account")
    expect(second.get_by_text(visitor.email)).to_be_visible()
    expect(second.locator(".task-name")).to_have_text(["Mine"])
    expect(second.get_by_label("New task")).to_have_value("")


def test_requests_that_are_refused_together_share_one_refresh(visit, person):
    person.add("Found")
    visitor = visit()
    refused = []

    def refuse_the_first(route):
        if route.request.url in refused:
            route.continue_()
            return
        refused.append(route.request.url)
        route.fulfill(status=401, json={"status": 401, "title": "Unauthorized"})

    for path in ("**/v1/tasks?*", "**/v1/account"):
        visitor.page.route(path, refuse_the_first)
    expect(visitor.field("Email")).to_be_focused()
    before = visitor.sent("POST", "/v1/sessions/refresh")
    visitor.sign_in(person.email)
    expect(visitor.names).to_have_text(["Found"])
    expect(visitor.page.get_by_text(person.email)).to_be_visible()
    assert len(refused) == 2
    assert visitor.sent("POST", "/v1/sessions/refresh") == before + 1
    expect(visitor.notice).to_be_hidden()


def test_a_request_that_is_refused_late_shares_the_refresh_of_before(visit, person):
    """The new token is, to the letter, the one before, as it is where both were made in the same second."""
    person.add("Found")
    visitor = visit()
    page = visitor.page
    first_tokens, late = [], []

    def refuse_the_first(route):
        if first_tokens:
            route.continue_()
            return
        first_tokens.append(route.request.headers["authorization"].removeprefix("Bearer "))
        route.fulfill(status=401, json={"status": 401, "title": "Unauthorized"})

    def give_the_same(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "accessToken": first_tokens[0]})

    expect(visitor.field("Email")).to_be_focused()
    page.route("**/v1/tasks?*", refuse_the_first)
    page.route("**/v1/account", lambda route: late.append(route), times=1)
    page.route("**/v1/sessions/refresh", give_the_same)
    before = visitor.sent("POST", "/v1/sessions/refresh")
    visitor.sign_in(person.email)
    expect(visitor.names).to_have_text(["Found"])
    eventually(lambda: page.wait_for_timeout(50) or late, "the request that is refused late")
    late[0].fulfill(status=401, json={"status": 401, "title": "Unauthorized"})
    expect(page.get_by_text(person.email)).to_be_visible()
    assert visitor.sent("POST", "/v1/sessions/refresh") == before + 1
    expect(visitor.notice).to_be_hidden()


def test_a_token_is_renewed_before_it_expires(visit, person):
    visitor = visit()

    def shorten(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "expiresIn": 2})

    expect(visitor.field("Email")).to_be_focused()
    visitor.page.route("**/v1/sessions", shorten)
    with visitor.page.expect_response("**/v1/sessions/refresh") as renewal:
        visitor.sign_in(person.email)
    assert renewal.value.status == 200
    visitor.add("With the new token")


# How it looks and what it may do


def test_a_phone_never_scrolls_sideways(visit):
    visitor = visit(**PHONE)
    assert not visitor.scrolls_sideways()
    visitor.sign_up(email="nobody", password="short")
    expect(visitor.password).to_have_attribute("aria-invalid", "true")
    assert not visitor.scrolls_sideways()
    visitor.fill_sign_up(visitor.email, PASSWORD, "A person with a rather long name " * 4)
    expect(visitor.new_task).to_be_visible()
    for name in ("W" * 500, "word " * 80 + "end"):
        visitor.add(name)
        assert not visitor.scrolls_sideways()
    visitor.begin_rename("W" * 500).fill("")
    visitor.button("Save").click()
    expect(visitor.field("New name")).to_have_attribute("aria-invalid", "true")
    visitor.button(f"Delete {quoted('word ' * 80 + 'end')}").click()
    assert not visitor.scrolls_sideways()


def test_every_button_and_field_has_a_name(visitor):
    visitor.add("Named")
    unnamed = visitor.page.evaluate(
        """() => [...document.querySelectorAll("button, input")].filter((element) =>
             !element.ariaLabel && !element.textContent.trim() && !element.labels?.length).length"""
    )
    assert unnamed == 0


def test_the_policy_is_strict(stack):
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        policy = client.get("/").headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["base-uri"] == directives["form-action"] == "'none'"
    assert "unsafe" not in policy
