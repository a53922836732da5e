"""API 1.3: Ed25519 over the time and the body, and for programs that ask for it what API 1.2 signs with as well."""

import json
import re
import time

from Crypto.Signature import eddsa

from steps import holds, same

from . import base, v1_2

# The strictest SDKs take replies that are 20 seconds old.
SKEW = 20
CODE_OF_SUCCESS = 68


def verifier(public_key):
    return eddsa.new(eddsa.import_public_key(bytes.fromhex(public_key)), "rfc8032")


class Program(base.Program):
    version = "1.3"
    nonce = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    # Told in replies to requests that name another owner.
    told_owner = None

    def __init__(self, given):
        super().__init__(given)
        self.key = verifier(given.public_key)
        shown = json.loads(given.vendor("app", "show", given.app, "--json"))
        self.server_key = verifier(shown["server_public_key"])

    def check_hmac(self, reply, protection):
        same(reply.headers.get("signature"), None)

    def opened(self, reply, protection):
        self.check_hmac(reply, protection)
        signature = reply.headers.get("x-signature-ed25519", "")
        timestamp = reply.headers.get("x-signature-timestamp", "")
        holds(re.fullmatch("[0-9a-f]{128}", signature), f"x-signature-ed25519 is {signature!r}")
        holds(re.fullmatch("[0-9]{10,13}", timestamp), f"x-signature-timestamp is {timestamp!r}")
        holds(abs(time.time() - int(timestamp)) <= SKEW, f"the time {timestamp} is far off")
        key = self.server_key if protection == base.EARLY else self.key
        # Raises when it is wrong.
        key.verify(timestamp.encode() + reply.body, bytes.fromhex(signature))
        forged = reply.body.replace(b"success", b"suCcess") or b" "
        try:
            key.verify(timestamp.encode() + forged + b" ", bytes.fromhex(signature))
        except ValueError:
            return reply.body
        raise AssertionError("a forged body verifies")

    def checked(self, body, kind):
        if body != b"KeyAuth_Invalid":
            holds(32 <= len(body) <= 2097152, f"the C++ library refuses {len(body)} bytes")
            reply = json.loads(body)
            holds(isinstance(reply["success"], bool) and isinstance(reply["message"], str), f"{body!r}")
            holds(type(reply["code"]) is int, f"code is {reply['code']!r}")
            holds((reply["code"] == CODE_OF_SUCCESS) == reply["success"], f"code is {reply['code']!r}")
        return super().checked(body, kind)

    def frame(self, success):
        start, end = super().frame(success)
        code = CODE_OF_SUCCESS if success else 0
        start = start.replace(",", f',"code":{code},', 1)
        owner = self.given.owner_id if self.told_owner is None else self.told_owner
        owner = f',"ownerid":"{owner}"'
        return start, end[:-2] + owner + r"\}" if success else end[:-1] + owner + "}"


class Keyed(Program):
    """A program that sends an `enckey` and checks both signatures."""

    kind = "-enckey"

    def start_fields(self):
        self.sent_key = v1_2.new_key()
        return {**super().start_fields(), "enckey": self.sent_key}

    def sealed(self, fields, protection):
        self.brought_key = "enckey" in fields
        return super().sealed(fields, protection)

    def check_hmac(self, reply, protection):
        started = protection == base.START and self.brought_key
        if not started and protection != base.SESSION:
            return super().check_hmac(reply, protection)
        v1_2.check_signature(reply, self.given.secret if started else f"{self.sent_key}-{self.given.secret}")
