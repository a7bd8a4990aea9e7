# SPDX-License-Identifier: Apache-2.0
"""The programs that ask the API from outside: script/test puts them into .cache/api."""

import os
import subprocess

from .processes import PROJECT

FOLDER = PROJECT / ".cache" / "api"
SOURCES = PROJECT / "tests" / "api"
NODE_MODULES = FOLDER / "node" / "node_modules"


def run(arguments, folder, environment=None, expect=0):
    """Runs a program in `folder`, and gives back what it said, or fails with that."""
    path = f"{FOLDER / 'venv' / 'bin'}:{NODE_MODULES / '.bin'}:{os.environ['PATH']}"
    ran = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert ran.returncode == expect, f"{arguments[0]} ended with {ran.returncode}:\n{ran.stdout}"
    return ran.stdout
