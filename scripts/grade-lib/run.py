# SPDX-License-Identifier: MIT
"""Runs the checks: each is one @test in a bats of its own, with the program put in its place."""
import concurrent.futures
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field

from checks import ROOT, TEST, TESTS, side_of

PASSED, FAILED, NOT_CHECKED, SKIPPED = "passed", "failed", "not checked", "skipped"
MOST_OUTPUT = 4000


@dataclass
class Result:
    check: object
    status: str
    detail: str = ""  # what was expected and what came; or why it was not checked
    seconds: float = 0.0
    started: bool = True

    @property
    def points(self):
        return self.check.points if self.status == PASSED else 0

    @property
    def of(self):
        """A check that this machine cannot do is not held against the program."""
        return 0 if self.status == SKIPPED else self.check.points


@dataclass
class Settings:
    exercise: str
    command: list
    peer: str = ""  # our program at the other end
    only: list = field(default_factory=list)  # names of checks; none: all
    port: int = 0
    jobs: int = 4
    limit: int = 60  # seconds for one check
    start: int = 10  # seconds until it listens
    ladder: bool = True
    folder: str = "."
    scratch: str = ""  # the folder in which all of this grading is written, once there is one


def programs():
    """The folder of our own programs."""
    return os.path.abspath(os.environ.get("BIN_DIR", os.path.join(ROOT, "build", "bin")))


def environment(settings, scratch, trace):
    """What the test file and tests/helper.bash need to know."""
    command = [sys.executable, "-SE", os.path.join(ROOT, "scripts", "grade-run")]
    # It is started in another folder, in which the files of this one are; not those above it.
    command += [os.path.abspath(word) if ".." in word.split("/") and os.path.exists(word) else word for word in settings.command]
    side = side_of(settings.exercise).upper()
    found = dict(os.environ, TMPDIR=scratch, PATIENCE=str(patience()), START_PATIENCE=str(settings.start),
                 GRADE_FROM=os.path.abspath(settings.folder), GRADE_SAID=os.path.join(scratch, "said"),
                 GRADE_MARK=os.path.basename(settings.scratch) + "/" + os.path.basename(scratch), GRADE_TRACE="\n".join(trace))
    found["BIN_DIR"] = os.path.join(scratch, "bin")  # a way there without a blank, wherever the toolkit lies
    os.symlink(programs(), found["BIN_DIR"])
    found["CLIENT" if side == "SERVER" else "SERVER"] = settings.peer
    found[side] = settings.exercise
    found[side + "_CMD"] = shlex.join(command)
    if settings.port:
        found["FIXED_PORT"] = str(settings.port)
    return found


def patience():
    """Seconds in which something has to happen that takes none: more where the machine has more to do."""
    return 6 + min(14, int(2 * os.getloadavg()[0] / (os.cpu_count() or 1)))


def cut_out(check, target):
    """Writes this one test of the file, and beside it what it needs and bats need not read line by line, three times."""
    outside = target + ".bash"
    with open(check.file, encoding="utf-8") as source, open(target, "w", encoding="utf-8") as file, \
            open(outside, "w", encoding="utf-8") as others:
        others.write(f"BATS_TEST_DIRNAME={shlex.quote(TESTS)} # where it finds what it loads\n")
        file.write(f". {shlex.quote(outside)}\n")
        inside = wanted = False
        for line in source:
            if test := TEST.match(line):
                inside, wanted = True, test[1] == check.test
            if not inside:
                others.write(line)
            elif wanted:
                file.write(line)
            if inside and (line == "}\n" or test and line.endswith("}\n")):
                inside = False


def run_bats(check, settings, trace=()):
    """Runs the test; returns its exit status and output, and what the program itself said."""
    scratch = tempfile.mkdtemp(dir=settings.scratch)
    env = environment(settings, scratch, list(trace))
    output_name, alone = os.path.join(scratch, "tap"), os.path.join(scratch, os.path.basename(check.file))
    cut_out(check, alone)
    with open(output_name, "wb") as output:
        bats = subprocess.Popen(["bats", "--tap", alone], env=env, cwd=scratch,
                                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        late = ""
        try:
            limit = settings.limit + (70 if settings.port else 0)  # TIME_WAIT may have to go by
            bats.wait(limit)
        except subprocess.TimeoutExpired:
            late = f"\n# this check took more than {limit} s and was ended"
            os.killpg(bats.pid, signal.SIGKILL)
            bats.wait()
        finally:
            sweep(env["GRADE_MARK"])
    said = read_end(os.path.join(scratch, "said"))
    text = read_start(output_name) + late
    shutil.rmtree(scratch, ignore_errors=True)
    return bats.returncode, text, said


def end_all(settings):
    """Ends the checks that are under way, and what they started. Without the folder none can begin."""
    for _ in range(1000):  # what is about to start, or writes, is met in the next round
        gone = not os.path.exists(settings.scratch)
        if not sweep(os.path.basename(settings.scratch) + "/") and gone:
            break
        shutil.rmtree(settings.scratch, ignore_errors=True)
        time.sleep(0.01)


def read_start(name):
    """At most a sane size of a file."""
    try:
        with open(name, "rb") as file:
            return file.read(65536).decode("utf-8", "replace")
    except OSError:
        return ""


def read_end(name):
    try:
        with open(name, "rb") as file:
            file.seek(-min(65536, os.path.getsize(name)), os.SEEK_END)
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def sweep(mark):
    """Ends whatever was started with a mark that begins so and has not ended, by pid. Its environment tells that
    it is ours. Returns how many there were."""
    wanted, found = ("GRADE_MARK=" + mark).encode(), 0
    for pid in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else []):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if any(word.startswith(wanted) for word in file.read().split(b"\0")):
                    os.kill(int(pid), signal.SIGKILL)
                    found += 1
        except OSError:  # it has gone, or it is somebody else's
            pass
    return found


