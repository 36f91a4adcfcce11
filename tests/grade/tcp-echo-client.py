# SPDX-License-Identifier: MIT
# tcp-echo-client in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

client = create_connection((sys.argv[1], int(sys.argv[2])))
print("connected", flush=True)
for message in sys.stdin.buffer:
    client.sendall(message)
    echo = b""
    while len(echo) < len(message):
        piece = client.recv(4096)
        if not piece:
            break
        echo += piece
    sys.stdout.buffer.write(b"Echo: " + echo)
    if len(echo) < len(message):
        break
client.close()
