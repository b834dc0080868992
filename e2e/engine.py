"""Docker: a daemon that answers, or one of our own in a folder, with mounts and processes that end with it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from e2e import debian, processes

ROW = "dockerfix-e2e/row"
BASE = "dockerfix-e2e/base"
EMPTY = f"{BASE}:empty"
LABEL = "dockerfix-e2e"
LEAST = 23  # the first release whose own frontend reads heredocs
PACKAGES = ("docker.io", "docker-cli", "docker-buildx", "runc", "containerd", "iptables")
SUITE = "trixie"
READY, ENDING = 60, 20  # seconds
CGROUPS = Path("/sys/fs/cgroup")
# runc has lost the process that it started, before anything of the image ran
LOST = re.compile(r"waiting for init preliminary setup|read init-p: connection reset|runc did not terminate")
TRIES = 3
# Run in mounts and processes of its own: both end with the daemon, however that ends.
START = """set -e
root=$1; shift
mount --bind "$root" "$root"     # an image can be imported only where the root is a mount point
mount --make-private "$root"
for name in sys dev; do
    mount --rbind "/$name" "$root/$name"
    mount --make-rslave "$root/$name"
done
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
exec chroot "$root" dockerd "$@"
"""
Say = Callable[[str], None]


def quiet(text: str) -> None:
    """Say nothing."""


class Failed(Exception):
    """A docker command that ended with an error; the message is its output."""


class Missing(Exception):
    """What this machine lacks for a build with Docker; the message says it."""


class Engine:
    """Docker's client and the daemon that it talks to.

    The client sees the folder `root` as `/`. `share` is a folder that the client, the daemon and this program see.
    """

    def __init__(
        self,
        client: list[str],
        root: Path,
        share: Path,
        process: subprocess.Popen[bytes] | None = None,
        state: Path | None = None,
    ) -> None:
        self._client, self._root, self.share = client, root, share
        self._process, self._state = process, state
        self.ending = False
        share.mkdir(parents=True, exist_ok=True)

    @property
    def process(self) -> int | None:
        """The process that our own daemon runs below, None for a daemon that was there."""
        return self._process.pid if self._process else None

    def path(self, path: Path) -> str:
        """A file or folder in `share` as client and daemon name it."""
        return "/" + str(path.resolve().relative_to(self._root.resolve()))

    def run(
        self,
        *arguments: object,
        log: Path | None = None,
        check: bool = True,
        variables: Mapping[str, str] | None = None,
        source: Path | None = None,
    ) -> str:
        """Run one command and return what it printed (both streams); `log` gets it too, with the seconds.

        `source` is read as its input. Raises Failed where `check` is set and the command ends with an error, and where
        the run is to end.
        """
        text, code = self.ask(*arguments, log=log, variables=variables, source=source)
        if check and code:
            raise Failed(text)
        return text

    def ask(
        self,
        *arguments: object,
        log: Path | None = None,
        variables: Mapping[str, str] | None = None,
        source: Path | None = None,
    ) -> tuple[str, int]:
        """Run one command as `run` does; returns what it printed and its code. Where runc fails, it is tried again."""
        for _ in range(TRIES):
            text, code = self._once(arguments, log, variables, source)
            if not code or not LOST.search(text):
                break
        return text, code

    def _once(
        self, arguments: tuple[object, ...], log: Path | None, variables: Mapping[str, str] | None, source: Path | None
    ) -> tuple[str, int]:
        begin, lines, stamped = time.monotonic(), [], []
        with contextlib.ExitStack() as stack:
            data = stack.enter_context(source.open("rb")).fileno() if source else subprocess.DEVNULL
            process = stack.enter_context(self._popen(arguments, data, subprocess.PIPE, variables))
            for piece in process.stdout or ():
                line = piece.decode(errors="replace")
                lines.append(line)
                stamped.append(f"{time.monotonic() - begin:6.1f} {line}")
        if log:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text("".join(stamped))
        return "".join(lines), process.returncode

    def start(self, *arguments: object, log: Path) -> subprocess.Popen[bytes]:
        """Start a command that goes on; it reads from a pipe, and what it prints goes to `log`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            return self._popen(arguments, subprocess.PIPE, output.fileno(), None)

    def _popen(
        self, arguments: tuple[object, ...], source: int, output: int, variables: Mapping[str, str] | None
    ) -> subprocess.Popen[bytes]:
        """A command with its input, and a place for both streams of its output. Raises Failed where all is to end."""
        if self.ending:
            raise Failed("the run was ended")
        command = [*self._client, *map(str, arguments)]
        environment = {
            **os.environ,
            "BUILDX_EXPERIMENTAL": "1",
            "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
            **(variables or {}),
        }
        return subprocess.Popen(command, env=environment, stdin=source, stdout=output, stderr=subprocess.STDOUT)

    def has(self, name: str) -> bool:
        """Whether there is an image of this name."""
        return bool(self.run("images", "-q", name).strip())

    def clear(self, *, keep: bool) -> None:
        """Delete what a run leaves: containers, and the rows' images unless `keep`."""
        self.ending = False
        containers = self.run("ps", "-aq", "--filter", f"label={LABEL}").split()
        if containers:
            self.run("rm", "-f", *containers, check=False)
        rows = [] if keep else self.run("images", "--format", "{{.Repository}}:{{.Tag}}", ROW).split()
        if rows:
            self.run("rmi", "-f", *rows, check=False)

    def forget_layers(self) -> None:
        """Empty the build cache of our own daemon, so that a run does not show what an earlier one has found."""
        if self._process:
            self.run("builder", "prune", "-f", check=False)

    def stop(self) -> None:
        """End our own daemon with all that it runs; a daemon that was there goes on."""
        if self._process is None:
            return
        for process in processes.children(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _remove_cgroups(f"{LABEL}-{os.getpid()}")

    def forget_state(self) -> None:
        """Delete the images and layers of our own daemon, which has stopped."""
        if self._state:
            forget(self._state)


def forget(state: Path) -> None:
    """Delete the state of a daemon of our own."""
    shutil.rmtree(state, ignore_errors=True)


def cache_folder() -> Path:
    """Where everything is kept."""
    return Path(os.environ.get("DOCKERFIX_E2E_CACHE", "~/.cache/dockerfix-e2e")).expanduser()


def find(cache: Path, seat: str, say: Say) -> Engine:
    """A daemon that answers, else one of our own, whose state is in the folder `seat` of the cache.

    Raises Missing where neither is possible.
    """
    return answering(cache, say) or own(cache, seat, say)


def answering(cache: Path, say: Say) -> Engine | None:
    """The daemon of DOCKER_HOST or of the default socket, where it is new enough."""
    program = answers(say)
    return Engine([program], Path("/"), cache / "share") if program else None


def answers(say: Say) -> str | None:
    """The docker command, where a daemon that is new enough answers it."""
    program = shutil.which("docker")
    if not program:
        return None
    asked = [[program, "version", "--format", "{{.Server.Version}}"], [program, "buildx", "version"]]
    try:
        done = [subprocess.run(command, capture_output=True, text=True, check=False, timeout=20) for command in asked]
    except subprocess.TimeoutExpired:
        return None
    if done[0].returncode:
        return None
    version = done[0].stdout.strip()
    if done[1].returncode or int(version.partition(".")[0]) < LEAST:
        say(f"Docker {version} answers but is not used: it must be {LEAST} or newer, with buildx")
        return None
    say(f"Docker {version}, which answers here")
    return program


def own(cache: Path, seat: str, say: Say) -> Engine:
    """Start a daemon of our own. Raises Missing where this machine can't."""
    startable()
    root = install(cache, say)
    remove_dead_cgroups()
    shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
    state = f"/var/lib/{LABEL}/{seat}"
    folder = root / state[1:]
    folder.mkdir(parents=True, exist_ok=True)
    socket = f"unix://{state}/docker.sock"
    (folder / "docker.sock").unlink(missing_ok=True)
    driver = os.environ.get("DOCKERFIX_E2E_STORAGE") or ("overlay2" if _overlay_works(folder) else "vfs")
    options = {
        "--data-root": f"{state}/data",
        "--exec-root": "/run/dockerd",
        "--pidfile": "/run/dockerd.pid",
        "-H": socket,
        "--storage-driver": driver,
        "--bridge": "none",
        "--cgroup-parent": f"/{LABEL}-{os.getpid()}",
    }
    flags = ["--iptables=false", "--ip6tables=false", "--ip-forward=false"]
    flags += [word for item in options.items() for word in item]
    # `setpriv` and `unshare` end the daemon, and the kernel all below it, even where this program is killed
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child=KILL"]
    command += ["sh", "-c", START, "sh", str(root), *flags]
    with (folder / "dockerd.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    engine = Engine(["chroot", str(root), "docker", "-H", socket], root, root / "srv", process, folder)
    end = time.monotonic() + READY
    while time.monotonic() < end and process.poll() is None:
        if (folder / "docker.sock").exists():
            with contextlib.suppress(Failed):
                version = engine.run("version", "--format", "{{.Server.Version}}").strip()
                say(f"Docker {version} of our own, on {driver}")
                return engine
        time.sleep(0.1)
    engine.stop()
    raise Missing("our own Docker daemon did not start: " + _last_lines(folder / "dockerd.log"))


def possible() -> None:
    """Raise Missing where neither a daemon answers nor one of our own can be started."""
    if answers(quiet) is None:
        startable()


def startable() -> None:
    """Raise Missing where a daemon of our own can't be started."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Missing("no Docker daemon answers, and to start one takes root on Linux")
    absent = [name for name in ("debootstrap", "unshare", "setpriv") if not shutil.which(name)]
    if absent:
        raise Missing(f"no Docker daemon answers, and to start one takes {', '.join(absent)}")


def install(cache: Path, say: Say) -> Path:
    """Debian's Docker in a folder of the cache, made on first use. Raises Missing where Debian's archive fails."""
    root = cache / "engine"
    with _locked(cache / "engine.lock"):
        if (root / "ready").exists():
            return root
        say("installing Docker in a folder of its own")
        shutil.rmtree(root, ignore_errors=True)
        try:
            debian.unpack(cache, SUITE, root)
            debian.configure(root, SUITE)
            debian.chroot(root, "apt-get", "update", "-qq")
            debian.chroot(root, "apt-get", "install", "-qqy", "--no-install-recommends", *PACKAGES)
        except subprocess.CalledProcessError as error:
            output = (error.stderr or error.stdout or b"").decode(errors="replace")
            raise Missing("Docker can't be installed in a folder: " + output.strip()[-400:]) from error
        (root / "ready").touch()
    return root


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """One program at a time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _overlay_works(folder: Path) -> bool:
    """Whether the kernel mounts an overlay in `folder`: much faster than vfs, which copies every image."""
    names = ("lower", "upper", "work", "merged")
    scratch = folder / f"overlay-{os.getpid()}"
    for name in names:
        (scratch / name).mkdir(parents=True)
    options = ",".join(f"{name}dir={scratch / name}" for name in names[:3])
    mount = ["unshare", "--mount", "mount", "-t", "overlay", "overlay", "-o", options, str(scratch / "merged")]
    done = subprocess.run(mount, capture_output=True, check=False)
    shutil.rmtree(scratch, ignore_errors=True)
    return done.returncode == 0


def remove_dead_cgroups() -> None:
    """Remove the control groups that a killed run has left."""
    for folder in [*CGROUPS.glob(f"{LABEL}-*"), *CGROUPS.glob(f"*/{LABEL}-*")]:
        if not Path("/proc", folder.name.rpartition("-")[2]).exists():
            _remove_cgroups(folder.name)


def _remove_cgroups(name: str) -> None:
    """Remove a control group and those below it, in each hierarchy."""
    for top in [CGROUPS / name, *CGROUPS.glob(f"*/{name}")]:
        for folder, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()


def _last_lines(file: Path) -> str:
    """The end of a log."""
    lines = re.findall(r'msg="?([^"\n]*)|^(?!time=)(.+)$', file.read_text(errors="replace"), re.MULTILINE)
    return " | ".join(one or other for one, other in lines[-4:])
