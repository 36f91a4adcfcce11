# SPDX-License-Identifier: MIT
# tcp-upper-server in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

port = int(sys.argv[1])
# Box: create the welcoming socket, and let a restart have its port at once
welcoming = socket(AF_INET, SOCK_STREAM)
welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
# Box: bind it to the server's address and port
welcoming.bind(("127.0.0.1", port))
# Box: listen for connection requests
welcoming.listen(5)

while True:
    # Box: wait for a connection request; it gets a connection socket of its own
    connection, client = welcoming.accept()
    print("connected from", client)
    # Box: read the request and write the reply in capitals, until the client has finished or is lost
    try:
        while True:
            message = connection.recv(4096)
            if not message:
                break
            connection.sendall(message.upper())
    except OSError as error:
        print("lost", client, error)
    # Box: close the connection socket, but not the welcoming socket
    connection.close()
