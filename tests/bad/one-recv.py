#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""KNOWN BAD, on purpose: one send, one recv. usage: one-recv.py PORT [fixed]"""
import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    if "fixed" in sys.argv:
        connection.sendall(b"hello, world\n")
        print(connection.makefile().readline(), end="")
    else:
        connection.send(b"hello, world\n")  # BAD: sendall sends all
        connection.shutdown(socket.SHUT_WR)
        print(connection.recv(100).decode(), end="")  # BAD: the line may come in pieces
