"""Secrets in a text: where they are, and the text without them.

A secret is found by its form alone, in any text: a Dockerfile, a line of cog.yaml, a message. So what is reported and
what is blanked in reports are the same. Found are, unless they are empty, a variable or a placeholder:

- the user and password of a URL, and parameters of a URL such as ``private_token=``
- what is given to a variable, an option, a header or a key with the name of a secret (``HF_TOKEN=``, ``--password``)
- tokens that their beginning gives away, such as ``ghp_…``, wherever they are

The forms of tokens are those of GitHub ("About authentication to GitHub", token formats), GitLab ("Token overview",
prefixes) and the rules of gitleaks (`gitleaks/gitleaks:config/gitleaks.toml`). Every pattern takes linear time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Set
from functools import cached_property
from typing import NamedTuple

from dockerfix.text.lazy_patterns import lazy
from dockerfix.text.source import Span

BLANK = "***"
"""What stands for a secret in everything that is shown."""

_URL = lazy(r"://[^\s\"'`<>]+")
_LOGIN = lazy(
    r"://([^\s\"'`<>/?#:]*(?::[^\s\"'`<>/?]*)?|[^\s\"'`<>/?#:]*:(?![0-9]*[/?#])[^\s\"'`<>]{0,300})@(?=[^\s\"'])"
)
_PARAMETER = lazy(r"[?&;#]([\w.-]+)=([^?&;#]+)")
_GIVES = lazy(r"=[ \t]*(?=[^\s=])|:[ \t]*(?=[^\s:/])")
_NAME_BACKWARDS = lazy(r"([ \t]*)([\"']?)([\w.-]+)")
_OPTION = lazy(r"-(?<![\w-]-)-?([A-Za-z][\w-]*)(?:[ \t]+|[\"'],[ \t]*)(?=[^\s=-])")
_OLD_ENV = lazy(r"^[ \t]*(?:ONBUILD[ \t]+)?ENV[ \t]+([\w.-]+)[ \t]+(?=[^\s=])", re.IGNORECASE | re.MULTILINE)
_NETRC = lazy(r"\blogin[ \t]+[^\s\"']+[ \t]+password[ \t]+(?=\S)")
_USER_OPTION = lazy(r"-(?<![\w-]-)(?:u|U|-user|-proxy-user)(?:[ \t=]+|[\"'],[ \t]*)(?=[^\s-])")
_TOKEN_BEGINNINGS = ("hf_", "r8_", "gh", "gl", "AKIA", "ASIA", "xox", "sk-", "npm_", "pypi-", "AIza", "dckr_", "eyJ")
_TOKEN = lazy(
    r"(?<![A-Za-z0-9_-])(?:hf_[A-Za-z0-9]{16,}|r8_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}"
    r"|gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat)-[\w-]{12,}|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[abeoprs]-[\w-]{10,}"
    r"|sk-[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|AIza[\w-]{30,}|dckr_(?:pat|oat)_[\w-]{16,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,})"
)
_PRIVATE_KEY = lazy(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_PRIVATE_KEY_END = "-----END "
_VALUE = lazy(r"(?:[^\s\"'\\`;&|<>()]|\\[^\r\n]|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[\"'<(`]|\$\([^()]*\))+", re.DOTALL)
_QUOTED = lazy(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", re.DOTALL)
_IN_QUOTES = lazy(r"(?:[^\s\"'\\`;&|<>()]|\\[^\r\n\"'])+")
_SCHEME_WORD = lazy(r"[\"']?(?:bearer|basic|token)[ \t]+(?=\S)", re.IGNORECASE)
_WORD = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_REFERENCE = lazy(
    r"\$\{\w+(?::?[-+=?]([^{}]*))?\}|\$\w+|\$\([^()]*\)|`[^`]*`|\{\{[^{}]*\}\}|\{[^{}]*\}|<[^<>]*>|\*{3,}|%\w+%"
)
_CONTINUED = lazy(r"\\[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
_CONTINUED_ON_WINDOWS = lazy(r"`[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")
_CODE = lazy(r"[^\s()\[\]{}]*[()\[\]{}].*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.DOTALL)
_WHOLE_WORD = lazy(r"\w+")
_SHORTEST_WORD = 6
"""Shorter words of secrets are blanked only where their form shows them: `x` is in every file."""
_AROUND = "\"' \t\\:$"
_PLAIN = frozenset(
    (
        *("true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "required"),
        *("optional", "bearer", "basic", "...", "…", ""),
    )
)
_SURE = frozenset(
    (
        *("password", "passwd", "passphrase", "passwort", "pword", "secret", "secrets", "token", "apikey"),
        *("authtoken", "accesstoken", "privatekey", "secretkey", "accesskey", "credential", "credentials"),
        *("signature", "sig", "jwt"),
    )
)
"""Last words of the name of a secret."""
_SHORT = frozenset(("pass", "pwd", "pw"))
"""Last words that name a secret behind another word, as in `DB_PASS`."""
_VAGUE = frozenset(("auth", "authorization", "pat", "cookie"))
"""Last words that name a secret where its value looks like one."""
_LAST = _SURE | _SHORT | _VAGUE | {"key"}
_ENDINGS = tuple(_LAST)
_KEYS = frozenset(
    (
        *("api", "access", "secret", "private", "auth", "account", "encryption", "master", "signing"),
        *("service", "shared", "subscription", "ssh", "storage", "deploy", "admin", "license", "client"),
        *("app", "application", "user"),
    )
)
"""Words before ``key`` that make it a secret; with others it is one if it looks like one."""
_NOT_SECRET = frozenset(
    (
        *("pad", "eos", "bos", "mask", "sep", "cls", "unk", "start", "end", "stop", "trigger", "placeholder"),
        *("special", "new", "max", "min", "num", "image", "per", "next", "implicit", "class", "instance"),
        *("public", "gpg", "pgp", "cache", "sort", "primary", "foreign", "first", "second", "single"),
        *("multi", "no", "disable", "enable", "allow", "empty", "tokenizer", "csrf", "vocab"),
    )
)
"""Words before the last one with which it names none: models have tokens too, and keys may be public."""
_FAR = 300
"""How far around a place is looked at, so that the time for a text stays linear."""
_LONGEST_NAME = 100


class Secret(NamedTuple):
    """A secret in a text: its place, and what holds it, for a message: a URL, a token, or ```HF_TOKEN```."""

    span: Span
    holder: str


def secrets(text: str) -> list[Secret]:
    """Return the secrets in a text in order, none inside another; lines that a backslash joins are read as one."""
    escape = "`" if "escape=`" in text[:_FAR] else "\\"
    joined, starts, shifts = _joined(text, escape) if escape in text and "\n" in text else (text, [0], [0])
    found = list(_found(joined))
    if shifts != [0]:
        found = [Secret(_original(each.span, starts, shifts), each.holder) for each in found]
    result: list[Secret] = []
    for secret in sorted(found):
        if result and secret.span.start < result[-1].span.end:
            before = result[-1]
            longer = Span(before.span.start, max(before.span.end, secret.span.end))
            result[-1] = Secret(longer, before.holder if before.holder[0] == "`" else secret.holder)
        else:
            result.append(secret)
    return result


def holds_secret(text: str) -> bool:
    """Whether there is a secret in a text."""
    return bool(secrets(text))


def is_secret(name: str, value: str) -> bool:
    """Whether a variable called `name` would hold a secret with this value, or its value contains one."""
    return _is_value(name, value, certain=True) or holds_secret(f"{name}={value}")


def has_login(text: str) -> bool:
    """Whether a URL in `text` has a user or password, be it a variable: whoever opens it needs a secret."""
    return "@" in text and any(True for _span in _logins(text, variables=True))


class Masked:
    """A text whose secrets can't be seen; line breaks stay, so lines keep their numbers."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _spans(self) -> list[Span]:
        return [secret.span for secret in secrets(self.text)]

    def slice(self, start: int, end: int) -> str:
        """The text from `start` to `end`; a secret that is only partly in it isn't shown either."""
        parts: list[str] = []
        at = start
        first = max(0, bisect_right(self._spans, Span(start, start)) - 1)
        for number in range(first, len(self._spans)):
            span = self._spans[number]
            if span.start >= end:
                break
            if span.end <= at:
                continue
            parts.append(self.text[at : max(at, span.start)])
            parts.append(_blanked(self.text[max(at, span.start) : min(end, span.end)]))
            at = min(end, span.end)
        parts.append(self.text[at:end])
        return "".join(parts)

    @property
    def all(self) -> str:
        """The whole text."""
        return self.slice(0, len(self.text)) if self._spans else self.text


