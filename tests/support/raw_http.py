# SPDX-License-Identifier: Apache-2.0
"""HTTP as bytes: what no well-behaved client would send, and what it would get back."""

import email.parser
import json
import re
import socket

PATIENCE_S = 60


class Answer:
    def __init__(self, head, body):
        status, _, headers = head.partition(b"\r\n")
        self.status = int(re.fullmatch(rb"HTTP/1\.1 (\d{3}).*", status).group(1))
        self.headers = email.parser.BytesParser().parsebytes(headers)
        self.body = body

    def json(self):
        return json.loads(self.body)


def address_of(url):
    host, port = re.fullmatch(r"http://(.*):(\d+)", url).groups()
    return host, int(port)


def connect(url, source=None):
    return socket.create_connection(address_of(url), PATIENCE_S, (source, 0) if source else None)


def receive_all(connection):
    """Until the peer closes."""
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def split(data, verbs):
    """The answers in `data`, in the order of the requests' `verbs`; those to HEAD, and a 204 or a 304, have no body."""
    answers = []
    while data:
        head, end, rest = data.partition(b"\r\n\r\n")
        assert end, data
        answer = Answer(head, b"")
        verb = verbs[len(answers)] if len(answers) < len(verbs) else "GET"
        if answer.status == 100:
            data = rest
            continue
        length = 0 if verb == "HEAD" or answer.status in (204, 304) else int(answer.headers.get("Content-Length", 0))
        answer.body, data = rest[:length], rest[length:]
        answers.append(answer)
    return answers


def ask(url, raw, half_close=False, verbs=(), source=None):
    """Sends `raw` as it is, and gives back the answers that come until the peer closes."""
    with connect(url, source) as connection:
        connection.sendall(raw)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return split(receive_all(connection), verbs)


def ask_one(url, raw, verb="GET"):
    """The one answer to one request, which says `Connection: close` itself."""
    (answer,) = ask(url, raw, verbs=[verb])
    return answer
