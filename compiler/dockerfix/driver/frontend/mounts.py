"""``RUN --mount=…`` and ``--device=…`` (``instructions/commands_runmount.go``, ``commands_rundevice.go``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockerfix.driver.frontend import go
from dockerfix.driver.frontend.names import check_size
from dockerfix.driver.frontend.refusal import Refused, suggest
from dockerfix.syntax.characters import go_quote
from dockerfix.syntax.dockerfile.references import MOUNT_OPTIONS

TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
SHARING = ("shared", "private", "locked")
_OWNED = ("cache", "secret", "ssh")
_SWITCHES = ("readonly", "ro", "readwrite", "rw")
_REQUIRED = ("secret", "ssh")
_DIGITS_OF = {"mode": 8, "uid": 10, "gid": 10}


class Mount(NamedTuple):
    """A mount as the conversion uses it, its variables expanded."""

    type: str
    origin: str
    source: str
    target: str


def csv_fields(text: str, what: str) -> list[str]:
    """The fields of one CSV record; raises Refused (``github.com/tonistiigi/go-csvvalue``)."""
    line = text.removesuffix("\n")
    line = line.removesuffix("\r") if line != text else line
    if not line:
        raise Refused(f"failed to parse csv {what}: EOF")
    if '"' not in line:
        return line.split(",")
    return list(_quoted_fields(line, what))


def _quoted_fields(line: str, what: str) -> Iterator[str]:
    at = 0
    while True:
        if not line.startswith('"', at):
            end = line.find(",", at)
            field = line[at:] if end < 0 else line[at:end]
            if '"' in field:
                column = at + field.index('"') + 1
                message = f'parse error on line 1, column {column}: bare " in non-quoted-field'
                raise Refused(f"failed to parse csv {what}: {message}")
            yield field
            if end < 0:
                return
            at = end + 1
            continue
        value, at = _quoted_field(line, at + 1, what)
        yield value
        if at == len(line):
            return
        at += 1


def _quoted_field(line: str, at: int, what: str) -> tuple[str, int]:
    """The text of a field in quotes that begins at `at`, and where its closing quote ends."""
    parts: list[str] = []
    while True:
        end = line.find('"', at)
        following = line[end + 1 : end + 2] if end >= 0 else "?"
        if following == '"':
            parts.append(line[at : end + 1])
            at = end + 2
        elif following in ("", ","):
            return "".join([*parts, line[at:end]]), end + 1
        else:
            column = (end if end >= 0 else at) + 1
            message = f'parse error on line 1, column {column}: extraneous or missing " in quoted-field'
            raise Refused(f"failed to parse csv {what}: {message}")


def origin_of(text: str) -> str:
    """What a mount takes its files from, as it is known before variables are expanded; raises Refused."""
    origin = ""
    for field in csv_fields(text, "mounts"):
        key, equals, value = field.partition("=")
        if equals and key.lower() == "from":
            if 0 <= value.find("$") != len(value) - 1:
                raise Refused("'from' doesn't support variable expansion, define alias stage instead")
            origin = value
    return origin


def read_mount(text: str, expand: Callable[[str], str]) -> Mount:
    """A mount with its variables expanded. Raises Refused, and what `expand` raises."""
    found: dict[str, str] = {"type": "bind"}
    for field in csv_fields(text, "mounts"):
        key, equals, value = field.partition("=")
        key = key.lower()
        if equals:
            value = expand(value)
            _read_pair(found, key, value, field)
        elif key == "required":
            _check_allowed(key, found["type"], _REQUIRED)
        elif key not in _SWITCHES:
            raise Refused(f"invalid field '{field}' must be a key=value pair")
    _check_together(found)
    return Mount(found["type"], found.get("from", ""), found.get("source", ""), found.get("target", ""))


def _read_pair(found: dict[str, str], key: str, value: str, field: str) -> None:
    if key == "type":
        if value.lower() not in TYPES:
            raise Refused(f"unsupported mount type {go_quote(value)}{suggest(value, TYPES)}")
        found["type"] = value.lower()
    elif key == "sharing":
        if value.lower() not in SHARING:
            raise Refused(f"unsupported sharing value {go_quote(value)}{suggest(value, SHARING)}")
        found["sharing"] = value.lower()
    elif key in ("source", "src"):
        found["source"] = value
    elif key in ("target", "dst", "destination"):
        found["target"] = value
    elif key in ("from", "id", "env"):
        found[key] = value
    elif key in _DIGITS_OF:
        try:
            go.parse_uint(value, _DIGITS_OF[key])
        except ValueError:
            raise Refused(f"invalid value {value} for {key}") from None
        found[key] = value
    elif key in ("required", "size", *_SWITCHES):
        _check_value(key, value, found["type"])
    else:
        raise Refused(f"unexpected key '{key}' in '{field}'{suggest(key, MOUNT_OPTIONS)}")


def _check_value(key: str, value: str, kind: str) -> None:
    if key == "required":
        _check_allowed(key, kind, _REQUIRED)
    if key == "size":
        _check_allowed(key, kind, ("tmpfs",))
    try:
        if key == "size":
            check_size(value)
        else:
            go.parse_bool(value)
    except ValueError:
        raise Refused(f"invalid value for {key}: {value}") from None


def _check_allowed(key: str, kind: str, kinds: tuple[str, ...]) -> None:
    if kind not in kinds:
        raise Refused(f"unexpected key '{key}' for mount type '{kind}'")


def _check_together(found: dict[str, str]) -> None:
    """What the whole of the options must be for the type, which any of them may have set."""
    kind = found["type"]
    if kind not in _OWNED:
        for key in _DIGITS_OF:
            if key in found:
                raise Refused(f"{key} not allowed for {go_quote(kind)} type mounts")
    if kind == "secret":
        if found.get("from"):
            raise Refused("secret mount should not have a from")
        if "sharing" in found:
            raise Refused("secret mount should not define sharing")
        if not (found.get("source") or found.get("target") or found.get("id")):
            raise Refused("invalid secret mount. one of source, target required")
        if found.get("source") and found.get("id"):
            raise Refused("both source and id can't be set")
    if "sharing" in found and kind != "cache":
        raise Refused(f"invalid cache sharing set for {kind} mount")


def check_device(text: str) -> None:
    """Raise Refused for a ``--device`` that is not one."""
    name = ""
    for field in csv_fields(text, "devices"):
        key, equals, value = field.partition("=")
        key = key.lower()
        if key == "required":
            try:
                go.parse_bool(value if equals else "true")
            except ValueError:
                raise Refused(f"invalid value for required: {value}") from None
        elif equals and key == "name":
            if name:
                raise Refused(f"device name already set to {name}")
            name = value
        elif not name:
            name = field
        elif equals:
            raise Refused(f"unexpected key '{key}' in '{field}'{suggest(key, ('name', 'required'))}")
        else:
            raise Refused(f"invalid field '{field}' must be a key=value pair")
