"""API 1.1: nothing is protected."""

from steps import holds

from . import base


class Program(base.Program):
    version = "1.1"

    def opened(self, reply, protection):
        holds("signature" not in reply.headers, "a reply of API 1.1 is signed")
        return reply.body
