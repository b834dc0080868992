"""A certificate authority of this run's own, and the server's certificate for the stand-in hosts."""

from __future__ import annotations

import subprocess
from pathlib import Path


def certificates(folder: Path, hosts: list[str]) -> tuple[Path, Path, Path]:
    """Make (or find) authority, certificate and key for `hosts`; returns their three PEM files.

    The authority is kept as long as the cache, because the base images trust it; the certificate is made anew when the
    hosts change. Raises CalledProcessError if openssl fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority, authority_key = folder / "authority.pem", folder / "authority.key"
    if not (authority.exists() and authority_key.exists()):
        subject = ["-subj", "/CN=dockerfix e2e authority", "-days", "3650"]
        limits = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        _openssl(
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            *subject,
            *limits,
            "-keyout",
            authority_key,
            "-out",
            authority,
        )
    certificate, key, request = folder / "server.pem", folder / "server.key", folder / "server.csr"
    names, extensions = folder / "names.txt", folder / "names.part"
    wanted = "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts) + "\nextendedKeyUsage=serverAuth\n"
    if not (certificate.exists() and names.exists() and names.read_text() == wanted):
        names.unlink(missing_ok=True)  # written last, so that it tells of a certificate that is done
        extensions.write_text(wanted)
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=dockerfix e2e", "-keyout", key, "-out", request)
        signed = ["-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-days", "3650", "-extfile", extensions]
        _openssl("x509", "-req", "-in", request, *signed, "-out", certificate)
        extensions.rename(names)
    return authority, certificate, key


def _openssl(*arguments: object) -> None:
    """Run openssl quietly."""
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
