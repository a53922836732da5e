"""A mail server that keeps what it gets in a folder, one file each. Runs until it is ended.

Usage: mailbox.py PORT FOLDER. A file `ready` appears there once it listens.
"""

import os
import signal
import sys
from pathlib import Path

from aiosmtpd.controller import Controller


class Folder:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        # Nobody finds a file that is half written.
        part = self.folder / f"{self.count:04}.part"
        part.write_bytes(envelope.content)
        os.replace(part, self.folder / f"{self.count:04}.eml")
        return "250 OK"


def main():
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    controller = Controller(Folder(folder), hostname="127.0.0.1", port=port)
    controller.start()
    (folder / "ready").touch()
    signal.sigwait({signal.SIGTERM})
    controller.stop()


signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
main()
