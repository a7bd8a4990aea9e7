# SPDX-License-Identifier: Apache-2.0
"""Standard error is a pipe that nobody empties: nobody waits for it, and what was lost is said when somebody does."""

import contextlib
import fcntl
import http.client
import os
import re
import signal
import subprocess
import threading

import httpx
import pytest

from support.processes import BUILD, PATIENCE_S, Ports, eventually

pytestmark = pytest.mark.concurrent

N_REQUESTS = 5000
DROPPED = re.compile(r'msg="(\d+) lines of the log were dropped')


class FullPipe:
    """A pipe to which nobody can write a byte more, until it is drained."""

    def __init__(self):
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.write_end, False)
        self.filled = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self.filled += os.write(self.write_end, b"\n")
        # What a program gets does not tell it that there is no room.
        os.set_blocking(self.write_end, True)
        self.drained = b""
        self.reader = None

    def drain(self):
        def read():
            while chunk := os.read(self.read_end, 65536):
                self.drained += chunk

        self.reader = threading.Thread(target=read)
        self.reader.start()

    @property
    def lines(self):
        return self.drained[self.filled :].decode().splitlines()

    def close(self):
        os.close(self.write_end)
        if self.reader:
            self.reader.join()
        os.close(self.read_end)


class Deaf:
    """Both services and a gateway, each with a pipe of its own that is full before it starts."""

    def __init__(self, folder, stack):
        self.ports = Ports(4)
        self.http, self.admin, self.tasks, self.accounts = self.ports
        self.pipes = {}
        self.programs = {}
        self.folder = folder
        self.start(stack, "tasks-service", "--listen", f"127.0.0.1:{self.tasks}")
        self.start(stack, "accounts-service", "--listen", f"127.0.0.1:{self.accounts}")
        self.start(
            stack, "gateway", "--listen", f"127.0.0.1:{self.http}", "--admin-listen", f"127.0.0.1:{self.admin}",
            "--upstream", f"Tasks=127.0.0.1:{self.tasks}", "--upstream", f"Accounts=127.0.0.1:{self.accounts}",
        )  # fmt: skip
        eventually(self.is_ready, "the gateway to be ready")

    def start(self, stack, name, *arguments):
        pipe = self.pipes[name] = FullPipe()
        stack.callback(pipe.close)
        program = self.programs[name] = subprocess.Popen(
            [BUILD / name / name, "--data-dir", self.folder / "data", *arguments],
            stderr=pipe.write_end,
            # Else libmongoc may have something to say as it is loaded, before any of our code runs.
            env={**os.environ, "MONGOC_DISABLE_SHM": "1"},
        )
        stack.callback(program.wait)
        stack.callback(program.kill)

    def is_ready(self):
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{self.admin}/readyz", timeout=PATIENCE_S).status_code == 200
        return False

    def dropped(self):
        metrics = httpx.get(f"http://127.0.0.1:{self.admin}/metrics", timeout=PATIENCE_S).text
        return int(re.search(r"^log_dropped_lines_total (\d+)$", metrics, re.MULTILINE).group(1))


@pytest.fixture
def deaf(tmp_path):
    with contextlib.ExitStack() as stack:
        yield Deaf(tmp_path, stack)


def ask(port, n):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    for _ in range(n):
        connection.request("GET", "/v1/tasks")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 401
    connection.close()


def test_serves_on_and_says_how_many_lines_were_dropped(deaf):
    ask(deaf.http, N_REQUESTS)
    dropped = deaf.dropped()
    assert 0 < dropped < N_REQUESTS
    pipe = deaf.pipes["gateway"]
    pipe.drain()

    def accounted():
        lines = pipe.lines
        access = sum("GET /v1/tasks 401" in line for line in lines)
        return access + sum(int(n) for n in DROPPED.findall("\n".join(lines))) >= N_REQUESTS

    eventually(accounted, "each request to have a line, or to be counted among those that have none")
    assert deaf.dropped() == dropped == sum(int(n) for n in DROPPED.findall("\n".join(pipe.lines)))
    assert all(re.fullmatch(r'ts=\S+ level=\w+ process=gateway msg=".*"', line) for line in pipe.lines)
    # And from now on there is a line for each again.
    ask(deaf.http, 10)
    eventually(
        lambda: sum("GET /v1/tasks 401" in line for line in pipe.lines) == N_REQUESTS - dropped + 10,
        "the next requests to be in the log",
    )
    deaf.programs["gateway"].send_signal(signal.SIGTERM)
    assert deaf.programs["gateway"].wait(PATIENCE_S) == 0
    eventually(lambda: 'msg="stopping"' in pipe.lines[-1], "the last line to be there")


def test_each_program_starts_serves_and_ends_without_a_reader(deaf):
    ask(deaf.http, 10)
    for name in ("gateway", "accounts-service", "tasks-service"):
        deaf.programs[name].send_signal(signal.SIGTERM)
        assert deaf.programs[name].wait(PATIENCE_S) == 0


def test_what_stops_a_start_does_not_wait_for_a_reader(tmp_path):
    pipe = FullPipe()
    with contextlib.closing(pipe):
        refused = subprocess.run(
            [BUILD / "tasks-service" / "tasks-service", "--data-dir", tmp_path, "--listen", "nonsense"],
            stderr=pipe.write_end, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    assert refused.returncode == 1


def test_a_pipe_is_left_as_it_was(deaf):
    """Its other users, a terminal's shell say, would meet errors that they do not expect."""
    for pipe in deaf.pipes.values():
        assert not fcntl.fcntl(pipe.write_end, fcntl.F_GETFL) & os.O_NONBLOCK
