# SPDX-License-Identifier: Apache-2.0
"""How bench/ counts what becomes of calls, and what sockets carried."""

import xml.etree.ElementTree

from bench import sockets, transports_plot, transports_report
from bench.losses import Call, tell
from bench.ways import WAYS

KILLING_MS, KILLED_MS, BACK_MS = 1000, 1010, 2000

SS = """\
0      0          127.0.0.1:50514       127.0.0.1:6001 cubic bytes_sent:90 bytes_received:168 segs_out:3 segs_in:2
0      0          127.0.0.1:50516       127.0.0.1:6001 cubic bytes_sent:10 segs_out:1 segs_in:1
"""


def test_sockets_sum_what_all_connections_carried_both_ways():
    assert sockets.parse(SS) == {"bytes": 268, "segments": 7}
    assert sockets.parse("") == {"bytes": 0, "segments": 0}


def test_a_call_belongs_to_the_moment_that_met_it():
    told = tell(
        [
            Call("answered", 900, 950, 1),  # before
            Call("answered", 990, 1005, 1),  # just before the kill took effect
            Call("failed", 990, 1005, 1),  # by the kill, though it was done
            Call("silent", 1000, 4000, 0),
            Call("answered", 995, 2100, 2),  # delivered again
            Call("unsent", 1500, 1501, 0),
            Call("answered", 1600, 2200, 1),  # kept until there was somebody
            Call("answered", 2300, 2310, 1),
        ],
        KILLING_MS,
        KILLED_MS,
        BACK_MS,
    )
    assert told["under way"] == {
        "calls": 3, "answered": 1, "answered_done": 1, "error": 1, "error_done": 1,
        "silent": 1, "silent_done": 0, "twice": 1,
    }  # fmt: skip
    assert told["while away"] == {
        "calls": 2, "answered": 1, "answered_done": 1, "error": 1, "error_done": 0,
        "silent": 0, "silent_done": 0, "twice": 0,
    }  # fmt: skip
    assert told["before and after"]["calls"] == 3
    assert told["longest_answer_ms"] == 1105
    assert told["answers_again_ms"] == 100


def figures(leg):
    return {
        "p50_us": 100.0, "p99_us": 1000.0, "rate": 10_000.0, "server_cpu_ms": 0.02, "client_cpu_ms": 0.005,
        "carried": {leg: {"bytes": 300.0, "segments": 2.0}, "service": {"bytes": 200.0, "segments": 2.0}},
    }  # fmt: skip


def speed():
    legs = {way.name: "datagrams" if way.by_datagram else way.broker or way.edge for way in WAYS}
    runs = [f"{method} {what}" for method in ("get", "create") for what in ("latency", "throughput")]
    return {name: {run: [figures(leg)] for run in runs} for name, leg in legs.items()}


def test_of_two_connections_to_a_broker_a_caller_has_one():
    assert transports_report.first_leg(figures("mosquitto")) == 150
    assert transports_report.first_leg(figures("gateway")) == 300
    assert transports_report.all_bytes(figures("gateway")) == 500


def test_the_tables_and_the_plot_name_every_way():
    table = transports_report.speed(speed(), "get")
    plot = transports_plot.draw(speed())
    xml.etree.ElementTree.fromstring(plot)
    for way in WAYS:
        assert way.title in table
        assert way.title in plot


def test_figures_take_the_place_of_those_before(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{transports_report.BEGIN}\nold\n{transports_report.END}\nafter\n")
    for text in ("new", "newer"):
        transports_report.put_into(page, text)
    assert page.read_text() == f"before\n{transports_report.BEGIN}\n\nnewer\n\n{transports_report.END}\nafter\n"
