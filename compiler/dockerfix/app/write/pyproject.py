"""pyproject.toml with the entry of an App: added, or brought up to date key by key.

The user's layout and comments stay (tomlkit). A comment has a checksum of each value that dockerfix wrote, so a value
that somebody changed is known and stays. Every result is read again with Python's own reader.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dockerfix.app.read.model import AppError
from dockerfix.app.write.parts import WHOLE, Merged
from dockerfix.app.write.stamps import Record, is_stamped, without_record

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "pyproject.toml"
APPS = ("tool", "fal", "apps")
_Path = tuple[str, ...]
_EXCLUSIVE: Mapping[_Path, _Path] = {
    ("python_entry_point",): ("ref",),
    ("python_version",): ("ref",),
    ("image", "dockerfile"): ("image", "image"),
}
"""Keys of ours that fal refuses, or reads otherwise, beside one of the user's
(``fal-ai/fal:projects/fal/src/fal/cli/_utils.py``, get_app_data_from_toml)."""


def edit(present: str, entry: str, name: str, *, force: bool = False) -> Merged:
    """The file with the entry of the App `name`, which `entry` has as TOML.

    A key as dockerfix wrote it is brought up to date, or goes if it isn't written any more; a changed key stays, a
    removed one stays away; with `force` neither. Raises AppError for a file that isn't TOML.
    """
    wanted = dict(_leaves(_app(tomllib.loads(entry), name) or {}))
    about = ".".join((*APPS, name))
    record = Record.of({".".join(path): repr(value) for path, value in wanted.items()})
    fresh = f"{entry}\n{record.comment(about)}"
    if not present.strip() or is_stamped(present):
        return Merged(fresh)
    before = _load(present)
    known = Record.read(present, about)
    there = _app(before, name)
    text = without_record(present, about)
    if there is None:
        found = _added(text, entry, name, wanted, before)
        return Merged(_with(found, record, about)) if found is not None else Merged(present, (WHOLE,), fresh)
    changes, kept = _changes(dict(_leaves(there)), wanted, known)
    if force:
        changes, kept = {**changes, **{path: wanted[path] for path in kept}}, []
    ours = _apply(text, name, {**changes, **{path: wanted[path] for path in kept}}, before)
    edited = _apply(text, name, changes, before)
    if edited is None:
        return Merged(present, (WHOLE,), fresh)
    labels = tuple(_label(path, dict(_leaves(there))) for path in kept)
    return Merged(_with(edited, record, about), labels, _with(ours or edited, record, about) if kept else "")


def _label(path: _Path, there: Mapping[_Path, Any]) -> str:
    """How messages name a key that stays as it is."""
    rival = _EXCLUSIVE.get(path, ())
    missing = f" (you have `{'.'.join(rival)}`)" if rival in there else " (you removed it)"
    return f"`{'.'.join(path)}`{'' if path in there else missing}"


def _load(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AppError(f"not valid TOML ({error}); nothing was written", FILE) from None


def _app(document: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The table of an App. Raises AppError where something else stands in its place."""
    table: Any = document
    for key in (*APPS, name):
        table = table.get(key)
        if table is None:
            return None
        if not isinstance(table, Mapping):
            raise AppError(f"`{key}` must be a table; nothing was written", FILE)
    return table  # type: ignore[no-any-return]


def _leaves(table: Mapping[str, Any], prefix: _Path = ()) -> Iterator[tuple[_Path, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*prefix, key))
        else:
            yield (*prefix, key), value


def _changes(
    there: Mapping[_Path, Any], wanted: Mapping[_Path, Any], known: Record | None
) -> tuple[dict[_Path, Any], list[_Path]]:
    """The values to set, None for those to remove, and the keys that stay as the user has them."""
    changes: dict[_Path, Any] = {}
    kept: list[_Path] = []

    def ours(path: _Path) -> bool:
        return known is not None and known.has(".".join(path), repr(there[path]))

    for path, value in wanted.items():
        if path not in there:
            if (known is not None and known.names(".".join(path))) or _EXCLUSIVE.get(path) in there:
                kept.append(path)
            else:
                changes[path] = value
        elif there[path] != value:
            if ours(path):
                changes[path] = value
            else:
                kept.append(path)
    changes.update({path: None for path in there if path not in wanted and ours(path)})
    return changes, kept


def _added(text: str, entry: str, name: str, wanted: Mapping[_Path, Any], before: dict[str, Any]) -> str | None:
    """The text with a new entry at its end or, where its form doesn't allow that, in the tables that are there."""
    lines = text if text.endswith("\n") else f"{text}\n"
    found = f"{lines}\n{entry}"
    return found if _is(found, before, name, wanted) else _apply(text, name, wanted, before)


def _apply(text: str, name: str, changes: Mapping[_Path, Any], before: dict[str, Any]) -> str | None:
    """The text with some values of the App's table set or removed; None where tomlkit can't do it."""
    if not changes:
        return text
    from tomlkit import inline_table, table
    from tomlkit.exceptions import TOMLKitError

    expected = dict(_leaves(_app(before, name) or {})) | dict(changes)
    expected = {path: value for path, value in expected.items() if value is not None}
    for new_table in (table, inline_table):  # which of them fits depends on the form of the tables around it
        try:
            found = _set(text, name, changes, new_table)
        except (TOMLKitError, AttributeError, KeyError, TypeError, ValueError):
            continue
        if _is(found, before, name, expected):
            return found
    return None


def _set(text: str, name: str, changes: Mapping[_Path, Any], new_table: Callable[[], Any]) -> str:
    """The text with some values set or removed, by tomlkit; a table that gets empty goes."""
    import tomlkit

    document = tomlkit.parse(text)
    for path, value in changes.items():
        table: Any = document
        above: list[tuple[Any, str]] = []
        for key in (*APPS, name, *path[:-1]):
            if key not in table:
                table[key] = new_table()
            above.append((table, key))
            table = table[key]
        if value is not None:
            table[path[-1]] = value
            continue
        del table[path[-1]]
        if len(path) > 1 and not table:
            del above[-1][0][above[-1][1]]
    return tomlkit.dumps(document)


def _is(text: str, before: dict[str, Any], name: str, expected: Mapping[_Path, Any]) -> bool:
    """Whether a file holds what it held, and in the App's table what is expected."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    here = _app(found, name)
    others = [{path: value for path, value in _leaves(each) if path[:4] != (*APPS, name)} for each in (found, before)]
    return here is not None and dict(_leaves(here)) == dict(expected) and others[0] == others[1]


def _with(text: str, record: Record, about: str) -> str:
    """The text with the record of an App at its end."""
    lines = text if text.endswith("\n") else f"{text}\n"
    return f"{lines}{'' if lines.endswith(chr(10) * 2) else chr(10)}{record.comment(about)}"
