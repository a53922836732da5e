"""Codes of an authenticator (RFC 6238: SHA-1, six digits, 30 seconds)."""

import base64
import hashlib
import hmac
import struct
import time

STEP = 30


def code_of(secret, step):
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Authenticator:
    """Gives each code once, the oldest that a server must still take first: it refuses used steps."""

    def __init__(self, secret):
        self.secret = secret
        self.used = 0

    def code(self):
        while True:
            seconds = time.time()
            now = int(seconds) // STEP
            step = max(now - 1, self.used + 1)
            # Too near to the next step, the code could be too old when it arrives.
            if step <= now + 1 and seconds % STEP < STEP - 2:
                self.used = step
                return code_of(self.secret, step)
            time.sleep(0.1)

    def wrong_code(self):
        now = int(time.time()) // STEP
        near = {code_of(self.secret, now + step) for step in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", *map(str, range(300000, 300010)))
                    if code not in near)
