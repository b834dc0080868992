"""A survey as a page: a table that can be sorted and filtered, with a link to the review of each project.

It is one HTML file that loads nothing, in the frame of the review page. Everything from the projects is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable

from dockerfix import __version__
from dockerfix.driver.project_summary import VERDICTS, Point, ProjectSummary, Verdict
from dockerfix.report.page.frame import frame, part
from dockerfix.report.page.text import prose
from dockerfix.report.survey import Counts, cuda, machine, size, weights
from dockerfix.text.quoting import html

KEYS = (
    ("/", "filter"),
    ("Esc", "clear the filter"),
    ("t", "dark or light"),
    ("?", "these keys"),
)
MEANINGS: dict[Verdict, str] = {
    "converts": "`dockerfix migrate` writes everything",
    "converts-with-checks": "the same, and some points need a look",
    "needs-work": "something has to be done before anything is written",
    "refused": "dockerfix can't use the project as it is",
    "failed": "dockerfix did not finish with it",
}
_COLUMNS = (
    ("project", "Project"),
    ("verdict", "Verdict"),
    ("cog", "Cog"),
    ("base", "Base image"),
    ("machine", "Machine"),
    ("packages", "Packages"),
    ("weights", "Weights"),
    ("todo", "To check"),
)
_KINDS: dict[Verdict, str] = {
    "converts": "good",
    "converts-with-checks": "calm",
    "needs-work": "warn",
    "refused": "bad",
    "failed": "bad",
}
_ROWS = "\0"


class Form:
    """The page."""

    def opening(self, counts: Counts) -> str:
        """All that is before the rows."""
        return _page(counts).partition(_ROWS)[0]

    def row(self, number: int, summary: ProjectSummary) -> str:
        """One project: a row, and a second one with the details, which opens on request."""
        label = f"project-{number}"
        name = html(summary.name)
        link = f'<a href="{html(summary.review)}">{name}</a>' if summary.review else f"<span>{name}</span>"
        packages = len(summary.python_packages) + len(summary.system_packages)
        base = html(summary.base) or '<span class="none">not known</span>'
        cells = (
            ("project", name, f"{_toggle(label)}{link}"),
            ("verdict", str(VERDICTS.index(summary.verdict)), _verdict(summary)),
            ("cog", _release_key(summary.cog), html(summary.cog) or _none(summary)),
            ("base", html(summary.base), f"<code>{base}</code><p>{html(cuda(summary))}</p>"),
            ("machine", html(machine(summary)), html(machine(summary)) or _NONE),
            ("packages", str(packages), str(packages)),
            ("weights", str(summary.weights_size or 0), html(weights(summary)) or _NONE),
            ("todo", str(len(summary.by_hand)), str(len(summary.by_hand) or "")),
        )
        titles = dict(_COLUMNS)
        row = "".join(
            f'<td class="col-{column}" data-label="{titles[column]}" data-key="{key}">{inner}</td>'
            for column, key, inner in cells
        )
        return (
            f'<tbody class="item" data-verdict="{summary.verdict}"><tr>{row}</tr>'
            f'<tr id="{label}" class="more" hidden><td colspan="{len(_COLUMNS)}">{_details(summary)}</td></tr>'
            "</tbody>\n"
        )

    def closing(self, counts: Counts) -> str:
        """All that is after the rows."""
        return _page(counts).partition(_ROWS)[2]


_NONE = '<span class="none">none</span>'


def _none(summary: ProjectSummary) -> str:
    return _NONE if summary.dockerfile else '<span class="none">no Dockerfile</span>'


def _page(counts: Counts) -> str:
    total = sum(counts.values())
    chips = "".join(
        f'<button type="button" class="chip {_KINDS[each]}" aria-pressed="false" data-verdict="{each}">'
        f"{each.replace('-', ' ')} <b>{counts[each]:,}</b></button>"
        for each in VERDICTS
        if counts.get(each)
    )
    meanings = "".join(
        f"<dt>{each.replace('-', ' ')}</dt><dd>{prose(MEANINGS[each])}</dd>" for each in VERDICTS if counts.get(each)
    )
    titles = "".join(
        f'<th scope="col" data-column="{column}" aria-sort="none"><button type="button">{title}</button></th>'
        for column, title in _COLUMNS
    )
    noun = "project" if total == 1 else "projects"
    body = (
        '<a class="skip" href="#main">Skip to the projects</a><header class="top"><div class="title">'
        f'<h1><span class="brand">dockerfix</span> survey of {total:,} Cog {noun}</h1></div><div class="tools">'
        f"{_button('theme', '◐', 'Dark or light', 't')}{_button('keys', '?', 'Keys', '?')}</div></header>"
        '<main id="main" class="survey"><p class="lead">What it takes to move these projects from Cog to fal. Nothing '
        "in them was changed. A project’s name opens the review of its Dockerfile; the arrow beside it shows the "
        f'details.</p><dl class="meanings">{meanings}</dl>'
        '<div class="filters" role="search"><label class="hidden" for="filter">Filter projects</label>'
        '<input id="filter" type="search" placeholder="Filter: a name, GPU, host, package   /" autocomplete="off" '
        f'spellcheck="false"><div class="chips">{chips}</div><p id="shown" aria-live="polite"></p></div>'
        '<div class="projects"><table id="projects"><caption class="hidden">The projects; the titles of the columns '
        f"sort them</caption><thead><tr>{titles}</tr></thead>\n{_ROWS}</table></div>"
        '<p id="none" class="calm" hidden>No project matches the filter</p></main>'
        f"<footer>dockerfix {html(__version__)}</footer>"
    )
    style = part("review.css") + part("survey.css", __package__)
    return frame("dockerfix survey", body, style=style, script=part("survey.js", __package__), keys=KEYS)


def _button(name: str, sign: str, what: str, key: str) -> str:
    return (
        f'<button type="button" id="{name}" title="{what} ({key})"><span aria-hidden="true">{sign}</span>'
        f'<span class="hidden">{what}</span></button>'
    )


def _toggle(label: str) -> str:
    return (
        f'<button type="button" class="toggle" aria-expanded="false" aria-controls="{label}">'
        '<span aria-hidden="true">▸</span><span class="hidden">Details</span></button>'
    )


def _verdict(summary: ProjectSummary) -> str:
    words = summary.verdict.replace("-", " ")
    more = len(summary.reasons) - 1
    reason = f"<p>{prose(summary.reasons[0])}</p>" if summary.reasons else ""
    reason += f'<p class="none">and {more} more</p>' if more > 0 else ""
    return f'<span class="pill {_KINDS[summary.verdict]}">{words}</span>{reason}'


def _release_key(releases: str) -> str:
    """What a range of releases is sorted by: the first number in it, with zeros in front."""
    first = next((word for word in releases.split() if word.startswith("v")), "")
    return ".".join(number.rjust(4, "0") for number in first[1:].partition("-")[0].split(".")) if first else ""


def _details(summary: ProjectSummary) -> str:
    about = [
        ("Dockerfile", html(summary.dockerfile)),
        ("Base image on fal", html(summary.new_base)),
        ("Python", html(summary.python)),
        ("Size of the weights", html(f"{size(summary.weights_size)}, from {summary.weights_size_from}"))
        if summary.weights_size
        else ("", ""),
        ("Build secrets", _words(summary.secrets)),
        ("Python packages", _words(summary.python_packages)),
        ("Debian packages", _words(summary.system_packages)),
        ("Weights", _words(_source(each.host, each.what, each.size) for each in summary.weights)),
    ]
    facts = "".join(f"<dt>{title}</dt><dd>{inner}</dd>" for title, inner in about if inner)
    title = "To do first" if summary.verdict == "needs-work" else "Why"
    reasons = _list(title, [prose(each) for each in summary.reasons])
    return f"{reasons}{_list('To check by hand', [_point(each) for each in summary.by_hand])}<dl>{facts}</dl>"


def _source(host: str, what: str, number: int | None) -> str:
    where = f"{host}: {what}" if host and host not in what else what
    return f"{where} ({size(number)})" if number else where


def _words(words: Iterable[str]) -> str:
    items = "".join(f"<li>{html(word)}</li>" for word in words)
    return f'<ul class="words">{items}</ul>' if items else ""


def _list(title: str, items: list[str]) -> str:
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<h2>{title}</h2><ul>{listed}</ul>" if listed else ""


def _point(point: Point) -> str:
    place = f' <span class="none">{html(point.place)}</span>' if point.place else ""
    return f'<span class="code">{html(point.code)}</span> {prose(point.message)}{place}'
