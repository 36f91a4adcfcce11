#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What one process sees of its own sockets; tests/sockfault.bats runs it under sockfault.

usage: sockfault-probe.py CASE [ARG...]. Each case prints what happened, one line per fact. Both ends
are in this process; a look with MSG_PEEK, which no fault touches, tells what has really arrived.
The calls that Python would repeat by itself (EINTR) go through ctypes.
"""
import ctypes
import errno
import os
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *args):
    """A libc call as C sees it: the result, or the name of errno."""
    result = getattr(libc, name)(*args)
    return result if result != -1 else errno.errorcode[ctypes.get_errno()]


def address(sock):
    host, port = sock.getsockname()[:2]
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton(host))


def listener():
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(8)
    return sock


def pair():
    server = listener()
    client = socket.create_connection(server.getsockname())
    return client, server.accept()[0]


def arrived(sock, count, flags=0):
    """Everything that is there for sock to receive, once that is count bytes."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        seen = sock.recv(65536, socket.MSG_PEEK | flags)
        if len(seen) >= count:
            return seen
        time.sleep(0.01)
    raise SystemExit("only %r arrived" % seen)


def udp_pair():
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(5)
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM), receiver


def receive_all(receiver, silence):
    receiver.settimeout(silence)
    got = []
    try:
        while True:
            got.append(receiver.recv(2000).decode())
    except socket.timeout:
        return got


def datagrams(count, pause="0", silence="0.3"):
    sender, receiver = udp_pair()
    for i in range(int(count)):
        sender.sendto(b"%d" % i, receiver.getsockname())
        time.sleep(float(pause))
    print(*receive_all(receiver, float(silence)))


def datagram_calls():
    """The same three datagrams by each call that sends; what arrives."""
    for how in "sendto", "send", "write", "writev", "sendmsg":
        sender, receiver = udp_pair()
        if how != "sendto":
            sender.connect(receiver.getsockname())
        for i in b"a", b"b", b"c":
            if how == "sendto":
                sender.sendto(i, receiver.getsockname())
            elif how == "send":
                sender.send(i)
            elif how == "write":
                os.write(sender.fileno(), i)
            elif how == "writev":
                os.writev(sender.fileno(), [i, b"!"])
            else:
                sender.sendmsg([i, b"?"])
        print(how, *receive_all(receiver, 0.2))


