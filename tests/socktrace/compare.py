#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds a trace of socktrace against strace's, call by call, result by result.

    strace -ff -ttt -y -s 0 -e trace=... -o PREFIX socktrace -o TRACE COMMAND
    compare.py TRACE PREFIX [PROGRAM]

Both saw the same run. For each thread, the calls on sockets that change something must be the same
in the same order, with the same descriptor, result and error. Questions (getsockname and the like),
which socktrace itself asks too, must be among those that strace saw. What the C library does inside
of getaddrinfo() is left out. Prints what differs; exit status 1 if anything does.
"""
import glob
import re
import sys
import time

CHANGE = {"socket", "socketpair", "bind", "listen", "accept", "accept4", "connect", "shutdown",
          "sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg", "setsockopt"}
ON_SOCKETS = {"read", "write", "readv", "writev", "sendfile", "close", "dup", "dup2", "dup3"}
QUESTIONS = {"getsockname", "getpeername", "getsockopt"}
SAME_AS = {"send": "sendto", "recv": "recvfrom", "dprintf": "write"}
SLACK = 0.000005  # the two clocks are read one after the other


def read_trace(name):
    """The calls of each thread, and the times that it spent in getaddrinfo()."""
    calls, lookups = {}, {}
    offset = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
    for number, line in enumerate(open(name, encoding="ascii"), 1):
        fields = line.rstrip("\n").split("\t")
        if len(fields) != 20 or fields[0] != "S1" or not line.endswith("\n"):
            sys.exit(f"{name}:{number}: not a line of socktrace(5): {line!r}")
        _, event, begin, end, _, tid, _, call, fd, _, _, _, _, _, _, _, result, error, args, _ = fields
        if event != "end":
            continue
        tid = int(tid)
        if call == "getaddrinfo":
            lookups.setdefault(tid, []).append((int(begin) / 1e9 + offset, int(end) / 1e9 + offset))
            continue
        args = dict(pair.split("=", 1) for pair in args.split() if "=" in pair)
        if call in ("sendmmsg", "recvmmsg") and not args.get("msg", "1/").startswith("1/"):
            continue  # one call, a line for each message
        if call == "fcntl":
            continue
        result = int(args.get("full", result))
        fd = "-" if call in ("socket", "socketpair") else fd
        calls.setdefault(tid, []).append(
            (SAME_AS.get(call, call), fd, result, error, number))
    return calls, lookups


LINE = re.compile(r"^(?P<time>\d+\.\d+) (?P<call>\w+)\((?P<rest>.*)\)\s+= (?P<result>-?\d+|\?)(?:<(?P<made>[^>]*)>)?"
                  r"(?: (?P<error>E[A-Z0-9]+))?")
REPLACED = re.compile(r", (\d+)<socket:")
FD = re.compile(r"^(-?\d+)(?:<([^>]*)>)?")


def read_strace(prefix, lookups):
    calls, unseen = {}, []
    for name in glob.glob(prefix + ".*"):
        tid = int(name.rsplit(".", 1)[1])
        for number, line in enumerate(open(name, errors="replace"), 1):
            match = LINE.match(line)
            if not match or (match["result"] == "?" and not match["error"]):
                continue  # a call that never returned, as the process ended
            call, when = match["call"], float(match["time"])
            if call not in CHANGE | ON_SOCKETS | QUESTIONS:
                continue
            fd, made = "-", match["made"] or ""
            if call not in ("socket", "socketpair"):
                at = FD.match(match["rest"])
                fd, kind = at[1], at[2] or ""
                if call in ON_SOCKETS and not kind.startswith("socket:"):
                    replaced = REPLACED.search(match["rest"])
                    if call in ("dup2", "dup3") and replaced:  # a file takes a socket's number
                        calls.setdefault(tid, []).append(("close", replaced[1], 0, "-", number))
                    continue
            if any(a - SLACK <= when <= b + SLACK for a, b in lookups.get(tid, [])):
                continue
            calls.setdefault(tid, []).append(
                (call, fd, int(match["result"].replace("?", "-1")), match["error"] or "-", number))
            if call == "connect" and "/nscd/socket" in match["rest"]:
                unseen.append((tid, fd))  # the C library asks for a user or a group
        for asking in [fd for t, fd in unseen if t == tid]:
            leave_out(calls[tid], asking)
    return calls


def leave_out(calls, fd):
    """Takes the first socket() = FD, connect(FD) = -1 ENOENT, close(FD) out of a thread's calls."""
    for i in range(len(calls) - 2):
        if (calls[i][0], str(calls[i][2])) == ("socket", fd) and calls[i + 1][:2] == ("connect", fd) \
                and calls[i + 1][3] == "ENOENT" and calls[i + 2][:2] == ("close", fd):
            del calls[i:i + 3]
            return


def show(call):
    return f"{call[0]}({call[1]}) = {call[2]} {call[3]}" if call else "nothing"


def settle_interrupted(ours, theirs):
    """strace says "? ERESTARTSYS" of a call that a signal interrupted. It then returned EINTR, or began
    again, or was left for good by longjmp(): in the last two cases socktrace saw no return."""
    settled = []
    for call in theirs:
        if call[3].startswith("ERESTART"):
            at = len(settled)
            if not (at < len(ours) and ours[at][:4] == call[:2] + (-1, "EINTR")):
                continue
            call = ours[at]
        settled.append(call)
    return settled


def main():
    traced, lookups = read_trace(sys.argv[1])
    straced = read_strace(sys.argv[2], lookups)
    compared, differences = 0, 0
    for tid in sorted(set(traced) | set(straced)):
        ours = [c for c in traced.get(tid, []) if c[0] not in QUESTIONS]
        theirs = [c for c in straced.get(tid, []) if c[0] not in QUESTIONS]
        theirs = settle_interrupted(ours, theirs)
        for i in range(max(len(ours), len(theirs))):
            a = ours[i] if i < len(ours) else None
            b = theirs[i] if i < len(theirs) else None
            if a is None or b is None or a[:4] != b[:4]:
                print(f"thread {tid}, call {i + 1}: socktrace: {show(a)}, strace: {show(b)}")
                differences += 1
                break
            compared += 1
        asked = iter(c[:4] for c in straced.get(tid, []) if c[0] in QUESTIONS)
        for question in (c for c in traced.get(tid, []) if c[0] in QUESTIONS):
            if question[:4] not in asked:  # `in` moves the iterator on: the order counts
                print(f"thread {tid}: socktrace: {show(question)}, strace saw no such call there")
                differences += 1
                break
            compared += 1
    print(f"{compared} calls compared, {differences} differences")
    return 1 if differences or compared == 0 else 0


sys.exit(main())
