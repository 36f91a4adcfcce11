# SPDX-License-Identifier: MIT
# web-server-simple in Python's plain sockets: the reference that gets full marks.
import mimetypes
import os
import sys
from socket import *

port, folder = int(sys.argv[1]), os.path.realpath(sys.argv[2] if len(sys.argv) > 2 else ".")


def response(status, body, kind="text/plain"):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def answer(request):
    """The response to a request, header lines and all."""
    # Box: parse the request: the first line is the method, the path, and the version
    words = request.split(b"\r\n")[0].split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1.") or b"\0" in words[1]:
        return response("400 Bad Request", b"This is no HTTP request.\n")
    if words[0] != b"GET":
        return response("501 Not Implemented", b"This server knows GET only.\n")
    path = os.path.realpath(folder + "/" + os.fsdecode(words[1]))
    # Box: get the file, if it is in the folder; make the response of it and its header lines
    if not path.startswith(folder + "/") or not os.path.isfile(path):
        return response("404 Not Found", b"There is no such file here.\n")
    with open(path, "rb") as file:
        return response("200 OK", file.read(), mimetypes.guess_type(path)[0] or "application/octet-stream")


# Box: create the welcoming socket, bind it to the port, listen
welcoming = socket(AF_INET, SOCK_STREAM)
welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
welcoming.bind(("127.0.0.1", port))
welcoming.listen(50)

while True:
    # Box: accept a connection; a client that says nothing for two seconds is given up
    connection, client = welcoming.accept()
    connection.settimeout(2)

    try:
        # Box: receive the request, in however many pieces, up to its empty line
        request = b""
        while b"\r\n\r\n" not in request:
            piece = connection.recv(4096)
            if not piece:
                break
            request += piece
        # Box: send the response
        if request:
            connection.sendall(answer(request))
        # Box: read away what the client still sends: unread, it would destroy the response
        connection.shutdown(SHUT_WR)
        while connection.recv(4096):
            pass
    except OSError as error:
        print("lost", client, error)
    # Box: close the connection
    connection.close()