def threads():
    """Four threads send 25 datagrams each; how many of the hundred are lost."""
    sender, receiver = udp_pair()

    def work():
        for _ in range(25):
            sender.sendto(b"x", receiver.getsockname())

    running = [threading.Thread(target=work) for _ in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    print(len(receive_all(receiver, 0.3)))


def forks():
    """Four threads send 25 datagrams each while ten children send one each; how many arrive."""
    sender, receiver = udp_pair()

    def work():
        for _ in range(25):
            sender.sendto(b"x", receiver.getsockname())
            time.sleep(0.001)

    running = [threading.Thread(target=work) for _ in range(4)]
    for thread in running:
        thread.start()
    for _ in range(10):
        if os.fork() == 0:
            sender.sendto(b"y", receiver.getsockname())
            os._exit(0)
    for thread in running:
        thread.join()
    for _ in range(10):
        os.wait()
    print(len(receive_all(receiver, 0.5)))


def first_forks():
    """A thread sends the process's first datagram while children are forked that send one each; how many arrive."""
    sender, receiver = udp_pair()
    both = threading.Barrier(2)

    def work():
        both.wait()
        sender.sendto(b"x", receiver.getsockname())

    thread = threading.Thread(target=work)
    thread.start()
    both.wait()
    time.sleep(0.1)  # the test makes what the first one does take longer than that
    for _ in range(5):
        if os.fork() == 0:
            sender.sendto(b"y", receiver.getsockname())
            os._exit(0)
    thread.join()
    for _ in range(5):
        os.wait()
    print(len(receive_all(receiver, 0.2)))


def udp_errors():
    """What the system itself refuses is refused under every fault."""
    sender, receiver = udp_pair()
    where = address(receiver)
    print("too long", call("sendto", sender.fileno(), b"x" * 65508, 65508, 0, where, 16))
    print("nowhere", call("send", sender.fileno(), b"x", 1, 0))
    print("port 0", call("sendto", sender.fileno(), b"x", 1, 0, where[:2] + b"\0\0" + where[4:], 16))
    print("not a socket", call("sendto", 99, b"x", 1, 0, where, 16))
    print("largest", call("sendto", sender.fileno(), b"x" * 65507, 65507, 0, where, 16))
    print("empty", call("sendto", sender.fileno(), b"", 0, 0, where, 16))
    fresh = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fresh.sendto(b"x", receiver.getsockname())
    print("has a port", fresh.getsockname()[1] > 0)


def late(how):
    """A datagram that is late, and then the end of the program. The receiver outlives it."""
    receiver = int(sys.argv[3])
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    start = time.monotonic()
    sender.sendto(b"late", ("127.0.0.1", receiver))
    took = time.monotonic() - start
    sender.close()
    print("sendto came back at once" if took < 0.45 else "sendto took %.3f s" % took, flush=True)
    if how == "_exit":
        os._exit(0)
    if how == "fork":
        if os.fork() == 0:
            sys.exit(0)
        os.wait()


def delays(count):
    """By how many milliseconds each datagram is late, sent one after the other."""
    sender, receiver = udp_pair()
    for _ in range(int(count)):
        start = time.monotonic()
        sender.sendto(b"x", receiver.getsockname())
        receiver.recv(10)
        print(round((time.monotonic() - start) * 1000))


def descriptors():
    """Late datagrams must not move the numbers of the program's descriptors."""
    sender, receiver = udp_pair()
    sender.sendto(b"x", receiver.getsockname())
    print(socket.socket().fileno() - receiver.fileno())


def short_calls():
    """How much each call that sends and each that receives moves of eight bytes."""
    for how in "send", "write", "writev", "sendmsg", "sendto", "sendfile", "sendmmsg":
        client, server = pair()
        if how == "send":
            n = client.send(b"abcdefgh")
        elif how == "write":
            n = os.write(client.fileno(), b"abcdefgh")
        elif how == "writev":
            n = os.writev(client.fileno(), [b"", b"ab", b"c", b"defgh"])
        elif how == "sendmsg":
            n = client.sendmsg([b"abcdef", b"gh"])
        elif how == "sendto":
            n = call("sendto", client.fileno(), b"abcdefgh", 8, 0, None, 0)
        elif how == "sendfile":
            with tempfile.TemporaryFile() as file:
                file.write(b"abcdefgh")
                file.flush()
                n = os.sendfile(client.fileno(), file.fileno(), 0, 1000)
        else:
            continue
        print(how, n, arrived(server, n).decode())
    for how in "recv", "read", "readv", "recvfrom", "recvmsg", "recv_into", "waitall":
        client, server = pair()
        client.sendall(b"abcdefgh")
        arrived(server, 8)
        got = []
        while sum(map(len, got)) < 8:
            if how == "read":
                data = os.read(server.fileno(), 1000)
            elif how == "readv":
                buffers = [bytearray(1), bytearray(1), bytearray(100)]
                n = os.readv(server.fileno(), buffers)
                data = b"".join(buffers)[:n]
            elif how == "recvfrom":
                data = server.recvfrom(1000)[0]
            elif how == "recvmsg":
                data = server.recvmsg(1000)[0]
            elif how == "recv_into":
                buffer = bytearray(1000)
                data = bytes(buffer[: server.recv_into(buffer)])
            elif how == "waitall":
                data = server.recv(8, socket.MSG_WAITALL)
            else:
                data = server.recv(1000)
            got.append(data.decode())
        client.close()
        print(how, *got, "then", len(server.recv(1000)))


def big(size):
    """Many bytes through a disturbed connection, both ways, arrive whole and in order."""
    client, server = pair()
    data = bytes(i * 7 % 251 for i in range(int(size)))

    def answer():
        for _ in range(2):
            part = server.recv(len(data))
            while part:
                server.sendall(part)
                part = server.recv(len(data))
                if not part:
                    break
        server.shutdown(socket.SHUT_WR)

    threading.Thread(target=answer, daemon=True).start()

    def send():
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)

    threading.Thread(target=send, daemon=True).start()
    got = b""
    while True:
        part = client.recv(70000)
        if not part:
            break
        got += part
    print("whole" if got == data else "%d of %d bytes" % (len(got), len(data)))


