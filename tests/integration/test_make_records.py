# SPDX-License-Identifier: Apache-2.0
"""gen/make-records.py: what the IDL says of a record and can't be made is an error that names it."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

EACH = """
  1: optional string id (tw.kept = "key"),
  2: string userId (tw.kept = "owner"),
  3: optional string madeOn (tw.kept = "created"),
  4: optional string changedOn (tw.kept = "updated"),
  5: optional i64 version (tw.kept = "version"),
"""


def make(folder, idl):
    (folder / "things.thrift").write_text(idl)
    subprocess.run(["thrift", "--gen", "json:merge", "-out", str(folder), str(folder / "things.thrift")], check=True)
    return subprocess.run(
        [sys.executable, str(ROOT / "gen/make-records.py"), "out.h", "out.c", "things.json"],
        cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "struct, message",
    [
        ('struct T { 1: string a (tw.kept = "time") }', "T.a: tw.kept stands on fields of structs that have tw.record"),
        ('struct T { 1: string a } (tw.record = "T;")', 'T: tw.record = "T;" can\'t be the name of a table'),
        ('struct T { 1: string a } (tw.record = "ts")', 'T: one field has to have tw.kept = "key"'),
        (f'struct T {{{EACH} 6: string again (tw.kept = "owner") }} (tw.record = "ts")',
         'T: one field has to have tw.kept = "owner"'),
        ('struct T { 1: string a (tw.kept = "key"), 2: string b (tw.kept = "name") } (tw.record = "ts")',
         'T: one field has to have tw.kept = "key"'),
        ('struct T { 1: string a (tw.kept = "key"), 2: string b (tw.kept = "owner") } (tw.record = "ts")',
         'T: one field has to have tw.kept = "created"'),
        ('struct T { 1: double a (tw.kept = "key") } (tw.record = "ts")',
         'T.a: tw.kept = "key" is for a string, a binary or an integer'),
        ('struct T { 1: i64 a (tw.kept = "name") } (tw.record = "ts")', 'T.a: tw.kept = "name" is for a string'),
        ('struct T { 1: i64 a (tw.kept = "key"), 2: string b = "x" (tw.kept = "time") } (tw.record = "ts")',
         'T.b: tw.kept = "time" is for what is optional, without a default'),
        (f'struct T {{{EACH} 6: string at (tw.kept = "time") }} (tw.record = "ts")',
         'T.at: tw.kept = "time" is for what is optional, without a default'),
        (f'struct T {{{EACH} 6: i32 at (tw.kept = "time") }} (tw.record = "ts")',
         'T.at: tw.kept = "time" is for a string'),
        (f'struct T {{{EACH} 6: string a (tw.kept = "id") }} (tw.record = "ts")',
         'T.a: tw.kept = "id" is for what is optional, without a default'),
        (f'struct T {{{EACH} 6: optional string a = "x" (tw.kept = "time") }} (tw.record = "ts")',
         'T.a: tw.kept = "time" is for what is optional, without a default'),
        (f'struct T {{{EACH} 6: i32 a (tw.kept = "folded") }} (tw.record = "ts")',
         'T.a: tw.kept = "folded" is for a string'),
        (f'struct T {{{EACH} 6: string a (tw.kept = "so") }} (tw.record = "ts")', 'T.a: tw.kept can\'t be "so"'),
        (f'struct T {{{EACH} 6: optional list<i32> a }} (tw.record = "ts")',
         'T.a: this type can\'t be kept: tw.kept = "no" says so'),
        (f'struct T {{{EACH} 6: list<string> a }} (tw.record = "ts")',
         "T.a: a list is kept where it is optional, without a default"),
        (f'struct T {{{EACH} 6: string a (tw.kept = "when") }} (tw.record = "ts")',
         'T.a: tw.kept = "when" is for what is optional, without a default'),
        ("struct T {" + EACH + "".join(f'{i}: optional string x{i} (tw.kept = "id"),' for i in range(6, 10))
         + '} (tw.record = "ts")',
         "T: has more than 4 ids"),
        ("struct T {" + ",".join(f"{i}: string f{i}" for i in range(1, 66)) + "}", "T: has more than 64 fields"),
    ],
)
def test_what_cannot_be_made_is_named(tmp_path, struct, message):
    result = make(tmp_path, struct)
    assert result.returncode == 1
    assert result.stderr == f"make-records.py: {message}\n"
    assert not (tmp_path / "out.h").exists()


THING = f'struct Thing {{{EACH} 6: optional i32 rank, 7: optional string place, 8: optional list<string> words, 9: bool old, '\
        '10: optional string dueOn (tw.kept = "when"), 11: optional double no (tw.kept = "no") } (tw.record = "things")\n'
SORT = '1: string sort (tw.order = "new=madeOn, at=place", vt.in = "new,-new,at,-at")'


def asked(fields, query="things"):
    return f'{THING} struct Q {{ {fields} }} (tw.query = "{query}")'


@pytest.mark.parametrize(
    "idl, message",
    [
        (asked("1: i32 a", "others"), 'Q: tw.query = "others" has to be the name of a record'),
        ('struct Q { 1: i32 a (tw.filter = "rank =") }', "Q.a: tw.filter stands on fields of structs that have tw.query"),
        ('struct Q { 1: string a (tw.order = "a=b") }', "Q.a: tw.order stands on fields of structs that have tw.query"),
        (asked('1: optional i32 a (tw.filter = "rank ~")'),
         'Q.a: tw.filter = "rank ~" has to be fields, a blank, and one of = < <= > >= has words'),
        (asked('1: optional i32 a (tw.filter = "size =")'), 'Q.a: tw.filter: "size" is no field of Thing that is kept'),
        (asked('1: optional double a (tw.filter = "no =")'), 'Q.a: tw.filter: "no" is no field of Thing that is kept'),
        (asked('1: optional string a (tw.filter = "place <")'), 'Q.a: tw.filter: "<" can\'t be asked of Thing.place'),
        (asked('1: optional string a (tw.filter = "words =")'), 'Q.a: tw.filter: "=" can\'t be asked of Thing.words'),
        (asked('1: optional bool a (tw.filter = "old <")'), 'Q.a: tw.filter: "<" can\'t be asked of Thing.old'),
        (asked('1: optional string a (tw.filter = "rank words")'), 'Q.a: tw.filter: "words" can\'t be asked of Thing.rank'),
        (asked('1: optional string a (tw.filter = "rank =")'),
         "Q.a: tw.filter: has to be optional, without a default, and of the type that asks for Thing.rank"),
        (asked('1: i32 a (tw.filter = "rank =")'),
         "Q.a: tw.filter: has to be optional, without a default, and of the type that asks for Thing.rank"),
        (asked('1: optional i32 a = 3 (tw.filter = "rank =")'),
         "Q.a: tw.filter: has to be optional, without a default, and of the type that asks for Thing.rank"),
        (asked('1: optional i64 a (tw.filter = "dueOn <")'),
         "Q.a: tw.filter: has to be optional, without a default, and of the type that asks for Thing.dueOn"),
        (asked('1: optional string a (tw.filter = "place,id =")'),
         "Q.a: tw.filter: several fields, each named once, can be asked for words alone"),
        (asked('1: optional string a (tw.filter = "place,place words")'),
         "Q.a: tw.filter: several fields, each named once, can be asked for words alone"),
        (asked('1: optional bool a (tw.filter = "old =; none=0")'),
         'Q.a: tw.filter: none= is for "=", of a number that may be missing'),
        (asked('1: optional i32 a (tw.filter = "rank >; none=0")'),
         'Q.a: tw.filter: none= is for "=", of a number that may be missing'),
        (asked('1: optional i64 a (tw.filter = "version =; none=0")'),
         'Q.a: tw.filter: none= is for "=", of a number that may be missing'),
        (asked('1: optional string a (tw.filter = "place ="), 2: optional string b (tw.filter = "place =")'),
         'Q.b: tw.filter: "=" is asked of Thing.place already'),
        (asked('1: optional bool a (tw.filter = "old ="), 2: optional bool b (tw.filter = "old =")'),
         'Q.b: tw.filter: "=" is asked of Thing.old already'),
        (asked(SORT.replace("madeOn, ", "madeOn ")), "Q.sort: tw.order: is for a string: words, each with = and a field behind it"),
        (asked(SORT.replace("string sort", "i32 sort")), "Q.sort: tw.order: is for a string: words, each with = and a field behind it"),
        (asked(SORT.replace("=place", "=size")), 'Q.sort: tw.order: "size" is no field of Thing that is kept'),
        (asked(SORT.replace("=place", "=old")), "Q.sort: tw.order: Thing.old is nothing to sort by"),
        (asked(SORT.replace("=place", "=words")), "Q.sort: tw.order: Thing.words is nothing to sort by"),
        (asked(SORT.replace("=place", "=id")), "Q.sort: tw.order: Thing.id is nothing to sort by"),
        (asked(SORT.replace("new=madeOn", "new=rank")),
         'Q.sort: tw.order: the first one has to be the field with tw.kept = "created"'),
        (asked(SORT.replace(",-at", "")), 'Q.sort: tw.order: needs vt.in = "new,-new,at,-at"'),
        (asked(SORT.replace("at=place", "new=place")), "Q.sort: tw.order: each word stands once"),
        (asked(SORT + "," + SORT.replace("1: string sort", "2: string by")), "Q: one field can have tw.order"),
    ],
)
def test_what_cannot_be_asked_is_named(tmp_path, idl, message):
    result = make(tmp_path, idl)
    assert (result.returncode, result.stderr) == (1, f"make-records.py: {message}\n")


NOTE = f'struct Note {{{EACH} 6: string text }} (tw.record = "notes", tw.tag = "version")\n'
LOOSE = f'struct Note {{{EACH} 6: optional string text }} (tw.record = "notes", tw.tag = "text")\n'
OWNER = '1: string userId (tw.claim = "sub", vt.min_size = "1", tw.max_bytes = "128")'
WHICH = '2: string id (api.path = "id")'
ASKED = 'struct Asked { 1: i32 limit (api.query = "limit", vt.ge = "1", vt.le = "9"), 2: optional string at (api.query = "at") }\n'
PAGE = 'struct Page { 1: list<Note> notes, 2: optional string more (tw.link = "next; query=at") }\n'


def served(method, structs=NOTE):
    return f"{structs} service S {{ {method} }}"


@pytest.mark.parametrize(
    "idl, message",
    [
        (served(f'Note m({OWNER}, {WHICH}) (tw.serve = "get tasks")'),
         'tw.serve = "get tasks" has to be one of create, get, list, patch, remove, and the name of a record of its document'),
        (served(f'Note m({OWNER}, {WHICH}) (tw.serve = "keep notes")'),
         'tw.serve = "keep notes" has to be one of create, get, list, patch, remove, and the name of a record of its document'),
        (served(f'Key m({OWNER}, {WHICH}) (tw.serve = "get keys")',
                'struct Key { 1: string name (tw.kept = "name") } (tw.record = "keys")'),
         "Key has to have an owner, and a key that is a string"),
        (served(f'Note m({WHICH}) (tw.serve = "get notes")'), 'takes no string with tw.claim = "sub"'),
        (served(f'Note m(1: string userId (tw.claim = "sub", vt.min_size = "1"), {WHICH}) (tw.serve = "get notes")'),
         'userId needs vt.min_size = "1" at least, and tw.max_bytes = "128" at most'),
        (served(f'Note m({OWNER}) (tw.serve = "get notes")'), "takes no string with api.path"),
        (served(f'Note m({OWNER}, {WHICH}, 3: string other (api.path = "other")) (tw.serve = "get notes")'),
         "takes more than one string with api.path"),
        (served(f'void m({OWNER}, {WHICH}) (tw.serve = "get notes")'), "has to return Note"),
        (served(f'Note m({OWNER}, {WHICH}) (tw.serve = "remove notes")'), "has to return nothing"),
        (served(f'Note m({OWNER}) (tw.serve = "create notes")'), "has to take one struct, of what Note is to be"),
        (served(f'Note m({OWNER}, 2: Said said) (tw.serve = "create notes")', "struct Said { 1: string txt }\n" + NOTE),
         "Said.txt is nothing of Note that a caller says"),
        (served(f'Note m({OWNER}, 2: Said said) (tw.serve = "create notes")', "struct Said { 1: i64 version }\n" + NOTE),
         "Said.version is nothing of Note that a caller says"),
        (served(f'Note m({OWNER}, 2: Asked asked) (tw.serve = "list notes")', NOTE + ASKED),
         'has to return a struct of a list of Note and a string with tw.link = "next; …"'),
        (served(f'Page m({OWNER}, 2: i32 limit (api.query = "limit")) (tw.serve = "list notes")', NOTE + PAGE),
         'takes no string with api.query = "at"'),
        (served(f'Page m({OWNER}, 2: Asked asked) (tw.serve = "list notes")', NOTE + PAGE + ASKED.replace("limit", "most")),
         'takes no number with api.query = "limit"'),
        (served(f'Page m({OWNER}, 2: Asked asked) (tw.serve = "list notes")', NOTE + PAGE + ASKED.replace('vt.le = "9"', 'vt.le = "9999"')),
         'limit needs vt.ge = "1" at least, and vt.le = "1000" at most'),
        (served(f'Page m({OWNER}, 2: Asked asked) (tw.serve = "list notes")', NOTE + PAGE + ASKED.replace("i32", "optional i32")),
         "limit has to be there in every call"),
        (served(f'Page m({OWNER}, 2: Asked asked = {{}}) (tw.serve = "list notes")', ASKED + NOTE + PAGE),
         "limit has to be there in every call"),
        (served(f'Note m({WHICH}, ' + OWNER.replace("userId", 'userId = "ann"') + ') (tw.serve = "get notes")'),
         "userId has to be there in every call"),
        (served(f'Note m({OWNER}, 2: Which which) (tw.serve = "get notes")',
                NOTE + 'struct Which { 1: optional string id (api.path = "id") }'),
         "id has to be there in every call"),
        (served(f'Note m({OWNER}, 2: Said said) (tw.serve = "create notes")', "struct Said { 1: i64 text }\n" + NOTE),
         "Said.text is of another type than that of Note"),
        (served(f'void m({OWNER}, {WHICH}, 3: list<string> tags (tw.if_match = "true")) (tw.serve = "remove notes")', LOOSE),
         "Note needs a tw.tag, of strings and integers that are always there"),
        (served(f'void m({OWNER}, {WHICH}, 3: list<string> tags (tw.if_match = "true")) (tw.serve = "remove notes")',
                NOTE.replace(', tw.tag = "version"', "")),
         "Note needs a tw.tag, of strings and integers that are always there"),
        (served(f'void m({OWNER}, {WHICH}) (tw.serve = "remove notes")', NOTE.replace('tw.tag = "version"', 'tw.tag = "changedOn"')),
         "Note needs a tw.tag, of strings and integers that are always there"),
    ],
)
def test_what_cannot_be_served_is_named(tmp_path, idl, message):
    result = make(tmp_path, idl)
    assert (result.returncode, result.stderr) == (1, f"make-records.py: S.m: {message}\n")


SAID = 'struct Said { 1: optional string text, 2: optional string dueOn, 3: optional string bookId }\n'
BOOKED = NOTE.replace("6: string text", '6: string text, 7: optional string dueOn (tw.kept = "when"), 8: optional string bookId (tw.kept = "id")')


@pytest.mark.parametrize(
    "idl",
    [
        served(f'Note m({OWNER}, 2: Said said) (tw.serve = "create notes")', SAID + BOOKED),
        served(f'Page m({OWNER}, 2: Asked asked) (tw.serve = "list notes")', NOTE + PAGE + ASKED),
        served(f'Page m({OWNER}, 2: Asked asked = {{}}) (tw.serve = "list notes")',
               NOTE + PAGE + ASKED.replace("i32 limit", "optional i32 limit = 5")),
    ],
)
def test_what_can_be_served_is_made(tmp_path, idl):
    """Texts become times and ids of the record; a limit with a default may be left out."""
    result = make(tmp_path, idl)
    assert result.returncode == 0, result.stderr


def test_all_records_are_listed(tmp_path):
    """In the order of the IDL, whatever needs what; a document without one has no list."""
    inner = 'struct A { 1: optional B b (tw.kept = "no"), 2: string name (tw.kept = "name") } (tw.record = "as")'
    result = make(tmp_path, inner + "\n" + 'struct C { 1: string c }\nstruct B { 1: i32 n (tw.kept = "key") } (tw.record = "bs")')
    assert result.returncode == 0, result.stderr
    assert "tw_things_records[TW_THINGS_RECORDS] = { &tw_a_type, &tw_b_type };" in (tmp_path / "out.c").read_text()
    assert "#define TW_THINGS_RECORDS 2\n" in (tmp_path / "out.h").read_text()
    assert make(tmp_path, "struct C { 1: string c }").returncode == 0
    assert "RECORDS" not in (tmp_path / "out.h").read_text()


def test_struct_inside_of_itself_has_no_member_there(tmp_path):
    result = make(tmp_path, "struct T { 1: optional T inner, 2: i32 n }")
    assert result.returncode == 0, result.stderr
    assert "#define TW_T_ID_INNER 1" in (tmp_path / "out.h").read_text()


def test_texts_of_the_idl_are_safe_in_c(tmp_path):
    result = make(tmp_path, 'struct T { 1: string a = "\\" ? \\\\ \u00e9 ??/ \\n" }')
    assert result.returncode == 0, result.stderr
    assert '.fallback_text = "' in (tmp_path / "out.c").read_text()
    asked = subprocess.run(["pkg-config", "--cflags", "glib-2.0"], capture_output=True, text=True, check=True)
    flags = asked.stdout.split()
    subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Werror", "-fsyntax-only", "out.c", f"-I{ROOT}/records",
                    f"-I{ROOT}/wire", f"-I{ROOT}/common", *flags], cwd=tmp_path, check=True)
