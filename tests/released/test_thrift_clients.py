# SPDX-License-Identifier: Apache-2.0
"""Thrift clients of every release, and those of the four methods before, find all that they know."""

import json
import re

import pytest

from support.processes import PROJECT

from .releases import FOUR_METHODS, IDL, RELEASED, exceptions, releases, version_key
from .thrift_changes import audit, changes, compiler_json


def pairs():
    """Each IDL file that clients were made from, with a name and the file that it is today."""
    yield "old-tasks", FOUR_METHODS, IDL / "tasks.thrift"
    for version in releases():
        for file in sorted((RELEASED / version).glob("*.thrift")):
            yield version, file, IDL / file.name


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    found = set()
    for name, old, new in pairs():
        folder = tmp_path_factory.mktemp("idl")
        said = changes(compiler_json(old, folder / "old"), compiler_json(new, folder / "new"))
        found |= {f"{name}: {line}" for line in said}
        # What the compiler has to say of includes it says of the files that include them.
        found |= {f"{name}: {line}" for line in audit(old, new)}
    return found


def test_nothing_is_broken_but_what_has_a_reason(findings):
    assert findings - exceptions().keys() == set()


def test_every_exception_is_needed_still(findings):
    thrift = {line for line in exceptions() if not re.match(r"\S+ REST: ", line)}
    assert thrift - findings == set()


def test_every_release_is_kept():
    meson = re.search(r"version: '([0-9.]+)'", (PROJECT / "meson.build").read_text()).group(1)
    told = re.findall(r"(?m)^## \[?([0-9]+\.[0-9]+\.[0-9]+)", (PROJECT / "CHANGELOG.md").read_text())
    assert releases() and releases() == sorted(told, key=version_key)
    assert version_key(meson) > version_key(releases()[-1]), "the next version begins when one is released"
    for version in releases():
        assert (RELEASED / version / "openapi.json").is_file()
        assert json.loads((RELEASED / version / "openapi.json").read_text())["info"]["version"] == version
        assert {file.name for file in (RELEASED / version).glob("*.thrift")} <= {
            file.name for file in IDL.glob("*.thrift")
        }


# What is compared, on an IDL that has one of everything

SAMPLE = """
enum Mood { GOOD = 1, BAD = 2 }
exception Ouch { 1: i32 code, 2: string message }
exception Late { 1: string message }
union Place { 1: string street, 2: i32 box }
struct Thing {
  1: required string name (vt.max_size = "500", vt.min_size = "1"),
  2: optional i32 size = 5 (vt.ge = "1", vt.le = "9", vt.in = "1,5,9"),
  3: optional list<string> words,
  4: bool done = false,
  5: optional map<string, Thing> parts,
  6: string mark (tw.max_bytes = "10", vt.pattern = "[a-z]*", tw.visible = "true")
}
struct Answer { 1: list<Thing> things, 2: Place place, 3: optional Mood mood }
service Base { void ping() }
service Things extends Base {
  Answer find(1: string userId (tw.claim = "sub"), 2: i64 since = 0) throws (1: Ouch ouch) (api.get = "/things"),
  Thing make(1: Thing thing, 2: Place place) throws (1: Ouch ouch)
    (api.post = "/things", tw.auth = "none", tw.retry = "safe"),
  oneway void note(1: binary what)
}
"""

