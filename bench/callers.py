# SPDX-License-Identifier: Apache-2.0
"""Runs one of the programs of bench/c/transports that call a service, and takes down what the service's processes used
and what its sockets carried meanwhile."""

import contextlib
import json
import subprocess

from bench import proc, sockets

PATIENCE_S = 60


class CallerFailed(Exception):
    pass


@contextlib.contextmanager
def running(command):
    """The program, ended at the latest when the block is left."""
    words = [str(word) for word in command]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def expect_line(process):
    line = process.stdout.readline()
    if not line:
        process.wait(PATIENCE_S)
        raise CallerFailed(f"{process.args[0]} ended with {process.returncode}: {process.stderr.read().strip()}")
    return line


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def finish(process):
    process.stdin.close()
    process.wait(PATIENCE_S)
    if process.returncode != 0:
        raise CallerFailed(f"{process.args[0]} ended with {process.returncode}: {process.stderr.read().strip()}")


def measured(command, pids, legs=None):
    """One run of the program: its own figures; the CPU of the processes `pids`, and all that they started, for each
    call; and what each of the TCP `legs` carried for each call."""
    legs = legs or {}
    with running(command) as process:
        expect_line(process)  # "ready": connected and warm
        before_ms, carried_before = proc.cpu_ms(pids), sockets.carried(legs)
        go(process)
        figures = json.loads(expect_line(process))
        after_ms, carried_after = proc.cpu_ms(pids), sockets.carried(legs)
        finish(process)
    calls = max(figures["calls"], 1)
    figures["server_cpu_ms"] = (after_ms - before_ms) / calls
    figures["client_cpu_ms"] = figures.pop("client_cpu_s") * 1000 / calls
    figures["carried"] = {
        leg: {what: (n - carried_before[leg][what]) / calls for what, n in now.items()}
        for leg, now in carried_after.items()
    }
    if datagram_bytes := figures.pop("datagram_bytes"):
        figures["carried"]["datagrams"] = {"bytes": datagram_bytes / calls, "segments": 2}
    return figures
