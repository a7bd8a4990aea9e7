# SPDX-License-Identifier: Apache-2.0
"""The key that all systems check tokens with, and the tokens of the users: gateway/tw-token.h says what they hold."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time

LIFETIME_S = 86400  # of the whole of a run
KEY_ID = "bench"


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _private_file(path, octets):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(octets)
    return path


def sign(claims, key, lifetime_s=LIFETIME_S, **header):
    """A JSON Web Token with HS256. Its header is what libjwt writes, byte for byte: names in order, no blanks."""
    parts = [{"alg": "HS256", **header, "typ": "JWT"}, {**claims, "exp": int(time.time()) + lifetime_s}]
    signed = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{base64url(hmac.digest(key, signed.encode(), hashlib.sha256))}"


class Key:
    """32 random bytes, made anew for each run of the benchmark."""

    def __init__(self):
        self.octets = secrets.token_bytes(32)

    def write_raw(self, path):
        """As the peers read it."""
        return _private_file(path, self.octets)

    def write_ours(self, path):
        """As `gateway --token-key-file` reads it."""
        return _private_file(path, f"{KEY_ID} {base64url(self.octets)}\n".encode())

    def token(self, user, lifetime_s=LIFETIME_S):
        now = int(time.time())
        issued = min(now, now + lifetime_s - 1)
        claims = {"aud": "taskwire", "iat": issued, "iss": "taskwire", "sid": f"of-{user}", "sub": user}
        return sign(claims, self.octets, lifetime_s, kid=KEY_ID)
