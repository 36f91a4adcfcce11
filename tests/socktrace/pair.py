# SPDX-License-Identifier: MIT
"""A server and its client in one process, over each kind of socket; socktrace watches."""
import os
import socket
import threading

PATIENCE = 20


def serve(listener):
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(1024):
            connection.sendall(data.upper())


def stream(family, address):
    with socket.socket(family) as listener:
        listener.bind(address)
        listener.listen()
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with socket.socket(family) as client:
            client.connect(listener.getsockname())
            client.sendall("hällo\n".encode())
            assert client.recv(100) == b"H\xc3\xa4LLO\n"
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100) == b""
        thread.join()


def datagrams(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as server, \
            socket.socket(family, socket.SOCK_DGRAM) as client:
        server.bind(address)
        client.connect(server.getsockname())
        client.send(b"0123456789")
        data, sender = server.recvfrom(4)
        assert data == b"0123"
        server.sendmsg([b"a", b"b"], [], 0, sender)
        assert client.recvmsg(10)[0] == b"ab"
        client.settimeout(0.01)
        try:
            client.recv(1)
            raise AssertionError("there was no datagram")
        except TimeoutError:
            pass


socket.setdefaulttimeout(PATIENCE)
stream(socket.AF_INET, ("127.0.0.1", 0))
datagrams(socket.AF_INET, ("127.0.0.1", 0))
if socket.has_ipv6:
    stream(socket.AF_INET6, ("::1", 0))
    datagrams(socket.AF_INET6, ("::1", 0))
stream(socket.AF_UNIX, "stream.socket")
socket.setdefaulttimeout(None)
stream(socket.AF_INET, ("127.0.0.1", 0))

a, b = socket.socketpair()
child = os.fork()
if child == 0:
    b.send(b"from the child")
    os._exit(3)
assert a.recv(100) == b"from the child"
assert os.waitpid(child, 0)[1] == 3 << 8
try:
    socket.create_connection(("127.0.0.1", 1))
    raise AssertionError("something listens at port 1")
except ConnectionRefusedError:
    pass
