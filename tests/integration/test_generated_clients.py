# SPDX-License-Identifier: Apache-2.0
"""Clients that common generators make of /openapi.json work, as they come: nothing is left out of them, and nothing of
theirs is kept. What they do is in tests/api."""

import shutil

import httpx
import pytest

from support.api_tools import NODE_MODULES, SOURCES, run
from support.people import new_email


@pytest.fixture
def folder(stack, tmp_path):
    (tmp_path / "openapi.json").write_bytes(httpx.get(f"{stack.url}/openapi.json", timeout=60).content)
    return tmp_path


def test_python(stack, folder):
    """By openapi-python-client, which leaves out what it does not understand, and warns of it."""
    generate = ["openapi-python-client", "generate", "--path", "openapi.json", "--output-path", "taskwire_client"]
    run([*generate, "--meta", "none", "--fail-on-warning"], folder)
    shutil.copy(SOURCES / "client.py", folder)
    assert run(["python", "client.py", stack.url, new_email()], folder) == "all of it worked\n"


def test_typescript(stack, folder):
    """By openapi-typescript and openapi-fetch, where the compiler holds each call to the document. Left to itself the
    generator takes what has a default for what always has to be sent."""
    (folder / "node_modules").symlink_to(NODE_MODULES)
    for name in ("client.ts", "package.json", "tsconfig.json"):
        shutil.copy(SOURCES / name, folder)
    run(["openapi-typescript", "openapi.json", "--output", "schema.ts", "--default-non-nullable=false"], folder)
    run(["tsc", "--project", "."], folder)
    assert run(["node", "built/client.js", stack.url, new_email()], folder) == "all of it worked\n"


def test_what_hangs_is_ended(tmp_path):
    with pytest.raises(AssertionError, match="sleep did not end within 1 s"):
        run(["sleep", "infinity"], tmp_path, patience_s=1)
