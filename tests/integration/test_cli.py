# SPDX-License-Identifier: Apache-2.0
"""The command-line client: every method a command, made from the IDL."""

import contextlib
import json
import os
import pty
import re
import subprocess

import pytest

from support.people import PASSWORD, new_email
from support.processes import BUILD, PATIENCE_S, eventually

CLI = BUILD / "cli" / "tasks"


@pytest.fixture
def tasks(stack):
    def run(*arguments, service="tasks", stdin="", expect=0):
        port = {"tasks": stack.tasks.port, "accounts": stack.accounts.port}[service]
        ended = subprocess.run(
            [CLI, "--service", service, "--port", str(port), *arguments],
            input=stdin, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        assert ended.returncode == expect, ended
        assert (ended.stderr == "") == (expect == 0), ended
        return ended.stdout if expect == 0 else ended.stderr

    return run


def test_help_lists_the_methods(tasks):
    text = tasks("--help")
    for line in ("all", "page", "Make a task.", "signup", "Open a session.", "--host", "--json"):
        assert line in text
    assert all(line.endswith(".") for line in text.splitlines() if line.startswith("  refresh")), "a whole sentence"


def test_help_has_what_the_methods_do_in_one_column(tasks):
    methods = tasks("--help").split("\nMethods of", 1)[1].split("\nOptions:")[0]
    lines = re.findall(r"^  (\w+)( +)\S", methods, re.MULTILINE)
    assert {"all", "removeInvitation", "signup"} <= {name for name, _ in lines}
    assert len({len(name + blanks) for name, blanks in lines}) == 1 and all(len(blanks) >= 2 for _, blanks in lines)


def test_help_of_a_method_says_arguments_and_limits(tasks):
    text = tasks("create", "--help")
    for part in ("--userId", "--name", "at most 500 characters", "required", "--done", "default false", "--json"):
        assert part in text
    assert "with a character that can be seen" in text
    text = tasks("page", "--help")
    assert "from 1; up to 200; default 50" in text
    text = tasks("signup", "--help", service="accounts")
    assert "--password-file" in text and "--password " not in text


def test_every_command_does_its_work(tasks):
    user = "the cli's user"
    made = json.loads(tasks("--json", "create", "--userId", user, "--name", "Naïve ✓"))
    assert (made["name"], made["userId"], made["version"]) == ("Naïve ✓", user, 1)
    assert json.loads(tasks("get", "--userId", user, "--id", made["id"], "--json")) == made
    tasks("add", "--userId", user, "--name", "another")
    assert [t["name"] for t in json.loads(tasks("all", "--userId", user, "--json"))] == ["another", "Naïve ✓"]
    page = json.loads(tasks("page", "--userId", user, "--limit", "1", "--json"))
    assert [t["name"] for t in page["tasks"]] == ["another"]
    rest = json.loads(tasks("page", "--userId", user, "--limit=1", "--cursor", page["nextCursor"], "--json"))
    assert [t["name"] for t in rest["tasks"]] == ["Naïve ✓"]
    patched = json.loads(tasks("patch", "--userId", user, "--id", made["id"], "--done", "true", "--json"))
    assert (patched["done"], patched["version"]) == (True, 2)
    upserted = tasks("upsert", "--userId", user, "--id", made["id"], "--name", "renamed", "--json")
    assert json.loads(upserted)["name"] == "renamed"
    updated = tasks("update", "--userId", user, "--taskId", made["id"], "--name", "x", "--done", "false", "--json")
    assert json.loads(updated)["done"] is False
    assert tasks("remove", "--userId", user, "--id", made["id"]) == ""
    assert json.loads(tasks("check", "--json"))["ok"] is True


def test_lists_are_json_and_what_is_null_is_named(tasks):
    """As everything that is no text, and none of it known to the program but from the IDL."""
    said = {"notes": "two\nlines", "dueOn": "2026-12-24T10:00:00.000Z", "priority": 2, "labels": ["home", "a b"],
            "position": -1.5}  # fmt: skip
    arguments = [part for name, value in said.items()
                 for part in (f"--{name}", value if isinstance(value, str) else json.dumps(value))]  # fmt: skip
    made = json.loads(tasks("--json", "create", "--userId", "lists", "--name", "x", *arguments))
    assert made.items() >= said.items()
    which = ("--userId", "lists", "--id", made["id"])
    assert json.loads(tasks("--json", "get", *which)) == made
    cleared = json.loads(tasks("--json", "patch", *which, "--clear", '["notes", "labels"]', "--dueOn", "2026-12-24"))
    assert cleared.keys() == made.keys() - {"notes", "labels"} and cleared["dueOn"] == "2026-12-24"
    assert tasks("patch", *which, "--clear", '["name"]', expect=1) == "tasks: name can't be cleared\n"
    assert tasks("patch", *which, "--clear", '["colour"]', expect=1) == "tasks: clear has the name of no field\n"
    assert tasks("patch", *which, "--labels", "home", expect=1) == "tasks: --labels must be an array\n"
    assert "--labels[1] must not be there twice" in tasks("patch", *which, "--labels", '["a", "A"]', expect=1)
    assert "--dueOn must be a date" in tasks("patch", *which, "--dueOn", "2026-02-30", expect=1)
    assert json.loads(tasks("--json", "get", *which)) == cleared


def test_table(tasks):
    tasks("add", "--userId", "tabular", "--name", "short")
    tasks("add", "--userId", "tabular", "--name", "rather a longer name")
    lines = tasks("all", "--userId", "tabular").splitlines()
    assert lines[0].split() == ["ID", "USERID", "NAME", "CREATEDON", "DONE", "UPDATEDON", "VERSION"]
    column = lines[0].index("CREATEDON")
    assert len(lines) == 3 and all(line[column - 1] == " " and line[column:].startswith("2") for line in lines[1:])
    assert "no" in lines[1].split()
    assert tasks("all", "--userId", "nobody") == "(none)\n"


def test_table_of_text_from_everywhere(tasks, stack):
    """Joiners are spelling; what turns the direction of writing is not. Columns stay below each other."""
    user = "the world's user"
    names = {"می\u200cخواهم": 7, "👨\u200d👩\u200d👧": 2, "日本": 4, "e\u0301": 1, "❤\ufe0f": 2, "🇩🇪": 2}
    for name in names:
        tasks("add", "--userId", user, "--name", name)
    evil = tasks("add", "--userId", user, "--name", "a\u202eb\u2066c\u200fd")
    assert "a?b?c?d" in evil
    rows = tasks("all", "--userId", user).splitlines()
    column = rows[0].index("CREATEDON") - rows[0].index("NAME")
    for name, width in names.items():
        (row,) = [row for row in rows if name in row]
        assert name + " " * (column - width) + "2" in row, row
    # A program gets all of it, and a terminal that shows what a program gets is as safe.
    printed = tasks("all", "--userId", user, "--json")
    assert {task["name"] for task in json.loads(printed)} == {*names, "a\u202eb\u2066c\u200fd"}
    assert "\\u202e" in printed and "می\u200cخواهم" in printed and "\u202e" not in printed


def test_text_from_right_to_left_keeps_to_its_column_on_a_terminal(tasks, stack):
    tasks("add", "--userId", "rtl", "--name", "שלום")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(CLI, [str(CLI), "--port", str(stack.tasks.port), "all", "--userId", "rtl"])
    shown = b""
    with contextlib.suppress(OSError):
        while more := os.read(terminal, 4096):
            shown += more
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert "\u200eשלום\u200e  2" in shown.decode()
    assert "\u200e" not in tasks("all", "--userId", "rtl")


def test_tags_and_keys(tasks):
    text = tasks("patch", "--help")
    for option in ("--idempotency-key", "--if-match", "--if-none-match"):
        assert option in text
    assert "ingerprint" not in text and "idempotencyKey" not in text
    assert "--if-match" not in tasks("create", "--help")
    made = json.loads(tasks("create", "--userId", "u", "--name", "once", "--idempotency-key", "a key", "--json"))
    tasks("patch", "--userId", "u", "--id", made["id"], "--name", "twice", "--if-match", "1")
    for key in ("", "é", "k" * 129):
        text = tasks("create", "--userId", "u", "--name", "x", "--idempotency-key", key, expect=1)
        assert "--idempotency-key must " in text
    assert "--idempotency-key" in tasks("signup", "--help", service="accounts")


def test_who_gets_no_answer_is_told_how_to_ask_again():
    def ask(*arguments):
        command = [CLI, "--port", "1", *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert ended.returncode == 1
        return ended.stderr

    assert ask("create", "--userId", "u", "--name", "x", "--idempotency-key", "k1").endswith(
        "; the same again with --idempotency-key k1 is done once\n"
    )
    create = ("create", "--userId", "u", "--name", "x")
    first, second = (ask(*create).split()[-4] for _ in range(2))
    assert len(first) == len(second) == 36 and first != second
    assert "--idempotency-key" not in ask("get", "--userId", "u", "--id", "x")


def test_errors_go_to_standard_error(tasks):
    assert "Task not found" in tasks("get", "--userId", "u", "--id", "nope", expect=1)
    text = tasks("create", "--userId", "u", "--name", "n" * 501, "--done", "maybe", expect=1)
    assert "--name must be at most 500" in text and "--done must be true" in text
    assert "--userId is required" in tasks("all", expect=1)
    assert "no-such" in tasks("no-such", expect=2)
    assert "\x1b" not in tasks("no-\x1b[31m-such", expect=2), "errors do not drive the terminal"
    assert "--nonsense: see --help" in tasks("--nonsense", "all", expect=2)
    assert "--nonsense: see all --help" in tasks("all", "--nonsense", expect=2)
    assert '"surplus": see all --help' in tasks("all", "--userId", "u", "surplus", expect=2)
    assert "METHOD" in tasks(expect=2)
    assert "--service" in tasks("check", "--service", "accounts", expect=2), "it chooses METHOD: it stands before it"
    assert "--port" in tasks("--port", "0", "check", expect=2)


def test_an_answer_that_cannot_be_printed_is_a_failure(stack):
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [CLI, "--port", str(stack.tasks.port), "check"],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    assert ended.returncode == 1 and "No space left" in ended.stderr


def test_service_that_is_not_there():
    ended = subprocess.run(
        [CLI, "--port", "1", "check"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr == "tasks: 127.0.0.1:1 (--host, --port): The service can't be reached\n"


def test_secrets_from_a_file_or_standard_input(tasks, tmp_path):
    email, secret = new_email(), tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    signed_up = json.loads(
        tasks("signup", "--email", email, "--password-file", str(secret), "--json", service="accounts")
    )
    assert signed_up["account"]["id"] == signed_up["userId"]
    session = json.loads(
        tasks("login", "--email", email, "--password-file", "-", "--json", service="accounts", stdin=PASSWORD + "\n")
    )
    assert session["userId"] == signed_up["userId"]
    account = json.loads(tasks("get", "--userId", session["userId"], "--json", service="accounts"))
    assert account["email"] == email
    refreshed = tasks("refresh", "--refreshToken-file", "-", service="accounts", stdin=session["refreshToken"])
    assert session["userId"] in refreshed
    assert tasks(
        "logout", "--userId", session["userId"], "--sessionId", session["sessionId"], service="accounts"
    ) == ""


def test_whichever_editor_wrote_the_secret(tasks, tmp_path):
    """What ends a line or begins a file is no part of a password."""
    email, file = new_email(), tmp_path / "password"
    tasks("signup", "--email", email, "--password-file", "-", service="accounts", stdin=PASSWORD)
    for before, after in (("", ""), ("", "\n"), ("", "\r\n"), ("", "\r"), ("\ufeff", "\r\n"), ("", "\nmore\n")):
        file.write_bytes((before + PASSWORD + after).encode())
        tasks("login", "--email", email, "--password-file", str(file), service="accounts")
        tasks("login", "--email", email, "--password-file", "-", service="accounts", stdin=before + PASSWORD + after)
    for blank in (" ", "\t"):
        file.write_text(PASSWORD + blank)
        tasks("login", "--email", email, "--password-file", str(file), service="accounts", expect=1)


@pytest.mark.parametrize("content", [b"%s\0\n", b"%s\xff\n"])
def test_a_secret_that_is_no_text_is_not_repeated(tasks, tmp_path, content):
    file = tmp_path / "password"
    file.write_bytes(content % PASSWORD.encode())
    text = tasks("login", "--email", "a@b.org", "--password-file", str(file), service="accounts", expect=2)
    assert str(file) in text and PASSWORD not in text


def test_signup_prints_the_accounts_id(tasks):
    printed = tasks("signup", "--email", new_email(), "--password-file", "-", service="accounts", stdin=PASSWORD)
    (line,) = [line for line in printed.splitlines() if line.split()[:1] == ["id"]]
    assert len(line.split()[1]) == 24


def test_a_secret_on_the_command_line_is_refused(tasks):
    text = tasks("signup", "--email", new_email(), "--password", PASSWORD, service="accounts", expect=2)
    assert PASSWORD not in text


def test_no_terminal_and_no_file(stack):
    ended = subprocess.run(
        ["setsid", CLI, "--service", "accounts", "--port", str(stack.accounts.port), "login", "--email", "a@b.org"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert ended.returncode == 2 and "--password-file" in ended.stderr


def test_asks_at_the_terminal_without_echo(stack):
    """A real terminal: what is typed is not shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(CLI, [
            str(CLI), "--service", "accounts", "--port", str(stack.accounts.port), "signup", "--email", new_email(),
        ])  # fmt: skip
    shown = b""

    def read_some():
        nonlocal shown
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            return True
        return b"password:" in shown

    eventually(read_some, "the prompt")
    os.write(terminal, PASSWORD.encode() + b"\n")
    _, status = os.waitpid(pid, 0) if _drain(terminal) is None else (0, 1)
    assert os.waitstatus_to_exitcode(status) == 0
    assert PASSWORD.encode() not in shown


def _drain(terminal):
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass


def test_lists_and_invitations(tasks, tmp_path):
    made = json.loads(tasks("--json", "createList", "--userId", "ann", "--name", "Household", "--isPublic", "true"))
    assert (made["name"], made["role"], made["public"]) == ("Household", "owner", True)
    invitation = json.loads(tasks("--json", "invite", "--userId", "ann", "--id", made["id"], "--role", "editor"))
    code = tmp_path / "code"
    code.write_text(invitation["code"])
    arguments = ("--userId", "bob", "--displayName", "Bob", "--code-file", str(code))
    assert json.loads(tasks("--json", "acceptInvitation", *arguments))["role"] == "editor"
    members = json.loads(tasks("--json", "members", "--userId", "bob", "--id", made["id"]))["members"]
    assert [(member["userId"], member["role"]) for member in members] == [("ann", "owner"), ("bob", "editor")]
    shared = json.loads(tasks("--json", "create", "--userId", "bob", "--name", "ours", "--listId", made["id"], "--assigneeId", "ann"))
    assert (shared["userId"], shared["createdBy"], shared["assigneeId"]) == ("ann", "bob", "ann")
    assert json.loads(tasks("--json", "page", "--userId", "bob", "--listId", made["id"]))["tasks"] == [shared]
    assert json.loads(tasks("--json", "page", "--userId", "bob"))["tasks"] == [shared]
    assert json.loads(tasks("--json", "all", "--userId", "bob")) == []
    tasks("patch", "--userId", "bob", "--id", shared["id"], "--done", "true")
    assert json.loads(tasks("--json", "get", "--userId", "ann", "--id", shared["id"]))["done"] is True
    own = json.loads(tasks("--json", "createList", "--userId", "bob", "--name", "Bob's"))
    moved = json.loads(tasks("--json", "patch", "--userId", "bob", "--id", shared["id"], "--listId", own["id"]))
    assert (moved["userId"], moved["listId"], moved["version"], "assigneeId" in moved) == ("bob", own["id"], 4, False)
    tasks("removeList", "--userId", "bob", "--id", own["id"])
    refused = tasks("removeList", "--userId", "bob", "--id", made["id"], expect=1)
    assert "Only the list's owner may do that" in refused
    tasks("removeList", "--userId", "ann", "--id", made["id"])
    assert json.loads(tasks("--json", "lists", "--userId", "bob")) == {"lists": []}
