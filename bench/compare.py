# SPDX-License-Identifier: Apache-2.0
"""Our programs of another revision, built beside the working tree's."""

import shutil
import subprocess
import tempfile

from bench.dataset import Dataset
from bench.places import CACHE, PROJECT

PROGRAMS = ("tasks-service", "accounts-service", "gateway")


def _git(*arguments):
    return subprocess.run(["git", *arguments], cwd=PROJECT, check=True, capture_output=True, text=True).stdout.strip()


def resolve(revision):
    """Its whole name; exits where there is no such revision."""
    try:
        return _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except subprocess.CalledProcessError:
        raise SystemExit(f"script/bench: no such revision: {revision}") from None


def build(commit):
    """The folder with its programs: built in a work tree that is gone afterwards, and kept in the cache."""
    kept = CACHE / f"revision-{commit[:12]}"
    if kept.exists():
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="revision-") as folder:
        tree, made, programs = (CACHE / folder / name for name in ("tree", "build", "programs"))
        _git("worktree", "add", "--detach", str(tree), commit)
        try:
            targets = [f"{program}:executable" for program in PROGRAMS]
            subprocess.run(["meson", "setup", made, tree, "-Dbuildtype=release"], check=True, stdout=2)
            subprocess.run(["meson", "compile", "-C", made, *targets], check=True, stdout=2)
        finally:
            _git("worktree", "remove", "--force", str(tree))
        for program in PROGRAMS:
            (programs / program).mkdir(parents=True)
            shutil.copy2(made / program / program, programs / program / program)
        programs.rename(kept)
    return kept


def dataset(commits):
    """The data set as the oldest of them makes it, which all that came later can read, and none before."""
    oldest = _git("rev-list", "--no-walk", *commits).split()[-1]
    return Dataset(build(oldest), revision=oldest)
