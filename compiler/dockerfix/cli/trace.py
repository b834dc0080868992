"""``dockerfix trace``."""

from __future__ import annotations

from pathlib import Path

import click

from dockerfix.cli import exit_codes, streams
from dockerfix.cli.one_file import result_of, takes_one_file
from dockerfix.text.source import encode


@click.command("trace")
@takes_one_file
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def trace(file: str, cog_yaml: Path | None, project: Path | None, form: str) -> int:
    """Show where each line of cog.yaml went.

    Each value of cog.yaml, each line of its requirements files and each instruction of the Dockerfile is listed with
    its fate: kept, moved, replaced, removed (and why), without effect on an image, or refused. Nothing is written.

    \b
    cog debug | dockerfix trace
    """
    from dockerfix.report import trace as report

    result = result_of(file, cog_yaml, project)
    if not result.account:
        raise streams.Failure(result.findings[0].message)
    if form == "json":
        import json

        streams.write(json.dumps(report.as_data(result.account), indent=2).encode() + b"\n")
    else:
        streams.write(encode(report.as_text(result.account)))
    return exit_codes.DONE
