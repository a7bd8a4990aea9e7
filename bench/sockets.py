# SPDX-License-Identifier: Apache-2.0
"""What TCP connections have carried, as the kernel counts it (tcp_info, which ss shows): payload bytes, both ways, with
whatever was sent twice, and segments. Each connection of this machine with itself has two ends; the one is counted
whose peer has the port."""

import re
import subprocess

WHAT = {"bytes": r"\bbytes_(?:sent|received):(\d+)", "segments": r"\bsegs_(?:in|out):(\d+)"}


def parse(text):
    """Of ss's output the sums over all connections in it."""
    return {what: sum(int(n) for n in re.findall(pattern, text)) for what, pattern in WHAT.items()}


def carried(legs):
    """Of each leg, a name with the port that was connected to: what its connections that are up have carried so far."""
    found = {}
    for name, port in legs.items():
        command = ["ss", "-tinHO", "state", "established", "dst", f"127.0.0.1:{port}"]
        found[name] = parse(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found
