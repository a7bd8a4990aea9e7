# SPDX-License-Identifier: Apache-2.0
"""A gateway that serves tests/idl/address-book.thrift, and the service behind it."""

import sys

import httpx

from support.processes import BUILD, PROJECT, Gateway, Ports, Process

IDL = BUILD / "tests" / "idl" / "address-book.json"


class Book:
    def __init__(self, folder, arguments=()):
        self.folder = folder
        self.ports = Ports(1)
        self.port = next(iter(self.ports))
        self.start_service()
        self.gateway = self.start_gateway(arguments)

    def start_service(self):
        self.service = Process(
            "address-book", [sys.executable, "-m", "support.address_book", self.port], self.folder,
            {"PYTHONPATH": str(PROJECT / "tests")},
        )  # fmt: skip
        self.service.wait_for(r"listening on 127\.0\.0\.1:\d+")

    def start_gateway(self, arguments=()):
        """One more of the same folder, and so with the same key."""
        return Gateway(self.folder, {"AddressBook": self.port}, arguments=["--idl", IDL, *arguments])

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
