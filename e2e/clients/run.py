"""Drives a demo server with a group of programs. Run by `cargo xtask e2e`.

Usage: run.py GROUP GIVEN_JSON, the file that says what the vendor made.
"""

import importlib
import sys

from given import Given
from steps import Steps

GROUPS = {
    "spec": "spec",
    "forgot": "forgot",
    "keyauth": "published.keyauth_1_0",
    "keyauthy": "published.keyauthy_1_0",
    "keyauth-ru": "published.keyauth_ru_1_2",
    "moved": "published.moved",
}


def main():
    group, file = sys.argv[1:]
    steps = Steps()
    importlib.import_module(GROUPS[group]).run(steps, Given(file))
    steps.finish()


main()
