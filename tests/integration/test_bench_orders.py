# SPDX-License-Identifier: Apache-2.0
"""What --orders of the benchmark holds answers and figures against."""

import http.server
import json
import random
import subprocess
import threading

import pytest

from bench import load, orders, orders_report
from bench.api import Request
from bench.load import Answer, Requests
from bench.orders_data import Row, as_seen, in_order, row
from support.processes import PROJECT


def a_row(number, **fields):
    return Row("ann", number * 1000, bytes([number] * 12), number * 1000, 1, 0, **{"name": f"task {number}", **fields})


def order(sort, *rows):
    return [one.created_ms // 1000 for one in in_order(rows, sort)]


def test_orders_are_those_that_clients_are_promised():
    rows = [a_row(1, due=4, name="b"), a_row(2, name="a"), a_row(3, due=2, name="A"), a_row(4, due=4, name="c"), a_row(5)]
    assert order("created", *rows) == [5, 4, 3, 2, 1]
    assert order("-created", *rows) == [1, 2, 3, 4, 5]
    assert order("due", *rows) == [3, 4, 1, 5, 2]
    assert order("-due", *rows) == [4, 1, 3, 5, 2]
    assert order("name", *rows) == [3, 2, 1, 4, 5]
    assert order("-name", *rows) == [5, 4, 1, 3, 2]


def test_a_row_is_seen_as_clients_see_it():
    day_ms = 1_767_225_600_000
    seen = as_seen(a_row(1, due=day_ms * 2, labels="a\0b c\0".encode(), position=1.5, list_id=bytes(12)))
    assert (seen["dueOn"], seen["labels"], seen["position"], seen["listId"]) == ("2026-01-01", ["a", "b c"], 1.5, "0" * 24)
    assert as_seen(a_row(1, due=day_ms * 2 + 1))["dueOn"] == "2026-01-01T00:00:00.000Z"
    assert set(as_seen(a_row(1))) == {"id", "name", "createdOn", "done", "updatedOn", "version"}


def test_tasks_have_what_they_are_sorted_by():
    some = random.Random(1)
    made = [row("ann", "sorted", nth, nth, 1000, [bytes(12)], some) for nth in range(200)]
    for what in ("due", "priority", "position", "list_id"):
        assert 40 < sum(getattr(one, what) is not None for one in made) < 180, what
    assert all(one.rare for one in made if one.due is not None)
    assert [row("ann", "plain", 1, 1, 1000, None, some).rare, sum(one.done for one in made)] == [0, 50]


def a_run(number, name, cpu_ms, faults=(), **held):
    return {
        "round": number, "group": "g", "workload": name, "against": None, "times": None, "ms": None,
        "requests_per_s": 1, "cpu_ms_per_request": cpu_ms, "parts_ms_per_request": {"gateway": 0.5, "tasks-service": 1},
        "faults": list(faults), **held,
    }  # fmt: skip


def test_the_table_says_what_costs_too_much():
    beside = {"against": "a", "times": 2}
    runs = [
        a_run(1, "a", 1), a_run(2, "a", 2), a_run(3, "a", 4),
        a_run(1, "dear", 3, **beside), a_run(2, "dear", 5, **beside), a_run(3, "dear", 4, **beside),
        a_run(1, "cheap", 1, **beside), a_run(2, "cheap", 100, ["a wrong answer"], **beside), a_run(3, "cheap", 4, **beside),
        a_run(1, "slow", 11, ms=10), a_run(1, "fast", 9, ms=10),
    ]  # fmt: skip
    text = orders_report.markdown({"machine": {}, "settings": {}, "runs": runs})
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in text.splitlines() if line.startswith("| ")}
    assert "2.50 (1.00–3.00)" in lines["dear"] and "2 times, missed" in lines["dear"]
    assert "1.00 (1.00–1.00)" in lines["cheap"] and "missed" not in lines["cheap"] and "2 of 3" in lines["cheap"]
    assert "10 ms, missed" in lines["slow"] and "missed" not in lines["fast"]
    assert "round 2, g, cheap does not count: a wrong answer" in text


def test_each_request_has_a_key_of_its_own(tmp_path):
    """However often the file with the requests is gone through."""
    keys = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            keys.append(self.headers["Idempotency-Key"])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        host = f"127.0.0.1:{server.server_port}"
        asked = Requests([Request("GET", "/", key=orders.UUID)] * 2, [Answer(200, 0, "any")], [])
        result = load.run(f"http://{host}", asked.write(tmp_path / "requests", host), 1, True, 2)
        server.shutdown()
        thread.join()
    assert load.faults(result) == []
    assert len(set(keys)) == len(keys) > 2
    assert {len(key) for key in keys} == {len(orders.UUID)} and orders.UUID not in keys


@pytest.mark.bench
def test_all_orders_briefly(tmp_path):
    ended = subprocess.run([PROJECT / "script" / "bench", "--orders", "--quick", "--output", tmp_path / "orders"])
    assert ended.returncode == 0
    runs = json.loads((tmp_path / "orders.json").read_text())["runs"]
    assert {run["group"] for run in runs} == set(orders.GROUPS)
    assert "| " + orders.W1.name in (tmp_path / "orders.md").read_text()
