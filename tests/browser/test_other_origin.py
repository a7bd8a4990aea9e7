# SPDX-License-Identifier: Apache-2.0
"""A page that another server gives out, in a real browser, uses the API: as far as it is allowed to."""

import functools
import http.server
import threading

import pytest

from support.people import PASSWORD, new_email
from support.processes import PATIENCE_S, Stack

# fetch() with what the browser lets a script have of the answer; a refusal by CORS is all that a TypeError says.
ASK = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.json().catch(() => null) };
  } catch (error) {
    return { error: error.name };
  }
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The port of a server that has a page, and nothing to do with us."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "index.html").write_text("<!doctype html><title>Another page</title>")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def api(tmp_path_factory, pages):
    folder = tmp_path_factory.mktemp("api")
    with Stack(folder, gateway_arguments=["--cors-origin", f"http://127.0.0.1:{pages}"]) as running:
        yield running.url


@pytest.fixture
def script(chromium, pages, api):
    """script(host) is a function that asks the API from the page, which has the origin http://host:…."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_S * 1000)

    def open_page(host):
        page = context.new_page()
        page.goto(f"http://{host}:{pages}/")

        def ask(verb, path, body=None, **options):
            if body is not None:
                options = {**options, "body": body, "headers": {"Content-Type": "application/json", **options.get("headers", {})}}
            return page.evaluate(ASK, [f"{api}{path}", {"method": verb, **options}])

        return ask

    yield open_page
    context.close()


def account():
    return f'{{"email": "{new_email()}", "password": "{PASSWORD}"}}'


def test_a_page_that_is_named(script):
    ask = script("127.0.0.1")
    with_cookies = {"credentials": "include", "headers": {"Use-Cookies": "true"}}
    made = ask("POST", "/v1/accounts", account(), **with_cookies)
    assert made["status"] == 201 and "refreshToken" not in made["body"]
    again = ask("POST", "/v1/sessions/refresh", **with_cookies)
    assert again["status"] == 200, again

    bearer = {"headers": {"Authorization": f"Bearer {again['body']['accessToken']}"}}
    for n in range(2):
        task = ask("POST", "/v1/tasks", f'{{"name": "task {n}"}}', **bearer)
        assert task["status"] == 201 and task["headers"]["location"] == f"/v1/tasks/{task['body']['id']}"
    page = ask("GET", "/v1/tasks?limit=1", **bearer)
    assert page["headers"]["link"].startswith("</v1/tasks?limit=1&cursor=") and page["headers"]["x-request-id"]
    assert ask("PATCH", f"/v1/tasks/{task['body']['id']}", '{"done": true}', **bearer)["body"]["done"] is True
    assert ask("GET", "/v1/tasks", headers={"Authorization": "Bearer x"})["body"]["status"] == 401
    # Cookies are for those routes that have any.
    assert ask("GET", "/v1/tasks", **bearer, credentials="include") == {"error": "TypeError"}


def test_a_page_that_is_not_named(script):
    ask = script("localhost")
    assert ask("GET", "/v1/tasks") == {"error": "TypeError"}
    assert ask("POST", "/v1/accounts", account()) == {"error": "TypeError"}
    assert ask("GET", "/openapi.json") == {"error": "TypeError"}
