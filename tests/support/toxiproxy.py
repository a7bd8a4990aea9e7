# SPDX-License-Identifier: Apache-2.0
"""A network that misbehaves on demand, by toxiproxy: https://github.com/Shopify/toxiproxy#http-api"""

import httpx

from support.processes import PATIENCE_S, PROJECT, Ports, Process, eventually

TOXIPROXY = PROJECT / ".cache" / "tools" / "toxiproxy"


class Toxiproxy:
    """The server; its proxies end with it."""

    def __init__(self, folder):
        self.ports = Ports(1)
        (port,) = self.ports
        self.process = Process("toxiproxy", [TOXIPROXY, "-host", "127.0.0.1", "-port", port], folder)
        self.api = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S)
        eventually(self._answers, "toxiproxy to answer")

    def proxy(self, upstream):
        """A new proxy to an address, HOST:PORT."""
        return Proxy(self, upstream)

    def stop(self):
        self.api.close()
        return self.process.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _answers(self):
        assert self.process.popen.poll() is None, f"toxiproxy ended:\n{self.process.log}"
        try:
            return self.api.get("/version").is_success
        except httpx.TransportError:
            return False


class Proxy:
    """One way through to an upstream. A toxic is known by its name; `stream` is "upstream" (what the client sends) or
    "downstream" (what it gets)."""

    def __init__(self, server, upstream):
        self.api = server.api
        answer = self.api.post(
            "/proxies", json={"name": upstream.replace(":", "-"), "listen": "127.0.0.1:0", "upstream": upstream}
        )
        answer.raise_for_status()
        self.path = f"/proxies/{answer.json()['name']}"
        self.address = answer.json()["listen"]

    def add(self, kind, stream="downstream", toxicity=1.0, **attributes):
        """add("latency", latency=500): in milliseconds; see toxiproxy's README for the kinds. Gives its name."""
        toxic = {"type": kind, "stream": stream, "toxicity": toxicity, "attributes": attributes}
        answer = self.api.post(f"{self.path}/toxics", json=toxic)
        answer.raise_for_status()
        return answer.json()["name"]

    def remove(self, name):
        self.api.delete(f"{self.path}/toxics/{name}").raise_for_status()

    def close(self):
        """Ends its connections and takes no more, until open()."""
        self.api.post(self.path, json={"enabled": False}).raise_for_status()

    def open(self):
        self.api.post(self.path, json={"enabled": True}).raise_for_status()
