"""The options of pip and uv as their own parsers have them, and a recorder for releases that are not installed.

Record a release with a Python that has it, once for each: ``python tests/support/pip_options.py``; with the text of
``uv pip install --help`` and ``uv run --help`` on standard input, ``python tests/support/pip_options.py --uv VERSION``.
The line goes into ``fixtures/pip/options.txt``.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import NamedTuple

from places import FIXTURES


class Options(NamedTuple):
    """A release of an installer, the options that take a value, and those that take none."""

    release: str
    valued: frozenset[str]
    flags: frozenset[str]


def of_installed_pip() -> Options:
    """The options of ``pip install`` and ``pip uninstall``, the global ones included, of the pip that runs this."""
    create = import_module("pip._internal.commands").create_command
    options = [each for name in ("install", "uninstall") for each in create(name).parser.option_list_all]
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for option in options:
        names[option.takes_value()].update([*option._short_opts, *option._long_opts])
    return Options(f"pip {import_module('pip').__version__}", frozenset(names[True]), frozenset(names[False]))


def of_uv(version: str, help_text: str) -> Options:
    """The options in the help of uv, which shows the value behind those that take one."""
    valued: set[str] = set()
    flags: set[str] = set()
    line = re.compile(r"^ +(?:(-\w), |    )?(--[\w-]+)(?:\.\.\.)?( <\w+>)?", re.MULTILINE)
    for short, long, value in line.findall(help_text):
        (valued if value else flags).update(filter(None, (short, long)))
    return Options(f"uv {version}", frozenset(valued), frozenset(flags - valued))


def recorded() -> tuple[Options, ...]:
    """The recorded releases: a line with name and version, one with the valued options, one with the flags."""
    lines = (FIXTURES / "pip" / "options.txt").read_text("utf-8").splitlines()
    return tuple(
        Options(release, frozenset(valued.split()), frozenset(flags.split()))
        for release, valued, flags in zip(*[iter(lines)] * 3, strict=True)
    )


if __name__ == "__main__":
    found = of_uv(sys.argv[2], sys.stdin.read()) if sys.argv[1:2] == ["--uv"] else of_installed_pip()
    print(found.release, *(" ".join(sorted(names)) for names in found[1:]), sep="\n")
