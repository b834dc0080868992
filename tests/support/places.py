"""Where the repository keeps what the tests read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
PROJECTS = FIXTURES / "projects"
"""The Cog projects that `cog debug` was run on; cases share them by a file ``project``."""
