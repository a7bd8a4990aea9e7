# SPDX-License-Identifier: Apache-2.0
"""What bench.transports measured, as Markdown tables."""

import statistics

from bench import thrift_alone
from bench.report import table
from bench.ways import WAYS

GROUPS = ("under way", "while away")
BEGIN, END = "<!-- what script/bench --transports --write-docs found -->", "<!-- end of what it found -->"


def middle(rounds, value):
    """The median over the rounds."""
    return statistics.median(value(figures) for figures in rounds)


def by(name):
    return lambda figures: figures[name]


def servers_us(figures):
    return figures["server_cpu_ms"] * 1000


def caller_us(figures):
    return figures["client_cpu_ms"] * 1000


def all_bytes(figures):
    return sum(leg["bytes"] for leg in figures["carried"].values())


def first_leg(figures):
    """Between the caller and whoever it talks to: of two connections to a broker, half."""
    legs = figures["carried"]
    if "datagrams" in legs:
        return legs["datagrams"]["bytes"]
    name = next(iter(legs))
    return legs[name]["bytes"] / (2 if name in ("mosquitto", "rabbitmq") else 1)


def speed(found, method):
    head = [
        "",
        "p50, 1 in flight",
        "p99",
        "calls/s, 32 in flight",
        "p99",
        "CPU a call, servers",
        "caller",
        "bytes a call, first leg",
        "all legs",
    ]
    lines = []
    for way in WAYS:
        one, many = found[way.name][f"{method} latency"], found[way.name][f"{method} throughput"]
        lines.append([
            way.title,
            f"{middle(one, by('p50_us')):,.0f} µs",
            f"{middle(one, by('p99_us')):,.0f} µs",
            f"{middle(many, by('rate')):,.0f}",
            f"{middle(many, by('p99_us')) / 1000:,.1f} ms",
            f"{middle(many, servers_us):,.0f} µs",
            f"{middle(many, caller_us):,.0f} µs",
            f"{middle(one, first_leg):,.0f}",
            f"{middle(one, all_bytes):,.0f}",
        ])  # fmt: skip
    return table(head, lines)


def summed(rounds, group):
    return {name: sum(lost[group][name] for lost in rounds) for name in rounds[0][group]}


def with_done(counts, name):
    """ "3 (2 done)": how many, and how many of them were done all the same."""
    if not counts[name]:
        return "–"
    return f"{counts[name]} ({counts[f'{name}_done']} done)"


def losses(found):
    head = [
        "",
        "killed",
        "under way: answered",
        "error",
        "silent",
        "done twice",
        "asked while away: answered",
        "error",
        "silent",
    ]
    lines = []
    for way in WAYS:
        for victim, rounds in found[way.name].items():
            under_way, away = (summed(rounds, group) for group in GROUPS)
            lines.append([
                way.title,
                victim,
                str(under_way["answered"] or "–"),
                with_done(under_way, "error"),
                with_done(under_way, "silent"),
                str(under_way["twice"] + away["twice"] or "–"),
                str(away["answered"] or "–"),
                with_done(away, "error"),
                with_done(away, "silent"),
            ])  # fmt: skip
    return table(head, lines)


def markdown(document):
    described = {name: document["machine"][name] for name in ("revision", "processor", "load at the start")}
    parts = [", ".join(f"{name}: {value}" for name, value in {**described, **document["settings"]}.items())]
    if "thrift_alone" in document:
        parts += ["### Thrift alone: `get`", thrift_alone.table(document["thrift_alone"])]
    if "speed" in document:
        for method in ("get", "create"):
            parts += [f"### `{method}`", speed(document["speed"], method)]
    if "losses" in document:
        parts += ["### When the receiver is killed", losses(document["losses"])]
    return "\n\n".join(parts)


def put_into(path, text):
    """In the place of what was measured before."""
    before, rest = path.read_text().split(BEGIN)
    _, after = rest.split(END)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
