"""Exit codes of the command."""

from __future__ import annotations

DONE = 0
FOUND = 1
"""A check found something, or a finding prevented writing."""
USAGE = 2
"""Wrong options, or an invalid configuration file."""
REFUSED = 3
"""The input was refused, or a file could not be read or written."""
INTERNAL = 4
"""The gate rejected the result, or the program failed; nothing was written."""
INTERRUPTED = 130
"""Ctrl-C: 128 plus the number of SIGINT, as in shells."""
BROKEN_PIPE = 141
"""The reader closed the pipe: 128 plus the number of SIGPIPE."""
