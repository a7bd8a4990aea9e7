# SPDX-License-Identifier: Apache-2.0
"""The ways that a call can take to tasks-service: what stands on each, and how it is asked."""

import contextlib
import dataclasses

from support.processes import Gateway, Process, Service

from bench import brokers


@dataclasses.dataclass(frozen=True)
class Way:
    name: str
    title: str
    load: str  # bench/c/transports/load.c's name for it
    edge: str  # what takes the call off the transport: service, gateway or bridge
    broker: str = ""
    qos: int = 0
    by_datagram: bool = False


WAYS = [
    Way("http", "HTTP/JSON, gateway", "http", "gateway"),
    Way("binary-buffered", "Thrift binary, buffered", "binary-buffered", "service"),
    Way("binary-framed", "Thrift binary, framed", "binary-framed", "service"),
    Way("compact", "Thrift compact, framed", "compact", "service"),
    Way("mqtt-0", "MQTT 5, QoS 0, mosquitto", "mqtt", "bridge", "mosquitto"),
    Way("mqtt-1", "MQTT 5, QoS 1, mosquitto", "mqtt", "bridge", "mosquitto", qos=1),
    Way("amqp", "AMQP 0-9-1, RabbitMQ", "amqp", "bridge", "rabbitmq"),
    Way("tcp", "raw TCP, bridge", "tcp", "bridge"),
    Way("udp", "raw UDP, bridge", "udp", "bridge", by_datagram=True),
]


class Standing:
    """A way with all its processes, on the data of `bed`. `to_port` is where a caller connects; `legs` are the TCP
    connections that a call passes, by the name of what listens, with its port."""

    def __init__(self, way, bed, broker_port=None, broker_pids=()):
        self.way = way
        self.bed = bed
        self.broker_pids = list(broker_pids)
        self.processes = {}
        self.service_port = self.edge_port = 0
        self.start("service")
        self.legs = {}
        if way.edge == "bridge":
            self.broker_port = broker_port
            self.start("bridge")
            if not way.by_datagram:
                self.legs[way.broker or "bridge"] = broker_port or self.edge_port
        elif way.edge == "gateway":
            self.start("gateway")
            self.legs["gateway"] = self.edge_port
        self.legs["service"] = self.service_port
        self.to_port = broker_port or self.edge_port or self.service_port

    def start(self, name):
        """Starts the process of that name, or another one in the place of one that was killed."""
        self.processes[name] = getattr(self, f"_start_{name}")()

    def _start_service(self):
        service = Service("tasks-service", self.bed.folder, port=self.service_port, build=self.bed.build)
        self.service_port = service.port
        return service

    def _start_gateway(self):
        gateway = Gateway(
            self.bed.folder,
            {"Tasks": self.service_port, "Accounts": self.bed.accounts_port},
            arguments=["--token-key-file", self.bed.key_file],
            port=self.edge_port,
            build=self.bed.build,
        )
        self.edge_port = gateway.port
        return gateway

    def _start_bridge(self):
        at = f"127.0.0.1:{self.broker_port or self.edge_port}"
        kind = self.way.load
        command = [
            self.bed.program("bridge"),
            "--kind",
            kind,
            "--at",
            at,
            "--service",
            f"127.0.0.1:{self.service_port}",
        ]
        bridge = Process("bridge", [*command, "--qos", self.way.qos], self.bed.folder)
        port = int(bridge.wait_for(r"bridge up, port (\d+)").group(1))
        if not self.broker_port:
            self.edge_port = port
        return bridge

    @property
    def pids(self):
        return [process.pid for process in self.processes.values()] + self.broker_pids

    def ask(self, method, in_flight, *more):
        """The command that asks."""
        return [
            self.bed.program("load"), "--way", self.way.load, "--to", f"127.0.0.1:{self.to_port}",
            "--method", method, "--in-flight", in_flight, "--qos", self.way.qos,
            "--token-file", self.bed.token_file, *self.bed.asking, *more,
        ]  # fmt: skip

    def stop(self):
        """The edge first. Each has to end well, for what it did to count."""
        for process in reversed(self.processes.values()):
            if process.stop() != 0:
                raise RuntimeError(f"{process.name} ended with {process.popen.returncode}: {process.log[-2000:]}")


@contextlib.contextmanager
def standing(way, bed):
    """The way with everything that it takes, which is gone afterwards."""
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(getattr(brokers, way.broker)(bed.new_folder())) if way.broker else (None, ())
        there = Standing(way, bed, *broker)
        stack.callback(there.stop)
        yield there
