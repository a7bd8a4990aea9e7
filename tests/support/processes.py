# SPDX-License-Identifier: Apache-2.0
"""Runs the real programs, on loopback and free ports, each in a data folder of the test's own."""

import concurrent.futures
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import httpx

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TW_BUILD_DIR", PROJECT / "build" / "test"))
PATIENCE_S = 60  # for what has to happen; generous, since sanitizers and a busy machine are slow


def eventually(condition, what, patience_s=PATIENCE_S, pause_s=0.05):
    """Waits until `condition()` gives something true, and gives that back."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(pause_s)
    raise AssertionError(f"not within {patience_s} s: {what}")


def freeze(popen):
    """Returns when all its threads stand still, which takes them a moment: one may still be answering."""
    popen.send_signal(signal.SIGSTOP)
    tasks = pathlib.Path(f"/proc/{popen.pid}/task")
    eventually(lambda: all("\nState:\tT" in task.read_text() for task in tasks.glob("*/status")), "the process to stop")


def thaw(popen):
    popen.send_signal(signal.SIGCONT)


def resident_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024


class Ports:
    """Ports of 127.0.0.1 that nobody else is given for as long as this is kept, while those who listen on them come and
    go: one that was let go is another test's at once."""

    def __init__(self, n):
        self.holders = [socket.socket() for _ in range(n)]
        for holder in self.holders:
            for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
                holder.setsockopt(socket.SOL_SOCKET, option, 1)
            holder.bind(("127.0.0.1", 0))

    def __iter__(self):
        """Their numbers."""
        return (holder.getsockname()[1] for holder in self.holders)


