# SPDX-License-Identifier: MIT
# udp-echo-client in Python's plain sockets: the reference that gets full marks.
import sys
import time
from socket import *

# Box: create the socket; connected, it hears the server only
client = socket(AF_INET, SOCK_DGRAM)
client.connect((sys.argv[1], int(sys.argv[2])))


def reply_to(message):
    """The reply to this message within a second; anything else that comes is passed over."""
    # Box: wait a second, not longer, for the reply to this very message
    end = time.monotonic() + 1
    while (left := end - time.monotonic()) > 0:
        client.settimeout(left)
        try:
            reply = client.recv(65535)
        except (TimeoutError, ConnectionRefusedError):
            return None
        if reply == b"OK..." + message:
            return reply
    return None


for line in sys.stdin.buffer:
    message = line.rstrip(b"\n")
    # Box: send the message; no reply: send it again, three times at most; show the reply
    for attempt in range(3):
        client.send(message)
        reply = reply_to(message)
        if reply is not None:
            print("Server reply :", reply.decode())
            break
    else:
        sys.exit("no reply after three tries")
