"""Broken Dockerfiles without end, the same ones on every run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from archives import accept, outputs, quirks, source
from places import FIXTURES

FRAGMENTS = (
    b"\\\n", b"\\ \t\n", b"\\", b"\\\\", b"`\n", b"`", b"\n\n", b"\n# c\n", b"\n  # c \\\n", b"#", b"\r",
    b"\r\n", b"\n\r\n", b"<<EOF", b" <<-EOF ", b" 3<<'EOF'", b" << EOF", b'<<"E F"', b"<<\\EOF", b"<<$X",
    b"<<<", b"\nEOF\n", b"\n\tEOF\r\n", b" <<A <<B\n", b"\nA\n", b"\nB\n", b'["a"]', b'["a", "b"] c', b"[",
    b"]", b'[1, "a"]', b'[ "\\u00e9\\n" ]', b'[""]', b"[]", b"{}", b'["a",]', b"['a']", b'["a\tb"]', b'"', b"'",
    b"$(", b"${", b"${A:-", b"}", b"$A", b"=", b" = ", b" a=b", b' a="b c"', b" a=b\\ c", b"--", b" --x=y ",
    b" --from=a ", b"--a='b c' ", b'--a="', b"--x=\\", b"--\xc3\xa9=\xe2\x80\x83 ", b"ONBUILD ",
    b"ONBUILD RUN ", b"RUN ", b"copy ", b"\nENV ", b"\nLABEL a b\n", b"\nARG a=b c\n", b"\nHEALTHCHECK CMD ",
    b"\nCMD ", b"\nFROM a AS b\n", b"RU\\\nN ", b"\nADD ", b"\nEXPOSE 1 2\n", b"\nSHELL [",
    b"\nHEALTHCHECK NONE\n", b"\nVOLUME ", b"\nMAINTAINER ", b"\nUSER a b\n", b"\nSTOPSIGNAL ", b"\nWORKDIR ",
    b"\nHEALTHCHECK --interval=1s CMD [", b"# escape=`\n", b"# escape=\\\n", b"# syntax=a/b\n",
    b"# check=skip=all\n", b"# escape = `\n", b"#escape=x\n", b"# foo=bar\n", b"\xef\xbb\xbf", b"\xff", b"\xc3",
    b"\xc3\xa9", b"\xe2\x80\x83", b"\xc2\xa0", b"\xc2\x85", b"\xe2\x80\xa8", b"\x00", b"\x0b", b"\x0c", b"\x1c",
    b"\xf0\x9f\x90\xb3", b"\xed\xa0\x80", b"\xc5\xbf", b"\xe2\x84\xaa", b"\xc4\xb0", b"\t", b" ",
)  # fmt: skip
"""Pieces that mean something to the scanner, or nearly."""

HEADERS = (
    b"# syntax=a\n",
    b"# escape=`\n",
    b"# check=error=true\n",
    b"\n",
    b"# note\n",
    b"\xef\xbb\xbf",
    b" # escape = `\r\n",
    b"FROM x\n",
)


def corpus() -> list[bytes]:
    """Dockerfiles of all kinds: the golden cases of the parser, the quirks, and some of the larger sets."""
    found = [path.read_bytes() for path in sorted(FIXTURES.glob("syntax/*/input.Dockerfile"))]
    found += map(source, quirks())
    found += [*map(source, accept())][::10]
    found += [output.data for output in outputs()[::9]]
    return [data for data in found if len(data) < 20_000]


def _cut(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    start, end = _range(data, chance, 30)
    return data[:start] + data[end:]


def _double(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    return b"\n".join([*lines[: at + 1], *lines[at:]])


def _cut_line(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def _shuffle(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    start = chance.randrange(len(lines))
    part = lines[start : start + chance.randint(2, 8)]
    chance.shuffle(part)
    lines[start : start + len(part)] = part
    return b"\n".join(lines)


def _insert(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(FRAGMENTS) + data[at:]


def _random_bytes(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    start, end = _range(data, chance, 3)
    return data[:start] + chance.randbytes(chance.randint(1, 3)) + data[end:]


def _line_ends(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"\\\n", b" \\\r\n")), chance.choice((-1, 1, 3)))


def _header(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    return b"".join(chance.choices(HEADERS, k=chance.randint(1, 3))) + data


def _truncate(data: bytes, chance: random.Random, _others: Sequence[bytes]) -> bytes:
    return data[: chance.randint(0, len(data))]


def _splice(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    start, end = _range(other, chance, 400)
    at = chance.randint(0, len(data))
    return data[:at] + other[start:end] + data[at:]


def _range(data: bytes, chance: random.Random, longest: int) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.randint(1, longest))


_WAYS: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    _cut, _double, _cut_line, _shuffle, _insert, _insert, _insert, _random_bytes, _line_ends, _header, _truncate,
    _splice,
)  # fmt: skip


def mutations(count: int, seed: int, *, longest: int = 3_000) -> Iterator[bytes]:
    """`count` files, each made from one of the corpus by one to five changes; of a long file a part is taken."""
    chance = random.Random(seed)
    base = corpus()
    for _ in range(count):
        data = chance.choice(base)
        if len(data) > longest:
            start = chance.randrange(len(data) - longest)
            data = data[start : start + longest]
        yield mutated(data, chance, base)


def mutated(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A file after one to five changes."""
    for _ in range(chance.randint(1, 5)):
        data = chance.choice(_WAYS)(data, chance, others)
    return data
