# SPDX-License-Identifier: Apache-2.0
"""What Prometheus reads at the admin address, parsed by its own client library."""

import pathlib

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.people import Person, problem
from support.processes import Stack, eventually

DURATION = "http_server_request_duration_seconds"


@pytest.fixture
def stack(tmp_path):
    running = Stack(tmp_path, gateway_arguments=["--workers", "2"])
    yield running
    assert running.stop() == []


def read(stack):
    answer = httpx.get(f"{stack.gateway.admin_url}/metrics", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def counts(stack):
    """How often a request with a method, a route and a status was counted."""
    labels = ("http_request_method", "http_route", "http_response_status_code")
    return {
        tuple(sample.labels.get(label) for label in labels): sample.value
        for sample in read(stack)[DURATION].samples
        if sample.name.endswith("_count")
    }


def test_each_request_is_counted_by_method_route_and_status(stack):
    assert counts(stack) == {}
    with Person(stack.url) as somebody:
        task = somebody.add("one")
        # A request is counted when its answer has gone out, so maybe a moment after it has come.
        eventually(lambda: ("POST", "/v1/tasks", "201") in counts(stack), "the task to be counted")
        before = counts(stack)
        for _ in range(3):
            assert somebody.client.get("/v1/tasks").status_code == 200
        assert somebody.client.get(f"/v1/tasks/{task['id']}").status_code == 200
        assert somebody.client.get(f"/v1/tasks/{'0' * 24}").status_code == 404
        assert somebody.client.get("/v1/tasks?limit=x").status_code == 400
        assert somebody.client.put("/v1/tasks").status_code == 405
        assert somebody.client.get("/secret-of-mine").status_code == 404
        assert somebody.client.request("BREW", "/v1/tasks").status_code == 501
    # A connection of its own each, so that both workers have had some.
    for _ in range(10):
        assert httpx.get(f"{stack.url}/v1/tasks", timeout=60).status_code == 401
    expected = {
        ("GET", "/v1/tasks", "200"): 3,
        ("GET", "/v1/tasks", "400"): 1,
        ("GET", "/v1/tasks", "401"): 10,
        ("GET", "/v1/tasks/:id", "200"): 1,
        ("GET", "/v1/tasks/:id", "404"): 1,
        ("GET", None, "404"): 1,
        ("PUT", None, "405"): 1,
        ("_OTHER", None, "501"): 1,
    }
    eventually(lambda: counts(stack) == before | expected, "these requests, and no other, to be counted")


def test_durations_are_a_histogram(stack):
    with Person(stack.url) as somebody:
        for _ in range(20):
            somebody.client.get("/v1/tasks")
    eventually(lambda: counts(stack)["GET", "/v1/tasks", "200"] == 20, "all to be counted")
    samples = [
        sample
        for sample in read(stack)[DURATION].samples
        if sample.labels["http_response_status_code"] == "200" and sample.labels.get("http_route") == "/v1/tasks"
    ]
    buckets = [sample.value for sample in samples if sample.name.endswith("_bucket")]
    (total,) = (sample.value for sample in samples if sample.name.endswith("_count"))
    (seconds,) = (sample.value for sample in samples if sample.name.endswith("_sum"))
    assert buckets == sorted(buckets) and buckets[-1] == total == 20
    assert 0 < seconds < 20 * 60


def test_process_is_watched(stack):
    families = read(stack)
    resident = families["process_resident_memory_bytes"].samples[0].value
    status = pathlib.Path(f"/proc/{stack.gateway.pid}/status").read_text()
    (kib,) = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    assert resident == pytest.approx(kib * 1024, rel=0.2)
    assert families["process_open_fds"].samples[0].value > 3
    assert families["process_cpu_seconds"].samples[0].value >= 0


def test_only_the_admin_address_tells(stack):
    problem(httpx.get(f"{stack.url}/metrics", timeout=60), 404)
    answer = httpx.post(f"{stack.gateway.admin_url}/metrics", timeout=60)
    problem(answer, 405)
    assert "GET" in answer.headers["allow"]
    assert httpx.head(f"{stack.gateway.admin_url}/metrics", timeout=60).status_code == 200
