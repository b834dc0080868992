"""What all tests share: BuildKit as a judge, and the last lines of a run."""

from __future__ import annotations

import pytest

import effort
from live import buildkit, docker_cache

__all__ = ["buildkit", "docker_cache"]  # fixtures for all tests


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many examples the properties had."""
    if effort.totals():
        terminalreporter.write_line(effort.totals())
