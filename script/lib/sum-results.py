# SPDX-License-Identifier: Apache-2.0
"""Adds up JUnit files and ends with 'N passed, N failed, N skipped'.

usage: sum-results.py --skips FILE FOLDER NAME...

FOLDER must hold NAME.xml, with at least one test in it, and NAME.status, the exit status of the program that ran them,
for each NAME: what is missing counts as a failure. So does a status other than 0, a skip that FILE does not list
('TEST  # reason' a line) and an entry of FILE without a reason. NAME.json, where there is one, is Meson's log: a
program that crashed or hung leaves no failure in NAME.xml, and counts as one, with the last lines that it printed.
"""

import argparse
import json
import pathlib
import sys
import xml.etree.ElementTree


def read_allowed(path):
    allowed, failures = set(), []
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, reason = line.partition("#")
        allowed.add(name.strip())
        if not reason.strip():
            failures.append(f"{path.name}: {name.strip()} has no reason")
    return allowed, failures


LAST_LINES = 10
LAST_WIDTH = 200


def last_lines(text):
    return [line[:LAST_WIDTH] for line in text.splitlines() if line.strip()][-LAST_LINES:]


def broken_programs(path, told):
    """Those that Meson counts as failed and are not told yet: (name, what happened, the last that they printed)."""
    broken = []
    for line in path.read_text().splitlines() if path.exists() else []:
        program = json.loads(line)
        name, result = program["name"], program["result"]
        if result in ("FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS") and name not in told:
            what = f"{result}, status {program['returncode']}, after {program['duration']:.1f} s"
            printed = [line for stream in ("stdout", "stderr") for line in last_lines(program.get(stream) or "")]
            broken.append((name, what, printed))
    return broken


def programs_of(case):
    """What Meson's log may call its program: the JUnit file has the project's name before that, and the program's own
    where it came to no test."""
    return {case.get("classname", "").partition(".")[2], case.get("name")}


def outcome(case):
    for element in case:
        if element.tag in ("failure", "error"):
            return "failed"
        if element.tag == "skipped":
            return "skipped"
    return "passed"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--skips", type=pathlib.Path, required=True)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()

    allowed, failures = read_allowed(arguments.skips)
    passed = skipped = 0
    for name in arguments.names:
        path = arguments.folder / f"{name}.xml"
        try:
            cases = list(xml.etree.ElementTree.parse(path).getroot().iter("testcase"))
        except (OSError, xml.etree.ElementTree.ParseError) as error:
            failures.append(f"{name}: no results ({error.__class__.__name__})")
            continue
        if not cases:
            failures.append(f"{name}: no test was run")
        known = len(failures)
        for case in cases:
            test = f"{case.get('classname', '')}.{case.get('name')}".lstrip(".")
            result = outcome(case)
            if result == "passed":
                passed += 1
            elif result == "skipped" and test in allowed:
                skipped += 1
                print(f"skipped: {name}: {test}: {case.find('skipped').get('message', 'no reason given')}")
            elif result == "skipped":
                failures.append(f"{name}: {test} was skipped and is not on the list")
            else:
                failures.append(f"{name}: {test}")
        told = set().union(*(programs_of(case) for case in cases if outcome(case) == "failed"))
        for program, what, printed in broken_programs(arguments.folder / f"{name}.json", told):
            failures.append(f"{name}: {program}: {what}")
            print(f"{name}: {program}: the last that it printed:", *printed, sep="\n    ")
        status_path = arguments.folder / f"{name}.status"
        status = status_path.read_text().strip() if status_path.exists() else "unknown"
        if status != "0" and len(failures) == known:
            failures.append(f"{name}: the runner ended with status {status}; see what it printed")

    for failure in failures:
        print(f"failed: {failure}")
    print(f"{passed} passed, {len(failures)} failed, {skipped} skipped")
    sys.exit(1 if failures or not passed else 0)


if __name__ == "__main__":
    main()
