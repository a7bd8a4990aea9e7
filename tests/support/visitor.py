# SPDX-License-Identifier: Apache-2.0
"""Somebody who uses the page, by what a person sees: labels, names of buttons, texts."""

import httpx
from playwright.sync_api import expect

from support.people import PASSWORD, new_email

# Errors that the page answers for are logged by the browser too: those are no trouble.
EXPECTED_CONSOLE = "Failed to load resource"

# Chromium reports a violation as a console error as well, but only this says so for certain.
WATCH_POLICY = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""


def quoted(name):
    """A name in the page's own words that are no markup: isolated, so that its direction is its own alone."""
    return f"“\u2068{name}\u2069”"


class Visitor:
    """One browser context with one page open. `troubles` collects what a clean page never does."""

    def __init__(self, context, url):
        self.context = context
        self.url = url
        self.troubles = []
        self.requests = []
        self.email = new_email()
        context.add_init_script(WATCH_POLICY)
        self.page = self.open()

    def open(self):
        """Opens the page in another tab, and goes on there."""
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(f"error in the page: {error}"))
        self.page.on("console", self._on_console)
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.goto(self.url)
        return self.page

    def _on_console(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED_CONSOLE):
            self.troubles.append(message.text)

    # What is on the page

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, label):
        return self.page.get_by_role("textbox", name=label)

    @property
    def password(self):
        return self.page.get_by_label("Password")

    @property
    def new_task(self):
        return self.page.get_by_label("New task")

    @property
    def notice(self):
        return self.page.get_by_role("alert")

    @property
    def tasks(self):
        return self.page.get_by_role("listitem")

    @property
    def names(self):
        return self.page.locator(".task-name")

    def tick_box(self, name):
        return self.page.get_by_role("checkbox", name=name, exact=True)

    def expect_saved(self, name):
        """Waits until the server has answered a tick."""
        expect(self.tasks.filter(has_text=name)).to_have_attribute("aria-busy", "false")

    def error_of(self, field):
        """The text that a field is described by, hints included."""
        ids = field.get_attribute("aria-describedby").split()
        return " ".join(self.page.locator(f'[id="{one}"]').text_content() for one in ids)

    # What a person does

    def sign_up(self, email=None, password=PASSWORD, name=""):
        self.button("Create an account").click()
        self.fill_sign_up(email or self.email, password, name)

    def fill_sign_up(self, email, password, name=""):
        self.field("Email").fill(email)
        self.field("Name").fill(name)
        self.password.fill(password)
        self.button("Create account").click()

    def sign_in(self, email, password=PASSWORD):
        self.field("Email").fill(email)
        self.password.fill(password)
        self.button("Sign in").click()

    def add(self, name):
        self.new_task.fill(name)
        self.button("Add").click()
        expect(self.names.first).to_have_text(name)

    def begin_rename(self, name):
        self.button(f"Rename {quoted(name)}").click()
        return self.field("New name")

    def begin_delete(self, name):
        self.button(f"Delete {quoted(name)}").click()

    def token(self):
        """The access token that the page used last."""
        headers = [request.headers.get("authorization") for request in self.requests]
        return [header for header in headers if header][-1].removeprefix("Bearer ")

    def sent(self, verb, path):
        """How many such requests the page has sent."""
        return sum(request.method == verb and request.url == self.url + path for request in self.requests)

    def kept(self):
        """Everything that the browser could keep for the page."""
        return self.page.evaluate(
            """async () => ({
                 local: Object.keys(localStorage), session: Object.keys(sessionStorage),
                 databases: await indexedDB.databases(), caches: await caches.keys(), cookie: document.cookie,
                 workers: (await navigator.serviceWorker.getRegistrations()).length })"""
        )

    def cookies(self):
        """What the browser keeps that scripts can't see: names, and what holds for each."""
        return {
            cookie["name"]: (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"])
            for cookie in self.context.cookies()
        }

    def end_session(self):
        """Has the server end the session, behind the page's back."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        assert httpx.delete(f"{self.url}/v1/sessions/current", headers=headers, timeout=60).status_code == 204

    def scrolls_sideways(self):
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
