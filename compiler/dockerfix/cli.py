"""The command line: ``dockerfix [OPTIONS] [FILE]...`` and its subcommands."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from dockerfix.version import __version__

if TYPE_CHECKING:
    from dockerfix.api import Result

EXIT_FOUND, EXIT_USAGE, EXIT_REFUSED, EXIT_INTERNAL = 1, 2, 3, 4

EXAMPLES = """\b
Examples:
  cog debug | dockerfix > Dockerfile
  dockerfix --project ~/models/sdxl Dockerfile.cog -o Dockerfile
  dockerfix tree Dockerfile --format json

\b
Exit codes:
  0  done
  1  an error was found in what the Dockerfile does; nothing was written
  2  wrong usage
  3  the input was refused: empty, not a Dockerfile, an unreadable cog.yaml
  4  an internal error; nothing was written
"""


class CommandLine(click.Group):
    """A group whose first word may be left out: without a subcommand it rewrites."""

    default = "rewrite"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default subcommand in front unless another, ``--help`` or ``--version`` stands there."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h", "--version")):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the usage of the default command."""
        formatter.write_usage("dockerfix", "[OPTIONS] [FILE]... | COMMAND ...")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show the options of the default command, then the other commands."""
        command = self.commands[self.default]
        with formatter.section("Options"):
            records = [record for option in command.get_params(ctx) if (record := option.get_help_record(ctx))]
            formatter.write_dl([record for record in records if not record[0].startswith(("-h", "--help"))])
            formatter.write_dl([("--version", "Show the version."), ("-h, --help", "Show this message.")])
        self.format_commands(ctx, formatter)


@click.group(
    cls=CommandLine, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="dockerfix")
def cli() -> None:
    """Compile the Dockerfile that `cog debug` prints into one that builds and runs on fal.

    Without FILE, or with -, the Dockerfile is read from standard input; the result goes to standard output, what was
    found and done to standard error. cog.yaml is looked for beside FILE, or in the working directory.
    """


@cli.command("rewrite", hidden=True, epilog=EXAMPLES)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path())
@click.option(
    "-o", "--output", metavar="PATH", type=click.Path(), help="Write the result here instead of to standard output."
)
@click.option(
    "--cog-yaml", metavar="PATH", type=click.Path(), help="The project's cog.yaml, where it is not beside FILE."
)
@click.option(
    "--project", metavar="DIR", type=click.Path(), help="The project's folder, where it is not that of cog.yaml."
)
@click.option("-q", "--quiet", is_flag=True, help="Report only errors.")
def rewrite_command(
    files: tuple[str, ...], output: str | None, cog_yaml: str | None, project: str | None, quiet: bool
) -> None:
    """Rewrite a Dockerfile."""
    if len(files) > 1:
        raise click.UsageError("several files need -i/--in-place")
    path = files[0] if files else "-"
    data = _read(path)
    from dockerfix.api import rewrite
    from dockerfix.locate import locate

    where = locate(path, project, cog_yaml)
    result = rewrite(data, project=where.project, cog_yaml=where.cog_yaml)
    _report(result, "<stdin>" if path == "-" else path, quiet=quiet)
    if not result.ok:
        sys.exit(EXIT_INTERNAL if result.internal else EXIT_REFUSED if result.refused else EXIT_FOUND)
    _write(output, result.text)


def _read(path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        with open(path, "rb") as stream:  # noqa: PTH123
            return stream.read()
    except OSError as error:
        _fail(f"cannot read {path}: {error.strerror or error}", EXIT_REFUSED)


def _write(path: str | None, text: str) -> None:
    from dockerfix.source import encode

    if path in (None, "-"):
        sys.stdout.buffer.write(encode(text))
        sys.stdout.buffer.flush()
        return
    from dockerfix.files import replace

    try:
        replace(path or "", encode(text))
    except OSError as error:
        _fail(f"cannot write {path}: {error.strerror or error}", EXIT_REFUSED)


def _report(result: Result, path: str, *, quiet: bool) -> None:
    from dockerfix.findings import Severity
    from dockerfix.report import text

    colour = _colour(sys.stderr)
    shown = [finding for finding in result.findings if not quiet or finding.severity is Severity.ERROR]
    for finding in shown:
        click.echo(text.line(finding, result.source, path, colour=colour), err=True, color=colour)


def _colour(stream: IO[str]) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"dockerfix: {message}", err=True)
    sys.exit(code)


@cli.command("tree")
@click.argument("file", metavar="[FILE]", default="-", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def tree_command(file: str, form: str) -> None:
    """Print the tree of a Dockerfile, with the span of every token."""
    from dockerfix.report import tree
    from dockerfix.syntax.parser import parse

    document = parse(_read(file))
    if form == "json":
        import json

        click.echo(json.dumps(tree.as_json(document), indent=2))
    else:
        click.echo(tree.as_text(document), nl=False)


def main() -> None:
    """The entry point of the ``dockerfix`` command."""
    run: Callable[..., Any] = cli
    try:
        run(prog_name="dockerfix")
    except BrokenPipeError:
        # the reader went away (`dockerfix … | head -1`); nothing can be told to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FOUND)
