#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the transcripts of a Markdown page and compares what the terminals show.

    tests/transcripts.py docs/tcp-upper.md      all of them; -v also prints what was seen

A transcript is a fenced block whose info string is "console NAME", where NAME is a terminal:

    ```console server              ```console client
    $ tcp-upper-server             $ tcp-upper-client
    tcp-upper-server: listen...    Input lowercase sentence: hello
    ```                            From Server: HELLO
                                   ```
Lines that begin with "$ " are commands; all else is what the terminal shows, prompts and typed words
included. What follows a known prompt is typed; what is typed without a prompt (into netcat) is named
in the info string: console nc typed="hello|more". "^D" at a prompt or alone is the end of input, a line
"^C" interrupts.
All blocks under one heading are one session. They are played in order: a block has to show all of its
lines before the next one is played, except those of terminals whose name begins with "server", which
go on until the end of the session. Ephemeral ports, times and this machine's addresses do not count.
"""
import os, pty, re, select, signal, subprocess, sys, termios, time

PROMPTS = ("Input lowercase sentence: ", "Enter message to send : ", "message: ", "> ", "socksh> ")
PATIENCE = float(os.environ.get("PATIENCE", "20"))


class Mismatch(Exception):
    pass


def listens(kind, port):
    """By the system's own table of sockets, where there is one; or by netstat."""
    if not os.path.exists("/proc/net/tcp"):
        table = subprocess.run(["netstat", "-an"], capture_output=True, text=True).stdout.split("\n")
        rows = [line.split() for line in table if line.startswith(kind)]
        return any(re.search(r"[.:]%s$" % port, row[3]) and (kind == "udp" or row[-1] == "LISTEN") for row in rows)
    rows = []
    for file in (kind, kind + "6"):
        if os.path.exists("/proc/net/" + file):
            with open("/proc/net/" + file) as table:
                rows += [line.split() for line in list(table)[1:]]
    return any(int(row[1].split(":")[1], 16) == int(port) and (kind == "udp" or row[3] == "0A") for row in rows)


class Terminal:
    """A bash in a pty; seen is what its screen shows, expected what the page says."""

    def __init__(self, name, bin_dir):
        self.name, self.seen, self.expected = name, "", ""
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.update(PATH=bin_dir + ":" + os.environ["PATH"], PS1="$ ", TERM="dumb", LC_ALL="C.UTF-8",
                              HISTFILE="", NO_COLOR="1")
            os.closerange(3, 256)  # a program's first socket is 3, as it is for everybody
            os.execvp("bash", ["bash", "--norc", "--noprofile", "--noediting"])
        self.pid, self.fd = pid, fd
        import fcntl, struct
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))

    def read(self, seconds):
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                self.seen += os.read(self.fd, 65536).decode(errors="replace").replace("\r\n", "\n")
            except OSError:
                pass

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        os.kill(self.pid, signal.SIGHUP)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


