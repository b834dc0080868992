"""Where the repository is and, on a machine that has it, the large body of sample data."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"

_shared = ROOT.parent / "shared"
SHARED: Path | None = _shared if (_shared / "conformance").is_dir() else None
"""The folder of sample data beside the checkout (conformance inputs, outputs of `cog debug`), or None without it."""
