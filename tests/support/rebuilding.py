# SPDX-License-Identifier: Apache-2.0
"""Copies of the project in which something has been changed, built, and asked by tests of their own."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

from support.processes import BUILD, PROJECT, Service

IDL = "idl/tasks.thrift"
TABLES = "tasks-store/tw-task-tables.c"
PROGRAMS = ["tasks-service/tasks-service", "accounts-service/accounts-service", "gateway/gateway", "cli/tasks",
            "admin/tasks-admin"]  # fmt: skip


def rebuilt(place, change_idl, migration):
    """Copies the project to `place`, where `change_idl(idl)` is its tasks.thrift and `migration` one more at the end of the
    list. Gives the folder that it is built in."""
    ignored = shutil.ignore_patterns(".git", ".cache", "build*", "results", "__pycache__", "node_modules")
    shutil.copytree(PROJECT, place, ignore=ignored, symlinks=True)
    (place / IDL).write_text(change_idl((place / IDL).read_text()))
    tables = (place / TABLES).read_text()
    assert "\n};\n" in tables
    (place / TABLES).write_text(tables.replace("\n};\n", migration + "};\n", 1))
    build = place / "build/copy"
    options = ["-Db_ndebug=false", "-Doptimization=0", "-Ddebug=false"]
    subprocess.run(["meson", "setup", build, *options], cwd=place, check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(["ninja", "-C", build, *PROGRAMS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return build


def check(build, file, folder, mongodb_uri):
    """Runs the tests in `file` on the programs of `build`."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={folder}", PROJECT / "tests" / file],
        cwd=PROJECT, capture_output=True, text=True, check=False,
        env={**os.environ, "TW_BUILD_DIR": str(build), "TW_OLD_BUILD_DIR": str(BUILD), "MONGODB_URI": mongodb_uri},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout and "skipped" not in done.stdout


def _ask(build, service, *arguments):
    command = [build / "cli/tasks", "--port", str(service.port), "--json", *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@contextlib.contextmanager
def on_older_data(folder):
    """For the tests that check() runs: the changed tasks-service on data of the one before it, in which ann has a task.
    Gives the command line, which takes arguments and gives back what it was answered, and that task, which is as it was."""
    old_build = pathlib.Path(os.environ["TW_OLD_BUILD_DIR"])
    old = Service("tasks-service", folder, build=old_build)
    made = _ask(old_build, old, "create", "--userId", "ann", "--name", "older")
    assert old.stop() == 0
    new = Service("tasks-service", folder)

    def run(*arguments):
        return _ask(BUILD, new, *arguments)

    assert run("get", "--userId", "ann", "--id", made["id"]) == made
    yield run, made
    assert new.stop() == 0
