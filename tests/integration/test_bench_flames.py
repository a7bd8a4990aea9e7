# SPDX-License-Identifier: Apache-2.0
"""What flame graphs are recorded by: perf, where it may and where it may not record."""

import os

import pytest

from bench import perf

REFUSED = "Access to performance monitoring and observability operations is limited."


@pytest.fixture
def fake_perf(tmp_path, monkeypatch):
    """Puts a perf on PATH that is the shell script given."""

    def put(script):
        path = tmp_path / "bin" / "perf"
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")

    return put


def test_that_perf_may_not_record_is_said_before_anything_starts(fake_perf, tmp_path):
    fake_perf(f"echo '{REFUSED}' >&2; exit 255")
    with pytest.raises(SystemExit, match=f"(?s)cannot record.*perf_event_paranoid.*{REFUSED}"):
        perf.check(tmp_path)


def test_a_machine_without_perf_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="linux-perf"):
        perf.check(tmp_path)


def test_a_recording_that_failed_is_no_graph(fake_perf, tmp_path):
    fake_perf(f"echo '{REFUSED}' >&2; exit 255")
    with pytest.raises(SystemExit, match=REFUSED), perf.Recording(tmp_path / "data", [1]) as recording:
        recording.perf.wait(perf.PATIENCE_S)


def test_a_recording_ends_with_what_it_watches(fake_perf, tmp_path):
    fake_perf("trap 'kill $!; exit 143' INT; sleep 60 & wait")
    with pytest.raises(ZeroDivisionError), perf.Recording(tmp_path / "data", [1]) as recording:
        raise ZeroDivisionError
    assert recording.perf.returncode is not None


def test_samples_are_counted(tmp_path):
    path = tmp_path / "stacks"
    deep = "gateway 1/1 0.1: cpu-clock: \n\t7f52 recv+0x1 (/lib/libc.so.6)\n\t7f54 main+0x9 (/usr/bin/gateway)\n\n"
    path.write_text(deep + "gateway 1/2 0.2: cpu-clock: \n\n")
    assert perf.samples(path) == 2
