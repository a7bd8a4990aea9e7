# SPDX-License-Identifier: Apache-2.0
"""docker-compose.yml works: script/test-compose, as one test of the matrix."""

import subprocess

import pytest

from support.processes import PROJECT

pytestmark = pytest.mark.compose
CANNOT = 77  # no Docker daemon can be started


def test_compose_file_works_on_a_docker_daemon():
    ended = subprocess.run(
        [PROJECT / "script/test-compose"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(ended.stdout)
    last = ended.stdout.strip().rpartition("\n")[2]
    if ended.returncode == CANNOT:
        pytest.skip(last)
    assert ended.returncode == 0
    assert last.startswith("docker-compose.yml works")
