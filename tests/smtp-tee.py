# SPDX-License-Identifier: MIT
"""smtp-tee.py PORT FILE: stands between a mail program and the server on PORT and keeps, in FILE, every
byte that the mail program sends. Its own port is its first line."""
import socket
import sys
import threading


def copy(source, target, file):
    while True:
        try:
            data = source.recv(65536)
            if file:
                file.write(data)
                file.flush()
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(data)
        except OSError:
            return


welcoming = socket.create_server(('127.0.0.1', 0))
print(welcoming.getsockname()[1], flush=True)
with open(sys.argv[2], 'wb') as record:
    while True:
        client = welcoming.accept()[0]
        server = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
        threading.Thread(target=copy, args=(server, client, None), daemon=True).start()
        copy(client, server, record)