def masked(text: str) -> str:
    """Return a text with BLANK for each secret."""
    return Masked(text).all


def words_of_secrets(text: str) -> set[str]:
    """Return the words of the secrets in a text by which `blanked` recognises them where their form doesn't show them.

    Of a user and password only the password counts, and of several words only those with digits or of mixed case.
    """
    found: set[str] = set()
    for secret in secrets(text):
        lines = text[secret.span.start : secret.span.end]
        value = _CONTINUED_ON_WINDOWS.sub("", _CONTINUED.sub("", lines))
        apart = [_REFERENCE.sub(lambda match: f" {match[1] or ''} ", each) for each in (lines, value)]
        parts = [*apart, _without_references(value)]
        words = {word for part in parts for word in _WHOLE_WORD.findall(part.partition(":")[2] or part)}
        found.update(word for word in words if len(words) == 1 or not (word.isalpha() and _is_plain(word)))
    return {word for word in found if len(word) >= _SHORTEST_WORD}


def blanked(text: str, words: Set[str]) -> str:
    """Return a text without its secrets, and without `words`, which are secrets elsewhere."""
    shown = masked(text)
    return _WHOLE_WORD.sub(lambda match: BLANK if match[0] in words else match[0], shown) if words else shown


def shortened(text: str, width: int) -> str:
    """Return a text on one line for a message, without its secrets, and at most `width` characters long."""
    flat = masked(" ".join(text.split()))
    return flat if len(flat) <= width else f"{flat[: width - 3]}..."


