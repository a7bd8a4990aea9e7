# SPDX-License-Identifier: Apache-2.0
"""What would crash or hang stock c_glib closes one connection here and harms nothing else."""

import struct

import pytest

from support.thrift import (
    BOOL, I32, LIST, SET, STRING, STRUCT, client, connect, field, framed, is_closed, message, old_tasks, string,
)  # fmt: skip

USER = field(STRING, 1, string("malformed"))

CLOSING = {
    "frame of length 0": struct.pack(">i", 0) + b"\0\0\0\0",
    "frame over the limit": struct.pack(">i", 1024 * 1024 + 1),
    "frame of negative length": struct.pack(">i", -2),
    "frame longer than its message": struct.pack(">i", len(message("all", USER)) + 4) + message("all", USER) + b"junk",
    "frame shorter than its message": struct.pack(">i", len(message("all", USER)) - 4) + message("all", USER),
    "binary of length -1": message("all", field(STRING, 1, struct.pack(">i", -1))),
    "string of length 2^31-1": framed(message("all", field(STRING, 1, struct.pack(">i", 2**31 - 1)))),
    "list of 2^31-1 structs": framed(message("all", field(LIST, 1, struct.pack(">bi", STRUCT, 2**31 - 1)))),
    "list of negative length": framed(message("all", field(LIST, 1, struct.pack(">bi", STRUCT, -1)))),
    "header without the version word": string("all") + b"\x01" + struct.pack(">i", 1) + USER + b"\0",
    "framed header without the version word": framed(string("all") + b"\x01" + struct.pack(">i", 1) + USER + b"\0"),
    "version 2": b"\x80\x02\0\x01" + message("all", USER)[4:],
    "message type 9": b"\x80\x01\0\x09" + message("all", USER)[4:],
    "a reply": message("all", USER, type_=2),
    "field of type 99": message("all", field(99, 1, string("x"))),
    "set of elements of no type": framed(message("all", field(SET, 9, struct.pack(">bi", 1, 3) + b"abc"))),
    "17 structs inside each other": framed(message("all", field(STRUCT, 9, b"") * 17 + b"\0" * 17)),
    "200,000 structs inside each other": message("all", field(STRUCT, 9, b"") * 200_000 + b"\0" * 200_000),
    "empty method name": message("", USER),
    "method name of a megabyte": b"\x80\x01\0\x01" + struct.pack(">i", 1024 * 1024) + b"a" * 4096,
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
}


@pytest.mark.parametrize("data", CLOSING.values(), ids=CLOSING.keys())
def test_connection_is_closed_and_nothing_else_harmed(stack, data):
    with client(old_tasks.Tasks, stack.tasks.port) as neighbour, connect(stack.tasks.port) as connection:
        neighbour.add("neighbour", "before")
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent
        assert is_closed(connection)
        assert neighbour.all("neighbour")[0].name == "before"
    assert stack.tasks.popen.poll() is None


@pytest.mark.parametrize("framing", [framed, bytes], ids=["framed", "unframed"])
def test_cut_short_at_every_byte(stack, framing):
    """FIN in the middle of a message, wherever it is: no answer, no harm."""
    whole = framing(message("all", field(99 - 88, 7, string("unknown")) + USER))
    for length in range(len(whole)):
        with connect(stack.tasks.port) as connection:
            connection.sendall(whole[:length])
            connection.shutdown(1)
            assert is_closed(connection)
    with connect(stack.tasks.port) as connection:
        connection.sendall(whole)
        assert connection.recv(4)


def test_unknown_method_is_an_application_exception(stack):
    for framing in (framed, bytes):
        with connect(stack.tasks.port) as connection:
            for method in (b"nosuch", b"all"):
                connection.sendall(framing(message(method, USER)))
                answer = connection.recv(65536)
                answer = answer[4:] if framing is framed else answer
                expected_type = 3 if method == b"nosuch" else 2
                assert answer[:4] == bytes([0x80, 0x01, 0, expected_type])
                if method == b"nosuch":
                    assert field(I32, 2, struct.pack(">i", 1)) in answer


def test_bad_utf8_and_wrong_types_are_answered(stack):
    """Well-formed as bytes, wrong by the schema: the connection lives on."""
    bad = {
        "not UTF-8": field(STRING, 1, string(b"\xff\xfe")),
        "overlong": field(STRING, 1, string(b"\xc0\x80")),
        "a bool": field(BOOL, 1, b"\x01"),
        "absent": b"",
        "twice": USER + USER,
    }
    with connect(stack.tasks.port) as connection:
        for what, arguments in bad.items():
            connection.sendall(framed(message("all", arguments)))
            answer = connection.recv(65536)
            assert answer[4:8] == bytes([0x80, 0x01, 0, 3]), what
            assert b"userId" in answer, what


def test_string_across_two_frames_is_refused(stack):
    whole = message("all", USER)
    with connect(stack.tasks.port) as connection:
        connection.sendall(struct.pack(">i", 30) + whole[:30] + struct.pack(">i", len(whole) - 30) + whole[30:])
        assert is_closed(connection)


def test_many_idle_connections_block_nobody(stack):
    idle = [connect(stack.tasks.port) for _ in range(200)]
    half = connect(stack.tasks.port)
    half.sendall(message("all", USER)[:9])
    with client(old_tasks.Tasks, stack.tasks.port, "buffered", "compact") as busy:
        assert busy.all("nobody") == []
    for connection in [*idle, half]:
        connection.close()
