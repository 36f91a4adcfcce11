# SPDX-License-Identifier: MIT
# tcp-upper-server in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

port = int(sys.argv[1])
welcoming = socket(AF_INET, SOCK_STREAM)
welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
welcoming.bind(("127.0.0.1", port))
welcoming.listen(5)
while True:
    connection, client = welcoming.accept()
    print("connected from", client)
    try:
        while True:
            message = connection.recv(4096)
            if not message:
                break
            connection.sendall(message.upper())
    except OSError as error:
        print("lost", client, error)
    connection.close()
