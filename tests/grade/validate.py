# SPDX-License-Identifier: MIT
"""validate.py FORMAT FILE - holds a report of scripts/grade against the published description of its format, as far
as that goes without the network. Says nothing and ends with 0 if it fits."""
import csv
import json
import re
import sys
import xml.etree.ElementTree as tree


def need(truth, words):
    if not truth:
        sys.exit(words)


def gradescope(text):
    """https://gradescope-autograders.readthedocs.io/en/latest/specs/"""
    whole = json.loads(text)
    formats, seen = {"text", "html", "simple_format", "md", "ansi"}, {"visible", "hidden", "after_due_date", "after_published"}
    need(set(whole) <= {"score", "execution_time", "output", "output_format", "test_output_format", "test_name_format",
                        "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"}, "unknown key")
    need("score" in whole or all("score" in test for test in whole["tests"]), "no score")
    need(isinstance(whole["execution_time"], int) and whole["stdout_visibility"] in seen, "time or visibility")
    for test in whole["tests"]:
        need(set(test) <= {"score", "max_score", "status", "name", "name_format", "number", "output", "output_format",
                           "tags", "visibility", "extra_data"}, "unknown key in a test")
        need(0 <= test["score"] <= test["max_score"], "score")
        need(test["status"] in ("passed", "failed") and test["output_format"] in formats, "status or format")
        need(isinstance(test["output"], str) and isinstance(test["number"], str), "text")
        need(test["visibility"] in seen, "visibility")


def classroom50(text):
    """schemas/result-v1.schema.json of foundation50/classroom50."""
    whole = json.loads(text)
    names = ["schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review",
             "datetime", "score", "max-score", "tests"]
    need(sorted(whole) == sorted(names), "keys")
    need(whole["schema"] == "classroom50/result/v1", "schema")
    need(all(isinstance(whole[name], str) and whole[name] for name in names[:10]), "text")
    need(whole["assignment_type"] in ("individual", "group", "team"), "assignment_type")
    need(whole["submission"].startswith("submit/"), "submission")
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", whole["datetime"]), "datetime")
    need(type(whole["score"]) is int and 0 <= whole["score"] <= whole["max-score"], "score")
    for test in whole["tests"]:
        need(test["test-name"] and type(test["passed"]) is bool, "test")
        need(type(test["score"]) is int and 0 <= test["score"] <= test["max-score"], "test's score")


def junit(text):
    """The attributes and children that Apache Ant's JUnit schema asks for."""
    whole = tree.fromstring(text)
    need(whole.tag == "testsuites" and len(whole) == 1, "root")
    suite = whole[0]
    need({"name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "time"} <= set(suite.attrib), "attributes")
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp")), "timestamp")
    order = [child.tag for child in suite]
    need(order == ["properties"] + ["testcase"] * int(suite.get("tests")) + ["system-out", "system-err"], f"children: {order}")
    cases = suite.findall("testcase")
    need(all({"name", "classname", "time"} == set(case.attrib) and float(case.get("time")) >= 0 for case in cases), "cases")
    need(int(suite.get("failures")) == len(suite.findall("testcase/failure")), "failures")
    need(all("type" in failure.attrib for failure in suite.iter("failure")), "a failure's type")


def tap(text):
    """https://testanything.org/tap-version-13-specification.html"""
    lines = text.split("\n")
    need(lines[0] == "TAP version 13" and lines[-1] == "", "first or last line")
    plan = re.fullmatch(r"1\.\.(\d+)", lines[1])
    tests = [re.fullmatch(r"(not )?ok (\d+) - .*", line) for line in lines if not line.startswith("#")][2:-1]
    need(plan and all(tests) and [int(test[2]) for test in tests] == list(range(1, int(plan[1]) + 1)), "plan")


def autolab(text):
    """https://docs.autolabproject.com/lab/: the last line of the output is the scores."""
    whole = json.loads(text.rstrip("\n").split("\n")[-1])
    need(list(whole) == ["scores"] and all(isinstance(score, (int, float)) for score in whole["scores"].values()), "scores")


def csv_lines(text):
    lines = list(csv.DictReader(text.splitlines()))
    need(lines and all(line["check"] and int(line["points"]) <= int(line["of"]) for line in lines), "lines")


with open(sys.argv[2], encoding="utf-8", newline="") as file:
    {"gradescope": gradescope, "classroom50": classroom50, "junit": junit, "tap": tap, "autolab": autolab,
     "csv": csv_lines}[sys.argv[1]](file.read())
