"""Cog's own server beside fal: its releases on PyPI, and the ports between it and the gate."""

from __future__ import annotations

from typing import NamedTuple

from dockerfix.knowledge.load import table
from dockerfix.knowledge.versions import numbers


class Behaviour(NamedTuple):
    """How the server stands behind the gate: the path of its health check, its port in the image."""

    health_path: str
    inner_port: int


class Gate(NamedTuple):
    """The program in front of the server: its file, the folder that it lies in, what runs it."""

    file: str
    folder: str
    program: str

    @property
    def command(self) -> tuple[str, ...]:
        """The command of the image, word for word."""
        return (self.program, f"{self.folder}/{self.file}")


def cog_version(python: str) -> str | None:
    """The newest release of Cog that runs on a Python such as "3.11"; None where none is known."""
    rows = [(str(least), str(version)) for least, version in table("cog_server")["releases"]["versions"]]
    fitting = [version for least, version in rows if numbers(least) <= numbers(python)]
    return fitting[-1] if fitting else None


def behaviour() -> Behaviour:
    """The server behind the gate."""
    data = table("cog_server")["behaviour"]
    return Behaviour(str(data["health_path"]), int(data["inner_port"]))


def gate() -> Gate:
    """The gate in the image."""
    data = table("cog_server")["gate"]
    return Gate(str(data["file"]), str(data["folder"]), str(data["program"]))
