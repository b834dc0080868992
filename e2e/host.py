"""What this machine knows about reaching the package registries: read at run time, passed on into the builds.

Nothing of it is written down in the repository, so the same run works behind a mirror, a proxy or an own certificate
authority, and without any of them.
"""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

PYTHONS = ("~/.pyenv/versions", "/opt/hostedtoolcache/Python")  # pyenv's, and those of a hosted runner
DEFAULT_INDEX = "https://pypi.org/simple"
DEFAULT_MIRROR = "http://deb.debian.org/debian"
APT_KEYS = re.compile(
    r'^(Acquire::(?:http|https)::(?:Proxy|CaInfo)[^ ]*|Acquire::Check-(?:Valid-Until|Date)|Acquire::Retries) "[^"]+";$'
)


class Mirrors(NamedTuple):
    """Where Debian's packages come from: base URLs of the archive and of its security updates."""

    main: str
    security: str


def pip_setting(name: str) -> str | None:
    """One value of pip's own configuration (files and environment), None where it is not set."""
    for scope in (":env:", "global", "install"):
        done = subprocess.run(
            [sys.executable, "-m", "pip", "config", "get", f"{scope}.{name}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip()
    return None


def package_index() -> str:
    """URL of the simple index that pip uses on this machine, without a final slash."""
    return (pip_setting("index-url") or DEFAULT_INDEX).rstrip("/")


def certificate_bundle() -> Path | None:
    """The PEM file with the authorities that this machine trusts."""
    candidates = [
        pip_setting("cert"),
        os.environ.get("SSL_CERT_FILE"),
        ssl.get_default_verify_paths().cafile,
        "/etc/ssl/certs/ca-certificates.crt",
    ]
    return next((Path(path) for path in candidates if path and Path(path).is_file()), None)


def apt_configuration() -> str:
    """The lines of apt's configuration that say how to reach the archive (proxy, certificates, dates)."""
    done = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False)
    return "".join(line + "\n" for line in done.stdout.split("\n") if APT_KEYS.match(line))


def debian_mirrors() -> Mirrors:
    """The archive and the security archive named in this machine's sources, Debian's own where none is."""
    texts = [path.read_text(errors="replace") for path in _source_files()]
    urls = [
        url.rstrip("/") for text in texts for url in re.findall(r"^(?!\s*#).*?\b(https?://\S+)", text, re.MULTILINE)
    ]
    main = next((url for url in urls if re.search(r"/debian$", url)), DEFAULT_MIRROR)
    security = next((url for url in urls if url.endswith("/debian-security")), main + "-security")
    return Mirrors(main, security)


def _source_files() -> list[Path]:
    """Files of /etc/apt that name sources."""
    folder = Path("/etc/apt/sources.list.d")
    listed = sorted([*folder.glob("*.sources"), *folder.glob("*.list")]) if folder.is_dir() else []
    return [path for path in [Path("/etc/apt/sources.list"), *listed] if path.is_file()]


def interpreters() -> dict[str, Path]:
    """CPython installations of this machine by minor version (`{"3.12": /…/versions/3.12.1}`), each the newest."""
    found: dict[str, tuple[int, Path]] = {}
    roots = [Path(os.environ["PYENV_ROOT"], "versions")] if "PYENV_ROOT" in os.environ else []
    for folder in (
        file for root in [*roots, *(Path(name).expanduser() for name in PYTHONS)] for file in root.glob("3.*")
    ):
        match = re.fullmatch(r"(3\.\d+)\.(\d+)", folder.name)
        home = folder / "x64" if (folder / "x64").is_dir() else folder
        if match and (home / "bin" / f"python{match[1]}").exists():
            patch = int(match[2])
            if match[1] not in found or found[match[1]][0] < patch:
                found[match[1]] = (patch, home)
    return {minor: folder for minor, (_, folder) in found.items()}
