# SPDX-License-Identifier: MIT
"""Runs the tests for scripts/test: jobs.py LEVEL 'VARIANT...' [FILE...]

A job is one test file on one variant, or the unit tests of a variant. The builds are made one after the
other; the jobs that need only the first begin while the second is made. A job starts as long as a processor
is idle, the longest first."""

import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILDS = {"plain": ("default", "build"), "asan": ("asan", "build-asan"), "tsan": ("tsan", "build-tsan")}
FAULTS = ("short", "byte", "eintr")
LIMIT = 1800  # seconds for one job
TIMES = "build/test-times"  # what each job took when it last ran here
PROCESSORS = os.cpu_count() or 1


class Job:
    """One test file, or "unit", on one variant."""

    def __init__(self, variant, file, guess):
        self.variant, self.file, self.guess = variant, file, guess
        self.name = "%s-%s" % (variant, os.path.basename(file))
        self.process = self.started = None
        self.seconds = self.processor = 0
        self.lines = []

    def command(self):
        if self.file == "unit":
            return ["ctest", "--test-dir", build_of(self.variant), "--output-on-failure", "--timeout", "300"]
        return ["bats", "--tap", "--timing", self.file]

    def start(self, setting):
        environment = dict(setting.environment, VARIANT=self.variant, BIN_DIR=setting.bin_of(self.variant))
        if self.variant in FAULTS:
            environment.update(FAULT=self.variant, UNDISTURBED=setting.bin_of("plain"), PATIENCE="30")
        self.output = open(os.path.join(setting.folder, self.name + ".tap"), "w+b")
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=subprocess.STDOUT, env=environment, start_new_session=True)

    def ended(self):
        """True when it is over; one that outruns LIMIT is made so."""
        self.seconds = time.monotonic() - self.started
        pid, status, used = os.wait4(self.process.pid, os.WNOHANG)
        if pid:
            self.process.returncode = status
            self.processor = used.ru_utime + used.ru_stime
        elif self.seconds < LIMIT:
            return False
        else:
            self.kill()
        self.output.seek(0)
        self.lines = self.output.read().decode("utf-8", "replace").splitlines()
        self.output.close()
        if self.file == "unit":
            self.lines = unit_lines(self.lines)
        self.check_plan()
        return True

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        except ProcessLookupError:
            pass

    def check_plan(self):
        """A file that breaks off before its last test is no success."""
        plan = next((int(line[3:]) for line in self.lines if re.fullmatch(r"1\.\.\d+", line)), None)
        seen = sum(1 for line in self.lines if re.match(r"(not )?ok ", line))
        if plan != seen:
            planned = "?" if plan is None else plan
            self.lines.append("not ok %s ended after %d of %s tests" % (self.file, seen, planned))

    def passed(self):
        return [line for line in self.lines if line.startswith("ok ") and " # skip" not in line]

    def failed(self):
        return [line for line in self.lines if line.startswith("not ok ")]

    def skipped(self):
        """The reasons. What another variant runs in the place of this one is not left out."""
        reasons = [line.split(" # skip", 1)[1].strip() for line in self.lines if re.match(r"ok .* # skip", line)]
        return [reason for reason in reasons if not reason.startswith("once:")]

    def failures(self):
        """The lines of the failed tests, with what they said."""
        shown, show = [], False
        for line in self.lines:
            if re.match(r"(not )?ok ", line):
                show = line.startswith("not ")
            if show:
                shown.append(line)
        return shown

    def times(self):
        """(seconds, test) of each."""
        for line in self.lines:
            found = re.match(r"(?:not )?ok \d+ (.*) in (\d+)ms", line)
            if found:
                yield int(found[2]) / 1000, "%s: %s (%s)" % (os.path.basename(self.file), found[1], self.variant)


def unit_lines(output):
    """What ctest printed, as TAP; all of it if a test failed."""
    lines = []
    for line in output:
        found = re.match(r" *\d+/\d+ Test +#\d+: (\S+) \.+ *(\**[A-Za-z ]+)", line)
        if found:
            lines.append("%s %d %s" % ("ok" if found[2].startswith("Passed") else "not ok", len(lines) + 1, found[1]))
    if not lines or any(line.startswith("not ok") for line in lines):
        lines += ["# " + line for line in output]
    return ["1..%d" % len([line for line in lines if not line.startswith("#")])] + lines


def build_of(variant):
    return BUILDS.get(variant, BUILDS["plain"])[1]


