"""What programs of all versions have in common."""

import http.client
import json
import re
from urllib.parse import quote, urlencode, urlsplit

from steps import holds, same

# How a reply is protected. API 1.3 signs all of them, API 1.1 none.
EARLY = "before the application is known"
PLAIN = "the application is known, a session is not"
START = "init"
SESSION = "within a session"

SESSION_NOT_FOUND = (
    "Session not found. If you get this frequently, ask the developer to use the latest example code"
)
UNAUTHED = "Session is not validated"


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


def text(value):
    """A value as it stands in a reply: compact ASCII, slashes and DEL as they are."""
    return json.dumps(value, separators=(",", ":")).replace("\\u007f", "\x7f")


class Program:
    # Set by each version.
    version = ""
    nonce = None

    # What tells programs of one version apart.
    kind = ""

    @classmethod
    def label(cls):
        return cls.version + cls.kind

    def __init__(self, given):
        self.given = given
        self.session = None
        self.nonces = set()

    # What a version does in its own way.

    def sealed(self, fields, protection):
        """The fields as they are sent."""
        return fields

    def opened(self, reply, protection):
        """The reply's text, once it has proved to be the server's."""
        return reply.body

    def start_fields(self):
        """What `init` needs beside the common fields."""
        return {"ver": self.given.app_version}

    # Requests.

    def common(self):
        return {"name": self.given.app_name, "ownerid": self.given.owner_id}

    def send(self, body, method="POST", query="", content_type="application/x-www-form-urlencoded",
             path=None, headers=None):
        """Any request to this version of the API."""
        url = urlsplit(self.given.client_url(self.version) if path is None else self.given.base_url + path)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        sent = dict(headers or {})
        if body is not None:
            body = body if isinstance(body, bytes) else body.encode()
            sent.setdefault("Content-Type", content_type)
        try:
            connection.request(method, url.path + (f"?{query}" if query else ""), body, sent)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()},
                         answer.read())
        finally:
            connection.close()

    def check_transport(self, reply):
        same(reply.status, 200)
        same(reply.headers.get("content-type"), "application/json; charset=utf-8")
        same(reply.headers.get("access-control-allow-origin"), "*")
        same(reply.headers.get("access-control-expose-headers"),
             "signature, x-signature-ed25519, x-signature-timestamp")
        same(reply.headers.get("cache-control"), "no-store")

    def ask(self, kind, /, protection=SESSION, **fields):
        """Sends a request and returns the text of the reply, decrypted or verified."""
        common = {"type": kind, **self.common()}
        if self.session is not None and kind != "init":
            common["sessionid"] = self.session
        fields = {name: value for name, value in {**common, **fields}.items() if value is not None}
        reply = self.send(urlencode(self.sealed(fields, protection), quote_via=quote))
        self.check_transport(reply)
        return self.checked(self.opened(reply, protection), kind)

    def checked(self, body, kind):
        holds(body.isascii(), f"{kind} answered bytes beyond ASCII: {body!r}")
        return body.decode()

    # Expectations.

    def succeeds(self, kind, message, payload="", /, **fields):
        """Expects these exact bytes, the nonce aside. `payload` is what stands behind the message."""
        body = self.ask(kind, **fields)
        start, end = self.frame(True)
        pattern = re.escape(start + text(message) + payload) + end
        found = re.fullmatch(pattern, body)
        holds(found, f"{kind} answered {body!r}, expected {pattern!r}")
        self.note_nonce(found)

    def fails(self, kind, message, payload="", /, **fields):
        """Expects these exact bytes."""
        body = self.ask(kind, **fields)
        start, end = self.frame(False)
        same(body, start + text(message) + payload + end)

    def tells(self, kind, message, names, /, **fields):
        """Expects a success with these fields behind the message, in this order; returns it."""
        body = self.ask(kind, **fields)
        reply = json.loads(body)
        same(reply["success"], True)
        same(reply["message"], message)
        start, end = self.frame(True)
        holds(body.startswith(start + text(message)), f"{kind} answered {body!r}")
        found = re.search(end + r"\Z", body)
        holds(found, f"{kind} answered {body!r}, expected it to end in {end!r}")
        self.note_nonce(found)
        behind = [name for name in reply if name not in ("success", "code", "message", "nonce", "ownerid")]
        same(behind, list(names))
        same(body, text(reply))
        return reply

    def frame(self, success):
        """What stands before the message and behind the data: a literal, and with a success a pattern."""
        start = '{"success":%s,"message":' % ("true" if success else "false")
        nonce = f',"nonce":"(?P<nonce>{self.nonce})"' if success and self.nonce else ""
        return start, nonce + ("}" if not success else r"\}")

    def note_nonce(self, found):
        if self.nonce:
            holds(found["nonce"] not in self.nonces, "a nonce came twice")
            self.nonces.add(found["nonce"])

    # What every program does.

    def init(self):
        """Begins a session; checks the reply as a whole."""
        self.session = None
        new_session = {"newSession": True} if self.nonce else {}
        reply = self.tells("init", "Initialized", ["sessionid", "appinfo", *new_session],
                           protection=START, **self.start_fields())
        holds(re.fullmatch("[0-9A-Za-z]{32}", reply["sessionid"]), f"sessionid is {reply['sessionid']}")
        absent = "N/A - Use fetchStats() function in latest example"
        panel = f"{self.given.base_url}/panel/{self.given.app}/"
        same(list(reply["appinfo"].items()), [
            ("numUsers", absent), ("numOnlineUsers", absent), ("numKeys", absent),
            ("version", self.given.app_version), ("customerPanelLink", panel)])
        if self.nonce:
            same(reply["newSession"], True)
        self.session = reply["sessionid"]
        return self

    def is_dead(self, kind="check"):
        self.fails(kind, SESSION_NOT_FOUND, protection=PLAIN)
