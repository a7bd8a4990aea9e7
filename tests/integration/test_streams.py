# SPDX-License-Identifier: Apache-2.0
"""Streams of any IDL: answers of a method that go on, as server-sent events. The service is not ours, and names no method,
field or event that one of ours has."""

import contextlib
import re
import socket
import threading

import httpx
import pytest

from support.book import Book, enter
from support.people import problem
from support.processes import PATIENCE_S, eventually, resident_bytes
from support.raw_http import connect, receive_all
from support.streams import Stream


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    running = Book(tmp_path_factory.mktemp("streams"))
    yield running
    assert running.stop() == 0, running.gateway.log


class Visitor:
    def __init__(self, book, name, gateway=None):
        self.book = book
        self.url = (gateway or book.gateway).url
        self.name = name
        self.token = enter(book, name)["accessToken"]
        self.client = httpx.Client(
            base_url=book.gateway.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=PATIENCE_S
        )

    def write(self, name="somebody"):
        answer = self.client.post("/v1/contacts", json={"full_name": name})
        assert answer.status_code == 201, answer.text
        return answer.json()["key"]

    def stream(self, kind="all", last=None, token=None, **params):
        return Stream(f"{self.url}/v1/news/{kind}/events", token or self.token, last, **params)

    def asked(self):
        return int(problem(self.client.get("/v1/contacts/asked"), 404)["detail"].split()[0])


@pytest.fixture
def visitor(book, request):
    return Visitor(book, request.node.name[:30])


def keys(*events):
    return [happening["key"] for event in events for happening in event.data["happenings"]]


def is_last(event):
    return event.name == "happenings" and not event.data["further"]


# What comes


def test_the_full_state_comes_first_and_then_each_change(visitor):
    before = [visitor.write(), visitor.write()]
    with visitor.stream() as stream:
        assert stream.answer.headers["content-type"] == "text/event-stream"
        assert stream.answer.headers["cache-control"] == "no-store"
        assert stream.answer.headers["x-accel-buffering"] == "no"
        first = stream.next()
        assert (first.name, keys(first)) == ("happenings", before)
        assert first.id == first.data["mark"]
        assert stream.comments, "a comment comes at once"
        for _ in range(3):
            key = visitor.write()
            assert keys(*stream.until(lambda event: keys(event))) == [key]


def test_an_event_is_what_the_method_answers(visitor):
    visitor.write()
    with visitor.stream() as stream:
        assert stream.next().data == visitor.client.get("/v1/news/all").json()


def test_nobody_hears_of_others(book, visitor):
    other = Visitor(book, "another")
    with visitor.stream() as stream, other.stream() as others:
        stream.next(), others.next()
        theirs, mine = other.write(), visitor.write()
        assert keys(stream.next()) == [mine]
        assert keys(others.next()) == [theirs]


def test_it_takes_what_the_method_takes(visitor):
    key = visitor.write()
    visitor.client.patch(f"/v1/contacts/{key}", json={"nickname": "x"})
    with visitor.stream("changed") as stream:
        assert [h["what"] for h in stream.next().data["happenings"]] == ["changed"]


def test_what_is_long_comes_in_parts(visitor):
    written = [visitor.write() for _ in range(25)]
    with visitor.stream(most=10) as stream:
        events = stream.until(is_last)
        assert [len(event.data["happenings"]) for event in events] == [10, 10, 5]
        assert keys(*events) == written


def test_an_answer_without_anything_is_no_event_but_the_first(visitor):
    with visitor.stream("changed") as stream:
        assert keys(stream.next()) == []
        key = visitor.write()  # which is hinted, and nothing of that kind
        visitor.client.patch(f"/v1/contacts/{key}", json={"nickname": "x"})
        assert keys(stream.next()) == [key]


