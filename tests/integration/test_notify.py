# SPDX-License-Identifier: Apache-2.0
"""systemd's notify protocol: what the programs say of themselves, and what script/server hears by."""

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys

import pytest

from support.processes import BUILD, PATIENCE_S, PROJECT, Ports, Stack


class Supervisor:
    """A socket for NOTIFY_SOCKET. Which process has sent something is the kernel's word."""

    def __init__(self, address):
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.settimeout(PATIENCE_S)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)

    def hear(self):
        state, control, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(12))
        ((_, _, credentials),) = control
        return struct.unpack("iII", credentials)[0], state.decode().splitlines()


@pytest.fixture(params=["path", "abstract"])
def supervisor(tmp_path, request):
    supervisor = Supervisor(f"@taskwire-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "socket"))
    with contextlib.closing(supervisor.socket):
        yield supervisor


@pytest.mark.parametrize("name", ["tasks-service", "accounts-service", "gateway"])
def test_a_program_says_that_it_serves_and_that_it_stops(tmp_path, supervisor, name):
    ports = Ports(2)
    port, admin_port = ports
    more = ["--admin-listen", f"127.0.0.1:{admin_port}"] if name == "gateway" else []
    with open(tmp_path / "log", "wb") as log:
        program = subprocess.Popen(
            [BUILD / name / name, "--data-dir", tmp_path / "data", "--listen", f"127.0.0.1:{port}", *more],
            stderr=log,
            env={**os.environ, "NOTIFY_SOCKET": supervisor.address},
        )
    try:
        assert supervisor.hear() == (program.pid, ["READY=1", f"STATUS=Listening on 127.0.0.1:{port}"])
        # From now on whoever asks is heard.
        for its in [port, *([admin_port] if more else [])]:
            socket.create_connection(("127.0.0.1", its), PATIENCE_S).close()
        program.send_signal(signal.SIGTERM)
        assert supervisor.hear() == (program.pid, ["STOPPING=1", "STATUS=Stopping"])
        assert program.wait(PATIENCE_S) == 0
    finally:
        program.kill()
        program.wait()


def test_who_can_not_start_says_nothing(tmp_path, supervisor):
    with Stack(tmp_path) as stack:
        refused = subprocess.run(
            [BUILD / "tasks-service" / "tasks-service", "--data-dir", tmp_path / "other", "--listen",
             f"127.0.0.1:{stack.tasks.port}"],
            stderr=subprocess.PIPE,
            env={**os.environ, "NOTIFY_SOCKET": supervisor.address},
            timeout=PATIENCE_S,
            check=False,
        )  # fmt: skip
    assert refused.returncode == 1 and b"is in use" in refused.stderr
    supervisor.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        supervisor.hear()


@pytest.fixture
def waiter():
    """script/lib/await-ready.py, and what it prints."""
    waiter = subprocess.Popen(
        [sys.executable, "-I", PROJECT / "script" / "lib" / "await-ready.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield waiter
    waiter.kill()
    waiter.communicate()


SAY = """
import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[2].encode(), "\\0" + sys.argv[1][1:])
"""


def say(address, state):
    """From a process of its own; its id."""
    sender = subprocess.Popen([sys.executable, "-c", SAY, address, state])
    assert sender.wait(PATIENCE_S) == 0
    return sender.pid


def test_waiter_names_who_is_ready(waiter):
    address = waiter.stdout.readline().strip()
    assert address.startswith("@")
    for state in ("STATUS=READY=1", "STOPPING=1", "", "READY=0", "MAINPID=1\nREADY=10", "READY=1x"):
        say(address, state)
    # An id in the message is no more than words.
    first = say(address, "MAINPID=1\nREADY=1\nSTATUS=here")
    second = say(address, "READY=1")
    assert waiter.stdout.readline() == f"{first}\n"
    assert waiter.stdout.readline() == f"{second}\n"


def test_waiter_ends_with_its_reader(waiter):
    waiter.stdout.readline()
    waiter.stdout.close()
    assert waiter.wait(PATIENCE_S) == 0
    assert waiter.stderr.read() == ""
    waiter.stdout = None
