# SPDX-License-Identifier: Apache-2.0
"""What was released, and which of its promises were broken on purpose."""

import re

from support.processes import PROJECT

IDL = PROJECT / "idl"
RELEASED = IDL / "released"
FOUR_METHODS = PROJECT / "tests" / "idl" / "old-tasks.thrift"  # what clients were made from before the first release


def version_key(version):
    return tuple(map(int, version.split(".")))


def releases():
    """The versions that are kept, oldest first."""
    return sorted((folder.name for folder in RELEASED.iterdir() if folder.is_dir()), key=version_key)


def exceptions():
    """The findings of idl/released/exceptions.txt, each with its reason."""
    found = {}
    text = re.sub(r"(?m)^#.*\n", "", (RELEASED / "exceptions.txt").read_text())
    for block in text.split("\n\n"):
        lines = block.splitlines()
        reason = " ".join(line.strip() for line in lines if line.startswith(" "))
        findings = [line for line in lines if line and not line.startswith(" ")]
        assert bool(reason) == bool(findings), f"a reason needs what it is for, and that a reason: {block}"
        found |= dict.fromkeys(findings, reason)
    return found
