"""The stages of a Dockerfile as a drawing: boxes, and arrows for what one takes from another (inline SVG)."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from dockerfix.analysis import stages
from dockerfix.syntax.dockerfile.instructions import From
from dockerfix.syntax.dockerfile.tree import Document, Stage
from dockerfix.text.quoting import html

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 240, 64, 96, 26, 14
_LETTERS = 29
"""The number of small letters that fit a box."""


class Box(NamedTuple):
    """A stage, or an image from which only files are taken. `key` names it in both drawings alike."""

    key: str
    title: str
    detail: str
    kind: str


class Arrow(NamedTuple):
    """What box number `end` takes from box number `start`: ``FROM``, ``COPY`` or ``mount``, `times` times."""

    start: int
    end: int
    kind: str
    times: int


class Graph(NamedTuple):
    """Boxes and arrows; boxes 0 to the number of stages are the stages in order."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def graph(document: Document) -> Graph:
    """The stages of a document, the images that files are copied from, and the references between them."""
    boxes = [_box(document, stage) for stage in document.stages]
    counts: dict[tuple[int, int, str], int] = {}
    images: dict[str, int] = {}
    for use in stages.uses(document):
        instruction, name = use
        own = stages.stage_of(document, instruction)
        if own is None:
            continue
        kind = {"FROM": "FROM", "COPY": "COPY", "ADD": "COPY"}.get(instruction.keyword, "mount")
        origin = stages.origin(document, use, own.index)
        if origin is not None:
            start = origin.index
        elif kind == "FROM":
            continue  # the box itself shows it
        else:
            if name not in images:
                images[name] = len(boxes)
                boxes.append(Box(f"image {name}", "image", name, "image"))
            start = images[name]
        counts[start, own.index, kind] = counts.get((start, own.index, kind), 0) + 1
    return Graph(tuple(boxes), tuple(Arrow(*ends, count) for ends, count in counts.items()))


def _box(document: Document, stage: Stage) -> Box:
    view = stage.base.view
    image = view.image.text if isinstance(view, From) and view.image else "?"
    last = stage.index == len(document.stages) - 1
    title = stage.name or ("final image" if last else f"stage {stage.index}")
    # the final stage keeps its key when its base changes
    return Box("final" if last else stage.name or f"{title} {image}", title, image, "final" if last else "stage")


def draw(found: Graph, name: str, other: Graph, word: str) -> str:
    """The SVG of a graph; boxes that `other` lacks are marked with `word` (removed, added), those on another base
    as rebased.
    """
    details = {box.key: box.detail for box in other.boxes}
    places = _places(found)
    right = max((x for x, _y in places), default=0) + WIDTH + MARGIN
    bottom = max((y for _x, y in places), default=0) + HEIGHT + MARGIN
    head = (
        f'<svg viewBox="0 0 {right} {bottom}" width="{right}" height="{bottom}" role="img" '
        f'aria-labelledby="stages-{name}"><title id="stages-{name}">{html(_sentence(found, name))}</title>'
        f'<defs><marker id="tip-{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
    )
    parts = [head, *_arrows(found.arrows, places, name)]
    for box, place in zip(found.boxes, places, strict=True):
        mark = "" if details.get(box.key) == box.detail else "rebased" if box.key in details else word
        parts.append(_rectangle(box, place, mark))
    return "".join(parts) + "</svg>"


def _places(found: Graph) -> list[tuple[int, int]]:
    """The position of each box: right of everything it takes from; from top to bottom in the order of the file."""
    depth = [0] * len(found.boxes)
    for arrow in sorted(found.arrows, key=lambda arrow: arrow.end):
        depth[arrow.end] = max(depth[arrow.end], depth[arrow.start] + 1)
    used: dict[int, int] = {}
    places: list[tuple[int, int]] = []
    for column in depth:
        row = used.get(column, 0)
        used[column] = row + 1
        places.append((MARGIN + column * (WIDTH + GAP_X), MARGIN + row * (HEIGHT + GAP_Y)))
    return places


def _arrows(arrows: tuple[Arrow, ...], places: list[tuple[int, int]], name: str) -> list[str]:
    """The arrows; those that begin or end at the same box are spaced apart."""
    starts: Counter[int] = Counter()
    ends: Counter[int] = Counter()
    result: list[str] = []
    for arrow in arrows:
        left, right = places[arrow.start], places[arrow.end]
        x1, y1 = left[0] + WIDTH, left[1] + 20 + 20 * min(starts[arrow.start], 2)
        x2, y2 = right[0] - 2, right[1] + 20 + 14 * min(ends[arrow.end], 3)
        starts[arrow.start] += 1
        ends[arrow.end] += 1
        middle = (x1 + x2) // 2
        label = f"{arrow.kind} ×{arrow.times}" if arrow.times > 1 else arrow.kind
        result.append(
            f'<path class="arrow {arrow.kind.lower()}" marker-end="url(#tip-{name})" '
            f'd="M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"/>'
            f'<text class="label" x="{x1 + 8}" y="{y1 - 6}">{html(label)}</text>'
        )
    return result


def _rectangle(box: Box, place: tuple[int, int], word: str) -> str:
    x, y = place
    detail = box.detail if len(box.detail) <= _LETTERS else box.detail[: _LETTERS - 1] + "…"
    title = box.title if len(box.title) <= 18 else box.title[:17] + "…"
    note = f'<text class="note" x="{x + WIDTH - 14}" y="{y + 26}" text-anchor="end">{word}</text>' if word else ""
    return (
        f'<g class="box {box.kind} {word}"><title>{html(f"{box.title}: {box.detail}")}</title>'
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="9"/>'
        f'<text class="name" x="{x + 14}" y="{y + 26}">{html(title)}</text>{note}'
        f'<text class="detail" x="{x + 14}" y="{y + 46}">{html(detail)}</text></g>'
    )


def _sentence(found: Graph, name: str) -> str:
    """The drawing in words, for screen readers."""
    boxes = [f"{box.title} ({box.detail})" for box in found.boxes]
    arrows = [
        f"{found.boxes[arrow.end].title} takes from {found.boxes[arrow.start].title} by {arrow.kind}"
        for arrow in found.arrows
    ]
    return f"Stages {name}: {', '.join(boxes) or 'none'}. {'; '.join(arrows)}"
