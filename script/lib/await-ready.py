# SPDX-License-Identifier: Apache-2.0
"""Hears which processes say that they serve, by systemd's notify protocol (sd_notify(3)), for a script.

Prints what they are to find in NOTIFY_SOCKET, then the id of each process that says READY=1 there, a line each, until
nobody reads it any more. The name is one that the kernel chooses and keeps in no folder, so that nothing is left
behind; anybody on the machine can speak to it, but the kernel says who did.
"""

import select
import socket
import struct
import sys

UCRED = struct.Struct("iII")  # unix(7): process, user, group


def main():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        supervisor.bind("")
        print("@" + supervisor.getsockname()[1:].decode(), flush=True)
        poller = select.poll()
        poller.register(supervisor, select.POLLIN)
        poller.register(sys.stdout, 0)  # that its reader has gone is told unasked
        while all(fd == supervisor.fileno() for fd, _ in poller.poll()):
            state, control, _, _ = supervisor.recvmsg(4096, socket.CMSG_SPACE(UCRED.size))
            for level, kind, credentials in control:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and b"READY=1" in state.splitlines():
                    print(UCRED.unpack(credentials)[0], flush=True)


main()