# Of each kind of break: what is replaced, by what, what is said of it, and whether the compiler's comparison finds it.
BREAKS = {
    "a service is gone": ("service Things extends", "service Others extends", "service Things: is gone", True),
    "a method is gone": ("oneway void note(1: binary what)", "", "Things.note: is gone", True),
    "an inherited method is gone": ("void ping()", "void pong()", "Things.ping: is gone", True),
    "a method is renamed": ("Thing make(", "Thing build(", "Things.make: is gone", True),
    "oneway ends": ("oneway void note", "void note", "things.note: oneway is now false", True),
    "an argument is gone": (
        'find(1: string userId (tw.claim = "sub"), 2: i64 since = 0)',
        'find(1: string userId (tw.claim = "sub"))',
        "Things.find 2 (since): is gone",
        True,
    ),
    "an argument has another number": ("2: i64 since", "3: i64 since", "Things.find 2 (since): is gone", True),
    "an argument is of another type": (
        "2: i64 since",
        "2: i32 since",
        "Things.find 2 (since): was a i64, is a i32",
        True,
    ),
    "an argument is new": (
        "1: binary what",
        "1: binary what, 2: string why",
        "Things.note 2 (why): is new, and required",
        False,
    ),
    "arguments change places": (
        "1: Thing thing, 2: Place place",
        "2: Thing thing, 1: Place place",
        "Things.make 1 (thing): was a struct, is a union",
        True,
    ),
    "an answer is of another type": ("Thing make(", "Answer make(", "Thing 1 (name): is things now", True),
    "an answer is none": ("Thing make(", "void make(", "Things.make: answer: was a struct, is a void", True),
    "an exception is gone": (
        " throws (1: Ouch ouch) (api.get",
        " (api.get",
        "Things.find throws 1 (ouch): is gone",
        True,
    ),
    "an exception is new": (
        "throws (1: Ouch ouch) (api.get",
        "throws (1: Ouch ouch, 2: Late late) (api.get",
        "Things.find throws 2 (late): is new, and read by no older client",
        False,
    ),
    "an exception is of another type": (
        "(1: Ouch ouch) (api.get",
        "(1: Late ouch) (api.get",
        "Ouch 1 (code): was a i32, is a string",
        True,
    ),
    "an exception loses a field": ("1: i32 code, 2: string message", "1: i32 code", "Ouch 2 (message): is gone", True),
    "a field is gone": ("3: optional list<string> words,", "", "Thing 3 (words): is gone", True),
    "a required field is gone": (
        '1: required string name (vt.max_size = "500", vt.min_size = "1"),',
        "",
        "Thing 1 (name): is gone",
        True,
    ),
    "a field has another number": (
        "3: optional list<string> words",
        "9: optional list<string> words",
        "Thing 3 (words): is gone",
        True,
    ),
    "a field is renamed": (
        "3: optional list<string> words",
        "3: optional list<string> terms",
        "Thing 3 (words): is terms now",
        False,
    ),
    "a field is of another type": (
        "3: optional list<string> words",
        "3: optional set<string> words",
        "Thing 3 (words): was a list, is a set",
        True,
    ),
    "elements are of another type": (
        "3: optional list<string> words",
        "3: optional list<i32> words",
        "Thing 3 (words)'s elem: was a string, is a i32",
        True,
    ),
    "keys are of another type": (
        "map<string, Thing>",
        "map<i32, Thing>",
        "Thing 5 (parts)'s key: was a string, is a i32",
        True,
    ),
    "values are of another type": (
        "map<string, Thing>",
        "map<string, Place>",
        "Thing 5 (parts)'s value: was a struct, is a union",
        True,
    ),
    "a field becomes required": (
        "3: optional list<string> words",
        "3: required list<string> words",
        "Thing 3 (words): has become required",
        True,
    ),
    "a field has to be sent": (
        "3: optional list<string> words",
        "3: list<string> words",
        "Thing 3 (words): has become required",
        False,
    ),
    "a new field is required": (
        "6: string mark",
        "7: required string more, 6: string mark",
        "Thing 7 (more): is new, and required",
        True,
    ),
    "a new field has to be sent": (
        "6: string mark",
        "7: string more, 6: string mark",
        "Thing 7 (more): is new, and required",
        False,
    ),
    "an answer's field can be missing": (
        "1: list<Thing> things",
        "1: optional list<Thing> things",
        "Answer 1 (things): can be missing from answers",
        False,
    ),
    "a required field can be missing": (
        "1: required string name",
        "1: optional string name",
        "Thing 1 (name): can be missing from answers",
        True,
    ),
    "a default is another": ("size = 5", "size = 9", "Thing 2 (size): means 9 where it is left out, 5 before", False),
    "a default is gone": ("size = 5", "size", "Thing 2 (size): means None where it is left out, 5 before", False),
    "a default is new": (
        "list<string> words",
        'list<string> words = ["a"]',
        "Thing 3 (words): means ['a'] where it is left out, None before",
        False,
    ),
    "a default of what is sent is gone": (
        "4: bool done = false",
        "4: bool done",
        "Thing 4 (done): has become required",
        False,
    ),
    "an argument's default is another": (
        "since = 0",
        "since = 1",
        "Things.find 2 (since): means 1 where it is left out, 0 before",
        False,
    ),
    "an argument's default is gone": ("since = 0", "since", "Things.find 2 (since): has become required", False),
    "an enum's value is gone": (", BAD = 2", "", "enum Mood: BAD = 2 is gone", True),
    "an enum's value is another": ("BAD = 2", "BAD = 3", "enum Mood: BAD = 2 is gone", True),
    "a union's member is gone": ("1: string street, ", "", "Place 1 (street): is gone", True),
    "a union that is answered has a new member": (
        "2: i32 box",
        "2: i32 box, 3: string city",
        "Place 3 (city): is new in a union, and read by no older client",
        False,
    ),
    "a size falls": (
        'vt.max_size = "500"',
        'vt.max_size = "400"',
        'Thing 1 (name): vt.max_size was "500", is "400"',
        False,
    ),
    "a size is limited": (
        "list<string> words",
        'list<string> words (vt.max_size = "3")',
        'Thing 3 (words): vt.max_size was nothing, is "3"',
        False,
    ),
    "a least size rises": (
        'vt.min_size = "1"',
        'vt.min_size = "10"',
        'Thing 1 (name): vt.min_size was "1", is "10"',
        False,
    ),
    "bytes fall": ('tw.max_bytes = "10"', 'tw.max_bytes = "9"', 'Thing 6 (mark): tw.max_bytes was "10", is "9"', False),
    "a number is less": ('vt.le = "9"', 'vt.le = "8"', 'Thing 2 (size): vt.le was "9", is "8"', False),
    "a number is more": ('vt.ge = "1"', 'vt.ge = "2"', 'Thing 2 (size): vt.ge was "1", is "2"', False),
    "a value is no more possible": (
        'vt.in = "1,5,9"',
        'vt.in = "1,5"',
        'Thing 2 (size): vt.in was "1,5,9", is "1,5"',
        False,
    ),
    "a pattern is another": ("[a-z]*", "[a-f]*", 'Thing 6 (mark): vt.pattern was "[a-z]*", is "[a-f]*"', False),
    "a name has to be seen": (
        'vt.min_size = "1"',
        'vt.min_size = "1", tw.visible = "true"',
        'Thing 1 (name): tw.visible was nothing, is "true"',
        False,
    ),
    "a route is another": (
        'api.get = "/things"',
        'api.get = "/all"',
        'Things.find: api.get was "/things", is "/all"',
        False,
    ),
    "a route is gone": (' (api.get = "/things")', "", 'Things.find: api.get was "/things", is nothing', False),
    "a route needs a token": (', tw.auth = "none"', "", 'Things.make: tw.auth was "none", is nothing', False),
    "a value comes from elsewhere": (
        'tw.claim = "sub"',
        'api.query = "user"',
        'Things.find 1 (userId): tw.claim was "sub", is nothing',
        False,
    ),
}

