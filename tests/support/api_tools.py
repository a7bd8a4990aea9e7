# SPDX-License-Identifier: Apache-2.0
"""The programs that ask the API from outside: script/test puts them into .cache/api."""

import os
import subprocess

from .processes import PROJECT

FOLDER = PROJECT / ".cache" / "api"
SOURCES = PROJECT / "tests" / "api"
NODE_MODULES = FOLDER / "node" / "node_modules"

PATIENCE_S = 15 * 60  # more than any of them needs on a machine that is busy; only what hangs gets there


def run(arguments, folder, environment=None, expect=0, patience_s=PATIENCE_S):
    """Runs a program in `folder`, and gives back what it said, or fails with that."""
    path = f"{FOLDER / 'venv' / 'bin'}:{NODE_MODULES / '.bin'}:{os.environ['PATH']}"
    try:
        ran = subprocess.run(
            [str(argument) for argument in arguments],
            cwd=folder,
            env={**os.environ, "PATH": path, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=patience_s,
        )
    except subprocess.TimeoutExpired as hung:
        said = (hung.stdout or b"").decode(errors="replace")
        raise AssertionError(f"{arguments[0]} did not end within {patience_s} s:\n{said}") from None
    said = ran.stdout.decode(errors="replace")
    assert ran.returncode == expect, f"{arguments[0]} ended with {ran.returncode}:\n{said}"
    return said
