# SPDX-License-Identifier: MIT
# tcp-relay in Python's plain sockets: the reference that gets full marks.
import sys
import threading
from socket import *

port, host, target = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])


def pass_on(source, drain):
    """One direction: all that comes from the source goes to the drain; and its end, too."""
    try:
        # Box: receive what there is, send it on, until the source has finished
        while piece := source.recv(65536):
            drain.sendall(piece)
        # Box: half-close: tell the drain that no more will come; the other direction goes on
        drain.shutdown(SHUT_WR)
    except OSError as error:
        # Box: one of the two has broken off: let go of both
        print("broken off:", error)
        for one in source, drain:
            try:
                one.shutdown(SHUT_RDWR)
            except OSError:
                pass


def serve(client):
    # Box: connect to the server; if there is none, the client is closed
    try:
        server = create_connection((host, target))
    except OSError as error:
        print("no server:", error)
        client.close()
        return
    # Box: pass on in both directions at once, each in a thread of its own
    back = threading.Thread(target=pass_on, args=(server, client), daemon=True)
    back.start()
    pass_on(client, server)
    # Box: close both when both directions have ended
    back.join()
    client.close()
    server.close()


# Box: create the welcoming socket, bind it to the port, listen
welcoming = socket(AF_INET, SOCK_STREAM)
welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
welcoming.bind(("127.0.0.1", port))
welcoming.listen(50)

while True:
    # Box: wait for a client, and give it a thread of its own
    connection, address = welcoming.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
