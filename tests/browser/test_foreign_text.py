# SPDX-License-Identifier: Apache-2.0
"""Text that people wrote, in any script and with any method, leaves the page's own words as they are."""

import pytest
from playwright.sync_api import expect

from support.visitor import quoted

HEBREW = "לקנות חלב 2 ליטר"
# Each could turn or swallow what stands behind it, were it not isolated.
HOSTILE = {
    "override": "\u202eabc",
    "embedding": "\u202babc",
    "isolate": "\u2067abc",
    "pop": "abc\u2069\u202exyz",
    "pops": "\u2066a\u2069\u2069\u2069\u202ex",
    "mark": "abc\u200f",
    "hebrew": HEBREW,
}

# Where the page's own words stand on the screen: for each text node below the element, but those in `inside`.
PLACES = """
(element, inside) => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const places = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest(inside) || !node.data.trim()) continue;
    for (let at = 0; at < node.length; at++) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { left, right } = range.getBoundingClientRect();
      if (right > left) places.push({ character: node.data[at], left, right });
    }
  }
  return places;
}
"""


@pytest.fixture
def visitor(visit):
    visitor = visit()
    visitor.sign_up()
    expect(visitor.new_task).to_be_focused()
    return visitor


def direction(locator):
    return locator.evaluate("element => getComputedStyle(element).direction")


def start_of_line(locator):
    """At which side of its box the first character stands."""
    return locator.evaluate(
        """element => {
             const range = document.createRange();
             range.setStart(element.firstChild, 0);
             range.setEnd(element.firstChild, 1);
             const text = range.getBoundingClientRect(), box = element.getBoundingClientRect();
             return text.left - box.left < box.right - text.right ? "left" : "right"; }"""
    )


def test_a_name_runs_and_begins_as_its_script_does(visitor):
    visitor.add("Buy milk")
    visitor.add(HEBREW)
    hebrew, english = visitor.names.nth(0), visitor.names.nth(1)
    assert (direction(hebrew), start_of_line(hebrew)) == ("rtl", "right")
    assert (direction(english), start_of_line(english)) == ("ltr", "left")


def test_a_time_runs_as_the_browsers_language_does(visitor):
    visitor.add("Buy milk")
    time = visitor.tasks.locator("time")
    assert direction(time) == "ltr"
    time.evaluate("element => element.textContent = new Intl.DateTimeFormat('ar-EG', { dateStyle: 'medium' }).format(new Date())")
    assert direction(time) == "rtl"


def test_a_field_runs_as_what_is_typed(visitor):
    assert direction(visitor.new_task) == "ltr"
    visitor.new_task.fill(HEBREW)
    assert direction(visitor.new_task) == "rtl"
    visitor.button("Add").click()
    expect(visitor.names).to_have_text([HEBREW])
    assert direction(visitor.begin_rename(HEBREW)) == "rtl"


def test_every_field_but_the_password_takes_any_direction(visit):
    visitor = visit()
    visitor.button("Create an account").click()
    visitor.field("Name").fill(HEBREW)
    assert direction(visitor.field("Name")) == "rtl"
    fixed = visitor.page.evaluate(
        """() => [...document.querySelectorAll("template")]
             .flatMap((template) => [...template.content.querySelectorAll("input:not([type=checkbox], [type=password])")])
             .filter((input) => input.dir !== "auto").length"""
    )
    assert fixed == 0


def in_order(places):
    return all(before["right"] <= after["left"] + 0.5 for before, after in zip(places, places[1:]))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_question_stays_in_order_around_a_name(visitor, name):
    visitor.new_task.fill(name)
    visitor.button("Add").click()
    expect(visitor.names).to_have_count(1)
    visitor.tasks.get_by_role("button").nth(1).click()
    question = visitor.page.locator(".task-confirm p")
    expect(question).to_be_visible()
    places = question.evaluate(PLACES, "bdi")
    assert "".join(place["character"] for place in places).replace(" ", "") == "Delete“”?"
    assert in_order(places)
    subject = question.locator("bdi").bounding_box()
    assert places[-3]["right"] <= subject["x"] + 0.5
    assert subject["x"] + subject["width"] <= places[-2]["left"] + 0.5


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_words_that_are_no_markup_are_isolated(visitor, name):
    """Labels and messages: an isolate opens before the name and closes behind it, whatever is in it."""
    visitor.new_task.fill(name)
    visitor.button("Add").click()
    expect(visitor.names).to_have_count(1)
    buttons = visitor.tasks.get_by_role("button")
    said = [buttons.nth(number).get_attribute("aria-label") for number in (0, 1)]
    said.append(visitor.page.get_by_role("status").text_content())
    for text, frame in zip(said, (("Rename “", "”"), ("Delete “", "”"), ("Added “", "”."))):
        assert text.startswith(frame[0] + "\u2068") and text.endswith("\u2069" + frame[1])
        depth = 0
        for at, character in enumerate(text):
            depth += (character in "\u2066\u2067\u2068") - (character == "\u2069")
            inside = len(frame[0]) <= at < len(text) - len(frame[1]) - 1
            assert depth > 0 if inside else depth == 0
    if name == HEBREW:
        assert said[0] == f"Rename {quoted(HEBREW)}"


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_the_header_stays_in_order_around_a_name(visit, name):
    visitor = visit()
    visitor.sign_up(name=name)
    shown = visitor.page.locator("#account-name")
    expect(shown).not_to_be_empty()
    button = visitor.button("Sign out")
    assert shown.bounding_box()["x"] < button.bounding_box()["x"]
    places = button.evaluate(PLACES, "bdi")
    assert "".join(place["character"] for place in places) == "Signout" or in_order(places)
    assert in_order(places)


# Input methods


def compose(page, text):
    """As an input method does that proposes `text` and waits."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    return devtools


def test_enter_that_takes_a_proposal_adds_nothing(visitor):
    visitor.new_task.focus()
    devtools = compose(visitor.page, "にほん")
    visitor.page.keyboard.press("Enter")
    assert visitor.sent("POST", "/v1/tasks") == 0
    devtools.send("Input.insertText", {"text": "日本"})
    expect(visitor.new_task).to_have_value("日本")
    # Safari ends the composition first, and says 229 of the key that did it.
    assert visitor.new_task.evaluate(
        """input => input.dispatchEvent(new KeyboardEvent("keydown",
             { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }))"""
    ) is False
    assert visitor.sent("POST", "/v1/tasks") == 0
    visitor.page.keyboard.press("Enter")
    expect(visitor.names).to_have_text(["日本"])


@pytest.mark.parametrize("how", [{"isComposing": True}, {"keyCode": 229}], ids=str)
def test_escape_that_drops_a_proposal_cancels_nothing(visitor, how):
    visitor.add("Tokyo")
    field = visitor.begin_rename("Tokyo")
    field.fill("東京")
    press = """(input, how) => input.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, ...how }))"""
    field.evaluate(press, how)
    expect(field).to_be_visible()
    expect(field).to_have_value("東京")
    field.evaluate(press, {})
    expect(field).to_be_hidden()
