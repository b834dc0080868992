"""The difference of two texts as a unified diff that `git apply` and `patch -p1` take, bytes and line ends included."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dockerfix.report.lines import Block, blocks, lines_of
from dockerfix.text.credentials import masked

CONTEXT = 3
"""Unchanged lines around a change."""

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r"}


def unified(before: str, after: str, path: str) -> str:
    """The diff from `before` to `after`, empty where they are equal; only ``\\n`` ends a line.

    `path` is the file as the user named it; in the diff it is relative to the working directory if it is below it.
    Secrets are blanked, so that a log of it shows none; such a diff can be read, but not applied.
    """
    if before == after:
        return ""
    old, new = lines_of(before), lines_of(after)
    shown_old, shown_new = lines_of(masked(before)), lines_of(masked(after))
    name = _relative(path)
    parts = [f"--- {_header('a/' + name)}\n", f"+++ {_header('b/' + name)}\n"]
    for group in _groups(blocks(old, new)):
        first, last = group[0], group[-1]
        parts.append(f"@@ -{_range(first.i1, last.i2)} +{_range(first.j1, last.j2)} @@\n")
        for block in group:
            if block.same:
                parts += [_line(" ", line) for line in shown_old[block.i1 : block.i2]]
            else:
                parts += [_line("-", line) for line in shown_old[block.i1 : block.i2]]
                parts += [_line("+", line) for line in shown_new[block.j1 : block.j2]]
    return "".join(parts)


def first_difference(before: str, after: str) -> int:
    """The offset in `before` of the first line that differs from `after`."""
    offset = 0
    for old, new in zip(lines_of(before), lines_of(after), strict=False):
        if old != new:
            break
        offset += len(old)
    return offset


def coloured(diff: str, *, paints: bool = True) -> str:
    """A diff to be read: additions green, removals red; characters that would control the terminal are escaped."""
    from dockerfix.report.text import paint
    from dockerfix.text.quoting import readable

    colours = {"+": "32", "-": "31", "@": "36", "\\": "2"}
    result: list[str] = []
    for number, line in enumerate(diff.split("\n")):
        text = readable(line)
        colour = "1" if number < 2 else colours.get(line[:1])
        result.append(paint(text, colour) if paints and colour and text else text)
    return "\n".join(result)


def _line(mark: str, line: str) -> str:
    return f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _groups(found: list[Block]) -> Iterator[list[Block]]:
    """Hunks: the changes with CONTEXT lines around them, separated by more than twice as many unchanged lines."""
    group: list[Block] = []
    for index, block in enumerate(found):
        if not block.same:
            group.append(block)
            continue
        length = block.i2 - block.i1
        shown = min(CONTEXT, length)
        last = index == len(found) - 1
        if group and not last and length <= 2 * CONTEXT:
            group.append(block)
            continue
        if group:
            group.append(Block(True, block.i1, block.i1 + shown, block.j1, block.j1 + shown))
            yield group
        group = [] if last else [Block(True, block.i2 - shown, block.i2, block.j2 - shown, block.j2)]
    if any(not block.same for block in group):
        yield group


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _relative(path: str) -> str:
    """The path with slashes, relative to the working directory if below it; an absolute one loses its first slash."""
    absolute, here = os.path.abspath(path), os.getcwd()  # noqa: PTH100, PTH109 - links stay links
    relative = os.path.relpath(absolute, here)
    inside = relative != os.pardir and not relative.startswith(os.pardir + os.sep)
    return (relative if inside else absolute.lstrip("/\\")).replace(os.sep, "/")


def _header(name: str) -> str:
    """A file name as git writes it: in quotes if it has quotes or control characters, with a tab if it has blanks."""
    if any(character in '"\\' or character < " " or character == "\x7f" for character in name):
        quoted = "".join(_ESCAPES.get(character) or _quoted(character) for character in name)
        return f'"{quoted}"'
    return f"{name}\t" if " " in name else name


def _quoted(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return f"\\{ord(character):03o}" if character < " " or character == "\x7f" else character
