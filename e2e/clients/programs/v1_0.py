"""API 1.0: bodies encrypted with AES-256-CBC."""

import hashlib
import secrets

from Crypto.Cipher import AES
from Crypto.Util.Padding import pad, unpad

from steps import holds

from . import base

HEX = ("type", "name", "ownerid", "sessionid")
RAW = ("init_iv", "hash", "reason", "newUsername")


def cipher(key, init_iv):
    digest = [hashlib.sha256(text.encode()).hexdigest() for text in (key, init_iv)]
    return AES.new(digest[0][:32].encode(), AES.MODE_CBC, digest[1][:16].encode())


class Program(base.Program):
    version = "1.0"

    def start_fields(self):
        self.enckey = secrets.token_hex(32)
        return {"ver": self.given.app_version, "enckey": self.enckey}

    def key(self, protection):
        return self.enckey if protection == base.SESSION else self.given.secret

    def sealed(self, fields, protection):
        self.init_iv = secrets.token_hex(32)
        # A request whose reply is plain is encrypted all the same.
        started = self.session is not None and fields.get("type") != "init"
        key = self.enckey if started else self.given.secret

        def seal(name, value):
            if name in HEX:
                return value.encode().hex()
            if name in RAW:
                return value
            return cipher(key, self.init_iv).encrypt(pad(value.encode(), 16)).hex()

        return {**{name: seal(name, value) for name, value in fields.items()}, "init_iv": self.init_iv}

    def opened(self, reply, protection):
        # The reply to `log` is empty and stays so.
        if protection in (base.EARLY, base.PLAIN) or not reply.body:
            return reply.body
        holds(reply.body.islower() or reply.body.isdigit(), f"not lower-case hexadecimal: {reply.body!r}")
        sealed = bytes.fromhex(reply.body.decode())
        return unpad(cipher(self.key(protection), self.init_iv).decrypt(sealed), 16)
