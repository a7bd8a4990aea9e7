# SPDX-License-Identifier: Apache-2.0
"""A gateway that serves tests/idl/address-book.thrift, and the service behind it."""

import sys

import httpx

from support.processes import BUILD, PROJECT, Gateway, Process

IDL = BUILD / "tests" / "idl" / "address-book.json"


class Book:
    def __init__(self, folder, arguments=()):
        self.service = Process(
            "address-book", [sys.executable, "-m", "support.address_book"], folder, {"PYTHONPATH": str(PROJECT / "tests")}
        )
        self.port = port = int(self.service.wait_for(r"listening on 127\.0\.0\.1:(\d+)").group(1))
        self.gateway = Gateway(folder, {"AddressBook": port}, arguments=["--idl", IDL, *arguments])

    def stop(self):
        status = self.gateway.stop()
        self.service.kill()
        return status


def enter(book, visitor):
    answer = httpx.post(
        f"{book.gateway.url}/v1/visits", json={"visitor": visitor, "word": "open sesame"}, timeout=60
    )
    assert answer.status_code == 201, answer.text
    return answer.json()
