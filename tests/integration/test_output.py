# SPDX-License-Identifier: Apache-2.0
"""Output that can't be written is an error, whichever program it is and whatever it prints."""

import os
import pathlib
import subprocess
import sys

import pytest

from support.copying import ADMIN, make_tasks
from support.processes import BUILD, PATIENCE_S, PROJECT, eventually

PROGRAMS = {
    "gateway": BUILD / "gateway" / "gateway",
    "tasks-service": BUILD / "tasks-service" / "tasks-service",
    "accounts-service": BUILD / "accounts-service" / "accounts-service",
    "tasks": BUILD / "cli" / "tasks",
    "tasks-admin": ADMIN,
}
TEXTS = [
    *([name, flag] for name in PROGRAMS for flag in ("--help", "--version")),
    ["tasks", "page", "--help"],
    ["tasks", "--service", "accounts", "signup", "--help"],
    ["tasks-admin", "backup", "--help"],
    ["tasks-admin", "restore", "--help"],
    ["tasks-admin", "copy", "--help"],
    ["tasks-admin", "copy", "--version"],
]
SCRIPTS = ["make-secrets", "server", "test", "test-bare", "test-compose", "test-hours"]
NOWHERE = ["full", "closed"]


def run(arguments, where, **more):
    """With a standard output that takes nothing."""
    redirection = {"full": ">/dev/full", "closed": ">&-"}[where]
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *map(str, arguments)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, **more,
    )  # fmt: skip


def assert_failed(done, name=""):
    assert done.returncode not in (0, None) and done.returncode > 0, done
    assert done.stderr.startswith(name) and done.stderr.endswith("\n"), done


def assert_says_why(done, name, where):
    assert_failed(done, name)
    assert done.returncode == 1
    assert {"full": "No space left on device", "closed": "Bad file descriptor"}[where] in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("where", NOWHERE)
@pytest.mark.parametrize("command", TEXTS, ids=" ".join)
def test_help_and_version(command, where):
    arguments = [PROGRAMS[command[0]], *command[1:]]
    printed = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE_S)
    assert printed.returncode == 0 and printed.stdout and printed.stderr == ""
    assert_says_why(run(arguments, where), command[0], where)


@pytest.mark.parametrize("where", NOWHERE)
@pytest.mark.parametrize("arguments", [["page", "--userId", "u"], ["page", "--userId", "u", "--json"], ["check"]])
def test_answers(stack, arguments, where):
    client = [PROGRAMS["tasks"], "--port", stack.tasks.port]
    assert_says_why(run([*client, *arguments], where), "tasks: ", where)


@pytest.mark.parametrize("where", NOWHERE)
def test_what_a_copy_came_to(tmp_path, where):
    """The files that it opens have the numbers that are free: none of them may be taken for standard output."""
    source = make_tasks(tmp_path, 100)
    target = tmp_path / "copy.db"
    done = run([ADMIN, "copy", "--only", "tasks", "--from", source, "--to", f"sqlite:{target}"], where)
    assert done.returncode == 1
    assert "tasks-admin: the copy is finished, but standard output can't be written" in done.stderr
    assert (tmp_path / "copy.db.lock").read_bytes() == b""
    assert b"SHA-256" not in target.read_bytes()


@pytest.mark.parametrize("where", NOWHERE)
@pytest.mark.parametrize("name", SCRIPTS)
def test_help_of_scripts(name, where):
    printed = subprocess.run([PROJECT / "script" / name, "--help"], capture_output=True, text=True, timeout=PATIENCE_S)
    assert printed.returncode == 0 and f"script/{name}" in printed.stdout
    assert_failed(run([PROJECT / "script" / name, "--help"], where))


@pytest.mark.parametrize("where", NOWHERE)
def test_results_of_scripts(where, tmp_path):
    assert_failed(run([PROJECT / "script" / "make-secrets", tmp_path / "secrets"], where))
    assert (tmp_path / "secrets").exists() == (where == "full")  # a closed one is noticed before anything is done


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_help_of_the_benchmark(unbuffered):
    environment = {**os.environ, "PYTHONPATH": f"{PROJECT}:{PROJECT / 'tests'}", "PYTHONUNBUFFERED": unbuffered}
    for more in ([], ["--transports"]):
        assert_failed(run([sys.executable, "-m", "bench", *more, "--help"], "full", cwd=PROJECT, env=environment))


def test_reader_that_goes_ends_the_program_as_it_does_others(stack):
    """Without a word where SIGPIPE is as it was; with one where it is ignored."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [str(PROGRAMS["tasks"]), "--help"]
    quiet = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S)
    assert (quiet.returncode, quiet.stderr) == (-13, "")
    told = subprocess.run(
        ["env", "--ignore-signal=PIPE", *command], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S
    )
    os.close(writing)
    assert told.returncode == 1 and "Broken pipe" in told.stderr


def test_output_that_is_slow_and_does_not_block_gets_everything():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = os.write(writing, bytes(100_000)) - 100  # as much as it holds
    os.read(reading, 100)
    client = subprocess.Popen([PROGRAMS["tasks"], "--help"], stdout=writing)
    more = subprocess.Popen([PROGRAMS["gateway"], "--help"], stdout=writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        text = stream.read()
    assert (client.wait(PATIENCE_S), more.wait(PATIENCE_S)) == (0, 0)
    expected = [subprocess.run([PROGRAMS[name], "--help"], capture_output=True).stdout for name in ("tasks", "gateway")]
    assert len(text) == before + sum(map(len, expected))


@pytest.mark.parametrize("name", ["tasks-service", "accounts-service"])
def test_no_file_of_a_service_is_taken_for_an_output_that_was_closed(name, tmp_path):
    service = subprocess.Popen(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", PROGRAMS[name], "--data-dir", tmp_path, "--listen", "127.0.0.1:0"]
    )
    database = tmp_path / name.replace("-service", ".db")
    eventually(lambda: service.poll() is not None or database.with_suffix(".db-wal").exists(), "a database to be made")
    files = [os.readlink(f"/proc/{service.pid}/fd/{number}") for number in range(3)]
    service.terminate()
    assert service.wait(PATIENCE_S) == 0
    assert files == ["/"] * 3
    assert pathlib.Path(f"{database}.lock").read_bytes() == b""
