# SPDX-License-Identifier: Apache-2.0
"""script/server: one command that starts everything."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

from support.processes import PATIENCE_S, PROJECT, Process, eventually
from support.script_server import BUILD_PATIENCE_S, ScriptServer, free_ports

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
    ports = free_ports(4)
    ports[taken] = first.ports[taken]
    second = started(wait=False, data="other", ports=ports)
    assert second.popen.wait(BUILD_PATIENCE_S) == 1
    assert f"127.0.0.1:{first.ports[taken]} is in use" in second.log
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


def test_from_anywhere_by_any_name(tmp_path):
    """Through a link, from another folder, with a data folder that is relative to that one and has a blank."""
    (tmp_path / "link").symlink_to(PROJECT / "script" / "server")
    http, admin, tasks, accounts = (str(port) for port in free_ports(4))
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