def test_what_comes_fast_is_joined(visitor):
    """Nothing is lost, nothing comes twice, and a slow service is asked for many at once."""
    with visitor.stream(most=1000) as stream:
        stream.next()
        visitor.client.get("/v1/contacts/hold")
        written = [visitor.write() for _ in range(30)]
        visitor.client.get("/v1/contacts/go on")
        found = []
        while len(found) < len(written):
            found += keys(stream.next())
        assert found == written
        assert visitor.asked() < 10


def test_streams_of_one_user_are_asked_for_together(visitor):
    streams = [visitor.stream() for _ in range(6)]
    try:
        for stream in streams:
            stream.until(is_last)
        # They may have begun behind different marks; from the first change on they have one.
        for _ in range(2):
            key = visitor.write()
            assert [keys(*stream.until(lambda event: keys(event))) for stream in streams] == [[key]] * 6
        before = visitor.asked()
        for _ in range(5):
            key = visitor.write()
            assert [keys(*stream.until(lambda event: keys(event))) for stream in streams] == [[key]] * 6
        # One call a change where a worker has them all, and at most one more a worker; never one a stream.
        assert visitor.asked() - before < 5 * 6
    finally:
        for stream in streams:
            stream.close()


# Where it begins


def test_it_goes_on_behind_the_last_event(visitor):
    with visitor.stream() as stream:
        stream.next()
        visitor.write()
        last = stream.next().id
    missed = visitor.write()
    for more in ({"last": last}, {"behind": last}):
        with visitor.stream(**more) as stream:
            assert keys(stream.next()) == [missed]


def test_the_last_event_wins_over_the_parameter(visitor):
    with visitor.stream() as stream:
        first = stream.next().id
    key = visitor.write()
    with visitor.stream(last=first, behind="0.0") as stream:
        assert keys(stream.next()) == [key]
    with visitor.stream(last="", behind="0.0") as stream:  # what an empty id leaves: from the beginning
        event = stream.next()
        assert (event.name, keys(event)) == ("happenings", [key])


def test_a_token_that_is_no_longer_good_has_all_come_again(visitor):
    key = visitor.write()
    with visitor.stream(last="1.0") as stream:
        refetch = stream.next()
        assert refetch == ("refetch", "", {})
        assert keys(stream.next()) == [key]
    # One that was good when the stream began, too.
    with visitor.stream() as stream:
        stream.next()
        visitor.write("A new volume")
        assert stream.next() == ("refetch", "", {})
        assert key in keys(*stream.until(is_last))
        more = visitor.write()
        assert keys(stream.next()) == [more]


@pytest.mark.parametrize(("kind", "more", "status"), [
    ("all", {"last": "nonsense"}, 400), ("all", {"behind": "nonsense"}, 400), ("all", {"behind": "NONSENSE"}, 400),
    ("all", {"last": "x" * 4001}, 400), ("all", {"most": 0}, 400), ("all", {"unknown": 1}, 400), ("shut", {}, 403),
    ("x" * 21, {}, 400),
])  # fmt: skip
def test_what_the_method_refuses_is_no_stream(visitor, kind, more, status):
    stream = visitor.stream(kind, **more)
    assert (stream.status, stream.problem["status"]) == (status, status)
    stream.close()


def test_a_token_is_needed_in_the_header(book, visitor):
    url = f"{book.gateway.url}/v1/news/all/events"
    for token, query in ((None, ""), ("nonsense", ""), (None, f"?access_token={visitor.token}")):
        refused = Stream(url + query, token)
        assert refused.status == 401
        refused.close()


# Other ways to ask


def test_head_is_answered_and_ends(visitor):
    for _ in range(30):  # more than one may have open at once
        answer = visitor.client.head("/v1/news/all/events")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == "text/event-stream"


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_other_verbs_are_refused(visitor, verb):
    answer = getattr(visitor.client, verb)("/v1/news/all/events")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def raw(visitor, version, more=""):
    return (
        f"GET /v1/news/all/events HTTP/{version}\r\nHost: x\r\nAuthorization: Bearer {visitor.token}\r\n{more}\r\n".encode()
    )


