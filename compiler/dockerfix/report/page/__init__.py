"""A page for code review: one HTML file that loads nothing, with before and after, and the reason for each change.

Everything from the input is escaped. The Content-Security-Policy allows only the page's own style and script, by their
hashes, so that even injected markup could neither run nor load anything.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dockerfix import __version__
from dockerfix.report.page import compare, stages
from dockerfix.report.page.lines import Cell, Row, align
from dockerfix.report.page.text import marked, paragraphs, prose
from dockerfix.report.rules import rule_of
from dockerfix.report.trace import where
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.credentials import masked
from dockerfix.text.findings import Finding, Severity
from dockerfix.text.quoting import html

if TYPE_CHECKING:
    from dockerfix.driver.account_types import Entry
    from dockerfix.driver.rewrite import Result


def render(result: Result, *, path: str) -> str:
    """The page for `result`; `path` is the Dockerfile's name as the user gave it. Gives the whole HTML document."""
    from dockerfix.report.page.frame import frame

    rows = align(result)
    before, after = parse(masked(result.source.text)), parse(masked(result.rewritten))
    graphs = stages.graph(before), stages.graph(after)
    body = "".join(
        (
            _header(result, rows, path),
            '<main id="main">',
            _filters(result.findings),
            '<section id="changes" aria-label="Changes"><div class="split">',
            _lines(result, rows),
            _findings(result, rows),
            "</div></section>",
            '<section id="stages"><h2>Stages</h2><div class="pair">',
            _figure("Before", stages.draw(graphs[0], "before", graphs[1], "removed")),
            _figure("After", stages.draw(graphs[1], "after", graphs[0], "added")),
            '</div></section><section id="contents"><h2>Contents of the image</h2><div class="wide">',
            compare.table(compare.facts(before), compare.facts(after)),
            "</div></section>",
            _account(result),
            f"</main><footer>dockerfix {html(__version__)}</footer>",
        )
    )
    return frame(f"{path}: dockerfix review", body)


def _figure(caption: str, drawing: str) -> str:
    return f"<figure><figcaption>{caption}</figcaption>{drawing}</figure>"


def _header(result: Result, rows: list[Row], path: str) -> str:
    removed = sum(row.before is not None and row.before.changed for row in rows)
    added = sum(row.after is not None and row.after.changed for row in rows)
    kind, verdict = _verdict(result)
    return (
        '<a class="skip" href="#main">Skip to the changes</a><header class="top"><div class="title">'
        f'<h1><span class="brand">dockerfix</span> <span class="path">{html(path)}</span></h1>'
        f'<p class="verdict {kind}">{verdict}</p>'
        f'<p class="counts"><span class="plus">+{added}</span> <span class="minus">−{removed}</span> lines</p></div>'
        '<nav aria-label="Sections"><a href="#changes">Changes</a><a href="#stages">Stages</a>'
        '<a href="#contents">Contents</a>'
        + ('<a href="#account">cog.yaml</a>' if _settings(result) else "")
        + '</nav><div class="tools">'
        + _button("previous", "↑", "Previous finding", "p")
        + _button("next", "↓", "Next finding", "n")
        + _button("theme", "◐", "Dark or light", "t")
        + _button("keys", "?", "Keys", "?")
        + "</div></header>"
    )


def _button(name: str, sign: str, what: str, key: str) -> str:
    return (
        f'<button type="button" id="{name}" title="{what} ({key})"><span aria-hidden="true">{sign}</span>'
        f'<span class="hidden">{what}</span></button>'
    )


def _verdict(result: Result) -> tuple[str, str]:
    if result.refused:
        return "bad", "Would be refused"
    if not result.ok:
        return "bad", "Would not be written: errors were found"
    return ("good", "Would be rewritten") if result.changed else ("calm", "Would be unchanged")


def _settings(result: Result) -> list[Entry]:
    """The account of cog.yaml and its requirements files; the changes show that of the instructions."""
    return [entry for entry in result.account if entry.file != "Dockerfile"]


def _account(result: Result) -> str:
    """Each line of cog.yaml and of its requirements files beside where it went; "" without a cog.yaml."""
    rows = "".join(
        f"<tr><td>{html(entry.file)}:{entry.line}</td><td><code>{html(entry.what)}</code> "
        f"<code>{html(entry.text)}</code></td><td>{prose(where(entry))}</td></tr>"
        for entry in _settings(result)
    )
    head = '<th scope="col">Line</th><th scope="col">Value</th><th scope="col">Where it went</th>'
    table = f'<table class="compare account"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    title = "<h2>Where each line of cog.yaml went</h2>"
    return f'<section id="account">{title}<div class="wide">{table}</div></section>' if rows else ""


