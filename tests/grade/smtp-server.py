# SPDX-License-Identifier: MIT
# smtp-server in Python's plain sockets: the reference that gets full marks.
import os
import sys
import threading
import uuid
from socket import *

port, folder = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "."


def lines_from(connection):
    """The lines that the client says, without their CRLF, until it leaves."""
    # Box: receive; take line after line out of what has come, and keep the rest
    come = b""
    while piece := connection.recv(4096):
        *lines, come = (come + piece).split(b"\r\n")
        yield from lines


def take_message(lines):
    """The lines up to the lone dot; None if the client leaves before that."""
    message = []
    # Box: a lone dot ends the message; of another dot at the beginning of a line one is taken off
    for line in lines:
        if line == b".":
            return message
        message.append(line[1:] if line.startswith(b".") else line)
    return None


def keep(message):
    # Box: write the message to a file of its own; it gets its name when it is whole
    name = os.path.join(folder, uuid.uuid4().hex)
    with open(name + ".part", "wb") as file:
        file.write(b"\r\n".join(message + [b""]))
    os.rename(name + ".part", name)


def talk(connection):
    """The dialogue with one client."""
    def reply(words):
        connection.sendall(words + b"\r\n")

    # Box: the server speaks first
    reply(b"220 mail.example ready")
    lines, sender, recipients = lines_from(connection), False, 0
    for line in lines:
        command = line.split(b":")[0].strip().upper()
        word = command.split(b" ")[0]
        # Box: answer the command, if it comes at the right moment
        if word in (b"HELO", b"EHLO", b"RSET"):
            sender, recipients = False, 0
            reply(b"250 hello")
        elif word == b"NOOP":
            reply(b"250 nothing done")
        elif command == b"MAIL FROM":
            sender = True
            reply(b"250 sender ok")
        elif command == b"RCPT TO" and sender:
            recipients += 1
            reply(b"250 recipient ok")
        elif word == b"DATA" and recipients:
            reply(b"354 end with a dot on a line of its own")
            message = take_message(lines)
            if message is None:
                break
            keep(message)
            sender, recipients = False, 0
            reply(b"250 kept")
        elif word == b"QUIT":
            reply(b"221 goodbye")
            break
        else:
            reply(b"503 not now" if word in (b"RCPT", b"DATA") else b"500 what is that?")


def serve(connection, client):
    try:
        talk(connection)
    except OSError as error:
        print("lost", client, error)
    # Box: close the connection socket, but not the welcoming socket
    connection.close()


# Box: create the welcoming socket, bind it to the port, listen
welcoming = socket(AF_INET, SOCK_STREAM)
welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
welcoming.bind(("127.0.0.1", port))
welcoming.listen(50)

while True:
    # Box: wait for a client, and give it a thread of its own
    connection, client = welcoming.accept()
    threading.Thread(target=serve, args=(connection, client), daemon=True).start()
