# SPDX-License-Identifier: MIT
"""prove.py [-at] [EXERCISE [MISTAKE]] - proves that scripts/grade marks rightly: the reference and our own program get full
marks, and each mutant of tests/grade/mutants.py loses the points of exactly the checks that name its mistake.
EXERCISE may be a pattern: 'tcp-*'. A mutant is graded by the checks that it must lose, by those that they come after, and
by the next one behind each of them that it must keep; with -a, by all.
-t: tells the seconds that each grading took, the slowest first, and its slowest checks. JOBS gradings run at once,
two checks of each: most time goes by in waiting for programs that hang, and one that hangs keeps one job only."""
import csv
import fnmatch
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "scripts", "grade-lib")]
from checks import arguments_of, exercises  # noqa: E402
from mutants import MUTANTS  # noqa: E402


OPTIONS = "".join(word[1:] for word in sys.argv[1:] if word[0] == "-")
WORDS = [word for word in sys.argv[1:] if word[0] != "-"]
WITH_ALL = "a" in OPTIONS
EXERCISES = exercises()
OWN = "our own program"
SOME_OF_OURS = ("tcp-upper-client", "udp-echo-client", "udp-ping", "tcp-greet-server", "tcp-echo-server-polled",
                "web-server-simple", "web-server", "smtp-client", "smtp-server")
PROGRAMS = os.environ.get("BIN_DIR", os.path.join(ROOT, "build", "bin"))


def checks_for(exercise, lost):
    """The names of the checks that a mutant needs; none: all of them."""
    order, lost = [check.name for check in EXERCISES[exercise]], lost.split()
    if not lost or lost == ["ALL"] or WITH_ALL:
        return []
    kept = [at for at, name in enumerate(order) if name not in lost]
    beside = {min((at for at in kept if at > order.index(name)), default=max(kept)) for name in lost if kept and name in order}
    return lost + [order[at] for at in beside]


def grade(exercise, command, only):
    """The lines of the CSV report: {check: line}; and the seconds of processor time that it took."""
    # Past what chooses a python3 by folder (pyenv and its like), and takes its time each time.
    path = os.path.dirname(os.path.realpath(sys.executable)) + ":" + os.environ["PATH"]
    with tempfile.NamedTemporaryFile(suffix=".csv") as report:
        words = [sys.executable, os.path.join(ROOT, "scripts", "grade"), exercise, "--no-ladder", "--jobs", "2",
                 "-o", "csv:" + report.name, "--"]
        if only:
            words[3:3] = ["--only", ",".join(only)]
        child = subprocess.Popen(words + command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 env=dict(os.environ, PATH=path))
        _, _, used = os.wait4(child.pid, 0)
        with open(report.name, newline="", encoding="utf-8") as file:
            return {line["check"]: line for line in csv.DictReader(file)}, used.ru_utime + used.ru_stime


def mutant_of(exercise, changes):
    """The text of the reference with the changes made; None if one of them does not fit."""
    with open(os.path.join(HERE, exercise + ".py"), encoding="utf-8") as file:
        text = file.read()
    for old, new in zip(changes[::2], changes[1::2]):
        if text.count(old) != 1:
            return None
        text = text.replace(old, new)
    return text


def our_own(exercise):
    """How our program of that name is started."""
    options = {"udp-ping": ["-i", "0"]}.get(exercise, ["-q"] if "-server" in exercise else [])
    options += ["-d", "{dir}"] if "{dir}" in arguments_of(exercise) else []
    return [os.path.join(PROGRAMS, exercise), *options, *(word for word in arguments_of(exercise) if word != "{dir}")]


def times_of(job, seconds, used, lines):
    slowest = sorted(lines.values(), key=lambda line: -float(line["seconds"]))[:5]
    return f"{seconds:6.1f} s, {used:4.1f} of the processor  {job[0]}: {job[1]}: " + " ".join(
        f"{line['check']} {line['seconds']}" for line in slowest)


def prove(job):
    """Returns what is wrong, or nothing; and how long it took."""
    exercise, mistake, *changes, lost = job
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        command = our_own(exercise)
        if mistake != OWN:
            command = [sys.executable, "-S", os.path.join(folder, "program.py")] + arguments_of(exercise)
            text = mutant_of(exercise, changes)
            if text is None:
                return f"{exercise}: {mistake}: the text to be replaced does not stand in the reference once", ""
            with open(command[2], "w", encoding="utf-8") as file:
                file.write(text)
        lines, used = grade(exercise, command, checks_for(exercise, lost))
    if not lines:
        return f"{exercise}: {mistake}: no report", ""
    times = times_of(job, time.monotonic() - began, used, lines)
    want = {name for name in lines if lost == "ALL" or name in lost.split()}
    got = {name for name, line in lines.items() if line["points"] != line["of"]}
    unknown = set(lost.split()) - set(lines) - {"ALL"}
    skipped = {name for name, line in lines.items() if line["status"] == "skipped"}
    if want - skipped == got and not unknown:
        return "", times
    said = "".join(f"\n    {name}: {lines[name]['explanation'][:400]}" for name in sorted(got - want))
    return f"{exercise}: {mistake}: should lose {sorted(want)}, and lost {sorted(got)}{said} {sorted(unknown)}", times


def main():
    wanted, mistake, *_ = WORDS + [""] * 2
    wanted = wanted or "*"
    jobs = [(exercise, OWN, "") for exercise in EXERCISES if exercise == wanted or exercise in SOME_OF_OURS]
    for exercise, mutants in MUTANTS.items():
        jobs.append((exercise, "the reference", ""))
        jobs += [(exercise, *mutant) for mutant in mutants]
    jobs = [job for job in jobs if fnmatch.fnmatchcase(job[0], wanted) and mistake in job[1] and
            (job[1] != OWN or os.path.exists(our_own(job[0])[0]))]
    random.Random(1).shuffle(jobs)  # those that wait beside those that work
    with ThreadPoolExecutor(int(os.environ.get("JOBS", "6"))) as pool:
        found = list(pool.map(prove, jobs))
    problems = [problem for problem, _ in found if problem]
    if "t" in OPTIONS:
        print("\n".join(sorted((times for _, times in found), reverse=True)))
    print("\n".join(problems + [f"{len(jobs)} programs graded, {len(problems)} not as they should be"]))
    return bool(problems) or not jobs


sys.exit(main())
