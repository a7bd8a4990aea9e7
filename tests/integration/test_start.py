# SPDX-License-Identifier: Apache-2.0
"""What stops a start: one clear line, exit status 1."""

import json
import os
import socket
import sqlite3
import subprocess

import pytest

from support.processes import BUILD, PATIENCE_S, Stack

SERVICES = ["tasks-service", "accounts-service"]


def refused(*arguments, user=None, environment=None):
    """Runs a program that is to stop at once; the one line that it says."""
    ended = subprocess.run(
        [str(a) for a in arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        user=user,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    lines = (ended.stdout + ended.stderr).strip().splitlines()
    assert ended.returncode == 1, (ended.returncode, lines)
    assert len(lines) == 1, lines
    return lines[0]


def service(name, folder, *more, **keywords):
    return refused(BUILD / name / name, "--data-dir", folder, "--listen", "127.0.0.1:0", *more, **keywords)


def gateway(folder, *more, **keywords):
    return refused(
        BUILD / "gateway" / "gateway", "--data-dir", folder, "--listen", "127.0.0.1:0", "--admin-listen",
        "127.0.0.1:0", *more, **keywords,
    )  # fmt: skip


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    running = Stack(tmp_path_factory.mktemp("start"))
    yield running
    assert running.stop() == []


@pytest.mark.parametrize("name", SERVICES)
def test_port_in_use(stack, tmp_path, name):
    port = stack.tasks.port
    assert f"127.0.0.1:{port} is in use" in service(name, tmp_path, "--listen", f"127.0.0.1:{port}")


def test_port_in_use_by_another_gateway(stack, tmp_path):
    """SO_REUSEPORT would let it in, and it would steal half of the requests."""
    port, admin_port = stack.gateway.port, stack.gateway.admin_port
    assert f"127.0.0.1:{port} is in use" in gateway(tmp_path, "--listen", f"127.0.0.1:{port}")
    assert f"127.0.0.1:{admin_port} is in use" in gateway(tmp_path, "--admin-listen", f"127.0.0.1:{admin_port}")


@pytest.mark.parametrize("name", SERVICES)
def test_data_folder_in_use(stack, name):
    line = service(name, stack.folder / "data")
    assert str(stack.folder / "data") in line and "in use" in line


@pytest.mark.parametrize("name", SERVICES)
def test_data_folder_that_is_a_file(tmp_path, name):
    path = tmp_path / "file"
    path.write_text("not a folder")
    assert str(path) in service(name, path)


@pytest.mark.parametrize("name", SERVICES)
def test_data_folder_that_can_not_be_read(tmp_path, name):
    """As a user other than root where the tests run as root, whom no mode keeps out."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    folder.chmod(0o000 if os.getuid() != 0 else 0o700)
    user = None
    if os.getuid() == 0:
        user = 65534
        for parent in [tmp_path, *tmp_path.parents]:
            if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
                parent.chmod(0o755)
        folder.chmod(0o700)
    line = service(name, folder, user=user)
    assert str(folder) in line and "Permission denied" in line


@pytest.mark.parametrize(("name", "file"), [("tasks-service", "tasks.db"), ("accounts-service", "accounts.db")])
def test_database_of_a_newer_version(tmp_path, name, file):
    running = Stack(tmp_path)
    assert running.stop() == []
    database = sqlite3.connect(tmp_path / "data" / file)
    (version,) = database.execute("PRAGMA user_version").fetchone()
    database.execute(f"PRAGMA user_version = {version + 1}")
    database.commit()
    database.close()
    line = service(name, tmp_path / "data")
    assert file in line and "newer" in line


@pytest.mark.parametrize(("name", "file"), [("tasks-service", "tasks.db"), ("accounts-service", "accounts.db")])
def test_database_that_is_none_or_not_ours(tmp_path, name, file):
    (tmp_path / file).write_text("this is no database" * 100)
    assert file in service(name, tmp_path)
    (tmp_path / file).unlink()
    database = sqlite3.connect(tmp_path / file)
    database.execute("CREATE TABLE recipes (name TEXT)")
    database.close()
    assert file in service(name, tmp_path)
    assert sqlite3.connect(tmp_path / file).execute("SELECT count(*) FROM recipes").fetchone() == (0,)


@pytest.mark.parametrize("name", SERVICES)
def test_public_address_needs_to_be_trusted(tmp_path, name):
    for address in ("0.0.0.0:0", "[::]:0"):
        line = service(name, tmp_path, "--listen", address)
        assert "--trusted-network" in line


@pytest.mark.parametrize("name", SERVICES)
def test_bad_flags(tmp_path, name):
    assert '--listen: \\"nonsense\\" is not HOST:PORT' in service(name, tmp_path, "--listen", "nonsense")
    assert "--no-such-flag: see --help" in service(name, tmp_path, "--no-such-flag")
    assert "--store" in service(name, tmp_path, "--store", "oracle:whatever")
    assert "hunter2" not in service(name, tmp_path, "--store", "oracle://user:hunter2@host/")


def test_schema_with_an_unknown_annotation(tmp_path):
    document = json.loads((BUILD / "gen" / "tasks.json").read_text())
    document["services"][0]["functions"][5]["annotations"]["api.fetch"] = "/v1/other"
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(document))
    line = gateway(tmp_path, "--idl", path, "--upstream", "Tasks=127.0.0.1:1")
    assert "api.fetch" in line and "get" in line


def test_bad_gateway_flags(tmp_path):
    assert "--workers" in gateway(tmp_path, "--workers", "0")
    assert "Nothing" in gateway(tmp_path, "--upstream", "Nothing=127.0.0.1:1")
    assert "nonsense" in gateway(tmp_path, "--upstream", "Tasks=nonsense")
    for flag in ("--upstream", "--listen", "--admin-listen", "--trusted-proxies", "--idl"):
        line = gateway(tmp_path, flag, "nonsense")
        assert f"{flag}: " in line and "nonsense" in line
    for url in ("tasks.example.org", "ftp://x", "http://", "https://x/tasks", "https://x?y", "https://x#y", ""):
        assert "--public-url" in gateway(tmp_path, "--public-url", url)
    assert "hunter2" not in gateway(tmp_path, "--public-url", "https://user:hunter2@example.org")
    assert "--revocations-max-age" in gateway(tmp_path, "--revocations-max-age", "-1")
    key = tmp_path / "short.key"
    key.write_text("k1 c2hvcnQ\n")
    key.chmod(0o600)
    assert str(key) in gateway(tmp_path, "--token-key-file", key)
    key.chmod(0o666)
    assert str(key) in gateway(tmp_path, "--token-key-file", key)


def test_key_file_is_private(stack):
    key = stack.folder / "data" / "token.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert (stack.folder / "data").stat().st_mode & 0o777 == 0o700


def test_help_says_every_flag(tmp_path):
    for path in ("tasks-service/tasks-service", "accounts-service/accounts-service", "gateway/gateway"):
        text = subprocess.run([str(BUILD / path), "--help"], capture_output=True, text=True, check=True).stdout
        assert "--listen" in text and "TW_DATA_DIR" in text


def test_ports_are_on_loopback_only(stack):
    for port in (stack.tasks.port, stack.accounts.port, stack.gateway.port, stack.gateway.admin_port):
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S):
            pass
        listing = open("/proc/net/tcp").read() + open("/proc/net/tcp6").read()
        addresses = {line.split()[1] for line in listing.splitlines()[1:] if line.split()[3] == "0A"}
        assert {a.split(":")[0] for a in addresses if a.endswith(f":{port:04X}")} == {"0100007F"}
