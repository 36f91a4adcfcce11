# SPDX-License-Identifier: MIT
# udp-ping in Python's plain sockets: the reference that gets full marks.
import sys
import time
from socket import *

# Box: create the socket; connected, it hears the server only
client = socket(AF_INET, SOCK_DGRAM)
client.connect((sys.argv[1], int(sys.argv[2])))

for number in range(1, 11):
    message = b"Ping %d" % number
    # Box: note the time, send the message
    sent = time.monotonic()
    client.send(message)
    # Box: for the rest of a second wait for the reply with this number
    took = None
    while took is None and (left := sent + 1 - time.monotonic()) > 0:
        client.settimeout(left)
        try:
            reply = client.recv(65535)
        except TimeoutError:
            break
        except ConnectionRefusedError:  # so far nobody has that port
            continue
        if reply.upper().endswith(b"PING %d" % number):
            took = (time.monotonic() - sent) * 1000
    # Box: show how long it took, or that it did not come
    if took is None:
        print("Request timed out: Ping", number)
    else:
        print(f"Ping {number}: {took:.3f} ms")
