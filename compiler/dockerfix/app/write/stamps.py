"""What dockerfix wrote last: short checksums of the parts of a file, kept in a comment of the file itself.

A checksum has 24 bits, four characters; a part's name has as many, so that a part that somebody removed is known too.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from dockerfix.project.files import MARK, head
from dockerfix.text.source import encode

WROTE = "dockerfix wrote"
_LENGTH = 4
_WIDTH = 9
"""How many checksums a line has, so that it is at most 88 columns wide."""


def short(text: str) -> str:
    """A checksum of four characters."""
    return urlsafe_b64encode(hashlib.sha256(encode(text)).digest()[:3]).decode()


class Record:
    """The parts that dockerfix wrote, by their names, with the checksum of each."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = entries

    @classmethod
    def of(cls, parts: Mapping[str, str]) -> Record:
        """The record of parts, by name."""
        return cls({short(name): short(text) for name, text in parts.items()})

    @classmethod
    def read(cls, text: str, about: str = "") -> Record | None:
        """The record in the comments of a file, or None where there is none."""
        found = [line.split() for line in _lines(about).findall(text)]
        pairs = [pair for line in found for pair in line]
        if not found or any(len(pair) != 2 * _LENGTH for pair in pairs):
            return None
        return cls({pair[:_LENGTH]: pair[_LENGTH:] for pair in pairs})

    def names(self, name: str) -> bool:
        """Whether dockerfix wrote a part of this name."""
        return short(name) in self._entries

    def has(self, name: str, text: str) -> bool:
        """Whether dockerfix wrote this part as it is."""
        return self._entries.get(short(name)) == short(text)

    def comment(self, about: str = "") -> str:
        """The lines of comment that hold the record."""
        pairs = [name + text for name, text in self._entries.items()]
        rows = [" ".join(pairs[start : start + _WIDTH - 1]) for start in range(0, len(pairs), _WIDTH - 1)]
        return "".join(f"# {WROTE}{f' {about}' if about else ''}: {row}\n" for row in rows)


def _lines(about: str) -> re.Pattern[str]:
    return re.compile(rf"^# {WROTE}{f' {re.escape(about)}' if about else ''}: ([\w\- ]+)$", re.MULTILINE)


def without_record(text: str, about: str = "") -> str:
    """The file without the comments that hold its record."""
    return re.sub(_lines(about).pattern + r"\n?", "", text, flags=re.MULTILINE)


def checksum(text: str) -> str:
    """The checksum of a whole file."""
    return hashlib.sha256(encode(text)).hexdigest()[:8]


def stamped(text: str) -> str:
    """`text` with a checksum after its first mark, by which a later edit is detected."""
    return text.replace(MARK, f"{MARK} ({checksum(text)})", 1)


def is_stamped(text: str) -> bool:
    """Whether a whole file has the checksum that it says; False without one."""
    stamp = re.search(rf"{MARK} \(([0-9a-f]{{8}})\)", head(text))
    return stamp is not None and checksum(text.replace(stamp.group(), MARK, 1)) == stamp[1]
