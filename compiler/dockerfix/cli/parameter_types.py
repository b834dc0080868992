"""Types of option values, checked by the rules for configuration files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from dockerfix.analysis.options import check_version
from dockerfix.cli import config
from dockerfix.cli.config import KEY, Key

if TYPE_CHECKING:
    WordsBase = click.ParamType[frozenset[str]]
    TextBase = click.ParamType[str]
    CountBase = click.ParamType[int]
    PairsBase = click.ParamType[tuple[tuple[str, Any], ...]]
else:
    # click.ParamType is generic only in newer releases of click
    WordsBase = TextBase = CountBase = PairsBase = click.ParamType


class Words(WordsBase):
    """Names or codes, separated by commas, as a frozenset."""

    def __init__(self, key: Key, name: str) -> None:
        self.key = key
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        """Read and check the words."""
        if isinstance(value, frozenset):
            return value
        words = [word.strip() for word in str(value).split(",") if word.strip()]
        try:
            found: frozenset[str] = config.check(self.key, words)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return found

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The choices for the word after the last comma."""
        del ctx, param
        before, comma, last = incomplete.rpartition(",")
        choices: dict[str, str | None] = dict.fromkeys(self.key.choices)
        if self.key.kind == "codes":
            from dockerfix.report.rules import all_rules

            choices = {rule.code: rule.summary for rule in all_rules().values()}
        return [
            CompletionItem(before + comma + name, help=summary)
            for name, summary in choices.items()
            if name.startswith(last)
        ]


class Levels(PairsBase):
    """``CODE=LEVEL``, separated by commas, as pairs."""

    name = "severity"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read and check the pairs."""
        if not isinstance(value, str):
            return value
        words = [word.strip() for word in value.split(",") if word.strip()]
        if not all("=" in word for word in words):
            self.fail(f"must be CODE=LEVEL, such as DF307=error (got `{value}`)", param, ctx)
        try:
            return config.check(KEY["severity"], {code: level for code, _, level in (w.partition("=") for w in words)})
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The levels for a code."""
        del ctx, param
        code, equals, level = incomplete.rpartition("=")
        return [
            CompletionItem(f"{code}={each}") for each in KEY["severity"].choices if equals and each.startswith(level)
        ]


class Patterns(PairsBase):
    """``PATTERN:CODE``, separated by commas, as pairs."""

    name = "pattern"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read and check the pairs."""
        if not isinstance(value, str):
            return value
        patterns: dict[str, list[str]] = {}
        for word in filter(None, (word.strip() for word in value.split(","))):
            pattern, colon, code = word.rpartition(":")
            if not (colon and pattern and code):
                self.fail(f"must be PATTERN:CODE, such as `training/**:DF307` (got `{word}`)", param, ctx)
            patterns.setdefault(pattern, []).append(code)
        try:
            return tuple(config.check(KEY["per-file-ignores"], patterns).items())
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Version(TextBase):
    """A version of a package."""

    name = "version"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the version."""
        try:
            check_version(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return str(value)


class Count(CountBase):
    """A whole number, 0 or greater."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number."""
        text = str(value)
        if not (text.isascii() and text.isdigit()):
            self.fail(f"must be a whole number, 0 or greater (got `{text}`)", param, ctx)
        return int(text)


def path() -> click.Path:
    """A file or folder, which need not exist yet."""
    return click.Path(readable=False, path_type=Path)


def choice(name: str) -> click.Choice[str]:
    """One of the choices of a setting."""
    return click.Choice(KEY[name].choices)


def words(name: str, kind: str) -> Words:
    """The words of a setting."""
    return Words(KEY[name], kind)
