# SPDX-License-Identifier: MIT
"""What the peers of the tests can say, beside Python's sockets: see python in tests/helper.bash. What
goes wrong on the wire is told with what was expected and what came, or in one line."""
import os
import quopri
import random
import re
import struct
import sys
import time
from select import select
from socket import *


def show(b):
    if isinstance(b, tuple):
        return ", ".join(map(show, b))
    return repr(b) if not isinstance(b, (bytes, bytearray)) or len(b) <= 100 else "%r... (%d bytes)" % (b[:60], len(b))


def same(want, got, where=""):
    if want != got:
        raise SystemExit("%sexpected: %s\nactual:   %s" % (where and where + ":\n", show(want), show(got)))


def receive(s, n):
    """n bytes, in however many pieces; fewer if the stream ends."""
    got = bytearray()
    try:
        while len(got) < n and (piece := s.recv(min(n - len(got), 1 << 20))):
            got += piece
    except TimeoutError:
        raise SystemExit("expected %d bytes, and within %g s there came only: %s" % (n, s.gettimeout(), show(bytes(got))))
    return bytes(got)


def rest(s):
    """All that comes until the stream ends."""
    got = bytearray()
    try:
        while (piece := s.recv(65536)):
            got += piece
    except TimeoutError:
        raise SystemExit("the stream did not end within %g s; so far it was: %s" % (s.gettimeout(), show(bytes(got))))
    return bytes(got)


def silent(s, seconds, where):
    """Nothing may come."""
    s.settimeout(seconds)
    try:
        if got := s.recv(70000):
            raise SystemExit("%s: expected nothing\nactual:   %s" % (where, show(got)))
    except TimeoutError:
        s.settimeout(getdefaulttimeout())


def at_once(s):
    """Each send leaves as a segment of its own."""
    s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)


