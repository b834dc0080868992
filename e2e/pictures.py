"""Small PNG files, made and read without any library: what an App gets as a picture, and what it gives back."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
Pixel = tuple[int, ...]


def make(rows: list[list[Pixel]]) -> bytes:
    """A picture of 8 bits a channel, from rows of (red, green, blue)."""
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 2, 0, 0, 0)
    data = b"".join(b"\0" + bytes(value for pixel in row for value in pixel) for row in rows)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(data)), (b"IEND", b""))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def read(data: bytes) -> list[list[Pixel]]:
    """The rows of a picture's pixels. Raises ValueError for what is no plain PNG of 8 bits a channel."""
    if not data.startswith(SIGNATURE):
        raise ValueError("no PNG")
    place, head, packed = len(SIGNATURE), b"", b""
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        head, packed = (body if kind == b"IHDR" else head), packed + (body if kind == b"IDAT" else b"")
        place += 12 + length
    width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if depth != 8 or interlaced or colours not in CHANNELS:
        raise ValueError(f"a PNG of {depth} bits, colour type {colours}, interlacing {interlaced}")
    return _rows(zlib.decompress(packed), width, height, CHANNELS[colours])


def _rows(data: bytes, width: int, height: int, size: int) -> list[list[Pixel]]:
    """Pixels from the lines of a PNG: each begins with the number of its filter."""
    rows, above, length = [], bytes(width * size), width * size
    for number in range(height):
        start = number * (length + 1)
        above = _unfilter(data[start], data[start + 1 : start + 1 + length], above, size)
        rows.append([tuple(above[index : index + size]) for index in range(0, length, size)])
    return rows


def _unfilter(kind: int, line: bytes, above: bytes, size: int) -> bytes:
    """A line's bytes: each was stored as its difference from what the filter foretells."""
    found = bytearray()
    for index, value in enumerate(line):
        left, corner = (found[index - size], above[index - size]) if index >= size else (0, 0)
        foretold = (0, left, above[index], (left + above[index]) // 2, _nearest(left, above[index], corner))[kind]
        found.append((value + foretold) % 256)
    return bytes(found)


def _nearest(left: int, above: int, corner: int) -> int:
    """Paeth's filter: the neighbour that is nearest to left + above - corner."""
    target = left + above - corner
    return min((left, above, corner), key=lambda value: abs(target - value))
