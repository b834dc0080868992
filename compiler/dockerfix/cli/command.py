"""The main command's options and help, and the way to the subcommands."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from dockerfix import __version__
from dockerfix.cli import help as texts
from dockerfix.cli import parameter_types

REWRITE = "rewrite"
"""The inner name of the main command, which nobody has to type."""

_SETTINGS = (
    "keep",
    "drop",
    "select",
    "ignore",
    "fail_on",
    "target",
    "fal_version",
    "format",
    "show_source",
    "verify",
    "jobs",
    "quiet",
    "cog_yaml",
    "requirements",
    "project",
)

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Option(click.Option):
    """An option with the section of the help that lists it."""

    def __init__(self, *arguments: Any, section: str, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.section = section


def option(section: str, *names: str, **keywords: Any) -> Callable[[_Function], _Function]:
    """Declare an option."""
    return click.option(*names, cls=Option, section=section, **keywords)


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
@option("Result", "--diff", is_flag=True, help="Write nothing; print a diff that `git apply` accepts.")
@option(
    "Result",
    "--against",
    metavar="PATH",
    type=click.Path(readable=False),
    help="Compare the result with PATH; if they differ, print a diff and exit with 1.",
)
@option("Result", "--force", is_flag=True, help="Write the result even if errors were found.")
@option("Project", "--cog-yaml", **parameter_types.COG_YAML)
@option(
    "Project",
    "--requirements",
    metavar="FILE",
    type=parameter_types.path(),
    help="Install the packages of this file, not those in cog.yaml.",
)
@option("Project", "--project", **parameter_types.PROJECT)
@option(
    "Rewriting",
    "--keep",
    metavar="CONSTRUCT",
    multiple=True,
    type=parameter_types.words("keep", "construct"),
    help="Keep a part of Cog: cog-base, cog-base-extras, pget or tini.",
)
@option(
    "Rewriting",
    "--drop",
    metavar="CONSTRUCT",
    multiple=True,
    type=parameter_types.words("drop", "construct"),
    help="Remove a part of Cog even if it seems to be in use.",
)
@option(
    "Rewriting",
    "--select",
    metavar="CODE",
    multiple=True,
    type=parameter_types.words("select", "code"),
    help="Run only the passes with this code; a prefix such as DF1 selects every code that starts with it.",
)
@option(
    "Rewriting",
    "--ignore",
    metavar="CODE",
    multiple=True,
    type=parameter_types.words("ignore", "code"),
    help="Skip the passes with this code or prefix.",
)
@option(
    "Rewriting",
    "--target",
    type=parameter_types.choice("target"),
    help="What the image is for: a fal.App (default), or Cog's own HTTP server.",
)
@option(
    "Rewriting",
    "--fal-version",
    metavar="VERSION",
    type=parameter_types.Version(),
    help="Version of the fal SDK to install.",
)
@option(
    "Rewriting",
    "--verify/--no-verify",
    default=None,
    help="Cross-check the result with dockerfile-parse.",
)
@option(
    "Findings",
    "--format",
    type=parameter_types.choice("format"),
    help="Output format for findings (default: text). Machine formats go to stdout unless the Dockerfile or a diff is "
    "printed there.",
)
@option(
    "Findings",
    "--show-source/--no-show-source",
    default=None,
    help="Show the source line under each finding (default: warnings and errors only).",
)
@option(
    "Findings",
    "--fail-on",
    type=parameter_types.choice("fail-on"),
    help="Lowest severity that prevents writing and makes the exit code 1 (default: error).",
)
@option("Findings", "-q", "--quiet/--no-quiet", default=None, help="Print errors only.")
@option(
    "Other",
    "-j",
    "--jobs",
    metavar="N",
    type=parameter_types.Count(),
    help="Worker processes (default: 0 = automatic).",
)
@option(
    "Other",
    "--config",
    metavar="PATH",
    type=parameter_types.path(),
    help="Use this configuration file; don't search for one.",
)
@option("Other", "--no-config", is_flag=True, help="Ignore configuration files.")
def main_command(config: Path | None, no_config: bool, **values: Any) -> int:
    """Rewrite Dockerfiles."""
    from dockerfix.cli.rewrite import Misuse, Request, run

    given = {name: value for name in _SETTINGS if (value := values.pop(name)) not in (None, ())}
    for name in ("keep", "drop", "select", "ignore"):
        if name in given:
            given[name] = frozenset().union(*given[name])
    both = given.get("keep", frozenset()) & given.get("drop", frozenset())
    if both:
        raise click.UsageError(f"`{min(both)}` is given to both --keep and --drop")
    try:
        return run(Request(config=config, no_config=no_config, **values), given)
    except Misuse as misuse:
        raise click.UsageError(str(misuse)) from None
