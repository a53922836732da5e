"""What the server and its vendor give to a program: keys, variables, channels, webhooks, files."""

import json
import subprocess
import time
from pathlib import Path

# 20 bytes at least, as the default settings ask for.
HWID = "S-1-5-21-1004336348-1177238915-682003330-1001"


class Given:
    def __init__(self, file):
        given = json.loads(Path(file).read_text())
        demo = json.loads(Path(given["demo"]).read_text())
        self.base_url = demo["base_url"].rstrip("/")
        self.owner_id = demo["owner_id"]
        self.app_name = demo["app_name"]
        self.app_version = demo["app_version"]
        self.secret = demo["app_secret"]
        self.public_key = demo["public_key"]
        self.variables = given["variables"]
        self.channels = given["channels"]
        self.webhooks = given["webhooks"]
        self.files = given["files"]
        self.mails = Path(given["mails"])
        self._licenses = demo["licenses"]
        self._claviger = given["claviger"]
        self._data = given["data"]
        self.app = given["app"]

    def license(self):
        """A key that nobody has used yet."""
        return self._licenses.pop()

    def client_url(self, version):
        return f"{self.base_url}/api/{version}/"

    def vendor(self, *command):
        """Runs a command of the vendor; what it prints."""
        words = [self._claviger, *command, "--data-dir", self._data]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"`claviger {' '.join(command)}` failed: {done.stderr or done.stdout}")
        return done.stdout

    def set(self, *changes):
        """Changes settings of the application; the server notices within a second."""
        self.vendor("app", "set", self.app, *changes)


def eventually(attempt, limit=5):
    """Repeats a check until it holds; what the last one said when it never does."""
    end = time.monotonic() + limit
    while True:
        try:
            return attempt()
        except (AssertionError, ValueError):  # as when another key protects the reply
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
