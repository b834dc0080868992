"""A review as text for a terminal: the verdict, what changes in the image, what needs somebody, and a diff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockerfix.report import text
from dockerfix.report.contents import Change
from dockerfix.report.diff import coloured, unified
from dockerfix.report.entry import Entry
from dockerfix.report.overview import Committed, Fact, Needs, Overview, attention, overview
from dockerfix.text.quoting import code_spans, readable

if TYPE_CHECKING:
    from dockerfix.driver.rewrite import Result

_COLOURS = {"+": "32", "-": "31", "~": "36"}
_MOODS = {"good": "32", "calm": "2", "attention": "33", "bad": "31"}
_SHOWN = 24
"""How many packages or changes of a kind are shown."""


def render(
    result: Result,
    *,
    path: str,
    needs: Needs | None = None,
    committed: Committed | None = None,
    project: str | None = None,
    colour: bool = False,
) -> str:
    """The review of `result`; the arguments are those of the page.

    `project` is the folder that the files of findings are relative to.
    """
    view = overview(result, needs=needs, committed=committed)
    entry = Entry(path, "would-rewrite", result.source, project=project, files=result.files)
    blocks = [
        [_verdict(view, path, committed, colour=colour)],
        list(_listed(view, colour=colour) if committed is not None else _facts(view, colour=colour)),
        [text.line(entry, result.findings[number], colour=colour) for number in attention(result)],
    ]
    if committed is not None:
        found = unified(committed.source.text, result.rewritten, committed.path)
        blocks.append([coloured(found, paints=colour).rstrip("\n")] if found else [])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _verdict(view: Overview, path: str, committed: Committed | None, *, colour: bool) -> str:
    verdict = view.verdict[0].lower() + view.verdict[1:]
    needed = f", needs you: {view.attention}" if view.attention else ""
    said = text.paint(f"{verdict}{needed}", _MOODS[view.mood]) if colour else f"{verdict}{needed}"
    if committed is not None:
        return f"{readable(committed.path)}: {said} (compared with the result for {readable(path)})"
    return f"{readable(path)}: {said} ({view.counts})"


def _facts(view: Overview, *, colour: bool) -> Iterator[str]:
    rows = [(fact.label, _sides(fact)) for fact in view.facts if fact.before or fact.after]
    if view.needs is not None:
        count = f"{view.needs.gpus} x " if view.needs.gpus > 1 else ""
        guess = " (a guess)" if view.needs.reason else ""
        rows.append(("Machines", f"{count}{' or '.join(view.needs.machines)}{guess}"))
        rows += [("Weights", _without_ticks(each)) for each in view.needs.weights[:3]]
    rows += [("Other version", f"{each.was} -> {each.now}") for each in view.updated[:_SHOWN]]
    rows += [("Packages added", _some(view.added))] if view.added else []
    rows += [("Packages gone", _some(view.gone))] if view.gone else []
    if view.restated:
        rows.append(("Now by name", f"{len(view.restated)} packages that the old base image or cog.yaml had"))
    width = max((len(label) for label, _value in rows), default=0)
    for label, value in rows:
        name = f"{label:<{width}}"
        yield f"  {text.paint(name, '2') if colour else name}  {readable(value)}"


def _some(words: tuple[str, ...]) -> str:
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more


def _sides(fact: Fact) -> str:
    was, now = (", ".join(side) or "none" for side in (fact.before, fact.after))
    return now if was == now else f"{was} -> {now}"


def _without_ticks(message: str) -> str:
    return "".join(part for _ticks, part in code_spans(message))


def _listed(view: Overview, *, colour: bool) -> Iterator[str]:
    for label, found in view.listed.items():
        yield f"  {text.paint(label, '1') if colour else label}"
        for each in found[:_SHOWN]:
            sign, said = _change(each)
            line = readable(f"{sign} {said}")
            yield f"    {text.paint(line, _COLOURS[sign]) if colour else line}"
        if len(found) > _SHOWN:
            yield f"    and {len(found) - _SHOWN} more"
    if not view.listed and view.verdict == "Out of date":
        yield "  Base image, packages, environment, commands and files are the same; the text differs."


def _change(each: Change) -> tuple[str, str]:
    if each.was is None:
        return "+", each.now or ""
    return ("-", each.was) if each.now is None else ("~", f"{each.was} -> {each.now}")
