"""What all tests share: where the repository and, on a machine that has it, the large body of sample data lie."""

from __future__ import annotations

from pathlib import Path

import pytest

import effort
from live import buildkit, docker_cache

__all__ = ["buildkit", "docker_cache"]  # fixtures for all tests

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "fixtures"

_shared = ROOT.parent / "shared"
SHARED: Path | None = _shared if (_shared / "conformance").is_dir() else None
"""The folder of sample data beside the checkout (conformance inputs, outputs of `cog debug`), or None without it."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many examples the properties had."""
    if effort.totals():
        terminalreporter.write_line(effort.totals())
