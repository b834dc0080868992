"""Commands of pip, however it is called and with every option that takes a value."""

from __future__ import annotations

import pytest

from dockerfix.analysis import cog
from dockerfix.analysis.packages import pip
from dockerfix.project.pip_options import Option
from dockerfix.syntax.shell import parse_shell
from pip_options import recorded


def read(text: str) -> pip.PipCommand | None:
    return pip.read(parse_shell(text).commands[0])


@pytest.mark.parametrize("form", ["pip install {} cog==0.9", "pip {} install cog==0.9", "pip install cog==0.9 {}"])
def test_an_option_with_a_value_does_not_hide_the_install_of_cog(form: str) -> None:
    """`RUN pip install --root-user-action ignore cog==0.9.4` lost only `cog==0.9.4`, and pip refuses the rest."""
    valued = {option for release in recorded() for option in release.valued}
    others = {option for option in valued if Option(option, "VALUE").long not in ("--editable", "--requirement")}
    commands = {option: parse_shell(form.format(f"{option} VALUE")).commands[0] for option in others}
    assert len(commands) > 80
    assert [option for option, command in commands.items() if not cog.installs_cog(command)] == []


@pytest.mark.parametrize(
    ("text", "packages", "files"),
    [
        ("pip install --root-user-action ignore a", ["a"], []),
        ("pip --proxy http://p install -qr r.txt a -e ./b --editable=./c", ["a", "./b", "./c"], ["r.txt"]),
        ("/usr/bin/pip3.11 install a", ["a"], []),
        ("python3 -m pip --log f install a", ["a"], []),
        ("sudo -H pip install a", ["a"], []),
        ("uv --directory /x pip --color never install -p 3.11 a --requirements r.txt", ["a"], ["r.txt"]),
        ("uv run --with wheel pip install a", ["a"], []),
        ('pip install "$A" -r "$B"', ['"$A"'], ["$B"]),
        ("pip install", [], []),
    ],
)
def test_what_pip_installs(text: str, packages: list[str], files: list[str]) -> None:
    found = read(text)
    assert found is not None
    assert found.verb == "install"
    assert [each.text for each in found.packages] == packages
    assert [each.text for each in found.files] == files


@pytest.mark.parametrize(
    "text", ["pip download a", "pip", "pip --log", "pipx install a", "python -m venv pip", "uv run"]
)
def test_other_commands_install_nothing(text: str) -> None:
    assert read(text) is None


def test_uninstall() -> None:
    found = read("pip uninstall -y --log f a b")
    assert found is not None
    assert found.verb == "uninstall"
    assert [each.text for each in found.operands] == ["a", "b"]
    assert pip.install(found.command) is None
