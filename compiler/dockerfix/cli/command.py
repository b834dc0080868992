"""The main command's options and help, and the way to the subcommands."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from dockerfix import __version__
from dockerfix.cli import help as texts
from dockerfix.cli import parameter_types
from dockerfix.cli.options import FINDINGS, Option, given, option, shared

REWRITE = "rewrite"
"""The inner name of the main command, which nobody has to type."""

_SETTINGS = (
    "keep",
    "drop",
    "select",
    "ignore",
    "severity",
    "per_file_ignores",
    "fail_on",
    "target",
    "fal_version",
    "require_reason",
    "output_format",
    "show_source",
    "verify",
    "exclude",
    "jobs",
    "verbose",
    "quiet",
    "color",
    "cog_yaml",
    "requirements",
    "project",
)


class MainContext(click.Context):
    """The context of the main command, which users know only by the program's name."""

    @property
    def command_path(self) -> str:
        """The name in usage messages."""
        return self.parent.command_path if self.parent is not None else super().command_path


class MainCommand(click.Command):
    """The command that runs where no subcommand is named."""

    context_class = MainContext

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The program's whole help, even after other options."""
        outer = ctx.parent or ctx
        outer.command.format_help(outer, formatter)


def _complete_file(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A file, or as the first word a subcommand."""
    commands = {} if context.params.get("files") or context.args else texts.COMMANDS
    return [
        *(CompletionItem(name, help=text) for name, (_where, text) in commands.items() if name.startswith(incomplete)),
        CompletionItem(incomplete, type="file"),
    ]


class CommandLine(click.Group):
    """A group whose first word may be left out: without a subcommand it rewrites."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the main command unless a subcommand, ``--help`` or ``--version`` comes first."""
        if not args or (args[0] not in texts.COMMANDS and args[0] not in ("--help", "-h", "--version")):
            args = [REWRITE, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The subcommands' names."""
        del ctx
        return list(texts.COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A subcommand, loaded when it is needed."""
        if cmd_name not in texts.COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = texts.COMMANDS[cmd_name][0].partition(":")
        found = getattr(import_module(module), name)
        return found if isinstance(found, click.Command) else None

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage of the main command and of the others."""
        del ctx
        formatter.write_usage("dockerfix", "[OPTIONS] [FILE]...")
        formatter.write_usage("dockerfix", "COMMAND [ARGUMENT]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the main command by section, the subcommands, and the remaining sections."""
        records: dict[str, list[tuple[str, str]]] = {}
        for parameter in main_command.params:
            record = parameter.get_help_record(ctx)
            if isinstance(parameter, Option) and record is not None:
                records.setdefault(parameter.section, []).append(record)
        records["Other"] += [
            ("--version [--verbose]", "Show the version, and the date and source of every table."),
            ("-h, --help", "Show this message."),
        ]
        for section, listed in records.items():
            with formatter.section(section):
                formatter.write_dl(listed, col_max=34)
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_where, text) in texts.COMMANDS.items()])
        for title, text in (("Configuration", texts.CONFIGURATION), ("Environment", texts.ENVIRONMENT)):
            with formatter.section(title):
                formatter.write_text(text)
        for title, text in (("Exit status", texts.EXIT_STATUS), ("Examples", texts.EXAMPLES)):
            with formatter.section(title):
                formatter.write("".join(f"  {line}\n" if line else "\n" for line in text.rstrip().split("\n")))


@click.group(
    cls=CommandLine,
    help=texts.INTRODUCTION,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="dockerfix", message="%(prog)s %(version)s")
def cli() -> None:
    """Take the options; the texts are in `dockerfix.cli.help`."""


@cli.command(REWRITE, cls=MainCommand, hidden=True)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(readable=False), shell_complete=_complete_file)
@option("Result", "-i", "--in-place", is_flag=True, help="Rewrite each FILE; exit with 1 if one changed.")
@option("Result", "-o", "--output", metavar="PATH", type=click.Path(readable=False), help="Write the result to PATH.")
@option("Result", "--check", is_flag=True, help="Write nothing; exit with 1 if a FILE would be rewritten.")
@shared("diff", section="Result")
@option(
    "Result",
    "--against",
    metavar="PATH",
    type=click.Path(readable=False),
    help="Compare the result with PATH; if they differ, print a diff and exit with 1.",
)
@option("Result", "--force", is_flag=True, help="Write the result even if errors were found.")
@shared("cog-yaml", "requirements", "project", "exclude", section="Project")
@shared("keep", "drop", "select", "ignore", "target", "fal-version", "require-reason", "verify", section="Rewriting")
@shared("severity", "per-file-ignores", "output-format", "format", *FINDINGS, section="Findings")
@option("Findings", "--statistics", is_flag=True, help="Count the findings of each code.")
@option("Findings", "--exit-zero", is_flag=True, help="Exit with 0 where the exit code would be 1.")
@option(
    "Other",
    "-j",
    "--jobs",
    metavar="N",
    type=parameter_types.Count(),
    help="Worker processes (default: 0 = automatic).",
)
@shared("config", "no-config", section="Other")
def main_command(config: Path | None, no_config: bool, **values: Any) -> int:
    """Rewrite Dockerfiles."""
    from dockerfix.cli.rewrite import Misuse, Request, run

    found = given(values, _SETTINGS)
    try:
        return run(Request(config=config, no_config=no_config, **values), found)
    except Misuse as misuse:
        raise click.UsageError(str(misuse)) from None
