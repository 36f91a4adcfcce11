# SPDX-License-Identifier: MIT
"""What there is to check: read from the tests themselves.

A @test in tests/*.bats that judges the wire has a comment directly above it, for each side that it
judges:

    # grade server pieces 2 after sentence: A message may come in pieces.
    # hint: TCP is a stream of bytes: one send is not one recv.

The words are: whom it judges (server, client, or the name of an exercise with *), the name of the
check, its points, and the checks that must have passed before. A line that begins with three
blanks behind the # goes on with the text of the line before."""
import fnmatch
import os
import re
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TAG = re.compile(r"# grade (\S+) (\S+) (\d+)(?: after ([\w,-]+))?: (.*)")


@dataclass
class Check:
    name: str
    points: int
    after: list
    requirement: str
    hint: str
    test: str  # the @test's own name
    file: str


def side_of(exercise):
    return "server" if "-server" in exercise else "client"


def judges(whom, exercise):
    return whom == side_of(exercise) or fnmatch.fnmatch(exercise, whom)


def tags_above(lines, at):
    """The comment above line number at, with long lines joined."""
    first = at
    while first > 0 and lines[first - 1].startswith("#"):
        first -= 1
    joined = []
    for line in lines[first:at]:
        if line.startswith("#   ") and joined:
            joined[-1] += " " + line[1:].strip()
        else:
            joined.append(line)
    return joined


def checks_of(exercise, file):
    """The checks of an exercise, in the order of the file."""
    with open(file, encoding="utf-8") as source:
        lines = source.read().split("\n")
    checks = []
    for at, line in enumerate(lines):
        test = re.match(r'@test "(.*)" \{', line)
        wanted = False
        for tag in tags_above(lines, at) if test else []:
            if match := TAG.fullmatch(tag):
                wanted = judges(match[1], exercise)
                if wanted:
                    checks.append(Check(match[2], int(match[3]), (match[4] or "").split(",") if match[4] else [],
                                        match[5], "", test[1], file))
            elif tag.startswith("# hint: ") and wanted:
                checks[-1].hint = tag[len("# hint: "):]
    return checks


def peer_of(exercise):
    """Our own program at the other end, as tests/manifest names it."""
    with open(os.path.join(ROOT, "tests", "manifest"), encoding="utf-8") as manifest:
        return dict(line.split()[:2] for line in manifest if not line.startswith("#"))[exercise]


def exercises():
    """The programs of tests/manifest whose tests can grade: {exercise: [check]}."""
    found = {}
    with open(os.path.join(ROOT, "tests", "manifest"), encoding="utf-8") as manifest:
        for line in manifest:
            words = line.split()
            if line.startswith("#") or len(words) < 3:
                continue
            file = os.path.join(ROOT, "tests", words[2])
            checks = checks_of(words[0], file) if os.path.exists(file) else []
            if checks:
                found[words[0]] = checks
    return found
