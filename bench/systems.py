# SPDX-License-Identifier: Apache-2.0
"""What is measured: ours, and the peers. Each is started on a copy of the data set, in a folder of its own, and is gone
afterwards with all its processes."""

import contextlib
import os
import signal
import subprocess

from bench import proc
from bench.api import Rest
from bench.places import BUILD, CACHE, PEERS
from support.mongodb import free_port
from support.processes import Process, Stack

KILL_AFTER_S = 10


def make(source, folder):
    """Has the program `build` in `source` make in `folder` what is not there; exits where it can't."""
    folder.mkdir(parents=True, exist_ok=True)
    if subprocess.run([source / "build", folder], stdin=subprocess.DEVNULL, stdout=2).returncode != 0:
        raise SystemExit(f"script/bench: {source.name} can't be built")


class Running:
    """A system that has been started: where it listens, which processes it began with, and the file it writes to.
    `parts` are those whose CPU is told by itself, too: by name, a process id."""

    def __init__(self, url, roots, database=None, parts=()):
        self.url = url
        self.roots = roots
        self.database = database
        self.parts = dict(parts)

    @property
    def host(self):
        return self.url.removeprefix("http://")


class Ours:
    """gateway, tasks-service and accounts-service as shipped, with the access log in a file."""

    name = "taskwire"
    api = Rest
    is_ours = True
    is_limit = False

    def __init__(self, build=BUILD, name=name, service_arguments=()):
        self.build = build
        self.name = name
        self.service_arguments = service_arguments

    def prepare(self):
        """script/bench has built it."""

    def start(self, folder, data, key, synchronous, store=None):
        if store is None:
            data.copy_all(folder / "data")
        path = key.write_ours(folder / "token.key")
        self.stack = Stack(
            folder,
            gateway_arguments=["--token-key-file", path],
            build=self.build,
            store=store,
            service_arguments=self.service_arguments,
        )
        parts = {process.name: process.pid for process in self.stack.started}
        return Running(self.stack.url, list(parts.values()), folder / "data" / "tasks.db", parts)

    def has_ended(self):
        return any(process.popen.poll() is not None for process in self.stack.started)

    def said(self):
        return ""

    def memory_roots(self):
        """What the target for resident memory is about."""
        return [self.stack.gateway.pid, self.stack.tasks.pid]

    def stop(self):
        if bad := self.stack.stop():
            raise RuntimeError(bad[0][-2000:])


class Peer:
    """A folder of bench/peers: `build FOLDER` and `start`."""

    is_ours = False
    is_limit = False
    api = Rest

    def __init__(self, name):
        self.name = name
        self.folder = PEERS / name
        self.built = CACHE / name

    def prepare(self):
        make(self.folder, self.built)

    def put_database(self, folder, data):
        path = folder / "tasks.db"
        data.copy_tasks(path)
        return path

    def database_of(self, path):
        """The file that it keeps tasks in."""
        return path

    def start(self, folder, data, key, synchronous, store=None):
        database = self.put_database(folder, data)
        port = free_port()
        environment = {
            "BENCH_BUILD": str(self.built),
            "BENCH_PORT": str(port),
            "BENCH_UPSTREAM_PORT": str(free_port()),
            "BENCH_DATABASE": str(database),
            "BENCH_SYNCHRONOUS": synchronous,
            "BENCH_KEY_FILE": str(key.write_raw(folder / "key")),
            "BENCH_STORE": store or "sqlite",
        }
        # In a session of its own, by which its processes are found; should this one be killed, the kernel tells it.
        command = ["setpriv", "--pdeathsig", "TERM", "--", "setsid", self.folder / "start"]
        self.process = Process(self.name, command, folder, environment)
        return Running(f"http://127.0.0.1:{port}", [self.process.pid], self.database_of(database))

    def has_ended(self):
        return self.process.popen.poll() is not None

    def said(self):
        return self.process.log

    def memory_roots(self):
        return [self.process.pid]

    def stop(self):
        """SIGTERM, and SIGKILL for whoever of its session is left."""
        self.process.popen.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.popen.wait(KILL_AFTER_S)
        for pid in proc.tree([self.process.pid]):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.popen.wait()
