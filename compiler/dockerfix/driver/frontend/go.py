"""Values as Go's standard library reads them; each function raises ValueError for what it does not take."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.syntax.characters import go_quote
from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import encode

_BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_INTEGER = lazy(r"[+-]?[0-9]+")
_FLOAT = lazy(
    r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?"
    r"|0x(?:[0-9a-f]+(?:\.[0-9a-f]*)?|\.[0-9a-f]+)p[+-]?[0-9]+|inf|infinity|nan)",
)
_DIGIT_SEPARATOR = lazy(r"(?<=[0-9a-fA-FxX])_(?=[0-9a-fA-F])")
_LONGEST_NUMBER = 400


def parse_bool(text: str) -> bool:
    """``strconv.ParseBool``."""
    try:
        return _BOOLEANS[text]
    except KeyError:
        raise ValueError(f"strconv.ParseBool: parsing {go_quote(text)}: invalid syntax") from None


def parse_int(text: str, bits: int = 64, *, function: str = "ParseInt") -> int:
    """``strconv.ParseInt`` in base 10."""
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"strconv.{function}: parsing {go_quote(text)}: invalid syntax")
    value = _bounded(text)
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise ValueError(f"strconv.{function}: parsing {go_quote(text)}: value out of range")
    return value


def _bounded(text: str) -> int:
    """The number, or one that is out of any range where it has very many digits."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text.lstrip("+"))
    digits = digits.lstrip("0") or "0"
    return int(sign + (digits if len(digits) < _LONGEST_NUMBER else digits[:_LONGEST_NUMBER]))


def parse_uint(text: str, base: int, bits: int = 32) -> int:
    """``strconv.ParseUint`` in base 8 or 10: digits alone, no sign."""
    digits = "01234567" if base == 8 else "0123456789"
    if not text or text.strip(digits):
        raise ValueError("invalid syntax")
    significant = text.lstrip("0") or "0"
    if len(significant) > bits or int(significant, base) >> bits:
        raise ValueError("value out of range")
    return int(significant, base)


def parse_float(text: str) -> float:
    """``strconv.ParseFloat``."""
    plain = _DIGIT_SEPARATOR.sub("", text).lower()
    if "_" in plain or not _FLOAT.fullmatch(plain):
        raise ValueError("invalid syntax")
    is_hex = "0x" in plain
    try:
        value = float.fromhex(plain) if is_hex else float(plain)
    except OverflowError:
        raise ValueError("value out of range") from None
    if abs(value) == float("inf") and "inf" not in plain:
        raise ValueError("value out of range")
    return value


# ---- durations

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_NUMBER = lazy(r"([0-9]*)(\.[0-9]*)?")
_UNIT = lazy(r"[^.0-9]*")
_LARGEST = 1 << 63


def _quoted(text: str) -> str:
    """In quotes as package time does it: every byte beyond ASCII as an escape."""
    return '"' + "".join([chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in encode(text)]) + '"'


def parse_duration(text: str) -> int:
    """``time.ParseDuration``: nanoseconds."""
    rest = text[1:] if text[:1] in ("-", "+") else text
    negative = text.startswith("-")
    if rest == "0":
        return 0
    shown = _quoted(text)
    invalid = f"time: invalid duration {shown}"
    if not rest:
        raise ValueError(invalid)
    total, at = 0, 0
    while at < len(rest):
        number = _NUMBER.match(rest, at)
        whole, fraction = (number[1], (number[2] or "")[1:]) if number else ("", "")
        if not whole and not fraction:
            raise ValueError(invalid)
        at = number.end() if number else at
        unit = _UNIT.match(rest, at)
        name = unit[0] if unit else ""
        if not name:
            raise ValueError(f"time: missing unit in duration {shown}")
        if name not in _UNITS:
            raise ValueError(f"time: unknown unit {_quoted(name)} in duration {shown}")
        at += len(name)
        if len(whole.lstrip("0")) > len(str(_LARGEST)):
            raise ValueError(invalid)
        total += int(whole or "0") * _UNITS[name]
        fraction = fraction[:18]
        total += int(fraction or "0") * _UNITS[name] // 10 ** len(fraction)
        if total > _LARGEST:
            raise ValueError(invalid)
    if total == _LARGEST and not negative:
        raise ValueError(invalid)
    return -total if negative else total


# ---- URLs


class Url(NamedTuple):
    """A URL in the parts that matter here: `path` is decoded; `query` as written; `fragment` decoded."""

    scheme: str
    authority: str
    path: str
    query: str
    fragment: str


_CONTROL = lazy(r"[\x00-\x1f\x7f]")
_SCHEME = lazy(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_BAD_ESCAPE = lazy(r"%(?![0-9A-Fa-f]{2})")
_USER = lazy(r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*")
_HOST = lazy(r"[^\x00-\x20\x7f%^`{}|\\/?#]*")
_HOST_ESCAPE = lazy(r"%(?:25|[89A-Fa-f][0-9A-Fa-f])")
_PORT = lazy(r"(?::[0-9]*)?")


def parse_url(text: str) -> Url:
    """``url.Parse``."""
    if _CONTROL.search(text):
        raise ValueError("net/url: invalid control character in URL")
    rest, _, fragment = text.partition("#")
    scheme = _SCHEME.match(rest)
    name = scheme[0].lower() if scheme else ""
    if scheme:
        rest = rest[scheme.end() + 1 :]
    rest, _, query = rest.partition("?")
    authority = ""
    if rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        _check_authority(authority)
    elif not scheme and ":" in rest.partition("/")[0]:
        raise ValueError("first path segment in URL cannot contain colon")
    return Url(name, authority, _unescaped(rest), query, _unescaped(fragment))


def _unescaped(text: str) -> str:
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise ValueError("invalid URL escape")
    from urllib.parse import unquote

    return unquote(text, errors="surrogateescape")


def _check_authority(text: str) -> None:
    user, at, host = text.rpartition("@")
    if at and not _USER.fullmatch(user):
        raise ValueError("net/url: invalid userinfo")
    _unescaped(user)
    if host.startswith("["):
        address, bracket, port = host.partition("]")
        if not bracket:
            raise ValueError("missing ']' in host")
        host = address
    else:
        host, colon, port = host.rpartition(":")
        host, port = (host, colon + port) if colon else (port, "")
    if not _PORT.fullmatch(port):
        raise ValueError(f"invalid port {go_quote(port)} after host")
    if not _HOST.fullmatch(_HOST_ESCAPE.sub("", host)):
        raise ValueError("invalid character in host name")


def parse_query(text: str, *, strict: bool = False) -> dict[str, list[str]]:
    """``url.ParseQuery``; unless `strict`, what is wrong is left out, as ``URL.Query`` leaves it out."""
    from urllib.parse import unquote_plus

    found: dict[str, list[str]] = {}
    for part in text.split("&"):
        if not part:
            continue
        if ";" in part or _BAD_ESCAPE.search(part):
            if strict:
                raise ValueError("invalid URL escape")
            continue
        key, _, value = part.partition("=")
        found.setdefault(unquote_plus(key), []).append(unquote_plus(value))
    return found
