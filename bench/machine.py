# SPDX-License-Identifier: Apache-2.0
"""What it was measured on, and with what."""

import os
import pathlib
import platform
import re
import shutil
import subprocess

from bench.places import PROJECT


def _first(pattern, text, otherwise="unknown"):
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1).strip() if found else otherwise


def _version(*command, pattern=r"(\S.*)"):
    if shutil.which(command[0]) is None:
        return "none"
    said = subprocess.run(command, capture_output=True, text=True)
    return _first(pattern, said.stdout + said.stderr)


def _package(name):
    return _version("dpkg-query", "-W", "-f", "${Version}", name)


def revision():
    """The working tree's."""
    commit = _version("git", "-C", str(PROJECT), "rev-parse", "--short", "HEAD")
    changed = subprocess.run(["git", "-C", PROJECT, "status", "--porcelain"], capture_output=True, text=True).stdout
    return commit + (" and changes that are not committed" if changed else "")


def describe():
    processor = _first(r"^model name\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text())
    memory_kib = int(_first(r"^MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(), "0"))
    return {
        "revision": revision(),
        "processor": f"{os.cpu_count()} × {processor}",
        "memory": f"{memory_kib / 2**20:.0f} GiB",
        "kernel": platform.release(),
        "load at the start": f"{os.getloadavg()[0]:.2f}",
        "wrk": _version("wrk", "--version", pattern=r"wrk (\S+)"),
        "gcc": _version("gcc", "-dumpfullversion"),
        "libmicrohttpd": _package("libmicrohttpd12"),
        "libsqlite3": _package("libsqlite3-0"),
        "Python": platform.python_version(),
        "Node": _version("node", "--version"),
        "Go": _version("go", "env", "GOVERSION"),
        "Rust": _version("rustc", "--version", pattern=r"rustc (\S+)"),
    }
