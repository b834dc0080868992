"""Shell chains around the commands that are removed, and what they do with stubs for all programs.

A program of the user's writes its arguments and its folder to a log, and ends with a status of its own. pip and curl
are silent about what is removed, and succeed: so the original shows what has to be left.
"""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

USERS = ("setup", "load", "check", "note")
TINI = "curl -sSL -o /sbin/tini https://github.com/krallin/tini/releases/download/v0.19.0/tini-amd64"
PGET = "curl -o /usr/local/bin/pget -L https://github.com/replicate/pget/releases/latest/download/pget_linux_x86_64"
REMOVED = (
    *(
        "pip install cog",
        "pip install --no-cache-dir cog==0.9.4",
        "python -m pip install 'cog>=0.9'",
        "pip3 install coglet",
    ),
    *('pip install "cog==$n"', 'pip install "cog==${y}"', "pip uninstall -y cog"),
    *(TINI, PGET, "pip install cog numpy", "pip install numpy cog"),
)
WRAPPERS = (
    *(
        "exec",
        "command",
        "env A=b",
        "env -i PATH=$PATH LOG=$LOG",
        "nohup",
        "sudo",
        "sudo -E",
        "builtin",
        "time",
        "time -p",
    ),
    *("A=1", "A=$x B=2", "exec -a n", "nice -n 1", "coproc", "eval", "command exec", "env exec", "A=$(note a)", "!"),
)
REDIRECTIONS = (
    *(
        "> f",
        ">> f",
        "2>&1",
        "> /dev/null",
        "> /dev/null 2>&1",
        "< f",
        "> d/f 2> f",
        ">| f",
        "<<< text",
        "&> f",
        "3> f",
    ),
    *('> "$x"', "2> f >&2", '> "$(note name)"'),
)
ADDITIONS = ("$(note more)", "`load more`", "${y:=set}", '"$((n+=1))"', "$(uname -s)")
BASH_ONLY = (
    "coproc",
    "<(",
    ">(",
    "<<<",
    "&>",
    "[[",
    "PIPESTATUS",
    "pipefail",
    "|&",
    "exec -a",
    " ERR",
    " DEBUG",
    "function ",
)
"""What dash refuses or takes otherwise."""
ARGUMENTS = (
    *("a", "b c", "$?", '"$_"', "$x", '"${y-unset}"', '"$(cat f 2>/dev/null; echo .)"', "${!:+job}", '"$(ls)"', "$n"),
    *("${PIPESTATUS[*]}", "$A", '"$(wc -c < f)"'),
)
STATEMENTS = (
    *("cd d", "cd ..", "x=1", "export A=2", "set -e", "set -e", "set +e", "set -o pipefail", "set -u", "wait", "true"),
    *(
        "wait $!",
        "trap 'note $?' EXIT",
        "trap 'note trap' ERR",
        "exit",
        "exit 4",
        "[ -e f ]",
        "test -s f",
        "cat f",
        ": > f",
    ),
    *("eval 'note $?'", "false", ":", "[[ -e f ]]", "jobs > /dev/null", "kill -0 $! 2> /dev/null", "n=$((n+1))"),
    *("trap 'note debug' DEBUG", "exec 3> g", "set -- p q", 'note "$@"', "shift", "unset x", "rm -f f"),
)
SHAPES = (
    *("if {0}; then {1}; fi", "if {0}; then {1}; else {2}; fi", "if {0}; then {1}; elif {2}; then {3}; fi"),
    *("while {0}; do {1}; break; done", "until {0}; do {1}; break; done", "for i in 1 2; do {0}; {1}; done"),
    *("for i in 1 2; do {0} || break; {1}; done", "case a in a) {0};; *) {1};; esac", "case $({0}) in *) {1};; esac"),
    *("f() {{ {0}; {1}; }}; f", "f() {{ {0} && return; {1}; }}; f && {2}", "f() ( {0}; {1} ); f", "({0}; {1})"),
    *("{{ {0}; {1}; }}", "{{ {0}; }} > f", "({0}) && {1}", "{0} | {1}", "{0} | {1} | {2}", "{0} |& {1}", "! {0}"),
    *("{0} & {1}", "{0} & wait $!", "{0} & {1}; wait", "{{ {0}; }} & wait $!; {1}", 'load "$({0})"', 'load "`{0}`"'),
    *("load <({0})", "x=$({0}); {1}", "x=$({0}) && {1}", "time {{ {0}; }}", "{0} && {1} || {2}", "{0} || {1} && {2}"),
    *("trap '{0}' EXIT; {1}", "eval '{0}'; {1}", "sh -c '{0}' && {1}", "bash -c '{0}; {1}'", "sh -ec '{0}; {1}'; {2}"),
    *(
        "load <<E; {1}\n$({0})\nE\n",
        '{0} > f; load "$(cat f)"',
        "pip() {{ note $1; }}; {0}",
        "{0}; load $_",
        "{0}; exit",
    ),
    *("{0}; x=$?; {1}; exit $x", "coproc {{ {0}; }}; wait; {1}", "{0} && {{ {1} && {2}; }} || {3}", "{0} < f || {1}"),
    *("if ! {0}; then {1}; fi", '[ "$({0})" ] && {1}', "{0} && {1} & wait; {2}", "n=$({0}; echo 1); {1}"),
)
JOINTS = (" && ", " && ", " && ", "; ", "; ", " || ", " & ", " | ", "\n", " && \\\n    ", "; \\\n    ")


