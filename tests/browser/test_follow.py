# SPDX-License-Identifier: Apache-2.0
"""The page shows what others do, while one looks at it, and is in nobody's way."""

import json

import pytest
from playwright.sync_api import expect

from support.lists import Party, join, make_list
from support.people import Person
from support.processes import eventually
from support.visitor import quoted

EVENTS = "/v1/events"

# Where the page has a module, in an own name, what a stream in pieces of so many bytes is read as.
READ_EVENTS = """async ([pieces]) => {
  const { eventsOf } = await import("/event-stream.js");
  const bytes = pieces.map((piece) => Uint8Array.from(piece));
  const body = new ReadableStream({ pull: (to) => bytes.length ? to.enqueue(bytes.shift()) : to.close() });
  const found = [];
  let heard = 0;
  for await (const { name, id, data } of eventsOf(body, () => heard++)) found.push([name, id, data]);
  return [found, heard];
}"""

HIDE = """(hidden) => {
  Object.defineProperty(document, "visibilityState", { configurable: true, value: hidden ? "hidden" : "visible" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def windows(visit, person):
    """Two windows of browsers that know nothing of each other, with the same person signed in."""
    both = visit(), visit()
    for window in both:
        window.sign_in(person.email)
    for window in both:
        expect(window.new_task).to_be_visible()
    return both


@pytest.fixture
def window(visit, person):
    """The other one is `person`, with another client."""
    somebody = visit()
    somebody.sign_in(person.email)
    expect(somebody.new_task).to_be_visible()
    return somebody


@pytest.fixture
def window_that_waits(visit, person):
    """A window whose streams wait for what the test says."""
    somebody, waiting = visit(), []
    somebody.context.route(f"**{EVENTS}", lambda route: waiting.append(route))
    somebody.sign_in(person.email)
    wait_for(somebody, lambda: waiting, "the page to follow")
    return somebody, waiting


def tell(route, *changes):
    data = json.dumps({"changes": changes, "syncToken": "a.b", "more": False})
    route.fulfill(status=200, headers={"Content-Type": "text/event-stream"}, body=f"event: changes\nid: a.b\ndata: {data}\n\n")


def change(person, task, **changes):
    answer = person.client.patch(f"/v1/tasks/{task['id']}", json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def delete(person, task):
    assert person.client.delete(f"/v1/tasks/{task['id']}").status_code == 204


def streams_of(window):
    """How many it has begun to open."""
    return window.sent("GET", EVENTS)


def wait_for(window, condition, what):
    """While the browser goes on."""
    return eventually(lambda: window.page.wait_for_timeout(50) or condition(), what)


def watch_ends(window):
    """The streams of the window that end from now on."""
    ended = []
    for event in ("requestfailed", "requestfinished"):
        window.page.on(event, lambda request: ended.append(request) if request.url.endswith(EVENTS) else None)
    return ended


# Rows


def test_what_is_done_in_one_window_is_seen_in_the_other(windows):
    here, there = windows
    here.add("Buy milk")
    expect(there.names).to_have_text(["Buy milk"])
    expect(there.page.get_by_text("Nothing here yet")).to_be_hidden()
    there.add("Water the plants")
    expect(here.names).to_have_text(["Water the plants", "Buy milk"])
    here.begin_rename("Buy milk").fill("Buy oat milk")
    here.button("Save").click()
    expect(there.names).to_have_text(["Water the plants", "Buy oat milk"])
    expect(there.button(f"Rename {quoted('Buy oat milk')}")).to_be_visible()
    there.tick_box("Buy oat milk").check()
    expect(here.tick_box("Buy oat milk")).to_be_checked()
    there.tick_box("Buy oat milk").uncheck()
    expect(here.tick_box("Buy oat milk")).not_to_be_checked()
    here.begin_delete("Buy oat milk")
    here.button("Delete").click()
    expect(there.names).to_have_text(["Water the plants"])
    there.begin_delete("Water the plants")
    there.button("Delete").click()
    expect(here.page.get_by_text("Nothing here yet")).to_be_visible()
    for window in windows:
        expect(window.notice).to_be_hidden()


def test_a_task_is_seen_as_long_as_its_list_is(visit, stack):
    with Party(stack.url) as party:
        guest = visit()
        guest.sign_in(party.viewer.email)
        expect(guest.page.get_by_text("Nothing here yet")).to_be_visible()
        task = party.owner.add("moves", listId=party.list["id"])
        expect(guest.names).to_have_text(["moves"])
        own = make_list(party.owner, "the owner's alone")
        change(party.owner, task, listId=own["id"])
        expect(guest.names).to_have_count(0)
        change(party.owner, task, listId=party.list["id"])
        party.editor.add("stays", listId=party.list["id"])
        expect(guest.names).to_have_text(["stays", "moves"])
        assert party.owner.client.delete(f"/v1/lists/{party.list['id']}").status_code == 204
        expect(guest.names).to_have_count(0)
        expect(guest.page.get_by_text("Nothing here yet")).to_be_visible()


def test_what_one_joins_comes_where_it_belongs(window, person, stack):
    with Person(stack.url) as host:
        made = make_list(host)
        person.add("first")
        host.add("second", listId=made["id"])
        person.add("third")
        expect(window.names).to_have_text(["third", "first"])
        join(host, person, made, "editor")
        expect(window.names).to_have_text(["third", "second", "first"])


def test_what_lies_behind_the_pages_that_are_shown_comes_with_them(window, person):
    tasks = [person.add(f"Task {number}") for number in range(60)]
    expect(window.names.first).to_have_text("Task 59")
    window.page.reload()
    expect(window.names).to_have_count(50)
    change(person, tasks[5], name="changed")
    change(person, tasks[20], done=True)
    expect(window.tick_box("Task 20")).to_be_checked()
    expect(window.names).to_have_count(50)
    # All that is shown goes: what was behind it comes.
    operations = [{"op": "remove", "id": task["id"]} for task in tasks[10:]]
    assert person.client.post("/v1/tasks:batch", json={"operations": operations}).status_code == 200
    expect(window.names).to_have_text([*(f"Task {n}" for n in (9, 8, 7, 6)), "changed", *(f"Task {n}" for n in range(4, -1, -1))])
    expect(window.button("Show more")).to_be_hidden()


# In nobody's way


def test_what_is_typed_stays(window, person):
    edited = person.add("edited")
    person.add("other")
    expect(window.names).to_have_count(2)
    window.new_task.fill("half a")
    field = window.begin_rename("edited")
    field.fill("half another")
    field.evaluate("(input) => input.setSelectionRange(2, 5)")
    change(person, edited, name="edited elsewhere", done=True)
    person.add("newest")
    expect(window.names).to_have_text(["newest", "other", "edited elsewhere"])
    delete(person, edited)
    last = person.add("behind it")
    expect(window.names.first).to_have_text("behind it")
    assert field.evaluate("(input) => [document.activeElement === input, input.value, input.selectionStart, input.selectionEnd]") == [
        True, "half another", 2, 5]  # fmt: skip
    expect(window.new_task).to_have_value("half a")
    # Whoever stops typing there sees that it is gone.
    field.press("Escape")
    expect(window.names).to_have_text(["behind it", "newest", "other"])
    # Who is asked whether to delete something is not disturbed, either.
    window.begin_delete("behind it")
    change(person, last, done=True)
    delete(person, person.add("a sign"))
    expect(window.button("Delete")).to_be_focused()
    expect(window.page.get_by_text("Delete “behind it”?")).to_be_visible()


def test_saving_what_is_gone_says_so(window, person):
    task = person.add("edited")
    person.add("other")
    expect(window.names).to_have_count(2)
    window.begin_rename("edited").fill("renamed")
    delete(person, task)
    person.add("a sign")
    expect(window.names).to_have_text(["a sign", "other", "edited"])
    window.button("Save").click()
    expect(window.notice).to_contain_text("not found")
    expect(window.names).to_have_text(["a sign", "other"])


def test_a_name_that_was_left_as_it_was_takes_nothing_back(window, person):
    task = person.add("one")
    expect(window.names).to_have_text(["one"])
    window.begin_rename("one")
    change(person, task, name="two")
    expect(window.names).to_have_text(["two"])
    window.button("Save").click()
    expect(window.tick_box("two")).to_be_visible()
    expect(window.notice).to_be_hidden()
    assert person.client.get(f"/v1/tasks/{task['id']}").json()["version"] == 2


def test_the_focus_and_the_place_stay(window, person):
    tasks = [person.add(f"Task {number}") for number in range(40)]
    expect(window.names).to_have_count(40)
    box = window.tick_box("Task 5")
    box.focus()
    box.scroll_into_view_if_needed()
    before = box.bounding_box()["y"]
    assert window.page.evaluate("scrollY") > 0
    for number in range(3):
        person.add(f"Above {number}")
    delete(person, tasks[30])
    delete(person, tasks[1])
    expect(window.names).to_have_count(41)
    expect(box).to_be_focused()
    assert abs(box.bounding_box()["y"] - before) <= 1
    delete(person, tasks[5])
    expect(window.tick_box("Task 4")).to_be_focused()


def test_own_changes_do_not_flicker(window, person):
    """The stream tells of them before they are answered."""
    window.add("mine")
    window.page.evaluate(
        """() => { window.seen = new Set();
             const look = () => { seen.add(JSON.stringify([...document.querySelectorAll(".task")].map((row) =>
               [row.querySelector(".task-name").textContent, row.querySelector(".tick").checked])));
               requestAnimationFrame(look); };
             new MutationObserver(look).observe(document.querySelector(".tasks"), { childList: true, subtree: true, characterData: true });
           }"""
    )
    held = []
    window.page.route("**/v1/tasks/*", lambda route: held.append(route))
    window.tick_box("mine").click()
    wait_for(window, lambda: held, "the tick")
    # Somebody else's change of the task leaves the box as it was clicked …
    (mine,) = person.client.get("/v1/tasks").json()["tasks"]
    change(person, mine, name="ours")
    expect(window.names).to_have_text(["ours"])
    expect(window.tick_box("ours")).to_be_checked()
    # … and when it is done, but not answered yet, the stream has told it.
    route = held.pop()
    answer = route.fetch()
    other = person.add("a sign")
    expect(window.names).to_have_text(["a sign", "ours"])
    expect(window.tick_box("ours")).to_be_checked()
    route.fulfill(response=answer)
    window.expect_saved("ours")
    expect(window.tick_box("ours")).to_be_checked()
    window.page.unroute("**/v1/tasks/*")

    window.page.route("**/v1/tasks", lambda route: held.append((route, route.fetch())))
    window.new_task.fill("new")
    window.new_task.press("Enter")
    expect(window.names).to_have_text(["new", "a sign", "ours"])
    later = person.add("later")
    expect(window.names).to_have_text(["later", "new", "a sign", "ours"])
    route, answer = held.pop()
    route.fulfill(response=answer)
    expect(window.new_task).to_have_value("")
    expect(window.names).to_have_text(["later", "new", "a sign", "ours"])
    delete(person, later)
    delete(person, other)
    expect(window.names).to_have_text(["new", "ours"])
    seen = window.page.evaluate("[...seen].map((text) => JSON.parse(text))")
    ticked = [row for rows in seen for row in rows if row[0] in ("mine", "ours")]
    assert ticked and all(checked for _, checked in ticked)
    assert all(len({name for name, _ in rows}) == len(rows) for rows in seen)


# The stream


def test_a_gateway_that_comes_back_is_caught_up_with(visit, stack, person):
    gateway = stack.start_gateway()
    window = visit(gateway.url)
    window.sign_in(person.email)
    kept = person.add("kept")
    gone = person.add("gone")
    expect(window.names).to_have_text(["gone", "kept"])
    assert gateway.stop() == 0
    person.add("meanwhile")
    change(person, kept, name="kept and renamed")
    delete(person, gone)
    window.new_task.fill("typed")
    stack.start_gateway(port=gateway.port, admin_port=gateway.admin_port)
    expect(window.names).to_have_text(["meanwhile", "kept and renamed"])
    expect(window.new_task).to_have_value("typed")
    expect(window.notice).to_be_hidden()
    last = [request.headers.get("last-event-id") for request in window.requests if request.url.endswith(EVENTS)]
    assert last[0] is None and last[-1]


def test_it_goes_on_with_a_new_token(visit, stack, person):
    gateway = stack.start_gateway(extra=["--token-lifetime", "3"])
    window = visit(gateway.url)
    window.sign_in(person.email)
    expect(window.new_task).to_be_visible()
    wait_for(window, lambda: streams_of(window) >= 2, "a stream with another token")
    tokens = [request.headers["authorization"] for request in window.requests if request.url.endswith(EVENTS)]
    assert len(set(tokens)) >= 2
    person.add("still told")
    expect(window.names).to_have_text(["still told"])
    expect(window.notice).to_be_hidden()


def test_who_signs_out_is_told_nothing_more(window):
    ended = watch_ends(window)
    window.add("told")
    assert streams_of(window) == 1 and not ended
    window.button("Sign out").click()
    expect(window.button("Sign in")).to_be_visible()
    wait_for(window, lambda: ended, "the stream to be closed")
    window.page.wait_for_timeout(1500)
    assert streams_of(window) == 1


def test_nothing_is_asked_for_while_nobody_looks(window, person):
    ended = watch_ends(window)
    window.page.clock.install()
    window.page.evaluate(HIDE, True)
    person.add("seen by nobody")
    expect(window.names).to_have_text(["seen by nobody"])
    window.page.clock.fast_forward(61_000)
    wait_for(window, lambda: ended, "the stream to be closed")
    person.add("meanwhile")
    window.page.clock.fast_forward(600_000)
    window.page.wait_for_timeout(300)
    assert streams_of(window) == 1
    expect(window.names).to_have_count(1)
    window.page.evaluate(HIDE, False)
    expect(window.names).to_have_text(["meanwhile", "seen by nobody"])


@pytest.mark.thorough
def test_a_stream_that_says_nothing_is_opened_again(window, person):
    wait_for(window, lambda: streams_of(window) == 1, "the stream")
    window.page.clock.install()
    person.add("heard")
    expect(window.names).to_have_text(["heard"])
    window.page.clock.fast_forward(46_000)
    window.page.clock.fast_forward(2_000)
    wait_for(window, lambda: streams_of(window) == 2, "another one")


@pytest.mark.thorough
def test_many_tabs_leave_the_browser_connections(visit, person):
    """A browser has six to a server; whoever opens more tabs than that can work in each."""
    visitor = visit()
    visitor.context.add_init_script("document.hasFocus = () => false")
    visitor.page.reload()
    visitor.sign_in(person.email)
    expect(visitor.new_task).to_be_visible()
    for _ in range(7):
        visitor.open()
        expect(visitor.new_task).to_be_visible()
    visitor.add("from the last one")
    first = visitor.context.pages[0]
    assert first.locator(".task-name").count() == 0, "it has made room"
    first.evaluate("dispatchEvent(new Event('focus'))")
    expect(first.locator(".task-name")).to_have_text(["from the last one"])


def test_a_gateway_without_streams_is_asked_once(visit, person):
    window = visit(follows=False)
    window.sign_in(person.email)
    window.add("one")
    window.page.wait_for_timeout(1500)
    assert streams_of(window) == 1
    person.add("unheard of")
    window.add("two")
    expect(window.names).to_have_text(["two", "one"])
    expect(window.notice).to_be_hidden()


def test_what_was_deleted_here_does_not_come_back(window_that_waits, person):
    """The stream may tell late how it was before."""
    window, waiting = window_that_waits
    window.add("gone")
    window.add("kept")
    (gone,) = [task for task in person.client.get("/v1/tasks").json()["tasks"] if task["name"] == "gone"]
    window.begin_delete("gone")
    window.button("Delete").click()
    expect(window.names).to_have_text(["kept"])
    other = person.add("a sign")
    tell(waiting.pop(), {"kind": "task", "op": "put", "id": gone["id"], "version": 1, "task": gone},
         {"kind": "task", "op": "put", "id": other["id"], "version": 1, "task": other})  # fmt: skip
    expect(window.names).to_have_text(["a sign", "kept"])


@pytest.mark.parametrize("said", ["refetch", pytest.param("400", marks=pytest.mark.thorough)])
def test_what_went_while_the_page_could_not_be_told_goes(window_that_waits, person, said):
    gone, kept = person.add("gone"), person.add("kept")
    window, waiting = window_that_waits
    window.page.reload()
    expect(window.names).to_have_text(["kept", "gone"])
    wait_for(window, lambda: len(waiting) == 2, "the page to follow")
    delete(person, gone)
    change(person, kept, name="renamed")
    refetches = "event: refetch\nid:\ndata: {}\n\n" * 20
    if said == "refetch":
        waiting.pop().fulfill(status=200, headers={"Content-Type": "text/event-stream"}, body=refetches)
    else:
        waiting.pop().fulfill(status=400, json={"status": 400, "title": "Bad Request"})
    expect(window.names).to_have_text(["renamed"])
    expect(window.notice).to_be_hidden()
    window.page.wait_for_timeout(1200)
    asked = sum(request.method == "GET" and "/v1/tasks?" in request.url for request in window.requests)
    assert asked <= 4, "twice as it was loaded, and once a second at most"


def test_what_comes_while_a_page_is_under_way_wins(visit, person):
    """The page was read before, and arrives after."""
    gone, old = person.add("gone"), person.add("old")
    window = visit()
    held = []
    window.page.route("**/v1/tasks?*", lambda route: held.append((route, route.fetch())))
    window.sign_in(person.email)
    wait_for(window, lambda: held and streams_of(window), "the first page and the stream")
    delete(person, gone)
    change(person, old, name="new")
    person.add("newest")
    window.page.wait_for_timeout(500)
    route, answer = held.pop()
    route.fulfill(response=answer)
    expect(window.names).to_have_text(["newest", "new"])


def test_streams_are_read_as_they_are_written(visit):
    """In whatever pieces they come."""
    events = [
        "\ufeff: a comment\n\n",
        "event: changes\nid: 1\ndata: {\ndata:  é✓\n\n",
        "data:two\r\n\r\n",
        "event: nothing\r\n\r\n",
        "id\revent: e:f\rdata: x\rignored: y\r\r",
        "data\n\n",
        "data: never ended\n",
    ]
    text = "".join(events).encode()
    page = visit().page
    for size in (1, 2, 3, 7, 1000):
        pieces = [list(text[at : at + size]) for at in range(0, len(text), size)]
        found, heard = page.evaluate(READ_EVENTS, [pieces])
        assert found == [["changes", "1", "{\n é✓"], ["message", "1", "two"], ["e:f", "", "x"], ["message", "", ""]]
        assert heard == len(pieces)
