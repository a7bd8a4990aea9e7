# SPDX-License-Identifier: Apache-2.0
"""Whoever asks for much and reads nothing costs the service a bounded amount of memory, and others nothing."""

import os
import socket
import time

import pytest

from support.processes import PROJECT, Service, eventually, resident_bytes
from support.thrift import STRING, STRUCT, client, connect, field, framed, load, message, string

N_TASKS = 1500
NAME = "\U0001d11e" * 490  # four bytes each: a list of 3 MB
N_CALLS = 100
MIB = 1024 * 1024

tasks = load(PROJECT / "idl" / "tasks.thrift")


def create_many(port):
    """All of them at once, so that many are of one commit."""
    arguments = field(STRING, 1, string("many")) + field(STRUCT, 2, field(STRING, 1, string(NAME)) + b"\0")
    with connect(port) as connection, connection.makefile("rb") as answers:
        for n in range(0, N_TASKS, 100):
            connection.sendall(b"".join(framed(message("create", arguments, sequence_id=n + i)) for i in range(100)))
            for _ in range(100):
                answers.read(int.from_bytes(answers.read(4), "big"))


def ask_for_all(port, n):
    """A connection with `n` calls of `all` in its one write, of which no answer is read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    connection.connect(("127.0.0.1", port))
    arguments = field(STRING, 1, string("many"))
    connection.sendall(b"".join(framed(message("all", arguments, sequence_id=i)) for i in range(n)))
    return connection


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    # AddressSanitizer keeps what is freed, 256 MiB of it unless it is told.
    kept = {"ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:quarantine_size_mb=1"}
    running = Service("tasks-service", tmp_path_factory.mktemp("unread"), environment=kept)
    create_many(running.port)
    with client(tasks.Tasks, running.port) as thrift:
        assert len(thrift.all("many")) == N_TASKS
    yield running
    assert running.stop() == 0, running.log


# One has little unsent itself; many have what all may have together, and what is being answered.
@pytest.mark.parametrize(("connections", "bound"), [(1, 150 * MIB), (12, 300 * MIB)])
def test_memory_is_bounded_and_others_are_served(service, connections, bound):
    with client(tasks.Tasks, service.port) as other:
        task = other.create("few", tasks.NewTask(name="one"))
        silent = [ask_for_all(service.port, N_CALLS) for _ in range(connections)]
        most = 0
        until = time.monotonic() + 6  # longer than any of the calls lives
        while time.monotonic() < until:
            assert other.get("few", task.id).name == "one"
            other.remove("few", other.create("few", tasks.NewTask(name="another")).id)
            most = max(most, resident_bytes(service.pid))
            time.sleep(0.02)
        assert most < bound, f"{most / MIB:.0f} MiB"
        for connection in silent:
            connection.close()
        eventually(lambda: len(other.all("many")) == N_TASKS, "the list for whoever reads")
