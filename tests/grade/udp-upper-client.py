# SPDX-License-Identifier: MIT
# udp-upper-client in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

for line in sys.stdin.buffer:
    sentence = line.rstrip(b"\n")
    client = socket(AF_INET, SOCK_DGRAM)  # a new one: late replies to older sentences do not come here
    client.settimeout(1)
    client.connect((sys.argv[1], int(sys.argv[2])))
    for attempt in range(3):
        client.send(sentence)
        try:
            reply = client.recv(65535)
        except (TimeoutError, ConnectionRefusedError):
            continue
        print("From Server:", reply.decode())
        break
    else:
        sys.exit("no reply after three tries")
    client.close()
