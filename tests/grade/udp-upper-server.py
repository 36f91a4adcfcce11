# SPDX-License-Identifier: MIT
# udp-upper-server in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

# Box: create the socket, bind it to the port
server = socket(AF_INET, SOCK_DGRAM)
server.bind(("127.0.0.1", int(sys.argv[1])))

while True:
    # Box: read a datagram, and whom it came from; send the reply there
    message, client = server.recvfrom(65535)
    reply = message.upper()
    try:
        server.sendto(reply, client)
    except OSError as error:
        print("lost", client, error)
