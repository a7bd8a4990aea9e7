# SPDX-License-Identifier: Apache-2.0
"""One start of one system: is it right, and how fast is it at each of some workloads?"""

import contextlib
import dataclasses
import tempfile
import time

import httpx

from bench import load, proc
from bench.check import CHECKED_USER, Wrong, check
from bench.idle import Idle
from bench.places import CACHE
from bench.probe import Probe
from bench.tokens import Key
from bench.workloads import BY_NAME, IDLE_CONNECTIONS, users_asked
from support.processes import eventually

START_PATIENCE_S = 60
SAID = 500  # characters of what a system that does not start has said
LENGTH_TOLERANCE = 0.03  # of the mean length of an answer, between the run that was looked at and the measured one
UNDER_WAY = 2 * load.CONNECTIONS  # requests that wrk has sent and not counted, when it stops
SOME_WRITES = (0.05, 0.15)  # of the requests of a workload that writes some
LOGINS_BESIDE = 8  # connections


@dataclasses.dataclass(frozen=True)
class Plan:
    """How long, and on what."""

    warm_up_s: int
    seconds: int
    synchronous: str = "FULL"  # SQLite's, of the peers
    connections: int = load.CONNECTIONS
    probe_creates: bool = True  # whether something is asked for while creating is measured


