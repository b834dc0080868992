"""A generated Python file that somebody edits: its parts, and the new file with the edited parts left as they are.

Parts are imports, statements, the heads of classes, and the statements in a class. The file's last comment has a
checksum of each part as dockerfix wrote it; it counts tokens, so a formatter changes no part.
"""

from __future__ import annotations

import ast
import builtins
import io
import symtable
import tokenize
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerfix.app.write.stamps import Record, is_stamped, without_record
from dockerfix.project.imports import code_of

WHOLE = "the whole file"
_NO_PYTHON = "not Python"
APP = "@app"
"""The name of the class that inherits from fal.App, whatever it is called."""
_LAYOUT = (tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER)


class Merged(NamedTuple):
    """The text to write; `kept` names the parts that stay though dockerfix would write something else.

    `ours` is the text with those parts as dockerfix would write them, "" where nothing is kept.
    """

    text: str
    kept: tuple[str, ...] = ()
    ours: str = ""


class Part(NamedTuple):
    """A part of a file, with the blank lines and comments before it.

    `owner` is the key of the class around it, or ""; `uses` are the names that it reads; `names` are those that an
    import binds, by what stands in the statement.
    """

    key: str
    text: str
    owner: str
    uses: frozenset[str]
    names: tuple[tuple[str, str], ...] = ()

    @property
    def canonical(self) -> str:
        """The tokens: what is left if only the layout is changed."""
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(self.text).readline))
        except (tokenize.TokenError, SyntaxError):
            return self.text
        words: list[str] = []
        for each in tokens:
            if each.type in _LAYOUT or (each.type == tokenize.NEWLINE and not words):
                continue
            if each.string in (")", "]", "}") and words and words[-1] == ",":
                words.pop()
            words.append("{" if each.type == tokenize.INDENT else each.string.rstrip() or "}")
        return " ".join(words)


class _File(NamedTuple):
    parts: tuple[Part, ...]
    tail: str

    @property
    def by_key(self) -> dict[str, Part]:
        return {part.key: part for part in self.parts}


def recorded(text: str) -> str:
    """A generated file with the record of its parts at its end."""
    record = Record.of({part.key: part.canonical for part in _split(text).parts})
    return f"{text}\n\n{record.comment()}"


def merge(present: str, ours: str) -> Merged:
    """`ours`, a generated file without a record, with what was changed in `present` since dockerfix wrote it.

    A part as dockerfix wrote it is brought up to date; any other stays. What was removed stays away, and what was
    added stays, after the part before it. Where the result would not be sound, the whole file stays.
    """
    if is_stamped(present):
        return Merged(recorded(ours))
    record = Record.read(present)
    whole = Merged(present, (WHOLE,), recorded(ours))
    if record is None:
        return Merged(present) if present == ours else whole
    faults = _unsound(present)
    if _NO_PYTHON in faults:
        return whole
    merged = _Merge(_split(without_record(present)), _split(ours), record)
    text = merged.text()
    if _unsound(text) - faults:
        return whole
    return Merged(text, tuple(merged.kept), merged.text(all_ours=True)) if merged.kept else Merged(text)


