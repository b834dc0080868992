"""What a reader types: the commands of the tutorial and of the how-tos, and what the pages say that they print."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import dockerfix
from archives import outputs
from commands import environment
from places import FIXTURES, PROJECTS
from shown import DOCS, Step, bash, block, blocks, make_tools, session, tools
from shown import PAGES as PAGES_OF_DOCS

__all__ = ["tools"]

TUTORIAL = DOCS / "tutorial.md"
HERE, THERE = "first terminal", "second terminal"


def clone(folder: Path) -> None:
    """A clone of dockerfix, as far as the reader uses it."""
    folder.mkdir()
    (folder / "fixtures").symlink_to(FIXTURES)


def model(folder: Path, name: str, release: str) -> None:
    """A project, with what a release of Cog printed for it where the `cog` of `tools` looks."""
    shutil.copytree(PROJECTS / name, folder)
    (output,) = [each for each in outputs() if (each.release, each.project, each.variant) == (release, name, "-")]
    (folder / "Dockerfile.cog").write_bytes(output.data)


def converted(folder: Path, name: str, release: str) -> None:
    """A project with the Dockerfile that dockerfix makes of Cog's."""
    model(folder, name, release)
    result = dockerfix.rewrite((folder / "Dockerfile.cog").read_bytes(), project=folder)
    (folder / "Dockerfile").write_text(result.text)


def repository(folder: Path) -> None:
    """A repository with four models."""
    for name in ("env-vars", "hello-text", "resize-image", "runner-key"):
        model(folder / "models" / name, name, "v0.22.0")


PAGES: dict[str, Callable[[Path], None]] = {
    "tutorial": clone,
    "how-to/drift": partial(converted, name="comfy-workflows", release="v0.9.6"),
    "how-to/keep": partial(model, name="sdxl-turbo", release="v0.9.6"),
    "how-to/machines": partial(model, name="whisper-cu118", release="v0.9.6"),
    "how-to/many-models": repository,
    "reference/account": partial(model, name="sdxl-turbo", release="v0.9.6"),
    "how-to/weights": partial(model, name="whisper-cu118", release="v0.9.6"),
}
"""The pages whose commands run, each in a folder that is made as the page presumes it."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_print_what_the_page_shows(page: str, tmp_path: Path, tools: Path) -> None:
    PAGES[page](tmp_path / "work")
    steps = session(DOCS / f"{page}.md", tmp_path / "work", tools)
    assert any(step.shown for step in steps)
    for step in steps:
        assert step.code == step.expected_code, f"{step.commands}\n{step.said}"
        assert step.is_as_shown(), f"{step.commands}\n{step.said}"


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("a …\n", "a b c\n", True),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\n", "a\n", True),
        ("…\nc\n", "b\nd\n", False),
        (None, "anything\n", True),
    ],
)
def test_what_a_page_shows_is_compared(shown: str | None, said: str, same: bool) -> None:
    assert Step("", said, 0, shown).is_as_shown() == same


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port at which fal's own command serves the App of the tutorial."""
    pytest.importorskip("fal")
    work = tmp_path_factory.mktemp("tutorial")
    clone(work / "clone")
    session(TUTORIAL, work / "clone", make_tools(work / "bin"))
    port = free_port()
    command = f"{block(TUTORIAL, 'sh', HERE).strip()} --exposed-port {port} --exposed-metrics-port {free_port()}"
    log = work / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=work / "clone" / "my-model",
            env=environment(PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])),
            stdout=out,
            stderr=out,
        )
    shown = block(TUTORIAL, "text", HERE).replace(":8080", f":{port}")
    end = time.monotonic() + 60
    while not Step("", log.read_text(), 0, shown).is_as_shown():
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)
    yield port
    server.send_signal(signal.SIGINT)
    server.wait(20)


class TestTheFirstAnswer:
    """The App answers what the page says, to curl and to fal's client."""

    def test_curl(self, port: int, tmp_path: Path, tools: Path) -> None:
        command = block(TUTORIAL, "sh", THERE).strip().replace(":8080", f":{port}")
        assert bash(f"{command} --silent", tmp_path, tools).stdout == block(TUTORIAL, "text", THERE).strip()

    def test_the_client_of_fal(self, port: int, tmp_path: Path, tools: Path) -> None:
        """The client calls the App here instead of fal; the rest is as the page has it."""
        pytest.importorskip("fal_client")
        head = f'import fal_client.client as c\nc.RUN_URL_FORMAT = "http://127.0.0.1:{port}/?app="\n'
        (tmp_path / "call.py").write_text(head + block(TUTORIAL, "python", "call.py"))
        done = bash("FAL_KEY=key FAL_USER=me python call.py", tmp_path, tools)
        assert done.stdout == "hello world\n"


def commands_of_fal() -> list[str]:
    """The calls of fal's command on all pages, in blocks and in the text."""
    lines = [line for each in blocks("sh") for line in each.text.splitlines() if line.startswith("fal ")]
    spans = [each for page in PAGES_OF_DOCS for each in re.findall(r"`(fal \w+ [^`]+)`", page.read_text("utf-8"))]
    return list(dict.fromkeys([*lines, *spans]))


@pytest.mark.parametrize("command", commands_of_fal())
def test_fal_reads_the_command(command: str) -> None:
    """fal's own parser takes it; it ends the program where it does not."""
    pytest.importorskip("fal")
    from fal.cli.main import parse_args

    read = parse_args(shlex.split(command, comments=True)[1:])
    if command.startswith("fal run ") and "--local" not in command:
        assert read.auth == "private"


def test_what_a_page_shows_of_a_command_was_printed_by_it() -> None:
    """Output below a command is on a page whose commands run."""
    for page in sorted(DOCS.rglob("*.md")):
        following = re.search(r"^```sh\n(?:(?!```).*\n)*```\n+```text$", page.read_text("utf-8"), re.MULTILINE)
        assert not following or page.relative_to(DOCS).with_suffix("").as_posix() in PAGES, page
