"""Diffs: `git apply` makes of the old text the new one, whatever the texts and the names of the files are."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from commands import COG_YAML, DOCKERFILE, Here, here
from dockerfix.report.diff import coloured, first_difference, unified
from dockerfix.text.source import decode, encode

__all__ = ["here"]

NAMES = [
    "Dockerfile",
    "deep/er/Dockerfile",
    "with blanks/my Dockerfile",
    'quo"te/back\\slash',
    "tab\there",
    "umläut/文件",
    "trailing ",
    "-dash",
]


def numbers(*changed: int) -> str:
    """Thirty lines, some of them changed."""
    return "".join("x\n" if number in changed else f"{number}\n" for number in range(30))


PAIRS = {
    "one line changed": ("a\nb\nc\n", "a\nB\nc\n"),
    "insert at the head": ("a\n", "x\na\n"),
    "append": ("a\n", "a\nx\n"),
    "from nothing": ("", "a\n"),
    "to nothing": ("a\nb\n", ""),
    "no newline before": ("a\nb", "a\nb\n"),
    "no newline after": ("a\nb\n", "a\nb"),
    "no newline in both": ("a\nb", "A\nb"),
    "no newline, last line changed": ("a\nb", "a\nc"),
    "CRLF": ("a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n"),
    "CRLF to LF": ("a\r\nb\r\n", "a\nb\n"),
    "lone CR, form feed, U+2028": ("a\rb\x0cc\u2028d\nx\n", "a\rb\x0cc\u2028e\nx\n"),
    "bytes that are no text": ("a\udcff\nb\n", "a\udcff\nc\udcfe\n"),
    "lines that look like a diff": (
        "--- a/x\n+++ b/x\n@@ -1 +1 @@\n",
        "--- a/y\n+++ b/x\n@@ -1 +1 @@\n\\ No newline\n",
    ),
    "two hunks": (numbers(), numbers(3, 25)),
    "hunks that touch": (numbers(), numbers(10, 17)),
    "hunks just apart": (numbers(), numbers(10, 18)),
    "blank lines": ("\n\n\n\n", "\n\n"),
}


def apply(diff: str, folder: Path) -> None:
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"],
        input=encode(diff),
        capture_output=True,
        cwd=folder,
        check=False,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent), "GIT_CONFIG_GLOBAL": os.devnull},
    )
    assert done.returncode == 0, done.stderr.decode() + diff


def random_text(source: random.Random, length: int) -> str:
    return "".join(source.choice(["a\n", "b\n", "c\n", "\n", "a\r\n", "d"]) for _ in range(source.randrange(length)))


def test_git_applies_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(7)
    pairs = list(PAIRS.values())
    pairs += [(random_text(source, 40), random_text(source, 40)) for _ in range(150)]
    for _ in range(100):
        before = random_text(source, 80)
        at, end = sorted((source.randrange(len(before) + 1), source.randrange(len(before) + 1)))
        pairs.append((before, before[:at] + random_text(source, 4) + before[min(end, at + 5) :]))
    files = {f"{index}": pair for index, pair in enumerate(pairs)}
    files |= dict.fromkeys(NAMES, ("a\nb\n", "a\nc\n"))
    monkeypatch.chdir(tmp_path)
    diffs = []
    for name, (before, after) in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(before))
        diffs.append(unified(before, after, name))
    apply("".join(diffs), tmp_path)
    for name, (_before, after) in files.items():
        assert decode((tmp_path / name).read_bytes()) == after, name


def test_nothing_for_equal_texts() -> None:
    assert unified("a\n", "a\n", "x") == ""


def test_its_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = "".join(f"{number}\n" for number in range(1, 21))
    after = before.replace("5\n", "five\n", 1).replace("20\n", "20")
    assert unified(before, after, str(tmp_path / "sub" / "Dockerfile")) == (
        "--- a/sub/Dockerfile\n+++ b/sub/Dockerfile\n"
        "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        "@@ -17,4 +17,4 @@\n 17\n 18\n 19\n-20\n+20\n\\ No newline at end of file\n"
    )
    assert unified("a\n", "b\n", "/somewhere/else").startswith(
        "--- a/somewhere/else\n+++ b/somewhere/else\n@@ -1 +1 @@\n"
    )
    assert unified("", "b\n", "x").endswith("@@ -0,0 +1 @@\n+b\n")


def test_long_texts_cost_little() -> None:
    lines = [f"RUN echo {number % 50}\n" for number in range(60_000)]
    changed = list(lines)
    changed[30_000] = "RUN true\n"
    assert unified("".join(lines), "".join(changed), "x").count("\n") == 2 + 1 + 3 + 2 + 3


def test_the_first_difference() -> None:
    assert first_difference("a\nb\nc\n", "a\nB\nc\n") == 2
    assert first_difference("a\n", "a\nb\n") == 2
    assert first_difference("a\nb\n", "a\n") == 2
    assert first_difference("a", "b") == 0


def test_colours_let_nothing_steer_the_terminal() -> None:
    shown = coloured(unified("a\x1b[2J\nb\n", "a\x1b]0;x\x07\nb\n", "x"))
    assert shown.split("\n") == [
        "\x1b[1m--- a/x\x1b[0m",
        "\x1b[1m+++ b/x\x1b[0m",
        "\x1b[36m@@ -1,2 +1,2 @@\x1b[0m",
        "\x1b[31m-a\\x1b[2J\x1b[0m",
        "\x1b[32m+a\\x1b]0;x\\x07\x1b[0m",
        " b",
        "",
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_the_command_prints_can_be_applied(here: Here, ends: str) -> None:
    names = ["one/Dockerfile", "with blanks/Dockerfile"]
    for name in names:
        here.write(f"{name.split('/')[0]}/cog.yaml", COG_YAML)
        here.write(name, DOCKERFILE.removesuffix("\n").replace("\n", ends))
    done = here("--diff", *names)
    apply(decode(done.out), here.folder)
    assert here("--check", *names).code == 0
    assert ends.encode() in (here.folder / names[0]).read_bytes()


def test_a_secret_is_not_shown_and_the_diff_is_not_applied() -> None:
    before = "FROM a\nENV HF_TOKEN=hf_q7\nCMD x\n"
    found = unified(before, before.replace("CMD x\n", ""), "Dockerfile")
    assert "hf_q7" not in found
    assert " ENV HF_TOKEN=***\n-CMD x\n" in found


def test_a_log_of_github_obeys_nothing_in_a_diff(here: Here) -> None:
    here.write("cog.yaml", COG_YAML)
    here.write("Dockerfile", DOCKERFILE + "RUN echo \\\n::error::spoof\n")
    out = here("--diff", "--format", "github", "Dockerfile").out
    first, *lines = out.decode().rstrip("\n").split("\n")
    token = first.removeprefix("::stop-commands::")
    assert first != token
    assert lines[-1] == f"::{token}::"
    assert " ::error::spoof" in lines
    assert "::stop-commands::" not in here("--diff", "Dockerfile").out.decode()