def read_until(connection, pattern):
    data = b""
    while re.search(pattern, data) is None:
        piece = connection.recv(65536)
        assert piece, data
        data += piece
    return data


def test_http_1_0_gets_plain_bytes(visitor):
    key = visitor.write()
    with connect(visitor.url) as connection:
        connection.sendall(raw(visitor, "1.0"))
        data = read_until(connection, rb'"further":false\}\n\n')
        head, _, body = data.partition(b"\r\n\r\n")
        assert b"chunked" not in head
        assert body.startswith(b":\n\nevent: happenings\nid: ")
        assert key.encode() in body
        more = visitor.write()
        assert read_until(connection, rb'"further":false\}\n\n').startswith(b"event: happenings\nid: ")
        assert more


def test_it_is_never_compressed(visitor):
    for _ in range(60):
        visitor.write("a name that is long enough for an answer to be compressed")
    with connect(visitor.url) as connection:
        connection.sendall(raw(visitor, "1.1", "Accept-Encoding: gzip\r\n"))
        data = read_until(connection, rb'"further":(true|false)\}\n\n')
        assert b"content-encoding" not in data.lower()


def test_whoever_has_ended_what_they_send_gets_what_there_is(visitor):
    """As a client does that closes its side: it gets the full state, and the end of the body."""
    key = visitor.write()
    with connect(visitor.url) as connection:
        connection.sendall(raw(visitor, "1.1", "Connection: close\r\n"))
        connection.shutdown(socket.SHUT_WR)
        data = receive_all(connection)
        assert key.encode() in data
        assert data.endswith(b"\r\n0\r\n\r\n")


# Limits


@pytest.fixture
def small(tmp_path):
    running = Book(tmp_path, ["--streams-per-user", "2", "--streams", "3"])
    yield running
    assert running.stop() == 0, running.gateway.log


def test_so_many_streams_and_no_more(small):
    ada, bob = Visitor(small, "ada"), Visitor(small, "bob")
    streams = [ada.stream(), ada.stream()]
    full = ada.stream()
    assert full.status == 429 and int(full.answer.headers["retry-after"]) > 0
    streams.append(bob.stream())
    full = bob.stream()
    assert full.status == 503 and int(full.answer.headers["retry-after"]) > 0
    # One that goes away leaves its place at once.
    streams.pop(0).close()

    def opened():
        stream = ada.stream()
        if stream.status == 200:
            streams.append(stream)
        return stream.status == 200

    eventually(opened, "a place for one more")
    for stream in streams:
        stream.close()


def test_whoever_does_not_read_costs_others_nothing(visitor):
    """Its kernel's buffers fill, and then nothing is kept for it but one answer."""
    with socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.connect((re.match(r"http://(.*):", visitor.url).group(1), int(visitor.url.rpartition(":")[2])))
        silent.sendall(raw(visitor, "1.1"))
        with visitor.stream(most=1000) as stream:
            stream.next()
            before = resident_bytes(visitor.book.gateway.pid)
            for _ in range(20):
                for _ in range(20):
                    visitor.write("\u2713" * 100)
                stream.until(is_last)
            last = visitor.write()
            assert keys(*stream.until(lambda event: last in keys(event)))[-1] == last
            assert resident_bytes(visitor.book.gateway.pid) - before < 32 * 1024 * 1024


# Its end


def test_a_session_that_ends_ends_its_streams(book):
    visitor = Visitor(book, "leaving")
    staying = Visitor(book, "leaving")  # another session of the same user
    beside = book.start_gateway()
    there = Stream(f"{beside.url}/v1/news/all/events", visitor.token)
    with visitor.stream() as stream, staying.stream() as stays, there:
        for each in (stream, stays, there):
            each.next()
        assert visitor.client.delete("/v1/visits/current").status_code == 204
        stream.wait_for_end()
        there.wait_for_end()
        key = staying.write()
        assert keys(stays.next()) == [key]
    assert beside.stop() == 0, beside.log


