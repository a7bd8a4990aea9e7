# SPDX-License-Identifier: Apache-2.0
"""wrk, and what it says."""

import contextlib
import dataclasses
import json
import subprocess

from bench.places import BENCH

THREADS = 2
CONNECTIONS = 32
TIMEOUT_S = 5
PATIENCE_S = 30  # beyond what it was told to take


@dataclasses.dataclass(frozen=True)
class Answer:
    """One that is right: its status, how many tasks it holds, and whether the first one's id is known, new or any."""

    status: int
    tasks: int
    id: str


@dataclasses.dataclass(frozen=True)
class Requests:
    """What to send, and what may come back."""

    requests: list
    answers: list
    known: list

    def write(self, path, host):
        with open(path, "wb") as file:
            for answer in self.answers:
                file.write(f"answer {answer.status} {answer.tasks} {answer.id}\n".encode())
            for id_ in self.known:
                file.write(f"id {id_}\n".encode())
            for request in self.requests:
                octets = request.octets(host)
                file.write(b"request %d\n%s\n" % (len(octets), octets))
        path.chmod(0o600)  # it has tokens
        return path


def command(url, path, seconds, check, connections):
    return [
        "wrk", f"-t{min(THREADS, connections)}", f"-c{connections}", f"-d{seconds}s", f"--timeout={TIMEOUT_S}s",
        "--latency", f"--script={BENCH / 'wrk.lua'}", url, "--", path, *(["check"] if check else []),
    ]  # fmt: skip


def parse(text):
    for line in text.splitlines():
        if line.startswith("result "):
            return json.loads(line.removeprefix("result "))
    raise RuntimeError(f"wrk has no result:\n{text}")


def faults(result):
    """Why it does not count, in words; empty where it does."""
    found = [f"{number} {name} errors" for name, number in result["errors"].items() if number]
    if result["wrong"]:
        found.append(f"{result['wrong']} wrong answers, one of them: {result['example']}")
    if not result["requests"]:
        found.append("no answer at all")
    return found


def run(url, path, seconds, check, connections):
    ended = subprocess.run(
        command(url, path, seconds, check, connections), capture_output=True, text=True, timeout=seconds + PATIENCE_S
    )
    if ended.returncode != 0:
        raise RuntimeError(f"wrk failed: {ended.stdout}{ended.stderr}")
    return parse(ended.stdout)


@contextlib.contextmanager
def beside(url, path, connections, seconds):
    """A load that goes on while something else is measured; gives a list that has its result afterwards."""
    results = []
    started = subprocess.Popen(
        command(url, path, seconds, False, connections), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield results
        results.append(parse(started.communicate(timeout=seconds + PATIENCE_S)[0]))
    finally:
        started.kill()
        started.wait()
