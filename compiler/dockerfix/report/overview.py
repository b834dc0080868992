"""What a reviewer has to know first: the verdict, and what it means for the image. Each format shows the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from dockerfix.report.contents import PACKAGES, Change, Contents, compared, contents, read, restated
from dockerfix.report.summary import count_words
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.source import Source

if TYPE_CHECKING:
    from dockerfix.driver.rewrite import Result

Mood = Literal["good", "calm", "attention", "bad"]


class Needs(NamedTuple):
    """What the model needs to run: `machines` of fal and the number of `gpus`, why these (`reason`), and `weights`."""

    machines: tuple[str, ...] = ()
    gpus: int = 1
    reason: str = ""
    weights: tuple[str, ...] = ()


class Committed(NamedTuple):
    """The committed file that a result is compared with, as the user named it."""

    path: str
    source: Source


class Fact(NamedTuple):
    """A line of the overview: before and after; equal if nothing changes."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Overview(NamedTuple):
    """The verdict in a few words, its mood, how many findings need somebody, and what changes in the image.

    `counts` are the numbers of findings in words. `facts` are base images and versions. Of the packages, `updated` get
    another version, `gone` and `added` are what the words say, and `restated` are new in the Dockerfile, but the old
    base image or cog.yaml had them. `listed` are all changes by kind. `needs` is None where the project is not known.
    """

    verdict: str
    mood: Mood
    attention: int
    counts: str
    facts: tuple[Fact, ...]
    updated: tuple[Change, ...]
    gone: tuple[str, ...]
    added: tuple[str, ...]
    restated: tuple[str, ...]
    listed: dict[str, list[Change]]
    needs: Needs | None


def overview(result: Result, *, needs: Needs | None = None, committed: Committed | None = None) -> Overview:
    """The overview of a conversion, or of a committed file beside what it should be."""
    present = read((committed.source if committed is not None else result.source).text)
    expected = read(result.rewritten)
    before, after = contents(present), contents(expected)
    verdict, mood = _verdict(result, committed)
    listed = compared(before, after)
    found = [change for label in PACKAGES for change in listed.get(label, ())]
    packages = [each for each in found if not (each.was or each.now or "").startswith("-")]
    had = restated(expected) if committed is None else frozenset()
    added = [each.now for each in packages if each.was is None and each.now is not None]
    return Overview(
        verdict,
        mood,
        len(attention(result)),
        ", ".join(count_words(result.findings)) or "no findings",
        tuple(_facts(before, after)),
        tuple(each for each in packages if each.was is not None and each.now is not None),
        tuple(each.was for each in packages if each.was is not None and each.now is None),
        tuple(name for name in added if name not in had),
        tuple(name for name in added if name in had),
        listed,
        needs,
    )


def attention(result: Result) -> list[int]:
    """The numbers of the findings that need somebody: errors, then warnings."""
    return [number for number in by_severity(result.findings) if result.findings[number].severity > Severity.NOTE]


def by_severity(findings: tuple[Finding, ...]) -> list[int]:
    """The numbers of all findings: errors, warnings, then notes, each in the order of the file."""
    return sorted(range(len(findings)), key=lambda number: -findings[number].severity)


def _verdict(result: Result, committed: Committed | None) -> tuple[str, Mood]:
    if result.refused:
        return "Refused", "bad"
    if not result.ok:
        return "Would not be written", "bad"
    mood: Mood = "attention" if attention(result) else "good"
    if committed is not None:
        same = committed.source.text == result.rewritten
        return ("Up to date", mood) if same else ("Out of date", "attention")
    if not result.changed:
        return "Unchanged", mood if mood == "attention" else "calm"
    return "Would be rewritten", mood


def _facts(before: Contents, after: Contents) -> Iterator[Fact]:
    for label, *sides in (
        ("Base image", before.bases, after.bases),
        ("CUDA", before.cuda, after.cuda),
        ("Python", before.python, after.python),
    ):
        was, now = (tuple(item.shown for item in side) for side in sides)
        yield Fact(label, was, now)
