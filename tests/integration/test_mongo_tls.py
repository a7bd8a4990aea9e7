# SPDX-License-Identifier: Apache-2.0
"""A database behind TLS: the URI says so, and whose certificates are believed."""

import subprocess
import urllib.parse

import pytest

from support.mongodb import MongoServer
from support.people import Person
from support.processes import Stack, eventually


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_ca(folder, name):
    """An authority: its certificate."""
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "2", "-subj", f"/CN={name}",
        "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem",
    )  # fmt: skip
    return folder / f"{name}.pem"


def make_certificate(folder, ca, address):
    """A server's certificate and its key in one file, as mongod wants them."""
    request, key, certificate, both = (folder / f"server.{kind}" for kind in ("csr", "key", "crt", "pem"))
    openssl(
        "req", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=database", "-addext", f"subjectAltName=IP:{address}",
        "-keyout", key, "-out", request,
    )  # fmt: skip
    openssl(
        "x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca.with_suffix(".key"), "-CAcreateserial", "-days", "2",
        "-copy_extensions", "copy", "-out", certificate,
    )  # fmt: skip
    both.write_text(key.read_text() + certificate.read_text())
    return both


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    ca = make_ca(folder, "ca")
    with MongoServer(folder, tls=(make_certificate(folder, ca, "127.0.0.1"), ca)) as server:
        yield server


def test_with_the_right_authority(tmp_path, database):
    with Stack(tmp_path, store=database.uri) as stack, Person(stack.url) as somebody:
        task = somebody.add("encrypted on its way")
        assert somebody.client.get("/v1/tasks").json()["tasks"] == [task]


@pytest.mark.parametrize("kind", ["no authority", "another authority", "no TLS"])
def test_is_refused_with(tmp_path, database, kind):
    """The services wait, and say why."""
    options = {
        "no authority": "?tls=true",
        "another authority": f"?tls=true&tlsCAFile={urllib.parse.quote(str(make_ca(tmp_path, 'other')))}",
        "no TLS": "",
    }[kind]
    with Stack(tmp_path, store=f"mongodb://{database.address}/{options}", ready=False) as stack:
        for service in (stack.tasks, stack.accounts):
            eventually(lambda: "waiting for it" in service.log, f"{service.name} to say that it waits")
            assert ": ready" not in service.log
        assert not stack.gateway.is_ready()
