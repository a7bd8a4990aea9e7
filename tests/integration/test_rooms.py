# SPDX-License-Identifier: Apache-2.0
"""The rooms that serve any IDL name no service, method or field of ours."""

import json
import re

import pytest

from support.processes import BUILD, PROJECT

# Words of the IDL that are words of the trade as well: what they name here is Thrift, HTTP, JSON or an annotation.
COMMON_WORDS = {
    "get", "all", "add", "update", "remove", "create", "patch", "check", "page", "id", "name", "code", "message", "ok",
    "done", "limit", "cursor", "clear", "request", "since", "position", "ended", "expires", "email", "account", "refresh",
    "refused", "changes", "version", "revocations",
}  # fmt: skip


def names_of_ours():
    names = set()
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


@pytest.mark.parametrize("room", ["wire", "reflect", "rpc", "gateway"])
def test_room_names_nothing_of_ours(room):
    names = names_of_ours()
    assert {"Tasks", "Accounts", "userId", "refreshToken", "signup"} <= names
    pattern = re.compile(r"\b(" + "|".join(sorted(names)) + r")\b")
    found = []
    for path in sorted((PROJECT / room).glob("*.[ch]")):
        if path.name == "main.c":  # hands the schema and the upstreams' names over
            continue
        code = without_comments_and_includes(path.read_text())
        # As a whole string, or inside a path: "/v1/tasks".
        for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', code):
            if pattern.search(literal):
                found.append(f"{path.name}: {literal!r}")
    assert found == []


@pytest.mark.parametrize("room", ["wire", "reflect", "rpc", "gateway"])
def test_room_sees_only_the_rooms_below(room):
    below = {
        "wire": {"common", "wire"},
        "reflect": {"common", "wire", "reflect"},
        "rpc": {"common", "wire", "reflect", "rpc"},
        "gateway": {"common", "wire", "reflect", "rpc", "gateway"},
    }[room]
    home = {
        path.name: path.parent.name
        for path in PROJECT.glob("*/*.h")
    }  # fmt: skip
    for path in (PROJECT / room).glob("*.[ch]"):
        if path.name == "main.c":
            continue
        for header in re.findall(r'#include "([^"]+)"', path.read_text()):
            assert home[header] in below, f"{path.name} includes {header} of {home[header]}/"
