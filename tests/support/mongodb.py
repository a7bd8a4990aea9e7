# SPDX-License-Identifier: Apache-2.0
"""A MongoDB of the tests' own: `mongod` where there is one, else FerretDB, which speaks its protocol over SQLite.

    python -m support.mongodb which                 which one it is, in a line
    python -m support.mongodb run -- COMMAND...     COMMAND with MONGODB_URI set, and with its exit status

Where MONGODB_URI is set already, `run` takes that one.
"""

import contextlib
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.parse

import pymongo
import pymongo.errors

from support.processes import PATIENCE_S, PROJECT, Ports, Process, eventually, freeze, thaw

FERRETDB = PROJECT / ".cache" / "tools" / "ferretdb"
MONGOD = shutil.which("mongod")

# SQLite, under FerretDB, has one writer at a time: more of them only wait for each other, some of them for seconds.
OPTIONS = [] if MONGOD else ["maxPoolSize=4"]


def which():
    if uri := os.environ.get("MONGODB_URI"):
        return f"the one that MONGODB_URI names, on {', '.join(hosts(uri))}"
    if MONGOD:
        return f"{MONGOD}, started by the tests"
    said = subprocess.run([FERRETDB, "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"version: (\S+)", said).group(1)
    return f"FerretDB {version}, started by the tests"


def hosts(uri):
    """Without the user and the password."""
    return re.match(r"mongodb(?:\+srv)?://(?:[^/@]*@)?([^/?]+)", uri).group(1).split(",")


@contextlib.contextmanager
def own_database(uri):
    """The URI with a database that nobody else uses, and that is gone afterwards."""
    server, options = re.match(r"([^/]+//[^/?]+)[^?]*(\?.*)?$", uri).groups()
    name = f"test-{secrets.token_hex(8)}"
    yield f"{server}/{name}{options or ''}"
    with pymongo.MongoClient(uri) as client:
        client.drop_database(name)


def free_port():
    """One that was free a moment ago, for programs that may not take one of `Ports`: it may be somebody else's already."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class MongoServer:
    """One server on 127.0.0.1 with a folder of its own. `user` is (name, password): then it wants SCRAM. `tls` is
    (certificate and key in one PEM file, CA's PEM file): then it talks TLS alone."""

    def __init__(self, folder, user=None, tls=None):
        self.folder = pathlib.Path(folder) / f"mongodb-{secrets.token_hex(4)}"
        self.folder.mkdir(parents=True)
        self.user = user
        self.tls = tls
        self.ports = Ports(1)
        (self.port,) = self.ports
        self.process = None
        self.start()
        if MONGOD and user:
            self._add_user()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def uri(self):
        """What a client needs to know."""
        login = ":".join(urllib.parse.quote(part, safe="") for part in self.user) + "@" if self.user else ""
        options = OPTIONS + (["authSource=admin"] if self.user else [])
        options += ["tls=true", f"tlsCAFile={urllib.parse.quote(str(self.tls[1]), safe='/')}"] if self.tls else []
        return f"mongodb://{login}{self.address}/" + ("?" + "&".join(options) if options else "")

    def client(self, **more):
        return pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=PATIENCE_S * 1000, **more)

    def start(self):
        """Starts it, on the same port and with the same data, and waits until it answers."""
        arguments, environment = self._mongod() if MONGOD else self._ferretdb()
        self.process = Process("mongodb", arguments, self.folder, environment)
        eventually(self._answers, "the database to answer")

    def stop(self):
        """As an operator does, which takes FerretDB some seconds."""
        self.thaw()
        return self.process.stop()

    def kill(self):
        self.process.kill()

    def restart(self):
        self.kill()
        self.start()

    def freeze(self):
        """Connections stay open and new ones are taken by the kernel; nobody answers."""
        freeze(self.process.popen)

    def thaw(self):
        thaw(self.process.popen)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def _answers(self):
        assert self.process.popen.poll() is None, f"the database ended:\n{self.process.log}"
        # A user that is not there yet is refused, by a server that is up.
        with pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=500) as client:
            try:
                return client.admin.command("ping")
            except pymongo.errors.ServerSelectionTimeoutError:
                return None
            except pymongo.errors.OperationFailure:
                return MONGOD and self.user

    def _ferretdb(self):
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        # Nobody pulls the plug: what a killed process has written is there.
        arguments = [
            FERRETDB, "--handler=sqlite", f"--sqlite-url=file:{data}/?_pragma=synchronous(off)",
            f"--state-dir={self.folder}", "--telemetry=disable", "--debug-addr=-", "--log-level=WARN",
        ]  # fmt: skip
        environment = {}
        if self.tls:
            arguments += [
                "--listen-addr=", f"--listen-tls={self.address}",
                f"--listen-tls-cert-file={self.tls[0]}", f"--listen-tls-key-file={self.tls[0]}",
            ]  # fmt: skip
        else:
            arguments += [f"--listen-addr={self.address}"]
        if self.user:
            arguments += ["--test-enable-new-auth", "--setup-database=admin", f"--setup-username={self.user[0]}"]
            environment["FERRETDB_SETUP_PASSWORD"] = self.user[1]
        return arguments, environment

    def _mongod(self):
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        arguments = [
            MONGOD, "--dbpath", data, "--bind_ip", "127.0.0.1", "--port", self.port, "--unixSocketPrefix", self.folder,
        ]  # fmt: skip
        if self.user:
            arguments += ["--auth"]
        if self.tls:
            arguments += ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", self.tls[0]]
        return arguments, {}

    def _add_user(self):
        """By the localhost exception: https://www.mongodb.com/docs/manual/core/localhost-exception/"""
        with pymongo.MongoClient("127.0.0.1", self.port, tls=bool(self.tls), tlsAllowInvalidCertificates=True) as client:
            name, password = self.user
            client.admin.command("createUser", name, pwd=password, roles=["root"])


def run(command):
    """The command with a server beside it, which ends when the command has, whatever happens."""
    if "MONGODB_URI" in os.environ:
        return subprocess.run(command).returncode
    # A signal that would end this program ends the command; then the server ends too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="taskwire-mongodb-") as folder, MongoServer(folder) as server:
        started = subprocess.Popen(command, env={**os.environ, "MONGODB_URI": server.uri})
        try:
            status = started.wait()
        finally:
            if started.poll() is None:
                started.terminate()
                started.wait()
        return status if status >= 0 else 128 - status


def main(arguments):
    match arguments:
        case ["which"]:
            print(f"MongoDB: {which()}", flush=True)
            return 0
        case ["run", "--", *command] if command:
            return run(command)
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
