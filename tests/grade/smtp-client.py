# SPDX-License-Identifier: MIT
# smtp-client in Python's plain sockets: the reference that gets full marks.
import sys
from socket import *

host, port = sys.argv[1], int(sys.argv[2])
sender, recipient = b"alice@crepes.fr", b"bob@hamburger.edu"
received = b""  # bytes of the server behind the last line that we took


def line():
    """The next line that the server says."""
    global received
    # Box: receive until a line is whole
    while b"\n" not in received:
        piece = client.recv(4096)
        if not piece:
            sys.exit("the server has closed the connection")
        received += piece
    first, received = received.split(b"\n", 1)
    return first


def reply(wanted):
    """The server's reply, to its last line. If it is not the wanted one: goodbye."""
    # Box: take lines until one has no minus behind its code; is the code the wanted one?
    last = line()
    while last[3:4] == b"-":
        last = line()
    if not last.startswith(wanted):
        client.sendall(b"QUIT\r\n")
        sys.exit("refused: " + last.decode(errors="replace"))


def command(words, wanted):
    # Box: say a command, hear its reply
    client.sendall(words + b"\r\n")
    reply(wanted)


# Box: make the message of the text: a header, CRLF at the end of each line, a second dot before one that begins a line
message = b"From: " + sender + b"\r\nTo: " + recipient + b"\r\nSubject: hello\r\n\r\n"
for text in sys.stdin.buffer.read().splitlines():
    if text.startswith(b"."):
        text = b"." + text
    message += text + b"\r\n"

# Box: create the client's socket and connect it to the server, whichever address it has
client = create_connection((host, port))
# Box: the dialogue: the server speaks first; greeting, sender, recipient, the message and a lone dot, goodbye
reply(b"220")
command(b"HELO crepes.fr", b"250")
command(b"MAIL FROM:<" + sender + b">", b"250")
command(b"RCPT TO:<" + recipient + b">", b"25")
command(b"DATA", b"354")
client.sendall(message)
command(b".", b"250")
command(b"QUIT", b"221")
# Box: close the socket
client.close()