def untouched():
    """Files, pipes, AF_UNIX and datagrams keep their full reads and writes."""
    here, there = os.pipe()
    print("pipe", os.write(there, b"abcdefgh"), len(os.read(here, 100)))
    a, b = socket.socketpair()
    print("socketpair", a.send(b"abcdefgh"), len(b.recv(100)))
    sender, receiver = udp_pair()
    print("datagram", sender.sendto(b"abcdefgh", receiver.getsockname()), len(receiver.recv(100)))
    client, server = pair()
    print("urgent", client.send(b"!", socket.MSG_OOB))
    print("nothing", client.send(b""), len(server.recv(0)))
    client.sendall(b"x")
    print("peek", len(arrived(server, 1)))


def many_parts():
    """Twenty buffers of a byte each in one call: how many bytes it moves."""
    parts = [b"%c" % (ord("a") + i) for i in range(20)]
    sender, receiver = udp_pair()
    sender.connect(receiver.getsockname())
    client, server = pair()
    for kind, source, sink in ("stream", client, server), ("datagram", sender, receiver):
        print(kind, "writev", os.writev(source.fileno(), parts), arrived(sink, 20).decode())
        buffers = [bytearray(1) for _ in range(20)]
        print(kind, "readv", os.readv(sink.fileno(), buffers), b"".join(buffers).decode())
        print(kind, "sendmsg", source.sendmsg(parts), arrived(sink, 20).decode())
        buffers = [bytearray(1) for _ in range(20)]
        print(kind, "recvmsg", sink.recvmsg_into(buffers)[0], b"".join(buffers).decode())


def eintr():
    """Each blocking call, twelve times: x is EINTR."""
    server = listener()
    buffer = ctypes.create_string_buffer(100)
    row, found = "", []
    pending = [socket.socket() for _ in range(5)]
    for sock in pending:
        status = call("connect", sock.fileno(), address(server), 16)
        row += "x" if status == "EINTR" else "."
    print("connect", row)
    for sock in pending:
        select.select([], [sock], [], 0)
        found.append(errno.errorcode.get(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0))
    print("SO_ERROR", *found)
    row = ""
    accepted = []
    while len(accepted) < 5:
        fd = call("accept", server.fileno(), None, None)
        row += "x" if fd == "EINTR" else "."
        if fd != "EINTR":
            accepted.append(fd)
    print("accept", row)
    row = ""
    for _ in range(12):
        row += "x" if call("send", pending[0].fileno(), b"a", 1, 0) == "EINTR" else "."
    print("send", row)
    peer = {socket.socket(fileno=fd).detach(): fd for fd in accepted}
    mine = pending[0].getsockname()
    fd = next(f for f in peer if socket.socket(fileno=os.dup(f)).getpeername() == mine)
    count, row = row.count("."), ""
    while count > 0:
        got = call("recv", fd, buffer, 1, 0)
        row += "x" if got == "EINTR" else "."
        count -= got != "EINTR"
    print("receive", row)
    row = ""
    request = ctypes.create_string_buffer(struct.pack("=ihh", server.fileno(), select.POLLIN, 0), 8)
    for _ in range(12):
        row += "x" if call("poll", request, 1, 1) == "EINTR" else "."
    print("wait", row)
    row = ""
    for _ in range(12):
        row += "x" if call("poll", request, 1, 0) == "EINTR" else "."
    print("not waiting", row)
    pending[1].setblocking(False)
    row = ""
    for _ in range(12):
        row += "x" if call("send", pending[1].fileno(), b"a", 1, 0) == "EINTR" else "."
    print("not blocking", row)


def connect_again():
    """An interrupted connect, and then: the flags are as before, nothing was lost."""
    server = listener()
    sock = socket.socket()
    print("blocking", sock.getblocking(), os.get_blocking(sock.fileno()))
    print("connect", call("connect", sock.fileno(), address(server), 16))
    print("blocking", os.get_blocking(sock.fileno()))
    print("writable", select.select([], [sock], [], 5)[1] == [sock])
    print("SO_ERROR", sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    print("same peer", sock.getpeername() == server.getsockname())
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))
    sock = socket.socket()
    while call("connect", sock.fileno(), address(nobody), 16) != "EINTR":
        sock = socket.socket()
    select.select([], [sock], [], 5)
    print("refused", errno.errorcode[sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)])


