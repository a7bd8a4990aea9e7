# SPDX-License-Identifier: Apache-2.0
"""What bench/ is believed for: a run with a wrong answer does not count, and figures are what the processes used."""

import contextlib
import http.server
import json
import os
import subprocess
import threading
import time

import httpx
import pytest

from bench import mongo_driver, proc, summary
from bench.api import Rest
from bench.dataset import as_seen, rfc3339, row, user_name
from bench.load import Answer, Requests, faults, parse
from bench.measure import Plan, growth_faults, length_faults, measure
from bench.report import markdown
from bench.systems import Running
from bench.tokens import Key
from bench.workloads import BY_NAME
from support.processes import PROJECT, Stack, eventually

USERS, TASKS = 3, 240


class SmallData:
    """A data set in memory."""

    def __init__(self):
        self.tasks = {
            user_name(user): [as_seen(row(nth * USERS + user, USERS, USERS * TASKS)) for nth in reversed(range(TASKS))]
            for user in range(USERS)
        }
        self.users = list(self.tasks)

    def store(self, folder):
        return contextlib.nullcontext()

    def counter(self, running):
        return lambda: sum(map(len, running.tasks.values()))


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves tasks as the gateway does, but for the defect that it is given."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, members):
        body = json.dumps(members).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def user(self):
        return self.server.users.get(self.headers.get("Authorization", "").removeprefix("Bearer "))

    def do_GET(self):
        user, defect = self.user(), self.server.defect
        if user is None:
            self.answer(200 if defect == "no tokens" else 401, {"tasks": []})
        elif self.path.startswith("/v1/tasks?"):
            query = dict(part.split("=") for part in self.path.split("?")[1].split("&"))
            start, limit = int(query.get("cursor", 0)), int(query["limit"])
            tasks = self.server.tasks[user][start : start + limit]
            self.answer(200, {"tasks": tasks[1:] if self.spoilt() else tasks, "nextCursor": str(start + limit)})
        else:
            everybody = self.server.tasks if defect == "any user" else {user: self.server.tasks[user]}
            wanted = self.path.rsplit("/", 1)[1]
            found = [task for tasks in everybody.values() for task in tasks if task["id"] == wanted]
            self.answer(200 if found else 404, found[0] if found else {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        user = self.user()
        if user is None:
            return self.answer(401, {})
        try:
            name = json.loads(body)["name"]
        except ValueError:
            name = ""
        if not name:
            return self.answer(400, {})
        with self.server.lock:
            self.server.made += 1
            now = rfc3339(int(time.time() * 1000))
            made = {"id": f"{self.server.made:024x}", "name": name, "done": False, "version": 1}
            made |= {"createdOn": now, "updatedOn": now}
            if not self.spoilt():
                self.server.tasks[user].insert(0, made)
        return self.answer(201, made)

    def spoilt(self):
        """Only under load, so that the check before it finds nothing."""
        self.server.asked += 1
        return self.server.defect == "under load" and self.server.asked > 50 and self.server.asked % 10 == 0


class Fake:
    """A system in this process."""

    name = "fake"
    api = Rest
    is_limit = False

    def __init__(self, defect=None):
        self.defect = defect

    def start(self, folder, data, key, synchronous, store):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.users = {key.token(user): user for user in data.users}
        self.server.tasks = {user: list(tasks) for user, tasks in data.tasks.items()}
        self.server.defect = self.defect
        self.server.lock = threading.Lock()
        self.server.made = self.server.asked = 0
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        running = Running(f"http://127.0.0.1:{self.server.server_port}", [os.getpid()])
        running.tasks = self.server.tasks
        return running

    def has_ended(self):
        return self.defect == "ends"

    def said(self):
        return "why"

    def memory_roots(self):
        return [os.getpid()]

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def run(defect, *workloads):
    return measure(Fake(defect), [BY_NAME[name] for name in workloads], SmallData(), Plan(1, 1, connections=4))


@pytest.mark.parametrize("workloads", [["W1", "W3"], pytest.param(["W2", "W4"], marks=pytest.mark.thorough)], ids=str)
def test_right_answers_count(workloads):
    runs = run(None, *workloads)
    assert [run["faults"] for run in runs] == [[]] * len(workloads)
    for one in runs:
        assert one["requests"] > 0
        assert one["errors"] == 0
        assert 0 < one["p50_ms"] <= one["p99_ms"]
        assert one["cpu_ms_per_request"] > 0
        assert one["resident_mib"] > one["proportional_mib"] / 2 > 0


@pytest.mark.parametrize(
    ("defect", "said"),
    [("no tokens", "without a good token"), ("any user", "not 404"), ("ends", "it ended; it said: why")],
)
def test_a_system_that_is_wrong_before_the_load_does_not_count(defect, said):
    runs = run(defect, "W1", "W2")
    assert [one["workload"] for one in runs] == ["W1", "W2"]
    assert all(said in one["faults"][0] for one in runs)
    assert not any(summary.counts(one) for one in runs)


@pytest.mark.parametrize(("workload", "said"), [("W1", "wrong answers"), ("W3", "acknowledged")])
def test_a_wrong_answer_under_load_does_not_count(workload, said):
    (one,) = run("under load", workload)
    assert said in "; ".join(one["faults"])
    assert not summary.counts(one)


def result(**more):
    errors = {"connect": 0, "read": 0, "write": 0, "status": 0, "timeout": 0}
    return {"requests": 100, "bytes": 50_000, "wrong": 0, "example": "", "errors": errors, **more}


def test_what_wrk_counts_as_an_error_is_a_fault():
    assert faults(result()) == []
    assert faults(result(errors={"timeout": 2, "status": 0})) == ["2 timeout errors"]
    assert faults(result(requests=0)) == ["no answer at all"]
    assert length_faults(result(), result(bytes=50_500)) == []
    assert length_faults(result(), result(bytes=40_000)) == ["answers of 400 bytes, and of 500 when all were looked at"]


def test_wrk_that_says_nothing_is_an_error():
    with pytest.raises(RuntimeError, match="no result"):
        parse("Running 1s test\n")


@pytest.mark.parametrize(
    ("workload", "acknowledged", "growth", "right"),
    [
        ("W3", 1000, 1000, True), ("W3", 1000, 1032, True), ("W3", 1000, 999, False), ("W3", 1000, 2000, False),
        ("W4", 1000, 100, True), ("W4", 1000, 10, False), ("W4", 1000, 400, False),
    ],
)  # fmt: skip
def test_every_create_is_stored_once(workload, acknowledged, growth, right):
    assert (growth_faults(BY_NAME[workload], acknowledged, growth) == []) is right


def test_the_file_for_wrk_has_the_requests_as_they_are(tmp_path):
    api = Rest({"a": "t"})
    requests = Requests([api.create("a", "\n")], [Answer(201, 1, "new")], ["ab"])
    path = requests.write(tmp_path / "requests", "h:1")
    request = (
        b"POST /v1/tasks HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer t\r\n"
        b'Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{"name": "\\n"}'
    )
    assert path.read_bytes() == b"answer 201 1 new\nid ab\nrequest %d\n%s\n" % (len(request), request)
    assert path.stat().st_mode & 0o777 == 0o600


def process(folder, pid, parent, session, ticks, name="a b) (c"):
    """A /proc/PID/stat as the kernel writes it."""
    (folder / str(pid)).mkdir()
    fields = ["S", parent, 1, session, *[0] * 7, *ticks, *[0] * 30]
    (folder / str(pid) / "stat").write_text(f"{pid} ({name}) {' '.join(map(str, fields))}\n")


def test_all_processes_of_a_system_are_counted(tmp_path):
    first = 5_000_000  # of numbers that no process has
    process(tmp_path, first, 1, first, (1, 2, 0, 0))
    process(tmp_path, first + 1, first, first + 1, (10, 20, 3, 4))  # its own session, a child that ended
    process(tmp_path, first + 2, first + 1, first + 1, (100, 0, 0, 0))  # a grandchild
    process(tmp_path, first + 3, 1, first, (1000, 0, 0, 0))  # whose parent has ended
    process(tmp_path, first + 4, 1, first + 4, (9999, 0, 0, 0))  # somebody else
    assert set(proc.tree([first], tmp_path)) == {first, first + 1, first + 2, first + 3}
    assert proc.cpu_ms([first], tmp_path) == 1140 * proc.MS_A_TICK


def ticks(pid):
    return proc.tree([pid])[pid]["own"]


def test_cpu_of_a_real_process():
    with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as busy:
        eventually(lambda: ticks(busy.pid) > 0, "it to have run")
        before, used, after = ticks(busy.pid), proc.cpu_ms([busy.pid]), ticks(busy.pid)
        busy.kill()
    assert 0 < before * proc.MS_A_TICK <= used < (after + 2) * proc.MS_A_TICK


def counted(round_, system, per_s, workload="W1", faults=()):
    figures = {"requests_per_s": per_s, "cpu_ms_per_request": 1 / per_s}
    return {"round": round_, "system": system, "workload": workload, "faults": list(faults), **figures}


RUNS = [
    counted(1, "a", 200), counted(1, "b", 100),
    counted(2, "a", 300), counted(2, "b", 100),
    counted(3, "a", 900), counted(3, "b", 100, faults=["a wrong answer"]),
    counted(4, "a", 450), counted(4, "b", 100),
]  # fmt: skip


def test_ratios_are_of_one_round_and_of_runs_that_count():
    found = summary.ratios(RUNS, "requests_per_s", ("W1", "a"), ("W1", "b"))
    assert found == [2, 3, 4.5]
    assert summary.spread(found) == {"median": 3, "least": 2, "most": 4.5}
    assert summary.spread([]) is None
    assert summary.medians(RUNS)["W1", "b"]["counted"] == 3
    assert summary.medians(RUNS)["W1", "b"]["not_counted"] == 1


OUR_SERVICE = next(iter(mongo_driver.SERVICES))

BESIDE_DRIVER = [
    counted(1, mongo_driver.DRIVER, 10, "W2"), counted(1, OUR_SERVICE, 5, "W2"),
    counted(2, mongo_driver.DRIVER, 10, "W2"), counted(2, OUR_SERVICE, 4, "W2"),
    counted(3, mongo_driver.DRIVER, 10, "W2", faults=["a wrong answer"]), counted(3, OUR_SERVICE, 1, "W2"),
    counted(1, OUR_SERVICE, 5, "W1"),
]  # fmt: skip


def test_what_our_service_adds_is_the_difference_in_a_round():
    found = summary.added(BESIDE_DRIVER, ["W1", "W2"], OUR_SERVICE, mongo_driver.DRIVER)
    assert set(found) == {"W2"}
    assert found["W2"]["own_ms"] == pytest.approx({"median": 0.1, "least": 0.1, "most": 0.1})
    assert found["W2"]["added_ms"] == pytest.approx({"median": 0.125, "least": 0.1, "most": 0.15})
    assert found["W2"]["share"] == pytest.approx({"median": 1.25, "least": 1, "most": 1.5})
    text = markdown({"machine": {}, "settings": {}, "runs": BESIDE_DRIVER}, "taskwire")
    assert f"| W2 | {OUR_SERVICE} | 0.1000 (0.1000–0.1000) | 0.1250 (0.1000–0.1500) | 1.25 (1.00–1.50) |" in text


def test_the_table_says_what_does_not_count():
    text = markdown({"machine": {}, "settings": {}, "runs": RUNS}, "a")
    assert "3.00 (2.00–4.50)" in text
    assert "3 of 4" in text
    assert "round 3, W1, b does not count: a wrong answer" in text


def test_our_token_is_one_that_the_gateway_takes(tmp_path):
    """The gateway compares the header byte for byte."""
    key = Key()
    with Stack(tmp_path, gateway_arguments=["--token-key-file", key.write_ours(tmp_path / "token.key")]) as stack:
        tokens = {key.token("me"): 200, key.token("me", -60): 401, Key().token("me"): 401}
        for token, status in tokens.items():
            headers = {"Authorization": f"Bearer {token}"}
            assert httpx.get(f"{stack.url}/v1/tasks", headers=headers).status_code == status


@pytest.mark.bench
def test_everything_once(tmp_path):
    ended = subprocess.run([PROJECT / "script" / "bench", "--quick", "--output", tmp_path / "quick"])
    assert ended.returncode == 0
    runs = json.loads((tmp_path / "quick.json").read_text())["runs"]
    assert {run["workload"] for run in runs} == set(BY_NAME)


@pytest.mark.bench
def test_the_driver_of_mongodb_beside_our_service(tmp_path):
    options = ["--mongo", "--systems", mongo_driver.NAME, "--rounds", "1", "--seconds", "1"]
    ended = subprocess.run([PROJECT / "script" / "bench", *options, "--output", tmp_path / "mongo"])
    assert ended.returncode == 0
    runs = json.loads((tmp_path / "mongo.json").read_text())["runs"]
    systems = (mongo_driver.DRIVER, *mongo_driver.SERVICES)
    assert {(run["system"], run["workload"]) for run in runs} == {
        (system, workload) for system in systems for workload in mongo_driver.METHODS
    }
