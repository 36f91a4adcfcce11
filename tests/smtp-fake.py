# SPDX-License-Identifier: MIT
"""smtp-fake.py FILE [WORD=REPLY]...: a mail server that says what it is told to.

Answers 250 to what it does not know, and WORD with REPLY: the first word of a command, `hello` for the
connection, `.` for the end of the data. In a REPLY | stands for CRLF; one that ends in ! closes the connection
behind it, ! alone at once; one that ends in / closes it in the middle of that line, / alone resets it; ~ says nothing; slow: as its first five letters, a byte at a time. FILE gets every byte of the client."""
import socket
import struct
import sys
import time

replies = {'hello': '220 fake', 'DATA': '354 go on', 'QUIT': '221 bye!'}
replies.update(word.split('=', 1) for word in sys.argv[2:])
welcoming = socket.create_server(('127.0.0.1', 0))
print(welcoming.getsockname()[1], flush=True)


def serve(client, record):
    lines = client.makefile('rb')
    word, in_data = 'hello', False
    while True:
        if not in_data or word == '.':
            reply = replies.get(word, '250 ok')
            close, slow = reply.endswith('!'), reply.startswith('slow:')
            text = reply.removeprefix('slow:').removesuffix('!').replace('|', '\r\n').encode()
            if reply == '/':
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                return
            if reply.endswith('/'):
                client.sendall(reply[:-1].encode())
                return
            if reply not in ('~', '!'):
                for piece in [text[i:i + 1] for i in range(len(text))] + [b'\r', b'\n'] if slow else [text + b'\r\n']:
                    client.sendall(piece)
                    time.sleep(.001 if slow else 0)
            if close:
                return
            in_data = word == 'DATA' and text.startswith(b'354')
        line = lines.readline()
        record.write(line)
        record.flush()
        if not line:
            return
        word = '.' if line == b'.\r\n' and in_data else (line.decode('latin-1').split() or [''])[0]


client = welcoming.accept()[0]
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
with open(sys.argv[1], 'wb') as record:
    try:
        serve(client, record)
    except OSError:
        pass
    client.close()