def _blanked(secret: str) -> str:
    """BLANK for each line of a secret; what continues a line stays."""
    lines = ((line, line.rstrip("\\` \t\r")) for line in secret.split("\n"))
    return "\n".join(f"{BLANK}{line[len(own) :]}" if own else line for line, own in lines)


def _joined(text: str, escape: str) -> tuple[str, list[int], list[int]]:
    """A text without the ends of continued lines; where each part starts in it, and how far it was moved."""
    parts: list[str] = []
    starts, shifts = [0], [0]
    end = length = 0
    for match in (_CONTINUED if escape == "\\" else _CONTINUED_ON_WINDOWS).finditer(text):
        parts.append(text[end : match.start()])
        length += match.start() - end
        end = match.end()
        starts.append(length)
        shifts.append(end - length)
    return "".join([*parts, text[end:]]), starts, shifts


def _original(span: Span, starts: list[int], shifts: list[int]) -> Span:
    start, last = (at + shifts[bisect_right(starts, at) - 1] for at in (span.start, span.end - 1))
    return Span(start, last + 1)


def _found(text: str) -> Iterator[Secret]:
    if "://" in text:
        for span in _logins(text):
            yield Secret(span, "a URL")
        for url in _URL.finditer(text) if "=" in text else ():
            for match in _PARAMETER.finditer(url[0]):
                if _is_value(match[1], match[2], in_url=True):
                    yield Secret(Span(url.start() + match.start(2), url.start() + match.end(2)), "a URL")
    yield from _assigned(text)
    yield from _passed(text)
    for match in _TOKEN.finditer(text) if any(each in text for each in _TOKEN_BEGINNINGS) else ():
        if _is_opaque(match[0]):
            yield Secret(Span(*match.span()), "a token")
    end = 0
    for match in _PRIVATE_KEY.finditer(text) if "PRIVATE KEY" in text else ():
        if match.start() >= end:
            end = text.find(_PRIVATE_KEY_END, match.end())
            end = end if end >= 0 else len(text)
            yield Secret(Span(match.end(), end), "a private key")