RACE = re.compile(r"> ?f\b.*(?<![&>])&(?![&>]).*(?:< f|cat f|-[es] f)", re.DOTALL)
"""A job writes a file that is read meanwhile: what there is to read is chance."""


class Chain(NamedTuple):
    """A shell text, and the status of each program of the user's."""

    text: str
    statuses: tuple[int, ...]

    @property
    def shells(self) -> tuple[str, ...]:
        """The shells that can run it."""
        return ("bash",) if any(mark in self.text for mark in BASH_ONLY) else ("dash", "bash")

    @property
    def is_reported(self) -> bool:
        """Whether it installs what is removed, so that something has to be said about it."""
        return any(command in self.text for command in REMOVED if "uninstall" not in command)


def chains(count: int, seed: int) -> Iterator[Chain]:
    """Yield `count` chains that have a command to remove; the same ones for the same seed."""
    chance = random.Random(seed)
    while count:
        text = _chain(chance, chance.randint(1, 2))
        if any(command in text for command in REMOVED) and len(text) < 1_500 and not RACE.search(text):
            count -= 1
            yield Chain(text, tuple(chance.choice((0, 0, 3)) for _ in USERS))


def _chain(chance: random.Random, depth: int) -> str:
    pieces = [_piece(chance, depth) for _ in range(chance.choice((1, 2, 2, 3, 3, 4)))]
    text = pieces[0]
    for piece in pieces[1:]:
        text += ("" if text.endswith("\n") else chance.choice(JOINTS)) + piece
    return text


def _piece(chance: random.Random, depth: int) -> str:
    kind = chance.random()
    if kind < 0.34:
        return _removed(chance)
    if kind < 0.6 or (kind >= 0.75 and not depth):
        return _user(chance)
    if kind < 0.75:
        return chance.choice(STATEMENTS)
    shape = chance.choice(SHAPES)
    return shape.format(*(_inner(chance, depth - 1, shape) for _ in range(4)))


def _inner(chance: random.Random, depth: int, shape: str) -> str:
    """What stands in a shape: nothing that its quotes or lines would end."""
    while True:
        text = _chain(chance, 0) if depth and chance.random() < 0.3 else _piece(chance, depth)
        marks = [mark for mark in ("'", "`") if mark in shape]
        if not any(mark in text for mark in (*marks, "<<E", "\n", " & ")):
            return text


def _removed(chance: random.Random) -> str:
    words = [chance.choice(REMOVED)]
    if chance.random() < 0.3:
        words.insert(0, chance.choice(WRAPPERS))
    if chance.random() < 0.1:
        words.append(chance.choice(ADDITIONS))
    if chance.random() < 0.25:
        words.append(chance.choice(REDIRECTIONS))
    return " ".join(words)


def _user(chance: random.Random) -> str:
    words = [chance.choice(USERS), *chance.choices(ARGUMENTS, k=chance.randint(0, 2))]
    if chance.random() < 0.08:
        words.insert(0, chance.choice(("exec", "command", "env", "A=1", "!", "time", "nohup")))
    if chance.random() < 0.1:
        words.append(chance.choice(("> f", "2>&1", "| cat", "< f", "| load")))
    return " ".join(words)


