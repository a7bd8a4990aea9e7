# SPDX-License-Identifier: Apache-2.0
"""`tasks watch`, and what it prints."""

import json
import subprocess

from support.processes import BUILD, PATIENCE_S, eventually

CLI = BUILD / "cli" / "tasks"


class Watch:
    """One that runs. What it prints goes to files."""

    def __init__(self, folder, port, *arguments, command=CLI, environment=None, stdout=None):
        self.out, self.err = folder / "watch.out", folder / "watch.err"
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.popen = subprocess.Popen(
                [str(part) for part in (command, "--port", port, *arguments)],
                stdin=subprocess.DEVNULL, stdout=stdout or out, stderr=err, env=environment,
            )  # fmt: skip

    def lines(self):
        """The whole ones."""
        return self.out.read_text().splitlines(keepends=True)[: self.out.read_text().count("\n")]

    def objects(self):
        return [json.loads(line) for line in self.lines()]

    def said(self):
        return self.err.read_text().splitlines()

    def wait_for(self, condition, what):
        """Until `condition(objects)` holds."""

        def look():
            assert self.popen.poll() is None, (self.popen.returncode, self.said())
            return condition(self.objects())

        return eventually(look, what)

    def wait(self):
        return self.popen.wait(PATIENCE_S)

    def end(self, number):
        self.popen.send_signal(number)
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
