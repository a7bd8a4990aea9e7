# SPDX-License-Identifier: Apache-2.0
"""The model's steps hold on a server too: a short form of race.py."""

import os
import pathlib
import subprocess
import sys


def test_three_writers_that_are_killed_leave_nothing_half_done(mongodb_uri):
    # A process of its own, since it forks.
    ended = subprocess.run(
        [sys.executable, "-m", "model.race", "9", "10"],
        cwd=pathlib.Path(__file__).parents[1],
        env={**os.environ, "MONGODB_URI": mongodb_uri},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("9 writers killed; "), ended.stdout