class _Merge:
    """One merge. `chosen` has the parts that go into the result, by key."""

    def __init__(self, theirs: _File, ours: _File, record: Record) -> None:
        self.theirs, self.ours, self.record = theirs, ours, record
        self.disk, self.wanted = theirs.by_key, ours.by_key
        self.chosen: dict[str, Part] = {}
        self.kept: list[str] = []
        self.label = {part.key: _label(part, self.wanted | self.disk) for part in (*ours.parts, *theirs.parts)}
        self._choose()
        self._restore()
        self._import()

    def _choose(self) -> None:
        """The parts other than imports that are there and stay, or are new."""
        for key, part in self.wanted.items():
            present = self.disk.get(key)
            if present is None:
                if not self.record.names(key):
                    self.chosen[key] = part
            elif part.names:
                continue
            elif present.canonical == part.canonical:
                self.chosen[key] = present
            elif self.record.has(key, present.canonical):
                self.chosen[key] = part
            else:
                self.chosen[key] = present
                self.kept.append(self.label[key])
        for key, part in self.disk.items():
            if key in self.wanted or part.names:
                continue
            if not self.record.has(key, part.canonical):
                self.chosen[key] = part
                if self.record.names(key):
                    self.kept.append(self.label[key])

    def _restore(self) -> None:
        """Add what the chosen parts need: parts that were removed, and parts that are no longer written."""
        spare = [
            part for key, part in {**self.disk, **self.wanted}.items() if key not in self.chosen and not part.names
        ]
        while found := [part for part in spare if self._needs(part)]:
            self.chosen.update((part.key, part) for part in found)
            spare = [part for part in spare if part not in found]
        for part in spare:
            if part.key in self.wanted and part.owner not in {other.key for other in spare}:
                self.kept.append(f"{self.label[part.key]} (you removed it)")

    def _needs(self, part: Part) -> bool:
        if part.owner:
            if part.owner not in self.chosen:
                return False
            if (part.owner in self.disk) != (part.owner in self.wanted):
                return True  # a class that is needed again comes with all it had
        name = part.key.rpartition(".")[2]
        holder = {APP: "self", "Input": "input"}.get(part.owner)
        used = {use for other in self.chosen.values() for use in other.uses}
        if not part.owner and any(other.owner == part.key for other in self.chosen.values()):
            return True  # a class with a member that stays
        return (name if not part.owner else f"{holder}.{name}") in used

    def _import(self) -> None:
        """Choose imports: those of the user, and every name that the result needs."""
        used = {use for part in self.chosen.values() for use in part.uses}
        changed = {key for key, part in self.disk.items() if part.names and not self.record.has(key, part.canonical)}
        taken = {bound for key in changed for _, bound in self.disk[key].names}
        taken |= {key for key in self.chosen if key in self.disk}
        for key in dict.fromkeys((*self.wanted, *self.disk)):
            present, part = self.disk.get(key), self.wanted.get(key)
            if not (present or part).names:  # type: ignore[union-attr]
                continue
            new = part.names if part is not None else ()
            old = present.names if present is not None else ()
            if present is None:
                needed = [name for name in new if name[1] in used and name[1] not in taken]
                if part is not None and not self.record.names(key):
                    needed = [name for name in new if name[1] not in taken]
                self._add_import(key, part, needed)
            elif key in changed:
                missing = [name for name in new if name not in old and name[1] in used and name[1] not in taken]
                extra = _import_line(key, missing) if missing else ""
                self.chosen[key] = present._replace(text=present.text + extra)
            else:
                left = [name for name in old if name in new or name[1] in used]
                added = [name for name in new if name not in old and name[1] not in taken]
                final = sorted({*left, *added})
                same = next((each for each in (present, part) if each and set(each.names) == set(final)), None)
                if same is not None:
                    self.chosen[key] = same
                else:
                    self._add_import(key, present, final)

    def _add_import(self, key: str, part: Part | None, names: Iterable[tuple[str, str]]) -> None:
        listed = tuple(names)
        if part is None or not listed:
            return
        if set(listed) == set(part.names):
            self.chosen[key] = part
        else:
            lead = part.text[: len(part.text) - len(part.text.lstrip("\n"))]
            self.chosen[key] = part._replace(text=lead + _import_line(key, listed), names=listed)

    def text(self, *, all_ours: bool = False) -> str:
        """The merged file: our order, with each other part after the one before it in the user's file.

        With `all_ours` the parts that dockerfix writes are as it would write them.
        """
        chosen = {
            **self.chosen,
            **({key: part for key, part in self.wanted.items() if not part.names} if all_ours else {}),
        }
        order = [key for key in self.wanted if key in chosen]
        before = ""
        for part in self.theirs.parts:
            if part.key not in chosen:
                continue
            if part.key not in order:
                at = order.index(before) + 1 if before else 0
                while not part.owner and at < len(order) and chosen[order[at]].owner:
                    at += 1  # past the class of the part before it
                order.insert(at, part.key)
            before = part.key
        body = "".join(chosen[key].text for key in order).lstrip("\n")
        tail = self.theirs.tail.strip("\n")
        record = Record.of({part.key: part.canonical for part in self.ours.parts})
        return f"{body}{f'{chr(10) * 2}{tail}{chr(10)}' if tail else ''}\n\n{record.comment()}"


def _label(part: Part, known: dict[str, Part]) -> str:
    """How messages name a part."""
    name = part.key
    if APP in (part.key, part.owner):
        head = known[APP].text.partition("class ")[2]
        name = part.key.replace(APP, head.partition("(")[0], 1)
    return f"`{name}`"


def _import_line(key: str, names: Iterable[tuple[str, str]]) -> str:
    listed = ", ".join(text for text, _ in sorted(names, key=lambda each: (each[1].upper() != each[1], each[1])))
    line = (
        f"{key} {listed}\n" if key.startswith("from ") else "".join(f"import {each}\n" for each in listed.split(", "))
    )
    return line if len(line) <= 89 else f"{key} (\n" + "".join(f"    {each},\n" for each in listed.split(", ")) + ")\n"


