# SPDX-License-Identifier: MIT
"""The classic mistakes. Each is made in a reference program by replacing a piece of its text, and must
lose the points of exactly the checks that are named: by failing, or since what they need has failed."""

# exercise: [(the mistake, its text in the reference, what is there instead, the checks that are lost)]
MUTANTS = {
    "tcp-upper-server": [
        ("one recv for each client",
         "        while True:\n            message = connection.recv(4096)\n            if not message:\n                break\n",
         "        for once in (1,):\n            message = connection.recv(4096)\n",
         "pieces large short"),
        ("no loop on send",
         """            message = connection.recv(4096)
            if not message:
                break
            connection.sendall(""", """            message = connection.recv(1 << 20)
            if not message:
                break
            connection.settimeout(60)
            connection.send(""",
         "short"),
        ("ends after the first client",
         "    connection.close()\n", "    connection.close()\n    break\n",
         "next reset leave never-reads"),
        ("ends when a client is lost",
         "    except OSError as error:\n", "    except ZeroDivisionError as error:\n",
         "reset leave never-reads"),
        ("adds a NUL",
         "message.upper()", "message.upper() + b'\\0'",
         "exact pieces large short half-close"),
        ("answers only whole lines",
         """            message = connection.recv(4096)
""", """            message = b""
            while b"\\n" not in message and (piece := connection.recv(65536)):
                message += piece
""",
         "no-newline"),
        ("answers only the first line of what came",
         "message.upper()", "message.upper().split(b'\\n')[0] + b'\\n' * (b'\\n' in message)",
         "two-in-one bytes large"),
        ("takes the message for text",
         "message.upper()", "message.decode().upper().encode()",
         "bytes"),
        ("answers only when the client has finished",
         "message = connection.recv(4096)", "message = b''.join(iter(lambda: connection.recv(4096), b''))",
         "ALL"),
        ("forgets to close",
         "    connection.close()\n", '    globals().setdefault("kept", []).append(connection)\n',
         "half-close"),
        ("no SO_REUSEADDR",
         "welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n", "",
         "restart"),
        ("listens on the IPv6 address only",
         'AF_INET, SOCK_STREAM)\n', 'AF_INET6, SOCK_STREAM)\n', "ALL"),
    ],
    "tcp-upper-client": [
        ("one recv for the whole reply",
         """        if not piece:
            break
        reply += piece
""", """        reply += piece
        break
""",
         "pieces large short"),
        ("no loop on send",
         "client.sendall(", "client.send(",
         "short"),
        ("goes round for ever when the server has closed",
         """        if not piece:
            break
        reply""", "        reply",
         "early more"),
        ("only one sentence",
         "    if not reply:\n", "    if reply:\n",
         "more newline pieces large short"),
        ("leaves the newline out, and waits for one",
         "client.sendall(sentence)", "client.sendall(sentence.rstrip())",
         "ALL"),
        ("sends CR and LF",
         "client.sendall(sentence)", 'client.sendall(sentence.replace(b"\\n", b"\\r\\n"))',
         "newline"),
        ("adds a NUL",
         "client.sendall(sentence)", "client.sendall(sentence + b'\\0')",
         "ALL"),
        ("IPv4 only",
         "client = create_connection((host, port))", "client = socket(AF_INET, SOCK_STREAM)\nclient.connect((host, port))",
         "families"),
        ("a buffer of 1024 bytes for the reply",
         "piece = client.recv(4096)", "piece = client.recv(1024 - len(reply))",
         "large short"),
        ("shows what was typed, not what came",
         "reply.decode()", "sentence.decode()",
         "ALL"),
    ],
}
