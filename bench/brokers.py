# SPDX-License-Identifier: Apache-2.0
"""Mosquitto and RabbitMQ as Debian has them, each with a port and a folder of its own on 127.0.0.1, set so that neither
waits or counts on behalf of somebody slower than we are."""

import contextlib
import os
import pathlib
import signal
import time

from support.mongodb import free_port
from support.processes import Process, eventually
from support.thrift import connect

from bench import proc

# Its defaults send a small message only when the one before was acknowledged (Nagle), and let 20 messages of QoS 1 be
# under way; the load is 32.
MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_inflight_messages 0
max_queued_messages 100000
log_dest stderr
log_type error
log_type warning
"""

RABBITMQ = pathlib.Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # the one on PATH changes the user
# On two cores, Erlang's schedulers must not spin while they wait: https://www.rabbitmq.com/docs/runtime#cpu
ERLANG = "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
KILL_AFTER_S = 20


def accepts(port):
    try:
        connect(port).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def mosquitto(folder):
    """Gives the port and the processes' ids."""
    port = free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text(MOSQUITTO.format(port=port))
    process = Process("mosquitto", ["/usr/sbin/mosquitto", "-c", settings], folder)
    try:
        eventually(lambda: accepts(port), "mosquitto to listen")
        yield port, [process.pid]
    finally:
        process.stop()


@contextlib.contextmanager
def epmd(folder):
    """Erlang's own directory of names, without which no node starts: one of ours, which ends with us."""
    port = free_port()
    process = Process("epmd", ["epmd", "-address", "127.0.0.1", "-port", port], folder)
    try:
        eventually(lambda: accepts(port), "epmd to listen")
        yield port
    finally:
        process.stop()


def end_all(process):
    """SIGTERM to the script, which tells Erlang; SIGKILL to whoever is left after a while."""
    pids = set(proc.tree([process.pid]))
    process.popen.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + KILL_AFTER_S
    while process.popen.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    process.popen.poll()
    for pid in pids & set(proc.tree(pids)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.popen.wait()


@contextlib.contextmanager
def rabbitmq(folder):
    """Gives the port and the processes' ids."""
    folder = folder / "rabbitmq"
    folder.mkdir()
    (folder / "plugins").write_text("[].\n")
    (folder / "rabbitmq.conf").write_text("")
    port = free_port()
    with epmd(folder) as names_port:
        environment = {
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(names_port),
            "HOME": str(folder),  # where Erlang puts its cookie
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "config"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_NODENAME": f"bench-{os.getpid()}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG,
        }
        process = Process("rabbitmq", [RABBITMQ], folder, environment)
        try:
            process.wait_for("Server startup complete")
            yield port, [process.pid]
        finally:
            end_all(process)
