"""What Cog writes, told apart from what a user writes."""

from __future__ import annotations

import re

import pytest

import archives
from dockerfix.analysis import cog, commands
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.syntax.dockerfile.tree import Instruction


def last(text: str) -> Instruction:
    return parse(f"FROM python:3.11-slim\n{text}\n").instructions[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('CMD ["python", "-m", "cog.server.http"]', True),
        ("CMD python -m cog.server.http", True),
        ("""CMD ["python", "-c", "from cog import *; HTTPServer(P()).start_server()"]""", True),
        ('CMD ["python", "-m", "cog.server.https"]', False),
        ('RUN ["python", "-m", "cog.server.http"]', False),
        ("CMD []", False),
    ],
)
def test_cogs_server(text: str, expected: bool) -> None:
    assert cog.is_server(last(text)) is expected


@pytest.mark.parametrize(
    ("text", "entrypoint", "needed"),
    [
        ('ENTRYPOINT ["/sbin/tini", "--"]', True, False),
        ("ENTRYPOINT /sbin/tini -g --", True, False),
        ('ENTRYPOINT ["/sbin/tini", "--", "/start.sh"]', False, True),
        ('CMD ["/sbin/tini", "--", "python", "-m", "cog.server.http"]', False, False),
        ('CMD ["/sbin/tini", "--", "python", "main.py"]', False, True),
        ("RUN /sbin/tini -- ./prepare", False, True),
        ('RUN ["/sbin/tini", "--", "./prepare"]', False, True),
        ("RUN chmod +x /sbin/tini", False, False),
        ("RUN ./prepare", False, False),
    ],
)
def test_tini(text: str, entrypoint: bool, needed: bool) -> None:
    instruction = last(text)
    assert (cog.is_tini_entrypoint(instruction), cog.needs_tini(instruction)) == (entrypoint, needed)


@pytest.mark.parametrize(
    ("command", "installs", "uninstalls"),
    [
        ("pip install cog==0.9.4", True, False),
        ("pip install -t /dep cog==0.9.4 'pydantic<2'", True, False),
        ("pip install 'pydantic<2'", False, False),
        ("pip install cog requests", False, False),
        ("pip install cog -r requirements.txt", False, False),
        ("pip install /tmp/cog-0.14.7-py3-none-any.whl", True, False),
        ("pip install cogs", False, False),
        ("pip uninstall -y cog", False, True),
        ("pip uninstall -y cog requests", False, False),
        ("echo cog", False, False),
    ],
)
def test_the_package(command: str, installs: bool, uninstalls: bool) -> None:
    (simple,) = commands.simple_commands(last(f"RUN {command}"))
    assert (cog.installs_cog(simple), cog.uninstalls_cog(simple)) == (installs, uninstalls)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("COPY --from=ghcr.io/astral-sh/uv:0.9.26 /uv /uvx /usr/local/bin/", "E20"),
        ("RUN pip install cog==0.9.4", "E19"),
        ('ENV CFLAGS="-O3 -funroll-loops -fno-strict-aliasing -flto -S"', "E13"),
        ("RUN true", "E11"),
    ],
)
def test_the_era(text: str, expected: str) -> None:
    assert cog.era(parse(f"FROM python:3.11-slim\n{text}\n")) == expected


def test_the_releases() -> None:
    """Each Dockerfile of the archive is from a release in the range that is given for it."""
    checked = 0
    for output in archives.outputs():
        found = cog.releases(parse(output.text))
        if found is None or output.release.startswith("v0.10.0-"):
            continue  # Cog's async line, printed by the generator of v0.9.0-beta11
        first, last = found
        assert first is None or order(first) <= order(output.release), output.file
        assert last is None or order(output.release) <= order(last), output.file
        checked += 1
    assert checked > 800
    assert cog.releases(parse("FROM debian\n")) is None


def order(release: str) -> tuple[int, ...]:
    """A version as Cog counts it: a pre-release is before its release."""
    numbers, _, pre = release.removeprefix("v").partition("-")
    kind = next((at for at, name in enumerate(("alpha", "beta", "rc.")) if pre.startswith(name)), 3)
    return (*map(int, numbers.split(".")), kind, *map(int, re.findall(r"\d+", pre)))
