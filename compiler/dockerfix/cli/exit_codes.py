"""The codes with which the command ends."""

from __future__ import annotations

DONE = 0
FOUND = 1
"""A check found something, or a finding kept the result from being written."""
USAGE = 2
"""Wrong options, or a configuration file that can't be used."""
REFUSED = 3
"""The input could not be taken, or a file not be read or written."""
INTERNAL = 4
"""The gate stopped the result, or the program itself went wrong; nothing was written."""
INTERRUPTED = 130
"""Ctrl-C: 128 and the number of SIGINT, as shells count."""
BROKEN_PIPE = 141
"""The reader of the output went away: 128 and the number of SIGPIPE."""
