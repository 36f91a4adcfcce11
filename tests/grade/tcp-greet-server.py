# SPDX-License-Identifier: MIT
# tcp-greet-server in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

welcoming = socket(AF_INET, SOCK_STREAM)
welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
welcoming.bind(("127.0.0.1", int(sys.argv[1])))
welcoming.listen(50)
while True:
    connection, client = welcoming.accept()
    try:
        connection.sendall(b"Thank you for connecting\n")
        connection.shutdown(SHUT_WR)
        connection.settimeout(0.2)
        while connection.recv(4096):  # what the client says is read away: it could destroy the greeting
            pass
    except OSError as error:
        print("lost", client, error)
    connection.close()