def detail_of(tap):
    """What a failed test said, without where in our files it said so."""
    lines = [line[2:] for line in tap.split("\n") if line.startswith("# ")]
    lines = [line for line in lines if not re.match(r"\(? ?(in|from) (test|function|file)|  `.*' failed|/.*: line \d+: +\d+ ", line)]
    return "\n".join(lines).strip()


def cut(text, most=MOST_OUTPUT):
    text = "\n".join(line if len(line) <= 300 else line[:300] + " ..." for line in text.split("\n"))
    return text if len(text) <= most else text[:most] + "\n... (cut)"


def ladder_of(check, settings):
    """The picture of a second run under socktrace, if that fails too; or nothing."""
    tools = [os.path.join(programs(), tool) for tool in ("socktrace", "ladder")]
    if not settings.ladder or not all(os.access(tool, os.X_OK) for tool in tools):
        return ""
    with tempfile.TemporaryDirectory(dir=settings.scratch) as folder:
        trace = os.path.join(folder, "trace")
        status, _, _ = run_bats(check, settings, [tools[0], "-n", "yours", "-o", trace])
        if status == 0 or not os.path.exists(trace):
            return ""
        try:
            drawn = subprocess.run([tools[1], "-r", trace], capture_output=True, text=True, timeout=10)
        except subprocess.TimeoutExpired:
            return ""
    return drawn.stdout if drawn.returncode == 0 and "socket" in drawn.stdout else ""


def explain(tap, said, picture):
    parts = [cut(detail_of(tap)) or "the check failed without a word"]
    if said.strip():
        lines = said.strip().split("\n")
        shown = (["... (cut)"] if len(lines) > 15 else []) + [cut(line, 250) for line in lines[-15:]]
        parts.append("your program said:\n" + "\n".join("  " + line for line in shown))
    if picture.strip():
        lines = picture.rstrip().split("\n")
        shown = lines if len(lines) <= 40 else lines[:15] + ["..."] + lines[-25:]  # it went wrong at its end
        parts.append("the conversation, seen from your program:\n" + "\n".join("  " + line for line in shown))
    return "\n".join(parts)


def run_check(check, settings):
    began = time.monotonic()
    status, tap, said = run_bats(check, settings)
    took = time.monotonic() - began
    skipped = re.search(r"^ok .* # skip *(.*)", tap, re.M)
    if skipped:
        return Result(check, SKIPPED, skipped[1], took)
    if status == 0 and re.search(r"^ok 1 ", tap, re.M):
        return Result(check, PASSED, "", took)
    started = "could not be started" not in tap
    picture = ladder_of(check, settings) if started else ""
    return Result(check, FAILED, explain(tap, said, picture), took, started)


def not_checked(check, done):
    lost = [name for name in check.after if done[name].status in (FAILED, NOT_CHECKED)]
    return Result(check, NOT_CHECKED, f"because {lost[0]} did not pass") if lost else None


def run_all(checks, settings, progress=lambda result: None):
    """Runs the checks, several at once, each after those that it depends on. Returns the results in order."""
    settings.scratch = os.path.join(tempfile.gettempdir(), f"grade-{uuid.uuid4().hex[:12]}")
    os.mkdir(settings.scratch, 0o700)
    try:
        return run_each(checks, settings, progress)
    finally:
        end_all(settings)


def run_each(checks, settings, progress):
    done, running, waiting = {}, {}, list(checks)
    jobs = 1 if settings.port else settings.jobs
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        while waiting or running:
            for check in [c for c in waiting if all(name in done for name in c.after)]:
                waiting.remove(check)
                if lost := not_checked(check, done):
                    done[check.name] = lost
                    progress(lost)
                else:
                    running[pool.submit(run_check, check, settings)] = check
            for future in concurrent.futures.wait(running, return_when="FIRST_COMPLETED").done if running else []:
                done[running.pop(future).name] = future.result()
                progress(future.result())
    return [done[check.name] for check in checks]