def _logins(text: str, *, variables: bool = False) -> Iterator[Span]:
    """The users and passwords of URLs; `variables` says whether those that are variables count.

    A user by itself is a secret only over HTTP, where tokens are given so; the ``git@`` of an address of git isn't one.
    """
    for match in _LOGIN.finditer(text) if "@" in text else ():
        user, colon, password = match[1].partition(":")
        if not match[1]:
            continue
        scheme = text[max(0, match.start() - 5) : match.start()].lower()
        if not scheme[-1:].isalnum() or (not colon and (user == "git" or not scheme.endswith(("http", "https")))):
            continue
        if variables or _literal((password or user) if colon else user):
            yield Span(*match.span(1))


def _assigned(text: str) -> Iterator[Secret]:
    """What is given to a variable, a key or a header by ``=`` or ``:``."""
    done = 0
    for match in _GIVES.finditer(text):
        start, end = match.span()
        before = _NAME_BACKWARDS.match(text[max(0, start - _LONGEST_NAME) : start][::-1])
        if start < done or before is None:
            continue
        name, colon, blank = before[3][::-1], match[0][0] == ":", end - start > 1
        if colon and not (blank or before[2]):
            continue  # as in `image:tag`
        if not colon and bool(before[1]) != blank:
            continue  # `NAME= other` gives nothing
        if _may_be_secret(name):
            place = _place(text, end)
            done = place.end if place.end - end > _FAR else done
            yield from _value(text, place, name, colon=colon)
        elif name[-5:].lower() == "proxy" and "@" in text:
            yield from _before_host(text, end, name)


def _passed(text: str) -> Iterator[Secret]:
    """What follows an option or the name in an old ENV, and what curl and a .netrc take."""
    for pattern, needed in ((_OPTION, "-"), (_OLD_ENV, "ENV"), (_OLD_ENV, "env")):
        for match in pattern.finditer(text) if needed in text else ():
            if _may_be_secret(match[1]):
                yield from _value(text, _place(text, match.end()), match[1])
    if "password" in text:
        for match in _NETRC.finditer(text):
            yield from _value(text, _place(text, match.end()), "password")
    if "curl" in text or "wget" in text:
        for match in _USER_OPTION.finditer(text):
            line = text[max(0, match.start() - _FAR) : match.start()].rpartition("\n")[2]
            if "curl" in line or "wget" in line:
                yield from _user_and_password(text, match.end())


def _place(text: str, at: int) -> Span:
    """The word at `at`, as a shell and Docker read it; empty if there is none.

    Behind an odd number of quotes in its line it ends at the next one; otherwise its own quotes are part of it.
    """
    if text[at] in "\"'":
        match = _QUOTED.match(text, at)
        if match is not None and text[match.end() : match.end() + 1] not in ("'", '"', "$"):
            return Span(*match.span())
    line = text[max(0, at - _FAR) : at].rpartition("\n")[2]
    inside = any(line.count(quote) % 2 for quote in "\"'")
    match = (_IN_QUOTES if inside else _VALUE).match(text, at)
    return Span(*match.span()) if match is not None else Span(at, at)


def _value(text: str, place: Span, name: str, *, colon: bool = False) -> Iterator[Secret]:
    """The secret in the word at `place`, which is given to `name`; behind ``Bearer`` it is the next word."""
    start, end = place
    word = text[start:end]
    scheme = _SCHEME_WORD.match(text, start)
    if scheme is not None:
        match = _IN_QUOTES.match(text, scheme.end())
        if match is not None and _literal(match[0]):
            yield Secret(Span(*match.span()), f"`{name}`")
        return
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"
    if quoted:
        start, end = start + 1, end - 1
    else:
        end = start + len(word.rstrip("\"',])" if "{" in word else "\"',])}"))
    value = text[start:end]
    argument = not quoted and (text[place.end : place.end + 1] in ("(", ")", "[") or word.endswith(","))
    if _is_value(name, value, plain=not quoted, colon=colon and not quoted) and (not argument or _is_opaque(value)):
        yield Secret(Span(start, end), f"`{name}`")


