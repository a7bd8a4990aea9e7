# SPDX-License-Identifier: Apache-2.0
"""What ARCHITECTURE.md says of the project's files: which room may know what, and which tests show what holds."""

import json
import re

import pytest

from support.processes import BUILD, PROJECT

# Words of the IDL that are words of Thrift, HTTP, JSON, tokens or an annotation as well.
COMMON_WORDS = {
    "get", "all", "add", "update", "remove", "patch", "check", "id", "name", "code", "message", "ok", "limit", "request",
    "position", "revocations", "version", "account", "Credentials", "ended", "location", "role", "q", "title", "status", "detail",
    "problem", "op", "task", "by", "member", "hints", "since", "more",
}  # fmt: skip


def names_of_ours():
    names = {"/v1"}
    for document in ("tasks", "accounts"):
        schema = json.loads((BUILD / "gen" / f"{document}.json").read_text())
        for structure in schema["structs"]:
            names.add(structure["name"])
            names |= {field["name"] for field in structure["fields"]}
        for service in schema["services"]:
            names.add(service["name"])
            for function in service["functions"]:
                names.add(function["name"])
                names |= {argument["name"] for argument in function["arguments"]}
    return names - COMMON_WORDS


def without_comments_and_includes(text):
    return re.sub(r"/\*.*?\*/|^#include[^\n]*", "", text, flags=re.DOTALL | re.MULTILINE)


def matcher(names):
    return re.compile(r"(?<!\w)(" + "|".join(sorted(names)) + r")(?!\w)")


@pytest.mark.parametrize("room", ["wire", "records", "reflect", "rpc", "gateway"])
def test_room_names_nothing_of_ours(room):
    names = names_of_ours()
    assert {"Tasks", "Accounts", "userId", "refreshToken", "signup", "email", "cursor"} <= names
    # In a sentence, words like "done" are English; what has a capital inside, or is a path, is a name there too.
    in_sentences = {name for name in names if name.lower() != name or name.startswith("/")}
    found = []
    for path in sorted((PROJECT / room).glob("*.[ch]")):
        if path.name == "main.c":  # hands the schema and the upstreams' names over
            continue
        text = path.read_text()
        for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', without_comments_and_includes(text)):
            if matcher(in_sentences if " " in literal else names).search(literal):
                found.append(f"{path.name}: {literal!r}")
        for match in matcher(in_sentences).finditer("".join(re.findall(r"/\*.*?\*/", text, re.DOTALL))):
            found.append(f"{path.name}: in a comment: {match.group()}")
    assert found == []


def test_standard_output_is_written_in_one_place():
    """Which finds out whether it could be."""
    writes = re.compile(r"\b(printf|vprintf|puts|putchar|g_print) \(|\bstdout\b|STDOUT_FILENO")
    others = re.compile(r"build.*|tests|venv|\..*")  # what is built, tested with and fetched
    sources = [path for path in PROJECT.glob("*/**/*.[ch]") if not others.fullmatch(path.relative_to(PROJECT).parts[0])]
    assert len(sources) > 200
    found = {path.name for path in sources if writes.search(without_comments_and_includes(path.read_text()))}
    assert found == {"tw-output.c"}


STORE_BELOW = {"common", "records", "db", "commit", "gen", "tasks-store"}
BELOW = {
    "wire": {"common", "wire"},
    "records": {"common", "wire", "records"},
    "reflect": {"common", "wire", "reflect"},
    "rpc": {"common", "wire", "reflect", "rpc"},
    "gateway": {"common", "wire", "reflect", "rpc", "gateway"},
    "tasks-store": STORE_BELOW,
    "lists": STORE_BELOW | {"reflect", "lists"},
    "tasks": STORE_BELOW | {"lists", "tasks"},
    "changes": STORE_BELOW | {"lists", "changes"},
}


@pytest.mark.parametrize("room", BELOW)
def test_room_sees_only_the_rooms_below(room):
    home = {path.name: path.parent.name for path in PROJECT.glob("*/*.h")}
    home["tw-records.h"] = "gen"
    # Those that are made of a room's files.
    home |= {
        f"tw-{path.name.removesuffix('.gresource.xml')}-resource.h": path.parent.name
        for path in PROJECT.glob("*/*.gresource.xml")
    }
    for path in (PROJECT / room).glob("*.[ch]"):
        if path.name == "main.c":
            continue
        for header in re.findall(r'#include "([^"]+)"', path.read_text()):
            assert home[header] in BELOW[room], f"{path.name} includes {header} of {home[header]}/"


def test_what_holds_is_shown_by_tests_that_are_there():
    text = (PROJECT / "ARCHITECTURE.md").read_text()
    section = text.split("## What holds, whatever happens\n")[1].split("\n## ")[0]
    lines = re.split(r"^- ", section, flags=re.MULTILINE)[1:]
    assert len(lines) > 15
    for line in lines:
        _, _, tests = line.rpartition("\u00b7")
        named = re.findall(r"`([^`]+)`", tests)
        assert named, line
        assert [name for name in named if not (PROJECT / "tests" / name).is_file()] == [], line
