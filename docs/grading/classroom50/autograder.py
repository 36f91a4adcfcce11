#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Classroom 50 runs this once for each submission, in the student's checkout: it unpacks and builds what lies
beside it, marks the submission, and writes result.json. Status 0: marked, whatever the points; else something
is wrong with the autograder itself."""
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

here = Path(__file__).resolve().parent
exercise = json.loads((here / "exercise.json").read_text())
work = Path(tempfile.mkdtemp(prefix="bothends-"))


def run(*words, **more):
    return subprocess.run([str(word) for word in words], **more)


with tarfile.open(here / "bothends.tar.gz") as archive:
    archive.extractall(work)
project = work / "bothends"
run("cmake", "-S", project, "-B", project / "build", stdout=subprocess.DEVNULL, check=True)
run("cmake", "--build", project / "build", "-j", os.cpu_count() or 1, "--target", *exercise["targets"], check=True)

command = exercise["command"]
if exercise["build"] and (built := run("bash", "-c", exercise["build"])).returncode != 0:
    # Without a program there is nothing to mark; grade says so for each check, and the log has the compiler's words.
    command = ["./" + exercise["build"] + " failed"]
marked = run(sys.executable, project / "scripts" / "grade", exercise["name"], "-o", "text", "-o", "classroom50:result.json",
             "--", *command)
shutil.rmtree(work, ignore_errors=True)
sys.exit(0 if marked.returncode in (0, 1, 3) and os.path.exists("result.json") else 1)
