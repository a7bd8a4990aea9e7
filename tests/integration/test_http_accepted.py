# SPDX-License-Identifier: Apache-2.0
"""What RFC 9110 to 9112 have a server accept, and what it refuses next to that."""

import pytest

from support import raw_http

HOST = b"Host: x\r\nConnection: close\r\n"
SPEC = b"/openapi.json"


def get(target=SPEC, headers=HOST, verb=b"GET", version=b"HTTP/1.1", before=b""):
    return before + verb + b" " + target + b" " + version + b"\r\n" + headers + b"\r\n"


ACCEPTED = {
    "empty lines before": (get(before=b"\r\n\r\n"), 200),
    "a header without a value": (get(headers=HOST + b"X-Empty:\r\nX-Blank: \t \r\n"), 200),
    "bytes beyond ASCII in a value": (get(headers=HOST + b"X-Name: J\xfcrgen\r\n"), 200),
    "blanks around a value": (get(headers=b"Host:\t x \t\r\nConnection:close\r\n"), 200),
    "names in any case": (get(headers=b"hOST: x\r\ncONNECTION: Close\r\n"), 200),
    "an empty Host": (get(headers=b"Host:\r\nConnection: close\r\n"), 200),
    "a Host with a port": (get(headers=b"Host: [::1]:8080\r\nConnection: close\r\n"), 200),
    "HTTP/1.0 without Host": (get(headers=b"", version=b"HTTP/1.0"), 200),
    "more connection options": (get(headers=b"Host: x\r\nConnection: TE, , close\r\nTE: trailers\r\n"), 200),
    "any Accept": (get(headers=HOST + b"Accept: */*\r\nAccept: application/xml;q=0.1\r\n"), 200),
    "Upgrade to what is not spoken": (get(headers=HOST + b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"), 200),
    "Range": (get(headers=HOST + b"Range: bytes=0-1\r\n"), 200),
    "a Content-Length of 0": (get(headers=HOST + b"Content-Length: 0\r\n"), 200),
    "escapes that are not needed": (get(target=b"/%6Fpenapi%2ejson"), 200),
    "a target of 8,000 bytes": (get(target=SPEC + b"?" + b"a" * 7980), 200),
    "HEAD": (get(verb=b"HEAD"), 200),
    "OPTIONS": (get(verb=b"OPTIONS"), 204),
    "OPTIONS *": (get(verb=b"OPTIONS", target=b"*"), 204),
    "absolute form": (get(target=b"http://x" + SPEC), 200),
    "absolute form, its host and scheme in any case": (get(target=b"HTTP://X" + SPEC), 200),
    "absolute form with http's port": (get(target=b"http://x:80" + SPEC), 200),
    "absolute form with a query": (get(target=b"http://x" + SPEC + b"?a=b"), 200),
    "absolute form without a path": (get(target=b"http://x"), 200),
    "absolute form in HTTP/1.0": (get(target=b"http://x" + SPEC, headers=b"", version=b"HTTP/1.0"), 200),
    "100-continue without a body": (get(headers=HOST + b"Expect: 100-Continue\r\n"), 200),
    "another expectation in HTTP/1.0": (get(headers=HOST + b"Expect: x\r\n", version=b"HTTP/1.0"), 200),
    "If-None-Match in two lines": (get(headers=HOST + b'If-None-Match: ,"a"\r\nIf-None-Match: *\r\n'), 304),
    "HTTP/1.2": (get(version=b"HTTP/1.2"), 200),
}

REFUSED = {
    "absolute form for another host": (get(target=b"http://y" + SPEC), 400),
    "absolute form for another port": (get(target=b"http://x:8080" + SPEC), 400),
    "absolute form without Host": (get(target=b"http://x" + SPEC, headers=b""), 400),
    "absolute form with two Hosts": (get(target=b"http://x" + SPEC, headers=b"Host: x\r\n" + HOST), 400),
    "absolute form with a user": (get(target=b"http://u@x" + SPEC), 400),
    "absolute form without a host": (get(target=b"http://" + SPEC), 400),
    "https": (get(target=b"https://x" + SPEC), 400),
    "another scheme": (get(target=b"ftp://x" + SPEC), 400),
    "a scheme alone": (get(target=b"http:" + SPEC), 400),
    "authority form": (get(target=b"x:80", verb=b"CONNECT"), 400),
    "GET *": (get(target=b"*"), 400),
    "another expectation": (get(headers=HOST + b"Expect: 200-ok\r\n"), 417),
    "a method that HTTP knows and the path does not": (get(target=b"/v1/tasks", verb=b"PUT"), 405),
    "TRACE": (get(target=b"/v1/tasks", verb=b"TRACE"), 405),
    "QUERY": (get(target=b"/v1/tasks", verb=b"QUERY"), 405),
    "a method that nobody knows": (get(target=b"/v1/tasks", verb=b"BREW"), 501),
    "a method in lower case": (get(target=b"/v1/tasks", verb=b"get"), 501),
    "a Host that is none": (get(headers=b"Host: x:y\r\nConnection: close\r\n"), 400),
    "a target that does not fit": (get(target=b"/" + b"a" * 12000), 414),
    "a blank before a colon": (get(headers=HOST + b"X-A : b\r\n"), 400),
    "a folded line": (get(headers=HOST + b"X-A: b\r\n c\r\n"), 400),
    "a blank behind chunked": (get(headers=HOST + b"Transfer-Encoding: chunked \r\n"), 400),
    "another coding before chunked": (get(headers=HOST + b"Transfer-Encoding: gzip, chunked\r\n"), 400),
}


@pytest.mark.parametrize(("raw", "status"), {**ACCEPTED, **REFUSED}.values(), ids={**ACCEPTED, **REFUSED}.keys())
def test_status(stack, raw, status):
    answer = raw_http.ask_one(stack.url, raw, verb=raw.split()[0].decode())
    assert answer.status == status
    if status in (405, 501):
        assert "GET" in answer.headers["Allow"]


def test_host_and_path_of_an_absolute_target_are_taken_apart(stack, person):
    """The route, its parameters and the log see the path alone."""
    task = person.add("one")
    headers = HOST + f"Authorization: Bearer {person.access_token}\r\n".encode()
    answer = raw_http.ask_one(stack.url, get(target=f"http://x/v1/tasks/{task['id']}".encode(), headers=headers))
    assert answer.status == 200 and answer.json()["name"] == "one"
    stack.gateway.wait_for(f"GET /v1/tasks/{task['id']} 200 ")
    assert "http://x/" not in stack.gateway.log


@pytest.mark.parametrize("start", ["Bearer ", "bearer ", "BEARER  ", "Bearer" + " " * 50])
def test_blanks_behind_the_scheme(person, start):
    answer = person.client.get("/v1/account", headers={"Authorization": start + person.access_token})
    assert answer.status_code == 200


@pytest.mark.parametrize("start", ["Bearer\t", "Bearer", "Bearer,", "Basic ", "Bearer Bearer "])
def test_what_is_no_bearer_token(person, start):
    answer = person.client.get("/v1/account", headers={"Authorization": start + person.access_token})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON;charset=UTF-8",
        'application/json; charset="utf-8"',
        "application/json;",
        "application/json ; ; Charset=utf-8",
        "application/json; profile=https://example.org/x",
        'application/json; profile="a;charset=latin1"',
    ],
)
def test_content_types(person, content_type):
    answer = person.client.post("/v1/tasks", content=b'{"name":"x"}', headers={"Content-Type": content_type})
    assert answer.status_code == 201


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
def test_no_coding(person, coding):
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    assert person.client.post("/v1/tasks", content=b'{"name":"x"}', headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("chunked", b'd\r\n{"name": "x"}\r\n0\r\n\r\n'),
        ("Chunked", b'00d;name=value;other="a;b"\r\n{"name": "x"}\r\n000\r\n\r\n'),
        ("CHUNKED", b'1\r\n{\r\nC\r\n"name": "x"}\r\n0;last\r\nX-Trailer: one\r\nX-Other:\r\n\r\n'),
    ],
)
def test_chunks_with_extensions_and_trailers(stack, person, coding, body):
    headers = (
        f"Authorization: Bearer {person.access_token}\r\nContent-Type: application/json\r\n"
        f"Transfer-Encoding: {coding}\r\nTrailer: X-Trailer\r\n"
    ).encode()
    raw = get(target=b"/v1/tasks", verb=b"POST", headers=b"Host: x\r\n" + headers) + body
    answers = raw_http.ask(stack.url, raw + get())
    assert [answer.status for answer in answers] == [201, 200], "the next request begins where the trailer ends"


def test_continue(stack, person):
    headers = HOST + (
        f"Authorization: Bearer {person.access_token}\r\nContent-Type: application/json\r\n"
        "Content-Length: 12\r\nExpect: 100-continue\r\n"
    ).encode()
    with raw_http.connect(stack.url) as connection:
        connection.sendall(get(target=b"/v1/tasks", verb=b"POST", headers=headers))
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b'{"name":"x"}')
        (answer,) = raw_http.split(raw_http.receive_all(connection), ["POST"])
    assert answer.status == 201


def test_http_1_0_keeps_the_connection_when_asked(stack):
    kept = get(headers=b"Connection: keep-alive\r\n", version=b"HTTP/1.0")
    answers = raw_http.ask(stack.url, kept + get(headers=b"", version=b"HTTP/1.0"))
    assert [answer.status for answer in answers] == [200, 200]
