# SPDX-License-Identifier: Apache-2.0
"""What becomes of calls when the process that takes them is killed: 32 callers create tasks one after the other; after
a second the process gets SIGKILL; 32 others ask once each while it is away; after another second it is there again.
Each call's fate, as its caller knows it, is held against what the database says afterwards."""

import collections
import dataclasses
import sqlite3
import time

from bench import callers

SECONDS = 6
KILL_AFTER_S = 1
ASK_AFTER_S = 0.3  # after the kill, while it is away
AWAY_S = 1
DEADLINE_MS = 3000
SETTLE_S = 2  # for what a broker still delivers
CALLS = 200_000
IN_FLIGHT = 32


@dataclasses.dataclass(frozen=True)
class Call:
    fate: str  # as load.c names it
    began_ms: float
    ended_ms: float
    times_done: int


def now_ms():
    """As load.c counts it."""
    return time.monotonic() * 1000


def count_done(database, prefix):
    """How often each name that begins with `prefix` is there."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT name, count(*) FROM tasks WHERE name GLOB ? GROUP BY name", (f"{prefix} *",))
        return dict(rows.fetchall())
    finally:
        connection.close()


def read(path, done):
    """The calls that a caller's file of fates tells of."""
    for line in path.read_text().splitlines():
        began, fate, took, name = line.split(" ", 3)
        yield Call(fate, float(began), float(began) + float(took), done.get(name, 0))


def counts(calls):
    """answered; error: the caller was told, by an error or a connection that ended; silent: it heard nothing until its
    deadline. Each with how many were done, and how many of all were done more than once."""
    found = collections.Counter()
    for call in calls:
        told = {"failed": "error", "unsent": "error"}.get(call.fate, call.fate)
        found["calls"] += 1
        found[told] += 1
        found[f"{told}_done"] += call.times_done > 0
        found["twice"] += call.times_done > 1
    names = ("calls", "answered", "answered_done", "error", "error_done", "silent", "silent_done", "twice")
    return {name: found[name] for name in names}


def was_under_way(call, killing_ms, killed_ms):
    """When the kill took effect, which was between the two."""
    return call.began_ms <= killed_ms and call.ended_ms > (killed_ms if call.fate == "answered" else killing_ms)


def tell(calls, killing_ms, killed_ms, back_ms):
    """In three groups (the third is not looked at further); how long an answer took at most; and when the first came
    after it had been started again."""
    groups = {"under way": [], "while away": [], "before and after": []}
    for call in calls:
        if was_under_way(call, killing_ms, killed_ms):
            groups["under way"].append(call)
        elif killed_ms < call.began_ms < back_ms:
            groups["while away"].append(call)
        else:
            groups["before and after"].append(call)
    answered = [call for call in calls if call.fate == "answered"]
    again = [call.ended_ms for call in answered if call.ended_ms > back_ms]
    return {
        **{name: counts(group) for name, group in groups.items()},
        "longest_answer_ms": max(call.ended_ms - call.began_ms for call in answered),
        "answers_again_ms": min(again) - back_ms if again else None,
    }


def lose(standing, victim):
    """Kills `victim` (service, gateway or bridge) under load, and tells what became of the calls."""
    bed = standing.bed
    folder = bed.new_folder()  # whose name nothing else has
    prefixes = [f"{folder.name} {when}" for when in ("before", "while")]
    fates = [folder / "before", folder / "while"]

    def asking(number, calls):
        told = ["--prefix", prefixes[number], "--fates", fates[number], "--calls", calls, "--seconds", SECONDS]
        return standing.ask("create", IN_FLIGHT, *told, "--deadline-ms", DEADLINE_MS, "--warm-up", 0)

    with callers.running(asking(0, CALLS)) as first, callers.running(asking(1, IN_FLIGHT)) as second:
        callers.expect_line(first)
        callers.expect_line(second)
        callers.go(first)
        time.sleep(KILL_AFTER_S)
        killing_ms = now_ms()
        standing.processes[victim].popen.kill()
        killed_ms = now_ms()
        standing.processes[victim].popen.wait()
        time.sleep(ASK_AFTER_S)
        callers.go(second)
        time.sleep(AWAY_S - ASK_AFTER_S)
        back_ms = now_ms()
        standing.start(victim)
        for process in (first, second):
            callers.expect_line(process)
            callers.finish(process)
    time.sleep(SETTLE_S)
    calls = [
        call
        for path, prefix in zip(fates, prefixes, strict=True)
        for call in read(path, count_done(bed.database, prefix))
    ]
    return tell(calls, killing_ms, killed_ms, back_ms)
