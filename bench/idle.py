# SPDX-License-Identifier: Apache-2.0
"""Connections that have asked once and then do nothing, held by a process of their own: `python idle.py HOST PORT
NUMBER`, with the request on standard input. Prints how many are open, and, when its input ends, how many still are."""

import asyncio
import subprocess
import sys

AT_ONCE = 100
PATIENCE_S = 60


async def _open(host, port, request, turns):
    """A connection with its first answer read, or None."""
    async with turns:
        try:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                return None
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            return reader, writer
        except (OSError, StopIteration, asyncio.IncompleteReadError):
            return None


async def hold(host, port, number, request):
    turns = asyncio.Semaphore(AT_ONCE)
    opened = await asyncio.gather(*(_open(host, port, request, turns) for _ in range(number)))
    opened = [one for one in opened if one is not None]
    print(len(opened), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    print(sum(not reader.at_eof() for reader, _ in opened), flush=True)
    for _, writer in opened:
        writer.close()


class Idle:
    """Holds them while it is entered. `opened`, and afterwards `left`, tell how many there are."""

    def __init__(self, host, number, request):
        self.arguments = [sys.executable, __file__, *host.split(":"), str(number)]
        self.request = request

    def __enter__(self):
        self.process = subprocess.Popen(self.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.process.stdin.write(b"%d\n%s" % (len(self.request), self.request))
        self.process.stdin.flush()
        self.opened = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.left = int(self.process.stdout.readline() or 0)
        self.process.wait(PATIENCE_S)


def main():
    host, port, number = sys.argv[1:]
    length = int(sys.stdin.buffer.readline())
    asyncio.run(hold(host, int(port), int(number), sys.stdin.buffer.read(length)))


if __name__ == "__main__":
    main()
