# SPDX-License-Identifier: Apache-2.0
"""A disk that stalls, for one program: slow-fdatasync.c, which is loaded before the C library."""

import os
import pathlib

from support.processes import BUILD, eventually

LIBRARY = (BUILD / "tests" / "libslow-fdatasync.so").resolve()


class SlowDisk:
    """Start a program with `environment`; its syncs are quick until `stall` is called."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "slow-disk"
        self.folder.mkdir()

    @property
    def environment(self):
        return {
            "LD_PRELOAD": str(LIBRARY),
            "TW_SLOW_DISK": str(self.folder),
            # AddressSanitizer wants to be the first to be loaded, which it need not be for this library.
            "ASAN_OPTIONS": ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"])),
        }

    @property
    def n_begun(self):
        """How many syncs have begun to wait."""
        begun = self.folder / "begun"
        return begun.stat().st_size if begun.exists() else 0

    def stall(self, seconds, times=1):
        """From now on: the next `times` syncs take so long."""
        (self.folder / "released").unlink(missing_ok=True)
        text = self.folder / "delay.new"
        text.write_text(f"{int(seconds * 1000)} {times}\n")
        text.rename(self.folder / "delay")

    def wait_until_stalled(self, n=1):
        """Until the `n`th sync, counted from the beginning, waits."""
        eventually(lambda: self.n_begun >= n, f"sync number {n} to be slow")

    def release(self):
        """What waits goes on, and nothing waits any more."""
        (self.folder / "delay").unlink(missing_ok=True)
        (self.folder / "released").touch()
