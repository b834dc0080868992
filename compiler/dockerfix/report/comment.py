"""A review as Markdown, for the comment of a pull request: what needs somebody first, and the rest folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dockerfix.report import rules
from dockerfix.report.contents import Change
from dockerfix.report.diff import unified
from dockerfix.report.overview import Committed, Fact, Needs, Overview, attention, overview
from dockerfix.text.credentials import shortened
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import markdown_block, markdown_code, markdown_comment

if TYPE_CHECKING:
    from dockerfix.driver.rewrite import Result

MARK = "<!-- dockerfix review -->"
"""The first line, by which a job finds its own comment to replace it."""
SHOWN = 12
"""How many packages or changes of a kind are shown."""
FINDINGS = 30
"""How many findings are listed."""
LONGEST = 160
"""The longest name that is shown."""
LONGEST_DIFF = 20_000
"""The longest diff in characters; GitHub takes comments of 65,536."""


def render(result: Result, *, path: str, needs: Needs | None = None, committed: Committed | None = None) -> str:
    """The comment on `result`; the arguments are those of the page."""
    view = overview(result, needs=needs, committed=committed)
    named = path if committed is None else committed.path
    needed = f", needs you: {view.attention}" if view.attention else ""
    parts = [MARK, f"### {_code(named)}: {view.verdict[0].lower()}{view.verdict[1:]}{needed}"]
    facts = list(_listed(view) if committed is not None else _facts(view))
    if facts:
        parts.append("\n".join(facts))
    found = attention(result)
    if found:
        parts.append("\n".join(_findings(result, found)))
    notes = [number for number in range(len(result.findings)) if result.findings[number].severity is Severity.NOTE]
    if notes and committed is None:
        parts.append(_fold(f"{len(notes)} notes", "\n".join(_findings(result, notes))))
        if view.listed:
            parts.append(_fold("What changes in the image", "\n".join(_listed(view))))
    before = result.source if committed is None else committed.source
    diff = unified(before.text, result.rewritten, named)
    if diff:
        parts.append(_fold("Diff", _diff(diff)))
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return markdown_code(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _codes(words: Sequence[str]) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(map(_code, words[:SHOWN])) + more


def _facts(view: Overview) -> Iterator[str]:
    yield from (f"- **{fact.label}:** {_sides(fact)}" for fact in view.facts if fact.before or fact.after)
    if view.needs is not None:
        count = f"{view.needs.gpus} × " if view.needs.gpus > 1 else ""
        guess = " (a guess)" if view.needs.reason else ""
        yield f"- **Machines:** {count}{' or '.join(map(_code, view.needs.machines))}{guess}"
        if view.needs.weights:
            yield f"- **Weights:** {'; '.join(map(markdown_comment, view.needs.weights[:3]))}"
    for label, words in (("Packages added", view.added), ("Packages gone", view.gone)):
        if words:
            yield f"- **{label}:** {_codes(words)}"
    if view.updated:
        yield f"- **Other versions:** {', '.join(map(_change, view.updated[:SHOWN]))}"
    if view.restated:
        yield f"- **Now by name:** {len(view.restated)} packages that the old base image or cog.yaml had"


def _sides(fact: Fact) -> str:
    if fact.before == fact.after:
        return f"{_codes(fact.after)}, unchanged"
    return f"{_codes(fact.before) or 'none'} → {_codes(fact.after) or 'none'}"


def _listed(view: Overview) -> Iterator[str]:
    for label, found in view.listed.items():
        more = [f"  - and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
        yield "\n".join([f"- **{label}**", *(f"  - {_change(each)}" for each in found[:SHOWN]), *more])


def _change(each: Change) -> str:
    if each.was is None:
        return f"added {_code(each.now or '')}"
    return f"removed {_code(each.was)}" if each.now is None else f"{_code(each.was)} → {_code(each.now)}"


def _findings(result: Result, numbers: Sequence[int]) -> Iterator[str]:
    yield from (_finding(result, result.findings[number]) for number in numbers[:FINDINGS])
    if len(numbers) > FINDINGS:
        yield f"- and {len(numbers) - FINDINGS} more"


def _finding(result: Result, finding: Finding) -> str:
    severity = "" if finding.severity is Severity.NOTE else f"**{finding.severity.label}** "
    if finding.file is None or finding.edits:
        place = f"line {result.source.position(finding.span.start).line}"
    else:
        place = _code(finding.file) + ("" if finding.line is None else f", line {finding.line}")
    message = markdown_comment(shortened(finding.message, 4 * LONGEST))
    return f"- {severity}[{finding.code}]({rules.url(finding.code)}), {place}: {message}"


def _diff(diff: str) -> str:
    if len(diff) <= LONGEST_DIFF:
        return markdown_block(diff, "diff")
    return f"{markdown_block(diff[:LONGEST_DIFF].rpartition(chr(10))[0], 'diff')}\n\nThe diff goes on."


def _fold(title: str, inner: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{inner}\n\n</details>"
