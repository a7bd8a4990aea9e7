# SPDX-License-Identifier: Apache-2.0
"""script/server as a test runs it."""

import re
import subprocess

from support.processes import PROJECT, Ports, Process, eventually

BUILD_PATIENCE_S = 300  # the first run builds


class ScriptServer(Process):
    """script/server, with a data folder and ports of the test's own."""

    def __init__(self, folder, ports=None, data="data", wait=True, own_group=False):
        self.ports = ports or Ports(4)
        http, admin, tasks, accounts = self.ports
        super().__init__(
            "script-server",
            [
                PROJECT / "script" / "server",
                "--data-dir", folder / data, "--http-port", http, f"--admin-port={admin}",
            ],
            folder,
            {"TW_TASKS_PORT": str(tasks), "TW_ACCOUNTS_PORT": str(accounts)},
            own_group,
        )  # fmt: skip
        self.url = f"http://127.0.0.1:{http}"
        if wait:
            eventually(lambda: self.look_for_ready(), "script/server to be ready", BUILD_PATIENCE_S)

    def look_for_ready(self):
        assert self.popen.poll() is None, self.log
        return re.search(rf"^ready {self.url}$", self.log, re.MULTILINE)

    def children(self):
        """Its processes by name."""
        # Its status is 1 where there are none.
        listing = subprocess.run(
            ["ps", "--ppid", str(self.pid), "-o", "pid=,comm="], stdout=subprocess.PIPE, text=True, check=False
        ).stdout
        return {line.split()[1]: int(line.split()[0]) for line in listing.splitlines()}