def _filters(findings: tuple[Finding, ...]) -> str:
    severities = Counter(finding.severity for finding in findings)
    codes = Counter(finding.code for finding in findings)
    chips = [
        f'<button type="button" class="chip {each.label}" aria-pressed="false" data-severity="{each.label}">'
        f"{each.label} <b>{severities[each]}</b></button>"
        for each in sorted(severities, reverse=True)
    ]
    chips += [
        f'<button type="button" class="chip" aria-pressed="false" data-code="{html(code)}" '
        f'title="{html(rule_of(code).summary)}">{html(code)} <b>{count}</b></button>'
        for code, count in sorted(codes.items())
    ]
    return (
        '<div class="filters" role="search"><label class="hidden" for="filter">Filter findings</label>'
        '<input id="filter" type="search" placeholder="Filter findings   /" autocomplete="off" spellcheck="false">'
        f'<div class="chips">{"".join(chips)}</div><p id="shown" aria-live="polite"></p></div>'
    )


def _lines(result: Result, rows: list[Row]) -> str:
    seen: set[int] = set()
    body = "".join(_row(row, result.findings, seen) for row in rows)
    return (
        '<div class="lines"><table><caption class="hidden">The Dockerfile before and after</caption><thead><tr>'
        '<th scope="col" class="number"><span class="hidden">Line</span></th><th scope="col">Before</th>'
        '<th scope="col" class="why">Why</th>'
        '<th scope="col" class="number"><span class="hidden">Line</span></th><th scope="col">After</th>'
        f"</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Row, findings: tuple[Finding, ...], seen: set[int]) -> str:
    """One row; the first row of a finding has the button that shows its reason."""
    new = [number for number in row.findings if number not in seen]
    seen.update(new)
    chips = "".join(
        f'<button type="button" class="mark {findings[number].severity.label}" data-to="{number}" '
        f'title="{html(findings[number].message)}">{html(findings[number].code)}</button>'
        for number in new
    )
    if row.before and row.after and row.before.changed:
        left, right = marked(row.before.text, row.after.text)
    else:
        left, right = (html(cell.text) if cell else "" for cell in row)
    numbers = " ".join(map(str, row.findings))
    attribute = f' data-findings="{numbers}"' if numbers else ""
    return (
        f"<tr{attribute}>{_cell(row.before, left, 'gone')}"
        f'<td class="why">{chips}</td>{_cell(row.after, right, "new")}</tr>'
    )


def _cell(cell: Cell | None, inner: str, name: str) -> str:
    if cell is None:
        return '<td class="number empty"></td><td class="line empty"></td>'
    kind = f" {name}" if cell.changed else ""
    owners = f' data-of="{" ".join(map(str, cell.findings))}"' if cell.findings else ""
    number = f'<td class="number{kind}">{cell.number}</td>'
    return f'{number}<td class="line{kind}"{owners}><code>{inner or "&#8203;"}</code></td>'


def _findings(result: Result, rows: list[Row]) -> str:
    result_lines: dict[int, int] = {}
    for row in rows:
        for number in row.after.findings if row.after else ():
            result_lines.setdefault(number, row.after.number if row.after else 0)
    cards = "".join(
        _card(number, finding, result.source.position(finding.span.start).line, result_lines.get(number))
        for number, finding in enumerate(result.findings)
    )
    none = "" if cards else '<p class="calm">No findings</p>'
    return (
        f'<aside aria-label="Findings"><h2>Findings</h2><ol class="findings">{cards}</ol>{none}'
        '<p id="none" class="calm" hidden>No finding matches the filter</p></aside>'
    )


def _card(number: int, finding: Finding, line: int, after: int | None) -> str:
    rule = rule_of(finding.code)
    place = f"line {line}" + (f" → {after}" if after else "")
    where = ""
    if finding.file is not None:
        shown = finding.file if finding.line is None else f"{finding.file}:{finding.line}"
        where = f'<p class="where">because of <code>{html(shown)}</code></p>'
    severity = "" if finding.severity is Severity.NOTE else f'<span class="severity">{finding.severity.label}</span>'
    return (
        f'<li class="finding {finding.severity.label}" id="finding-{number}" data-number="{number}" '
        f'data-code="{html(finding.code)}" data-severity="{finding.severity.label}">'
        f'<button type="button" class="head"><span class="code">{html(finding.code)}</span> '
        f'<span class="name">{html(rule.name)}</span>{severity}<span class="place">{place}</span></button>'
        f'<p class="message">{prose(finding.message)}</p>{where}'
        f"<details><summary>Why</summary>{paragraphs(rule.documentation)}"
        f'<p><a href="{html(rule.url)}" rel="noreferrer">More about {html(finding.code)}</a></p></details></li>'
    )