def _split(text: str) -> _File:
    """The parts of a file. Raises SyntaxError and ValueError."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    parts: list[Part] = []
    end = _split_body(ast.parse(text).body, lines, 0, "", parts)
    seen: dict[str, int] = {}
    for index, part in enumerate(parts):
        seen[part.key] = seen.get(part.key, 0) + 1
        if seen[part.key] > 1:
            parts[index] = part._replace(key=f"{part.key}#{seen[part.key]}")
    return _File(tuple(parts), "".join(lines[end:]))


def _split_body(body: list[ast.stmt], lines: list[str], start: int, owner: str, parts: list[Part]) -> int:
    """Append the parts of a body whose text begins at the line `start`; returns the line after it, from 0."""
    for node in body:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))]) - 1
        end = node.end_lineno or node.lineno
        if first < start and parts:  # after a semicolon, or in the line of the statement before
            parts[-1] = parts[-1]._replace(
                uses=parts[-1].uses | _uses(node), text=parts[-1].text + "".join(lines[start:end])
            )
            start = max(start, end)
            continue
        key, names = _key(node, owner)
        if isinstance(node, ast.ClassDef) and not owner and node.body[0].lineno > node.lineno:
            head = _head_end(node, lines)
            parts.append(Part(key, "".join(lines[start:head]), "", _uses_of_head(node)))
            end = _split_body(node.body, lines, head, key, parts)
        else:
            parts.append(Part(key, "".join(lines[start:end]), owner, _uses(node), names))
        start = end
        while not owner and start < len(lines) and _indented_comment(lines, start):
            parts[-1] = parts[-1]._replace(text=parts[-1].text + lines[start])
            start += 1
    return start


def _indented_comment(lines: list[str], start: int) -> bool:
    """Whether an indented comment follows, which belongs to the class or function before it."""
    rest = next((line for line in lines[start:] if line.strip()), "")
    return rest[:1].isspace() and rest.lstrip().startswith("#")


def _head_end(node: ast.ClassDef, lines: list[str]) -> int:
    """The line after a class's head: the one with its colon."""
    last = max([node.lineno, *(each.end_lineno or 0 for each in (*node.bases, *(k.value for k in node.keywords)))])
    while not lines[last - 1].split("#")[0].rstrip().endswith(":"):
        last += 1
    return last


def _key(node: ast.stmt, owner: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The key of a statement, and the names of an import: as they are written, and as the file reads them."""
    prefix = f"{owner}." if owner else ""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = tuple(
            (f"{each.name} as {each.asname}" if each.asname else each.name, each.asname or each.name.partition(".")[0])
            for each in node.names
        )
        if isinstance(node, ast.Import):
            return f"{prefix}import {names[0][0]}", names
        return f"{prefix}from {'.' * node.level}{node.module or ''} import", names
    return prefix + _name(node, owner), ()


def _name(node: ast.stmt, owner: str) -> str:
    if isinstance(node, ast.ClassDef) and not owner and any(code_of(base) == "fal.App" for base in node.bases):
        return APP
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if len(targets) == 1 and isinstance(targets[0], ast.Name):
        return targets[0].id
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return "docstring"
    return code_of(node)[:200]


def _uses(node: ast.AST) -> frozenset[str]:
    """The names that code reads, with those of strings (quoted annotations), and ``name.attribute``."""
    return frozenset(_used(ast.walk(node)))


def _uses_of_head(node: ast.ClassDef) -> frozenset[str]:
    outside = [*node.bases, *(each.value for each in node.keywords), *node.decorator_list]
    return frozenset(_used(inner for each in outside for inner in ast.walk(each)))


def _used(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value


def _unsound(text: str) -> set[str]:
    """What is wrong with a file: that it doesn't compile, and the names that nothing in it binds."""
    try:
        compile(text, "fal_app.py", "exec", dont_inherit=True)
        table = symtable.symtable(text, "fal_app.py", "exec")
    except (SyntaxError, ValueError):
        return {_NO_PYTHON}
    bound = {each.get_name() for each in table.get_symbols() if each.is_assigned() or each.is_imported()}
    bound |= {child.get_name() for child in table.get_children()} | set(dir(builtins)) | {"__file__", "__name__"}
    pending, missing = [table], set()
    while pending:
        scope = pending.pop()
        pending.extend(scope.get_children())
        for each in scope.get_symbols():
            if each.is_referenced() and (each.is_global() or scope is table) and not each.is_assigned():
                missing |= {each.get_name()} - bound
    return missing
