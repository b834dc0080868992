"""The table: on the terminal as it goes, and as JSON and Markdown at the end."""

from __future__ import annotations

import json
from pathlib import Path

from e2e.build import Result

HEAD = ("project", "release", "variant", "era", "what", "built", "checked", "pip check", "app", "seconds", "")
WHAT = {
    "fixed": "dockerfix",
    "server": "dockerfix --target server",
    "raw": "raw, must fail",
    "plain": "raw, builds without fal",
    "cuda": "other CUDA, must stop",
    "fault": "fault, must turn red",
}


def cells(result: Result) -> tuple[str, ...]:
    """A result as a line of the table."""
    built, checked = ("yes" if flag else "no" for flag in (result.built, result.checked))
    text = " ".join(("; ".join(result.wrong) or result.note).split())
    what = WHAT[result.kind]
    verdict = ("" if result.green else "RED ") + text
    return (
        result.project,
        result.release,
        result.variant,
        result.era,
        what,
        built,
        checked,
        result.pip,
        result.app,
        f"{result.seconds:.0f}",
        verdict,
    )


def table(results: list[Result]) -> str:
    """The whole table in columns."""
    rows = [HEAD, *(cells(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)).rstrip() for row in rows
    ]
    return "\n".join(line[:240] for line in lines)


def totals(results: list[Result]) -> str:
    """One sentence with the numbers."""
    kinds = {kind: [result for result in results if result.kind == kind] for kind in WHAT}
    green = {kind: f"{sum(result.green for result in rows)} of {len(rows)}" for kind, rows in kinds.items()}
    made = [*kinds["fixed"], *kinds["server"]]
    parts = [
        f"{sum(result.built for result in made)} of {len(made)} outputs of dockerfix built",
        f"{sum(result.checked for result in made)} passed every check in the image",
        f"{sum(result.app.endswith('calls') for result in made)} answered all calls",
        f"{green['raw']} raw outputs failed as they must",
        f"{green['plain']} built and had no fal",
        f"{green['cuda']} builds on another CUDA stopped at the check",
        f"{green['fault']} faults turned their row red",
    ]
    return f"{len(results)} rows: {', '.join(parts)}"


def red(results: list[Result]) -> str:
    """A line for each row that is not as it must be, with the whole reason."""
    return "".join(f"RED {result.name}: {'; '.join(result.wrong)}\n" for result in results if not result.green)


def write(results: list[Result], folder: Path, seconds: float) -> None:
    """Write results.json and results.md."""
    folder.mkdir(parents=True, exist_ok=True)
    results = sorted(results, key=lambda result: list(WHAT).index(result.kind))
    data = {"seconds": round(seconds), "totals": totals(results), "rows": [result.as_json() for result in results]}
    (folder / "results.json").write_text(json.dumps(data, indent=1) + "\n")
    rows = [HEAD, ("---",) * len(HEAD), *(cells(result) for result in results)]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    (folder / "results.md").write_text("\n".join([totals(results) + ".", "", *lines, ""]))