class Measurement:
    """A system that has been started and checked; `run` measures a workload. Ends with its context."""

    def __init__(self, system, data, plan):
        self.system = system
        self.data = data
        self.plan = plan
        self.key = Key()
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        CACHE.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            folder = tempfile.TemporaryDirectory(dir=CACHE, prefix=f"{self.system.name}-")
            self.folder = CACHE / stack.enter_context(folder)
            store = stack.enter_context(self.data.store(self.folder))
            self.running = self.system.start(self.folder, self.data, self.key, self.plan.synchronous, store)
            stack.callback(self.system.stop)
            self.count_tasks = self.data.counter(self.running)
            self.api = self.system.api.open(self.data.users, self.key, self.running)
            self._wait()
            if not self.system.is_limit:
                self._check()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _wait(self):
        try:
            eventually(self._answers, f"{self.system.name} to answer", START_PATIENCE_S)
        except AssertionError as error:
            raise Wrong(f"{error}; it said: {self.system.said()[-SAID:]}") from None

    def _answers(self):
        if self.system.has_ended():
            raise AssertionError("it ended")
        request = self.api.page(self.data.users[0])
        try:
            return httpx.get(self.running.url + request.target, headers=request.headers(), timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _check(self):
        user = self.data.users[CHECKED_USER]
        bad_tokens = [Key().token(user), self.key.token(user, lifetime_s=-60)]  # another key's, and one that expired
        check(self.running.url, self.api, self.data, bad_tokens)

    def run(self, workload, meanwhile=contextlib.nullcontext()):
        """A dictionary with what was measured, and `faults`: why it does not count. The measured part runs in the
        context `meanwhile`."""
        users = users_asked(self.data.users)
        requests = workload.requests(self.api, self.data.tasks, users)
        path = requests.write(self.folder / "requests", self.running.host)
        with contextlib.ExitStack() as stack:
            idle = stack.enter_context(self._idle(requests)) if workload.beside == "idle" else None
            if workload.beside == "logins":
                stack.enter_context(self._logins(users))
            result, faults = self._load(workload, path, users, meanwhile)
        if idle is not None:
            result |= {"idle_opened": idle.opened, "idle_left": idle.left}
        if workload.beside == "logins":
            del result["cpu_ms_per_request"], result["cores_used"]  # most of it is the passwords'
        return {"system": self.system.name, "workload": workload.name, **result, "faults": faults}

    def _load(self, workload, path, users, meanwhile):
        connections = min(workload.connections, self.plan.connections)
        warm_up = load.run(self.running.url, path, self.plan.warm_up_s, not self.system.is_limit, connections)
        faults = [f"warm-up: {fault}" for fault in load.faults(warm_up)]
        with self._probe(workload, users) as probe, meanwhile:
            before, parts_before = self._used_ms()
            stored = self._stored(workload)
            started = time.monotonic()
            result = load.run(self.running.url, path, max(self.plan.seconds, workload.least_s), False, connections)
            used_ms, parts_ms = self._used_ms()
            wall_ms = (time.monotonic() - started) * 1000
        used_ms -= before
        parts_ms = {name: used - parts_before[name] for name, used in parts_ms.items()}
        faults += load.faults(result) + probe.faults
        if workload.writes:
            faults += growth_faults(workload, result["requests"], self._stored(workload) - stored)
        elif warm_up["requests"] and result["requests"]:
            faults += length_faults(warm_up, result)
        return self._figures(result, used_ms, parts_ms, wall_ms, probe), faults

    def _used_ms(self):
        """CPU of all, and of each part."""
        parts = {name: proc.cpu_ms([pid]) for name, pid in self.running.parts.items()}
        return proc.cpu_ms(self.running.roots), parts

    def _figures(self, result, used_ms, parts_ms, wall_ms, probe):
        asked = max(result["requests"] + probe.asked, 1)
        resident, proportional = proc.memory_mib(self.running.roots)
        return {
            "requests": result["requests"],
            "requests_per_s": result["requests"] / (result["duration_us"] / 1e6),
            "p50_ms": result["p50_us"] / 1000,
            "p99_ms": result["p99_us"] / 1000,
            "cpu_ms_per_request": used_ms / asked,
            "parts_ms_per_request": {name: ms / asked for name, ms in parts_ms.items()},
            "cores_used": used_ms / wall_ms,
            "resident_mib": resident,
            "proportional_mib": proportional,
            "core_resident_mib": proc.memory_mib(self.system.memory_roots())[0],
            "errors": sum(result["errors"].values()),
        }

    def _stored(self, workload):
        return self.count_tasks() if workload.writes else 0

    def _probe(self, workload, users):
        if not workload.is_probed or self.system.is_limit or (workload.writes == "all" and not self.plan.probe_creates):
            return contextlib.nullcontext(NoProbe)
        return Probe(self.running.url, self.api, self.data.tasks, users, bool(workload.writes))

    def _idle(self, requests):
        return Idle(self.running.host, IDLE_CONNECTIONS, requests.requests[0].octets(self.running.host))

    def _logins(self, users):
        path = self.folder / "logins"
        BY_NAME["W7"].requests(self.api, self.data.tasks, users).write(path, self.running.host)
        seconds = self.plan.warm_up_s + self.plan.seconds + 1
        return load.beside(self.running.url, path, LOGINS_BESIDE, seconds)


class NoProbe:
    """Where nothing can be learnt from asking."""

    faults = []
    asked = 0


def growth_faults(workload, acknowledged, growth):
    """Every create that was acknowledged is stored, once."""
    if workload.writes == "all":
        if not acknowledged <= growth <= acknowledged + UNDER_WAY:
            return [f"{acknowledged} creates were acknowledged, {growth} tasks more are stored"]
    elif not SOME_WRITES[0] * acknowledged <= growth <= SOME_WRITES[1] * acknowledged + UNDER_WAY:
        return [f"of {acknowledged} requests, {growth} tasks were stored"]
    return []


def length_faults(looked_at, measured):
    """The measured run's answers are as long as those of the warm-up, each of which was looked at."""
    wanted, found = (result["bytes"] / result["requests"] for result in (looked_at, measured))
    if abs(found - wanted) <= LENGTH_TOLERANCE * wanted:
        return []
    return [f"answers of {found:.0f} bytes, and of {wanted:.0f} when all were looked at"]


def measure(system, workloads, data, plan):
    """The runs of one start. A system that does not start, or answers wrongly, is a run of each that does not count."""
    try:
        with Measurement(system, data, plan) as measurement:
            return [measurement.run(workload) for workload in workloads]
    except Wrong as error:
        fault = str(error)
    except Exception as error:  # whatever it is, the other systems have their turn
        fault = f"{type(error).__name__}: {error}"
    return [{"system": system.name, "workload": one.name, "faults": [fault]} for one in workloads]
