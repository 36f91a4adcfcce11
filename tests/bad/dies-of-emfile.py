#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""KNOWN BAD, on purpose: a server that one EMFILE, or one reset, ends. usage: ... [fixed]

Serves one client after the other, three at a time in threads: upper case, line by line."""
import socket
import sys
import threading
import time


def serve(connection):
    with connection:
        for line in connection.makefile("rb"):
            connection.sendall(line.upper())


listener = socket.create_server(("127.0.0.1", 0))
print("listening on 127.0.0.1 port", listener.getsockname()[1], flush=True)
while True:
    try:
        connection, _ = listener.accept()
    except OSError as error:
        if "fixed" not in sys.argv:
            raise  # BAD: the next client could be served
        print("waiting:", error.strerror, flush=True)
        time.sleep(0.1)
        continue
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
