# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a real Chromium, and people who visit the page with it."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from support.processes import PATIENCE_S
from support.visitor import Visitor

# --no-sandbox: Chromium's own sandbox does not start as root. The others keep it from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    assert path, "the tests of the page need Debian's package chromium"
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, stack):
    """visit(url, **context) opens the page in a browser context of its own; at the end, each must have stayed clean. One that
    does not follow gets no stream, as from a gateway that has none, and knows of nothing that others do."""
    visitors = []

    def open_page(url=stack.url, follows=True, **context):
        browser_context = chromium.new_context(locale="en-GB", **context)
        browser_context.set_default_timeout(PATIENCE_S * 1000)
        if not follows:
            browser_context.route("**/v1/events", lambda route: route.fulfill(status=404))
        visitor = Visitor(browser_context, url)
        visitors.append(visitor)
        return visitor

    yield open_page
    for visitor in visitors:
        visitor.context.close()
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []
