# SPDX-License-Identifier: MIT
# tcp-echo-server in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

welcoming = socket(AF_INET, SOCK_STREAM)
welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
welcoming.bind(("127.0.0.1", int(sys.argv[1])))
welcoming.listen(5)
while True:
    connection, client = welcoming.accept()
    try:
        while True:
            message = connection.recv(1024)
            if not message:
                break
            connection.sendall(message)
            if message.rstrip() == b"close":
                break
    except OSError as error:
        print("lost", client, error)
    connection.close()
