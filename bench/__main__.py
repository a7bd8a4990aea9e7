# SPDX-License-Identifier: Apache-2.0
"""The command line of script/bench."""

import datetime
import pathlib
import resource
import signal
import sys

from bench import compare, flames, growth, load, machine, mongo, mongo_driver, orders, orders_report, report, streams, transports
from bench.arguments import Parser
from bench.dataset import Dataset
from bench.limits import BareHttp, raw_sqlite
from bench.measure import Plan
from bench.places import BUILD
from bench.pocketbase import PocketBase
from bench.rounds import run_rounds
from bench.systems import Ours, Peer
from bench.workloads import BY_NAME

# The nearest to us in speed come next to us in time.
PEERS = ["axum-rusqlite", "go-grpc", "fastify-thrift", "flask-thriftpy2"]

QUICK = {"rounds": 1, "seconds": 1, "warm_up": 1}
FULL = {"rounds": 3, "seconds": 5, "warm_up": 4}  # Node compiles what it does often while it does it
ORDERS = {"rounds": 5, "seconds": 2, "warm_up": 1}  # a hundred cases
ON_MONGO = {"rounds": 3, "seconds": 15, "warm_up": 10}  # some tens of requests a second
COMPARED = ["W1", "W2", "W3", "W4"]
PLAIN = ["rows", "nowait", "finalizers", "sieve"]  # docs/plain.md


def all_systems():
    """By name."""
    systems = [Ours(), *map(Peer, PEERS), PocketBase(), BareHttp()]
    return {system.name: system for system in systems}


def names(text):
    return [name for name in text.split(",") if name]


def parse(arguments):
    parser = Parser(prog="script/bench", description="Measures Taskwire beside its peers.")
    parser.add_argument(
        "--quick", action="store_true", help="everything, or what --orders has, once and briefly: whether it works"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--compare", metavar="REV", help="ours as it is, and as it was at that revision")
    what.add_argument(
        "--flames", nargs="*", metavar="REV", help="flame graphs of ours as it is, and as it was at revisions"
    )
    what.add_argument("--plain", action="store_true", help="ours as it is, and with each --plain of its services")
    what.add_argument(
        "--orders",
        type=names,
        nargs="?",
        const=list(orders.GROUPS),
        metavar="A,B",
        help=f"ours: pages in each order, of members, filters, and keys; or of {', '.join(orders.GROUPS)}",
    )
    what.add_argument("--growth", action="store_true", help="ours, with 10³, 10⁵ and 10⁷ tasks in the store")
    what.add_argument("--transports", action="store_true", help="transports beside each other: --transports --help")
    what.add_argument("--mongo", action="store_true", help="ours and two peers on MongoDB; CPU without the database's")
    parser.add_argument(
        "--systems",
        type=names,
        metavar="A,B",
        help=f"of {', '.join(all_systems())}; with --mongo, of {', '.join(mongo.SYSTEMS)}",
    )
    parser.add_argument("--workloads", type=names, metavar="A,B", help=f"of {', '.join(BY_NAME)}")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each system has its turn (3)")
    parser.add_argument("--seconds", type=int, metavar="N", help="of each measured run (5)")
    parser.add_argument("--warm-up", type=int, metavar="N", help="seconds before it, with each answer looked at (4)")
    parser.add_argument(
        "--synchronous", choices=["NORMAL", "FULL"], default="FULL", help="SQLite's, of the peers (FULL); ours is FULL"
    )
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        help="where to, without .md and .json (build/bench/…); with --flames, a folder (build/bench/flames)",
    )
    return parser.parse_args(arguments)


def chosen(wanted, known, what):
    if unknown := set(wanted or ()) - set(known):
        sys.exit(f"script/bench: no such {what}: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [name for name in known if wanted is None or name in wanted]


def run(options, rounds, plan):
    """The runs, and the name of the system that the others are held against."""
    beside = None
    if options.growth:
        return growth.run(BUILD, rounds, plan), next(iter(growth.SIZES)) + " tasks"
    if options.compare:
        commit = compare.resolve(options.compare)
        systems = [Ours(), Ours(compare.build(commit), name=commit[:7])]
        workloads = chosen(options.workloads or COMPARED, BY_NAME, "workload")
    elif options.plain:
        plain = [Ours(name=f"plain-{name}", service_arguments=["--plain", name]) for name in PLAIN]
        systems = [Ours(), *plain]
        workloads = chosen(options.workloads or COMPARED, BY_NAME, "workload")
    else:
        by_name = all_systems()
        known = mongo.SYSTEMS if options.mongo else by_name
        names_chosen = chosen(options.systems, known, "system")
        systems = [by_name[name] for name in names_chosen if name in by_name]
        if mongo_driver.NAME in names_chosen:
            beside = mongo_driver.beside
        elif any(system.is_limit for system in systems):
            beside = raw_sqlite
        workloads = chosen(options.workloads, mongo.WORKLOADS if options.mongo else BY_NAME, "workload")
    for system in systems:
        system.prepare()
    if options.compare:
        data = compare.dataset([commit])
    else:
        data = mongo.MongoDataset(BUILD) if options.mongo else Dataset(BUILD)
    return run_rounds(systems, workloads, rounds, data, plan, options.quick, beside), Ours.name


def main(arguments):
    if "--streams" in arguments:  # has options of its own
        return streams.run([argument for argument in arguments if argument != "--streams"])
    if "--transports" in arguments:  # the same
        return transports.run([argument for argument in arguments if argument != "--transports"])
    options = parse(arguments)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for thousands of connections, here and in the systems
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is stopped
    defaults = QUICK if options.quick else ON_MONGO if options.mongo else FULL if options.orders is None else ORDERS
    setting = {name: getattr(options, name) or default for name, default in defaults.items()}
    connections = mongo.CONNECTIONS if options.mongo else load.CONNECTIONS
    document = {
        "machine": machine.describe(),
        "settings": {
            **setting,
            "connections": connections,
            "synchronous": f"ours FULL, the peers' {options.synchronous}",
            "date": f"{datetime.datetime.now():%F %R}",
        },
    }
    plan = Plan(
        setting["warm_up"],
        setting["seconds"],
        options.synchronous,
        connections,
        probe_creates=not options.mongo,  # the stand-in for MongoDB reads all that was created, for each page
    )
    if options.flames is not None:
        wanted = chosen(options.workloads or COMPARED, BY_NAME, "workload")
        return flames.run(options.flames, wanted, plan, options.output)
    if options.orders is not None:
        wanted = chosen(options.orders, orders.GROUPS, "group")
        document["runs"] = orders.run(BUILD, wanted, setting["rounds"], plan, options.quick)
        print(orders_report.write(document, options.output or BUILD / "orders"))
        return 1 if any(run["faults"] for run in document["runs"]) else 0
    document["runs"], reference = run(options, setting["rounds"], plan)
    kind = next((kind for kind in ("compare", "plain", "growth", "mongo") if getattr(options, kind)), "results")
    print(report.write(document, reference, options.output or BUILD / kind))
    return 1 if any(run["faults"] for run in document["runs"]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
