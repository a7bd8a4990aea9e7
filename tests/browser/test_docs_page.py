# SPDX-License-Identifier: Apache-2.0
"""Reads /docs in a real browser, as a person would."""

import pytest
from playwright.sync_api import expect

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
ROUTE = "/docs#post-v1-tasks"


@pytest.fixture
def read(visit, stack):
    """read(where, **context): a page of the documentation; at the end, it must have kept to the policy."""

    def open_docs(where="/docs", **context):
        page = visit(**context).page
        page.goto(stack.url + where)
        return page

    return open_docs


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("context", [{}, PHONE], ids=["desk", "phone"])
def test_fits_the_screen_and_can_be_read(read, context, scheme):
    page = read(color_scheme=scheme, **context)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    # Every text stands out from what is behind it (WCAG 2.2, 1.4.3).
    assert page.evaluate(
        """() => {
          const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
          const light = (colour) => {
            const [r, g, b] = rgb(colour).map((part) => {
              const c = part / 255;
              return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const colour = getComputedStyle(at).backgroundColor;
              if (rgb(colour)[3] !== 0) return colour;
            }
          };
          return [...document.querySelectorAll("h1, h2, h3, h4, p, a, code, span, dt, figcaption, button")]
            .filter((element) => element.innerText?.trim())
            .map((element) => {
              const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
              return [(a + 0.05) / (b + 0.05), element.outerHTML.slice(0, 100)];
            })
            .filter(([contrast]) => contrast < 4.5)
            .map(([, html]) => html);
        }"""
    ) == []


def test_a_route_has_a_link_of_its_own(read):
    page = read(ROUTE)
    route = page.get_by_role("article", name="POST /v1/tasks", exact=True)
    expect(route).to_be_in_viewport()
    expect(page.locator(":target")).to_have_attribute("id", "post-v1-tasks")
    page.get_by_role("navigation", name="Routes").get_by_role("link", name="GET /v1/account", exact=True).click()
    expect(page).to_have_url(page.url.split("#")[0] + "#get-v1-account")
    expect(page.get_by_role("article", name="GET /v1/account", exact=True)).to_be_in_viewport()


def test_a_status_leads_to_what_it_means(read):
    page = read(ROUTE)
    page.get_by_role("article", name="POST /v1/tasks", exact=True).get_by_role("link", name="413").click()
    expect(page.get_by_role("heading", name="413 Content Too Large")).to_be_in_viewport()


def test_by_keyboard_alone(read):
    page = read()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="/openapi.json")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_a_command_is_copied_by_its_button(read, stack):
    page = read(ROUTE, permissions=["clipboard-read", "clipboard-write"])
    command = page.get_by_role("article", name="POST /v1/tasks", exact=True).get_by_role("figure", name="Call it")
    command.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('curl "$URL/v1/tasks" \\\n')
    assert copied == command.locator("code").text_content()
    expect(page.get_by_text(f"URL={stack.url}")).to_be_visible()


def test_needs_no_script(read, stack):
    page = read(ROUTE, java_script_enabled=False)
    expect(page.get_by_role("article", name="POST /v1/tasks", exact=True)).to_be_in_viewport()
    expect(page.get_by_role("button")).to_have_count(0)


def test_on_paper_it_is_whole_and_light(read):
    page = read(color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(34, 40, 43)"
    expect(page.get_by_role("button", name="Copy").first).to_be_hidden()
    expect(page.get_by_role("article", name="POST /v1/tasks", exact=True)).to_be_visible()


def test_loads_nothing_from_elsewhere(visit, stack):
    visitor = visit()
    visitor.page.goto(f"{stack.url}/docs")
    assert {request.url.split("/")[2] for request in visitor.requests} == {stack.url.split("/")[2]}
