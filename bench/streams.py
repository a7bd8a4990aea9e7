# SPDX-License-Identifier: Apache-2.0
"""What streams cost, and how soon they tell: `script/bench --streams`.

Idle ones beside nothing and beside W2; one change to all who are in a list; and a storm, in which a service is killed while
some write, and all have to ask at once. Clients are here: one thread that reads whatever comes, with the time at which it came."""

import argparse
import concurrent.futures
import json
import pathlib
import re
import select
import socket
import statistics
import subprocess
import resource
import sys
import tempfile
import threading
import time

import httpx

from bench import proc
from bench.places import BUILD
from bench.tokens import Key
from support.mongodb import MongoServer, own_database
from support.processes import Stack

OPENING = 200  # at once
WRK = ["wrk", "-t2", "-c32", "--latency"]


class Readers:
    """Streams that are open; `on_event` is told of each piece that has the begin of an event, and when it came."""

    def __init__(self):
        self.epoll = select.epoll()
        self.sockets = {}
        self.answered, self.n_answered, self.ended = set(), 0, 0
        self.on_event = None
        self.wanted = True
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def open(self, host, tokens, last=None):
        name, port = host.split(":")
        begin = self.n_answered
        for n, token in enumerate(tokens):
            while n - (self.n_answered - begin) > OPENING:
                time.sleep(0.001)
            one = socket.create_connection((name, int(port)))
            more = f"Last-Event-ID: {last[n]}\r\n" if last else ""
            one.sendall(f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{more}\r\n".encode())
            one.setblocking(False)
            self.sockets[one.fileno()] = one
            self.epoll.register(one, select.EPOLLIN)
        deadline = time.monotonic() + 120
        while self.n_answered - begin < len(tokens):
            assert time.monotonic() < deadline, f"{self.n_answered - begin} of {len(tokens)} streams are there"
            time.sleep(0.01)
        return time.monotonic()

    def read(self):
        while self.wanted:
            for fd, _ in self.epoll.poll(0.1, 1024):
                try:
                    data = self.sockets[fd].recv(65536)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                now = time.monotonic()
                if not data:
                    self.epoll.unregister(fd)
                    self.answered.discard(fd)
                    self.sockets.pop(fd).close()
                    self.ended += 1
                    continue
                if b"event:" in data:
                    self.n_answered += fd not in self.answered
                    self.answered.add(fd)
                    if self.on_event:
                        self.on_event(fd, now, data)

    def close(self):
        self.wanted = False
        self.thread.join()
        for one in self.sockets.values():
            one.close()


class Client:
    def __init__(self, url, key):
        self.url, self.key = url, key
        self.client = httpx.Client(base_url=url, timeout=60)

    def ask(self, verb, path, user, **more):
        answer = self.client.request(verb, path, headers={"Authorization": f"Bearer {self.key.token(user)}"}, **more)
        assert answer.is_success, answer.text
        return answer.json()


def start(folder, key, store=None, gateways=1, services=1):
    path = key.write_ours(folder / "token.key")
    arguments = ["--token-key-file", path, "--streams-per-user", "0"]
    return Stack(folder, gateways=gateways, gateway_arguments=arguments, store=store, tasks_services=services)


def wrk(url, token, seconds):
    text = subprocess.run(
        [*WRK, f"-d{seconds}s", "-H", f"Authorization: Bearer {token}", url], capture_output=True, text=True, check=True
    ).stdout
    number = int(re.search(r"(\d+) requests in", text).group(1))
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    return {
        "requests": number,
        "a_second": number / seconds,
        "p99_ms": float(p99.group(1)) * {"us": 1e-3, "ms": 1, "s": 1e3}[p99.group(2)],
        "bad": int((re.search(r"Non-2xx or 3xx responses: (\d+)", text) or [0, 0])[1]),
    }


def measured(stack, url, token, seconds):
    roots = [process.pid for process in stack.started]
    before = proc.cpu_ms(roots)
    result = wrk(url, token, seconds)
    result["cpu_ms"] = (proc.cpu_ms(roots) - before) / result["requests"]
    return result


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def idle(folder, options):
    """Memory and time of those that rest, and W2 with and without them, in turn."""
    key = Key()
    found = {"streams": options.number}
    with start(folder, key) as stack:
        client = Client(stack.url, key)
        task = client.ask("POST", "/v1/tasks", "asks", json={"name": "one"})
        url, token = f"{stack.url}/v1/tasks/{task['id']}", key.token("asks")
        gateway = stack.gateway.pid
        wrk(url, token, options.warm_up)
        found["without"] = [measured(stack, url, token, options.seconds)]
        before = proc.memory_kib(gateway)["Rss"]
        readers = Readers()
        try:
            began = time.monotonic()
            readers.open(stack.url.removeprefix("http://"), [key.token(f"user{n}") for n in range(options.number)])
            found["opened_s"] = time.monotonic() - began
            time.sleep(2)
            found["more_mib"] = (proc.memory_kib(gateway)["Rss"] - before) / 1024
            cpu = proc.cpu_ms([gateway])
            time.sleep(options.rest)
            found["core_percent"] = (proc.cpu_ms([gateway]) - cpu) / options.rest / 10
            found["with"] = [measured(stack, url, token, options.seconds) for _ in range(options.rounds)]
            found["ended"] = readers.ended
        finally:
            readers.close()
        time.sleep(2)
        found["without"] += [measured(stack, url, token, options.seconds) for _ in range(options.rounds)]
    return found


def share(client, members):
    """A list of so many people; its id."""
    made = client.ask("POST", "/v1/lists", "member0", json={"name": "shared"})
    code = client.ask("POST", f"/v1/lists/{made['id']}/invitations", "member0", json={"role": "editor", "uses": 100})["code"]
    for n in range(1, members):
        client.ask("POST", "/v1/invitations:accept", f"member{n}", json={"code": code, "displayName": f"{n}"})
    return made["id"]


def fan_out(folder, options):
    """From the request that changes something to the last byte at each reader."""
    key = Key()
    with start(folder, key) as stack:
        client = Client(stack.url, key)
        list_id = share(client, options.members)
        readers = Readers()
        latencies, sends, asks = [], [], []
        arrived = {}

        def on_event(fd, now, data):
            if marker[0] in data:
                arrived[fd] = now

        marker = [b"nothing yet"]
        readers.on_event = on_event
        try:
            tokens = [key.token(f"member{n}") for n in range(options.members) for _ in range(options.each)]
            readers.open(stack.url.removeprefix("http://"), tokens)
            time.sleep(2)
            for n in range(options.changes):
                marker[0] = b"change-%d-" % n
                arrived.clear()
                gateway = proc.cpu_ms([stack.gateway.pid])
                began = time.monotonic()
                client.ask("POST", "/v1/tasks", "member1", json={"name": f"change-{n}-", "listId": list_id})
                deadline = began + 30
                while len(arrived) < len(tokens) and time.monotonic() < deadline:
                    time.sleep(0.002)
                assert len(arrived) == len(tokens), f"{len(arrived)} of {len(tokens)} heard"
                if n == 0:
                    continue  # brings those who had begun at different times together
                latencies += [(now - began) * 1000 for now in arrived.values()]
                sends.append((max(arrived.values()) - min(arrived.values())) * 1000)
                asks.append(proc.cpu_ms([stack.gateway.pid]) - gateway)
                time.sleep(0.3)
        finally:
            readers.close()
    return {
        "streams": len(tokens),
        "changes": options.changes - 1,
        "p50_ms": percentile(latencies, 0.5),
        "p99_ms": percentile(latencies, 0.99),
        "max_ms": max(latencies),
        "first_to_last_ms": statistics.median(sends),
        "gateway_cpu_ms_a_change": statistics.median(asks),
    }


class Writers:
    """Each adds tasks of its own, one after the other, at whichever gateway answers."""

    def __init__(self, urls, key, number):
        self.urls, self.key, self.wanted = list(urls), key, True
        self.threads = [threading.Thread(target=self.write, args=(n,)) for n in range(number)]
        for thread in self.threads:
            thread.start()

    def write(self, n):
        client = httpx.Client(timeout=10)
        headers = {"Authorization": f"Bearer {self.key.token(f'user{n}')}"}
        turn = 0
        while self.wanted:
            turn += 1
            try:
                client.post(f"{self.urls[turn % len(self.urls)]}/v1/tasks", json={"name": "x"}, headers=headers)
            except httpx.HTTPError:
                pass
            time.sleep(0.02)

    def end(self):
        self.wanted = False
        for thread in self.threads:
            thread.join()


def storm(folder, options, store=None, services=1, gateways=1):
    """Streams at the gateways, evenly; a service is killed and, some seconds later, started again; and then a gateway, whose
    clients come back to the other one. W2 all the while, at the last gateway."""
    key = Key()
    found = {"streams": options.number, "gateways": gateways, "services": services}
    with start(folder, key, store, gateways, services) as stack:
        urls = [gateway.url for gateway in stack.gateways]
        stays = urls[-1]
        client = Client(stays, key)
        task = client.ask("POST", "/v1/tasks", "asks", json={"name": "one"})
        url, token = f"{stays}/v1/tasks/{task['id']}", key.token("asks")
        tokens = [key.token(f"user{n}") for n in range(options.number)]
        readers = Readers()
        try:
            for n, at in enumerate(urls):
                readers.open(at.removeprefix("http://"), tokens[n :: len(urls)])
            writers = Writers(urls, key, options.writers)
            found["calm"] = wrk(url, token, options.seconds)
            stack.tasks_services[0].kill()
            found["a service is dead"] = wrk(url, token, options.seconds)
            stack.restart(stack.tasks_services[0])
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                catching_up = pool.submit(catch_up, stays, key, readers, options.number)
                found["and is back"] = wrk(url, token, options.seconds)
                found["caught up_s"] = catching_up.result()
                if gateways > 1:
                    stack.gateways[0].kill()
                    writers.urls[:] = [stays]
                    began = time.monotonic()
                    coming_back = pool.submit(readers.open, stays.removeprefix("http://"), tokens[0 :: len(urls)])
                    found["a gateway is dead"] = wrk(url, token, options.seconds)
                    found["came back_s"] = coming_back.result() - began
            writers.end()
            found["resident_mib"] = {p.name: proc.memory_kib(p.pid)["Rss"] // 1024 for p in stack.started if p.popen.poll() is None}
            found["ended"] = readers.ended
        finally:
            writers.end()
            readers.close()
    return found


def catch_up(url, key, readers, users):
    """Changes something of everybody, as soon as that can be done; in how many seconds all have heard of it."""
    began, heard = time.monotonic(), set()

    def change(numbers):
        with httpx.Client(base_url=url, timeout=10) as client:
            for n in numbers:
                headers = {"Authorization": f"Bearer {key.token(f'user{n}')}"}
                while client.post("/v1/tasks", json={"name": "for all"}, headers=headers).status_code != 201:
                    time.sleep(0.05)

    readers.on_event = lambda fd, now, data: heard.add(fd) if b"for all" in data else None
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(change, [range(n, users, 4) for n in range(4)]))
    written = time.monotonic() - began
    while len(heard) < users:
        assert time.monotonic() - began < 120, f"{len(heard)} of {users} have heard"
        time.sleep(0.01)
    return {"written": written, "heard": time.monotonic() - began}


def run(arguments):
    parser = argparse.ArgumentParser(prog="script/bench --streams", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few of all: whether it works")
    parser.add_argument("--what", default="idle,fan-out,storm", help="of these (all)")
    parser.add_argument("--number", type=int, default=5000, help="of streams")
    parser.add_argument("--members", type=int, default=50)
    parser.add_argument("--each", type=int, default=20, help="streams of each member")
    parser.add_argument("--changes", type=int, default=21)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--rest", type=int, default=30, help="seconds that the idle ones are looked at")
    parser.add_argument("--mongo", action="store_true", help="the storm on MongoDB, with two services and two gateways")
    parser.add_argument("--output", type=pathlib.Path, default=BUILD / "bench" / "streams.json")
    options = parser.parse_args(arguments)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.quick:
        options.number, options.members, options.each, options.changes = 50, 5, 2, 3
        options.rounds, options.seconds, options.warm_up, options.rest = 1, 1, 1, 1
    found = {}
    for what in options.what.split(","):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            if what == "idle":
                found[what] = idle(folder, options)
            elif what == "fan-out":
                found[what] = fan_out(folder, options)
            elif options.mongo:
                with MongoServer(folder / "mongo") as server, own_database(server.uri) as store:
                    found[what] = storm(folder, options, store, services=2, gateways=2)
            else:
                found[what] = storm(folder, options, gateways=2)
        print(json.dumps({what: found[what]}, indent=1), flush=True)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
