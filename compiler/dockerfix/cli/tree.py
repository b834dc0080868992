"""``dockerfix tree``."""

from __future__ import annotations

import click

from dockerfix.cli import streams
from dockerfix.text.source import encode


@click.command("tree")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(readable=False))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def tree(file: str, form: str) -> None:
    """Print the tree of a Dockerfile, with the span of every token."""
    from dockerfix.report import tree as report
    from dockerfix.syntax.dockerfile.parser import parse
    from dockerfix.text.source import Source

    document = parse(Source.read(streams.read_file(file)).text)
    if form == "json":
        import json

        streams.write(json.dumps(report.as_json(document), indent=2).encode() + b"\n")
    else:
        streams.write(encode(report.as_text(document)))