class Process:
    """One program. Its standard error is kept in a file and shown when something fails. With `own_group`, what a
    terminal's Ctrl-C would reach can be signalled as a group, whose id is the program's."""

    def __init__(self, name, arguments, folder, environment=None, own_group=False):
        self.name = name
        self.log_path = pathlib.Path(folder) / f"{name}-{time.monotonic_ns()}.log"
        with open(self.log_path, "wb") as log:
            self.popen = subprocess.Popen(
                [str(a) for a in arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
                start_new_session=own_group,
            )

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    @property
    def pid(self):
        return self.popen.pid

    def wait_for(self, pattern):
        """The first match of `pattern` in what the process has said; fails at once if it ends before."""

        def look():
            ended = self.popen.poll() is not None
            match = re.search(pattern, self.log)
            if match is None and ended:
                raise AssertionError(f"{self.name} ended with {self.popen.returncode}:\n{self.log}")
            return match

        return eventually(look, f"{self.name} to say {pattern!r}")

    def kill(self):
        """As `kill -9` does."""
        self.popen.kill()
        self.popen.wait()

    def stop(self, signal_number=signal.SIGTERM):
        """Asks it to end and gives its exit status back."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal_number)
            try:
                self.popen.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError(f"{self.name} did not stop:\n{self.log}") from None
        return self.popen.returncode


class Service(Process):
    """tasks-service or accounts-service, on SQLite, or on the store that a URI names (it may hold a password, and so
    is no argument)."""

    def __init__(self, name, folder, port=None, arguments=(), store=None, environment=None, build=BUILD):
        self.ports = Ports(1)
        self.port = port or next(iter(self.ports))
        super().__init__(
            name,
            [build / name / name, "--data-dir", folder / "data", "--listen", f"127.0.0.1:{self.port}", *arguments],
            folder,
            {**({"TW_STORE": store} if store else {}), **(environment or {})},
        )
        self.wait_for(rf"listening on 127\.0\.0\.1:{self.port}\b")


class Gateway(Process):
    """One gateway; `upstreams` maps a service's name to its port or ports. What it serves is told by `made_of`."""

    started = {}  # by URL: the last one that answered there

    def __init__(
        self, folder, upstreams, arguments=(), port=None, admin_port=None, name="gateway", ready=True, build=BUILD
    ):
        self.ports = Ports(2)
        own_port, own_admin_port = self.ports
        self.port, self.admin_port = port or own_port, admin_port or own_admin_port
        arguments = [str(argument) for argument in arguments]
        idl = [word for pair in zip(arguments, arguments[1:]) if pair[0] == "--idl" for word in pair]  # noqa: B905
        self.made_of = (build, tuple(upstreams), tuple(idl))
        for service, ports in upstreams.items():
            ports = [ports] if isinstance(ports, int) else ports
            arguments += ["--upstream", f"{service}=" + ",".join(f"127.0.0.1:{p}" for p in ports)]
        super().__init__(
            name,
            [
                build / "gateway" / "gateway",
                "--data-dir", folder / "data",
                "--listen", f"127.0.0.1:{self.port}",
                "--admin-listen", f"127.0.0.1:{self.admin_port}",
                *arguments,
            ],
            folder,
        )  # fmt: skip
        self.wait_for(rf'msg="listening on 127\.0\.0\.1:{self.port}\b')
        self.wait_for(rf'msg="admin on 127\.0\.0\.1:{self.admin_port}\b')
        self.url = f"http://127.0.0.1:{self.port}"
        self.admin_url = f"http://127.0.0.1:{self.admin_port}"
        self.started[self.url] = self
        if ready:
            eventually(self.is_ready, f"{name} to be ready")

    @classmethod
    def at(cls, url):
        """The one that runs there, or None: once it has ended, its port may be anybody's."""
        gateway = cls.started.get(url)
        return gateway if gateway is not None and gateway.popen.poll() is None else None

    def is_ready(self):
        try:
            return httpx.get(f"{self.admin_url}/readyz", timeout=PATIENCE_S).status_code == 200
        except httpx.TransportError:
            return False


class Stack:
    """As many of both services and of gateways as a test asks for, on one data folder, or on one `store`."""

    def __init__(
        self,
        folder,
        gateways=1,
        gateway_arguments=(),
        store=None,
        tasks_services=1,
        accounts_services=1,
        service_arguments=(),
        accounts_environment=None,
        ready=True,
        build=BUILD,
    ):
        self.folder = pathlib.Path(folder)
        self.build = build
        self.gateway_arguments = gateway_arguments
        self.service_arguments = service_arguments
        self.store = store
        self.started = []
        try:
            # All at once, as they would be by whatever starts machines.
            with concurrent.futures.ThreadPoolExecutor() as pool:
                tasks = [pool.submit(self.start_service, "tasks-service") for _ in range(tasks_services)]
                more = {"environment": accounts_environment} if accounts_environment else {}
                accounts = [pool.submit(self.start_service, "accounts-service", **more)
                            for _ in range(accounts_services)]
            self.tasks_services = [started.result() for started in tasks]
            self.accounts_services = [started.result() for started in accounts]
            self.gateways = [self.start_gateway(ready=ready) for _ in range(gateways)]
        except BaseException:
            self.stop()
            raise

    def start(self, process):
        self.started.append(process)
        return process

    def start_service(self, name, **more):
        as_all = {"store": self.store, "arguments": self.service_arguments, "build": self.build}
        return self.start(Service(name, self.folder, **{**as_all, **more}))

    def start_gateway(self, extra=(), **more):
        upstreams = {
            "Tasks": [service.port for service in self.tasks_services],
            "Accounts": [service.port for service in self.accounts_services],
        }
        arguments = [*self.gateway_arguments, *extra]
        return self.start(Gateway(self.folder, upstreams, arguments=arguments, build=self.build, **more))

    @property
    def tasks(self):
        return self.tasks_services[0]

    @property
    def accounts(self):
        return self.accounts_services[0]

    @property
    def gateway(self):
        return self.gateways[0]

    @property
    def url(self):
        return self.gateway.url

    def restart(self, service, **more):
        """Another of the kind of `service`, which has ended, in its place and on its port."""
        again = self.start_service(service.name, port=service.port, **more)
        for services in (self.tasks_services, self.accounts_services):
            services[:] = [again if one is service else one for one in services]
        return again

    def restart_tasks(self, **more):
        self.restart(self.tasks, **more)

    def restart_accounts(self, **more):
        self.restart(self.accounts, **more)

    def stop(self):
        """Stops all, the newest first, and gives back what did not end well by itself."""
        bad = []
        for process in reversed(self.started):
            killed_by_test = process.popen.returncode == -signal.SIGKILL
            if process.stop() != 0 and not killed_by_test:
                bad.append(f"{process.name} ended with {process.popen.returncode}:\n{process.log}")
        return bad

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        bad = self.stop()
        assert kind or bad == []
