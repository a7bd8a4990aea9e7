# SPDX-License-Identifier: Apache-2.0
"""Draws docs/transports.svg of what bench.transports measured; no library is needed for bars."""

import math
from html import escape

from bench.transports_report import all_bytes, by, caller_us, middle, servers_us
from bench.ways import WAYS

LABELS, PANEL, GAP = 190, 210, 26  # widths
TOP, ROW, BAR = 86, 26, 15  # heights
INK, FAINT, LIGHT = "#24292f", "#6e7781", "#d0d7de"
OURS, BROKER, BRIDGE = "#0969da", "#bf8700", "#8c959f"


def colour(way):
    if way.broker:
        return BROKER
    return BRIDGE if way.edge == "bridge" else OURS


def text(x, y, said, size=11, anchor="start", fill=INK, weight="normal"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}" font-weight="{weight}">'
        f"{escape(said)}</text>"
    )


def rectangle(x, y, width, height, fill, opacity=1.0):
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" fill="{fill}" fill-opacity="{opacity}"/>'
    )


def row_y(number):
    return TOP + number * ROW


def bars(x, title, note, values, say, best):
    """A panel of one bar a way; `best` is the end of the scale."""
    drawn = [text(x, 48, title, 12, weight="bold"), text(x, 65, note, 10, fill=FAINT)]
    for number, (way, value) in enumerate(zip(WAYS, values, strict=True)):
        y = row_y(number)
        width = (PANEL - 58) * value / best
        drawn += [rectangle(x, y, width, BAR, colour(way)), text(x + width + 4, y + 12, say(value), 10)]
    return drawn


def latency(x, rounds):
    """From p50 to p99, on a logarithmic scale."""
    pairs = [(middle(one, by("p50_us")), middle(one, by("p99_us"))) for one in rounds]
    low = 10 ** math.floor(math.log10(min(p50 for p50, _ in pairs)))
    high = 10 ** math.ceil(math.log10(max(p99 for _, p99 in pairs)))

    def at(value):
        return x + PANEL * math.log(value / low) / math.log(high / low)

    drawn = [
        text(x, 48, "Latency, 1 in flight", 12, weight="bold"),
        text(x, 65, "p50 (dot) to p99 (end), µs", 10, fill=FAINT),
    ]
    tick = low
    while tick <= high:
        bottom = row_y(len(WAYS)) - 6
        drawn.append(f'<line x1="{at(tick):.1f}" y1="{TOP - 6}" x2="{at(tick):.1f}" y2="{bottom}" stroke="{LIGHT}"/>')
        drawn.append(text(at(tick), bottom + 14, f"{tick:,}", 9, "middle", FAINT))
        tick *= 10
    for number, (way, (p50, p99)) in enumerate(zip(WAYS, pairs, strict=True)):
        y = row_y(number) + BAR / 2
        drawn.append(rectangle(at(p50), y - 2, at(p99) - at(p50), 4, colour(way), 0.45))
        drawn.append(f'<circle cx="{at(p50):.1f}" cy="{y:.1f}" r="4.5" fill="{colour(way)}"/>')
    return drawn


def legend(y):
    drawn = []
    for number, (fill, said) in enumerate(
        [
            (OURS, "what tasks-service and the gateway speak"),
            (BROKER, "through a broker and a bridge"),
            (BRIDGE, "through a bridge"),
        ]
    ):
        x = LABELS + number * 270
        drawn += [rectangle(x, y - 9, 10, 10, fill), text(x + 16, y, said, 11, fill=FAINT)]
    return drawn


def draw(speed):
    one = [speed[way.name]["get latency"] for way in WAYS]
    many = [speed[way.name]["get throughput"] for way in WAYS]
    rates = [middle(rounds, by("rate")) for rounds in many]
    processor = [middle(rounds, lambda figures: servers_us(figures) + caller_us(figures)) for rounds in many]
    carried = [middle(rounds, all_bytes) for rounds in one]
    x = [LABELS + number * (PANEL + GAP) for number in range(4)]
    width, height = x[3] + PANEL + 10, row_y(len(WAYS)) + 48
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" role="img" aria-label="get over each transport">',
        "<!-- SPDX-License-Identifier: Apache-2.0 -->",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        text(10, 22, "get over each transport, to the same tasks-service", 13, weight="bold"),
        *(text(LABELS - 12, row_y(number) + 12, way.title, 11, "end") for number, way in enumerate(WAYS)),
        *latency(x[0], one),
        *bars(
            x[1], "Throughput, 32 in flight", "calls a second", rates, lambda value: f"{value / 1000:.1f}k", max(rates)
        ),
        *bars(
            x[2],
            "CPU, 32 in flight",
            "µs a call, all processes",
            processor,
            lambda value: f"{value:.0f}",
            max(processor),
        ),
        *bars(
            x[3], "On the wire", "payload bytes a call, all legs", carried, lambda value: f"{value:,.0f}", max(carried)
        ),
        *legend(height - 12),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
