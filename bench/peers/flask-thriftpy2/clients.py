# SPDX-License-Identifier: Apache-2.0
"""Connections to the Thrift service, used again and again. thriftpy2's clients are for one caller at a time."""

import contextlib

from idl import HOST, PORT, Refusal, rpc, tasks
from thriftpy2.rpc import make_client


class Clients:
    def __init__(self):
        self.idle = []

    @contextlib.contextmanager
    def borrow(self):
        client = self.idle.pop() if self.idle else make_client(tasks.Tasks, HOST, PORT, timeout=5000, **rpc())
        try:
            yield client
        except Refusal:  # an answer: the connection is well
            self.idle.append(client)
            raise
        except BaseException:
            client.close()
            raise
        self.idle.append(client)
