"""``make dist``: install the wheel, then the sdist, into an empty environment and run it from another folder."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

DOCKERFILE = b'FROM python:3.11-slim\nCMD ["python", "-m", "cog.server.http"]\n'


def main(folder: str) -> None:
    for pattern in ("dockerfix-*.whl", "dockerfix-*.tar.gz"):
        (archive,) = Path(folder).resolve().glob(pattern)
        attempt(archive)


def attempt(archive: Path) -> None:
    """Install an archive and run it; ends the program if something is wrong."""
    with tempfile.TemporaryDirectory() as elsewhere:
        venv.create(f"{elsewhere}/env", with_pip=True)
        python = f"{elsewhere}/env/bin/python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(archive)], check=True)
        site = subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        strays = [name for name in ("compiler", "grammar", "tests", "fixtures") if Path(site, name).exists()]
        if strays:
            sys.exit(f"{strays} landed in site-packages")
        command = f"{elsewhere}/env/bin/dockerfix"
        subprocess.run([command, "--version"], check=True, cwd=elsewhere)
        done = subprocess.run([command], input=DOCKERFILE, check=True, capture_output=True, cwd=elsewhere)
        if b"fal==" not in done.stdout or b"cog.server" in done.stdout:
            sys.exit(f"unexpected result:\n{done.stdout.decode()}")
        subprocess.run([python, "-c", "import dockerfix; dockerfix.parse('FROM a')"], check=True, cwd=elsewhere)
    print(f"{archive.name}: installed into an empty environment and ran from another folder")


if __name__ == "__main__":
    main(sys.argv[1])
