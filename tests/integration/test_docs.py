# SPDX-License-Identifier: Apache-2.0
"""/docs shows all of /openapi.json to people, for any IDL, and what it says can be pasted."""

import html.parser
import json
import re
import shlex

import httpx
import pytest

from support.people import Person
from support.processes import BUILD, Gateway

IDL = BUILD / "tests" / "idl" / "address-book.json"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(html.parser.HTMLParser):
    """A page as a browser reads it: ids, links, what it loads, the texts of commands. Tags must nest."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded, self.tags, self.headings = [], [], [], set(), []
        self.open, self.text, self.commands, self.styles, self.handlers = [], "", [], 0, []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.add(tag)
        self.ids += [named["id"]] if "id" in named else []
        self.links += [named["href"]] if tag == "a" else []
        self.loaded += [named[name] for name in ("src", "href") if tag in ("link", "script", "img") and name in named]
        self.handlers += [name for name in named if name.startswith("on") or name == "style"]
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag == "figure":
            self.in_command = named.get("class") == "curl"
        if tag == "pre" and self.in_command:
            self.commands.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.text += text
        if "pre" in self.open and self.in_command:
            self.commands[-1] += text


@pytest.fixture(scope="module")
def own(stack):
    yield stack


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("foreign"), {"AddressBook": 1}, arguments=["--idl", IDL], ready=False)
    yield gateway
    assert gateway.stop() == 0, gateway.log


@pytest.fixture(params=["own", "foreign"])
def url(request):
    return request.getfixturevalue(request.param).url


def slug(text):
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")


def operations(document):
    return [
        (verb, path, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]  # fmt: skip


def test_is_a_page_under_the_strict_policy(url):
    for path in ("/docs", "/docs/"):
        answer = httpx.get(url + path, timeout=60)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == policy["style-src"] == "'self'"
    again = httpx.get(f"{url}/docs", headers={"If-None-Match": answer.headers["etag"]}, timeout=60)
    assert again.status_code == 304
    page = Page(answer.text)
    assert page.handlers == []
    assert page.loaded
    for loaded in page.loaded:
        assert loaded.startswith("/docs/"), "nothing comes from elsewhere"
        assert httpx.get(url + loaded, timeout=60).status_code == 200


def test_shows_every_route_with_all_that_the_document_says(url):
    document = httpx.get(f"{url}/openapi.json", timeout=60).json()
    text = httpx.get(f"{url}/docs", timeout=60).text
    page = Page(text)
    assert len(operations(document)) >= 10
    for verb, path, operation in operations(document):
        # From its heading to the next one's.
        (part,) = re.findall(rf'<article class="route" id="{slug(verb + path)}".*?</article>', text, re.DOTALL)
        shown = Page(part)
        assert path in shown.text and operation["summary"] in shown.text
        for parameter in operation.get("parameters", []):
            assert parameter["name"] in shown.text
        for status in operation["responses"]:
            assert (status if status != "default" else "other") in shown.text
        assert ("Needs a token" in shown.text) == bool(operation["security"])
        assert len(shown.commands) == 1
    for name in document["components"]["responses"]:
        assert f"answer-{slug(name)}" in page.ids
    for name in document["components"]["headers"]:
        assert f"header-{slug(name)}" in page.ids


def test_can_be_found_ones_way_in(url):
    page = Page(httpx.get(f"{url}/docs", timeout=60).text)
    assert len(set(page.ids)) == len(page.ids)
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert set(inside) <= set(page.ids)
    assert len(inside) > 20
    assert {"header", "nav", "main"} <= page.tags
    assert page.headings[0] == 1 and page.headings.count(1) == 1
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1, "no level of heading is left out"


def test_nothing_of_an_idl_is_markup(foreign):
    text = httpx.get(f"{foreign.url}/docs", timeout=60).text
    assert "<i>" not in text and "&lt;i&gt;chess&lt;/i&gt;" in text
    assert "in Ulm &amp; around" in text


def test_a_route_of_the_idl_is_no_page(foreign):
    assert httpx.post(f"{foreign.url}/docs", timeout=60).status_code == 405
    assert httpx.get(f"{foreign.url}/docs/nothing", timeout=60).status_code == 404


def run(command, url, token):
    """Sends what curl would send."""
    words = iter(shlex.split(command.replace("\\\n", " ").replace("$URL", url).replace("$TOKEN", token)))
    assert next(words) == "curl"
    found = {"-H": [], "-X": [], "-d": [], "": []}
    for word in words:
        found[word if word in found else ""].append(next(words) if word in found else word)
    headers = dict(header.split(": ", 1) for header in found["-H"])
    (verb,) = found["-X"] or ["POST" if found["-d"] else "GET"]
    (target,) = found[""]
    content = "".join(found["-d"]).encode() or None
    with httpx.stream(verb, target, headers=headers, content=content, timeout=60) as answer:
        if answer.headers.get("content-type") != "text/event-stream":  # which has no end
            answer.read()
        return answer


def test_every_command_can_be_pasted(stack):
    """As it stands it is valid: what it names may not be there."""
    page = Page(httpx.get(f"{stack.url}/docs", timeout=60).text)
    commands = [command for command in page.commands if command.startswith("curl")]
    assert len(commands) == len(operations(httpx.get(f"{stack.url}/openapi.json", timeout=60).json()))
    with Person(stack.url) as person:
        # What ends the session comes last.
        for command in sorted(commands, key=lambda one: "sessions/current" in one):
            answer = run(command, stack.url, person.access_token)
            assert answer.is_success or answer.status_code in (401, 404), f"{command}: {answer.text}"
            if answer.status_code == 401:
                assert "sessions" in command, answer.text


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value)


def test_examples_fit_what_they_are_examples_of(stack):
    """A request made of nothing but the document's examples is taken."""
    document = httpx.get(f"{stack.url}/openapi.json", timeout=60).json()
    with Person(stack.url) as person:
        parameters = document["paths"]["/v1/tasks"]["get"]["parameters"]
        query = {parameter["name"]: as_text(parameter["example"]) for parameter in parameters}
        assert set(query) >= {"limit", "cursor", "done", "sort", "q"}
        # It is of a page without a filter.
        assert person.client.get("/v1/tasks", params={"cursor": query.pop("cursor")}).status_code == 200
        assert person.client.get("/v1/tasks", params=query).status_code == 200
