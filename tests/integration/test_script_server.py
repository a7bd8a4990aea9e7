# SPDX-License-Identifier: Apache-2.0
"""script/server: one command that starts everything."""

import os
import re
import signal
import subprocess
import sys

import pytest

from support.processes import PATIENCE_S, PROJECT
from support.script_server import BUILD_PATIENCE_S, ScriptServer, free_ports

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


def test_second_on_one_port(started):
    first = started()
    second = started(wait=False, data="other", ports=[first.ports[0], *free_ports(3)])
    assert second.popen.wait(BUILD_PATIENCE_S) == 1
    assert f"127.0.0.1:{first.ports[0]} is in use" in second.log
    walk(first.url)


@pytest.mark.parametrize(
    "arguments", [["--http-port", "0"], ["--http-port=http"], ["--http-port"], ["--nonsense"], ["--data-dir="]]
)
def test_bad_arguments(arguments):
    ended = subprocess.run(
        [PROJECT / "script" / "server", *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1 and "--" in ended.stderr