class Session:
    def __init__(self, bin_dir):
        self.terminals, self.bin_dir = {}, bin_dir

    def plain(self, text):
        """The text without what differs from run to run."""
        text = re.sub(r"\b(3[3-9]\d{3}|32[89]\d\d|327[7-9]\d|3276[89]|[45]\d{4}|60\d{3})\b", "PORT", text)
        text = re.sub(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT|\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d", "DATE", text)
        text = re.sub(r"\b[0-9a-f]+-[0-9a-f]+-[0-9a-f]{14,16}\b", "TAG", text)
        text = re.sub(r"\d+\.\d+(/\d+\.\d+)*( ?m?s\b)", r"TIME\2", text)
        return "\n".join(line.rstrip() for line in text.split("\n"))

    def shows(self, terminal, text):
        return self.plain(terminal.seen).startswith(self.plain(text))

    def wait(self, terminal, text):
        """Until the terminal shows text, and only that."""
        end = time.monotonic() + PATIENCE
        while not self.shows(terminal, text):
            if time.monotonic() > end or not self.plain(text).startswith(self.plain(terminal.seen).rstrip("\n")[:-1]):
                terminal.read(0.3)
                if self.shows(terminal, text):
                    return
                if time.monotonic() > end:
                    raise Mismatch(self.report(terminal, text))
            terminal.read(0.05)

    def wait_for_netcat(self, terminal):
        """A netcat that listens says nothing: the system's table of listening sockets does."""
        listen = re.findall(r"^\$ (.*\b(?:nc|ncat|socat)\b.*(?:-u?k?l|LISTEN|RECV).*?(?<![\d.])(\d{2,5})(?![\d.]).*)", terminal.expected, re.M)
        end = time.monotonic() + PATIENCE
        while listen and not terminal.seen.endswith("$ "):
            command, port = listen[-1]
            if listens("udp" if re.search(r" -\w*u|UDP", command) else "tcp", port):
                break
            if time.monotonic() > end:
                raise Mismatch("nothing listens on port %s for '%s'" % (port, terminal.name))
            terminal.read(0.05)

    def report(self, terminal, text):
        return "the terminal '%s' should show:\n%s\nit shows:\n%s" % (
            terminal.name, indent(self.plain(text)), indent(self.plain(terminal.seen)))

    def play(self, name, typed, lines):
        terminal = self.terminals.get(name)
        if terminal is None:
            terminal = self.terminals[name] = Terminal(name, self.bin_dir)
        for other in self.terminals.values():  # a server must be ready before its client begins
            if other is not terminal and "listening on" in other.expected:
                first = other.expected.split("\n")
                ready = next(i for i, line in enumerate(first) if "listening on" in line)
                self.wait(other, "\n".join(first[:ready + 1]))
            self.wait_for_netcat(other)
        for line in lines:
            prompt = next((p for p in PROMPTS if line.startswith(p) and not line.startswith("$ ")), None)
            if line.startswith("$ "):
                self.answer(terminal, "$ ", line[2:], "\n")
            elif line == "^D":
                self.answer(terminal, "", "", "\x04")
            elif line == "^C":
                self.answer(terminal, "", "", "\x03", "^C\n")
            elif prompt is not None and line == prompt + "^D":  # our clients then begin a new line
                self.answer(terminal, prompt, "", "\x04", "\n")
            elif prompt is not None and line != prompt.rstrip():
                self.answer(terminal, prompt, line[len(prompt):], "\n")
            elif line in typed:
                typed.remove(line)
                self.answer(terminal, "", line, "\n")
            else:
                if terminal.expected.endswith("$ "):
                    terminal.expected = terminal.expected[:-2]
                terminal.expected += line + "\n"
        if not name.startswith("server"):
            self.wait(terminal, terminal.expected.rstrip("\n"))

    def answer(self, terminal, prompt, text, key, echo=None):
        terminal.expected += prompt
        self.wait(terminal, terminal.expected)
        self.settle(terminal)
        terminal.type(text + key)
        terminal.expected += text + (echo if echo is not None else "\n" if key == "\n" else "")
        if key == "\n":
            self.wait(terminal, terminal.expected)  # until then the prompt before it looks like the next one

    def settle(self, typing):
        """Lets each server end what it was doing, whose threads would otherwise log in another order."""
        end = time.monotonic() + 5
        callers = sum(len(re.findall(r"^\$ tcp-echo-client", t.expected, re.M)) for t in self.terminals.values())
        for other in self.terminals.values():
            count = lambda words: other.seen.count(words)
            in_turn = "$ tcp-echo-server\n" in other.seen  # it takes the second one only when the first has gone
            while other is not typing and time.monotonic() < end and (
                    count(" recv: '") != count(" sent: '")
                    or count("...connected from") < callers and count("waiting for connection") and not in_turn
                    or 0 < count("waiting for connection") == count("...connected from")):
                other.read(0.05)

    def finish(self):
        try:
            for terminal in self.terminals.values():
                self.wait(terminal, terminal.expected.rstrip("\n"))
            for terminal in self.terminals.values():
                terminal.read(0.1)  # nothing more may come than the page shows, but the next prompt
                seen, expected = self.plain(terminal.seen).rstrip("\n"), self.plain(terminal.expected).rstrip("\n")
                rest = seen[len(expected):].strip()
                if rest not in ("", "$") and rest.rstrip() not in [p.rstrip() for p in PROMPTS]:
                    raise Mismatch(self.report(terminal, terminal.expected))
        finally:
            for terminal in self.terminals.values():
                if "-v" in sys.argv:
                    print("--- %s\n%s" % (terminal.name, terminal.seen))
                terminal.end()


def indent(text):
    return "\n".join("    " + line for line in text.rstrip("\n").split("\n"))


def sessions(page):
    """Yields (heading, [(terminal, typed lines, lines)])."""
    heading, blocks, block = "", [], None
    for line in open(page, encoding="utf-8"):
        line = line.rstrip("\n")
        if block is not None:
            if line.startswith("```"):
                if block[0] is not None:
                    blocks.append(block)
                block = None
            else:
                block[2].append(line)
        elif line.startswith("```"):
            match = re.match(r'```console (\S+)(?: typed="([^"]*)")?$', line)
            block = (match[1], (match[2] or "").split("|") if match[2] else [], []) if match else (None, [], [])
        elif line.startswith("#"):
            if blocks:
                yield heading, blocks
            heading, blocks = line.lstrip("# "), []
    if blocks:
        yield heading, blocks


def main():
    pages = [a for a in sys.argv[1:] if a != "-v"]
    bin_dir = os.path.abspath(os.environ.get("BIN_DIR", "build/bin"))
    played = failed = 0
    for page in pages:
        for heading, blocks in sessions(page):
            session = Session(bin_dir)
            try:
                try:
                    for name, typed, lines in blocks:
                        session.play(name, list(typed), lines)
                finally:
                    session.finish()
                played += 1
            except Mismatch as mismatch:
                failed += 1
                print("%s, %s: %s" % (page, heading, mismatch))
    print("%d transcripts played, %d failed" % (played + failed, failed))
    sys.exit(1 if failed or not played else 0)


main()
