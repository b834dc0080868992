"""``dockerfix trace``."""

from __future__ import annotations

from pathlib import Path

import click

from dockerfix.cli import exit_codes, parameter_types, streams
from dockerfix.text.source import encode


@click.command("trace")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(readable=False))
@click.option(
    "--cog-yaml",
    metavar="PATH",
    type=parameter_types.path(),
    help="The project's cog.yaml (default: the one beside FILE).",
)
@click.option(
    "--project", metavar="DIR", type=parameter_types.path(), help="The project's folder (default: that of cog.yaml)."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def trace(file: str, cog_yaml: Path | None, project: Path | None, form: str) -> int:
    """Show where each line of cog.yaml went.

    Each value of cog.yaml, each line of its requirements files and each instruction of the Dockerfile is listed with
    its fate: kept, moved, replaced, removed (and why), without effect on an image, or refused. Nothing is written.

    \b
    cog debug | dockerfix trace
    """
    from dockerfix.cli.rewrite import result_of
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
