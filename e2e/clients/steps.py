"""Named steps: each is run, printed and counted. The first failure ends the run: later steps build on it."""

import sys
import traceback
from contextlib import contextmanager


class Steps:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    @contextmanager
    def __call__(self, name):
        try:
            yield
        except Exception as error:
            self.failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
            traceback.print_exc()
            self.finish()
        self.passed += 1
        print(f"ok      {name}", flush=True)

    def finish(self):
        print(f"e2e: {self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def same(actual, expected):
    """Fails unless both are equal, of one type too."""
    if type(actual) is not type(expected) or actual != expected:
        raise AssertionError(f"expected {expected!r}, it is {actual!r}")


def holds(condition, complaint):
    if not condition:
        raise AssertionError(complaint)
