# SPDX-License-Identifier: Apache-2.0
"""A new field is a line of the IDL and one in the list of migrations: everything else follows.

Builds a copy of the project in which tasks have more fields, and nothing else has changed, and hands its programs to
tests/newfield/."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from support.processes import BUILD, PROJECT

SET_BY_CALLERS = """
  {0}: optional string place (vt.max_size = "50"),
  {1}: optional i32 rank (vt.ge = "0", vt.le = "9"),
  {2}: optional double weight,
  {3}: optional string startOn{4}
"""
TABLES = "tasks-service/tw-task-tables.c"
MIGRATION = """
  "ALTER TABLE tasks ADD COLUMN place TEXT; ALTER TABLE tasks ADD COLUMN rank INTEGER;"
  "ALTER TABLE tasks ADD COLUMN weight REAL; ALTER TABLE tasks ADD COLUMN start_ms INTEGER",
"""


def add_to_struct(idl, name, fields):
    """`idl` with `fields`, numbered from the next one on, at the end of the struct `name`."""
    found = re.search(rf"^struct {name} {{\n(.*?)\n}}", idl, re.DOTALL | re.MULTILINE)
    numbers = [int(number) for number in re.findall(r"^  (\d+):", found.group(1), re.MULTILINE)]
    kept = ' (tw.kept = "time")' if name == "Task" else ""
    more = fields.format(*(max(numbers) + i for i in range(1, 5)), kept)
    return idl[: found.end(1)] + "," + more.rstrip() + idl[found.end(1) :]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    place = tmp_path_factory.mktemp("copy") / "project"
    ignored = shutil.ignore_patterns(".git", ".cache", "build*", "results", "__pycache__", "node_modules")
    shutil.copytree(PROJECT, place, ignore=ignored, symlinks=True)
    idl = (place / "idl/tasks.thrift").read_text()
    for struct in ("Task", "NewTask", "TaskChanges"):
        idl = add_to_struct(idl, struct, SET_BY_CALLERS)
    (place / "idl/tasks.thrift").write_text(idl)
    tables = (place / TABLES).read_text()
    assert tables.count("\n};\n") >= 1
    (place / TABLES).write_text(tables.replace("\n};\n", MIGRATION + "};\n", 1))
    build = place / "build/copy"
    options = ["-Db_ndebug=false", "-Doptimization=0", "-Ddebug=false"]
    subprocess.run(["meson", "setup", build, *options], cwd=place, check=True, stdout=subprocess.DEVNULL)
    programs = ["tasks-service/tasks-service", "accounts-service/accounts-service", "gateway/gateway", "cli/tasks",
                "admin/tasks-admin"]  # fmt: skip
    done = subprocess.run(["ninja", "-C", build, *programs], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return build


@pytest.mark.rebuild
def test_new_fields_are_everywhere(copy, mongodb_uri, tmp_path):
    """Data of the version before is brought up to date, and served."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inside'}",
         PROJECT / "tests/newfield/check_new_field.py"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
        env={**os.environ, "TW_BUILD_DIR": str(copy), "TW_OLD_BUILD_DIR": str(BUILD), "MONGODB_URI": mongodb_uri},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout and "skipped" not in done.stdout
