# SPDX-License-Identifier: Apache-2.0
"""`get` over Thrift alone: our pipelined client and tasks-service, beside what Thrift's C library brings (its client,
its simple server, its buffered transport) over a handler that reads the same SQLite file. In turn, so that a ratio is
one of neighbours in time."""

import contextlib
import statistics

from support.processes import Process, Service

from bench import report
from bench.callers import measured

IN_FLIGHT = 32
ROUNDS = 3


@contextlib.contextmanager
def ours(bed):
    service = Service("tasks-service", bed.folder, build=bed.build)
    try:
        yield service
    finally:
        service.stop()


@contextlib.contextmanager
def stock(bed):
    server = Process("stock-server", [bed.program("stock-server"), "--database", bed.database], bed.folder)
    try:
        server.port = int(server.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))
        yield server
    finally:
        server.kill()  # it knows no other end


def ask_ours(bed, server, in_flight):
    return [
        bed.program("load"),
        "--way",
        "client",
        "--to",
        f"127.0.0.1:{server.port}",
        "--in-flight",
        in_flight,
        *bed.asking,
    ]


def ask_stock(bed, server, in_flight):
    return [bed.program("stock-client"), "--port", server.port, "--in-flight", in_flight, *bed.asking]


# What is started, what asks it, and how many calls are under way.
SYSTEMS = {
    "ours, 32 in flight": (ours, ask_ours, IN_FLIGHT),
    "stock c_glib": (stock, ask_stock, 1),
    "stock c_glib, pipelined by hand": (stock, ask_stock, IN_FLIGHT),
    "ours, 1 in flight": (ours, ask_ours, 1),
}


def run(bed, rounds=ROUNDS, say=print):
    """The figures of each round by system, and the ratios of ours to each stock one, round by round."""
    figures = {name: [] for name in SYSTEMS}
    for number in range(rounds):
        for name, (start, ask, in_flight) in SYSTEMS.items():
            with start(bed) as server:
                figures[name].append(measured(ask(bed, server, in_flight), [server.pid]))
            say(f"Thrift alone, round {number + 1}: {name}: {figures[name][-1]['rate']:.0f} calls/s")
    ratios = {
        name: [mine["rate"] / theirs["rate"] for mine, theirs in zip(figures["ours, 32 in flight"], rows, strict=True)]
        for name, rows in figures.items()
        if name.startswith("stock")
    }
    return {"rounds": figures, "ratios": ratios}


def table(result):
    """Markdown: medians over the rounds."""
    lines = []
    for name, rows in result["rounds"].items():
        rate, p50, p99, server, client = (
            statistics.median(row[what] for row in rows)
            for what in ("rate", "p50_us", "p99_us", "server_cpu_ms", "client_cpu_ms")
        )
        times = [f"{us:,.1f} µs" for us in (p50, p99, server * 1000, client * 1000)]
        lines.append([name, f"{rate:,.0f}", *times])
    told = [report.table(["", "calls/s", "p50", "p99", "CPU a call, server", "caller"], lines)]
    for name, ratios in result["ratios"].items():
        told.append(
            f"Ours against {name}: {statistics.median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})."
        )
    return "\n\n".join(told)
