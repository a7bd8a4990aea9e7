# SPDX-License-Identifier: Apache-2.0
"""perf: where processes that run spend their time. Debian's libraries have no frame pointers, so that stacks are copied
and unwound afterwards, by the tables that every program has for exceptions."""

import os
import signal
import subprocess

EVENT = "cpu-clock"  # which virtual machines have too
HZ = 997  # a prime, so that it keeps step with nothing
STACK_BYTES = 8192  # copied with each sample: as deep as SQLite is
AT_MOST_S = 120  # that a recording goes on by itself
PATIENCE_S = 60
SCRIPT_PATIENCE_S = 300  # unwinding thousands of stacks
SAID = 500  # characters

FIELDS = "comm,pid,tid,time,event,ip,sym,symoff,dso"


def _record(path, event=EVENT):
    return [
        "perf", "record", f"--event={event}", f"--freq={HZ}", f"--call-graph=dwarf,{STACK_BYTES}",
        "--no-buildid-cache", f"--output={path}",
    ]  # fmt: skip


def _environment():
    """Without the network's debug symbols: a graph is to be the same wherever it is made."""
    return {**os.environ, "DEBUGINFOD_URLS": ""}


def cannot(said):
    return SystemExit(
        "script/bench: perf cannot record. It takes root, or kernel.perf_event_paranoid at most 1 (sysctl), and a "
        f"container that allows perf_event_open. It said:\n{said.strip()[:SAID]}"
    )


def check(folder):
    """Exits, with the reason, where perf cannot record, or would leave the kernel out without a word."""
    command = [*_record(folder / "check.data", f"{EVENT}:k"), "--", "true"]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, env=_environment()
        )
    except FileNotFoundError:
        raise cannot("there is no perf: the Debian package linux-perf has it") from None
    if ended.returncode != 0:
        raise cannot(ended.stdout + ended.stderr)


class Recording:
    """Of some processes, as long as its context lasts."""

    def __init__(self, path, pids):
        self.path = path
        self.pids = pids

    def __enter__(self):
        self.log = open(self.path.with_suffix(".log"), "w+")
        pids = ",".join(map(str, self.pids))
        self.perf = subprocess.Popen(
            [*_record(self.path), f"--pid={pids}", "--", "sleep", str(AT_MOST_S)],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env=_environment(),
        )
        return self

    def __exit__(self, kind, *_):
        try:
            self.perf.send_signal(signal.SIGINT)  # it writes what it has, and ends its sleep, whose status it takes
            self.perf.wait(PATIENCE_S)
        finally:
            self.perf.kill()
            self.perf.wait()
            with self.log:
                self.log.seek(0)
                said = self.log.read()
        if kind is None and self.perf.returncode not in (0, -signal.SIGTERM):
            raise cannot(said)

    def write_stacks(self, pid):
        """One process's samples, as text; gives the file's path back."""
        path = self.path.with_suffix(f".{pid}")
        command = ["perf", "script", f"--input={self.path}", f"--pid={pid}", "--no-inline", f"--fields={FIELDS}"]
        with open(path, "wb") as file:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.DEVNULL,
                check=True,
                timeout=SCRIPT_PATIENCE_S,
                env=_environment(),
            )
        return path


def samples(path):
    """How many there are in such a file: each ends with an empty line."""
    with open(path, "rb") as file:
        return sum(line == b"\n" for line in file)