class Setting:
    """What all jobs share: a folder for their output, the environment, where the programs are."""

    def __init__(self, level):
        self.folder = tempfile.mkdtemp(prefix="bothends-test-")
        self.trace = os.path.join(self.folder, "trace")
        open(self.trace, "w").close()
        os.chmod(self.folder, 0o711)  # some tests run a program as another user
        os.chmod(self.trace, 0o666)
        self.environment = dict(os.environ)
        for name in ("QUICK", "ALL"):
            self.environment.pop(name, None)
        if level != "default":
            self.environment[level.upper()] = "1"
        # python3 itself: a version manager's stand-in for it takes ten times as long to start.
        python = os.path.join(self.folder, "python")
        os.mkdir(python)
        os.symlink(sys.executable, os.path.join(python, "python3"))
        self.environment["PATH"] = python + os.pathsep + os.environ.get("PATH", os.defpath)

    def bin_of(self, variant):
        if variant in BUILDS:
            return os.path.join(os.getcwd(), build_of(variant), "bin")
        return os.path.join(self.folder, variant, "bin")

    def wrap(self, variants):
        """The programs as an instrument starts them."""
        for variant in variants:
            if variant not in BUILDS:
                under = "socktrace -o " + self.trace if variant == "traced" else "sockfault -q " + variant
                subprocess.run(["tests/under", under, self.bin_of("plain"), self.bin_of(variant)], check=True)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Build:
    """The builds, one after the other, in the background."""

    def __init__(self, variants):
        needed = [v for v in BUILDS if v in variants]
        if "plain" not in needed and set(variants) - set(BUILDS):
            needed.insert(0, "plain")
        self.waiting, self.done, self.process, self.variant = needed, set(), None, None

    def next(self):
        """Goes on with it. False if one failed."""
        if self.process:
            if self.process.poll() is None:
                return True
            if self.process.returncode:
                print(open(os.path.join(build_of(self.variant), "build.log"), errors="replace").read())
                print("test: the %s variant does not build" % self.variant, file=sys.stderr)
                return False
            self.done.add(self.variant)
            self.process = None
        if self.waiting:
            self.variant = self.waiting.pop(0)
            preset, folder = BUILDS[self.variant]
            say("building " + folder)
            # Whoever tests wants every warning to be an error; the student's build does not ask for that.
            script = "cmake --preset %s -DCMAKE_COMPILE_WARNING_AS_ERROR=ON && cmake --build %s -j %d" % (
                preset, folder, PROCESSORS)
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, "build.log"), "wb") as log:
                self.process = subprocess.Popen(["sh", "-c", script], stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=subprocess.STDOUT, start_new_session=True)
        return True

    def has(self, variant):
        return (variant if variant in BUILDS else "plain") in self.done


class Idle:
    """How much of the processors was idle lately, where the system tells (Linux)."""

    def __init__(self):
        self.last = self.read()
        self.share = 1.0

    @staticmethod
    def read():
        try:
            with open("/proc/stat") as stat:
                fields = [int(field) for field in stat.readline().split()[1:9]]
            return time.monotonic(), fields[3] + fields[4], sum(fields)
        except (OSError, ValueError, IndexError):
            return None

    def look(self):
        now = self.read()
        if now and self.last and now[0] - self.last[0] >= 1:
            self.share = (now[1] - self.last[1]) / max(1, now[2] - self.last[2])
            self.last = now
            return True
        return False


