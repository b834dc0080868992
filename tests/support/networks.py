"""A small network in ONNX's format, written byte by byte: y = relu(x W + b)."""

from __future__ import annotations

import struct

FLOAT = 1


def _number(value: int) -> bytes:
    """A varint of protobuf."""
    parts = b""
    while value > 0x7F:
        parts += bytes([value & 0x7F | 0x80])
        value >>= 7
    return parts + bytes([value])


def _field(number: int, value: int | str | bytes) -> bytes:
    """A field of a protobuf message."""
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    data = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(data)) + data


def _tensor(name: str, shape: list[int], values: list[float]) -> bytes:
    """A TensorProto of floats."""
    sizes = b"".join(_field(1, size) for size in shape)
    return sizes + _field(2, FLOAT) + _field(8, name) + _field(9, struct.pack(f"<{len(values)}f", *values))


def _value(name: str, shape: list[int]) -> bytes:
    """A ValueInfoProto of a tensor of floats."""
    sizes = b"".join(_field(1, _field(1, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, FLOAT) + _field(2, sizes)))


def _node(operator: str, inputs: list[str], output: str) -> bytes:
    """A NodeProto."""
    return b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, operator)


def network() -> bytes:
    """The model's file: W = [[1.5, 0], [3, -1]], b = [0, -1]."""
    nodes = [_node("MatMul", ["x", "w"], "xw"), _node("Add", ["xw", "b"], "sum"), _node("Relu", ["sum"], "y")]
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, "line")
    graph += _field(5, _tensor("w", [2, 2], [1.5, 0.0, 3.0, -1.0])) + _field(5, _tensor("b", [2], [0.0, -1.0]))
    graph += _field(11, _value("x", [1, 2])) + _field(12, _value("y", [1, 2]))
    return _field(1, 8) + _field(2, "dockerfix") + _field(7, graph) + _field(8, _field(2, 17))
