"""``dockerfix review``."""

from __future__ import annotations

from pathlib import Path

import click

from dockerfix.cli import exit_codes, streams
from dockerfix.cli.one_file import result_of, takes_one_file
from dockerfix.text import files


@click.command("review")
@takes_one_file
@click.option("-o", "--output", metavar="PATH", type=click.Path(readable=False), help="Write the page to PATH.")
def review(file: str, output: str | None, cog_yaml: Path | None, project: Path | None) -> int:
    """Write a page that shows what would change in a Dockerfile, and why.

    The page is one HTML file that loads nothing from the network. It shows before and after side by side, each change
    with its reason, the stages, and the packages. The Dockerfile itself is not changed.

    \b
    cog debug | dockerfix review -o review.html
    """
    from dockerfix.cli.rewrite import end_in_order
    from dockerfix.report.entry import STDIN
    from dockerfix.report.page import render
    from dockerfix.text.quoting import readable

    if output is not None and files.is_same(0 if file == "-" else file, output):
        raise click.UsageError(f"the page would replace {readable(file)}; name another file with -o")
    result = result_of(file, cog_yaml, project)
    page = render(result, path=STDIN if file == "-" else file).encode()
    if output is None or output == "-":
        streams.write(page)
        return exit_codes.DONE
    end_in_order()
    streams.replace_file(output, page)
    outcome = "would be rewritten" if result.changed else "would be unchanged" if result.ok else "would not be written"
    streams.say(f"dockerfix: {readable(output)} written; the Dockerfile {outcome}, {len(result.findings)} findings")
    return exit_codes.DONE
