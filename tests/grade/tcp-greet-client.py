# SPDX-License-Identifier: MIT
# tcp-greet-client in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

client = create_connection((sys.argv[1], int(sys.argv[2])))
greeting = b""
while True:
    piece = client.recv(4096)
    if not piece:
        break
    greeting += piece
print(greeting.decode(), end="")
client.close()
