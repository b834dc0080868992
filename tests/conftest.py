"""What all tests share: BuildKit as a judge, and the last lines of a run."""

from __future__ import annotations

import signal
import sys

import pytest

import effort
from live import buildkit, docker_cache

__all__ = ["buildkit", "docker_cache"]  # fixtures for all tests

# a module that a test writes twice within a second would be loaded from the bytecode of the first one
sys.dont_write_bytecode = True

# `nohup` and a shell's background jobs ignore these, and every program that a test starts would inherit that
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many examples the properties had."""
    if effort.totals():
        terminalreporter.write_line(effort.totals())
