# SPDX-License-Identifier: Apache-2.0
"""thriftpy2 clients, in each way in which a Thrift client may speak, and messages by hand."""

import contextlib
import pathlib
import socket
import struct

import thriftpy2
from thriftpy2.protocol import TBinaryProtocolFactory, TCompactProtocolFactory
from thriftpy2.rpc import make_client
from thriftpy2.transport import TBufferedTransportFactory, TFramedTransportFactory

from support.processes import PROJECT

IDL = PROJECT / "idl"
TRANSPORTS = {"buffered": TBufferedTransportFactory, "framed": TFramedTransportFactory}
PROTOCOLS = {"binary": TBinaryProtocolFactory, "compact": TCompactProtocolFactory}
ENCODINGS = [(transport, protocol) for transport in TRANSPORTS for protocol in PROTOCOLS]


def load(path):
    """The module that thriftpy2 makes of an IDL file."""
    path = pathlib.Path(path)
    return thriftpy2.load(str(path), module_name=path.stem.replace("-", "_") + "_thrift", include_dirs=[str(path.parent)])


old_tasks = load(PROJECT / "tests" / "idl" / "old-tasks.thrift")


@contextlib.contextmanager
def client(service, port, transport="framed", protocol="binary", timeout_s=60):
    connection = make_client(
        service,
        "127.0.0.1",
        port,
        trans_factory=TRANSPORTS[transport](),
        proto_factory=PROTOCOLS[protocol](),
        timeout=timeout_s * 1000,
    )
    try:
        yield connection
    finally:
        connection.close()


# Strict binary by hand, for what no client would send.
STOP, BOOL, BYTE, DOUBLE, I16, I32, I64, STRING, STRUCT, MAP, SET, LIST = 0, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15


def string(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">i", len(value)) + value


def field(type_, id_, value):
    return struct.pack(">bh", type_, id_) + value


def message(method, arguments, type_=1, sequence_id=7):
    """A CALL of `method` with the bytes of its arguments' fields."""
    return struct.pack(">HBB", 0x8001, 0, type_) + string(method) + struct.pack(">i", sequence_id) + arguments + b"\0"


def framed(body):
    return struct.pack(">i", len(body)) + body


def connect(port, timeout_s=60):
    return socket.create_connection(("127.0.0.1", port), timeout_s)


def is_closed(connection):
    """Waits until the peer has closed; False if it answers instead."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
