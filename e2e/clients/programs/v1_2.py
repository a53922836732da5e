"""API 1.2: HMAC-SHA256 in the header `signature`."""

import hashlib
import hmac
import secrets

from steps import holds, same

from . import base

NO_KEY = "No encryption key supplied"


def new_key():
    """As the SDKs do: the start of a UUID."""
    return f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-4{secrets.token_hex(1)}"[:16]


def check_signature(reply, key):
    signature = reply.headers.get("signature")
    expected = hmac.new(key.encode(), reply.body, hashlib.sha256).hexdigest()
    holds(signature == expected, f"the signature {signature} is wrong for {reply.body!r}")


class Program(base.Program):
    version = "1.2"
    nonce = "[0-9A-Za-z]{32}"

    def __init__(self, given, with_key=True):
        super().__init__(given)
        self.with_key = with_key

    def start_fields(self):
        if not self.with_key:
            return super().start_fields()
        self.sent_key = new_key()
        return {**super().start_fields(), "enckey": self.sent_key}

    def opened(self, reply, protection):
        signature = reply.headers.get("signature")
        if protection in (base.EARLY, base.PLAIN):
            same(signature, None)
            return reply.body
        failed_start = protection == base.START and reply.body.startswith(b'{"success":false')
        if not self.with_key and not failed_start:
            same(signature, NO_KEY)
            return reply.body
        key = self.given.secret if protection == base.START else f"{self.sent_key}-{self.given.secret}"
        check_signature(reply, key)
        return reply.body
