"""``dockerfix review``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dockerfix.cli import exit_codes, streams
from dockerfix.cli.one_file import Reviewed, reviewed, takes_one_file
from dockerfix.text import files
from dockerfix.text.source import Source

if TYPE_CHECKING:
    from dockerfix.report.overview import Committed, Needs

FORMATS = ("html", "markdown", "text")


@click.command("review")
@takes_one_file
@click.option(
    "--against",
    metavar="PATH",
    type=click.Path(readable=False),
    help="Show how the committed Dockerfile PATH differs from the result.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="html",
    show_default=True,
    help="A page; Markdown for a pull request's comment; or text for the terminal.",
)
@click.option("-o", "--output", metavar="PATH", type=click.Path(readable=False), help="Write the review to PATH.")
def review(
    file: str, against: str | None, form: str, output: str | None, cog_yaml: Path | None, project: Path | None
) -> int:
    """Write a page that helps to decide whether the change of a Dockerfile is right.

    On top is the verdict, with base images, CUDA, machines, weights and packages; then the findings, errors first, each
    beside its lines; then before and after side by side. The page is one HTML file that loads nothing from the network.
    The Dockerfile itself is not changed, and the exit code is 0 whatever the verdict.

    \b
    Review a conversion:
      cog debug | dockerfix review -o review.html
    Review what a change of cog.yaml means for the committed Dockerfile:
      cog debug | dockerfix review --against Dockerfile --format text
    """
    from dockerfix.cli.rewrite import end_in_order
    from dockerfix.report.entry import STDIN
    from dockerfix.report.overview import Committed
    from dockerfix.text.quoting import readable

    for name in dict.fromkeys((file, against)):
        if output is not None and name is not None and files.is_same(0 if name == "-" else name, output):
            raise click.UsageError(f"the page would replace {readable(name)}; name another file with -o")
    found = reviewed(file, cog_yaml, project)
    committed = Committed(against, Source.read(streams.read_file(against))) if against is not None else None
    path = STDIN if file == "-" else file
    data = _rendered(form, found, path, committed, to_file=output not in (None, "-")).encode()
    if output is None or output == "-":
        streams.write(data)
        return exit_codes.DONE
    end_in_order()
    streams.replace_file(output, data)
    streams.say(f"dockerfix: {readable(output)} written; {_outcome(found, committed)}")
    return exit_codes.DONE


def _rendered(form: str, found: Reviewed, path: str, committed: Committed | None, *, to_file: bool) -> str:
    needs = _needs(found)
    if form == "markdown":
        from dockerfix.report import comment

        return comment.render(found.result, path=path, needs=needs, committed=committed)
    if form == "text":
        from dockerfix.report import plain

        folder = None if found.project is None else str(found.project)
        colour = not to_file and streams.colours(sys.stdout)
        return plain.render(found.result, path=path, needs=needs, committed=committed, project=folder, colour=colour)
    from dockerfix.report import page

    return page.render(found.result, path=path, needs=needs, committed=committed)


def _needs(found: Reviewed) -> Needs | None:
    """What the model needs to run; None without a project that says so."""
    from dockerfix.app.outlook import outlook
    from dockerfix.project.project import ConfigError, Project
    from dockerfix.report.overview import Needs

    if found.result.refused:
        return None
    try:
        project = Project.open(found.project, found.cog_yaml)
    except ConfigError:  # a finding says so
        return None
    expected = outlook(project, found.result.rewritten)
    return None if expected is None else Needs(*expected)


def _outcome(found: Reviewed, committed: Committed | None) -> str:
    from dockerfix.text.quoting import readable

    result = found.result
    if committed is not None and result.ok:
        stale = committed.source.text != result.rewritten
        return f"{readable(committed.path)} is {'out of' if stale else 'up to'} date"
    outcome = "be rewritten" if result.changed else "be unchanged" if result.ok else "not be written"
    return f"the Dockerfile would {outcome}, {len(result.findings)} findings"