# What a client can't tell, or has only good of.
ADDITIONS = {
    "nothing": ("GOOD", "GOOD"),
    "a method": ("void ping()", "void ping(), void pong()"),
    "a service": ("service Base", "service Else { void x() }\nservice Base"),
    "an optional field": ("6: string mark", "7: optional string more, 6: string mark"),
    "a field with a default": ("6: string mark", '7: string more = "", 6: string mark'),
    "a field of an answer": ("2: Place place, 3", "2: Place place, 4: bool all, 3"),
    "a field of an exception": ("1: i32 code", "1: i32 code, 3: optional string more"),
    "an argument with a default": ("since = 0", "since = 0, 3: i32 limit = 50"),
    "a value of an enum": ("BAD = 2", "BAD = 2, FAIR = 3"),
    "wider limits": ('vt.max_size = "500", vt.min_size = "1"', 'vt.max_size = "600", vt.min_size = "0"'),
    "more numbers": ('vt.ge = "1", vt.le = "9", vt.in = "1,5,9"', 'vt.ge = "0", vt.le = "10", vt.in = "1,5,7,9"'),
    "fewer limits": (' (tw.max_bytes = "10", vt.pattern = "[a-z]*", tw.visible = "true")', ""),
    "a limit of what is answered alone": ("1: list<Thing> things", '1: list<Thing> things (vt.max_size = "9")'),
    "a call that may be sent again": (', tw.retry = "safe"', ""),
    "a status": ('api.get = "/things"', 'api.get = "/things", tw.status = "200"'),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    (folder / "sample.thrift").write_text(SAMPLE)
    return folder / "sample.thrift", compiler_json(folder / "sample.thrift", folder / "json")


def compare(sample, tmp_path, before, after):
    assert before in SAMPLE
    changed = tmp_path / "sample.thrift"
    changed.write_text(SAMPLE.replace(before, after))
    return changes(sample[1], compiler_json(changed, tmp_path / "json")), audit(sample[0], changed)


@pytest.mark.parametrize(("before", "after", "said", "audited"), BREAKS.values(), ids=BREAKS.keys())
def test_break_is_found(sample, tmp_path, before, after, said, audited):
    ours, compilers = compare(sample, tmp_path, before, after)
    assert said in ours
    assert bool(compilers) == audited, compilers


@pytest.mark.parametrize(("before", "after"), ADDITIONS.values(), ids=ADDITIONS.keys())
def test_addition_is_fine(sample, tmp_path, before, after):
    assert compare(sample, tmp_path, before, after) == ([], [])
