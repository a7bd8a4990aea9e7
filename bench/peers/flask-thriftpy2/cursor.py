# SPDX-License-Identifier: Apache-2.0
"""Where a page goes on: base64url of a version, the last row's time of making and its id."""

import base64
import struct

VERSION = 1
LAYOUT = struct.Struct(">BQ12s")


def encode_cursor(row):
    return base64.urlsafe_b64encode(LAYOUT.pack(VERSION, row[1], row[0])).decode()


def decode_cursor(cursor):
    """(created_ms, id); fails with ValueError."""
    bytes_ = base64.urlsafe_b64decode(cursor)
    if len(bytes_) != LAYOUT.size or bytes_[0] != VERSION:
        raise ValueError("cursor is not one that this service made")
    return LAYOUT.unpack(bytes_)[1:]
