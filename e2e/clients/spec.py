"""Programs written from the protocol's description, in each version of the Client API."""

import programs
import settings
import transport
from walk import walk


def run(step, given):
    for program_type in programs.ALL:
        walk(step, given, program_type)
    transport.run(step, given)
    settings.run(step, given)