def _before_host(text: str, at: int, name: str) -> Iterator[Secret]:
    """``user:password@`` of a proxy without a scheme."""
    word = text[at : at + _FAR].split(maxsplit=1)[0].strip("\"'")
    login, _at, _host = word.rpartition("@")
    _user, colon, password = login.partition(":")
    if colon and "://" not in word and _literal(password):
        start = text.index(login, at)
        yield Secret(Span(start, start + len(login)), f"`{name}`")


def _user_and_password(text: str, at: int) -> Iterator[Secret]:
    """``user:password`` for curl or wget."""
    word = text[at : at + _FAR].split(maxsplit=1)[0].strip("\"',])")
    _user, colon, password = word.partition(":")
    if colon and not password.isdigit() and _literal(password):
        start = text.index(word, at)
        yield Secret(Span(start, start + len(word)), "a login")


def _is_plain(word: str) -> bool:
    return word.islower() or word.isupper() or word.istitle()


def _words(name: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(name[-80:])]
    while words and words[-1].isdigit():
        words.pop()
    return words


def _may_be_secret(name: str) -> bool:
    """Whether a name may be that of a secret."""
    if not name.rstrip("0123456789_-.").lower().endswith(_ENDINGS):
        return False
    words = _words(name)
    if not words or words[-1] not in _LAST:
        return False
    return words[-1] in ("password", "passwd", "secret") or not _NOT_SECRET.intersection(words[:-1])


def _is_value(
    name: str, value: str, *, certain: bool = False, plain: bool = False, colon: bool = False, in_url: bool = False
) -> bool:
    """Whether `value`, given to `name`, is a secret.

    `certain` says that the value is all there is, and no code; `plain` that it has no quotes, so that it may be code;
    `colon` that it follows a colon, as in prose. Parameters of a URL are shorter (`in_url`).
    """
    if not _may_be_secret(name):
        return False
    words, value = _words(name), _without_references(value)
    number = not value.strip("0123456789.,-") and not (words[-1] in _SURE - {"token"} and len(value) > 3)
    if number or value.strip(_AROUND).lower() in _PLAIN or _is_file(value):
        return False
    code = plain and not certain and _CODE.fullmatch(value)
    if _is_opaque(value) or code or (colon and not _is_mixed(value)):
        return _is_opaque(value)
    if words[-1] == "key":
        return len(words) > 1 and words[-2] in _KEYS
    if words[-1] in _VAGUE:
        return in_url or (certain and ":" in value)
    return words[-1] in _SURE or len(words) > 1 or in_url


def _is_file(value: str) -> bool:
    """Whether a value is the path of a file, which holds the secret."""
    return value.startswith(("/", "./", "../", "~/")) and "+" not in value and "=" not in value


def _is_opaque(value: str) -> bool:
    """Whether a value looks as if a machine had made it."""
    return len(value) >= 16 and not value.isalpha() and _is_mixed(value) and " " not in value and "/" not in value[:1]


def _is_mixed(value: str) -> bool:
    return len(value) >= 6 and any(each.isdigit() for each in value) and any(each.isalpha() for each in value)


def _literal(value: str) -> bool:
    """Whether something of a value is neither a variable nor a placeholder."""
    return value.isalnum() or _without_references(value).strip(_AROUND).lower() not in _PLAIN


def _without_references(value: str) -> str:
    """A value without its variables and placeholders; the default of a variable stays."""
    return value if value.isalnum() else _REFERENCE.sub(lambda match: match[1] or "", value)
