"""BuildKit's own frontend judges: what is recorded of it, every golden output, and what comes of broken inputs."""

from __future__ import annotations

import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from e2e.judge import Judge, Verdict

import dockerfix
from archives import accept
from golden import project_of
from places import FIXTURES

RECORDED, MUTATED, SEED = 150, 120, 20261
GOLDEN = sorted([*FIXTURES.glob("p*/**/expected.Dockerfile"), *FIXTURES.glob("app/**/expected.Dockerfile")])
INPUTS = sorted(FIXTURES.glob("pipeline/*/input.Dockerfile"))


class Case(NamedTuple):
    """A Dockerfile, and what the newest frontend says of it."""

    name: str
    text: str
    ok: bool
    error: str


def recorded() -> list[Case]:
    """The verdicts of the newest BuildKit that are kept with the tests."""
    return [Case(row["id"], row["input"], row["ok"], row["error"]) for row in accept()]


# What came into the frontend after Docker 26: what the old one says, and what the file holds.
LATER = (
    ("the `env` of a secret mount", r"unexpected key 'env' in ", r"--mount=\S*\benv\b"),
    ("`ADD --unpack`", r"unknown flag: unpack", r"(?i)add .*--unpack"),
    ("`--exclude`", r"unknown flag: exclude", r"(?i)(add|copy) .*--exclude"),
    ("`COPY --parents`", r"unknown flag: parents", r"(?i)copy .*--parents"),
    ("the check of a platform", r"failed to parse platform", r"(?i)from +--platform"),
)


NEWER_ERRORS = r"invalid chmod parameter|runtime error"


def of_its_age(case: Case, verdict: Verdict) -> str | None:
    """What in a file is younger than the frontend that was asked, where its verdict is about that."""
    found = (what for what, said, text in LATER if re.search(said, verdict.message) and re.search(text, case.text))
    if verdict.ok and re.match(NEWER_ERRORS, case.error):
        return "a check that the old frontend lacks"
    return next(found, None)


def worded(message: str) -> str:
    """A message as the old and the new frontend both say it: a flag without its dashes, no capital at the start."""
    text = re.sub(r"\b(flags?(?: specified)?:?|on flag:|for flag) --", r"\1 ", message).strip()
    return text[:1].lower() + text[1:]


def test_the_recorded_verdicts_are_those_of_buildkit(buildkit: Judge) -> None:
    cases = random.Random(SEED).sample(recorded(), RECORDED)
    judged, wrong = 0, []
    for case, verdict in zip(cases, asked(buildkit, [case.text for case in cases]), strict=True):
        if verdict.ok is None or of_its_age(case, verdict):
            continue
        judged += 1
        if verdict.ok != case.ok or worded(verdict.message) != worded(case.error):
            wrong.append((case, verdict))
    assert wrong == []
    assert judged > RECORDED * 0.85, f"only {judged} of {RECORDED} files got a verdict"


def asked(buildkit: Judge, texts: list[str]) -> list[Verdict]:
    """The verdicts on many files, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(buildkit.verdict, texts))


@pytest.mark.parametrize("part", range(4))
def test_every_golden_output_is_taken(buildkit: Judge, part: int) -> None:
    """Cases of single passes may have a broken input: of these an output is refused only where its input is."""
    paths = GOLDEN[part::4]
    assert len(paths) > 50
    verdicts = dict(zip(paths, asked(buildkit, [read(path) for path in paths]), strict=True))
    refused = [path for path, verdict in verdicts.items() if verdict.ok is False]
    assert [path for path in refused if not path.is_relative_to(FIXTURES / "passes")] == []
    before = asked(buildkit, [read(path.with_name("input.Dockerfile")) for path in refused])
    broken = [path for path, verdict in zip(refused, before, strict=True) if verdict.ok is not False]
    assert [(str(path), verdicts[path].message) for path in broken] == []
    assert sum(verdict.ok is True for verdict in verdicts.values()) > len(paths) * 0.85


def read(path: Path) -> str:
    """A Dockerfile, whatever bytes it holds."""
    return path.read_bytes().decode(errors="surrogateescape")


PIECES = (
    "--mount=type=cach,target=/x ",
    "--mount=type=cache,targt=/x ",
    "--link ",
    "\\\n",
    "<<EOF\n",
    '["a", ',
    "\n",
    "=",
    "$X ",
)


def mutated(text: str, chance: random.Random) -> str:
    """A text with one line cut, doubled or broken, or with a piece put in that means something."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[chance.randrange(len(lines))])
        case 2:
            lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
        case _:
            place = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + chance.choice(PIECES) + lines[at][place:]
    return "\n".join(lines)


def mutations() -> list[tuple[Path, str]]:
    """Broken outputs of `cog debug`, the same ones in every run."""
    chance = random.Random(SEED)
    files = [chance.choice(INPUTS) for _ in range(MUTATED)]
    return [(path, mutated(read(path), chance)) for path in files]


def test_nothing_that_buildkit_refuses_is_written(buildkit: Judge) -> None:
    """Of broken inputs dockerfix makes either an error or a file that BuildKit takes."""
    written = []
    for path, text in mutations():
        result = dockerfix.rewrite(text, project=project_of(path.parent))
        if result.ok:
            written.append((path.parent.name, result.text))
    assert MUTATED * 0.2 < len(written) < MUTATED
    texts = [text if isinstance(text, str) else text.decode(errors="surrogateescape") for _, text in written]
    refused = [
        (name, verdict.message)
        for (name, _), verdict in zip(written, asked(buildkit, texts), strict=True)
        if verdict.ok is False
    ]
    assert refused == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FROM a\nRUN --mount=type=cach,target=/x true\n", 'unsupported mount type "cach" (did you mean cache?)'),
        ("#syntax=x/y:1\nFROM a\nNO\n", "dockerfile parse error on line 3: unknown instruction: NO"),
        ("FROM a\nCOPY --from=b /x /y\nRUN <<E cat\n1\nE\n", ""),
        ("FROM a AS b\nRUN exit 1\n", ""),
    ],
)
def test_a_verdict_has_its_message_and_no_step_is_run(buildkit: Judge, text: str, message: str) -> None:
    verdict = buildkit.verdict(text)
    assert verdict.ok is (message == "")
    assert verdict.message.startswith(message)


def test_an_image_that_is_missed_is_no_verdict(buildkit: Judge) -> None:
    assert buildkit.verdict("ARG X=example.invalid/nothing\nFROM $X\n").ok is None
