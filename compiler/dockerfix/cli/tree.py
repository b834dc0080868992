"""``dockerfix tree``."""

from __future__ import annotations

import click

from dockerfix.cli import streams
from dockerfix.files import InputError, read_file
from dockerfix.source import encode


@click.command("tree")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(readable=False))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def tree(file: str, form: str) -> None:
    """Print the tree of a Dockerfile, with the span of every token."""
    from dockerfix.report import tree as report
    from dockerfix.source import Source
    from dockerfix.syntax.parser import parse

    try:
        data = streams.read() if file == "-" else read_file(file)
    except InputError as error:
        raise streams.Failure(f"cannot read {file}: {error}") from None
    document = parse(Source.read(data).text)
    if form == "json":
        import json

        streams.write(json.dumps(report.as_json(document), indent=2).encode() + b"\n")
    else:
        streams.write(encode(report.as_text(document)))
