# SPDX-License-Identifier: Apache-2.0
"""tasks-admin backup and restore, and archives that look like theirs."""

import hashlib
import io
import subprocess
import tarfile

from support.copying import ADMIN
from support.processes import PATIENCE_S


def backup_command(folder, file, *more):
    return [ADMIN, "backup", "--data-dir", folder, "--to", file, *more]


def restore_command(file, folder, *more):
    return [ADMIN, "restore", "--from", file, "--data-dir", folder, *more]


def run(command):
    return subprocess.run(
        list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=4 * PATIENCE_S
    )


def backed_up(folder, file, *more):
    """Where it has to go well; gives the numbers of records, by table."""
    done = run(backup_command(folder, file, *more))
    assert done.returncode == 0, done.stderr
    return records(done.stdout)


def restored(file, folder, *more):
    done = run(restore_command(file, folder, *more))
    assert done.returncode == 0, done.stderr
    return records(done.stdout)


def records(text):
    words = [line.split() for line in text.splitlines()]
    return {line[0]: int(line[1]) for line in words if line[2:] == ["records"]}


def members(file):
    """The archive's files, by name."""
    with tarfile.open(file) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


def make_archive(file, contents, sums=None):
    """As a backup is, with right sums unless others are given."""
    if sums is None:
        sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in contents.items())
    with tarfile.open(file, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in {**contents, "SHA256SUMS": sums.encode()}.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