STUB = r"""#!/bin/sh
trap '' PIPE
name=${0##*/}
case $name in
    sudo|time) case $1 in -E|-p) shift;; esac; exec "$@";;
    python) shift 2; name=pip;;
    pip3) name=pip;;
    curl) case "$*" in *krallin/tini*|*replicate/pget*) exit 0;; esac;;
esac
if [ $name = pip ]; then
    rest=
    for word; do case $word in cog|cog[=\>]*|coglet|-*|install|uninstall) ;; *) rest="$rest $word";; esac; done
    [ "$rest" ] || exit 0
    set -- $rest
fi
printf '%s [%s]\n' "$name $*" "${PWD#"${LOG%/log}"}" >> "$LOG"
echo "out of $name" 2> /dev/null
eval "exit \${status_$name:-0}"
"""


class Outcome(NamedTuple):
    """What a run did. Lines are sorted, as jobs run side by side; the files have their contents."""

    log: tuple[str, ...]
    output: tuple[str, ...]
    status: str
    files: tuple[str, ...]


class Stage:
    """A folder with stubs, in which chains run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = folder / "bin"
        self._bin.mkdir()
        stub = self._bin / "stub"
        stub.write_text(STUB)
        stub.chmod(0o755)
        for name in (*USERS, "pip", "pip3", "python", "curl", "sudo", "time"):
            (self._bin / name).symlink_to("stub")
        for name in (
            "bash",
            "dash",
            "cat",
            "env",
            "ls",
            "nice",
            "nohup",
            "rm",
            "true",
            "uname",
            "wc",
            "printf",
            "test",
        ):
            found = shutil.which(name)
            if found:
                (self._bin / name).symlink_to(found)
        (self._bin / "sh").symlink_to(shutil.which("dash") or "/bin/sh")
        self._count = 0

    def run(self, runs: Sequence[tuple[str, str, tuple[int, ...]]]) -> list[Outcome]:
        """Run each text in its shell, with the statuses of the user's programs."""
        lines = []
        places = []
        for shell, text, statuses in runs:
            self._count += 1
            place = self._folder / str(self._count)
            (place / "home" / "app" / "d").mkdir(parents=True)
            places.append(place)
            settings = [f"status_{name}={status}" for name, status in zip(USERS, statuses, strict=True)]
            words = [
                "env",
                "-i",
                f"PATH={self._bin}",
                f"LOG={place / 'log'}",
                *settings,
                f"{self._bin}/{shell}",
                "-c",
                text,
            ]
            # what runs in the background holds the pipe open, so that the log is whole
            lines.append(
                f"cd {place}/home/app; {{ timeout 20 {shlex.join(words)} 9>&1 < /dev/null 2> /dev/null; "
                f"echo $? > {place}/status; }} | cat > {place}/output"
            )
        subprocess.run(["bash"], input="\n".join(lines), text=True, check=False, env={"PATH": os.environ["PATH"]})
        return [self._outcome(place) for place in places]

    def _outcome(self, place: Path) -> Outcome:
        log, work = place / "log", place / "home" / "app"
        files = sorted(
            f"{path.relative_to(work)} {path.read_text() if path.is_file() else ''}" for path in work.rglob("*")
        )
        outcome = Outcome(
            # three digits and more are the number of a process, as in `wait $!; note $_`
            tuple(sorted(re.sub(r"\b\d{3,}\b", "N", log.read_text()).splitlines())) if log.exists() else (),
            tuple(sorted((place / "output").read_text().splitlines())),
            (place / "status").read_text().strip(),
            tuple(files),
        )
        shutil.rmtree(place)
        return outcome


def differences(stage: Stage, pairs: Iterable[tuple[Chain, str]]) -> Iterator[str]:
    """Yield what differs between each chain and the text that stands for it.

    Jobs that run side by side may end otherwise each time; a pair differs if five runs have no outcome in common.
    """
    runs = [(shell, chain, text) for chain, text in pairs for shell in chain.shells if shutil.which(shell)]
    before: dict[tuple[str, Chain, str], set[Outcome]] = {run: set() for run in runs}
    after: dict[tuple[str, Chain, str], set[Outcome]] = {run: set() for run in runs}
    for _ in range(5):
        for run, was in zip(
            runs, stage.run([(shell, each.text, each.statuses) for shell, each, _ in runs]), strict=True
        ):
            before[run].add(was)
        for run, now in zip(runs, stage.run([(shell, text, each.statuses) for shell, each, text in runs]), strict=True):
            after[run].add(now)
        runs = [run for run in runs if before[run].isdisjoint(after[run])]
        if not runs:
            return
    for run in runs:
        shell, chain, text = run
        told = "\n  ".join(map(str, [*before[run], "and", *after[run]]))
        yield f"{shell} {chain.statuses}\n  {chain.text!r}\n  {text!r}\n  {told}"
