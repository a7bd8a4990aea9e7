# SPDX-License-Identifier: Apache-2.0
"""A new field is a line of the IDL and one in the list of migrations: everything else follows. So is what tasks are found
and sorted by.

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
ASKED = """
  {0}: optional string place (api.query = "place", vt.max_size = "50", tw.filter = "place ="),
  {1}: optional i32 rank (api.query = "rank", vt.ge = "0", vt.le = "9", tw.filter = "rank ="),
  {2}: optional double lighter (api.query = "lighter", tw.filter = "weight <"),
  {3}: optional string startAfter (api.query = "startAfter", tw.format = "date,date-time", tw.filter = "startOn >=")
"""
MIGRATION = """
  "ALTER TABLE tasks ADD COLUMN place TEXT; ALTER TABLE tasks ADD COLUMN rank INTEGER;"
  "ALTER TABLE tasks ADD COLUMN weight REAL; ALTER TABLE tasks ADD COLUMN start_ms INTEGER",
"""

ASKED_OF_WHAT_WAS_THERE = """
  {0}: optional double below (api.query = "below", tw.filter = "position <"),
  {1}: optional double notBelow (api.query = "notBelow", tw.filter = "position >="),
  {2}: optional i32 mostUrgent (api.query = "mostUrgent", tw.filter = "priority <="),
  {3}: optional string changedAfter (api.query = "changedAfter", tw.format = "date,date-time", tw.filter = "updatedOn >")
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
    idl = add_to_struct(add_to_struct(idl, "PageRequest", ASKED), "PageRequest", ASKED_OF_WHAT_WAS_THERE)
    idl = idl.replace("manual=position", "manual=position, place=place, rank=rank")
    return idl.replace("manual,-manual", "manual,-manual,place,-place,rank,-rank")


@pytest.mark.rebuild
def test_new_fields_are_everywhere(mongodb_uri, tmp_path):
    """Data of the version before is brought up to date, and served."""
    build = rebuilt(tmp_path / "project", add_fields, MIGRATION)
    check(build, "newfield/check_new_field.py", tmp_path / "inside", mongodb_uri)
