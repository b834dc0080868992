"""A thin wrapper around buildah with a store of its own, so the machine's images are neither used nor touched."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

REGISTRIES = 'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "disabled"\n'
POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}\n'


ROWS = "localhost/e2e-row/"
CACHE_MOUNTS = "buildah-cache"  # buildah's folder of `RUN --mount=type=cache`, among its temporary files


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
        self._store = cache / f"storage-{driver}"
        storage = ["--storage-driver", driver, "--root", str(self._store), "--runroot", str(self._store / "run")]
        self.ending = False
        self._program = ["buildah", *storage, "--registries-conf", str(cache / "registries.conf")]

    def run(self, *arguments: object, worker: int = 0, log: Path | None = None, check: bool = True) -> str:
        """Run one command and return what it printed (both streams); `log` gets it too, with the seconds.

        Raises Failed where `check` is set and the command ends with an error, and where the run is to end.
        """
        begin, lines, stamped = time.monotonic(), [], []
        with self._popen(arguments, worker, subprocess.DEVNULL, subprocess.PIPE) as process:
            for data in process.stdout or ():
                line = data.decode(errors="replace")
                lines.append(line)
                stamped.append(f"{time.monotonic() - begin:6.1f} {line}")
        if log:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text("".join(stamped))
        text = "".join(lines)
        if check and process.returncode:
            raise Failed(text)
        return text

    def start(self, *arguments: object, worker: int, log: Path) -> subprocess.Popen[bytes]:
        """Start a command that goes on; it reads from a pipe, and what it prints goes to `log`."""
        with log.open("wb") as output:
            return self._popen(arguments, worker, subprocess.PIPE, output.fileno())

    def _popen(self, arguments: tuple[object, ...], worker: int, source: int, output: int) -> subprocess.Popen[bytes]:
        """A command with its input, and a place for both streams of its output. Raises Failed where all is to end."""
        if self.ending:
            raise Failed("the run was ended")
        temporary = self._cache / f"tmp-{worker}"
        temporary.mkdir(exist_ok=True)
        environment = {**os.environ, "TMPDIR": str(temporary), "BUILDAH_ISOLATION": "chroot"}
        command = [*self._program, *map(str, arguments)]
        return subprocess.Popen(command, env=environment, stdin=source, stdout=output, stderr=subprocess.STDOUT)

    @contextlib.contextmanager
    def container(self, image: str, *flags: str, worker: int) -> Iterator[str]:
        """A working container of an image, deleted at the end."""
        made = self.run("from", "--pull-never", *self.policy, *flags, image, worker=worker)
        name = made.strip().split("\n")[-1]
        try:
            yield name
        finally:
            self.run("rm", name, worker=worker)

    def clear(self, *, keep: bool) -> None:
        """Delete what a run leaves: containers, the rows' images unless `keep`, temporary files, a mount."""
        self.ending = False
        self.run("rm", "-a", check=False)
        rows = [name for name in self._names() if name.startswith(ROWS)]
        if rows and not keep:
            self.run("rmi", *rows, check=False)
        for temporary in self._cache.glob("tmp-*/*"):
            if temporary.name != CACHE_MOUNTS:
                shutil.rmtree(temporary, ignore_errors=True)
        if os.path.ismount(self._store / "overlay"):
            subprocess.run(["umount", self._store / "overlay"], check=False)

    def has(self, name: str) -> bool:
        """Whether the store has an image of this name."""
        return name in self._names()

    def _names(self) -> list[str]:
        """The names of all images."""
        return self.run("images", "--format", "{{.Name}}:{{.Tag}}", "-a").split("\n")

    @property
    def policy(self) -> list[str]:
        """The flag that build and commit need where the machine has no signature policy."""
        return ["--signature-policy", str(self._cache / "policy.json")]


def reason(output: str) -> str:
    """The lines of a failed command's output that say why, on one line."""
    noise = re.compile(
        r"^(STEP|Getting image|Copying|Writing manifest|Storing sig|subprocess exited|time=|exit status|-->)"
    )
    lines = [line.strip() for line in output.split("\n") if line.strip() and not noise.match(line)]
    errors = [line for line in lines if re.search(r"error|fail|not found|no such|cannot|can't", line, re.IGNORECASE)]
    return " | ".join(dict.fromkeys([*errors[-4:], *lines[-1:]]))[-700:]


def overlay_works(folder: Path) -> bool:
    """Whether the kernel mounts an overlay in `folder`: twice as fast as buildah's vfs, which copies every image."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for name in ("lower", "upper", "work", "merged"):
            (Path(scratch) / name).mkdir()
        options = ",".join(f"{name}dir={scratch}/{name}" for name in ("lower", "upper", "work"))
        mount = ["unshare", "-m", "mount", "-t", "overlay", "overlay", "-o", options, f"{scratch}/merged"]
        return subprocess.run(mount, capture_output=True, check=False).returncode == 0
