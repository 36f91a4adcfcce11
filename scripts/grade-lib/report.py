# SPDX-License-Identifier: MIT
"""The results in the forms that people and grading systems read. Each function gives the text."""
import csv
import datetime
import io
import json
import os
import re
import textwrap
from xml.sax.saxutils import escape, quoteattr

from run import FAILED, NOT_CHECKED, PASSED, SKIPPED


def score(results):
    return sum(result.points for result in results), sum(result.of for result in results)


def explanation(result):
    """Why points were lost: the hint first, then what was seen."""
    if result.status != FAILED:
        return result.detail
    hint = f"hint: {result.check.hint}\n" if result.check.hint else ""
    return hint + result.detail


def text(exercise, command, results):
    lines = [f"{exercise}: {command}", ""]
    marks = {PASSED: "ok", FAILED: "FAILED", NOT_CHECKED: "-", SKIPPED: "skipped"}
    for result in results:
        points = f"{result.points}/{result.of}"
        head = f"{marks[result.status]:8} {points:>5}  {result.check.name:12} "
        lines.append(textwrap.fill(result.check.requirement, 100, initial_indent=head,
                                   subsequent_indent=" " * len(head)))
        if result.status == FAILED and result.check.hint:
            lines.append(textwrap.fill("hint: " + result.check.hint, 100, initial_indent=" " * 9,
                                       subsequent_indent=" " * 15))
        if result.status == NOT_CHECKED or result.status == SKIPPED:
            lines.append(" " * 9 + f"{result.status}: {result.detail}")
        if result.status == FAILED:
            lines += [" " * 9 + line for line in result.detail.split("\n")] + [""]
    got, of = score(results)
    return "\n".join(lines + ["", f"{got} of {of} points", ""])


def tap(exercise, command, results):
    """TAP version 13: https://testanything.org/tap-version-13-specification.html"""
    lines = ["TAP version 13", f"1..{len(results)}"]
    for number, result in enumerate(results, 1):
        ok = "ok" if result.status in (PASSED, SKIPPED) else "not ok"
        skip = f" # SKIP {result.detail}" if result.status == SKIPPED else ""
        name = f"{result.check.name}: {result.check.requirement}".replace("#", "\\#")
        lines.append(f"{ok} {number} - {name}{skip}")
        diagnostics = [f"{result.points} of {result.of} points"]
        if ok != "ok":
            diagnostics += [result.status] + explanation(result).split("\n")
        lines += ["# " + line for line in diagnostics]
    return "\n".join(lines) + "\n"


def plain(words):
    """Without the characters that XML cannot hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", words)


def junit(exercise, command, results):
    """As Apache Ant's JUnit task writes it, which is what every reader of JUnit XML understands."""
    got, of = score(results)
    counts = {status: sum(result.status == status for result in results) for status in (FAILED, NOT_CHECKED, SKIPPED)}
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>",
             f'<testsuite name={quoteattr(exercise)} package="bothends" id="0" timestamp="{now}" hostname="localhost"'
             f' tests="{len(results)}" failures="{counts[FAILED]}" errors="0"'
             f' skipped="{counts[NOT_CHECKED] + counts[SKIPPED]}" time="{sum(r.seconds for r in results):.3f}">',
             f'<properties><property name="points" value="{got}"/><property name="of" value="{of}"/></properties>']
    for result in results:
        name = quoteattr(plain(f"{result.check.name}: {result.check.requirement}"))
        lines.append(f'<testcase classname={quoteattr(exercise)} name={name} time="{result.seconds:.3f}">')
        if result.status == FAILED:
            message = f"{result.points} of {result.of} points: {result.check.hint}"
            lines.append(f'<failure type="check" message={quoteattr(plain(message))}>'
                         f"{escape(plain(explanation(result)))}</failure>")
        elif result.status != PASSED:
            lines.append("<skipped/>")
        lines.append("</testcase>")
    lines += [f"<system-out>{escape(plain(f'{got} of {of} points'))}</system-out>", "<system-err/>",
              "</testsuite>", "</testsuites>"]
    return "\n".join(lines) + "\n"


def gradescope(exercise, command, results):
    """results.json: https://gradescope-autograders.readthedocs.io/en/latest/specs/"""
    tests = [{"name": f"{result.check.name}: {result.check.requirement}", "name_format": "text",
              "number": str(number), "score": result.points, "max_score": result.of,
              "status": "passed" if result.status in (PASSED, SKIPPED) else "failed",
              "output": explanation(result), "output_format": "text", "visibility": "visible"}
             for number, result in enumerate(results, 1)]
    got, of = score(results)
    whole = {"output": f"{exercise}: {got} of {of} points", "output_format": "text",
             "execution_time": round(sum(result.seconds for result in results)),
             "stdout_visibility": "hidden", "tests": tests}
    return json.dumps(whole, indent=2) + "\n"


def classroom50(exercise, command, results):
    """result.json of Classroom 50 (classroom50/result/v1), from what its runner puts into the
    environment. The runner itself stamps owner and assignment_type again."""
    env = os.environ.get
    commit = env("COMMIT_URL") or "unknown"
    got, of = score(results)
    whole = {"schema": "classroom50/result/v1", "classroom": env("CLASSROOM") or "unknown",
             "assignment": env("ASSIGNMENT") or exercise, "assignment_type": env("ASSIGNMENT_TYPE") or "individual",
             "owner": env("OWNER") or env("USERNAME") or "unknown",
             "submission": env("SUBMISSION_TAG") or "submit/unknown", "commit": commit,
             "release": env("RELEASE_URL") or commit, "review": env("REVIEW_URL") or commit,
             "datetime": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
             "score": got, "max-score": of,
             "tests": [{"test-name": f"{result.check.name}: {result.check.requirement}",
                        "passed": result.status in (PASSED, SKIPPED), "score": result.points,
                        "max-score": result.of, "output": explanation(result)} for result in results]}
    return json.dumps(whole, indent=2) + "\n"


def autolab(exercise, command, results):
    """Autolab's autoresult, which has to be the last line of the output; the problem there has the
    name of the exercise. https://docs.autolabproject.com/lab/"""
    return json.dumps({"scores": {exercise: score(results)[0]}}) + "\n"


def csv_lines(exercise, command, results):
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["exercise", "check", "status", "points", "of", "seconds", "requirement", "explanation"])
    for result in results:
        writer.writerow([exercise, result.check.name, result.status, result.points, result.of,
                         f"{result.seconds:.2f}", result.check.requirement, re.sub("\r?\n|\r", " | ", explanation(result))])
    return file.getvalue()


FORMATS = {"text": text, "tap": tap, "junit": junit, "gradescope": gradescope, "classroom50": classroom50,
           "autolab": autolab, "csv": csv_lines}
