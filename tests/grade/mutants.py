# SPDX-License-Identifier: MIT
"""The classic mistakes. Each is made in a reference program by replacing a piece of its text, and must
lose the points of exactly the checks that are named: by failing, or since what they need has failed. Those that
go round for ever sleep a little in each round: it is long enough, and leaves the processor to the others."""

# exercise: [(the mistake, a text in the reference, what stands there instead, ..., the checks that are lost)]
MUTANTS = {
    "tcp-upper-server": [
        ('one recv for each client',
         """        while True:
            message = connection.recv(4096)
            if not message:
                break
""",
         """        for once in (1,):
            message = connection.recv(4096)
""",
         'pieces large short'),
        ('no loop on send',
         """            message = connection.recv(4096)
            if not message:
                break
            connection.sendall(""",
         """            message = connection.recv(1 << 20)
            if not message:
                break
            connection.settimeout(60)
            connection.send(""",
         'short'),
        ('ends after the first client',
         '    connection.close()\n',
         """    connection.close()
    break
""",
         'next reset leave never-reads'),
        ('ends when a client is lost',
         '    except OSError as error:\n',
         '    except ZeroDivisionError as error:\n',
         'reset leave never-reads'),
        ('adds a NUL',
         'message.upper()',
         "message.upper() + b'\\0'",
         'exact pieces large short half-close'),
        ('answers only whole lines',
         '            message = connection.recv(4096)\n',
         """            message = b""
            while b"\\n" not in message and (piece := connection.recv(65536)):
                message += piece
""",
         'no-newline'),
        ('answers only the first line of what came',
         'message.upper()',
         "message.upper().split(b'\\n')[0] + b'\\n' * (b'\\n' in message)",
         'two-in-one bytes large'),
        ('takes the message for text',
         'message.upper()',
         'message.decode().upper().encode()',
         'bytes'),
        ('answers only when the client has finished',
         'message = connection.recv(4096)',
         "message = b''.join(iter(lambda: connection.recv(4096), b''))",
         'ALL'),
        ('forgets to close',
         '    connection.close()\n',
         '    globals().setdefault("kept", []).append(connection)\n',
         'half-close'),
        ('no SO_REUSEADDR',
         'welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n',
         '',
         'restart'),
        ('listens on the IPv6 address only',
         'AF_INET, SOCK_STREAM)\n',
         'AF_INET6, SOCK_STREAM)\n',
         'ALL'),
    ],
    "tcp-upper-client": [
        ('one recv for the whole reply',
         """        if not piece:
            break
        reply += piece
""",
         """        reply += piece
        break
""",
         'pieces large short'),
        ('no loop on send',
         'client.sendall(',
         'client.send(',
         'short'),
        ('goes round for ever when the server has closed',
         """        if not piece:
            break
""",
         """        if not piece:
            __import__("time").sleep(0.01)
""",
         'early last-line'),
        ('waits for a newline behind a last line that has none',
         '    if not sentence.endswith(b"\\n"):\n        client.shutdown(SHUT_WR)\n',
         '',
         'last-line'),
        ('only one sentence',
         '    if not reply:\n',
         '    if reply:\n',
         'more last-line newline pieces large short'),
        ('leaves the newline out, and waits for one',
         'client.sendall(sentence)',
         'client.sendall(sentence.rstrip())',
         'ALL'),
        ('sends CR and LF',
         'client.sendall(sentence)',
         'client.sendall(sentence.replace(b"\\n", b"\\r\\n"))',
         'newline'),
        ('adds a NUL',
         'client.sendall(sentence)',
         "client.sendall(sentence + b'\\0')",
         'ALL'),
        ('IPv4 only',
         'client = create_connection((host, port))',
         """client = socket(AF_INET, SOCK_STREAM)
client.connect((host, port))""",
         'families'),
        ('a buffer of 1024 bytes for the reply',
         'piece = client.recv(4096)',
         'piece = client.recv(1024 - len(reply))',
         'large short'),
        ('shows what was typed, not what came',
         'reply.decode()',
         'sentence.decode()',
         'ALL'),
    ],
    "udp-upper-server": [
        ('gives the reply to whom it met first',
         '    reply = ',
         """    first = globals().setdefault('first', client)
    client = first
    reply = """,
         'clients gone'),
        ('ends at the empty datagram',
         '    reply = ',
         """    if not message:
        break
    reply = """,
         'empty'),
        ('passes over the empty datagram',
         '    reply = ',
         """    if not message:
        continue
    reply = """,
         'empty'),
        ('a buffer of 2048 bytes',
         'recvfrom(65535)',
         'recvfrom(2048)',
         'largest'),
        ('takes the message for text',
         '    reply = ',
         """    message = message.decode().encode()
    reply = """,
         'bytes'),
        ('adds a NUL',
         '    reply = message.upper()',
         "    reply = message.upper() + b'\\0'",
         'exact bytes empty largest row clients'),
        ('answers twice',
         '        server.sendto(reply, client)\n',
         """        server.sendto(reply, client)
        server.sendto(reply, client)
""",
         'exact empty row clients'),
        ('ends after one datagram',
         '        print("lost", client, error)\n',
         """        print("lost", client, error)
    break
""",
         'exact empty row clients gone'),
        ('sends each reply with the next datagram',
         '        server.sendto(reply, client)\n',
         """        server.sendto(globals().get('last', b''), client)
    finally:
        last = reply
    try:
        pass
""",
         'ALL'),
    ],
    "udp-upper-client": [
        ('sends once and waits for ever',
         'client.settimeout(1)',
         'pass',
         'loss lossy silence'),
        ('waits a second, but does not ask again',
         'range(3)',
         'range(1)',
         'loss lossy'),
        ('one socket for all, takes whatever comes',
         '    client = socket(AF_INET, SOCK_DGRAM)  #',
         '    client = globals().get("client") or socket(AF_INET, SOCK_DGRAM)  #',
         '    client.close()\n',
         '',
         'doubled'),
        ('does not look who replies',
         """    client.settimeout(1)
    client.connect((sys.argv[1], int(sys.argv[2])))
""",
         """    client = type("Anybody", (socket,), {"send": lambda self, words: self.sendto(words, (sys.argv[1], int(sys.argv[2])))})(AF_INET, SOCK_DGRAM)
    client.settimeout(1)
""",
         'others'),
        ('sends the newline, too',
         'line.rstrip(b"\\n")',
         'line',
         'datagram largest'),
        ('adds a NUL',
         'client.send(sentence)',
         "client.send(sentence + b'\\0')",
         'datagram largest'),
        ('a buffer of 2048 bytes',
         'recv(65535)',
         'recv(2048)',
         'largest'),
        ('one sentence only',
         '    client.close()\n',
         '    break\n',
         'more datagram loss lossy doubled'),
        ('shows what was typed, not what came',
         'reply.decode()',
         'sentence.decode()',
         'ALL'),
    ],
    "udp-echo-server": [
        ('gives the reply to whom it met first',
         '    reply = ',
         """    first = globals().setdefault('first', client)
    client = first
    reply = """,
         'clients gone'),
        ('ends at the empty datagram',
         '    reply = ',
         """    if not message:
        break
    reply = """,
         'empty'),
        ('passes over the empty datagram',
         '    reply = ',
         """    if not message:
        continue
    reply = """,
         'empty'),
        ('a buffer of 2048 bytes',
         'recvfrom(65535)',
         'recvfrom(2048)',
         'largest'),
        ('takes the message for text',
         '    reply = ',
         """    message = message.decode().encode()
    reply = """,
         'bytes'),
        ('adds a NUL',
         '    reply = b"OK..." + message',
         '    reply = b"OK..." + message + b\'\\0\'',
         'ALL'),
        ('answers twice',
         '        server.sendto(reply, client)\n',
         """        server.sendto(reply, client)
        server.sendto(reply, client)
""",
         'exact empty row clients'),
        ('ends after one datagram',
         '        print("lost", client, error)\n',
         """        print("lost", client, error)
    break
""",
         'exact empty row clients gone'),
        ('sends each reply with the next datagram',
         '        server.sendto(reply, client)\n',
         """        server.sendto(globals().get('last', b''), client)
    finally:
        last = reply
    try:
        pass
""",
         'exact bytes empty largest row clients'),
    ],
    "udp-echo-client": [
        ('sends once and waits for ever',
         'client.settimeout(left)',
         'pass',
         'loss lossy silence'),
        ('waits a second, but does not ask again',
         'range(3)',
         'range(1)',
         'loss lossy'),
        ('takes whatever comes for the reply',
         'if reply == b"OK..." + message:',
         'if True:',
         'doubled'),
        ('takes whatever comes, from anybody',
         """client = socket(AF_INET, SOCK_DGRAM)
client.connect((sys.argv[1], int(sys.argv[2])))
""",
         'client = type("Anybody", (socket,), {"send": lambda self, words: self.sendto(words, (sys.argv[1], int(sys.argv[2])))})(AF_INET, SOCK_DGRAM)\n',
         'if reply == b"OK..." + message:',
         'if True:',
         'doubled others'),
        ('sends the newline, too',
         'line.rstrip(b"\\n")',
         'line',
         'datagram'),
        ('adds a NUL',
         'client.send(message)',
         "client.send(message + b'\\0')",
         'ALL'),
        ('a buffer of 2048 bytes',
         'recv(65535)',
         'recv(2048)',
         'largest'),
        ('one message only',
         '            print("Server reply :", reply.decode())\n',
         """            print("Server reply :", reply.decode())
            sys.exit()
""",
         'more datagram loss lossy doubled'),
        ('shows what was typed, not what came',
         'reply.decode()',
         'message.decode()',
         'ALL'),
    ],
    "tcp-echo-server": [
        ('one recv for each client',
         """        while True:
            message = connection.recv(1024)
            if not message:
                break
            connection.sendall(message)
            if message.rstrip() == b"close":
                break
""",
         """        message = connection.recv(1024)
        connection.sendall(message)
""",
         'pieces large short enclose'),
        ('no loop on send',
         'connection.sendall(message)',
         'connection.send(message)',
         'short'),
        ('never heard of close',
         'message.rstrip() == b"close"',
         'False',
         'close'),
        ('ends when a client is lost',
         'except OSError as error:',
         'except ZeroDivisionError as error:',
         'reset leave never-reads'),
        ('no SO_REUSEADDR',
         'welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n',
         '',
         'restart'),
        ('ends after the first client',
         '    connection.close()\n',
         """    connection.close()
    break
""",
         'next reset leave never-reads'),
        ('forgets to close',
         '    connection.close()\n',
         '    globals().setdefault("kept", []).append(connection)\n',
         'close half-close'),
    ],
    "tcp-echo-server-threaded": [
        ('serves the first client only',
         "    threading.Thread(target=serve, args=(connection, client), daemon=True).start()\n",
         "    threading.Thread(target=serve, args=(connection, client)).start()\n    break\n",
         'next at-once never-reads crowd reset leave'),
        ('one recv for each client',
         """        while True:
            message = connection.recv(1024)
            if not message:
                break
            connection.sendall(message)
            if message.rstrip() == b"close":
                break
""",
         """        message = connection.recv(1024)
        connection.sendall(message)
""",
         'pieces large short enclose at-once never-reads crowd'),
        ('no loop on send',
         'connection.sendall(message)',
         'connection.send(message)',
         'short'),
        ('adds a NUL',
         'connection.sendall(message)',
         "connection.sendall(message + b'\\0')",
         'exact pieces close enclose half-close large short at-once crowd never-reads'),
        ('never heard of close',
         'message.rstrip() == b"close"',
         'False',
         'close'),
        ('any message with the word ends it',
         'message.rstrip() == b"close"',
         'b"close" in message',
         'enclose'),
        ('takes the message for text',
         'connection.sendall(message)',
         'connection.sendall(message.decode().encode())',
         'bytes'),
        ('answers only whole lines',
         'message = connection.recv(1024)',
         """message = b""
            while b"\\n" not in message and (piece := connection.recv(65536)):
                message += piece""",
         'no-newline'),
        ('no SO_REUSEADDR',
         'welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n',
         '',
         'restart'),
        ('no threads: one client at a time',
         '    threading.Thread(target=serve, args=(connection, client), daemon=True).start()\n',
         '    serve(connection, client)\n',
         'at-once never-reads crowd'),
        ('a crash of one thread ends all',
         '        print("lost", client, error)\n',
         '        __import__("os")._exit(1)\n',
         'reset leave never-reads'),
        ('forgets to close',
         '    connection.close()\n',
         '    globals().setdefault("kept", []).append(connection)\n',
         'close half-close'),
    ],
    "tcp-echo-client": [
        ('one recv for the whole echo',
         """        if not piece:
            break
        echo += piece
""",
         """        echo += piece
        break
""",
         'more pieces large short'),
        ('no loop on send',
         'client.sendall(',
         'client.send(',
         'short'),
        ('goes round for ever when the server has closed',
         """        if not piece:
            break
""",
         """        if not piece:
            __import__("time").sleep(0.01)
""",
         'early'),
        ('only one message',
         '    if len(echo) < len(message):\n',
         '    if True:\n',
         'more newline pieces large short'),
        ('leaves the newline out, and waits for its echo',
         'client.sendall(message)',
         'client.sendall(message.rstrip())',
         'ALL'),
        ('sends CR and LF',
         'client.sendall(message)',
         'client.sendall(message.replace(b"\\n", b"\\r\\n"))',
         'newline short'),
        ('IPv4 only',
         'client = create_connection((sys.argv[1], int(sys.argv[2])))',
         """client = socket(AF_INET, SOCK_STREAM)
client.connect((sys.argv[1], int(sys.argv[2])))""",
         'families'),
        ('a buffer of 1024 bytes for the echo',
         'client.recv(4096)',
         'client.recv(1024 - len(echo))',
         'large short more'),
    ],
    "tcp-greet-server": [
        ('adds a NUL',
         'connecting\\n',
         'connecting\\n\\0',
         'exact'),
        ('no newline',
         'connecting\\n',
         'connecting',
         'exact short next silent reset'),
        ('no loop on send',
         'connection.sendall(',
         'connection.send(',
         'short'),
        ('ends after the first client',
         '    connection.close()\n',
         """    connection.close()
    break
""",
         'next silent reset'),
        ('ends when a client is lost',
         'except OSError as error:',
         'except ZeroDivisionError as error:',
         'reset silent'),
        ('waits for ever for the client to leave',
         'connection.settimeout(0.2)',
         'pass',
         'silent'),
        ('forgets to close',
         '        connection.shutdown(SHUT_WR)\n',
         "        globals().setdefault('kept', []).append(connection)\n",
         '    connection.close()\n',
         '',
         'ALL'),
        ('no SO_REUSEADDR',
         'welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n',
         '',
         'restart'),
    ],
    "tcp-greet-client": [
        ('one recv for the whole greeting',
         """    if not piece:
        break
    greeting += piece
""",
         """    greeting += piece
    break
""",
         'pieces'),
        ('goes round for ever when the server has closed',
         """    if not piece:
        break
""",
         """    if not piece:
        __import__("time").sleep(0.01)
""",
         'ALL'),
        ('waits until the server speaks',
         """    if not piece:
        break
""",
         """    if not piece and greeting:
        break
    if not piece:
        __import__("time").sleep(0.01)
""",
         'ends'),
        ('IPv4 only',
         'client = create_connection((sys.argv[1], int(sys.argv[2])))',
         """client = socket(AF_INET, SOCK_STREAM)
client.connect((sys.argv[1], int(sys.argv[2])))""",
         'families'),
        ('a buffer of 1024 bytes for the greeting',
         'client.recv(4096)',
         'client.recv(1024 - len(greeting))',
         'pieces'),
        ('one line only',
         '    greeting += piece\n',
         """    greeting += piece
    if b'\\n' in greeting:
        break
""",
         'pieces'),
        ('talks, and does not listen',
         'print(greeting.decode(), end="")',
         'print(len(greeting))',
         'ALL'),
    ],
    "web-server-simple": [
        ('one recv for the request',
         """            if not piece:
                break
            request += piece
""",
         """            request += piece
            break
""",
         'pieces short'),
        ('no loop on send',
         'connection.sendall(answer(request))',
         'connection.send(answer(request))',
         'large short'),
        ('closes with the request unread',
         """        connection.shutdown(SHUT_WR)
        while connection.recv(4096):
            pass
""",
         '',
         'while b"\\r\\n\\r\\n" not in request:',
         'while b"\\r\\n" not in request:',
         'browser pieces short'),
        ('opens whatever is named',
         'if not path.startswith(folder + "/") or not os.path.isfile(path):',
         'if not os.path.isfile(path):',
         'outside'),
        ('no answer when there is no such file',
         'if not path.startswith(folder + "/") or not os.path.isfile(path):',
         'if not path.startswith(folder + "/"):',
         'missing folder outside'),
        ('200 for everything',
         '"404 Not Found"',
         '"200 OK"',
         'missing outside rubbish'),
        ('takes the file for text',
         'file.read(), mimetypes',
         'file.read().decode("utf-8", "replace").encode(), mimetypes',
         'bytes large short'),
        ('lines end with LF',
         'HTTP/1.1 {status}\\r\\nContent-Type: {kind}\\r\\nContent-Length',
         'HTTP/1.1 {status}\\r\\nContent-Type: {kind}\\nContent-Length',
         'head'),
        ('prints a newline more',
         'return head.encode() + body',
         'return head.encode() + body + b"\\n"',
         'exact'),
        ('all is text/html',
         'mimetypes.guess_type(path)[0] or "application/octet-stream"',
         '"text/html"',
         'type'),
        ('does not look at the method',
         'if words[0] != b"GET":',
         'if False:',
         'method'),
        ('takes the path out of whatever has come',
         'if len(words) != 3 or not words[2].startswith(b"HTTP/1.") or b"\\0" in words[1]:',
         'if False:',
         'rubbish'),
        ('ends after the first client',
         '    connection.close()\n',
         """    connection.close()
    break
""",
         'next reset leave silent missing outside folder method rubbish type short'),
        ('ends when a client is lost',
         '    except OSError as error:\n',
         '    except ZeroDivisionError as error:\n',
         'reset leave silent'),
        ('waits for ever for a silent client',
         'connection.settimeout(2)',
         'pass',
         'silent'),
        ('forgets to close',
         '    connection.close()\n',
         '    globals().setdefault("kept", []).append(connection)\n',
         '        connection.shutdown(SHUT_WR)\n        while connection.recv(4096):\n            pass\n',
         '',
         'exact browser rubbish'),
        ('no SO_REUSEADDR',
         'welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n',
         '',
         'restart'),
    ],
    "web-server": [
        ('one client at a time',
         '    threading.Thread(target=serve, args=(connection, client), daemon=True).start()\n',
         '    serve(connection, client)\n',
         'at-once'),
        ('a crash of one thread ends all',
         '        print("lost", client, error)\n',
         '        __import__("os")._exit(1)\n',
         'reset leave'),
        ('one recv for the request',
         """            if not piece:
                break
            request += piece
""",
         """            request += piece
            break
""",
         'pieces short'),
        ('no loop on send',
         'connection.sendall(answer(request))',
         'connection.send(answer(request))',
         'large short'),
        ('serves the first client only',
         "    threading.Thread(target=serve, args=(connection, client), daemon=True).start()\n",
         "    threading.Thread(target=serve, args=(connection, client)).start()\n    break\n",
         'next reset leave at-once missing outside folder method rubbish type short'),
        ('forgets to close',
         '    connection.close()\n',
         '    globals().setdefault("kept", []).append(connection)\n',
         '        connection.shutdown(SHUT_WR)\n        while connection.recv(4096):\n            pass\n',
         '',
         'exact browser rubbish'),
    ],
    "smtp-client": [
        ('one recv for the whole reply',
         """    while b"\\n" not in received:
        piece = client.recv(4096)
        if not piece:
            sys.exit("the server has closed the connection")
        received += piece
    first, received = received.split(b"\\n", 1)
    return first
""",
         """    received = client.recv(4096)
    return received
""",
         'pieces short'),
        ('does not wait for replies',
         'command(b"HELO crepes.fr", b"250")',
         'client.sendall(b"HELO crepes.fr\\r\\n")',
         'command(b"MAIL',
         'reply(b"250")\ncommand(b"MAIL',
         'reply(b"220")\n',
         '',
         'reply(b"250")\ncommand(b"MAIL',
         'reply(b"220")\nreply(b"250")\ncommand(b"MAIL',
         'waits lines'),
        ('one line of each reply',
         '    while last[3:4] == b"-":\n        last = line()\n',
         '',
         'lines'),
        ('lines end with LF',
         'message += text + b"\\r\\n"',
         'message += text + b"\\n"',
         'crlf dots'),
        ('dots go out as they are',
         'if text.startswith(b"."):',
         'if False:',
         'dots'),
        ('every dot is doubled',
         """    if text.startswith(b"."):
        text = b"." + text
""",
         '    text = text.replace(b".", b"..")\n',
         'dots large short'),
        ('forgets the newline of the last line',
         'for text in sys.stdin.buffer.read().splitlines():',
         'for text in sys.stdin.buffer.read().split(b"\\n")[:-1]:',
         'last-line'),
        ('no empty line behind the header',
         'Subject: hello\\r\\n\\r\\n"',
         'Subject: hello\\r\\n"',
         'header'),
        ('an empty line within the header',
         'From: " + sender + b"\\r\\nTo: "',
         'From: " + sender + b"\\r\\nDear " + sender + b"\\r\\n\\r\\nTo: "',
         'header'),
        ('cannot tell letters beyond ASCII',
         'text + b"\\r\\n"',
         'text.decode("ascii", "ignore").encode() + b"\\r\\n"',
         'bytes'),
        ('goes on when it is refused',
         """        client.sendall(b"QUIT\\r\\n")
        sys.exit(""",
         """        print(""",
         'refused'),
        ('no goodbye',
         'command(b"QUIT", b"221")\n',
         '',
         'quit'),
        ('no loop on send',
         'client.sendall(message)',
         'client.settimeout(60)\nclient.send(message)',
         'short'),
        ('a buffer of 64 kilobytes for the text',
         'sys.stdin.buffer.read()',
         'sys.stdin.buffer.read(65536)',
         'large'),
        ('goes round for ever when the server has closed',
         """        if not piece:
            sys.exit("the server has closed the connection")
""",
         """        if not piece:
            __import__("time").sleep(0.01)
""",
         'early'),
        ('IPv4 only',
         'client = create_connection((host, port))',
         'client = socket(AF_INET, SOCK_STREAM)\nclient.connect((host, port))',
         'families'),
    ],
    "smtp-server": [
        ('takes each recv for whole lines',
         """    come = b""
    while piece := connection.recv(4096):
        *lines, come = (come + piece).split(b"\\r\\n")
        yield from lines
""",
         """    while piece := connection.recv(4096):
        yield from piece.rstrip(b"\\r\\n").split(b"\\r\\n")
""",
         'pieces short large half'),
        ('forgets the rest of what has come',
         '*lines, come = (come + piece).split(b"\\r\\n")\n        yield from lines',
         'lines = (come + piece).split(b"\\r\\n")\n        come = b"" if len(lines) > 1 else lines[0]\n        yield from lines[:-1][:1]',
         'ALL'),
        ('waits to be spoken to',
         'reply(b"220 mail.example ready")',
         'connection.recv(1)',
         'ALL'),
        ('keeps nothing',
         '    os.rename(name + ".part", name)\n',
         '    os.remove(name + ".part")\n',
         'stored dots smuggling recipients second half bytes large at-once'),
        ('all in one file',
         'uuid.uuid4().hex',
         '"inbox"',
         'second at-once'),
        ('keeps the dots as they came',
         'line[1:] if line.startswith(b".") else line',
         'line',
         'dots smuggling'),
        ('any line with a dot first ends the message',
         'if line == b".":',
         'if line[:1] == b".":',
         'dots smuggling'),
        ('lines end at LF',
         '(come + piece).split(b"\\r\\n")\n        yield from lines',
         '(come + piece).split(b"\\n")\n        yield from (line.rstrip(b"\\r") for line in lines)',
         'smuggling'),
        ('ends at an unknown command',
         'b"500 what is that?")',
         'b"500 what is that?")\n            break',
         'unknown order rset'),
        ('takes everything in any order',
         'elif command == b"RCPT TO" and sender:',
         'elif command == b"RCPT TO":',
         'elif word == b"DATA" and recipients:',
         'elif word == b"DATA":',
         'order rset'),
        ('knows capitals only',
         'strip().upper()',
         'strip()',
         'case'),
        ('RSET does nothing',
         'in (b"HELO", b"EHLO", b"RSET"):',
         'in (b"HELO", b"EHLO"):',
         'elif word == b"NOOP":',
         'elif word in (b"NOOP", b"RSET"):',
         'rset'),
        ('one recipient only',
         'b"RCPT TO" and sender:',
         'b"RCPT TO" and sender and not recipients:',
         'recipients'),
        ('one message only',
         '            reply(b"250 kept")\n',
         '            reply(b"250 kept")\n            sender = None\n            break\n',
         'ALL'),
        ('keeps half a message, too',
         """            if message is None:
                break
""",
         '',
         '            return message\n',
         '            break\n',
         '    return None\n',
         '    return message\n',
         'half'),
        ('takes the message for text',
         'b"\\r\\n".join(message + [b""])',
         'b"\\r\\n".join(message + [b""]).decode("utf-8", "replace").encode()',
         'bytes'),
        ('replies end with LF',
         'connection.sendall(words + b"\\r\\n")',
         'connection.sendall(words + b"\\n")',
         'replies'),
        ('does not close after 221',
         '            reply(b"221 goodbye")\n            break\n',
         '            reply(b"221 goodbye")\n',
         'quit at-a-stroke'),
        ('ends after the first client',
         '    threading.Thread(target=serve, args=(connection, client), daemon=True).start()\n',
         '    threading.Thread(target=serve, args=(connection, client)).start()\n    break\n',
         'next reset leave at-once half'),
        ('one client at a time',
         '    threading.Thread(target=serve, args=(connection, client), daemon=True).start()\n',
         '    serve(connection, client)\n',
         'at-once'),
        ('a crash of one thread ends all',
         '        print("lost", client, error)\n',
         '        os._exit(1)\n',
         'reset leave half'),
        ('no loop on send',
         'connection.sendall(words',
         'connection.send(words',
         'short'),
        ('no SO_REUSEADDR',
         'welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n',
         '',
         'restart'),
    ],
    "udp-ping": [
        ('waits for ever',
         'client.settimeout(left)',
         'pass',
         'lossy silence late doubled others'),
        ('takes whatever comes for the reply',
         'if reply.upper().endswith(b"PING %d" % number):',
         'if True:',
         'late doubled junk'),
        ('takes whatever comes, from anybody',
         """client = socket(AF_INET, SOCK_DGRAM)
client.connect((sys.argv[1], int(sys.argv[2])))
""",
         'client = type("Anybody", (socket,), {"send": lambda self, words: self.sendto(words, (sys.argv[1], int(sys.argv[2])))})(AF_INET, SOCK_DGRAM)\n',
         'others'),
        ('sends again what is lost',
         '        except TimeoutError:\n            break',
         '        except TimeoutError:\n            client.send(message)\n            break',
         'lossy'),
        ('sends each twice',
         '    client.send(message)\n',
         '    client.send(message)\n    client.send(message)\n',
         'ten lossy'),
        ('no numbers',
         'message = b"Ping %d" % number',
         'message = b"Ping"',
         'ALL'),
        ('ends at the first loss',
         '        print("Request timed out: Ping", number)\n',
         '        print("Request timed out: Ping", number)\n        break\n',
         'lossy silence late doubled others junk'),
        ('counts from 0',
         'range(1, 11)',
         'range(10)',
         'ALL'),
        ('waits a fifth of a second only',
         'sent + 1 -',
         'sent + 0.2 -',
         'waits'),
        ('knows only one spelling of the reply',
         'reply.upper().endswith(b"PING',
         'reply.endswith(b"Ping',
         'capitals'),
        ('the wait begins anew with whatever comes',
         'while took is None and (left := sent + 1 - time.monotonic()) > 0:',
         'while took is None and (left := 1):',
         'junk'),
    ],
    "tcp-relay": [
        ('takes turns: a question, an answer',
         """    back = threading.Thread(target=pass_on, args=(server, client), daemon=True)
    back.start()
    pass_on(client, server)
""",
         """    back = threading.Thread(target=print)
    back.start()
    try:
        while piece := client.recv(65536):
            server.sendall(piece)
            client.sendall(server.recv(65536))
    except OSError:
        pass
""",
         'first half-close half-back large short'),
        ('no half-close',
         '        drain.shutdown(SHUT_WR)\n',
         '',
         'half-close half-back'),
        ('closes both ways at the first end',
         '        drain.shutdown(SHUT_WR)\n',
         '        drain.shutdown(SHUT_RDWR); source.shutdown(SHUT_RDWR)\n',
         'half-close half-back'),
        ('passes on whole lines only',
         '        while piece := source.recv(65536):\n',
         """        for piece in source.makefile("rb"):
""",
         'at-a-time large short'),
        ('takes what comes for text',
         'drain.sendall(piece)',
         'drain.sendall(piece.decode().encode())',
         'bytes'),
        ('one recv for each direction',
         '        while piece := source.recv(65536):\n            drain.sendall(piece)\n',
         '        drain.sendall(source.recv(65536))\n',
         'at-a-time first large short'),
        ('no loop on send',
         'drain.sendall(piece)',
         'drain.send(piece)',
         'short'),
        ('ends after the first client',
         '    threading.Thread(target=serve, args=(connection,), daemon=True).start()\n',
         '    threading.Thread(target=serve, args=(connection,)).start()\n    break\n',
         'next at-once reset nobody'),
        ('one client at a time',
         '    threading.Thread(target=serve, args=(connection,), daemon=True).start()\n',
         '    serve(connection)\n',
         'at-once'),
        ('a crash of one thread ends all',
         '        print("broken off:", error)\n',
         '        __import__("os")._exit(1)\n',
         'reset'),
        ('ends when there is no server',
         '        print("no server:", error)\n',
         '        __import__("os")._exit(1)\n',
         'nobody'),
        ('lets the client wait when there is no server',
         '        client.close()\n        return\n',
         '        globals().setdefault("kept", []).append(client)\n        return\n',
         'nobody'),
        ('one connection to the server for all',
         'server = create_connection((host, target))',
         'server = globals().setdefault("server", None) or globals().update(server=create_connection((host, target))) or globals()["server"]',
         '    server.close()\n',
         '',
         'next at-once reset nobody'),
        ('no SO_REUSEADDR',
         'welcoming.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)\n',
         '',
         'restart'),
    ],
}
