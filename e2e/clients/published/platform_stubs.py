"""What published packages expect around them. None of their files is changed.

They hold the hosted service's address, run on Windows, end the process when something fails, and
sleep before they do.
"""

import contextlib
import io
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import requests

from steps import holds, same

sys.path.insert(0, str(Path(__file__).parent / "stubs"))
import win32security  # noqa: E402

HWID = win32security.SID


class Exited(Exception):
    """The package called `os._exit`."""


def pretend_windows():
    os.environ["username"] = "pc-user"
    os.getlogin = lambda: "pc-user"
    platform.system = lambda: "Windows"


def catch_exits():
    def leave(status):
        raise Exited(status)

    os._exit = leave
    time.sleep = lambda seconds: None


def answer_commands():
    """`wmic useraccount … get sid`, which prints a heading first. Other commands run."""
    run = subprocess.Popen

    class Printed:
        def communicate(self):
            return f"SID\r\r\n{HWID}  \r\r\n".encode(), None

    def popen(command, *more, **options):
        if isinstance(command, str) and command.startswith("wmic useraccount"):
            return Printed()
        return run(command, *more, **options)

    subprocess.Popen = popen


def lead_to(given, address, version):
    """Sends requests for `address` to the server instead."""
    ask = requests.Session.request

    def request(session, method, url, *more, **options):
        holds(url == address, f"the package calls {url}")
        session.trust_env = False
        return ask(session, method, given.client_url(version), *more, **options)

    requests.Session.request = request


def refuses(error, message, call, *arguments):
    """Expects an error of the package with this text."""
    try:
        answer = call(*arguments)
    except error as refused:
        holds(message in str(refused), f"the package said {str(refused)!r}, expected {message!r}")
        return
    raise AssertionError(f"the package accepted it and returned {answer!r}")


def says(message, call, *arguments, ends=False):
    """Calls a package that prints what the server said; some calls end the program."""
    printed = io.StringIO()
    ended = False
    with contextlib.redirect_stdout(printed):
        try:
            call(*arguments)
        except Exited:
            ended = True
    holds(message in printed.getvalue(), f"it printed {printed.getvalue()!r}, expected {message!r}")
    same(ended, ends)
