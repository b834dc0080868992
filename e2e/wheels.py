"""Small wheels of the names and versions that the projects ask for, made in memory."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import yaml

PIN = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:([=~<>!]=?=?)\s*([A-Za-z0-9.!+*]+))?")
RANGE_NEEDS_NO_VERSION = {"<", ">", "!=", "<=", ""}


def normal(name: str) -> str:
    """A project name as indexes write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Catalogue:
    """The stand-in wheels: names, their versions (of the table and of the projects' pins), and the files."""

    def __init__(self, table: dict[str, dict[str, Any]]) -> None:
        self._table = {normal(name): entry for name, entry in table.items()}
        self._versions = {name: {str(v) for v in entry["versions"]} for name, entry in self._table.items()}

    def __contains__(self, name: str) -> bool:
        return normal(name) in self._table

    def add_pins(self, requirements: list[str]) -> None:
        """Make the exact or least version of each requirement available, if its name is in the table."""
        for requirement in requirements:
            match = PIN.match(requirement)
            if match and match[1] in self and match[2] and match[2] not in RANGE_NEEDS_NO_VERSION:
                self._versions[normal(match[1])].add(match[3].split("+")[0].rstrip(".*"))

    def versions(self, name: str) -> list[str]:
        """Versions of a name, without local labels."""
        return sorted(self._versions.get(normal(name), ()))

    def file_name(self, name: str, version: str) -> str:
        """The wheel's file name."""
        return f"{normal(name).replace('-', '_')}-{version}-py3-none-any.whl"

    def file(self, file_name: str) -> bytes | None:
        """The wheel of that file name, None where the table has no such name."""
        match = re.fullmatch(r"([A-Za-z0-9_]+)-([^-]+)-py3-none-any\.whl", file_name)
        if not match or match[1] not in self:
            return None
        return make(match[1], match[2], self._table[normal(match[1])])


def make(name: str, version: str, entry: dict[str, Any]) -> bytes:
    """A wheel: one module (`module`, `code`), console scripts, extras and no dependencies."""
    stem = normal(name).replace("-", "_")
    module = entry.get("module", stem)
    info = f"{stem}-{version}.dist-info"
    extras = "".join(f"Provides-Extra: {extra}\n" for extra in entry.get("extras", ()))
    files = {
        f"{module}/__init__.py": f"__version__ = {version!r}\n{entry.get('code', '')}",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {normal(name)}\nVersion: {version}\n{extras}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: dockerfix-e2e\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if entry.get("scripts"):
        lines = [f"{script} = {module}:{function}" for script, function in entry["scripts"].items()]
        files[f"{info}/entry_points.txt"] = "[console_scripts]\n" + "\n".join(lines) + "\n"
    record = "".join(f"{path},sha256={_digest(text.encode())},{len(text.encode())}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def requirements_of(project: Path) -> list[str]:
    """What a project asks pip for: python_packages, and the lines of its requirements files."""
    config = yaml.safe_load((project / "cog.yaml").read_text())
    packages = [str(item) for item in (config.get("build") or {}).get("python_packages") or []]
    for path in sorted(project.glob("requirements*.txt")):
        packages += path.read_text().split("\n")
    return packages


def _digest(data: bytes) -> str:
    """A hash as RECORD wants it."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
