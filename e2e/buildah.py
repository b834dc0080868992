"""A thin wrapper around buildah with a store of its own, so the machine's images are neither used nor touched."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

REGISTRIES = 'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "disabled"\n'
POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}\n'


class Failed(Exception):
    """A buildah command that ended with an error; the message is its output."""


class Buildah:
    """Commands on one store. `worker` gives a folder of temporary files, which is also where cache mounts live."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "registries.conf").write_text(REGISTRIES)
        (cache / "policy.json").write_text(POLICY)
        driver = os.environ.get("DOCKERFIX_E2E_STORAGE") or ("overlay" if overlay_works(cache) else "vfs")
        store = cache / f"storage-{driver}"
        storage = ["--storage-driver", driver, "--root", str(store), "--runroot", str(store / "run")]
        self._program = ["buildah", *storage, "--registries-conf", str(cache / "registries.conf")]

    def run(self, *arguments: object, worker: int = 0, log: Path | None = None, check: bool = True) -> str:
        """Run one command and return what it printed (both streams); `log` gets it too, with the seconds.

        Raises Failed where `check` is set and the command ends with an error.
        """
        temporary = self._cache / f"tmp-{worker}"
        temporary.mkdir(exist_ok=True)
        command = [*self._program, *map(str, arguments)]
        environment = {**os.environ, "TMPDIR": str(temporary), "BUILDAH_ISOLATION": "chroot"}
        begin, lines, stamped = time.monotonic(), [], []
        with subprocess.Popen(
            command,
            env=environment,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            for line in process.stdout or ():
                lines.append(line)
                stamped.append(f"{time.monotonic() - begin:6.1f} {line}")
        if log:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text("".join(stamped))
        text = "".join(lines)
        if check and process.returncode:
            raise Failed(text)
        return text

    def has(self, name: str) -> bool:
        """Whether the store has an image of this name."""
        return any(line == name for line in self.run("images", "--format", "{{.Name}}:{{.Tag}}", "-a").split("\n"))

    @property
    def policy(self) -> list[str]:
        """The flag that build and commit need where the machine has no signature policy."""
        return ["--signature-policy", str(self._cache / "policy.json")]


def overlay_works(folder: Path) -> bool:
    """Whether the kernel mounts an overlay in `folder`: twice as fast as buildah's vfs, which copies every image."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for name in ("lower", "upper", "work", "merged"):
            (Path(scratch) / name).mkdir()
        options = ",".join(f"{name}dir={scratch}/{name}" for name in ("lower", "upper", "work"))
        mount = ["unshare", "-m", "mount", "-t", "overlay", "overlay", "-o", options, f"{scratch}/merged"]
        return subprocess.run(mount, capture_output=True, check=False).returncode == 0
