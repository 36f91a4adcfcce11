# SPDX-License-Identifier: MIT
"""What the peers of the tests can say, beside Python's sockets: see python in tests/helper.bash. What
goes wrong on the wire is told with what was expected and what came, or in one line."""
import random
import struct
import sys
import time
from socket import *


def show(b):
    return repr(b) if len(b) <= 100 else "%r... (%d bytes)" % (b[:60], len(b))


def same(want, got, where=""):
    if want != got:
        raise SystemExit("%sexpected: %s\nactual:   %s" % (where and where + ": ", show(want), show(got)))


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
