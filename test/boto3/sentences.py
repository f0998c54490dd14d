"""Runs the unittest suites of this folder and tells each result as a line of JSON.

    python sentences.py --list      {"id": ..., "sentence": ...} per test
    python sentences.py             {"id": ..., "failure": null or the traceback} per test, as each ends
"""

import json
import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))


def tests_in(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from tests_in(one)
        else:
            yield one


def tell(line):
    print(json.dumps(line), flush=True)


class Teller(unittest.TestResult):
    def addSuccess(self, test):
        tell({"id": test.id(), "failure": None})

    def addFailure(self, test, err):
        tell({"id": test.id(), "failure": self._exc_info_to_string(err, test)})

    def addError(self, test, err):
        tell({"id": test.id(), "failure": self._exc_info_to_string(err, test)})

    def addSubTest(self, test, subtest, err):
        if err is not None:
            tell({"id": test.id(), "failure": f"{subtest}: {self._exc_info_to_string(err, test)}"})

    def addSkip(self, test, reason):
        tell({"id": test.id(), "failure": f"skipped: {reason}"})


def main():
    sys.path.insert(0, FOLDER)
    suite = unittest.defaultTestLoader.discover(FOLDER, pattern="test_*.py", top_level_dir=FOLDER)
    if "--list" in sys.argv:
        for test in tests_in(suite):
            module, group, name = test.id().split(".")
            words = name.removeprefix("test_").replace("_", " ")
            tell({"id": test.id(), "group": type(test).__doc__ or group, "sentence": words})
        return
    suite.run(Teller())


main()
