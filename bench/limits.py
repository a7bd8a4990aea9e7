# SPDX-License-Identifier: Apache-2.0
"""What no system here can be faster than: libmicrohttpd with nothing behind it, and SQLite with nothing before it."""

import json
import subprocess
import tempfile

from bench.api import Rest
from bench.places import BUILD, CACHE
from bench.systems import Running
from support.mongodb import free_port
from support.processes import Process

PATIENCE_S = 60


class BareHttp:
    """A body of the right size for W1 and for W2, whoever's task is asked for: so nothing is checked."""

    name = "bare-libmicrohttpd"
    api = Rest
    is_ours = False
    is_limit = True
    workloads = ("W1", "W2")

    def prepare(self):
        pass

    def _write(self, folder, name, answer):
        path = folder / name
        path.write_text(json.dumps(answer, separators=(",", ":")))
        return path

    def start(self, folder, data, key, synchronous, store=None):
        tasks = data.tasks[data.users[0]][:20]
        page = self._write(folder, "page.json", {"tasks": tasks, "nextCursor": "A" * 28})
        one = self._write(folder, "one.json", tasks[0])
        port = free_port()
        arguments = [BUILD / "bench" / "bare-http", port, f"/v1/tasks={page}", f"/v1/tasks/={one}"]
        self.process = Process("bare-http", arguments, folder)
        return Running(f"http://127.0.0.1:{port}", [self.process.pid])

    def has_ended(self):
        return self.process.popen.poll() is not None

    def said(self):
        return self.process.log

    def memory_roots(self):
        return [self.process.pid]

    def stop(self):
        self.process.stop()


# The program, with {synchronous} where it is asked for, and which of its figures is which workload's.
LOOPS = [("sqlite-query", [], {"page": "W1", "by_id": "W2"}), *(
    ("sqlite-insert", [synchronous], {"insert": "W3"}) for synchronous in ("NORMAL", "FULL")
)]  # fmt: skip


def raw_sqlite(data, plan, workloads):
    """A run for each workload that a loop stands behind."""
    runs = []
    for program, arguments, figures in LOOPS:
        if not set(figures.values()) & set(workloads):
            continue
        with tempfile.TemporaryDirectory(dir=CACHE, prefix=f"{program}-") as folder:
            path = f"{folder}/tasks.db"
            data.copy_tasks(path)
            command = [BUILD / "bench" / program, path, *arguments, str(plan.seconds)]
            patience_s = 3 * plan.seconds + PATIENCE_S
            said = subprocess.run(command, check=True, capture_output=True, timeout=patience_s).stdout
        found = json.loads(said)
        for figure, workload in figures.items():
            if workload not in workloads:
                continue
            one = found[figure]
            runs.append({
                "system": " ".join(["raw", program, *arguments]),
                "workload": workload,
                "requests": one["n"],
                "requests_per_s": one["per_s"],
                "cpu_ms_per_request": one["cpu_ms"],
                "faults": [],
            })  # fmt: skip
    return runs
