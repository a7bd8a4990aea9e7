# SPDX-License-Identifier: Apache-2.0
"""What adds up the tests' results can't be fooled into saying that all is well."""

import subprocess
import sys

import pytest

from support.processes import PROJECT

GOOD = '<testsuites><testsuite><testcase classname="room" name="works"/></testsuite></testsuites>'
FAILED = '<testsuite><testcase classname="room" name="works"><failure/></testcase></testsuite>'
SKIPPED = '<testsuite><testcase classname="room" name="later"><skipped/></testcase></testsuite>'
MIXED = SKIPPED.replace("</testsuite>", '<testcase classname="room" name="works"/></testsuite>')


@pytest.fixture
def sum_up(tmp_path):
    def run(results, status="0\n", skips="", name="a"):
        if results is not None:
            (tmp_path / "a.xml").write_text(results)
        if status is not None:
            (tmp_path / "a.status").write_text(status)
        (tmp_path / "skips.txt").write_text(skips)
        ended = subprocess.run(
            [sys.executable, PROJECT / "script/lib/sum-results.py", "--skips", tmp_path / "skips.txt", tmp_path, name],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return ended.returncode, ended.stdout.splitlines()[-1]

    return run


def test_good(sum_up):
    assert sum_up(GOOD) == (0, "1 passed, 0 failed, 0 skipped")


@pytest.mark.parametrize(
    ("results", "status", "skips", "last"),
    [
        (FAILED, "1", "", "0 passed, 1 failed, 0 skipped"),
        (GOOD, "1", "", "1 passed, 1 failed, 0 skipped"),
        (GOOD, None, "", "1 passed, 1 failed, 0 skipped"),
        (None, "0", "", "0 passed, 1 failed, 0 skipped"),
        ("<testsuites/>", "0", "", "0 passed, 1 failed, 0 skipped"),
        ("not XML", "0", "", "0 passed, 1 failed, 0 skipped"),
        (MIXED, "0", "", "1 passed, 1 failed, 0 skipped"),
        (MIXED, "0", "room.later", "1 passed, 1 failed, 1 skipped"),
        (SKIPPED, "0", "room.later  # no such device", "0 passed, 0 failed, 1 skipped"),
    ],
)
def test_what_is_no_success(sum_up, results, status, skips, last):
    assert sum_up(results, status, skips) == (1, last)


def test_a_skip_on_the_list_is_allowed(sum_up):
    assert sum_up(MIXED, skips="# a comment\n\nroom.later  # no such device") == (0, "1 passed, 0 failed, 1 skipped")
