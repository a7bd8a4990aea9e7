# SPDX-License-Identifier: Apache-2.0
"""The same calls over every transport, and Thrift alone: docs/TRANSPORTS.md has what came of it.

script/bench --transports [--quick] [--only PART] [--write-docs]
"""

import contextlib
import datetime
import json
import pathlib
import signal
import subprocess
import sys
import tempfile

from support.processes import PROJECT, Service

from bench import machine, thrift_alone, transports_plot, transports_report
from bench.arguments import Parser
from bench.callers import measured
from bench.dataset import Dataset
from bench.losses import lose
from bench.places import BUILD
from bench.tokens import Key
from bench.ways import WAYS, standing

WHO = 50  # of the data set's users: everything is asked for one
METHODS = ("get", "create")
IN_FLIGHT = {"latency": 1, "throughput": 32}
PARTS = ("thrift-alone", "speed", "losses")


# script/bench has built the rest. The brokers are large, and nothing else needs them.
PREPARE = """
. script/lib/common.sh
install_packages iproute2 mosquitto rabbitmq-server
build "$1" -Dbuildtype=release -Dbench=true -- bridge load stock-client stock-server \\
  tasks-service:executable accounts-service:executable gateway:executable
"""


class Bed:
    """What every measurement stands on: a data folder of its own with the data set, and how a caller is told what to
    ask."""

    def __init__(self, folder, build, seconds):
        self.folder = pathlib.Path(folder)
        self.build = pathlib.Path(build)
        dataset = Dataset(self.build)
        dataset.copy_all(self.folder / "data")
        user = dataset.users[WHO]
        self.database = self.folder / "data" / "tasks.db"
        self.ids = self.folder / "ids"
        self.ids.write_text("".join(f"{task['id']}\n" for task in dataset.tasks[user]))
        key = Key()
        self.key_file = key.write_ours(self.folder / "token.key")
        self.token_file = self.folder / "token"
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(key.token(user))
        self.asking = ["--user", user, "--ids", self.ids, "--seconds", seconds]
        self.accounts_port = None

    def program(self, name):
        return self.build / "bench" / "c" / "transports" / name

    def new_folder(self):
        return pathlib.Path(tempfile.mkdtemp(dir=self.folder))

    @contextlib.contextmanager
    def accounts(self):
        """The gateway asks accounts-service which sessions have ended; it is no part of what is measured."""
        service = Service("accounts-service", self.folder, build=self.build)
        self.accounts_port = service.port
        try:
            yield
        finally:
            service.stop()


def speed(bed, rounds, say):
    """By way: the figures of each round by method and by how many calls are under way."""
    found = {way.name: {} for way in WAYS}
    for number in range(rounds):
        for way in WAYS:
            with standing(way, bed) as there:
                for method in METHODS:
                    for what, in_flight in IN_FLIGHT.items():
                        prefix = f"{way.name} {what} {number}"
                        figures = measured(there.ask(method, in_flight, "--prefix", prefix), there.pids, there.legs)
                        found[way.name].setdefault(f"{method} {what}", []).append(figures)
                        asked = f"{way.name}, round {number + 1}, {method}, {in_flight} in flight"
                        say(f"{asked}: {figures['rate']:.0f} calls/s")
    return found


def losses(bed, rounds, say):
    """By way and by what is killed: what came of it in each round."""
    found = {}
    for _ in range(rounds):
        for way in WAYS:
            for victim in dict.fromkeys([way.edge, "service"]):
                with standing(way, bed) as there:
                    lost = lose(there, victim)
                found.setdefault(way.name, {}).setdefault(victim, []).append(lost)
                say(f"{way.name}, {victim} killed: {lost}")
    return found


def parse(arguments):
    parser = Parser(
        prog="script/bench --transports", description="Measures the ways to tasks-service."
    )
    parser.add_argument("--quick", action="store_true", help="everything once, briefly; figures mean nothing")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be repeated")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each has its turn (3)")
    parser.add_argument("--seconds", type=int, metavar="N", help="of each measured run (3)")
    parser.add_argument("--build", type=pathlib.Path, default=BUILD, help="where the programs are built")
    parser.add_argument("--output", type=pathlib.Path, default=BUILD / "transports.json", help="what was measured")
    parser.add_argument("--write-docs", action="store_true", help="puts the figures and the plot into docs/")
    return parser.parse_args(arguments)


def run(arguments):
    said = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is stopped
    prepared = subprocess.run(["bash", "-c", PREPARE, "bench", said.build], cwd=PROJECT, stdin=subprocess.DEVNULL)
    if prepared.returncode != 0:
        return prepared.returncode
    parts = said.only or PARTS
    rounds = said.rounds or (1 if said.quick else 3)
    seconds = said.seconds or (1 if said.quick else 3)
    document = {
        "machine": machine.describe(),
        "settings": {"rounds": rounds, "seconds": seconds, "date": f"{datetime.datetime.now():%F %R}"},
    }

    def say(line):
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="taskwire-transports-") as folder:
        bed = Bed(folder, said.build, seconds)
        if "thrift-alone" in parts:
            document["thrift_alone"] = thrift_alone.run(bed, rounds, say)
        with bed.accounts():
            if "speed" in parts:
                document["speed"] = speed(bed, rounds, say)
            if "losses" in parts:
                document["losses"] = losses(bed, rounds, say)
    said.output.parent.mkdir(parents=True, exist_ok=True)
    said.output.write_text(json.dumps(document, indent=1) + "\n")
    text = transports_report.markdown(document)
    if said.write_docs:
        transports_report.put_into(PROJECT / "docs" / "TRANSPORTS.md", text)
        (PROJECT / "docs" / "transports.svg").write_text(transports_plot.draw(document["speed"]))
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
