"""Debian's base system in a folder, set up to reach the archive as this machine does."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from e2e import host

COMMON = (
    "ca-certificates,netbase,tzdata,libffi8,libsqlite3-0,zlib1g,libbz2-1.0,liblzma5,libncursesw6,libuuid1,libexpat1"
)
LIBRARIES = {
    "bookworm": f"{COMMON},libssl3,libreadline8,libtirpc3,libnsl2,libgdbm6",
    "trixie": f"{COMMON},libssl3t64,libreadline8t64,libtirpc3t64,libnsl2,libgdbm6t64",
}


def unpack(cache: Path, suite: str, folder: Path) -> None:
    """Debian's base system in `folder`; debootstrap makes it once, then a tar file of the cache has it."""
    stock = cache / f"debootstrap-{suite}.tar"
    folder.mkdir(parents=True, exist_ok=True)
    if stock.exists():
        subprocess.run(["tar", "-C", folder, "-xf", stock], check=True, capture_output=True)
        return
    command = ["debootstrap", "--variant=minbase", f"--include={LIBRARIES[suite]}", suite, str(folder)]
    # in mounts of its own, so what it mounts goes with it, even where it is killed
    subprocess.run(["unshare", "--mount", *command, host.debian_mirrors().main], check=True, capture_output=True)
    pack(folder, stock)


def configure(folder: Path, suite: str, authorities: tuple[Path, ...] = ()) -> None:
    """This machine's certificates (and `authorities`), and apt's sources and settings."""
    etc, mirrors = folder / "etc", host.debian_mirrors()
    trusted = folder / "usr" / "local" / "share" / "ca-certificates"
    trusted.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(authorities):
        (trusted / f"e2e-authority-{number}.crt").write_bytes(path.read_bytes())
    for number, text in enumerate(_extra_certificates(folder / "usr" / "share" / "ca-certificates")):
        (trusted / f"e2e-host-{number}.crt").write_text(text)
    chroot(folder, "update-ca-certificates")
    (etc / "apt" / "apt.conf.d" / "99e2e").write_text(host.apt_configuration() + 'Acquire::Languages "none";\n')
    lines = [f"deb {mirrors.main} {suite} main", f"deb {mirrors.security} {suite}-security main"]
    (etc / "apt" / "sources.list").write_text("\n".join(lines) + "\n")
    shutil.copyfile("/etc/resolv.conf", etc / "resolv.conf")


def chroot(folder: Path, *command: str) -> str:
    """Run a command of a system folder in it. Raises CalledProcessError."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["chroot", str(folder), *command], env=environment, capture_output=True, check=True)
    return done.stdout.decode(errors="replace")


def pack(folder: Path, archive: Path) -> None:
    """A tar file of a folder, which is there whole or not at all."""
    partial = archive.with_suffix(".part")
    subprocess.run(["tar", "-C", folder, "-cf", partial, "."], check=True, capture_output=True)
    partial.rename(archive)


def _extra_certificates(known: Path) -> list[str]:
    """The authorities that this machine trusts and Debian does not, each as PEM."""
    bundle = host.certificate_bundle()
    if not bundle:
        return []
    pattern = re.compile(r"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----", re.DOTALL)
    have = {"".join(pem.split()) for file in known.rglob("*.crt") for pem in pattern.findall(file.read_text())}
    return [pem + "\n" for pem in pattern.findall(bundle.read_text()) if "".join(pem.split()) not in have]
