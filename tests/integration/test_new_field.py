# SPDX-License-Identifier: Apache-2.0
"""A new field is a line of the IDL and one in the list of migrations: everything else follows.

Builds a copy of the project in which tasks have more fields, and nothing else has changed, and hands its programs to
tests/newfield/."""

import re

import pytest

from support.rebuilding import check, rebuilt

SET_BY_CALLERS = """
  {0}: optional string place (vt.max_size = "50"),
  {1}: optional i32 rank (vt.ge = "0", vt.le = "9"),
  {2}: optional double weight,
  {3}: optional string startOn{4}
"""
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


def add_fields(idl):
    for struct in ("Task", "NewTask", "TaskChanges"):
        idl = add_to_struct(idl, struct, SET_BY_CALLERS)
    return idl


@pytest.mark.rebuild
def test_new_fields_are_everywhere(mongodb_uri, tmp_path):
    """Data of the version before is brought up to date, and served."""
    build = rebuilt(tmp_path / "project", add_fields, MIGRATION)
    check(build, "newfield/check_new_field.py", tmp_path / "inside", mongodb_uri)
