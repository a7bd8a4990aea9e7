# SPDX-License-Identifier: Apache-2.0
"""Connections in TIME_WAIT, as a load test leaves them."""

import contextlib
import pathlib
import socket
import threading

# Not 127.0.0.1, so that nobody else's ports are used up; several, since each has so many for one listener.
HOSTS = [f"127.0.0.{n}" for n in range(11, 21)]
TIME_WAIT = "06"
PAUSE_S = 0.2


def count():
    rows = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(row.split()[3] == TIME_WAIT for row in rows)


def close_some(listener, host, n):
    """Closed first by the one that accepted, which then waits."""
    for _ in range(n):
        with socket.socket() as client:
            client.bind((host, 0))
            client.connect(listener.getsockname())
            listener.accept()[0].close()


@contextlib.contextmanager
def closed_connections(n):
    """Sees to it that there are at least `n` until the end; gives what counts them."""
    stop = threading.Event()

    def keep():
        while not stop.wait(PAUSE_S):
            top_up()

    def top_up():
        missing = n - count()
        for host, listener in listeners.items():
            if missing > 0 and not stop.is_set():
                close_some(listener, host, missing // len(HOSTS) + 1)

    with contextlib.ExitStack() as opened:
        listeners = {host: opened.enter_context(socket.create_server((host, 0))) for host in HOSTS}
        top_up()
        keeper = threading.Thread(target=keep)
        keeper.start()
        try:
            yield count
        finally:
            stop.set()
            keeper.join()
