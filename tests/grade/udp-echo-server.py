# SPDX-License-Identifier: MIT
# udp-echo-server in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

server = socket(AF_INET, SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))
while True:
    message, client = server.recvfrom(65535)
    reply = b"OK..." + message
    try:
        server.sendto(reply, client)
    except OSError as error:
        print("lost", client, error)
