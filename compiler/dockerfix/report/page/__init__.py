"""A page for code review: one HTML file that loads nothing, which helps to decide whether a change is right.

On top is the verdict with what changes in the image; then the findings, errors first, each beside its lines; then the
Dockerfile before and after.

Everything from the input is escaped. The Content-Security-Policy allows only the page's own style and script, by their
hashes, so that even injected markup could neither run nor load anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockerfix import __version__
from dockerfix.report import trace
from dockerfix.report.overview import Committed, Needs, attention, overview
from dockerfix.report.page import cards, stages, table, top
from dockerfix.report.page.lines import align, align_with
from dockerfix.report.page.text import prose
from dockerfix.syntax.dockerfile.parser import parse
from dockerfix.text.credentials import masked
from dockerfix.text.quoting import html

if TYPE_CHECKING:
    from dockerfix.driver.account_types import Entry
    from dockerfix.driver.rewrite import Result

ACCOUNTED = 40
"""How many lines of cog.yaml are rows of a table; further ones are text."""
BOXES = 16
"""The most stages that are drawn."""


def render(result: Result, *, path: str, needs: Needs | None = None, committed: Committed | None = None) -> str:
    """The page for `result`; `path` is the Dockerfile's name as the user gave it. Gives the whole HTML document.

    `needs` is what the model needs to run, if that is known. With `committed` the page shows how that file differs from
    the result, and only the findings that need somebody.
    """
    from dockerfix.report.page.frame import frame

    only = None if committed is None else attention(result)
    rows = align(result) if committed is None else align_with(result, committed.source, only or ())
    found = cards.cards(result, only)
    view = overview(result, needs=needs, committed=committed)
    stretches = table.parts(rows)
    added = sum(row.after is not None and row.after.changed for row in rows)
    removed = sum(row.before is not None and row.before.changed for row in rows)
    titles = ("Before", "After") if committed is None else ("Committed", "Current result")
    contents = (
        '<section id="image" aria-labelledby="image-title"><h2 id="image-title">What changes in the image</h2>'
        f"{top.change_list(view)}</section>"
        if committed is None
        else ""
    )
    changes = (
        '<section id="changes" aria-labelledby="changes-title"><h2 id="changes-title">The Dockerfile</h2>'
        f"{table.render(rows, stretches, found, titles)}</section>"
    )
    findings = cards.render(result, found, rows, table.visible(stretches))
    head = top.summary(view, path, (added, removed), committed)
    drawings = _stages(result) if committed is None else ""
    account = _account(result) if committed is None else ""
    sections = [("findings", "Findings"), ("changes", "Dockerfile")]
    sections += [("image", "Image")] if contents else []
    sections += [("stages", "Stages")] if drawings else []
    sections += [("account", "cog.yaml")] if account else []
    parts = (head, findings, changes, contents, drawings, account)
    body = f'{_header(sections)}<main id="main">{"".join(parts)}</main><footer>dockerfix {html(__version__)}</footer>'
    return frame(f"{committed.path if committed is not None else path}: dockerfix review", body)


def _header(sections: list[tuple[str, str]]) -> str:
    links = "".join(f'<a href="#{name}">{html(title)}</a>' for name, title in sections)
    return (
        '<a class="skip" href="#main">Skip to the verdict</a><header class="top">'
        f'<span class="brand">dockerfix</span><nav aria-label="Sections">{links}</nav><div class="tools">'
        + _button("previous", "↑", "Previous finding", "p")
        + _button("next", "↓", "Next finding", "n")
        + _button("theme", "◐", "Dark or light", "t")
        + _button("keys", "?", "Keys", "?")
        + "</div></header>"
    )


def _button(name: str, sign: str, what: str, key: str) -> str:
    return (
        f'<button type="button" id="{name}" title="{what} ({key})" aria-label="{what}">'
        f'<span aria-hidden="true">{sign}</span></button>'
    )


def _stages(result: Result) -> str:
    """The stages before and after as drawings; "" where there is only one, or more than a drawing can show."""
    graphs = [stages.graph(parse(masked(text))) for text in (result.source.text, result.rewritten)]
    if not 1 < max(len(graph.boxes) for graph in graphs) <= BOXES:
        return ""
    drawings = (
        _figure("Before", stages.draw(graphs[0], "before", graphs[1], "removed")),
        _figure("After", stages.draw(graphs[1], "after", graphs[0], "added")),
    )
    title = '<h2 id="stages-title">Stages</h2>'
    pair = f'<div class="pair">{"".join(drawings)}</div>'
    return f'<section id="stages" aria-labelledby="stages-title">{title}{pair}</section>'


def _figure(caption: str, drawing: str) -> str:
    name = f"Stages {caption.lower()}"
    return f'<figure tabindex="0" aria-label="{name}"><figcaption>{caption}</figcaption>{drawing}</figure>'


def _account(result: Result) -> str:
    """Each line of cog.yaml and of its requirements files beside where it went; "" without a cog.yaml.

    The changes show that of the instructions.
    """
    entries = [entry for entry in result.account if entry.file != "Dockerfile"]
    if not entries:
        return ""
    rows = "".join(map(_accounted, entries[:ACCOUNTED]))
    head = '<th scope="col">Line</th><th scope="col">Value</th><th scope="col">Where it went</th>'
    rest = entries[ACCOUNTED:]
    more = ""
    if rest:
        lines = "\n".join(map(html, trace.as_text(rest).splitlines()))
        more = f'<details><summary>{len(rest)} more lines</summary><pre tabindex="0">{lines}</pre></details>'
    return (
        '<section id="account" aria-labelledby="account-title">'
        '<h2 id="account-title">Where each line of cog.yaml went</h2>'
        f'<div class="wide"><table class="account"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f"{more}</div></section>"
    )


def _accounted(entry: Entry) -> str:
    return (
        f"<tr><td>{html(entry.file)}:{entry.line}</td><td><code>{html(entry.what)}</code> "
        f"<code>{html(entry.text)}</code></td><td>{prose(trace.where(entry))}</td></tr>"
    )
