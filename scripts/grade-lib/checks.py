# SPDX-License-Identifier: MIT
"""What there is to check: read from the tests themselves.

A @test in tests/*.bats that judges the wire has a comment directly above it, for each side that it
judges:

    # grade server pieces 2 after sentence: A message may come in pieces.
    # hint: TCP is a stream of bytes: one send is not one recv.

The words are: whom it judges (server or client: the exercises to which tests/manifest gives this file;
or the name of an exercise, which may have a *), the name of the check, its points, and the checks that
must have passed before. A line that begins with three blanks behind the # goes on with the text of the
line before. An exercise that is no program of ours is named in its file: # exercise NAME."""
import fnmatch
import os
import re
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TESTS = os.path.join(ROOT, "tests")
TAG = re.compile(r"# grade (\S+) (\S+) (\d+)(?: after ([\w,-]+))?: (.*)")
TEST = re.compile(r'@test "(.*)" \{')


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
    return "client" if re.search("-client|-ping", exercise) else "server"


def arguments_of(exercise):
    """What a program of this exercise is told on its command line, unless somebody says otherwise."""
    if side_of(exercise) == "client":
        return ["{host}", "{port}"]
    if exercise == "tcp-relay":
        return ["{port}", "{host}", "{target}"]
    return ["{port}"] + (["{dir}"] if re.match("web-|smtp-", exercise) else [])


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


def checks_in(file):
    """All that the tests of a file can judge: [(whom, check)], in their order."""
    with open(file, encoding="utf-8") as source:
        lines = source.read().split("\n")
    found = []
    for at, line in enumerate(lines):
        test = TEST.match(line)
        for tag in tags_above(lines, at) if test else []:
            if match := TAG.fullmatch(tag):
                after = match[4].split(",") if match[4] else []
                found.append((match[1], Check(match[2], int(match[3]), after, match[5], "", test[1], file)))
            elif tag.startswith("# hint: ") and found:
                found[-1][1].hint = tag[len("# hint: "):]
    return found


def manifest():
    """{program: (its peer, its test file)}; peer: our program at the other end."""
    with open(os.path.join(TESTS, "manifest"), encoding="utf-8") as lines:
        return {words[0]: (words[1], words[2]) for words in map(str.split, lines) if words and words[0] != "#"}


def peer_of(exercise):
    return manifest().get(exercise, ("", ""))[0]


def exercises():
    """Every program that the tests can grade: {exercise: [check]}."""
    programs = {name: file for name, (_, file) in manifest().items()}
    tags = {}
    for name in sorted(os.listdir(TESTS)):
        path = os.path.join(TESTS, name)
        if name.endswith(".bats"):
            tags[name] = checks_in(path)
            with open(path, encoding="utf-8") as source:
                programs.update({match[1]: name for match in re.finditer(r"^# exercise (\S+)$", source.read(), re.M)})
    found = {}
    for program, own in programs.items():
        checks = [check for name, tagged in tags.items() for whom, check in tagged
                  if name == own and whom == side_of(program) or fnmatch.fnmatchcase(program, whom)]
        if checks:
            found[program] = checks
    return found