def test_it_ends_with_its_token(tmp_path):
    book = Book(tmp_path, ["--token-lifetime", "3"])
    visitor = Visitor(book, "brief")
    with visitor.stream() as stream:
        stream.next()
        stream.wait_for_end()
    assert book.stop() == 0, book.gateway.log


def test_a_gateway_that_stops_ends_all_cleanly(tmp_path):
    book = Book(tmp_path, ["--streams-per-user", "0"])
    visitor = Visitor(book, "ada")
    streams = [visitor.stream() for _ in range(30)]
    for stream in streams:
        stream.next()
    with connect(visitor.url) as connection:
        connection.sendall(raw(visitor, "1.1"))
        data = read_until(connection, rb'"further":false\}\n\n')
        assert book.gateway.stop() == 0, book.gateway.log
        assert (data + receive_all(connection)).endswith(b"\r\n0\r\n\r\n")
    for stream in streams:
        stream.wait_for_end()
        stream.close()
    book.stop()


def test_one_that_waits_for_its_first_answer_hears_that_the_gateway_stops(tmp_path):
    book = Book(tmp_path)
    visitor = Visitor(book, "ada")
    visitor.client.get("/v1/contacts/hold")
    found = []
    thread = threading.Thread(target=lambda: found.append(visitor.stream()))
    thread.start()
    eventually(lambda: visitor.asked() == 1, "the service to be asked")
    assert book.gateway.stop() == 0, book.gateway.log
    thread.join(PATIENCE_S)
    book.stop()
    (stream,) = found
    assert stream.status in (200, 503)
    stream.close()


# The service


def test_a_service_that_goes_and_comes_back(tmp_path):
    """Streams stay open, new ones open too, and all hear of what happens then."""
    book = Book(tmp_path)
    visitor = Visitor(book, "patient")
    visitor.write()
    with visitor.stream() as stream:
        stream.until(is_last)
        book.service.kill()
        with visitor.stream() as later:  # nobody knows anything, and it is there
            assert later.status == 200
            book.start_service()  # which knows nothing of what was before: another volume
            assert stream.next() == ("refetch", "", {})
            key = visitor.write()
            assert key in keys(*stream.until(lambda event: key in keys(event)))
            assert key in keys(*later.until(lambda event: key in keys(event)))
    assert book.stop() == 0, book.gateway.log


def test_what_takes_long_to_answer_holds_up_no_change(tmp_path):
    """However many streams want what takes long, those that somebody's change is for are asked for meanwhile."""
    book = Book(tmp_path, ["--workers", "1", "--upstream-timeout-ms", str(2 * PATIENCE_S * 1000)])
    visitor, slow = Visitor(book, "quick"), Visitor(book, "slow")
    with contextlib.ExitStack() as ended, visitor.stream() as stream:
        stream.until(is_last)
        for most in range(1, 9):
            connection = ended.enter_context(connect(book.gateway.url))
            connection.sendall(raw(slow, "1.1").replace(b"/all/events", b"/stuck/events?most=%d" % most))
        eventually(lambda: slow.asked() >= 3, "what takes long to be asked for")
        for _ in range(5):
            key = visitor.write()
            assert keys(*stream.until(lambda event: keys(event))) == [key]
        visitor.client.get("/v1/contacts/freed")
    assert book.stop() == 0, book.gateway.log


def test_what_cannot_be_answered_at_the_moment_is_asked_again(visitor):
    """The stream is there, with a comment, and nothing else yet."""
    with connect(visitor.url) as connection:
        connection.sendall(raw(visitor, "1.1").replace(b"/all/", b"/away/"))
        data = read_until(connection, rb":\n\n")
        assert data.startswith(b"HTTP/1.1 200 ")
        assert b"event:" not in data
