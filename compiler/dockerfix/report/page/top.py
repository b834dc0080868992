"""The top of the review page: the verdict, and what it means for the image; and the list of all changes in it."""

from __future__ import annotations

from collections.abc import Sequence

from dockerfix.report.contents import Change
from dockerfix.report.overview import Committed, Fact, Overview
from dockerfix.report.page.text import prose
from dockerfix.text.quoting import html

SHOWN = 12
"""How many packages are shown at once; the others are in a fold."""
LISTED = 40
"""How many changes of one kind are elements of their own."""

NOTHING = '<span class="none">none</span>'


def summary(view: Overview, path: str, lines: tuple[int, int], committed: Committed | None) -> str:
    """The verdict and the facts; `lines` are the numbers of added and removed ones.

    Beside a committed file the facts are the list of what differs.
    """
    counted = f'<span class="plus">+{lines[0]}</span> <span class="minus">−{lines[1]}</span> lines'
    needed = (
        f'<a class="needs" href="#findings">Needs you: <b>{view.attention}</b></a>'
        if view.attention
        else '<span class="needs none">Needs no decision</span>'
    )
    if committed is None:
        name = f"<code>{html(path)}</code>"
        counted += f" · {html(view.counts)}"
        inner = f'<dl class="facts">{"".join(map(_fact, view.facts))}{_needs(view)}{_packages(view)}</dl>'
    else:
        name = f"<code>{html(committed.path)}</code> compared with the result for <code>{html(path)}</code>"
        inner = change_list(view)
    return (
        f'<section id="summary" class="{view.mood}" aria-labelledby="verdict"><div class="verdict">'
        f'<h1 id="verdict">{html(view.verdict)}</h1>{needed}'
        f'<p class="name">{name}</p><p class="counts">{counted}</p></div>{inner}</section>'
    )


def _pair(label: str, inner: str, name: str = "") -> str:
    kind = f' class="{name}"' if name else ""
    return f"<div{kind}><dt>{html(label)}</dt><dd>{inner}</dd></div>"


def _fact(fact: Fact) -> str:
    if fact.before == fact.after:
        value = _codes(fact.after) if fact.after else NOTHING
        return _pair(fact.label, f'{value} <span class="unchanged">unchanged</span>' if fact.after else value)
    was = _codes(fact.before) if fact.before else NOTHING
    now = _codes(fact.after) if fact.after else NOTHING
    arrow = '<span class="arrow" aria-hidden="true">→</span><span class="hidden">becomes</span>'
    return _pair(fact.label, f'<span class="was">{was}</span> {arrow} <span class="now">{now}</span>', "changed")


def _codes(words: Sequence[str]) -> str:
    return ", ".join(f"<code>{html(word)}</code>" for word in words)


def _needs(view: Overview) -> str:
    needs = view.needs
    if needs is None:
        return _pair("Machines", '<span class="none">not known without cog.yaml</span>')
    machines = " or ".join(f"<code>{html(name)}</code>" for name in needs.machines)
    count = f"{needs.gpus} × " if needs.gpus > 1 else ""
    reason = f"<details><summary>a guess</summary><p>{prose(needs.reason)}</p></details>" if needs.reason else ""
    shown, more = needs.weights[:3], needs.weights[3:]
    weights = "".join(f"<li>{prose(each)}</li>" for each in shown)
    rest = f"<li>and {len(more)} more</li>" if more else ""
    found = f"<ul>{weights}{rest}</ul>" if weights else '<span class="none">none found</span>'
    return _pair("Machines", f"{count}{machines}{reason}") + _pair("Weights", found, "weights")


def _packages(view: Overview) -> str:
    updated = [f"{each.was} → {each.now}" for each in view.updated]
    parts = [
        _pair("Packages added", _words(view.added, "new") if view.added else NOTHING),
        _pair("Packages gone", _words(view.gone, "gone") if view.gone else NOTHING),
    ]
    if updated:
        parts.append(_pair("Other versions", _words(updated, "")))
    if view.restated:
        title = f"{len(view.restated)} packages that the old base image or cog.yaml had"
        parts.append(_pair("Now by name", _fold(title, view.restated)))
    return "".join(parts)


def _words(words: Sequence[str], kind: str) -> str:
    shown = "".join(f'<li class="{kind}">{html(word)}</li>' for word in words[:SHOWN])
    more = f"<li>{_fold(f'{len(words) - SHOWN} more', words[SHOWN:])}</li>" if len(words) > SHOWN else ""
    return f'<ul class="words">{shown}{more}</ul>'


def _fold(title: str, words: Sequence[str]) -> str:
    listed = f'<p class="list">{html(", ".join(words))}</p>'
    return f"<details><summary>{html(title)}</summary>{listed}</details>"


def change_list(view: Overview) -> str:
    """What differs between two images, by kind; nothing that is the same on both sides."""
    if not view.listed:
        return '<p class="calm">Base images, packages, environment, commands and files are the same.</p>'
    rows = "".join(_pair(label, _changes(label, found)) for label, found in view.listed.items())
    return f'<dl class="changes">{rows}</dl>'


def _changes(label: str, found: list[Change]) -> str:
    items = "".join(map(_change, found[:LISTED]))
    more = found[LISTED:]
    texts = [f"{'+' if each.was is None else '−'} {each.now if each.was is None else each.was}" for each in more]
    rest = f"<li>{_fold(f'{len(more)} more', texts)}</li>" if more else ""
    kind = ' class="flow"' if label.endswith("packages") else ""
    return f"<ul{kind}>{items}{rest}</ul>"


def _change(each: Change) -> str:
    if each.was is None:
        return f'<li class="new"><span class="hidden">added: </span><code>{html(each.now or "")}</code></li>'
    if each.now is None:
        return f'<li class="gone"><span class="hidden">gone: </span><code>{html(each.was)}</code></li>'
    return (
        f'<li class="other"><span class="hidden">changed: </span><code>{html(each.was)}</code> '
        f'<span class="arrow">→</span> <code>{html(each.now)}</code></li>'
    )
