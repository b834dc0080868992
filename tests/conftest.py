"""What all tests share: the last lines of a run."""

from __future__ import annotations

import pytest

import effort


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many examples the properties had."""
    if effort.totals():
        terminalreporter.write_line(effort.totals())
