# SPDX-License-Identifier: MIT
# tcp-echo-server-threaded in Python's plain sockets: the reference that gets full marks.
import sys
import threading
from socket import *


def serve(connection, client):
    # Box: receive a message and send it back, until close, the end of the stream, or a loss
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
    # Box: close the connection socket, but not the welcoming socket
    connection.close()


# Box: create the welcoming socket, bind it to the port, listen
welcoming = socket(AF_INET, SOCK_STREAM)
welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
welcoming.bind(("127.0.0.1", int(sys.argv[1])))
welcoming.listen(50)

while True:
    # Box: wait for a client, and give it a thread of its own
    connection, client = welcoming.accept()
    threading.Thread(target=serve, args=(connection, client), daemon=True).start()
