# SPDX-License-Identifier: Apache-2.0
"""What a system's processes have used, all together, as the kernel counts it: proc(5)."""

import os
import pathlib
import time

PROC = pathlib.Path("/proc")
MS_A_TICK = 1000 / os.sysconf("SC_CLK_TCK")


def parse_stat(text):
    """The parent, the session and the CPU ticks of one /proc/PID/stat: its own, and those of children that have ended
    and were waited for, so that a worker which is replaced is not lost. The name may hold blanks and parentheses."""
    fields = text[text.rindex(")") + 2 :].split()
    own, ended = (int(fields[at]) + int(fields[at + 1]) for at in (11, 13))
    return {"parent": int(fields[1]), "session": int(fields[3]), "own": own, "ended": ended}


def _all(proc):
    for folder in proc.iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), parse_stat((folder / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                pass  # has ended meanwhile


def tree(roots, proc=PROC):
    """The stats, by process id, of the roots and of all that they started: descendants, and whoever is left of the
    session that a root leads."""
    processes = dict(_all(proc))
    found = {pid for pid, stat in processes.items() if pid in roots or stat["session"] in roots}
    while more := {pid for pid, stat in processes.items() if stat["parent"] in found} - found:
        found |= more
    return {pid: processes[pid] for pid in found}


def _own_ms(pid, stat):
    """The same time, counted in nanoseconds, of a process that is there: clock_getcpuclockid(3), whose answer is the
    process's number, complemented, and in the lowest three bits 'scheduled time'."""
    try:
        return time.clock_gettime_ns((~pid << 3) | 2) / 1e6
    except OSError:
        return stat["own"] * MS_A_TICK


def cpu_ms(roots, proc=PROC):
    """Of user and system time."""
    return sum(_own_ms(pid, stat) + stat["ended"] * MS_A_TICK for pid, stat in tree(roots, proc).items())


def memory_kib(pid, proc=PROC):
    """Resident memory (what two processes share counts for both), and the proportional share of it."""
    found = {"Rss": 0, "Pss": 0}
    try:
        for line in (proc / str(pid) / "smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in found:
                found[name] = int(rest.split()[0])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def memory_mib(roots, proc=PROC):
    """The sums over the whole tree: (resident, proportional)."""
    each = [memory_kib(pid, proc) for pid in tree(roots, proc)]
    return tuple(sum(one[what] for one in each) / 1024 for what in ("Rss", "Pss"))