def reset(s):
    """Close so that the other end gets a reset."""
    s.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def answer(s):
    """An HTTP response: (status, head, body). The body ends where the head says, or with the stream."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = s.recv(65536)
        if not piece:
            raise SystemExit("expected: a status line, header lines, and an empty line (CRLF CRLF)\nactual:   "
                             + (show(got) if got else "the connection was closed without a word"))
        got += piece
    head, body = got.split(b"\r\n\r\n", 1)
    length = re.search(rb"(?i)\r\nContent-Length:[ \t]*(\d+)", head)
    if not re.match(rb"HTTP/1\.[01] [1-5]\d\d\b", head):
        raise SystemExit("expected: a status line such as HTTP/1.1 200 OK\nactual:   " + show(head.split(b"\r\n")[0]))
    body = (body + receive(s, int(length[1]) - len(body)))[:int(length[1])] if length else body + rest(s)
    return int(head[9:12]), head, body


def request(path, method="GET"):
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


def get(where, path, method="GET"):
    """The response to a request on a connection of its own."""
    with create_connection(where) as s:
        s.sendall(request(path, method))
        return answer(s)


def lines_of(s, size=65536):
    """What comes, line by line; with the size 1 nothing behind a line is taken before the line is used."""
    begun = b""
    while piece := s.recv(size):
        *lines, begun = (begun + piece).split(b"\n")
        yield from (line + b"\n" for line in lines)


def mail_server(c, replies={}, pause=0):
    """A mail server for the client at c, with other replies to some commands if it is told so (None: it closes).
    With a pause the client has to wait that long for each line of a reply, and may say nothing meanwhile.
    Returns the lines of the dialogue, and those of the message, as they came."""
    said, message, lines, closed = [], [], lines_of(c, 1 if pause else 65536), False

    def reply(word, usual):
        nonlocal closed
        text = None if closed else replies.get(word, usual)
        for line in (text or b"").splitlines(True):
            if pause and select([c], [], [], pause)[0] and (more := c.recv(1000)):
                raise SystemExit("expected: it waits for the whole reply to %s\nactual:   it went on with %s"
                                 % (show(said[-1]) if said else "its connection", show(more)))
            c.sendall(line)
        if text is None and not closed:
            closed = True
            c.shutdown(SHUT_WR)
        return (text or b"5")[:1]

    reply("connection", b"220 mail.example ready\r\n")
    for line in lines:
        said.append(line)
        word = line.split(b":")[0].decode("latin-1").strip().upper().split(" ")[0]
        kind = reply(word, {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))
        if word == "QUIT":
            break
        if word == "DATA" and kind == b"3":
            for line in lines:
                if line == b".\r\n":
                    reply(".", b"250 kept\r\n")
                    break
                message.append(line)
            else:
                raise SystemExit("expected: the message ends with a dot on a line of its own (CRLF . CRLF)\n"
                                 "actual:   after DATA the client said: " + show(b"".join(message)))
    return said, message


def has_text(message, typed):
    """A message that came over the wire ends with the text that was typed, when its stuffed dots and CRs are taken off.
    It may be encoded, as it has to be for a server that does not offer 8BITMIME (RFC 6152, 3)."""
    lines = [(line[1:] if line.startswith(b".") else line).replace(b"\r\n", b"\n") for line in message]
    header = lines[:lines.index(b"\n")] if b"\n" in lines else []
    if any(re.fullmatch(rb"Content-Transfer-Encoding: *quoted-printable\s*", line, re.I) for line in header):
        lines = quopri.decodestring(b"".join(lines[len(header) + 1:])).splitlines(True)
    same(typed, b"".join(lines[-len(typed.splitlines()):]), "the text behind DATA")


class Mail:
    """A mail client, step by step."""

    def __init__(self, where):
        self.s, self.last = create_connection(where), "the connection"
        self.lines = self.s.makefile("rb")
        self.hear(220)

    def hear(self, *codes):
        """Takes a reply, which has to have one of the codes; 5 stands for all from 500 on."""
        reply = line = self.lines.readline()
        while line[3:4] == b"-":
            line = self.lines.readline()
            reply += line
        if not re.match(rb"\d\d\d[ \r]", line) or not {int(line[:3]), int(line[:1])} & set(codes):
            raise SystemExit("in reply to %s\nexpected: %s\nactual:   %s" % (self.last, " or ".join(
                "5xx" if code == 5 else str(code) for code in codes), show(reply) if reply else "the connection was closed"))
        return reply

    def say(self, words, *codes):
        self.last = repr(words)
        self.s.sendall(words.encode("latin-1") + b"\r\n")
        return self.hear(*codes)

    def begin(self):
        """The dialogue up to the message."""
        self.say("HELO crepes.fr", 250)
        self.envelope()

    def envelope(self):
        self.say("MAIL FROM:<alice@crepes.fr>", 250)
        self.say("RCPT TO:<bob@hamburger.edu>", 250)
        self.say("DATA", 354)

    def message(self, text):
        """The message, whose lines end with \\n here, and the lone dot."""
        stuffed = re.sub(rb"(?m)^\.", b"..", text).replace(b"\n", b"\r\n")
        self.last = "the message and the dot behind it"
        self.s.sendall(stuffed + b".\r\n")
        self.hear(250)


def kept(folder):
    """The files that a mail server has kept, with \\n at the end of their lines."""
    files = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if not os.path.islink(path) and os.path.isfile(path):
                with open(path, "rb") as file:
                    files.append(file.read().replace(b"\r\n", b"\n"))
    return files


def has_kept(folder, *texts):
    """Each text is in a file of its own, behind whatever header the server puts there."""
    files = kept(folder)
    for text in texts:
        found = [file for file in files if file.endswith(text) or file.endswith(text + b"\n")]
        if not found:
            raise SystemExit("expected: a file beneath {dir} with %s\nactual:   %s" % (show(text), ", ".join(
                map(show, files)) or "no file"))
        files.remove(found[0])


def lossy(s, reply_to, seed=1, percent=40, seen=lambda message, lost: None):
    """A server at the datagram socket s behind a line that loses some: with the same seed always the same ones."""
    chance = random.Random(seed)
    while True:
        message, client = s.recvfrom(70000)
        lost = chance.random() * 100 < percent
        seen(message, lost)
        if not lost:
            s.sendto(reply_to(message), client)


def talk_on(s, words, pause):
    """Goes on sending, with a pause in seconds, until the other end has closed: then it answers with a reset."""
    s.setblocking(False)
    try:
        while True:
            try:
                s.send(words)
            except BlockingIOError:
                pass
            time.sleep(pause)
    except ConnectionError:
        pass


def pings(text):
    """What a pinger's screen tells of each message: {its number: "answered" or "timed out"}, the first word counts."""
    told = {}
    for line in text.splitlines():
        number = re.search(r"(?i)(?:ping|seq)[\W_]{0,3}(\d+)\b", line)
        if number and re.search(r"(?i)time[sd]?.?out|lost", line):
            told.setdefault(int(number[1]), "timed out")
        elif number and re.search(r"(?i)\d ?(ms|milliseconds|us|s|sec|seconds)\b", line):
            told.setdefault(int(number[1]), "answered")
    return told


def has_told(name, lost=()):
    """The pinger told in the file of that name that these of its ten messages were lost, and the others answered."""
    with open(name, encoding="utf-8", errors="replace") as file:
        text = file.read()
    want = {i: "timed out" if i in lost else "answered" for i in range(1, 11)}
    wrong = ["%d %s (your line tells: %s)" % (i, want[i], pings(text).get(i, "nothing")) for i in want if pings(text).get(i) != want[i]]
    if wrong:
        raise SystemExit("expected: a line for each message with its number (Ping 3 or seq=3), and the time or 'timed out'; so\n"
                         "          " + ", ".join(wrong) + "\nactual:   " + (text.strip()[:600].replace("\n", "\n          ") or "nothing"))


def told(kind, error, trace):
    words = {TimeoutError: "nothing came, or nothing was read, for %g s" % (getdefaulttimeout() or 0),
             ConnectionRefusedError: "the connection was refused",
             ConnectionResetError: "the connection was reset",
             BrokenPipeError: "the connection was closed too early"}
    if kind in words:
        print(words[kind], file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = told
