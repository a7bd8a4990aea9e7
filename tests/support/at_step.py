# SPDX-License-Identifier: Apache-2.0
"""Something happens to a program right before one of its changes to files: at-step.c, which is loaded before the C
library."""

import os
import signal
import subprocess

from support.processes import BUILD, PATIENCE_S

LIBRARY = (BUILD / "tests" / "libat-step.so").resolve()


def environment(number, what):
    """For the program. `what` is "kill", "stop", "full" or "fail"."""
    # A sanitizer wants to be the first library, but can do without; LeakSanitizer has nothing to say of a killed one.
    asan = os.environ.get("ASAN_OPTIONS", "")
    return {
        **os.environ,
        "LD_PRELOAD": str(LIBRARY),
        "MONGOC_DISABLE_SHM": "1",  # a killed program leaves it behind
        "ASAN_OPTIONS": f"{asan}:verify_asan_link_order=0",
        "TW_AT_STEP": f"{number} {what}",
    }


def run(arguments, number, what):
    return subprocess.run(
        list(map(str, arguments)),
        env=environment(number, what),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_S,
    )


def each_step(most=1000):
    """The numbers of steps, for a loop that ends itself at the one that the program did not come to."""
    yield from range(1, most)
    raise AssertionError(f"a program that changes files {most} times")


def was_killed(done):
    return done.returncode == -signal.SIGKILL
