"""Subcommands about the program itself: ``passes``, ``explain``, ``completion``."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, get_completion_class

from dockerfix.cli import COMPLETION, streams


@click.command("passes")
def passes() -> None:
    """List the passes in running order: code, name, and what each does."""
    from dockerfix.passes import all_passes
    from dockerfix.report.rules import all_rules

    rules = [all_rules()[each.code] for each in all_passes()]
    width = max(len(rule.name) for rule in rules)
    lines = [f"{rule.code}  {rule.name:<{width}}  {rule.summary}\n" for rule in rules]
    streams.write("".join(lines).encode())


def _complete_rule(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from dockerfix.report.rules import all_rules

    return [
        CompletionItem(rule.code, help=rule.summary)
        for rule in all_rules().values()
        if rule.code.startswith(incomplete.upper())
    ]


@click.command("explain")
@click.argument("rule", metavar="CODE|NAME", shell_complete=_complete_rule)
def explain(rule: str) -> None:
    """Explain a code: what it does and why, with an example, and the address of its page."""
    from dockerfix.cli.config import suggestion
    from dockerfix.report.rules import all_rules, find

    found = find(rule)
    if found is None:
        known = [word for each in all_rules().values() for word in (each.code.lower(), each.name)]
        raise click.UsageError(f"no code or name `{rule}`{suggestion(rule, known)}")
    streams.write(f"{found.code} {found.name}\n\n{found.documentation}\n\n{found.url}\n".encode())


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    \b
    bash:  dockerfix completion bash > ~/.local/share/bash-completion/completions/dockerfix
    zsh:   dockerfix completion zsh > "${fpath[1]}/_dockerfix"
    fish:  dockerfix completion fish > ~/.config/fish/completions/dockerfix.fish
    """
    from dockerfix.cli.command import cli

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"click has no completion for {shell}")
    streams.write(f"{made(cli, {}, streams.PROGRAM, COMPLETION).source()}\n".encode())
