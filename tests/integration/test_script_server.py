# SPDX-License-Identifier: Apache-2.0
"""script/server: one command that starts everything."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from support.closed_connections import closed_connections
from support.people import PASSWORD, new_email
from support.processes import PATIENCE_S, PROJECT, Ports, Process, eventually
from support.script_server import BUILD_PATIENCE_S, ScriptServer

pytestmark = pytest.mark.release


@pytest.fixture
def started(tmp_path):
    servers = []

    def start(**keywords):
        servers.append(ScriptServer(tmp_path, **keywords))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def walk(url):
    subprocess.run([sys.executable, PROJECT / "tests" / "support" / "walk.py", url], check=True, timeout=PATIENCE_S)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_starts_serves_and_stops_cleanly(started, how):
    server = started()
    walk(server.url)
    children = server.children()
    assert {"tasks-service", "accounts-servic", "gateway"} <= set(children)
    assert server.stop(how) == 0
    for pid in children.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    again = started(ports=server.ports)
    walk(again.url)


def test_a_session_in_a_cookie_works_over_plain_http(started):
    server = started()
    account = {"email": new_email(), "password": PASSWORD}
    answer = httpx.post(f"{server.url}/v1/accounts", json=account, headers={"Use-Cookies": "true"}, timeout=60)
    assert "Secure" not in answer.headers["set-cookie"].split("; ")


@pytest.mark.parametrize("name", ["tasks-service", "accounts-servic", "gateway"])
def test_a_process_that_dies_is_named_and_ends_all(started, name):
    server = started()
    children = server.children()
    os.kill(children[name], signal.SIGKILL)
    assert server.popen.wait(PATIENCE_S) == 1
    assert re.search(rf"{name}\w* was ended by signal 9", server.log), server.log
    for pid in children.values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_second_on_one_folder(started):
    first = started()
    second = started(wait=False)
    assert second.popen.wait(BUILD_PATIENCE_S) == 1
    assert "in use" in second.log and str(first.log_path.parent / "data") in second.log
    walk(first.url)


@pytest.mark.parametrize("taken", range(4), ids=["http", "admin", "tasks", "accounts"])
def test_second_on_one_port(started, taken):
    """Whoever answers on the port must not be taken for the second server's own process."""
    first = started()
    free, taken_port = Ports(4), list(first.ports)[taken]
    ports = [taken_port if number == taken else port for number, port in enumerate(free)]
    second = started(wait=False, data="other", ports=ports)
    assert second.popen.wait(BUILD_PATIENCE_S) == 1
    assert f"127.0.0.1:{taken_port} is in use" in second.log
    assert "ready" not in second.log
    walk(first.url)


def wait_until_gone(pids):
    for pid in pids:
        eventually(lambda pid=pid: not pathlib.Path(f"/proc/{pid}").exists(), f"process {pid} to end")


def test_nothing_is_left_when_the_terminal_goes_or_the_script_is_killed(started):
    hung_up = started()
    children = hung_up.children().values()
    assert hung_up.stop(signal.SIGHUP) == 0
    wait_until_gone(children)
    killed = started()
    children = killed.children().values()
    killed.kill()
    wait_until_gone(children)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_of_a_start_that_is_given_up(started, how):
    """While it waits for a service that is alive and does not say that it serves."""
    started().stop()  # what there is to build is built
    server = started(wait=False, data="slow")
    service = eventually(lambda: server.children().get("tasks-service"), "tasks-service to be started")
    os.kill(service, signal.SIGSTOP)
    eventually(lambda: "accounts-servic" in server.children(), "accounts-service to be started")
    children = server.children().values()
    server.popen.send_signal(how)
    os.kill(service, signal.SIGCONT)
    assert server.popen.wait(PATIENCE_S) == (-how if how == signal.SIGKILL else 0)
    wait_until_gone(children)


@pytest.mark.parametrize("when", ["tasks-service", "accounts-servic", "gateway"])
def test_ctrl_c_while_it_starts(started, when):
    """A terminal sends it to all that belong to the script, of which some are its helpers."""
    started().stop()  # what there is to build is built
    for attempt in range(5):
        server = started(wait=False, data=f"{when}-{attempt}", own_group=True)
        eventually(lambda server=server: when in server.children(), f"{when} to be started", pause_s=0.01)
        children = server.children().values()
        os.killpg(server.pid, signal.SIGINT)
        assert server.popen.wait(PATIENCE_S) == 0, server.log
        wait_until_gone(children)


def start_and_stop(started, data):
    begun = time.monotonic()
    server = started(data=data)
    took_s = time.monotonic() - begun
    assert server.stop() == 0
    return took_s


def test_starts_as_soon_on_a_machine_with_very_many_closed_connections(started):
    """After any load test there are tens of thousands in TIME_WAIT for a minute."""
    start_and_stop(started, "first")  # what there is to build is built
    without_s = start_and_stop(started, "without")
    with closed_connections(20_000) as count:
        with_s = start_and_stop(started, "with")
        assert count() >= 10_000
    # Reading a list of them in bash would take longer than they last.
    assert with_s < 3 * without_s + 10, (with_s, without_s)


def test_from_anywhere_by_any_name(tmp_path):
    """Through a link, from another folder, with a data folder that is relative to that one and has a blank."""
    (tmp_path / "link").symlink_to(PROJECT / "script" / "server")
    ports = Ports(4)
    http, admin, tasks, accounts = ports
    (tmp_path / "here").mkdir()
    process = Process(
        "link",
        ["env", "-C", tmp_path / "here", tmp_path / "link", "--data-dir", "my data", "--http-port", http,
         "--admin-port", admin, "--tasks-port", tasks, "--accounts-port", accounts],
        tmp_path,
    )  # fmt: skip
    process.wait_for(rf"(?m)^ready http://127\.0\.0\.1:{http}$")
    assert process.stop() == 0
    assert (tmp_path / "here" / "my data" / "tasks.db").exists()


@pytest.mark.parametrize(
    "arguments", [["--http-port", "0"], ["--http-port=http"], ["--http-port"], ["--nonsense"], ["--data-dir="]]
)
def test_bad_arguments(arguments):
    ended = subprocess.run(
        [PROJECT / "script" / "server", *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1 and "--" in ended.stderr
