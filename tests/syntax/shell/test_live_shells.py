"""Our reading of shell text beside the shells themselves, over every RUN of the repository's own Dockerfiles."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dockerfix.syntax.shell import parse_shell
from shell_texts import broken_shell_texts, shell_texts

PARTS = 3
SHELLS = ["bash", *(["dash"] if shutil.which("dash") else [])]
BASH_ONLY = re.compile(r"<<<")
"""What dash refuses, and bash and our reader take."""

OTHERWISE_IN_BASH = re.compile(
    r"""
    \w\[ | \[\[ | \]\]  # `a[ b` and `a[[ b` begin a subscript, and `]]` is reserved wherever a command may begin
    | <\( | \$\$\(      # `${a<(b)}`, `$$(a)`
    | [<>]\s*\d+[<>]    # `a < 2>&1`: the number belongs to the operator behind it
    | \$\{\w+:'         # "${a:'}": a quote inside an offset
    | ^\s*!\s*$         # `!` with no command
    | (^|[;&|({])\s*in\b  # `in` is reserved wherever a command may begin
    | \\$              # a backslash that ends the text
    """,
    re.VERBOSE,
)
"""Where bash differs from mvdan.cc/sh, which our reader follows."""


def takes(shell: str, text: str) -> bool:
    """Whether a shell can read `text`; nothing is run."""
    data = text.encode("utf-8", "surrogateescape") + b"\n"
    return subprocess.run([shell, "-n"], input=data, capture_output=True, check=False).returncode == 0


def reads_like(shell: str, text: str) -> bool:
    """Whether we read `text` exactly if a shell does."""
    ours = not parse_shell(text).opaque
    # shells read what is inside back-ticks, or is a command in the body of a heredoc, when they run it; we read all
    later = "<<" in text.replace("\\\n", "") or "`" in text
    return ours == takes(shell, text) or (not ours and later)


@pytest.mark.parametrize("shell", SHELLS)
def test_we_read_what_a_shell_reads(shell: str) -> None:
    texts = [text for text in shell_texts() if shell == "bash" or not BASH_ONLY.search(text)]
    assert len(texts) > 1_000
    assert [text for text in texts if not reads_like(shell, text)] == []


@pytest.mark.parametrize("part", range(PARTS))
def test_we_refuse_what_bash_refuses(part: int) -> None:
    texts = [text for text in broken_shell_texts(400, seed=part) if not OTHERWISE_IN_BASH.search(text)]
    assert [text for text in texts if not reads_like("bash", text)] == []
    assert sum(parse_shell(text).opaque for text in texts) > len(texts) // 5


def test_the_commands_of_a_list_are_whole() -> None:
    """With `:` in the place of each command, a text is as good to bash as it was."""
    seen = 0
    for text in shell_texts():
        script = parse_shell(text)
        if script.opaque or "<<" in text or len(script.commands) < 2:
            continue
        result = text
        for command in reversed(script.commands):
            start = command.span.start + len("! ") * command.negated
            result = f"{result[:start]}:{result[command.span.end :]}"
        assert takes("bash", result), (text, result)
        rest = result.replace(":", "").replace("!", "")
        assert re.fullmatch(r"(?:[\s;&|]|\\\n|#.*)*", rest), (text, result)
        seen += 1
    assert seen > 100


@pytest.mark.parametrize("shell", SHELLS)
def test_words_have_the_values_that_a_shell_gives_them(shell: str, tmp_path: Path) -> None:
    """Each word without an expansion is one word to the shell, and its value is ours."""
    words: dict[str, str] = {}
    for text in (*shell_texts(), *broken_shell_texts(2_000, seed=20)):
        for command in parse_shell(text).walk():
            if command.kind == "call":
                words |= {word.text: word.value for word in command.words if word.value is not None}
    # a tilde and braces are expanded later, and a backslash that ends the text would take the next line with it
    plain = [text for text in words if not re.search(r"^~|\{.*\}|(?<!\\)(?:\\\\)*\\$", text, re.DOTALL)]
    assert len(plain) > 1_000
    script = tmp_path / "words"
    lines = ["set -f", *(f"printf '%s\\0' {text}" for text in plain)]
    script.write_bytes("\n".join([*lines, ""]).encode("utf-8", "surrogateescape"))
    # no program can be found: whatever a word is, nothing but printf runs
    done = subprocess.run(
        [shutil.which(shell) or shell, script], capture_output=True, cwd=tmp_path, env={"PATH": ""}, check=True
    )
    assert done.stderr == b""
    values = [os.fsdecode(value) for value in done.stdout.split(b"\0")]
    assert values == [*(words[text] for text in plain), ""]