def wouldblock():
    """Non-blocking calls, twelve of each: x is EAGAIN though there was something to do."""
    server = listener()
    server.setblocking(False)
    clients = [socket.create_connection(server.getsockname()) for _ in range(5)]
    row, accepted = "", []
    while len(accepted) < 5:
        fd = call("accept", server.fileno(), None, None)
        row += "x" if fd == "EAGAIN" else "."
        if fd != "EAGAIN":
            accepted.append(fd)
    print("accept", row)
    client = clients[0]
    client.setblocking(False)
    row = ""
    for _ in range(12):
        row += "x" if call("send", client.fileno(), b"a", 1, 0) == "EAGAIN" else "."
    print("send", row)
    client.setblocking(True)
    print("blocking", call("send", client.fileno(), b"a", 1, 0))
    print("dontwait", call("send", clients[1].fileno(), b"a", 1, socket.MSG_DONTWAIT) in (1, "EAGAIN"))


def refuse():
    server = listener()
    sock = socket.socket()
    print("tcp", call("connect", sock.fileno(), address(server), 16))
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    print("udp", call("connect", sock.fileno(), address(server), 16))
    print("queue", select.select([server], [], [], 0.1)[0])


def emfile():
    """With emfile=3: a listening socket, a connection's two ends, and then no more."""
    client, server = pair_listener = None, listener()
    client = socket.create_connection(server.getsockname())
    end = server.accept()[0]
    print("socket", call("socket", socket.AF_INET, socket.SOCK_STREAM, 0))
    print("accept", call("accept", server.fileno(), None, None))
    a, b = socket.socketpair()
    print("socketpair", a.send(b"x"))
    end.close()
    fd = call("socket", socket.AF_INET6, socket.SOCK_DGRAM, 0)
    print("after a close", isinstance(fd, int))
    os.close(fd)
    other = call("socket", socket.AF_INET, socket.SOCK_STREAM, 0)
    print("and again", other == fd)


def reset(how):
    """How the other end of a connection ends; the peer is a child that runs the fault-free calls."""
    server = listener()
    if os.fork() == 0:
        client = socket.create_connection(server.getsockname())
        client.sendall(b"x")
        if how == "close":
            client.close()
        elif how == "shutdown":
            client.shutdown(socket.SHUT_WR)
            client.close()
        elif how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(0)
    end = server.accept()[0]
    os.wait()
    data = ctypes.create_string_buffer(10)
    print(call("recv", end.fileno(), data, 10, 0), call("recv", end.fileno(), data, 10, 0))


def slow(size):
    """A blocking send of so many bytes, then a non-blocking one: how many went, and the seconds."""
    client, server = pair()
    start = time.monotonic()
    print("sent", client.send(b"x" * int(size)), "in %.1f s" % (time.monotonic() - start))
    start = time.monotonic()
    got = 0
    while got < int(size):
        got += len(server.recv(int(size)))
    print("received", got, "in %.1f s" % (time.monotonic() - start))
    client.setblocking(False)
    print("non-blocking", client.send(b"x" * int(size)))


def slow_parts():
    """A blocking send of several buffers that the line takes in small pieces."""
    client, server = pair()
    print(client.sendmsg([b"abc", b"", b"defgh", b"ij"]), arrived(server, 10).decode())


def inherited(fd):
    """Closes a connection that it was given."""
    os.close(int(fd))


def edge():
    """An edge-triggered set: a short read would mean "empty" there, so reads stay whole."""
    client, server = pair()
    client.setblocking(False)
    watch = select.epoll()
    watch.register(server.fileno(), select.EPOLLIN | select.EPOLLET)
    client.setblocking(True)
    client.sendall(b"abcdefgh")
    arrived(server, 8)
    print(len(server.recv(100)))


def hide_stderr():
    """A server that makes its stderr a connection: no word of ours may appear in there."""
    client, server = pair()
    os.dup2(client.fileno(), 2)
    client.sendall(b"abcdefgh")
    print(arrived(server, 8).decode())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:3] if sys.argv[1] == "late" else sys.argv[2:])
