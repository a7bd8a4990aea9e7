# SPDX-License-Identifier: Apache-2.0
"""What adds up the tests' results can't be fooled into saying that all is well."""

import json
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
        run.printed.append(ended.stdout.splitlines())
        return ended.returncode, run.printed[-1][-1]

    run.printed = []
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


CRASHED = '<testsuites><testsuite><testcase classname="project.room / x" name="1 /x/works"/></testsuite></testsuites>'


def meson_log(result, returncode, name="room / x"):
    printed = {"stdout": "ok 1 /x/works\nBail out! it broke\n", "stderr": "\n".join(map(str, range(99)))}
    return json.dumps({"name": name, "result": result, "returncode": returncode, "duration": 30.0} | printed)


@pytest.mark.parametrize(("result", "returncode"), [("TIMEOUT", -15), ("ERROR", -6), ("ERROR", 1)])
def test_a_program_that_broke_off_is_named(sum_up, tmp_path, result, returncode):
    (tmp_path / "a.json").write_text(meson_log("OK", 0, "room / y") + "\n" + meson_log(result, returncode) + "\n")
    assert sum_up(CRASHED, "1") == (1, "1 passed, 1 failed, 0 skipped")
    *printed, failed, _ = sum_up.printed[-1]
    assert failed == f"failed: a: room / x: {result}, status {returncode}, after 30.0 s"
    assert printed[0] == "a: room / x: the last that it printed:"
    assert printed[1:3] == ["    ok 1 /x/works", "    Bail out! it broke"]
    assert printed[3:] == [f"    {n}" for n in range(89, 99)]


def test_a_program_whose_tests_failed_is_counted_once(sum_up, tmp_path):
    (tmp_path / "a.json").write_text(meson_log("FAIL", 1))
    failed = CRASHED.replace('"1 /x/works"/>', '"1 /x/works"><failure/></testcase>')
    began = '<testsuite><testcase classname="project" name="room / x"><error/></testcase></testsuite>'
    for results, test in ((failed, "project.room / x.1 /x/works"), (began, "project.room / x")):
        assert sum_up(results, "1") == (1, "0 passed, 1 failed, 0 skipped")
        assert sum_up.printed[-1][0] == f"failed: a: {test}"


def test_a_skip_on_the_list_is_allowed(sum_up):
    assert sum_up(MIXED, skips="# a comment\n\nroom.later  # no such device") == (0, "1 passed, 0 failed, 1 skipped")