def clear():
    """Takes the progress line away."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def say(line):
    clear()
    print(line, flush=True)


def progress(done, jobs, left):
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K%d of %d jobs done, about %d:%02d left" % (done, jobs, left // 60, left % 60))
        sys.stderr.flush()


def run(jobs, build, setting, at_once=None):
    """Runs all jobs; False if a build failed."""
    waiting = sorted(jobs, key=lambda job: -job.guess)
    running, idle, begun = [], Idle(), time.monotonic()
    most = at_once or (4 * PROCESSORS if idle.last else 2 * PROCESSORS)
    try:
        while waiting or running or build.process or build.waiting:
            if not build.next():
                return False
            for job in [job for job in running if job.ended()]:
                running.remove(job)
                say("%-6s %-24s %4d s %4d of the processor %4d passed %4d failed %4d skipped" % (
                    job.variant, os.path.basename(job.file), job.seconds, job.processor,
                    len(job.passed()), len(job.failed()), len(job.skipped())))
            # Two looks apart, so that what began last has shown what it takes.
            room = len(running) < PROCESSORS or (idle.look() and idle.share > 0.15)
            ready = [job for job in waiting if build.has(job.variant)]
            if ready and len(running) < most and (room or not idle.last):
                waiting.remove(ready[0])
                ready[0].start(setting)
                running.append(ready[0])
                continue
            finished = sum(job.guess for job in jobs if job not in waiting and job not in running) + sum(
                min(job.guess, time.monotonic() - job.started) for job in running)
            total = sum(job.guess for job in jobs)
            if finished > 0:
                progress(len(jobs) - len(waiting) - len(running), len(jobs),
                         int((time.monotonic() - begun) * (total - finished) / finished))
            time.sleep(0.1)
    finally:
        for job in running:
            job.kill()
        clear()
        if build.process and build.process.poll() is None:
            os.killpg(build.process.pid, signal.SIGTERM)
            build.process.wait()
    return True


def last_times():
    times = {}
    try:
        for line in open(TIMES):
            seconds, name = line.split(None, 1)
            times[name.strip()] = float(seconds)
    except (OSError, ValueError):
        pass
    return times


def keep_times(jobs):
    times = dict(last_times(), **{job.name: job.seconds for job in jobs})
    with open(TIMES, "w") as file:
        file.writelines("%.1f %s\n" % (times[name], name) for name in sorted(times))


def plan(level, variants, files):
    """The jobs. A guess of what a job takes: as last time, else what the file says (# takes: 90 s), else by its tests."""
    times, jobs = last_times(), []
    chosen = files or sorted(glob.glob("tests/*.bats"))
    for variant in variants:
        if variant in BUILDS and not files:
            jobs.append(Job(variant, "unit", 20))
        for file in chosen:
            text = open(file, errors="replace").read()
            if not files and (re.search(r"^# all: ", text, re.M) and level != "all"
                              or re.search(r"^# slow$", text, re.M) and level == "quick"):
                continue
            wanted = re.search(r"^# variants: (.*)$", text, re.M)
            about_a_program = re.search(r"^(SERVER|CLIENT)=", text, re.M)
            if wanted:
                wanted = wanted[1].split()
            else:
                wanted = ["plain", "asan"]
                if about_a_program:
                    wanted += ["short", "byte", "eintr", "traced"]
                if re.search(r"^# threads$", text, re.M):
                    wanted.append("tsan")
            if level == "default" and not files and not about_a_program and "VARIANTS" not in os.environ:
                wanted = ["plain"]
            if variant in wanted:
                takes = re.search(r"^# takes: (\d+) s$", text, re.M)
                guess = int(takes[1]) if takes else 0.7 * len(re.findall(r"^@test ", text, re.M))
                jobs.append(Job(variant, file, guess))
    for job in jobs:
        job.guess = times.get(job.name, job.guess)
    return jobs


def report(jobs, firsts, begun):
    """Skipped, failed, unsteady, the slowest tests, the time, and the sums. The exit status."""
    reasons = {}
    for job in jobs:
        for reason in job.skipped():
            reasons[reason] = reasons.get(reason, 0) + 1
    for reason in sorted(reasons):
        print("skipped: %d: %s" % (reasons[reason], reason))
    for job in jobs:
        if job.failed():
            print("\n--- %s\n%s" % (job.name, "\n".join(job.failures())))
        elif job.name in firsts:
            print("\n--- unsteady: %s: failed at first, passed by itself\n%s" % (job.name, "\n".join(firsts[job.name])))
    print("\nthe slowest tests:")
    for seconds, test in sorted((time for job in jobs for time in job.times()), reverse=True)[:10]:
        print("%6.1f s  %s" % (seconds, test))
    passed, failed, skipped = (sum(len(kind(job)) for job in jobs) for kind in (Job.passed, Job.failed, Job.skipped))
    seconds = int(time.monotonic() - begun)
    print("\n%d jobs in %d min %d s" % (len(jobs), seconds // 60, seconds % 60))
    if passed + failed + skipped == 0:
        print("test: no test ran", file=sys.stderr)
        return 1
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


def main(level, variants, files):
    begun = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    setting = Setting(level)
    try:
        jobs = plan(level, variants, files)
        build = Build(variants)
        # The wrappers stand there before the first job that wants them: only the plain programs' names count.
        while build.next() and (build.process or build.waiting) and not build.done:
            time.sleep(0.1)
        if not build.done:
            return 1
        setting.wrap(variants)
        at_once = int(os.environ["JOBS"]) if os.environ.get("JOBS") else None
        if not run(jobs, build, setting, at_once):
            return 1
        # What failed has a second run by itself. What is green then is unsteady, and a fault of the test or of a program.
        firsts = {job.name: job.failures() for job in jobs if job.failed()}
        if firsts:
            say("once more, by itself, what failed:")
            again = [job for job in jobs if job.name in firsts]
            if not run(again, build, setting, 1):
                return 1
        # The traced tests did run under socktrace: it wrote down what they called.
        for job in jobs:
            if job.name == "traced-tcp-upper.bats" and sum(1 for _ in open(setting.trace, "rb")) < 100:
                job.lines.append("not ok socktrace saw next to nothing of the traced tests")
        if not files:
            keep_times(job for job in jobs if job.name not in firsts)
        return report(jobs, firsts, begun)
    except KeyboardInterrupt:
        return 130
    finally:
        setting.remove()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2].split(), sys.argv[3:]))
