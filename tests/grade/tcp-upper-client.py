# SPDX-License-Identifier: MIT
# tcp-upper-client in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

host, port = sys.argv[1], int(sys.argv[2])
# Box: create the client's socket and connect it to the server, whichever address it has
client = create_connection((host, port))
print("connected")

for sentence in sys.stdin.buffer:
    # Box: send the sentence
    client.sendall(sentence)
    if not sentence.endswith(b"\n"):
        client.shutdown(SHUT_WR)
    # Box: receive the reply, up to its newline, in however many pieces it comes; show it
    reply = b""
    while not reply.endswith(b"\n"):
        piece = client.recv(4096)
        if not piece:
            break
        reply += piece
    print("From Server:", reply.decode().rstrip("\n"))
    if not reply:
        break
# Box: close the socket
client.close()
