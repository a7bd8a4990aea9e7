# SPDX-License-Identifier: Apache-2.0
"""What tasks-service adds to MongoDB's driver: libmongoc alone in a loop of C, and beside it tasks-service, asked over
Thrift without a gateway. Both ask the same of one database: the driver one call after the other, the service so, and
with several calls under way."""

import functools
import pathlib
import tempfile

from bench.callers import CallerFailed, measured
from bench.places import BUILD, CACHE
from support import thrift
from support.processes import Service, eventually

NAME = "libmongoc"  # for --systems
DRIVER = "raw mongo-loop"
AT_ONCE = 8
SERVICES = {"tasks-service alone": 1, f"tasks-service alone, {AT_ONCE} at once": AT_ONCE}  # calls in flight
METHODS = {"W1": "page", "W2": "get", "W3": "create"}
WARM_UP = 50  # calls
TASKS = thrift.load(thrift.IDL / "tasks.thrift").Tasks


class Bed:
    """The database at `uri`, a tasks-service on it, and what both callers are told."""

    def __init__(self, folder, data, uri, seconds):
        user = data.users[0]
        ids = folder / "ids"
        ids.write_text("".join(f"{task['id']}\n" for task in data.tasks[user]))
        self.store = folder / "store"
        self.store.write_text(uri)
        self.asking = ["--user", user, "--ids", ids, "--warm-up", WARM_UP, "--seconds", seconds]
        self.service = Service("tasks-service", folder, store=uri, build=BUILD)

    def wait(self):
        with thrift.client(TASKS, self.service.port) as client:
            eventually(lambda: client.check().ok, "tasks-service to reach the database")

    def ask_driver(self, method):
        command = [BUILD / "bench" / "mongo-loop", "--store-file", self.store, "--method", method, *self.asking]
        figures = measured(command, [])
        return figures, figures["client_cpu_ms"]

    def ask_service(self, method, in_flight):
        load = BUILD / "bench" / "c" / "transports" / "load"
        to = f"127.0.0.1:{self.service.port}"
        command = [load, "--way", "client", "--to", to, "--method", method, "--in-flight", in_flight, *self.asking]
        figures = measured(command, [self.service.pid])
        return figures, figures["server_cpu_ms"]


def _run(system, workload, ask):
    try:
        figures, cpu_ms = ask(METHODS[workload])
    except CallerFailed as error:
        return {"system": system, "workload": workload, "faults": [str(error)]}
    return {
        "system": system,
        "workload": workload,
        "requests": figures["calls"],
        "requests_per_s": figures["rate"],
        "p50_ms": figures["p50_us"] / 1000,
        "p99_ms": figures["p99_us"] / 1000,
        "cpu_ms_per_request": cpu_ms,
        "faults": [],
    }


def beside(data, plan, workloads):
    """A run of the driver and those of the service for each workload."""
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="mongo-driver-") as name:
        folder = pathlib.Path(name)
        with data.store(folder) as uri:
            bed = Bed(folder, data, uri, plan.seconds)
            asked = {DRIVER: bed.ask_driver}
            asked |= {system: functools.partial(bed.ask_service, in_flight=n) for system, n in SERVICES.items()}
            try:
                bed.wait()
                return [
                    _run(system, workload, ask)
                    for workload in workloads
                    for system, ask in asked.items()
                ]
            finally:
                bed.service.stop()
